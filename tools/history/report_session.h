/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions from the statuses of outlets (doc/history.md, section "Report"). A session begins with the first status after
 * the one before has ended, and ends with `unmatched`, with `failed` for pilot_fault or evse_not_ready, where slacd is
 * started anew, or where matching begins again after a match whose end was not told. Pure; its memory does not grow.
 */
#ifndef TOOLS_HISTORY_REPORT_SESSION_H
#define TOOLS_HISTORY_REPORT_SESSION_H

#include <stdbool.h>
#include <stdint.h>

/* A longer text is cut. */
#define REPORT_NAME_SIZE 128

/* No status of slacd: it has begun anew, as telemetry has told. Such a row has a station, an outlet and a time. */
#define REPORT_STATUS_START "start"

/* A row of the table `status`. No text is NULL; "" is none. */
struct report_status {
	const char *station;
	const char *evse_id;
	const char *message_id;
	const char *status;
	const char *reason;
	const char *run_id;
	const char *ev_mac;
	int64_t at_us; /* since 1970, UTC */
	bool has_attenuation;
	double attenuation_db;
};

enum report_outcome {
	REPORT_OPEN,    /* nothing was told yet but `matching` */
	REPORT_MATCHED, /* whatever came later, or failed before */
	REPORT_FAILED,
	REPORT_BASIC,      /* basic charging that no attempt came before: no car that speaks, or nobody asked it to */
	REPORT_BROKEN_OFF, /* `unmatched`, or a start of slacd, before there was a result */
};

/* Its texts can be shown (log_text_line). */
struct report_session {
	char station[REPORT_NAME_SIZE];
	char evse_id[REPORT_NAME_SIZE];
	char ev_mac[REPORT_NAME_SIZE]; /* "": no car has spoken */
	char reason[REPORT_NAME_SIZE]; /* of the outcome; of a match: why it ended, "" while it holds */
	int64_t begun_us;
	enum report_outcome outcome;
	bool is_lost;      /* matched, and the link was lost later */
	unsigned failures; /* statuses `failed` before the outcome */
	bool has_attenuation;
	double attenuation_db; /* as told last */
};

struct report_sessions {
	/* Is given each session when it is over. */
	void (*take)(void *context, const struct report_session *session);
	void *context;
	/* Ends of sessions whose beginning is not among the rows. They are in no session. */
	uint64_t unknown_beginnings;

	struct report_session session;  /* internal from here on */
	char station[REPORT_NAME_SIZE]; /* of the last row, like the next two */
	char evse_id[REPORT_NAME_SIZE];
	char message_id[REPORT_NAME_SIZE];
	bool has_outlet;
	bool is_running;
	bool is_aftermath; /* the match is over, and its vehicle has not left */
};

/*
 * Takes the next row. Rows of one outlet come together, in the order of their times; one that comes again behind itself
 * changes nothing. A status with an unknown word is passed over.
 */
void report_sessions_take(struct report_sessions *sessions, const struct report_status *row);
/* There are no more rows. */
void report_sessions_end(struct report_sessions *sessions);

#endif
