/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines of the log that wait to be written: a bounded ring of records. A line that does not fit is dropped and
 * counted; from then on every line is, until half of the ring is free, so that a slow reader is told one count for many
 * lines and not one for each. The older lines stay: they say how it began.
 *
 * Pure memory: no lock, no descriptor. Whoever reads may use the first record while another thread adds some.
 */
#ifndef SERVICE_LOG_RING_H
#define SERVICE_LOG_RING_H

#include "service/log.h"

#include <stddef.h>

#define LOG_RING_OCTETS (256u * 1024u) /* about 1000 lines */
#define LOG_TEXT_MAX    4032           /* of one line, without its time and level */

/* What the journal has as fields beside the message. */
enum log_field { LOG_FIELD_EVSE_ID, LOG_FIELD_REASON, LOG_FIELD_RUN_ID, LOG_FIELD_EV_MAC, LOG_FIELDS };

/* A part of a record's text; length 0: the line has no such field. */
struct log_place {
	uint16_t start;
	uint16_t len;
};

struct log_record {
	size_t size;          /* of the record in the ring; 0: the ring goes on at its beginning */
	uint64_t lost_before; /* lines that were dropped between the record before and this one */
	enum log_level level;
	uint64_t wall_us; /* when it happened */
	struct log_place fields[LOG_FIELDS];
	uint16_t len;
	char text[]; /* len octets, no NUL */
};

struct log_ring {
	size_t first; /* of the oldest record */
	size_t next;  /* where one more would go */
	size_t used;
	bool refusing; /* it was full, and is not half empty yet */
	uint64_t lost; /* lines dropped since the newest record */
	_Alignas(struct log_record) unsigned char octets[LOG_RING_OCTETS];
};

/*
 * Adds a record: level, wall_us, fields and len of *record, and the text beside it. False when it was dropped, and counted,
 * instead.
 */
bool log_ring_add(struct log_ring *ring, const struct log_record *record, const char *text);
/* The oldest record, which stays where it is until it is removed; NULL: there is none. */
const struct log_record *log_ring_first(const struct log_ring *ring);
void log_ring_remove_first(struct log_ring *ring);
/* How many lines were dropped after the last record, which counts them as told. */
uint64_t log_ring_take_lost(struct log_ring *ring);

#endif
