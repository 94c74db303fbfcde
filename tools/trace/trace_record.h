/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session record (doc/records.md) with all it holds: frames, pilot, requests and their answers, limits, port, broker,
 * statuses and gaps as rows in the order of the file, and the attempts of cars that trace_session.h finds in its frames.
 * Times are since the record's begin, numbers are those of Wireshark. Pure but for its memory, which is bounded.
 */
#ifndef TOOLS_TRACE_TRACE_RECORD_H
#define TOOLS_TRACE_TRACE_RECORD_H

#include "slacd/record/record_file.h"
#include "tools/trace/trace_catalogue.h"
#include "tools/trace/trace_session.h"

#define TRACE_ROWS_MAX     65536 /* more than slacd keeps of a session; further ones are counted */
#define TRACE_ATTEMPTS_MAX 64    /* of a further one the last one's place is taken */
#define TRACE_ROW_TEXT     256

enum trace_row_kind {
	TRACE_ROW_FRAME,
	TRACE_ROW_PILOT,   /* what the station reports */
	TRACE_ROW_REQUEST, /* what slacd asks it for */
	TRACE_ROW_ANSWER,  /* what it answers, or that it could not be asked */
	TRACE_ROW_STATUS,  /* what slacd reports */
	TRACE_ROW_OUTSIDE, /* limits, port, broker, requests of others */
	TRACE_ROW_NOTE,    /* a line of the log, and whether the outlet serves */
	TRACE_ROW_GAP,     /* inputs or effects that are not in the record */

	TRACE_ROW_KINDS
};

struct trace_row {
	enum trace_row_kind kind;
	uint64_t number;
	uint64_t time_us;
	const struct trace_event *event; /* a frame of an attempt, otherwise NULL: the text says what it is */
	bool is_sent;                    /* TRACE_ROW_FRAME: by slacd */
	bool tells_pilot;                /* TRACE_ROW_PILOT, and TRACE_ROW_GAP where it is known behind it: */
	struct outlet_cp_status pilot;
	char text[TRACE_ROW_TEXT];
};

struct trace_attempt {
	struct trace_session session;
	/* Why slacd ended it; SLAC_REASON_NONE: it did not. */
	enum slac_reason ended;
	/* Why slacd did not answer, CM_SLAC_PARM.REQ above all; SLAC_REASON_NONE: it does not say. */
	enum slac_reason refused;
};

/* The first of its kind in the record: number 0, there was none. */
struct trace_moment {
	uint64_t number;
	uint64_t time_us;
};

struct trace_record {
	struct record_about about;
	char *settings; /* those in force, JSON; NULL: not told */

	struct trace_row *rows;
	size_t row_count;
	size_t row_room;
	uint64_t rows_left_out;
	struct trace_attempt *attempts;
	size_t attempt_count;
	uint64_t attempts_left_out;

	uint64_t end_us;
	uint64_t gap; /* inputs that slacd left out */
	bool pilot_is_known;
	struct outlet_cp_status pilot; /* at the begin, where it is known */
	bool port_was_up;              /* at the begin, or later */

	enum slac_reason reason; /* that ended it; NONE: no word that this version knows */
	struct trace_moment ended;
	struct trace_moment connected; /* the pilot shows a vehicle */
	bool is_plugged_in;            /* from A: in E, F or without a pilot it may have been there before */
	struct trace_moment five_percent;
	struct trace_moment matched; /* the status */
	struct trace_moment left;    /* state A */
	struct trace_moment port_down;
	struct trace_moment unreported; /* a car speaks, and the station has told no pilot */
	struct trace_moment contradicted;
	struct trace_moment modem_trouble;
	char modem_trouble_text[32];
};

/* The record of `len` octets. False, and `error`, where it cannot be read; trace_record_free in any case. */
bool trace_record_read(struct trace_record *record, const uint8_t *octets, size_t len, char error[RECORD_ERROR_MAX]);
void trace_record_free(struct trace_record *record);

/* What the pilot offers the car: X1 is a vehicle without PWM, nominal any duty above 5 %. */
enum trace_pilot_band {
	TRACE_PILOT_A,
	TRACE_PILOT_X1,
	TRACE_PILOT_5_PERCENT,
	TRACE_PILOT_NOMINAL,
	TRACE_PILOT_E,
	TRACE_PILOT_F
};

enum trace_pilot_band trace_pilot_band_of(const struct outlet_cp_status *pilot);
/* "A", "X1", "5 %", "nominal" ... Never NULL. */
const char *trace_pilot_band_text(enum trace_pilot_band band);
/* "frame", "pilot" ... Never NULL. */
const char *trace_row_kind_text(enum trace_row_kind kind);
/* Before the text of a row: "sent " or "received " of a frame, otherwise "". Never NULL. */
const char *trace_row_direction(const struct trace_row *row);

#endif
