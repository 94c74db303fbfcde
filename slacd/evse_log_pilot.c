/* SPDX-License-Identifier: Apache-2.0 */
/* What the log says of the pilot and of what the station wants. */
#include "slacd/evse_log_internal.h"

static const char *answer_text(uint32_t answer)
{
	static const char *const texts[] = {"valid", "invalid", "error"};

	return answer < sizeof(texts) / sizeof(texts[0]) ? texts[answer] : "?";
}

static const char *request_text(uint32_t kind)
{
	return pilot_request_text((enum pilot_request_kind)kind);
}

/* The first repeats, then once a minute: a station that is away must not fill the log. */
#define REPEATS_SAID 3

static void say_repeated(struct evse_log *log, const struct outlet_note *note, uint64_t now_us)
{
	bool loud = log_limit_pass(&log->repeats, now_us) || note->other_value <= REPEATS_SAID;

	log_line(loud ? LOG_LEVEL_WARN : LOG_LEVEL_DEBUG,
		 "Pilot request is not confirmed, repeating it. evse_id=%s request=%s attempt=%u", log->evse_id,
		 request_text(note->value), note->other_value);
}

static void say_refused_request(struct evse_log *log, const struct outlet_note *note, uint64_t now_us)
{
	const bool has_info = log->answer_info != NULL && log->answer_info[0] != '\0';

	log_line(evse_log_event_level(log, LOG_LEVEL_ERROR, now_us),
		 "The station refuses a pilot request, it will be repeated. evse_id=%s request=%s status=%s%s%s%s",
		 log->evse_id, request_text(note->value), answer_text(note->other_value), has_info ? " info=\"" : "",
		 has_info ? log->answer_info : "", has_info ? "\"" : "");
}

static void say_unreported_pilot(const struct evse_log *log, const struct outlet_note *note)
{
	char mac[MAC_TEXT_SIZE];

	log_line(
		LOG_LEVEL_WARN,
		"A car speaks, and the station has not reported the pilot since the start: a car at this outlet is not answered before a cp_status. evse_id=%s ev=%s",
		log->evse_id, mac_text(note->from, mac));
}

/* With the setting that would have let the car in. NONE: no window was over, another way led to basic charging. */
static const char *late_when_text(enum slac_reason reason)
{
	switch (reason) {
	case SLAC_REASON_NONE:
		return "outside of a window";
	case SLAC_REASON_NO_MATCH_IN_TIME:
		return "when its time (slac.tt_fallback_ms) was over";
	default:
		return "when its time (slac.tt_evse_slac_init_ms, up to 50000) was over";
	}
}

static void say_late_car(const struct evse_log *log, const struct outlet_note *note)
{
	char mac[MAC_TEXT_SIZE];

	log_line(LOG_LEVEL_INFO, "A car speaks %u.%u s after the plug-in, %s: %s. evse_id=%s ev=%s", note->value / 1000,
		 note->value % 1000 / 100, late_when_text(note->reason),
		 note->other_value != 0 ? "it gets another window if it goes on asking (slac.rematch_from_basic)"
					: "it is not answered",
		 log->evse_id, mac_text(note->from, mac));
}

static void say_other_master(struct evse_log *log, const struct outlet_note *note, uint64_t now_us)
{
	if (log_limit_pass(&log->other_masters, now_us))
		log_line(
			LOG_LEVEL_WARN,
			"Another service asks the station for a pilot that is not in order now (cp_pwm), asking again. Only in basic charging another service may answer for the current. evse_id=%s request=%s count=%llu",
			log->evse_id, request_text(note->value), (unsigned long long)log->other_masters.count);
}

void evse_log_pilot_note(struct evse_log *log, const struct outlet_note *note, uint64_t now_us)
{
	const char *id = log->evse_id;

	switch (note->kind) {
	case OUTLET_NOTE_PILOT_STATE:
		log_line(LOG_LEVEL_DEBUG, "Pilot state. evse_id=%s cp_state=%s", id,
			 cp_state_text((enum cp_state)note->value));
		break;
	case OUTLET_NOTE_PILOT_PHASE:
		log_line(evse_log_event_level(log, LOG_LEVEL_INFO, now_us), "Pilot: %s to %s. evse_id=%s",
			 control_pilot_phase_text((enum control_pilot_phase)note->value),
			 control_pilot_phase_text((enum control_pilot_phase)note->other_value), id);
		break;
	case OUTLET_NOTE_PILOT_UNREPORTED:
		say_unreported_pilot(log, note);
		break;
	case OUTLET_NOTE_LATE_CAR:
		say_late_car(log, note);
		break;
	case OUTLET_NOTE_OTHER_MASTER:
		say_other_master(log, note, now_us);
		break;
	case OUTLET_NOTE_REQUEST_REPEATED:
		say_repeated(log, note, now_us);
		break;
	case OUTLET_NOTE_REQUEST_UNSENT:
		log_line(note->other_value != 0 ? LOG_LEVEL_WARN : LOG_LEVEL_DEBUG,
			 "Pilot request was not sent, trying again%s. evse_id=%s request=%s",
			 note->other_value != 0 ? ": the broker client refuses it" : " when the broker is connected",
			 id, request_text(note->value));
		break;
	case OUTLET_NOTE_PILOT_CONTRADICTED:
		log_line(evse_log_event_level(log, LOG_LEVEL_WARN, now_us),
			 "The station has confirmed a pilot and shows another one, asking again. evse_id=%s request=%s",
			 id, request_text(note->value));
		break;
	case OUTLET_NOTE_PILOT_OVERTAKEN:
		log_line(evse_log_event_level(log, LOG_LEVEL_WARN, now_us),
			 "The station has carried out an older pilot request last, asking again. evse_id=%s request=%s",
			 id, request_text(note->value));
		break;
	case OUTLET_NOTE_REQUEST_REFUSED:
		say_refused_request(log, note, now_us);
		break;
	case OUTLET_NOTE_ANSWER_IGNORED:
		log_line(LOG_LEVEL_DEBUG, "Late or foreign cp_pwm response ignored. evse_id=%s id=%s", id,
			 log->answer_id != NULL ? log->answer_id : "");
		break;
	case OUTLET_NOTE_LIMIT:
		log_line(evse_log_event_level(log, LOG_LEVEL_INFO, now_us), "AC limit. evse_id=%s current=%u.%u A", id,
			 note->value / 10, note->value % 10);
		break;
	case OUTLET_NOTE_AVAILABILITY:
		log_line(evse_log_event_level(log, LOG_LEVEL_WARN, now_us),
			 "The station changes the outlet's status. evse_id=%s status_code=%s", id,
			 log->status_code != NULL ? log->status_code : "?");
		break;
	default:
		break;
	}
}
