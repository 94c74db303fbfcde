/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/outlet/tests/outlet_site.h"

#include "tools/car/modem_sim_vendor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct site site;

/* --- effects as text --- */

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void say(const char *format, ...)
{
	const size_t len = strlen(site.said);
	va_list arguments;

	snprintf(site.said + len, sizeof(site.said) - len, "%s", len > 0 ? ", " : "");
	va_start(arguments, format);
	vsnprintf(site.said + strlen(site.said), sizeof(site.said) - strlen(site.said), format, arguments);
	va_end(arguments);
}

static void say_status(const struct outlet_status *status)
{
	say("%s%s%s", outlet_status_text(status->kind), status->reason != SLAC_REASON_NONE ? " " : "",
	    slac_reason_text(status->reason));
}

static void say_request(const struct pilot_request *request)
{
	if (request->kind == PILOT_X2)
		say("ask X2 %u", request->current_da);
	else
		say("ask %s", pilot_request_text(request->kind));
}

/* The modem hears it. A question waits for site_answer_of_modem. */
static void hear(const uint8_t *octets, size_t len)
{
	struct modem_mme message;
	struct mme command;

	if (mme_decode(octets, len, &command) == MME_OK) {
		if (command.mmtype == CM_SET_KEY_REQ)
			memcpy(site.key, command.set_key_req.new_key, NMK_LEN);
		if (!modem_sim_is_meant(&site.modem, &command))
			return;
	} else if (modem_mme_decode(octets, len, &message) == MME_OK && message.message == MODEM_VS_HST_ACTION_RSP) {
		return;
	}
	memcpy(site.question, octets, len);
	site.question_len = len;
}

/* The answer to the last question. */
static size_t answer_question(uint8_t answer[MME_FRAME_MAX])
{
	struct modem_mme question, told;
	struct mme command, confirmation;
	size_t len = 0;

	if (mme_decode(site.question, site.question_len, &command) == MME_OK) {
		assert_true(modem_sim_answer(&site.modem, &command, &confirmation));
		assert_int_equal(mme_encode(&confirmation, answer, MME_FRAME_MAX, &len), MME_OK);
	} else if (modem_mme_decode(site.question, site.question_len, &question) == MME_OK) {
		assert_true(modem_sim_tell(&site.modem, &question, &told));
		assert_int_equal(modem_mme_encode(&told, answer, MME_FRAME_MAX, &len), MME_OK);
	} else {
		assert_true(modem_sim_tell_network(&site.modem, site.question, site.question_len, false, answer, &len));
	}
	site.question_len = 0;
	return len;
}

static void carry_out(const struct outlet_effect *effect)
{
	switch (effect->kind) {
	case OUTLET_SEND:
		say("%s", effect->frame.name);
		hear(effect->frame.octets, effect->frame.len);
		break;
	case OUTLET_STATUS:
		say_status(&effect->status);
		break;
	case OUTLET_PILOT_REQUEST:
		say_request(&effect->pilot.request);
		site.request_number = effect->pilot.number;
		break;
	case OUTLET_ANSWER_NETWORK:
		say("network %u %s", effect->network.question, effect->network.in_network ? "known" : "unknown");
		break;
	case OUTLET_WANTS_E_F:
		say("wants E/F");
		break;
	case OUTLET_SERVING:
		say("%s", effect->serving ? "serving" : "not serving");
		break;
	case OUTLET_NOTE:
		break;
	}
}

/* --- inputs --- */

void site_give(const struct outlet_input *input)
{
	site.said[0] = '\0';
	const char *broken = outlet_watch_input(&site.watch, &site.outlet, input, site.now_us, &site.out);
	if (broken != NULL)
		fail_msg("%s", broken);
	for (size_t i = 0; i < site.out.count; i++)
		carry_out(&site.out.items[i]);
}

void site_give_kind(enum outlet_input_kind kind)
{
	const struct outlet_input input = {.kind = kind};

	site_give(&input);
}

void site_give_active(enum outlet_input_kind kind, bool active)
{
	const struct outlet_input input = {.kind = kind, .active = active};

	site_give(&input);
}

void site_give_frame(const struct mme *frame)
{
	uint8_t octets[256];
	struct outlet_input input = {.kind = OUTLET_FRAME, .frame = {.octets = octets}};

	assert_int_equal(mme_encode(frame, octets, sizeof(octets), &input.frame.len), MME_OK);
	site_give(&input);
}

void site_open_port(void)
{
	struct outlet_input input = {.kind = OUTLET_PORT_UP};

	memcpy(input.port_mac, test_evse_mac, MAC_LEN);
	site_give(&input);
}

void site_show(enum cp_state state)
{
	const struct outlet_input input = {.kind = OUTLET_CP_STATUS, .cp_status = {.state = state}};

	site_give(&input);
}

void site_answer_request(uint32_t number, enum outlet_answer answer)
{
	const struct outlet_input input = {.kind = OUTLET_PILOT_ANSWER, .pilot = {number, answer}};

	site_give(&input);
}

void site_tell_limit(uint32_t limit_da, enum control_pilot_availability availability)
{
	const struct outlet_input input = {.kind = OUTLET_LIMITS,
					   .limits = {.current = {.has_ac = true, .phase_da = {limit_da, 0, limit_da}},
						      .availability = availability}};

	site_give(&input);
}

void site_ask_network(uint32_t question)
{
	const struct outlet_input input = {.kind = OUTLET_NETWORK_QUESTION, .question = question};

	site_give(&input);
}

void site_answer_of_modem(void)
{
	uint8_t octets[MME_FRAME_MAX];
	const struct outlet_input input = {.kind = OUTLET_FRAME,
					   .frame = {.octets = octets, .len = answer_question(octets)}};

	site_give(&input);
}

void site_tick_after(uint64_t us)
{
	site.now_us += us;
	site_give_kind(OUTLET_TICK);
}

void site_tick_due(uint64_t us)
{
	assert_true(outlet_deadline(&site.outlet) == site.now_us + us);
	site_tick_after(us);
}

void site_expect(const char *said)
{
	assert_string_equal(site.said, said);
}

void site_expect_note(enum outlet_note_kind kind)
{
	for (size_t i = 0; i < site.out.count; i++)
		if (site.out.items[i].kind == OUTLET_NOTE && site.out.items[i].note.kind == kind)
			return;
	fail_msg("note %d was not said", kind);
}

/* --- the usual beginnings --- */

void site_set_up(void)
{
	memset(&site, 0, sizeof(site));
	slac_evse_defaults(&site.config.slac, true);
	modem_defaults(&site.config.modem, true);
	amp_map_defaults(&site.config.amp_map);
	site.config.modem.family = MODEM_STANDARD;
	site.config.modem.link_detection = MODEM_LINK_OFF;
	control_pilot_defaults(&site.config.pilot, false);
	site.config.pilot.has_ac = true;
	site.config.pilot.request_timeout_ms = 1000;
	site.config.pilot.request_backoff_max_ms = 30000;
	site.now_us = 5 * SECOND;
	site.modem.family = MODEM_STANDARD;
	site.modem.set_key_result = SET_KEY_RESULT_TAKEN;
	memcpy(site.modem.mac, test_modem_mac, MAC_LEN);
	site.car = slac_car(1);
}

void site_await_link(void)
{
	site.config.slac.await_link = true;
	site.config.modem.link_detection = MODEM_LINK_ON;
}

void site_begin(void)
{
	outlet_watch_init(&site.watch, 1);
	outlet_init(&site.outlet, &site.config, outlet_watch_fill, &site.watch);
	site_tell_limit(160, CONTROL_PILOT_READY);
}

void site_serve(void)
{
	site_begin();
	site_open_port();
	while (modem_state(&site.outlet.modem) != MODEM_READY)
		site_answer_of_modem();
	site_give_kind(OUTLET_START);
	site_answer_request(site.request_number, OUTLET_ANSWER_VALID);
}

void site_plug(void)
{
	site_serve();
	site_show(CP_STATE_B2);
	site_answer_of_modem();
}

void site_car_says(enum mmtype type)
{
	const struct mme frame = slac_car_message(&site.car, type);

	site_give_frame(&frame);
}

void site_car_sounds(void)
{
	const struct mme profile = slac_car_profile(&site.car, SLAC_GROUPS, 12);

	for (int i = 0; i < SLAC_NUM_SOUNDS; i++) {
		site_car_says(CM_MNBC_SOUND_IND);
		site_give_frame(&profile);
	}
}

void site_match_until_request(void)
{
	site_car_says(CM_SLAC_PARM_REQ);
	site_car_says(CM_START_ATTEN_CHAR_IND);
	site_car_sounds();
	site_car_says(CM_ATTEN_CHAR_RSP);
}

void site_match(void)
{
	site_plug();
	site_match_until_request();
	site_car_says(CM_SLAC_MATCH_REQ);
}

void site_poll_says(bool linked)
{
	site.modem.linked = linked;
	site_answer_of_modem();
}

void site_match_with_link(void)
{
	site_await_link();
	site_match();
	site_poll_says(true);
}

void site_match_without_link(void)
{
	site_await_link();
	site_match();
	site_poll_says(false);
	do
		site_tick_after(outlet_deadline(&site.outlet) - site.now_us);
	while (site.outlet.slac.state == SLAC_EVSE_JOINING);
}
