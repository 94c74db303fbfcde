/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/replay/replay_report.h"

#include "tools/replay/mme_summary.h"

#include <inttypes.h>
#include <stdio.h>

static void line_begin(const struct replay_report *report, const char *kind)
{
	const bool before = report->now_us < report->start_us;
	const uint64_t us = before ? report->start_us - report->now_us : report->now_us - report->start_us;
	char text[32];

	snprintf(text, sizeof(text), "%s%" PRIu64 ".%03" PRIu64, before ? "-" : "", us / 1000, us % 1000);
	printf("%14s  %-8s  ", text, kind);
}

static void line(const struct replay_report *report, const char *kind, const char *text)
{
	line_begin(report, kind);
	printf("%s\n", text);
}

/* --- frames and the pilot --- */

void report_frame(const struct replay_report *report, const char *arrow, bool to, const uint8_t *octets, size_t len)
{
	struct frame_text text;
	char mac[MAC_TEXT_SIZE];

	frame_describe(octets, len, &text);
	line_begin(report, arrow);
	printf("%-23s  %s%s%s\n", text.name, mac_text(to ? text.dst : text.src, mac),
	       text.summary[0] == '\0' ? "" : "  ", text.summary);
}

void report_state(const struct replay_report *report, enum cp_state state)
{
	line_begin(report, "pilot");
	printf("state %s\n", cp_state_text(state));
}

static void report_request(const struct replay_report *report, const struct pilot_request *request)
{
	line_begin(report, "request");
	printf("%s", pilot_request_text(request->kind));
	if (request->kind == PILOT_X2)
		printf(" %u.%u A", request->current_da / 10, request->current_da % 10);
	printf("\n");
}

/* --- status and runs --- */

static void print_ev(const uint8_t ev_mac[MAC_LEN], const uint8_t run_id[RUN_ID_LEN])
{
	char id[RUN_ID_TEXT_SIZE], mac[MAC_TEXT_SIZE];

	printf("  %s  run_id=%s", mac_text(ev_mac, mac), run_id_text(run_id, id));
}

static void end_line(enum slac_reason reason)
{
	if (reason != SLAC_REASON_NONE)
		printf("  reason=%s", slac_reason_text(reason));
	printf("\n");
}

static void report_status(const struct replay_report *report, const struct outlet_status *status)
{
	line_begin(report, "status");
	printf("%-23s", outlet_status_text(status->kind));
	if (status->has_ev)
		print_ev(status->ev_mac, status->run_id);
	if (status->has_attenuation)
		printf("  attenuation=%u.%u dB", status->attenuation_ddb / 10, status->attenuation_ddb % 10);
	end_line(status->reason);
}

/* The means of what the modem measured and of what was reported to the EV, where a receive path lies between them. */
static void report_attenuation(const struct replay_report *report, const struct outlet_note *note)
{
	const struct outlet_run_details *run = &note->step.details;
	char mac[MAC_TEXT_SIZE];

	if (note->step.to != SLAC_RUN_WAIT_RSP || run->measured_ddb == run->reported_ddb)
		return;
	line_begin(report, "run");
	printf("%-23s  %s  measured=%u.%u dB reported=%u.%u dB\n", "attenuation", mac_text(note->from, mac),
	       run->measured_ddb / 10, run->measured_ddb % 10, run->reported_ddb / 10, run->reported_ddb % 10);
}

static void report_step(const struct replay_report *report, const struct outlet_note *note)
{
	char step[48];

	line_begin(report, "run");
	snprintf(step, sizeof(step), "%s to %s", slac_run_state_text(note->step.from),
		 slac_run_state_text(note->step.to));
	printf("%-23s", step);
	print_ev(note->from, note->step.run_id);
	end_line(note->reason);
	report_attenuation(report, note);
}

static void report_message(const struct replay_report *report, const char *verb, const struct outlet_note *note)
{
	const bool by_field = note->reason == SLAC_REASON_FIELD;
	char mac[MAC_TEXT_SIZE];

	line_begin(report, verb);
	printf("%-23s  %s  reason=%s%s%s\n", note->name, mac_text(note->from, mac), slac_reason_text(note->reason),
	       by_field ? ":" : "", by_field ? mme_error_text(note->error) : "");
}

/* --- the modem --- */

static void report_key(const struct replay_report *report, const struct outlet_note *note)
{
	char nid[NID_TEXT_SIZE], mac[MAC_TEXT_SIZE];

	line_begin(report, "key");
	printf("%-23s  %s  nid=%s\n", "confirmed", mac_text(note->from, mac), nid_text(note->nid, nid));
}

static void report_identity(const struct replay_report *report, const struct outlet_note *note)
{
	char mac[MAC_TEXT_SIZE];

	line_begin(report, "modem");
	printf("%-23s  %s  family=%s version=%s\n", "identified", mac_text(note->from, mac),
	       modem_family_text((enum modem_family)note->value), note->version[0] != '\0' ? note->version : "?");
}

static void report_answer_ignored(const struct replay_report *report, const struct outlet_note *note,
				  enum mme_error error)
{
	char mac[MAC_TEXT_SIZE];

	line_begin(report, "refused");
	printf("%-23s  %s  reason=%s\n", "modem's answer", mac_text(note->from, mac), mme_error_text(error));
}

static const char *trouble_text(enum modem_trouble trouble)
{
	switch (trouble) {
	case MODEM_TROUBLE_SILENT:
		return "does not answer";
	case MODEM_TROUBLE_UNANSWERED:
		return "answers, but does not confirm its key";
	case MODEM_TROUBLE_REFUSED:
		return "refuses its key";
	case MODEM_TROUBLE_RESTARTS:
		return "restarts again and again before it has its key";
	case MODEM_TROUBLE_BOOT_LOADER:
		return "is in its boot loader, it has no firmware";
	case MODEM_TROUBLE_NONE:
		break;
	}
	return "?";
}

static const char *modem_text(const struct outlet_note *note)
{
	switch (note->modem.kind) {
	case MODEM_TROUBLE:
		return trouble_text(note->modem.trouble);
	case MODEM_RESTARTED:
		return "has restarted";
	case MODEM_NOT_RESTARTED:
		return "has its key, although it seems to have restarted";
	case MODEM_KEY_SLOW:
		return "has not confirmed its key yet, it is given again";
	case MODEM_NOT_ECHOED:
		return "answers CM_SET_KEY without the nonce";
	case MODEM_UNVERIFIED:
		return "does not tell its key, it counts as set";
	case MODEM_KEY_LOST:
		return "has another key than it was given";
	case MODEM_KEY_UNNAMED:
		return "refuses to tell its key, and names no network";
	case MODEM_UNIDENTIFIED:
		return "does not say what it is";
	case MODEM_RESETTING:
		return "is being reset";
	case MODEM_NOT_RESET:
		return "was not reset";
	default:
		return "?";
	}
}

static void report_modem(const struct replay_report *report, const struct outlet_note *note)
{
	if (note->modem.kind == MODEM_IGNORED)
		report_answer_ignored(report, note, note->error);
	else
		line(report, "modem", modem_text(note));
}

/* --- other notes --- */

static void report_phase(const struct replay_report *report, const struct outlet_note *note)
{
	line_begin(report, "pilot");
	printf("%s to %s\n", control_pilot_phase_text((enum control_pilot_phase)note->value),
	       control_pilot_phase_text((enum control_pilot_phase)note->other_value));
}

static void report_missing_profile(const struct replay_report *report, const struct outlet_note *note)
{
	line_begin(report, "run");
	printf("nothing was measured, reported=%u.0 dB\n", note->value);
}

/* What is said with constant words, or NULL. */
static const char *plain_text(const struct outlet_note *note, const char **kind)
{
	*kind = "pilot";
	switch (note->kind) {
	case OUTLET_NOTE_INIT_TIMEOUT:
		if (note->reason == SLAC_REASON_NO_MATCH_IN_TIME)
			return "cars were heard, and none was matched within slac.tt_fallback_ms";
		return note->reason == SLAC_REASON_KEY_NOT_SET ? "TT_EVSE_SLAC_init is over, the key was not set"
							       : "no CM_SLAC_PARM.REQ within TT_EVSE_SLAC_init";
	case OUTLET_NOTE_PILOT_UNREPORTED:
		return "a car speaks, and no state was reported since the start";
	case OUTLET_NOTE_VEHICLE_CONNECTED:
		return "vehicle connected";
	case OUTLET_NOTE_VEHICLE_LEFT:
		return "vehicle left";
	case OUTLET_NOTE_PILOT_FAULT:
		return "fault";
	case OUTLET_NOTE_NEW_WINDOW:
		return "a new window for CM_SLAC_PARM.REQ";
	default:
		break;
	}
	*kind = "link";
	switch (note->kind) {
	case OUTLET_NOTE_LINK_AWAITED:
		return "awaited";
	case OUTLET_NOTE_LINK_UNTOLD:
		return "the modem cannot tell it, counts as up";
	case OUTLET_NOTE_LINK_LOSS:
		return note->value != 0 ? "lost, F follows" : "lost";
	case OUTLET_NOTE_AMP_MAP_LINK_UNTOLD:
		return "untold, no CM_AMP_MAP.REQ is sent";
	case OUTLET_NOTE_AMP_MAP_CONFIRMED:
		return "the amplitude map is confirmed";
	case OUTLET_NOTE_AMP_MAP_NOT_CONFIRMED:
		return "the amplitude map is not confirmed";
	default:
		return NULL;
	}
}

/* Not all: frames have lines of their own, and stand-ins neither refuse nor delay what the outlet asks for. */
static void report_note(const struct replay_report *report, const struct outlet_note *note)
{
	const char *kind, *text = plain_text(note, &kind);

	if (text != NULL) {
		line(report, kind, text);
		return;
	}
	switch (note->kind) {
	case OUTLET_NOTE_IGNORED:
		report_message(report, "refused", note);
		break;
	case OUTLET_NOTE_PUT_OFF:
		report_message(report, "put off", note);
		break;
	case OUTLET_NOTE_ODD:
		report_message(report, "odd", note);
		break;
	case OUTLET_NOTE_RUN_STEP:
		report_step(report, note);
		break;
	case OUTLET_NOTE_MISSING_PROFILE:
		report_missing_profile(report, note);
		break;
	case OUTLET_NOTE_PILOT_PHASE:
		report_phase(report, note);
		break;
	case OUTLET_NOTE_MODEM:
		report_modem(report, note);
		break;
	case OUTLET_NOTE_MODEM_IDENTITY:
		report_identity(report, note);
		break;
	case OUTLET_NOTE_KEY_SET:
		report_key(report, note);
		break;
	case OUTLET_NOTE_FOREIGN_ANSWER:
		report_answer_ignored(report, note, MME_ERR_SOURCE_MAC);
		break;
	default:
		break;
	}
}

void report_effect(const struct replay_report *report, const struct outlet_effect *effect)
{
	switch (effect->kind) {
	case OUTLET_SEND:
		report_frame(report, "->", true, effect->frame.octets, effect->frame.len);
		break;
	case OUTLET_STATUS:
		report_status(report, &effect->status);
		break;
	case OUTLET_PILOT_REQUEST:
		report_request(report, &effect->pilot.request);
		break;
	case OUTLET_WANTS_E_F:
		line(report, "pilot", "the E/F step is wanted");
		break;
	case OUTLET_SERVING:
		line(report, "serving", effect->serving ? "yes" : "no");
		break;
	case OUTLET_NOTE:
		report_note(report, &effect->note);
		break;
	case OUTLET_ANSWER_NETWORK:
		break; /* nobody asks */
	}
}
