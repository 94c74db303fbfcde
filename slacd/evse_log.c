/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/evse_log_internal.h"

#include <stdio.h>

/* --- levels: whoever is on the power line or at the broker may do things as fast as it likes --- */

enum log_level evse_log_recovery_level(const struct evse_log *log)
{
	return log_burst_is_quiet(&log->port_losses) ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO;
}

/* A vehicle that comes, charges at a limit that follows the sun, and leaves makes 20 in a minute. */
#define EVENTS_PER_MINUTE 120

enum log_level evse_log_event_level(struct evse_log *log, enum log_level level, uint64_t now_us)
{
	return log_budget_level(&log->event_lines, EVENTS_PER_MINUTE, "events of the pilot and statuses", log->evse_id,
				level, now_us);
}

/* --- status: each format has the fields of its line, which the journal takes from there (log.h) --- */

static void say_status(struct evse_log *log, const struct outlet_status *status, bool bad, const char *next,
		       uint64_t now_us)
{
	const enum log_level level = evse_log_event_level(log, bad ? LOG_LEVEL_WARN : LOG_LEVEL_INFO, now_us);
	const char *kind = outlet_status_text(status->kind);
	const char *reason = slac_reason_text(status->reason);
	char run_id[RUN_ID_TEXT_SIZE];
	char mac[MAC_TEXT_SIZE];

	if (!log_enabled(level))
		return;
	run_id_text(status->run_id, run_id);
	mac_text(status->ev_mac, mac);
	if (!status->has_ev && *reason == '\0')
		log_line(level, "SLAC status. evse_id=%s status=%s%s", log->evse_id, kind, next);
	else if (!status->has_ev)
		log_line(level, "SLAC status. evse_id=%s status=%s reason=%s%s", log->evse_id, kind, reason, next);
	else if (*reason == '\0')
		log_line(level, "SLAC status. evse_id=%s status=%s run_id=%s ev=%s%s", log->evse_id, kind, run_id, mac,
			 next);
	else
		log_line(level, "SLAC status. evse_id=%s status=%s reason=%s run_id=%s ev=%s%s", log->evse_id, kind,
			 reason, run_id, mac, next);
}

void evse_log_status(struct evse_log *log, const struct outlet_status *status, uint64_t now_us)
{
	bool lost = status->kind == OUTLET_UNMATCHED &&
		    (status->reason == SLAC_REASON_JOIN_LOST || status->reason == SLAC_REASON_LINK_LOST);

	if (status->kind == OUTLET_MATCHED)
		log->sessions.matched++;
	else if (status->kind == OUTLET_FAILED)
		log->sessions.failed[status->reason]++;
	else if (status->kind == OUTLET_UNMATCHED)
		log->sessions.unmatched[status->reason]++;
	else if (status->kind == OUTLET_BASIC_CHARGING)
		log->sessions.basic_charging[status->reason]++;
	if (lost)
		log->link_loss = *status;
	else
		say_status(log, status, status->kind == OUTLET_FAILED || status->kind == OUTLET_BASIC_CHARGING, "",
			   now_us);
}

/* --- frames --- */

void evse_log_sent(const struct evse_log *log, const char *name)
{
	log_line(LOG_LEVEL_DEBUG, "Sent %s. evse_id=%s", name, log->evse_id);
}

void evse_log_not_sent(struct evse_log *log, const char *name, const char *why, uint64_t now_us)
{
	if (log_limit_pass(&log->send_failures, now_us))
		log_line(LOG_LEVEL_WARN, "Frame was not sent: %s. evse_id=%s interface=%s frame=%s count=%llu", why,
			 log->evse_id, log->interface, name, (unsigned long long)log->send_failures.count);
}

static void say_received(const struct evse_log *log, const struct outlet_note *note)
{
	char mac[MAC_TEXT_SIZE];

	if (log_enabled(LOG_LEVEL_DEBUG))
		log_line(LOG_LEVEL_DEBUG, "Received %s. evse_id=%s from=%s", note->name, log->evse_id,
			 mac_text(note->from, mac));
}

static void say_other_kind(const struct evse_log *log, const struct outlet_note *note)
{
	char mac[MAC_TEXT_SIZE];

	if (log_enabled(LOG_LEVEL_TRACE))
		log_line(LOG_LEVEL_TRACE, "Frame of another kind. evse_id=%s from=%s mmtype=0x%04x", log->evse_id,
			 mac_text(note->from, mac), note->value);
}

static void say_malformed(struct evse_log *log, const struct outlet_note *note, uint64_t now_us)
{
	struct log_limit *limit = &log->limits->malformed[note->error];
	char mac[MAC_TEXT_SIZE];

	if (log_limit_pass(limit, now_us))
		log_line(LOG_LEVEL_WARN, "Malformed frame. evse_id=%s from=%s frame=%s reason=%s octets=%u count=%llu",
			 log->evse_id, mac_text(note->from, mac), note->name, mme_error_text(note->error), note->value,
			 (unsigned long long)limit->count);
}

/* A message was refused or is unusual. */
static void say_refused(struct evse_log *log, const char *what, const struct outlet_note *note, uint64_t now_us)
{
	bool by_field = note->reason == SLAC_REASON_FIELD;
	struct log_limit *limit =
		by_field ? &log->limits->refused_fields[note->error] : &log->limits->refused[note->reason];
	char mac[MAC_TEXT_SIZE];
	/* A wrong field is worth a warning; a message out of place is everyday on a shared power line. */
	enum log_level level = by_field                                         ? LOG_LEVEL_WARN
			       : note->reason == SLAC_REASON_VALIDATION_PUT_OFF ? LOG_LEVEL_INFO
										: LOG_LEVEL_DEBUG;

	if (!log_limit_pass(limit, now_us))
		level = LOG_LEVEL_DEBUG;
	if (!log_enabled(level))
		return;
	log_line(level, "%s %s. evse_id=%s from=%s reason=%s%s%s count=%llu", what, note->name, log->evse_id,
		 mac_text(note->from, mac), slac_reason_text(note->reason), by_field ? ":" : "",
		 by_field ? mme_error_text(note->error) : "", (unsigned long long)limit->count);
}

/* --- runs --- */

/* Every car in reach may begin runs as fast as it likes. Five cars that each hear five outlets need about 200. */
#define STEPS_PER_MINUTE 240

static enum log_level step_level(struct evse_log *log, enum log_level level, uint64_t now_us)
{
	const enum log_level left =
		log_budget_level(&log->step_lines, STEPS_PER_MINUTE, "steps of SLAC runs", log->evse_id, level, now_us);

	if (log->step_lines.lines > STEPS_PER_MINUTE)
		log->steps_not_logged++;
	return left;
}

/* What an integrator asks first about a run: what was heard, what the modem measured. */
static void run_details(const struct outlet_run_details *run, char *out, size_t size)
{
	int len = snprintf(out, size,
			   " sounds_expected=%u sounds_heard=%u profiles=%u empty_profiles=%u measured_db=%u.%u"
			   " mean_attenuation_db=%u.%u ind_repeats=%u toggles=%u put_off=%u",
			   run->num_sounds, run->sounds, run->profiles, run->empty_profiles, run->measured_ddb / 10,
			   run->measured_ddb % 10, run->reported_ddb / 10, run->reported_ddb % 10, run->ind_repeats,
			   run->toggles, run->put_off);
	if (run->early_profiles > 0)
		len += snprintf(out + len, size - (size_t)len, " early_profiles=%u", run->early_profiles);
	if (run->refused != SLAC_REASON_NONE)
		snprintf(out + len, size - (size_t)len, " %s=%s", slac_reason_field_text(run->refused),
			 mme_error_text(run->refused_error));
}

static void say_step(struct evse_log *log, const struct outlet_note *note, uint64_t now_us)
{
	const enum slac_run_state from = note->step.from;
	const enum slac_run_state to = note->step.to;
	bool failed = to == SLAC_RUN_FAILED;
	bool everyday = note->reason == SLAC_REASON_VEHICLE_LEFT || note->reason == SLAC_REASON_DISPLACED;
	enum log_level level = step_level(log, failed && !everyday ? LOG_LEVEL_WARN : LOG_LEVEL_INFO, now_us);
	char run_id[RUN_ID_TEXT_SIZE];
	char mac[MAC_TEXT_SIZE];
	char details[320] = "";

	if (!log_enabled(level))
		return;
	if ((failed && note->reason != SLAC_REASON_DISPLACED) || to == SLAC_RUN_WAIT_RSP || from == SLAC_RUN_TOGGLING)
		run_details(&note->step.details, details, sizeof(details));
	const char *began = slac_run_state_text(from);
	const char *ended = slac_run_state_text(to);
	const char *reason = slac_reason_text(note->reason);
	run_id_text(note->step.run_id, run_id);
	mac_text(note->from, mac);
	if (*reason == '\0')
		log_line(level, "SLAC run: %s to %s. evse_id=%s run_id=%s ev=%s%s", began, ended, log->evse_id, run_id,
			 mac, details);
	else
		log_line(level, "SLAC run: %s to %s. evse_id=%s run_id=%s ev=%s reason=%s%s", began, ended,
			 log->evse_id, run_id, mac, reason, details);
}

static void say_init_timeout(const struct evse_log *log, const struct outlet_note *note)
{
	bool refused = note->reason == SLAC_REASON_PARM_REQ_REFUSED;
	char mac[MAC_TEXT_SIZE];

	log_line(LOG_LEVEL_WARN, "%s. evse_id=%s reason=%s%s%s%s%s",
		 note->reason == SLAC_REASON_NO_MATCH_IN_TIME
			 ? "Cars were heard, and none was matched within slac.tt_fallback_ms"
			 : "No CM_SLAC_PARM.REQ was answered within TT_EVSE_SLAC_init",
		 log->evse_id, slac_reason_text(note->reason), refused ? " field=" : "",
		 refused ? mme_error_text(note->error) : "", refused ? " from=" : "",
		 refused ? mac_text(note->from, mac) : "");
}

static void say_pause_refused(struct evse_log *log, bool joining, uint64_t now_us)
{
	if (log_limit_pass(&log->pause_refusals, now_us))
		log_line(LOG_LEVEL_WARN, "The data link is not paused: %s. evse_id=%s count=%llu",
			 joining ? "the car is not matched before its link is up" : "no car is matched", log->evse_id,
			 (unsigned long long)log->pause_refusals.count);
}

/* --- all notes --- */

/* Notes that have nothing to tell but what they are. */
static const struct {
	enum outlet_note_kind kind;
	enum log_level level;
	const char *text;
} plain_notes[] = {
	{OUTLET_NOTE_VEHICLE_CONNECTED, LOG_LEVEL_INFO, "Vehicle is connected."},
	{OUTLET_NOTE_VEHICLE_LEFT, LOG_LEVEL_INFO, "Vehicle has left."},
	{OUTLET_NOTE_PILOT_FAULT, LOG_LEVEL_ERROR, "The station reports a pilot fault."},
	{OUTLET_NOTE_NEW_WINDOW, LOG_LEVEL_INFO, "A new window for CM_SLAC_PARM.REQ begins."},
	{OUTLET_NOTE_PULSE_GIVEN_UP, LOG_LEVEL_ERROR, "The station does not confirm F, the outlet stays at 5 %."},
	{OUTLET_NOTE_A_BELONGS_TO_F, LOG_LEVEL_WARN,
	 "The station reports state A while the F that slacd asked for is on the pilot. It is taken for a part of F from now on."},
	{OUTLET_NOTE_LATE_CAR_LET_IN, LOG_LEVEL_INFO,
	 "The late car goes on asking, and nobody else answers it: X1, then 5 % and a new window for it."},
	{OUTLET_NOTE_HANDED_OVER, LOG_LEVEL_INFO,
	 "Another service answers for the current of basic charging from now on; slacd only lowers it to the limit."},
	{OUTLET_NOTE_LINK_RESUMED, LOG_LEVEL_INFO, "The pause is over, the link is looked for."},
	{OUTLET_NOTE_AMP_MAP_CONFIRMED, LOG_LEVEL_INFO, "The EV has confirmed our amplitude map."},
	{OUTLET_NOTE_AMP_MAP_NOT_CONFIRMED, LOG_LEVEL_WARN, "The EV does not confirm our amplitude map."},
	{OUTLET_NOTE_AMP_MAP_LINK_UNTOLD, LOG_LEVEL_WARN, "No CM_AMP_MAP.REQ: nobody tells when the link is up."},
	{OUTLET_NOTE_LINK_UNTOLD, LOG_LEVEL_INFO, "The modem is not asked for the link, it counts as up."},
};

/* False for any other note. */
static bool say_plain(struct evse_log *log, enum outlet_note_kind kind, uint64_t now_us)
{
	for (size_t i = 0; i < sizeof(plain_notes) / sizeof(plain_notes[0]); i++) {
		if (plain_notes[i].kind != kind)
			continue;
		log_line(evse_log_event_level(log, plain_notes[i].level, now_us), "%s evse_id=%s", plain_notes[i].text,
			 log->evse_id);
		return true;
	}
	return false;
}

/* False for notes that are not about a frame. */
static bool say_frame(struct evse_log *log, const struct outlet_note *note, uint64_t now_us)
{
	switch (note->kind) {
	case OUTLET_NOTE_RECEIVED:
		say_received(log, note);
		break;
	case OUTLET_NOTE_RECEIVED_MODEM:
		log_line(LOG_LEVEL_TRACE, "Received %s. evse_id=%s", note->name, log->evse_id);
		break;
	case OUTLET_NOTE_OTHER_KIND:
		say_other_kind(log, note);
		break;
	case OUTLET_NOTE_MALFORMED:
		say_malformed(log, note, now_us);
		break;
	case OUTLET_NOTE_NOT_ENCODED:
		evse_log_not_sent(log, note->name, mme_error_text(note->error), now_us);
		break;
	case OUTLET_NOTE_IGNORED:
		say_refused(log, "Ignored", note, now_us);
		break;
	case OUTLET_NOTE_PUT_OFF:
		say_refused(log, "Put off", note, now_us);
		break;
	case OUTLET_NOTE_ODD:
		say_refused(log, "Took an unusual", note, now_us);
		break;
	default:
		return false;
	}
	return true;
}

bool evse_log_is_silent(enum outlet_note_kind kind)
{
	switch (kind) {
	case OUTLET_NOTE_RECEIVED:
		return !log_enabled(LOG_LEVEL_DEBUG);
	case OUTLET_NOTE_RECEIVED_MODEM:
	case OUTLET_NOTE_OTHER_KIND:
		return !log_enabled(LOG_LEVEL_TRACE);
	default:
		return false;
	}
}

void evse_log_note(struct evse_log *log, const struct outlet_note *note, uint64_t now_us)
{
	const char *id = log->evse_id;

	switch (note->kind) {
	case OUTLET_NOTE_RUN_STEP:
		say_step(log, note, now_us);
		break;
	case OUTLET_NOTE_MISSING_PROFILE:
		log_line(LOG_LEVEL_WARN,
			 "The modem has measured nothing, slac.missing_profile is reported instead. evse_id=%s db=%u",
			 id, note->value);
		break;
	case OUTLET_NOTE_INIT_TIMEOUT:
		say_init_timeout(log, note);
		break;
	case OUTLET_NOTE_LINK_LOSS:
		say_status(log, &log->link_loss, true, note->value != 0 ? " next=F" : " next=wait", now_us);
		break;
	case OUTLET_NOTE_AMP_MAP_REQ:
		log_line(LOG_LEVEL_DEBUG, "Received CM_AMP_MAP.REQ. evse_id=%s carriers=%u", id, note->value);
		break;
	case OUTLET_NOTE_NO_RANDOM:
		log_line(LOG_LEVEL_ERROR, "Outlet cannot serve: no random octets for a %s. evse_id=%s", note->name, id);
		break;
	case OUTLET_NOTE_LINK_AWAITED:
		log_line(LOG_LEVEL_DEBUG,
			 "Waiting for the power-line link. evse_id=%s vendor_link_status=%s nw_stats=%s", id,
			 note->value != 0 ? "answered" : "never answered",
			 note->other_value != 0 ? "answered" : "never answered");
		break;
	case OUTLET_NOTE_PAUSE_REFUSED:
		say_pause_refused(log, note->value != 0, now_us);
		break;
	default:
		if (!say_plain(log, note->kind, now_us) && !say_frame(log, note, now_us) &&
		    !evse_log_modem_note(log, note, now_us))
			evse_log_pilot_note(log, note, now_us);
		break;
	}
}

/* --- port --- */

void evse_log_port_open(const struct evse_log *log, const uint8_t mac[MAC_LEN])
{
	char text[MAC_TEXT_SIZE];

	log_line(evse_log_recovery_level(log), "Interface is open. evse_id=%s interface=%s mac=%s", log->evse_id,
		 log->interface, mac_text(mac, text));
}

void evse_log_port_not_open(const struct evse_log *log, const char *why, bool said)
{
	log_line(said ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR, "Outlet cannot serve: %s. Trying again. evse_id=%s", why,
		 log->evse_id);
}

void evse_log_port_refused(const struct evse_log *log, const char *why, bool in_use)
{
	log_line(LOG_LEVEL_WARN, "%s: %s. evse_id=%s interface=%s",
		 in_use ? "The interface is given up when the vehicle has left"
			: "Outlet cannot serve, the interface is refused",
		 why, log->evse_id, log->interface);
}

void evse_log_filter_refused(const struct evse_log *log, const char *why)
{
	log_line(
		LOG_LEVEL_WARN,
		"The kernel takes no filter for the interface %s (%s): what cars say elsewhere is read and left, also while no vehicle is here. evse_id=%s",
		log->interface, why, log->evse_id);
}

void evse_log_port_lost(struct evse_log *log, const char *why, bool resets, uint64_t now_us)
{
	const bool loud = log_burst_pass(&log->port_losses, now_us);
	const uint64_t count = log->port_losses.count;
	const char *from_now_on =
		count >= LOG_BURST_LOUD ? "; while it comes and goes this is logged once a minute" : "";

	log_line(!loud    ? LOG_LEVEL_DEBUG
		 : resets ? LOG_LEVEL_INFO
			  : LOG_LEVEL_ERROR,
		 "Interface is lost%s: %s. Trying again%s. evse_id=%s interface=%s count=%llu",
		 resets ? ", the modem is being reset" : "", why, from_now_on, log->evse_id, log->interface,
		 (unsigned long long)count);
}

uint64_t evse_log_settled_us(const struct evse_log *log)
{
	return log_burst_over_us(&log->port_losses);
}

void evse_log_port_settled(struct evse_log *log, bool is_open, bool serving)
{
	if (is_open)
		log_line(LOG_LEVEL_INFO, "Interface has stayed for a minute, %s. evse_id=%s interface=%s losses=%llu",
			 serving ? "the modem has its key" : "the modem has not confirmed its key", log->evse_id,
			 log->interface, (unsigned long long)log->port_losses.count);
	if (serving)
		log->not_serving_why[0] = '\0';
	log->port_losses = (struct log_burst){0};
}

/* --- statistics --- */

static void take_counts(uint64_t *counts, const struct log_limit *limits, size_t number)
{
	for (size_t i = 0; i < number; i++)
		counts[i] = limits[i].count;
}

void evse_log_count(const struct evse_log *log, struct statistics *total)
{
	struct statistics own = {.matched = log->sessions.matched,
				 .steps_not_logged = log->steps_not_logged,
				 .foreign_modem_answers = log->foreign_answers.count};

	for (size_t i = 0; i < SLAC_REASON_COUNT; i++) {
		own.failed[i] = log->sessions.failed[i];
		own.unmatched[i] = log->sessions.unmatched[i];
		own.basic_charging[i] = log->sessions.basic_charging[i];
	}
	take_counts(own.malformed, log->limits->malformed, MME_ERR_COUNT);
	take_counts(own.refused, log->limits->refused, SLAC_REASON_COUNT);
	take_counts(own.wrong_field, log->limits->refused_fields, MME_ERR_COUNT);
	statistics_add(total, &own);
}
