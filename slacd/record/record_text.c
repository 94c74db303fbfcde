/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/record/record_text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const char *const inputs[] = {
	[OUTLET_START] = "start",
	[OUTLET_STOP] = "stop",
	[OUTLET_FRAME] = "frame",
	[OUTLET_PORT_UP] = "port_up",
	[OUTLET_PORT_DOWN] = "port_down",
	[OUTLET_CP_STATUS] = "cp_status",
	[OUTLET_PILOT_ANSWER] = "pilot_answer",
	[OUTLET_PILOT_NOT_SENT] = "pilot_not_sent",
	[OUTLET_BROKER_CONNECTED] = "broker_connected",
	[OUTLET_LIMITS] = "limits",
	[OUTLET_LIMITS_UNREADABLE] = "limits_unreadable",
	[OUTLET_AUTHORIZATION] = "authorization",
	[OUTLET_HLC_CHARGING] = "hlc_charging",
	[OUTLET_LINK_TERMINATE] = "link_terminate",
	[OUTLET_LINK_PAUSE] = "link_pause",
	[OUTLET_LINK_RESUME] = "link_resume",
	[OUTLET_OTHER_REQUEST] = "other_request",
	[OUTLET_RESET] = "reset",
	[OUTLET_NETWORK_QUESTION] = "network_question",
	[OUTLET_TICK] = "tick",
};
static const char *const answers[] = {"valid", "invalid", "error"};
static const char *const availabilities[] = {"ready", "not_ready", "out_of_order"};
static const char *const requests[] = {"5_percent", "F", "X1", "X2"};

static const char *word(const char *const *words, size_t count, size_t value)
{
	return value < count ? words[value] : "?";
}

/* --- writing --- */

struct text {
	char *out;
	size_t len;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *text, const char *format, ...)
{
	const size_t room = RECORD_TEXT_MAX - text->len;
	va_list arguments;

	va_start(arguments, format);
	const int len = vsnprintf(text->out + text->len, room, format, arguments);
	va_end(arguments);
	if (len > 0)
		text->len += (size_t)len < room ? (size_t)len : room - 1;
}

static void add_mac(struct text *text, const char *name, const uint8_t mac[MAC_LEN])
{
	char mac_as_text[MAC_TEXT_SIZE];

	if (!octets_are_zero(mac, MAC_LEN))
		add(text, " %s=%s", name, mac_text(mac, mac_as_text));
}

static void add_limits(struct text *text, const struct outlet_limits *limits)
{
	add(text, " has_ac=%u rcd_error=%u l1=%u l2=%u l3=%u availability=%s", limits->current.has_ac,
	    limits->current.rcd_error, limits->current.phase_da[0], limits->current.phase_da[1],
	    limits->current.phase_da[2], word(availabilities, COUNT_OF(availabilities), (size_t)limits->availability));
}

const char *record_input_text(const struct outlet_input *input, char out[RECORD_TEXT_MAX])
{
	struct text text = {.out = out};
	char mac[MAC_TEXT_SIZE];

	add(&text, "%s", word(inputs, COUNT_OF(inputs), (size_t)input->kind));
	switch (input->kind) {
	case OUTLET_PORT_UP:
		add(&text, " mac=%s", mac_text(input->port_mac, mac));
		break;
	case OUTLET_CP_STATUS:
		add(&text, " state=%s", cp_state_text(input->cp_status.state));
		if (input->cp_status.has_duty)
			add(&text, " duty=%u", input->cp_status.duty);
		break;
	case OUTLET_PILOT_ANSWER:
		add(&text, " number=%u answer=%s", input->pilot.number,
		    word(answers, COUNT_OF(answers), (size_t)input->pilot.answer));
		break;
	case OUTLET_LIMITS:
		add_limits(&text, &input->limits);
		break;
	case OUTLET_PILOT_NOT_SENT:
	case OUTLET_AUTHORIZATION:
	case OUTLET_HLC_CHARGING:
		add(&text, " active=%u", input->active);
		break;
	case OUTLET_OTHER_REQUEST:
		add(&text, " hlc=%u current=%u", input->other.hlc, input->other.current_da);
		break;
	case OUTLET_NETWORK_QUESTION:
		add(&text, " question=%u", input->question);
		break;
	case OUTLET_START:
	case OUTLET_STOP:
	case OUTLET_FRAME:
	case OUTLET_PORT_DOWN:
	case OUTLET_BROKER_CONNECTED:
	case OUTLET_LIMITS_UNREADABLE:
	case OUTLET_LINK_TERMINATE:
	case OUTLET_LINK_PAUSE:
	case OUTLET_LINK_RESUME:
	case OUTLET_RESET:
	case OUTLET_TICK:
		break;
	}
	return out;
}

/* --- notes --- */

static const char *const notes[] = {
	[OUTLET_NOTE_RECEIVED] = "received",
	[OUTLET_NOTE_RECEIVED_MODEM] = "received_modem",
	[OUTLET_NOTE_OTHER_KIND] = "other_kind",
	[OUTLET_NOTE_MALFORMED] = "malformed",
	[OUTLET_NOTE_NOT_ENCODED] = "not_encoded",
	[OUTLET_NOTE_IGNORED] = "ignored",
	[OUTLET_NOTE_PUT_OFF] = "put_off",
	[OUTLET_NOTE_ODD] = "odd",
	[OUTLET_NOTE_RUN_STEP] = "run_step",
	[OUTLET_NOTE_MISSING_PROFILE] = "missing_profile",
	[OUTLET_NOTE_INIT_TIMEOUT] = "init_timeout",
	[OUTLET_NOTE_LINK_LOSS] = "link_loss",
	[OUTLET_NOTE_LATE_CAR] = "late_car",
	[OUTLET_NOTE_AMP_MAP_REQ] = "amp_map_req",
	[OUTLET_NOTE_AMP_MAP_CONFIRMED] = "amp_map_confirmed",
	[OUTLET_NOTE_AMP_MAP_NOT_CONFIRMED] = "amp_map_not_confirmed",
	[OUTLET_NOTE_AMP_MAP_LINK_UNTOLD] = "amp_map_link_untold",
	[OUTLET_NOTE_PILOT_STATE] = "pilot_state",
	[OUTLET_NOTE_PILOT_PHASE] = "pilot_phase",
	[OUTLET_NOTE_PILOT_UNREPORTED] = "pilot_unreported",
	[OUTLET_NOTE_VEHICLE_CONNECTED] = "vehicle_connected",
	[OUTLET_NOTE_VEHICLE_LEFT] = "vehicle_left",
	[OUTLET_NOTE_PILOT_FAULT] = "pilot_fault",
	[OUTLET_NOTE_NEW_WINDOW] = "new_window",
	[OUTLET_NOTE_REQUEST_REPEATED] = "request_repeated",
	[OUTLET_NOTE_REQUEST_REFUSED] = "request_refused",
	[OUTLET_NOTE_REQUEST_UNSENT] = "request_unsent",
	[OUTLET_NOTE_PILOT_CONTRADICTED] = "pilot_contradicted",
	[OUTLET_NOTE_PILOT_OVERTAKEN] = "pilot_overtaken",
	[OUTLET_NOTE_PULSE_GIVEN_UP] = "pulse_given_up",
	[OUTLET_NOTE_A_BELONGS_TO_F] = "a_belongs_to_f",
	[OUTLET_NOTE_LATE_CAR_LET_IN] = "late_car_let_in",
	[OUTLET_NOTE_HANDED_OVER] = "handed_over",
	[OUTLET_NOTE_OTHER_MASTER] = "other_master",
	[OUTLET_NOTE_LINK_RESUMED] = "link_resumed",
	[OUTLET_NOTE_ANSWER_IGNORED] = "answer_ignored",
	[OUTLET_NOTE_LIMIT] = "limit",
	[OUTLET_NOTE_AVAILABILITY] = "availability",
	[OUTLET_NOTE_MODEM] = "modem",
	[OUTLET_NOTE_MODEM_IDENTITY] = "modem_identity",
	[OUTLET_NOTE_KEY_SET] = "key_set",
	[OUTLET_NOTE_FOREIGN_ANSWER] = "foreign_answer",
	[OUTLET_NOTE_NO_RANDOM] = "no_random",
	[OUTLET_NOTE_LINK_AWAITED] = "link_awaited",
	[OUTLET_NOTE_LINK_UNTOLD] = "link_untold",
	[OUTLET_NOTE_PAUSE_REFUSED] = "pause_refused",
	[OUTLET_NOTE_NETWORK_UNTOLD] = "network_untold",
};
_Static_assert(COUNT_OF(notes) == OUTLET_NOTE_COUNT, "each note has its word");

static const char *const modem_says[] = {
	[MODEM_SEND] = "send",
	[MODEM_SEND_MESSAGE] = "send_message",
	[MODEM_IDENTIFIED] = "identified",
	[MODEM_UNIDENTIFIED] = "unidentified",
	[MODEM_KEY_SET] = "key_set",
	[MODEM_KEY_SLOW] = "key_slow",
	[MODEM_RESTARTED] = "restarted",
	[MODEM_NOT_RESTARTED] = "not_restarted",
	[MODEM_NOT_ECHOED] = "not_echoed",
	[MODEM_UNVERIFIED] = "unverified",
	[MODEM_ASK_NETWORK] = "ask_network",
	[MODEM_KEY_LOST] = "key_lost",
	[MODEM_KEY_UNNAMED] = "key_unnamed",
	[MODEM_TROUBLE] = "trouble",
	[MODEM_RESETTING] = "resetting",
	[MODEM_NOT_RESET] = "not_reset",
	[MODEM_LINK_UP] = "link_up",
	[MODEM_LINK_LOST] = "link_lost",
	[MODEM_LINK_UNKNOWN] = "link_unknown",
	[MODEM_IGNORED] = "ignored",
};
_Static_assert(COUNT_OF(modem_says) == MODEM_IGNORED + 1, "each word of the modem");

static const char *const troubles[] = {
	[MODEM_TROUBLE_NONE] = "none",
	[MODEM_TROUBLE_SILENT] = "silent",
	[MODEM_TROUBLE_UNANSWERED] = "unanswered",
	[MODEM_TROUBLE_REFUSED] = "refused",
	[MODEM_TROUBLE_RESTARTS] = "restarts",
	[MODEM_TROUBLE_BOOT_LOADER] = "boot_loader",
};
_Static_assert(COUNT_OF(troubles) == MODEM_TROUBLE_BOOT_LOADER + 1, "each trouble");

static void add_step(struct text *text, const struct outlet_note *note)
{
	const struct outlet_run_details *run = &note->step.details;
	char run_id[RUN_ID_TEXT_SIZE];

	add(text, " %s to %s run_id=%s", slac_run_state_text(note->step.from), slac_run_state_text(note->step.to),
	    run_id_text(note->step.run_id, run_id));
	if (note->step.to == SLAC_RUN_FAILED || note->step.to == SLAC_RUN_WAIT_RSP)
		add(text, " sounds=%u/%u profiles=%u empty_profiles=%u measured_db=%u.%u reported_db=%u.%u",
		    run->sounds, run->num_sounds, run->profiles, run->empty_profiles, run->measured_ddb / 10,
		    run->measured_ddb % 10, run->reported_ddb / 10, run->reported_ddb % 10);
	if (run->refused != SLAC_REASON_NONE)
		add(text, " %s=%s", slac_reason_field_text(run->refused), mme_error_text(run->refused_error));
}

static void add_modem(struct text *text, const struct outlet_note *note)
{
	add(text, " %s", word(modem_says, COUNT_OF(modem_says), (size_t)note->modem.kind));
	if (note->modem.kind == MODEM_TROUBLE)
		add(text, " %s", word(troubles, COUNT_OF(troubles), (size_t)note->modem.trouble));
	if (note->modem.waited_ms > 0)
		add(text, " waited_ms=%u", note->modem.waited_ms);
	if (note->modem.result > 0)
		add(text, " result=0x%02x", note->modem.result);
}

/* What the modem says of itself may be anything. */
static void add_version(struct text *text, const char *version)
{
	add(text, " version=");
	for (size_t i = 0; i < QUALCOMM_VERSION_SIZE && version[i] != '\0'; i++)
		add(text, "%c", version[i] > ' ' && version[i] < 0x7f ? version[i] : '?');
}

/* `value` and `other_value`, in words where they are an enum. */
static void add_values(struct text *text, const struct outlet_note *note)
{
	switch (note->kind) {
	case OUTLET_NOTE_PILOT_STATE:
		add(text, " %s", cp_state_text((enum cp_state)note->value));
		break;
	case OUTLET_NOTE_PILOT_PHASE:
		add(text, " %s to %s", control_pilot_phase_text((enum control_pilot_phase)note->value),
		    control_pilot_phase_text((enum control_pilot_phase)note->other_value));
		break;
	case OUTLET_NOTE_REQUEST_REPEATED:
	case OUTLET_NOTE_REQUEST_REFUSED:
	case OUTLET_NOTE_REQUEST_UNSENT:
	case OUTLET_NOTE_PILOT_CONTRADICTED:
	case OUTLET_NOTE_PILOT_OVERTAKEN:
	case OUTLET_NOTE_OTHER_MASTER:
		add(text, " %s", word(requests, COUNT_OF(requests), note->value));
		break;
	case OUTLET_NOTE_AVAILABILITY:
		add(text, " %s", word(availabilities, COUNT_OF(availabilities), note->value));
		break;
	default:
		if (note->value != 0)
			add(text, " value=%u", note->value);
		if (note->other_value != 0)
			add(text, " other_value=%u", note->other_value);
		break;
	}
}

static void add_note(struct text *text, const struct outlet_note *note)
{
	char nid[NID_TEXT_SIZE];

	add(text, "note %s", word(notes, COUNT_OF(notes), (size_t)note->kind));
	if (note->name != NULL)
		add(text, " %s", note->name);
	if (note->kind == OUTLET_NOTE_RUN_STEP)
		add_step(text, note);
	else if (note->kind == OUTLET_NOTE_MODEM)
		add_modem(text, note);
	else if (note->kind == OUTLET_NOTE_MODEM_IDENTITY)
		add_version(text, note->version);
	else if (note->kind == OUTLET_NOTE_KEY_SET)
		add(text, " nid=%s", nid_text(note->nid, nid));
	add_values(text, note);
	if (note->reason != SLAC_REASON_NONE)
		add(text, " reason=%s", slac_reason_text(note->reason));
	if (note->error != MME_OK)
		add(text, " field=%s", mme_error_text(note->error));
	add_mac(text, "from", note->from);
	add_mac(text, "ours", note->ours);
}

/* --- the other effects --- */

static void add_status(struct text *text, const struct outlet_status *status)
{
	char run_id[RUN_ID_TEXT_SIZE], mac[MAC_TEXT_SIZE];

	add(text, "status %s", outlet_status_text(status->kind));
	if (status->reason != SLAC_REASON_NONE)
		add(text, " reason=%s", slac_reason_text(status->reason));
	if (status->has_ev)
		add(text, " run_id=%s ev=%s", run_id_text(status->run_id, run_id), mac_text(status->ev_mac, mac));
	if (status->has_attenuation)
		add(text, " attenuation_db=%u.%u", status->attenuation_ddb / 10, status->attenuation_ddb % 10);
}

static void add_request(struct text *text, const struct control_pilot_sending *sending)
{
	add(text, "pilot_request %s", word(requests, COUNT_OF(requests), (size_t)sending->request.kind));
	if (sending->request.kind == PILOT_X2)
		add(text, " current=%u.%uA", sending->request.current_da / 10, sending->request.current_da % 10);
	add(text, " number=%u sendings=%u", sending->number, sending->sendings);
}

static void add_network(struct text *text, uint32_t question, bool in_network, const struct nw_info *info)
{
	char nid[NID_TEXT_SIZE];

	add(text, "network_answer question=%u", question);
	if (!in_network)
		return;
	add(text, " nid=%s snid=%u tei=%u role=%u stations=%u", nid_text(info->nid, nid), info->snid, info->tei,
	    info->role, info->stations);
	add_mac(text, "modem", info->modem_mac);
	add_mac(text, "cco", info->cco_mac);
}

const char *record_effect_text(const struct outlet_effect *effect, char out[RECORD_TEXT_MAX])
{
	struct text text = {.out = out};

	switch (effect->kind) {
	case OUTLET_SEND:
		add(&text, "send");
		break;
	case OUTLET_STATUS:
		add_status(&text, &effect->status);
		break;
	case OUTLET_PILOT_REQUEST:
		add_request(&text, &effect->pilot);
		break;
	case OUTLET_ANSWER_NETWORK:
		add_network(&text, effect->network.question, effect->network.in_network, &effect->network.info);
		break;
	case OUTLET_WANTS_E_F:
		add(&text, "wants_e_f");
		break;
	case OUTLET_SERVING:
		add(&text, "serving %s", effect->serving ? "yes" : "no");
		break;
	case OUTLET_NOTE:
		add_note(&text, &effect->note);
		break;
	}
	return out;
}

/* --- reading inputs --- */

/* The value of " name=", up to the next blank; false: there is none. */
static bool find_value(const char *text, const char *name, char out[32])
{
	char key[32];

	snprintf(key, sizeof(key), " %s=", name);
	const char *place = strstr(text, key);
	if (place == NULL)
		return false;
	place += strlen(key);
	const size_t len = strcspn(place, " ");
	if (len == 0 || len >= 32)
		return false;
	memcpy(out, place, len);
	out[len] = '\0';
	return true;
}

static bool find_number(const char *text, const char *name, uint32_t *number)
{
	char value[32];
	char *end;

	if (!find_value(text, name, value) || value[0] < '0' || value[0] > '9')
		return false;
	const unsigned long long big = strtoull(value, &end, 10);
	*number = (uint32_t)big;
	return *end == '\0' && big <= UINT32_MAX;
}

static bool find_flag(const char *text, const char *name, bool *flag)
{
	uint32_t number;

	if (!find_number(text, name, &number) || number > 1)
		return false;
	*flag = number == 1;
	return true;
}

static bool find_word(const char *text, const char *name, const char *const *words, size_t count, size_t *place)
{
	char value[32];

	if (!find_value(text, name, value))
		return false;
	for (*place = 0; *place < count; ++*place)
		if (strcmp(words[*place], value) == 0)
			return true;
	return false;
}

static bool find_state(const char *text, enum cp_state *state)
{
	char value[32];

	if (!find_value(text, "state", value))
		return false;
	for (int i = 0; i < CP_STATE_COUNT; i++) {
		*state = (enum cp_state)i;
		if (strcmp(cp_state_text(*state), value) == 0)
			return true;
	}
	return false;
}

static bool read_mac(const char *text, uint8_t mac[MAC_LEN])
{
	char value[32];

	return find_value(text, "mac", value) && mac_parse(value, mac);
}

static bool read_limits(const char *text, struct outlet_limits *limits)
{
	size_t availability;

	if (!find_flag(text, "has_ac", &limits->current.has_ac) ||
	    !find_flag(text, "rcd_error", &limits->current.rcd_error) ||
	    !find_number(text, "l1", &limits->current.phase_da[0]) ||
	    !find_number(text, "l2", &limits->current.phase_da[1]) ||
	    !find_number(text, "l3", &limits->current.phase_da[2]) ||
	    !find_word(text, "availability", availabilities, COUNT_OF(availabilities), &availability))
		return false;
	limits->availability = (enum control_pilot_availability)availability;
	return true;
}

static bool read_answer(const char *text, struct outlet_input *input)
{
	size_t answer;

	if (!find_number(text, "number", &input->pilot.number) ||
	    !find_word(text, "answer", answers, COUNT_OF(answers), &answer))
		return false;
	input->pilot.answer = (enum outlet_answer)answer;
	return true;
}

static bool read_values(const char *text, struct outlet_input *input)
{
	switch (input->kind) {
	case OUTLET_PORT_UP:
		return read_mac(text, input->port_mac);
	case OUTLET_CP_STATUS:
		input->cp_status.has_duty = find_number(text, "duty", &input->cp_status.duty);
		return find_state(text, &input->cp_status.state);
	case OUTLET_PILOT_ANSWER:
		return read_answer(text, input);
	case OUTLET_LIMITS:
		return read_limits(text, &input->limits);
	case OUTLET_PILOT_NOT_SENT:
	case OUTLET_AUTHORIZATION:
	case OUTLET_HLC_CHARGING:
		return find_flag(text, "active", &input->active);
	case OUTLET_OTHER_REQUEST:
		return find_flag(text, "hlc", &input->other.hlc) &&
		       find_number(text, "current", &input->other.current_da);
	case OUTLET_NETWORK_QUESTION:
		return find_number(text, "question", &input->question);
	default:
		return input->kind != OUTLET_FRAME;
	}
}

bool record_input_read(const char *text, struct outlet_input *input)
{
	const size_t len = strcspn(text, " ");

	memset(input, 0, sizeof(*input));
	for (size_t i = 0; i < COUNT_OF(inputs); i++) {
		if (strlen(inputs[i]) != len || strncmp(inputs[i], text, len) != 0)
			continue;
		input->kind = (enum outlet_input_kind)i;
		return read_values(text, input);
	}
	return false;
}
