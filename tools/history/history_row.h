/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What slac-history stores: a row of one of its three tables (doc/history.md), and the octets of it that wait in a batch
 * or in the spool. Pure.
 */
#ifndef TOOLS_HISTORY_HISTORY_ROW_H
#define TOOLS_HISTORY_HISTORY_ROW_H

#include "mqtt/api/api.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sizes of texts, with their NUL. */
#define HISTORY_STATION_SIZE 64
#define HISTORY_NAME_SIZE    32
#define HISTORY_TEXT_SIZE    256
#define HISTORY_TOPIC_SIZE   512 /* a longer topic of a refused payload is cut */
#define HISTORY_WHY_SIZE     352
/* Of a refused payload so many octets are kept. */
#define HISTORY_PAYLOAD_MAX 4096
/* The most octets that one row has as a record. */
#define HISTORY_RECORD_MAX 5120
/* What stands before the octets of a record: their number and their checksum. */
#define HISTORY_RECORD_HEAD 8

enum history_kind { HISTORY_TELEMETRY = 1, HISTORY_STATUS = 2, HISTORY_REFUSED = 3 };

/* Times are microseconds since 1970, UTC. */
struct history_telemetry {
	int64_t sampling_us;
	bool has_number; /* neither number nor text: null */
	bool has_text;
	double number;
	char station[HISTORY_STATION_SIZE];
	char evse_id[API_EVSE_ID_MAX];
	char name[HISTORY_NAME_SIZE];
	char text[HISTORY_TEXT_SIZE];
};

struct history_status {
	int64_t sampling_us;
	int64_t received_us;
	bool has_attenuation;
	double attenuation_db;
	char station[HISTORY_STATION_SIZE];
	char message_id[API_ID_MAX];
	char evse_id[API_EVSE_ID_MAX];
	char status[HISTORY_NAME_SIZE];
	char reason[API_REASON_MAX]; /* "": none */
	char run_id[HISTORY_NAME_SIZE];
	char ev_mac[HISTORY_NAME_SIZE]; /* "": none */
	char record[HISTORY_TEXT_SIZE]; /* "": none, which is stored as NULL */
};

struct history_refused {
	int64_t received_us;
	size_t len;
	uint8_t payload[HISTORY_PAYLOAD_MAX];
	char topic[HISTORY_TOPIC_SIZE];
	char why[HISTORY_WHY_SIZE];
};

struct history_row {
	enum history_kind kind;
	union {
		struct history_telemetry telemetry;
		struct history_status status;
		struct history_refused refused;
	} as;
};

/*
 * Writes the row as a record: four octets of length, four of checksum (CRC-32 of what follows), and the row. Returns the
 * octets written, 0 where `size` is too small (HISTORY_RECORD_HEAD + HISTORY_RECORD_MAX is enough for every row).
 */
size_t history_record_write(const struct history_row *row, uint8_t *out, size_t size);

enum history_record {
	HISTORY_RECORD_OK,
	HISTORY_RECORD_SHORT,  /* the octets end within the record */
	HISTORY_RECORD_BROKEN, /* its length, its checksum or what it says cannot be */
};

/*
 * Reads the record at the beginning of `octets` into *row, and its octets, head included, into *used. *used is 0 where
 * the record is not OK.
 */
enum history_record history_record_read(const uint8_t *octets, size_t len, struct history_row *row, size_t *used);

#endif
