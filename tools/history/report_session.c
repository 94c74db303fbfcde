/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/history/report_session.h"
#include "service/log_text.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static bool is_one_of(const char *text, const char *const *words)
{
	for (size_t i = 0; words[i] != NULL; i++)
		if (strcmp(text, words[i]) == 0)
			return true;
	return false;
}

/* No other status follows of this vehicle. */
static bool ends_the_stay(const char *reason)
{
	static const char *const words[] = {"vehicle_left", "reset", "pilot_fault", "evse_not_ready", NULL};

	return is_one_of(reason, words);
}

static bool is_loss(const char *reason)
{
	static const char *const words[] = {"power_line_link_lost", "no_power_line_link", "link_lost",
					    "modem_restarted", NULL};

	return is_one_of(reason, words);
}

/* Basic charging for another reason is what follows a car that was heard, and not matched. */
static bool is_without_attempt(const char *reason)
{
	static const char *const words[] = {"no_parm_req", "authorized_by_eim", "taken_over", NULL};

	return is_one_of(reason, words);
}

static bool has_run(const struct report_status *row)
{
	return row->run_id[strspn(row->run_id, "0x")] != '\0';
}

/* As it is, to be compared. */
static void keep(char out[REPORT_NAME_SIZE], const char *text)
{
	snprintf(out, REPORT_NAME_SIZE, "%s", text);
}

/* As it can be shown. */
static void copy(char out[REPORT_NAME_SIZE], const char *text)
{
	log_text_line(out, REPORT_NAME_SIZE, text, strlen(text));
}

static void end(struct report_sessions *sessions)
{
	if (sessions->is_running)
		sessions->take(sessions->context, &sessions->session);
	sessions->is_running = false;
}

/* The session that runs, which begins here where there is none. */
static struct report_session *running(struct report_sessions *sessions, const struct report_status *row)
{
	struct report_session *session = &sessions->session;

	if (!sessions->is_running) {
		*session = (struct report_session){.begun_us = row->at_us};
		copy(session->station, row->station);
		copy(session->evse_id, row->evse_id);
	}
	sessions->is_running = true;
	if (*row->ev_mac != '\0')
		copy(session->ev_mac, row->ev_mac);
	if (row->has_attenuation) {
		session->has_attenuation = true;
		session->attenuation_db = row->attenuation_db;
	}
	return session;
}

static bool is_matched(const struct report_sessions *sessions)
{
	return sessions->is_running && sessions->session.outcome == REPORT_MATCHED;
}

static void end_match(struct report_sessions *sessions, const struct report_status *row)
{
	struct report_session *session = &sessions->session;

	copy(session->reason, row->reason);
	session->is_lost = is_loss(row->reason);
	end(sessions);
	sessions->is_aftermath = !ends_the_stay(row->reason);
}

static void take_matching(struct report_sessions *sessions, const struct report_status *row)
{
	if (is_matched(sessions))
		end(sessions);
	sessions->is_aftermath = false;
	running(sessions, row);
}

static void take_matched(struct report_sessions *sessions, const struct report_status *row)
{
	struct report_session *session = running(sessions, row);

	sessions->is_aftermath = false;
	session->outcome = REPORT_MATCHED;
	session->reason[0] = '\0';
}

static void take_failed(struct report_sessions *sessions, const struct report_status *row)
{
	if (is_matched(sessions)) {
		end_match(sessions, row);
		return;
	}
	if (!sessions->is_running && ends_the_stay(row->reason) && has_run(row)) {
		sessions->unknown_beginnings++;
		return;
	}
	struct report_session *session = running(sessions, row);
	session->outcome = REPORT_FAILED;
	session->failures++;
	copy(session->reason, row->reason);
	if (ends_the_stay(row->reason))
		end(sessions);
}

static void take_basic_charging(struct report_sessions *sessions, const struct report_status *row)
{
	if (sessions->is_running &&
	    (sessions->session.outcome == REPORT_MATCHED || sessions->session.outcome == REPORT_BASIC))
		end(sessions);
	struct report_session *session = running(sessions, row);
	/* The attempt that an authorization by EIM ends has failed with `paused`: nobody wants it any more. */
	const bool is_wanted = strcmp(row->reason, "authorized_by_eim") == 0;
	if (session->outcome == REPORT_FAILED && !is_wanted)
		return;
	session->outcome = is_without_attempt(row->reason) ? REPORT_BASIC : REPORT_FAILED;
	copy(session->reason, row->reason);
}

static void take_unmatched(struct report_sessions *sessions, const struct report_status *row)
{
	if (!sessions->is_running && has_run(row)) {
		sessions->unknown_beginnings++;
		return;
	}
	if (is_matched(sessions)) {
		end_match(sessions, row);
		return;
	}
	struct report_session *session = running(sessions, row);
	if (session->outcome == REPORT_OPEN) {
		session->outcome = REPORT_BROKEN_OFF;
		copy(session->reason, row->reason);
	}
	end(sessions);
	sessions->is_aftermath = !ends_the_stay(row->reason);
}

/* slacd has begun anew without having told the end of what ran here: it knows of no vehicle. */
static void take_start(struct report_sessions *sessions, const struct report_status *row)
{
	(void)row;
	if (sessions->session.outcome == REPORT_OPEN)
		sessions->session.outcome = REPORT_BROKEN_OFF;
	end(sessions);
}

/* What follows the end of a match, up to the next attempt, is part of no session. True: the row was that. */
static bool take_aftermath(struct report_sessions *sessions, const struct report_status *row)
{
	/* A vehicle that was matched has a run: without one it is another vehicle. */
	if (!has_run(row))
		sessions->is_aftermath = false;
	if (!sessions->is_aftermath || strcmp(row->status, "matching") == 0 || strcmp(row->status, "matched") == 0)
		return false;
	sessions->is_aftermath = !ends_the_stay(row->reason);
	return true;
}

static void begin_outlet(struct report_sessions *sessions, const struct report_status *row)
{
	end(sessions);
	sessions->has_outlet = true;
	sessions->is_aftermath = false;
	sessions->message_id[0] = '\0';
	keep(sessions->station, row->station);
	keep(sessions->evse_id, row->evse_id);
}

static bool is_of_this_outlet(const struct report_sessions *sessions, const struct report_status *row)
{
	return sessions->has_outlet && strncmp(sessions->station, row->station, REPORT_NAME_SIZE - 1) == 0 &&
	       strncmp(sessions->evse_id, row->evse_id, REPORT_NAME_SIZE - 1) == 0;
}

void report_sessions_take(struct report_sessions *sessions, const struct report_status *row)
{
	static const struct {
		const char *word;
		void (*take)(struct report_sessions *sessions, const struct report_status *row);
	} statuses[] = {
		{"matching", take_matching},   {"matched", take_matched},
		{"failed", take_failed},       {"basic_charging", take_basic_charging},
		{"unmatched", take_unmatched}, {REPORT_STATUS_START, take_start},
	};

	if (!is_of_this_outlet(sessions, row))
		begin_outlet(sessions, row);
	if (*row->message_id != '\0' && strncmp(sessions->message_id, row->message_id, REPORT_NAME_SIZE - 1) == 0)
		return;
	keep(sessions->message_id, row->message_id);
	if (take_aftermath(sessions, row))
		return;
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (strcmp(row->status, statuses[i].word) == 0)
			statuses[i].take(sessions, row);
}

void report_sessions_end(struct report_sessions *sessions)
{
	end(sessions);
	sessions->has_outlet = false;
}
