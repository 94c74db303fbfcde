/* SPDX-License-Identifier: Apache-2.0 */
/* Every text that the log has about one outlet, with its rate limits, and what is counted for the statistics. */
#ifndef SLACD_EVSE_LOG_H
#define SLACD_EVSE_LOG_H

#include "service/log_budget.h"
#include "slacd/outlet/outlet.h"
#include "slacd/statistics.h"

#define EVSE_LOG_WHY_SIZE 128

/* How sessions went, by reason; nobody plugs in often enough for more than 32 bits. */
struct evse_log_sessions {
	uint32_t matched;
	uint32_t failed[SLAC_REASON_COUNT];
	uint32_t unmatched[SLAC_REASON_COUNT];
	uint32_t basic_charging[SLAC_REASON_COUNT];
};

/* Frames that are no good, by reason. Not touched before there is one: an outlet without needs no memory for it. */
struct evse_log_limits {
	struct log_limit malformed[MME_ERR_COUNT];
	struct log_limit refused[SLAC_REASON_COUNT];
	struct log_limit refused_fields[MME_ERR_COUNT];
};

/* The texts and the limits stay the outlet's; they must outlive the log. All is zeroed at the start. */
struct evse_log {
	const char *evse_id;
	const char *interface;
	struct evse_log_limits *limits;
	struct evse_log_sessions sessions;
	uint64_t steps_not_logged;
	struct log_limit foreign_answers;
	struct log_limit modem_restarts;
	struct log_limit untrue_restarts;
	struct log_limit slow_keys;
	struct log_limit send_failures;
	struct log_limit other_masters;
	struct log_limit pause_refusals;
	struct log_limit repeats;
	struct log_limit network_untold;
	struct log_burst port_losses;
	struct log_budget step_lines;
	struct log_budget event_lines;
	char not_serving_why[EVSE_LOG_WHY_SIZE]; /* what was said about the modem, "": nothing since it had its key */
	bool not_echoed_said;
	bool unverified_said;
	bool not_reset_said;            /* of this modem */
	struct outlet_status link_loss; /* to be said as soon as it is known how it goes on */
	/* What the station said in its own words with the input that is being handled, or NULL. */
	const char *answer_info;
	const char *answer_id;
	const char *status_code;
};

/* A status that was reported: counted, too. */
void evse_log_status(struct evse_log *log, const struct outlet_status *status, uint64_t now_us);
/* In the log there is nothing of this note, at the present level, and nothing is counted. */
bool evse_log_is_silent(enum outlet_note_kind kind);
void evse_log_note(struct evse_log *log, const struct outlet_note *note, uint64_t now_us);

void evse_log_sent(const struct evse_log *log, const char *name);
void evse_log_not_sent(struct evse_log *log, const char *name, const char *why, uint64_t now_us);

void evse_log_port_open(const struct evse_log *log, const uint8_t mac[MAC_LEN]);
/* `said`: the same was said before. */
void evse_log_port_not_open(const struct evse_log *log, const char *why, bool said);
/* The station may not name this interface. `in_use`: it goes on until the vehicle leaves. */
void evse_log_port_refused(const struct evse_log *log, const char *why, bool in_use);
/* `resets`: the modem is being reset by us; some interfaces have no carrier meanwhile. */
void evse_log_port_lost(struct evse_log *log, const char *why, bool resets, uint64_t now_us);
/* The kernel does not drop what nobody wants to hear. */
void evse_log_filter_refused(const struct evse_log *log, const char *why);
/* When evse_log_port_settled is wanted, or UINT64_MAX. */
uint64_t evse_log_settled_us(const struct evse_log *log);
/* A port that came and went has not for a minute: says what has become of it. */
void evse_log_port_settled(struct evse_log *log, bool is_open, bool serving);

/* Adds what was counted so far to *total. */
void evse_log_count(const struct evse_log *log, struct statistics *total);

#endif
