/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/outlet/outlet_internal.h"

#include <assert.h>
#include <string.h>

/* --- effects and errands --- */

struct outlet_effect *outlet_effect(struct outlet_effects *out, enum outlet_effect_kind kind)
{
	assert(out->count < OUTLET_EFFECTS);
	struct outlet_effect *effect = &out->items[out->count++];
	memset(effect, 0, sizeof(*effect));
	effect->kind = kind;
	return effect;
}

struct outlet_note *outlet_note(struct outlet_effects *out, enum outlet_note_kind kind)
{
	struct outlet_note *note = &outlet_effect(out, OUTLET_NOTE)->note;

	note->kind = kind;
	return note;
}

struct outlet_errand *outlet_queue(struct outlet *outlet, enum outlet_errand_kind kind)
{
	assert(outlet->errand_count < OUTLET_QUEUE);
	struct outlet_errand *errand = &outlet->errands[(outlet->errand_first + outlet->errand_count++) % OUTLET_QUEUE];
	memset(errand, 0, sizeof(*errand));
	errand->kind = kind;
	return errand;
}

void outlet_queue_slac(struct outlet *outlet, enum slac_evse_input_kind kind, enum slac_reason reason)
{
	struct outlet_errand *errand = outlet_queue(outlet, OUTLET_TO_SLAC);

	errand->slac = kind;
	errand->reason = reason;
}

void outlet_set_serving(struct outlet *outlet, bool serving, struct outlet_effects *out)
{
	if (outlet->serving != serving)
		outlet_effect(out, OUTLET_SERVING)->serving = serving;
	outlet->serving = serving;
}

uint8_t *outlet_frame_room(struct outlet_effects *out, size_t size)
{
	assert(out->octets_used + size <= OUTLET_OCTETS);
	return out->octets + out->octets_used;
}

void outlet_commit_frame(struct outlet_effects *out, const char *name, size_t len)
{
	struct outlet_effect *effect = outlet_effect(out, OUTLET_SEND);

	effect->frame.octets = out->octets + out->octets_used;
	effect->frame.len = len;
	effect->frame.name = name;
	out->octets_used += len;
}

void outlet_send_mme(struct outlet *outlet, const struct mme *frame, struct outlet_effects *out)
{
	const size_t size = 256; /* holds every one of these messages */
	size_t len;
	enum mme_error error = mme_encode(frame, outlet_frame_room(out, size), size, &len);

	if (frame->mmtype == CM_SLAC_MATCH_CNF)
		outlet->key_given = true;
	if (error == MME_OK) {
		outlet_commit_frame(out, mme_name(frame->mmtype), len);
		return;
	}
	struct outlet_note *note = outlet_note(out, OUTLET_NOTE_NOT_ENCODED);
	note->name = mme_name(frame->mmtype);
	note->error = error;
}

/* --- frames --- */

static struct outlet_note *note_frame(enum outlet_note_kind kind, const uint8_t from[MAC_LEN], const char *name,
				      uint32_t value, struct outlet_effects *out)
{
	struct outlet_note *note = outlet_note(out, kind);

	memcpy(note->from, from, MAC_LEN);
	note->name = name;
	note->value = value;
	return note;
}

static void take_decoded(struct outlet *outlet, const struct mme *frame, bool neighbour_validates, uint64_t now_us,
			 struct outlet_effects *out)
{
	const struct slac_evse_input input = {
		.kind = SLAC_EVSE_FRAME,
		.frame = frame,
		.neighbour_validates = frame->mmtype == CM_VALIDATE_REQ && neighbour_validates,
	};

	note_frame(OUTLET_NOTE_RECEIVED, frame->src, mme_name(frame->mmtype), 0, out);
	if (frame->mmtype == CM_SET_KEY_CNF || frame->mmtype == CM_GET_KEY_CNF)
		outlet_give_modem_frame(outlet, frame, now_us, out);
	else
		outlet_give_slac(outlet, &input, now_us, out);
}

static void note_malformed(const uint8_t from[MAC_LEN], const char *name, enum mme_error error, size_t len,
			   struct outlet_effects *out)
{
	note_frame(OUTLET_NOTE_MALFORMED, from, name, (uint32_t)len, out)->error = error;
}

/* False when the frame is neither CM_AMP_MAP.REQ nor its CNF. */
static bool take_amp_map(struct outlet *outlet, const uint8_t *octets, size_t len, uint64_t now_us,
			 struct outlet_effects *out)
{
	struct amp_map_mme message;
	enum mme_error error = amp_map_decode(octets, len, &message);

	if (error == MME_ERR_MMTYPE)
		return false;
	if (error == MME_OK) {
		outlet_give_amp_map(outlet, &message, now_us, out);
		return true;
	}
	struct outlet_note *note = note_frame(OUTLET_NOTE_IGNORED, message.src, "CM_AMP_MAP", 0, out);
	note->reason = SLAC_REASON_FIELD;
	note->error = error;
	return true;
}

/* False when the frame is none of the modem's messages. */
static bool take_modem_message(struct outlet *outlet, const uint8_t *octets, size_t len, uint64_t now_us,
			       struct outlet_effects *out)
{
	struct modem_mme message;
	enum mme_error error = modem_mme_decode(octets, len, &message);

	if (error == MME_ERR_MMTYPE)
		return false;
	if (error != MME_OK) {
		note_malformed(message.src, "modem message", error, len, out);
		return true;
	}
	note_frame(OUTLET_NOTE_RECEIVED_MODEM, message.src, modem_message_text(message.message), 0, out);
	outlet_give_modem_message(outlet, &message, now_us, out);
	return true;
}

/* Not between EV and EVSE: the modem's messages, VS_NW_INFO, CM_AMP_MAP, or foreign traffic. */
static void take_other(struct outlet *outlet, const struct mme *header, const uint8_t *octets, size_t len,
		       uint64_t now_us, struct outlet_effects *out)
{
	if (header->mmtype == VS_NW_INFO_CNF)
		outlet_take_network(outlet, octets, len, now_us, out);
	else if (!take_amp_map(outlet, octets, len, now_us, out) &&
		 !take_modem_message(outlet, octets, len, now_us, out))
		note_frame(OUTLET_NOTE_OTHER_KIND, header->src, NULL, header->mmtype, out);
}

static void take_frame(struct outlet *outlet, const struct outlet_input *input, uint64_t now_us,
		       struct outlet_effects *out)
{
	const uint8_t *octets = input->frame.octets;
	const size_t len = input->frame.len;
	struct mme frame;

	if (!outlet->port_is_up)
		return; /* an answer could not be sent */
	enum mme_error error = mme_decode(octets, len, &frame);
	if (error == MME_OK)
		take_decoded(outlet, &frame, input->frame.neighbour_validates, now_us, out);
	else if (error == MME_ERR_MMTYPE)
		take_other(outlet, &frame, octets, len, now_us, out);
	else
		note_malformed(frame.src, mme_name(frame.mmtype), error, len, out);
	explicit_bzero(&frame, sizeof(frame)); /* CM_GET_KEY.CNF holds the key */
}

/* --- port --- */

static void take_port(struct outlet *outlet, const uint8_t mac[MAC_LEN])
{
	memcpy(outlet->slac.config.evse_mac, mac, MAC_LEN);
	memcpy(outlet->modem.config.host_mac, mac, MAC_LEN);
	memcpy(outlet->amp_map.config.evse_mac, mac, MAC_LEN);
	outlet->port_is_up = true;
	outlet_queue(outlet, OUTLET_SET_NEW_KEY);
}

static void lose_port(struct outlet *outlet, struct outlet_effects *out)
{
	if (!outlet->port_is_up)
		return;
	outlet->port_is_up = false;
	modem_forget(&outlet->modem);
	outlet_set_serving(outlet, false, out);
	outlet_queue_slac(outlet, SLAC_EVSE_KEY_LOST, SLAC_REASON_LINK_LOST);
}

/* --- the data link of the ISO 15118 side --- */

static void give_slac_kind(struct outlet *outlet, enum slac_evse_input_kind kind, enum slac_reason reason,
			   uint64_t now_us, struct outlet_effects *out)
{
	const struct slac_evse_input input = {.kind = kind, .reason = reason};

	outlet_give_slac(outlet, &input, now_us, out);
}

static void give_pilot_kind(struct outlet *outlet, enum control_pilot_input_kind kind, bool active, uint64_t now_us,
			    struct outlet_effects *out)
{
	const struct control_pilot_input input = {.kind = kind, .active = active};

	outlet_give_pilot(outlet, &input, now_us, out);
}

/* The key is kept, so that the EV finds the network again. A link that is asleep is not lost. */
static void pause_link(struct outlet *outlet, uint64_t now_us, struct outlet_effects *out)
{
	/* A resume that still waits for the link is given up. */
	give_slac_kind(outlet, SLAC_EVSE_LINK_PAUSED, SLAC_REASON_NONE, now_us, out);
	if (outlet->slac.state != SLAC_EVSE_MATCHED) {
		outlet_note(out, OUTLET_NOTE_PAUSE_REFUSED)->value = outlet->slac.state == SLAC_EVSE_JOINING;
		return;
	}
	outlet->link_paused = true;
	modem_unwatch_link(&outlet->modem);
	give_pilot_kind(outlet, CONTROL_PILOT_LINK_PAUSED, true, now_us, out);
}

/* The oscillator first: the pilot says when the link is looked for. */
static void wake_link(struct outlet *outlet, uint64_t now_us, struct outlet_effects *out)
{
	if (outlet->link_paused || outlet->pilot.phase == CONTROL_PILOT_PAUSED)
		give_pilot_kind(outlet, CONTROL_PILOT_WAKE, true, now_us, out);
}

static void resume_link(struct outlet *outlet, uint64_t now_us, struct outlet_effects *out)
{
	if (!outlet->link_paused)
		return;
	outlet->link_paused = false;
	outlet_note(out, OUTLET_NOTE_LINK_RESUMED);
	outlet_set_same_key(outlet, now_us, out);
	/* T_conn_resume runs from here: a modem that does not answer must not leave the car matched. */
	outlet_queue_slac(outlet, SLAC_EVSE_REJOIN, SLAC_REASON_NONE);
}

/* A link that was lost in its pause has ended already. What is left of it is the pilot: nobody will wake it any more. */
static void terminate_link(struct outlet *outlet, uint64_t now_us, struct outlet_effects *out)
{
	const bool has_ended = outlet->slac.state != SLAC_EVSE_MATCHING && !slac_evse_is_given_away(&outlet->slac);

	give_slac_kind(outlet, SLAC_EVSE_TERMINATE, SLAC_REASON_NONE, now_us, out);
	if (has_ended)
		wake_link(outlet, now_us, out);
	if (outlet->pilot.config.is_elsewhere) /* nobody is answered before its owner tells B, C or D again */
		give_slac_kind(outlet, SLAC_EVSE_PAUSE, SLAC_REASON_NONE, now_us, out);
}

/* --- inputs --- */

/* The EV validates by closing and opening S2, which the pilot shows as C or D and B. */
static void take_cp_status(struct outlet *outlet, const struct outlet_cp_status *status, uint64_t now_us,
			   struct outlet_effects *out)
{
	const enum cp_state state = status->state;
	const struct control_pilot_input input = {
		.kind = CONTROL_PILOT_STATE, .state = state, .has_duty = status->has_duty, .duty = status->duty};
	bool open = state == CP_STATE_B1 || state == CP_STATE_B2;

	outlet_note(out, OUTLET_NOTE_PILOT_STATE)->value = state;
	outlet_give_pilot(outlet, &input, now_us, out);
	if (cp_state_has_vehicle(state))
		outlet_queue_slac(outlet, open ? SLAC_EVSE_S2_OPEN : SLAC_EVSE_S2_CLOSED, SLAC_REASON_NONE);
}

static void take_other_request(struct outlet *outlet, const struct outlet_input *input, uint64_t now_us,
			       struct outlet_effects *out)
{
	const struct control_pilot_input request = {
		.kind = CONTROL_PILOT_OTHER_REQUEST, .active = input->other.hlc, .current_da = input->other.current_da};

	outlet_give_pilot(outlet, &request, now_us, out);
}

static void stop(struct outlet *outlet, uint64_t now_us, struct outlet_effects *out)
{
	if (outlet->slac.vehicle_connected)
		give_slac_kind(outlet, SLAC_EVSE_DISCONNECTED, SLAC_REASON_RESET, now_us, out);
	give_pilot_kind(outlet, CONTROL_PILOT_END, false, now_us, out);
}

static void note_unsent(const struct outlet *outlet, bool connected, struct outlet_effects *out)
{
	struct outlet_note *note = outlet_note(out, OUTLET_NOTE_REQUEST_UNSENT);

	note->value = outlet->pilot.asking.request.kind;
	note->other_value = connected;
}

/* What cannot be read is no permission. The rest of the message may be about other outlets. */
static void take_unreadable_limits(struct outlet *outlet, uint64_t now_us, struct outlet_effects *out)
{
	const struct outlet_limits nothing = {.availability = outlet->pilot.availability};

	outlet_take_limits(outlet, &nothing, now_us, out);
}

static void take(struct outlet *outlet, const struct outlet_input *input, uint64_t now_us, struct outlet_effects *out)
{
	switch (input->kind) {
	case OUTLET_START:
		give_pilot_kind(outlet, CONTROL_PILOT_START, false, now_us, out);
		break;
	case OUTLET_STOP:
		stop(outlet, now_us, out);
		break;
	case OUTLET_FRAME:
		take_frame(outlet, input, now_us, out);
		break;
	case OUTLET_PORT_UP:
		take_port(outlet, input->port_mac);
		break;
	case OUTLET_PORT_DOWN:
		lose_port(outlet, out);
		break;
	case OUTLET_CP_STATUS:
		take_cp_status(outlet, &input->cp_status, now_us, out);
		break;
	case OUTLET_PILOT_ANSWER:
		outlet_take_answer(outlet, input->pilot.number, input->pilot.answer, now_us, out);
		break;
	case OUTLET_PILOT_NOT_SENT:
		note_unsent(outlet, input->active, out);
		give_pilot_kind(outlet, CONTROL_PILOT_NOT_SENT, input->active, now_us, out);
		break;
	case OUTLET_BROKER_CONNECTED:
		give_pilot_kind(outlet, CONTROL_PILOT_REACHABLE, true, now_us, out);
		break;
	case OUTLET_LIMITS:
		outlet_take_limits(outlet, &input->limits, now_us, out);
		break;
	case OUTLET_LIMITS_UNREADABLE:
		take_unreadable_limits(outlet, now_us, out);
		break;
	case OUTLET_AUTHORIZATION:
		give_pilot_kind(outlet, CONTROL_PILOT_EIM, input->active, now_us, out);
		break;
	case OUTLET_HLC_CHARGING:
		give_pilot_kind(outlet, CONTROL_PILOT_HLC_CHARGING, input->active, now_us, out);
		break;
	case OUTLET_LINK_TERMINATE:
		terminate_link(outlet, now_us, out);
		break;
	case OUTLET_LINK_PAUSE:
		pause_link(outlet, now_us, out);
		break;
	case OUTLET_LINK_RESUME:
		wake_link(outlet, now_us, out);
		break;
	case OUTLET_OTHER_REQUEST:
		take_other_request(outlet, input, now_us, out);
		break;
	case OUTLET_RESET:
		give_pilot_kind(outlet, CONTROL_PILOT_RESET, false, now_us, out);
		break;
	case OUTLET_NETWORK_QUESTION:
		outlet_ask_network(outlet, input->question, now_us, out);
		break;
	case OUTLET_TICK:
		break;
	}
}

/* --- running to completion --- */

static void take_key(struct outlet *outlet, uint64_t now_us, struct outlet_effects *out)
{
	const struct modem *modem = &outlet->modem;
	const struct slac_evse_input input = {.kind = SLAC_EVSE_KEY_SET,
					      .key = &modem->key.given,
					      .modem_mac = modem->identity.has_mac ? modem->identity.mac : NULL};

	if (modem_state(modem) == MODEM_READY) /* otherwise another key was given since */
		outlet_give_slac(outlet, &input, now_us, out);
}

/* There were no random octets for one when it was due. */
static bool lacks_key(const struct outlet *outlet)
{
	return outlet->port_is_up && modem_state(&outlet->modem) == MODEM_IDLE;
}

static void run_errand(struct outlet *outlet, const struct outlet_errand *errand, uint64_t now_us,
		       struct outlet_effects *out)
{
	switch (errand->kind) {
	case OUTLET_TO_SLAC:
		if (errand->slac == SLAC_EVSE_CONNECTED)
			outlet_note(out, OUTLET_NOTE_VEHICLE_CONNECTED); /* after the end of the session before */
		give_slac_kind(outlet, errand->slac, errand->reason, now_us, out);
		break;
	case OUTLET_TO_PILOT:
		outlet_give_pilot(outlet, &errand->pilot, now_us, out);
		break;
	case OUTLET_SET_NEW_KEY:
		outlet_set_new_key(outlet, now_us, out);
		break;
	case OUTLET_RENEW_KEY:
		if (outlet->key_given || lacks_key(outlet))
			outlet_set_new_key(outlet, now_us, out);
		break;
	case OUTLET_TAKE_KEY:
		take_key(outlet, now_us, out);
		break;
	case OUTLET_CHECK_KEY:
		outlet_check_key(outlet, now_us, out);
		break;
	case OUTLET_WATCH_LINK:
		outlet_watch_link(outlet, now_us, out);
		break;
	case OUTLET_RESUME_LINK:
		resume_link(outlet, now_us, out);
		break;
	case OUTLET_FOLLOW_STATUS:
		outlet_follow_status(outlet, errand->status, now_us, out);
		break;
	}
}

static void run_errands(struct outlet *outlet, uint64_t now_us, struct outlet_effects *out)
{
	while (outlet->errand_count > 0) {
		const struct outlet_errand errand = outlet->errands[outlet->errand_first];
		outlet->errand_first = (outlet->errand_first + 1) % OUTLET_QUEUE;
		outlet->errand_count--;
		run_errand(outlet, &errand, now_us, out);
	}
}

uint64_t outlet_deadline(const struct outlet *outlet)
{
	const uint64_t deadlines_us[] = {
		slac_evse_deadline(&outlet->slac),      modem_deadline(&outlet->modem),
		control_pilot_deadline(&outlet->pilot), outlet->question_deadline_us,
		amp_map_deadline(&outlet->amp_map),
	};
	uint64_t nearest_us = OUTLET_NEVER;

	for (size_t i = 0; i < sizeof(deadlines_us) / sizeof(deadlines_us[0]); i++)
		if (deadlines_us[i] < nearest_us)
			nearest_us = deadlines_us[i];
	return nearest_us;
}

/* What is due, one part after the other, each with what follows from it. */
static void run_due(struct outlet *outlet, uint64_t now_us, struct outlet_effects *out)
{
	if (modem_deadline(&outlet->modem) <= now_us)
		outlet_tick_modem(outlet, now_us, out);
	run_errands(outlet, now_us, out);
	if (slac_evse_deadline(&outlet->slac) <= now_us)
		give_slac_kind(outlet, SLAC_EVSE_TICK, SLAC_REASON_NONE, now_us, out);
	run_errands(outlet, now_us, out);
	if (control_pilot_deadline(&outlet->pilot) <= now_us)
		give_pilot_kind(outlet, CONTROL_PILOT_TICK, false, now_us, out);
	run_errands(outlet, now_us, out);
	if (outlet->question_deadline_us <= now_us)
		outlet_expire_questions(outlet, out);
	if (amp_map_deadline(&outlet->amp_map) <= now_us)
		outlet_tick_amp_map(outlet, now_us, out);
	run_errands(outlet, now_us, out);
}

void outlet_input(struct outlet *outlet, const struct outlet_input *input, uint64_t now_us, struct outlet_effects *out)
{
	out->count = 0;
	out->octets_used = 0;
	outlet->errands = out->errands;
	if (outlet_deadline(outlet) <= now_us)
		run_due(outlet, now_us, out);
	take(outlet, input, now_us, out);
	run_errands(outlet, now_us, out);
	if (outlet_deadline(outlet) <= now_us) /* a late answer of the modem may make its next question overdue */
		run_due(outlet, now_us, out);
	outlet_ask_station(outlet, now_us, out);
	outlet->errands = NULL;
}

/* --- the rest --- */

void outlet_init(struct outlet *outlet, const struct outlet_config *config, random_fill fill, void *fill_context)
{
	memset(outlet, 0, offsetof(struct outlet, slac));
	outlet->fill = fill;
	outlet->fill_context = fill_context;
	outlet->question_deadline_us = OUTLET_NEVER;
	slac_evse_init(&outlet->slac, &config->slac);
	modem_init(&outlet->modem, &config->modem);
	amp_map_init(&outlet->amp_map, &config->amp_map);
	control_pilot_init(&outlet->pilot, &config->pilot);
}

bool outlet_is_empty(const struct outlet *outlet)
{
	return !outlet->pilot.vehicle_present && !outlet->pilot.session_open && !outlet->slac.vehicle_connected;
}

void outlet_configure(struct outlet *outlet, const struct outlet_config *config)
{
	const struct outlet_config before = {
		.slac = outlet->slac.config, .pilot = outlet->pilot.config, .amp_map = outlet->amp_map.config};

	assert(outlet_is_empty(outlet));
	outlet->slac.config = config->slac;
	outlet->slac.config.dc_only = before.slac.dc_only;
	outlet->slac.config.await_link = before.slac.await_link;
	memcpy(outlet->slac.config.evse_mac, before.slac.evse_mac, MAC_LEN);
	outlet->amp_map.config = config->amp_map;
	memcpy(outlet->amp_map.config.evse_mac, before.amp_map.evse_mac, MAC_LEN);
	outlet->pilot.config = config->pilot;
	outlet->pilot.config.has_ac = before.pilot.has_ac;
	outlet->pilot.config.single_phase = before.pilot.single_phase;
	outlet->pilot.config.request_timeout_ms = before.pilot.request_timeout_ms;
	outlet->pilot.config.request_backoff_max_ms = before.pilot.request_backoff_max_ms;
}

void outlet_wipe(struct outlet *outlet)
{
	network_key_wipe(&outlet->modem.key.given);
	network_key_wipe(&outlet->slac.key);
}

void outlet_effects_wipe(struct outlet_effects *effects)
{
	explicit_bzero(effects->octets, effects->octets_used);
	effects->octets_used = 0;
	effects->count = 0;
}

bool outlet_has_stopped(const struct outlet *outlet)
{
	return control_pilot_has_ended(&outlet->pilot);
}

bool outlet_is_matching(const struct outlet *outlet)
{
	const struct slac_evse *slac = &outlet->slac;
	const bool waits = slac->state == SLAC_EVSE_WAIT_PARM && slac->deadline_us != SLAC_NEVER;

	return waits || slac->state == SLAC_EVSE_MATCHING || slac->state == SLAC_EVSE_JOINING;
}

bool outlet_is_matched(const struct outlet *outlet)
{
	return outlet->slac.state == SLAC_EVSE_MATCHED;
}

bool outlet_hears_cars(const struct outlet *outlet)
{
	const struct control_pilot *pilot = &outlet->pilot;

	return !pilot->state_is_known || !cp_state_is_unplugged(pilot->state) || !outlet_is_empty(outlet);
}

bool outlet_is_connected(const struct outlet *outlet)
{
	return outlet_is_matched(outlet) && !outlet->link_paused;
}

bool outlet_frame_asks_validation(const uint8_t *octets, size_t len, uint8_t ev_mac[MAC_LEN])
{
	struct reader r;

	reader_init(&r, octets, len);
	read_skip(&r, MAC_LEN);
	read_bytes(&r, ev_mac, MAC_LEN);
	read_skip(&r, 3); /* EtherType and MMV: who takes the frame looks at them */
	return read_le16(&r) == CM_VALIDATE_REQ;
}

uint64_t outlet_validation_waits_since(const struct outlet *outlet, const uint8_t ev_mac[MAC_LEN], uint64_t now_us)
{
	return slac_validation_waits_since(&outlet->slac.validation, ev_mac, now_us);
}

bool outlet_blocks_validation(const struct outlet *outlet, const uint8_t ev_mac[MAC_LEN], uint64_t since_us,
			      uint64_t now_us)
{
	return slac_validation_blocks(&outlet->slac.validation, ev_mac, since_us, now_us);
}

const char *outlet_status_text(enum outlet_status_kind kind)
{
	static const char *const texts[] = {"matching", "matched", "failed", "unmatched", "basic_charging"};

	return (size_t)kind < sizeof(texts) / sizeof(texts[0]) ? texts[kind] : "?";
}
