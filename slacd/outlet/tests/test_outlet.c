/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lies between the parts of an outlet: what a pilot state, a failed session, a lost port, a paused link and so on
 * mean for the other parts, and in which order it is done. Each expectation lists all effects of one input but for the
 * notes. The rules of outlet_watch hold at every input.
 */
#include "homeplug/slac/tests/slac_car.h"
#include "slacd/outlet/tests/outlet_watch.h"
#include "tools/car/modem_sim.h"
#include "tools/car/modem_sim_vendor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MS     UINT64_C(1000)
#define SECOND UINT64_C(1000000)

struct site {
	struct outlet_config config;
	struct outlet outlet;
	struct outlet_watch watch;
	struct outlet_effects out;
	uint64_t now_us;
	struct modem_sim modem;
	struct slac_car car;
	uint32_t request_number;
	uint8_t key[NMK_LEN]; /* of the last CM_SET_KEY.REQ */
	size_t question_len;  /* the last question to the modem, which it has not answered yet */
	uint8_t question[MME_FRAME_MAX];
	char said[512]; /* the effects of the last input */
};

static struct site site; /* too large for the stack */

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

/* The modem hears it. A question waits for answer_of_modem. */
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
	case OUTLET_SERVING:
		say("%s", effect->serving ? "serving" : "not serving");
		break;
	case OUTLET_NOTE:
		break;
	}
}

/* --- inputs --- */

static void give(const struct outlet_input *input)
{
	site.said[0] = '\0';
	const char *broken = outlet_watch_input(&site.watch, &site.outlet, input, site.now_us, &site.out);
	if (broken != NULL)
		fail_msg("%s", broken);
	for (size_t i = 0; i < site.out.count; i++)
		carry_out(&site.out.items[i]);
}

static void give_kind(enum outlet_input_kind kind)
{
	const struct outlet_input input = {.kind = kind};

	give(&input);
}

static void give_active(enum outlet_input_kind kind, bool active)
{
	const struct outlet_input input = {.kind = kind, .active = active};

	give(&input);
}

static void give_frame(const struct mme *frame)
{
	uint8_t octets[256];
	struct outlet_input input = {.kind = OUTLET_FRAME, .frame = {.octets = octets}};

	assert_int_equal(mme_encode(frame, octets, sizeof(octets), &input.frame.len), MME_OK);
	give(&input);
}

static void open_port(void)
{
	struct outlet_input input = {.kind = OUTLET_PORT_UP};

	memcpy(input.port_mac, test_evse_mac, MAC_LEN);
	give(&input);
}

static void show(enum cp_state state)
{
	const struct outlet_input input = {.kind = OUTLET_CP_STATUS, .cp_status = {.state = state}};

	give(&input);
}

static void answer_request(uint32_t number, enum outlet_answer answer)
{
	const struct outlet_input input = {.kind = OUTLET_PILOT_ANSWER, .pilot = {number, answer}};

	give(&input);
}

static void tell_limit(uint32_t limit_da, enum control_pilot_availability availability)
{
	const struct outlet_input input = {.kind = OUTLET_LIMITS,
					   .limits = {.current = {.has_ac = true, .phase_da = {limit_da, 0, limit_da}},
						      .availability = availability}};

	give(&input);
}

static void ask_network(uint32_t question)
{
	const struct outlet_input input = {.kind = OUTLET_NETWORK_QUESTION, .question = question};

	give(&input);
}

static void answer_of_modem(void)
{
	uint8_t octets[MME_FRAME_MAX];
	const struct outlet_input input = {.kind = OUTLET_FRAME,
					   .frame = {.octets = octets, .len = answer_question(octets)}};

	give(&input);
}

static void tick_after(uint64_t us)
{
	site.now_us += us;
	give_kind(OUTLET_TICK);
}

/* At the next deadline, which is `us` away. */
static void tick_due(uint64_t us)
{
	assert_true(outlet_deadline(&site.outlet) == site.now_us + us);
	tick_after(us);
}

/* All effects of the last input but for the notes. */
static void expect(const char *said)
{
	assert_string_equal(site.said, said);
}

static void expect_note(enum outlet_note_kind kind)
{
	for (size_t i = 0; i < site.out.count; i++)
		if (site.out.items[i].kind == OUTLET_NOTE && site.out.items[i].note.kind == kind)
			return;
	fail_msg("note %d was not said", kind);
}

/* --- the usual beginnings --- */

/* A standard modem that is not asked for its link, and an AC outlet. */
static void set_up(void)
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

/* The link is awaited, and the modem tells it. */
static void await_link(void)
{
	site.config.slac.await_link = true;
	site.config.modem.link_detection = MODEM_LINK_ON;
}

static void begin(void)
{
	outlet_watch_init(&site.watch, 1);
	outlet_init(&site.outlet, &site.config, outlet_watch_fill, &site.watch);
	tell_limit(160, CONTROL_PILOT_READY);
}

static void serve(void)
{
	begin();
	open_port();
	while (modem_state(&site.outlet.modem) != MODEM_READY)
		answer_of_modem();
	give_kind(OUTLET_START);
	answer_request(site.request_number, OUTLET_ANSWER_VALID);
}

/* A vehicle is plugged in, and the modem has said that it still has its key. */
static void plug(void)
{
	serve();
	show(CP_STATE_B2);
	answer_of_modem();
}

static void car_says(enum mmtype type)
{
	const struct mme frame = slac_car_message(&site.car, type);

	give_frame(&frame);
}

static void car_sounds(void)
{
	const struct mme profile = slac_car_profile(&site.car, SLAC_GROUPS, 12);

	for (int i = 0; i < SLAC_NUM_SOUNDS; i++) {
		car_says(CM_MNBC_SOUND_IND);
		give_frame(&profile);
	}
}

/* Up to CM_SLAC_MATCH.REQ, which is still to come. */
static void match_until_request(void)
{
	car_says(CM_SLAC_PARM_REQ);
	car_says(CM_START_ATTEN_CHAR_IND);
	car_sounds();
	car_says(CM_ATTEN_CHAR_RSP);
}

static void match(void)
{
	plug();
	match_until_request();
	car_says(CM_SLAC_MATCH_REQ);
}

/* The modem's next poll comes, and says that the link is up, or not. */
static void poll_says(bool linked)
{
	site.modem.linked = linked;
	answer_of_modem();
}

static void match_with_link(void)
{
	await_link();
	match();
	poll_says(true);
}

/* The modem says no until TT_match_join is over. */
static void match_without_link(void)
{
	await_link();
	match();
	poll_says(false);
	do
		tick_after(outlet_deadline(&site.outlet) - site.now_us);
	while (site.outlet.slac.state == SLAC_EVSE_JOINING);
}

/* --- the service begins --- */

static void the_port_opens_and_the_modem_gets_a_key_before_a_car_is_served(void **state)
{
	(void)state;
	set_up();
	begin();
	expect("");
	open_port();
	expect("CM_SET_KEY.REQ");
	answer_of_modem();
	expect("serving");
	give_kind(OUTLET_START);
	expect("ask high-level charging");
}

static void without_random_octets_no_key_is_set_and_no_car_is_served(void **state)
{
	(void)state;
	set_up();
	begin();
	site.watch.fill_fails = true;
	open_port();
	expect("");
	expect_note(OUTLET_NOTE_NO_RANDOM);
	assert_true(outlet_deadline(&site.outlet) == OUTLET_NEVER);
}

static void a_vehicle_that_comes_before_the_key_is_answered_when_it_is_set(void **state)
{
	(void)state;
	set_up();
	begin();
	give_kind(OUTLET_START);
	open_port();
	show(CP_STATE_B2);
	expect("");
	car_says(CM_SLAC_PARM_REQ);
	expect("");
	answer_of_modem();
	expect("serving");
	car_says(CM_SLAC_PARM_REQ);
	expect("CM_SLAC_PARM.CNF, matching");
}

/* --- a match --- */

static void each_answer_comes_before_the_status_that_reports_it(void **state)
{
	(void)state;
	set_up();
	serve();
	show(CP_STATE_B2);
	expect("CM_GET_KEY.REQ");
	answer_of_modem();
	expect("");
	car_says(CM_SLAC_PARM_REQ);
	expect("CM_SLAC_PARM.CNF, matching");
	car_says(CM_START_ATTEN_CHAR_IND);
	expect("");
	car_sounds();
	expect("CM_ATTEN_CHAR.IND");
	car_says(CM_ATTEN_CHAR_RSP);
	expect("");
	car_says(CM_SLAC_MATCH_REQ);
	expect("CM_SLAC_MATCH.CNF, matched");
	assert_true(outlet_is_connected(&site.outlet));
	assert_int_equal(site.out.items[site.out.count - 1].status.attenuation_ddb, 120);
}

static void matched_waits_for_the_link_where_it_is_awaited(void **state)
{
	(void)state;
	set_up();
	await_link();
	plug();
	match_until_request();
	car_says(CM_SLAC_MATCH_REQ);
	expect("CM_SLAC_MATCH.CNF, CM_NW_STATS.REQ");
	poll_says(false);
	expect("");
	tick_due(200 * MS);
	expect("CM_NW_STATS.REQ");
	poll_says(true);
	expect("matched");
}

static void the_own_amplitude_map_follows_the_status(void **state)
{
	(void)state;
	set_up();
	site.config.amp_map.initiate = true;
	match_with_link();
	expect("matched, CM_AMP_MAP.REQ");
	site.now_us += 100 * MS;
	give_kind(OUTLET_LINK_TERMINATE);
	tick_after(SECOND);
	expect("not serving, CM_SET_KEY.REQ"); /* the modem has not answered; the amplitude map is not repeated */
}

static void a_second_cars_validation_waits_for_the_neighbours(void **state)
{
	uint8_t octets[256], ev_mac[MAC_LEN];
	struct outlet_input input = {.kind = OUTLET_FRAME, .frame = {.octets = octets, .neighbour_validates = true}};

	(void)state;
	set_up();
	plug();
	match_until_request();
	const struct mme validate = slac_car_validate(&site.car, 0);
	assert_int_equal(mme_encode(&validate, octets, sizeof(octets), &input.frame.len), MME_OK);
	assert_true(outlet_frame_asks_validation(octets, input.frame.len, ev_mac));
	assert_memory_equal(ev_mac, site.car.mac, MAC_LEN);
	give(&input);
	expect("CM_VALIDATE.CNF");
	expect_note(OUTLET_NOTE_PUT_OFF);
	assert_true(outlet_validation_waits_since(&site.outlet, ev_mac, site.now_us + SECOND) == site.now_us);
	input.frame.neighbour_validates = false;
	give(&input);
	expect("CM_VALIDATE.CNF");
	assert_true(outlet_blocks_validation(&site.outlet, slac_car(2).mac, site.now_us, site.now_us));
}

static void the_pilots_toggles_are_counted_for_the_validation(void **state)
{
	const struct slac_car car = slac_car(1);
	const struct mme first = slac_car_validate(&car, 0), second = slac_car_validate(&car, 9);
	struct mme result;

	(void)state;
	set_up();
	plug();
	match_until_request();
	give_frame(&first);
	expect("CM_VALIDATE.CNF");
	give_frame(&second);
	expect("");
	show(CP_STATE_C2);
	show(CP_STATE_B2);
	expect("");
	tick_due(SECOND);
	expect("CM_VALIDATE.CNF");
	for (size_t i = 0; i < site.out.count; i++)
		if (site.out.items[i].kind == OUTLET_SEND)
			assert_int_equal(
				mme_decode(site.out.items[i].frame.octets, site.out.items[i].frame.len, &result),
				MME_OK);
	assert_int_equal(result.validate_cnf.toggle_num, 1);
}

static void nothing_but_a_validation_asks_for_a_turn(void **state)
{
	const struct slac_car car = slac_car(1);
	const struct mme frame = slac_car_message(&car, CM_SLAC_MATCH_REQ);
	uint8_t octets[256], ev_mac[MAC_LEN];
	size_t len;

	(void)state;
	assert_int_equal(mme_encode(&frame, octets, sizeof(octets), &len), MME_OK);
	assert_false(outlet_frame_asks_validation(octets, len, ev_mac));
	assert_false(outlet_frame_asks_validation(octets, 10, ev_mac));
}

/* --- a session ends --- */

static void a_vehicle_that_leaves_is_reported_its_key_is_renewed_and_the_pilot_comes_last(void **state)
{
	uint8_t told[NMK_LEN];

	(void)state;
	set_up();
	match();
	memcpy(told, site.key, NMK_LEN);
	show(CP_STATE_A2);
	expect("unmatched vehicle_left, CM_SET_KEY.REQ, ask high-level charging");
	assert_memory_not_equal(site.key, told, NMK_LEN);
	assert_false(outlet_is_connected(&site.outlet));
}

static void a_session_that_fails_with_the_key_told_renews_it(void **state)
{
	(void)state;
	set_up();
	match_without_link();
	expect("CM_NW_STATS.REQ, failed no_power_line_link, CM_SET_KEY.REQ");
}

static const struct outlet_status *last_status(void)
{
	for (size_t i = site.out.count; i > 0; i--)
		if (site.out.items[i - 1].kind == OUTLET_STATUS)
			return &site.out.items[i - 1].status;
	fail_msg("no status");
	return NULL;
}

static void expect_failed_with_12_db(enum slac_reason reason)
{
	assert_int_equal(last_status()->kind, OUTLET_FAILED);
	assert_int_equal(last_status()->reason, reason);
	assert_true(last_status()->has_attenuation);
	assert_int_equal(last_status()->attenuation_ddb, 120);
}

static void what_was_measured_is_told_though_the_session_fails_before_the_match(void **state)
{
	(void)state;
	set_up();
	plug();
	match_until_request();
	show(CP_STATE_E);
	expect_failed_with_12_db(SLAC_REASON_PILOT_FAULT);
}

/* The run has ended by then, and its slot is empty. */
static void what_was_measured_is_told_though_the_session_fails_after_the_key(void **state)
{
	(void)state;
	set_up();
	match_without_link();
	expect_failed_with_12_db(SLAC_REASON_NO_JOIN);

	set_up();
	match();
	show(CP_STATE_E);
	expect_failed_with_12_db(SLAC_REASON_PILOT_FAULT);

	set_up();
	match();
	tell_limit(160, CONTROL_PILOT_NOT_READY);
	expect_failed_with_12_db(SLAC_REASON_EVSE_NOT_READY);
}

static void what_was_measured_in_another_session_is_not_told(void **state)
{
	(void)state;
	set_up();
	match();
	show(CP_STATE_A1);
	answer_of_modem();
	show(CP_STATE_B2);
	car_says(CM_SLAC_PARM_REQ);
	tick_due(400 * MS);
	assert_int_equal(last_status()->reason, SLAC_REASON_NO_START_ATTEN_CHAR);
	assert_false(last_status()->has_attenuation);
}

static void a_session_that_fails_before_the_key_was_told_keeps_it(void **state)
{
	(void)state;
	set_up();
	plug();
	car_says(CM_SLAC_PARM_REQ);
	tick_due(400 * MS);
	expect("failed no_start_atten_char");
}

static void a_link_that_is_lost_ends_the_session(void **state)
{
	(void)state;
	set_up();
	site.config.pilot.pulse_on_link_loss = true;
	match_with_link();
	tick_due(SECOND);
	poll_says(false);
	for (int i = 0; i < 2; i++) {
		tick_due(200 * MS);
		poll_says(false);
	}
	tick_due(200 * MS);
	expect("unmatched power_line_link_lost, CM_SET_KEY.REQ, ask X1");
	expect_note(OUTLET_NOTE_LINK_LOSS);
	answer_of_modem();
	answer_request(site.request_number, OUTLET_ANSWER_VALID);
	tick_due(3 * SECOND);
	expect("ask F");
	answer_request(site.request_number, OUTLET_ANSWER_VALID);
	tick_due(5 * SECOND);
	expect("ask high-level charging");
	expect_note(OUTLET_NOTE_NEW_WINDOW);
}

static void a_car_that_begins_again_is_not_held_to_its_old_link(void **state)
{
	(void)state;
	set_up();
	site.config.slac.rematch_matched_ev = true;
	match_with_link();
	car_says(CM_SLAC_PARM_REQ);
	expect("CM_SLAC_PARM.CNF, matching");
	assert_true(outlet_deadline(&site.outlet) == site.now_us + 400 * MS);
	car_says(CM_START_ATTEN_CHAR_IND);
	car_sounds();
	car_says(CM_ATTEN_CHAR_RSP);
	car_says(CM_SLAC_MATCH_REQ);
	expect("CM_SLAC_MATCH.CNF, CM_NW_STATS.REQ");
	poll_says(true);
	expect("matched");
}

static void a_late_answer_does_not_leave_a_question_overdue(void **state)
{
	(void)state;
	set_up();
	match_with_link();
	tick_due(SECOND);
	site.now_us += 999 * MS;
	poll_says(false);
	expect("CM_NW_STATS.REQ");
	assert_true(outlet_deadline(&site.outlet) > site.now_us);
}

static void the_15118_side_ends_the_link_and_the_key(void **state)
{
	(void)state;
	set_up();
	match();
	give_kind(OUTLET_LINK_TERMINATE);
	expect("unmatched terminated, CM_SET_KEY.REQ");
	answer_of_modem();
	car_says(CM_SLAC_PARM_REQ);
	expect("CM_SLAC_PARM.CNF, matching");
	show(CP_STATE_A2); /* no car was told the new key: it stays */
	expect("unmatched vehicle_left, ask high-level charging");
}

static void a_reset_ends_the_session_and_begins_with_the_vehicle_that_is_there(void **state)
{
	(void)state;
	set_up();
	match();
	give_kind(OUTLET_RESET);
	expect("unmatched reset, CM_SET_KEY.REQ");
	expect_note(OUTLET_NOTE_VEHICLE_CONNECTED);
	assert_int_equal(site.outlet.slac.state, SLAC_EVSE_WAIT_PARM);
	answer_of_modem();
	car_says(CM_SLAC_PARM_REQ);
	expect("CM_SLAC_PARM.CNF, matching");
}

static void the_service_ends_and_the_vehicle_is_unmatched(void **state)
{
	(void)state;
	set_up();
	match();
	give_kind(OUTLET_STOP);
	expect("unmatched reset, ask X1");
	assert_false(outlet_has_stopped(&site.outlet));
	answer_request(site.request_number, OUTLET_ANSWER_VALID);
	assert_true(outlet_has_stopped(&site.outlet));
	set_up();
	serve();
	give_kind(OUTLET_STOP);
	expect("ask X1");
}

/* --- the port --- */

static void a_lost_port_unmatches_and_nothing_is_sent_until_it_is_back(void **state)
{
	(void)state;
	set_up();
	match();
	give_kind(OUTLET_PORT_DOWN);
	expect("not serving, unmatched link_lost");
	car_says(CM_SLAC_PARM_REQ);
	expect("");
	tick_after(SECOND);
	expect("");
	open_port();
	expect("CM_SET_KEY.REQ");
	answer_of_modem();
	expect("serving");
}

static void a_port_that_is_down_already_is_not_lost_again(void **state)
{
	(void)state;
	set_up();
	begin();
	give_kind(OUTLET_PORT_DOWN);
	expect("");
}

/* --- the data link sleeps --- */

static void a_paused_link_keeps_its_key_and_comes_back_with_it(void **state)
{
	uint8_t told[NMK_LEN];

	(void)state;
	set_up();
	match_with_link();
	memcpy(told, site.key, NMK_LEN);
	give_kind(OUTLET_LINK_PAUSE);
	expect("ask X1");
	answer_request(site.request_number, OUTLET_ANSWER_VALID);
	tick_due(3 * SECOND);
	assert_false(outlet_is_connected(&site.outlet));
	assert_true(outlet_deadline(&site.outlet) == OUTLET_NEVER); /* the link is not watched */
	memset(site.key, 0, sizeof(site.key));
	give_kind(OUTLET_LINK_RESUME);
	expect("CM_SET_KEY.REQ, CM_NW_STATS.REQ, ask high-level charging");
	assert_memory_equal(site.key, told, NMK_LEN);
	poll_says(true);
	expect("matched");
	assert_true(outlet_is_connected(&site.outlet));
}

static void a_paused_link_that_never_comes_back_fails_with_the_match(void **state)
{
	(void)state;
	set_up();
	match_with_link();
	give_kind(OUTLET_LINK_PAUSE);
	answer_request(site.request_number, OUTLET_ANSWER_VALID);
	tick_due(3 * SECOND);
	give_kind(OUTLET_LINK_RESUME);
	answer_request(site.request_number, OUTLET_ANSWER_VALID);
	poll_says(false);
	while (site.outlet.slac.state == SLAC_EVSE_JOINING)
		tick_after(outlet_deadline(&site.outlet) - site.now_us);
	assert_non_null(strstr(site.said, "failed no_power_line_link"));
	assert_non_null(strstr(site.said, "CM_SET_KEY.REQ"));
	assert_non_null(strstr(site.said, "ask F")); /* the car looks for another network */
}

static void a_car_that_sleeps_wakes_the_outlet_by_closing_and_opening_s2(void **state)
{
	(void)state;
	set_up();
	match_with_link();
	give_kind(OUTLET_LINK_PAUSE);
	answer_request(site.request_number, OUTLET_ANSWER_VALID);
	show(CP_STATE_B1);
	tick_due(3 * SECOND);
	show(CP_STATE_C1);
	expect("");
	tick_after(300 * MS);
	show(CP_STATE_B1);
	expect("CM_SET_KEY.REQ, CM_NW_STATS.REQ, ask high-level charging");
	expect_note(OUTLET_NOTE_LINK_RESUMED);
	poll_says(true);
	expect("matched");
}

static void a_match_that_is_lost_while_the_car_sleeps_is_followed_by_f_when_it_wakes(void **state)
{
	(void)state;
	set_up();
	match_with_link();
	give_kind(OUTLET_LINK_PAUSE);
	answer_request(site.request_number, OUTLET_ANSWER_VALID);
	tick_due(3 * SECOND);
	give_kind(OUTLET_PORT_DOWN);
	expect("not serving, unmatched link_lost");
	give_kind(OUTLET_LINK_RESUME);
	expect("ask F");
}

static void a_match_that_is_lost_while_the_car_sleeps_can_be_terminated(void **state)
{
	(void)state;
	set_up();
	match_with_link();
	give_kind(OUTLET_LINK_PAUSE);
	answer_request(site.request_number, OUTLET_ANSWER_VALID);
	tick_due(3 * SECOND);
	give_kind(OUTLET_PORT_DOWN);
	give_kind(OUTLET_LINK_TERMINATE);
	expect("ask F");
}

/* --- a car that speaks late --- */

static void silent_car_gets_basic_charging(void)
{
	tick_due(20 * SECOND);
	answer_request(site.request_number, OUTLET_ANSWER_VALID);
	tick_due(5 * SECOND);
	answer_request(site.request_number, OUTLET_ANSWER_VALID);
	tick_due(500 * MS);
	answer_request(site.request_number, OUTLET_ANSWER_VALID);
}

static void a_late_car_that_goes_on_asking_gets_another_window(void **state)
{
	(void)state;
	set_up();
	plug();
	silent_car_gets_basic_charging();
	car_says(CM_SLAC_PARM_REQ);
	expect("");
	expect_note(OUTLET_NOTE_LATE_CAR);
	tick_after(250 * MS);
	car_says(CM_SLAC_PARM_REQ);
	expect("");
	tick_after(250 * MS);
	car_says(CM_SLAC_PARM_REQ);
	expect("ask X1");
	expect_note(OUTLET_NOTE_LATE_CAR_LET_IN);
	answer_request(site.request_number, OUTLET_ANSWER_VALID);
	tick_due(3 * SECOND);
	expect("ask high-level charging");
	car_says(CM_SLAC_PARM_REQ);
	expect("CM_SLAC_PARM.CNF, matching");
}

/* Its own outlet answers it, so that it does not repeat its request. */
static void a_neighbours_car_does_not_disturb_basic_charging(void **state)
{
	(void)state;
	set_up();
	plug();
	silent_car_gets_basic_charging();
	for (int i = 0; i < 10; i++) {
		car_says(CM_SLAC_PARM_REQ);
		expect("");
		tick_after(1100 * MS);
	}
}

/* --- other services --- */

static void another_service_takes_the_current_over_and_the_limit_stays_ours(void **state)
{
	struct outlet_input other = {.kind = OUTLET_OTHER_REQUEST, .other = {.current_da = 100}};

	(void)state;
	set_up();
	plug();
	silent_car_gets_basic_charging();
	give(&other);
	expect("");
	expect_note(OUTLET_NOTE_HANDED_OVER);
	other.other.current_da = 630;
	give(&other);
	expect("ask X2 160");
}

static void without_a_matched_car_nothing_is_paused_or_resumed(void **state)
{
	(void)state;
	set_up();
	plug();
	give_kind(OUTLET_LINK_PAUSE);
	expect("");
	expect_note(OUTLET_NOTE_PAUSE_REFUSED);
	give_kind(OUTLET_LINK_RESUME);
	expect("");
}

/* --- the modem --- */

/* It says so, whether it is true or not. */
static void modem_says_that_it_restarts(void)
{
	struct modem_mme announcement;
	uint8_t octets[MME_FRAME_MIN];
	struct outlet_input input = {.kind = OUTLET_FRAME, .frame = {.octets = octets}};

	modem_sim_announce(&site.modem, test_evse_mac, &announcement);
	assert_int_equal(modem_mme_encode(&announcement, octets, sizeof(octets), &input.frame.len), MME_OK);
	give(&input);
}

static void a_modem_that_restarts_costs_a_running_matching_but_not_a_match(void **state)
{
	(void)state;
	set_up();
	plug();
	car_says(CM_SLAC_PARM_REQ);
	modem_sim_lose_key(&site.modem);
	modem_says_that_it_restarts();
	expect("VS_HST_ACTION.RSP, CM_GET_KEY.REQ");
	answer_of_modem();
	expect("CM_SET_KEY.REQ, failed modem_restarted");

	set_up();
	match();
	modem_sim_lose_key(&site.modem);
	modem_says_that_it_restarts();
	expect("VS_HST_ACTION.RSP, CM_GET_KEY.REQ");
	answer_of_modem();
	expect("CM_SET_KEY.REQ");
	assert_true(outlet_is_connected(&site.outlet));
}

/* Anybody on the line can say so in the modem's name: it is asked, and says that it has its key. */
static void a_restart_that_did_not_happen_costs_nothing(void **state)
{
	(void)state;
	set_up();
	plug();
	car_says(CM_SLAC_PARM_REQ);
	modem_says_that_it_restarts();
	answer_of_modem();
	expect("");
	car_says(CM_START_ATTEN_CHAR_IND);
	assert_int_equal(site.outlet.slac.runs[0].state, SLAC_RUN_SOUNDING);
}

static void a_silent_modem_is_not_served_with_and_its_key_stays_pending(void **state)
{
	(void)state;
	set_up();
	site.config.modem.key_repeat_ms = site.config.modem.response_ms;
	match();
	modem_sim_lose_key(&site.modem);
	show(CP_STATE_A2);
	expect("unmatched vehicle_left, CM_SET_KEY.REQ, ask high-level charging");
	tick_due(SECOND);
	expect("not serving, CM_SET_KEY.REQ, ask high-level charging");
	answer_of_modem();
	expect("serving");
}

/* --- the network question --- */

static void serve_with_a_qualcomm_modem(void)
{
	set_up();
	site.config.modem.family = MODEM_QUALCOMM;
	site.modem.family = MODEM_QUALCOMM;
	serve();
}

static void questions_for_the_network_are_answered_with_one_frame(void **state)
{
	(void)state;
	serve_with_a_qualcomm_modem();
	ask_network(3);
	expect("VS_NW_INFO.REQ");
	ask_network(4);
	expect("");
	site.modem.linked = true;
	answer_of_modem();
	expect("network 3 known, network 4 known");
}

static void questions_for_the_network_end_also_without_an_answer(void **state)
{
	(void)state;
	serve_with_a_qualcomm_modem();
	for (uint32_t i = 0; i < OUTLET_QUESTIONS; i++)
		ask_network(i);
	ask_network(OUTLET_QUESTIONS);
	expect("network 4 unknown");
	tick_due(SECOND);
	expect("network 0 unknown, network 1 unknown, network 2 unknown, network 3 unknown");
	expect_note(OUTLET_NOTE_NETWORK_UNTOLD);
}

static void another_modem_is_not_asked_for_the_network(void **state)
{
	(void)state;
	set_up();
	serve();
	ask_network(0);
	expect("network 0 unknown");
}

/* --- the pilot --- */

static void a_car_that_is_silent_gets_basic_charging(void **state)
{
	(void)state;
	set_up();
	plug();
	tick_due(20 * SECOND);
	expect("basic_charging no_parm_req, ask F");
	answer_request(site.request_number, OUTLET_ANSWER_VALID);
	car_says(CM_SLAC_PARM_REQ);
	expect("");
	tick_due(5 * SECOND);
	expect("ask X1");
	answer_request(site.request_number, OUTLET_ANSWER_VALID);
	tick_due(500 * MS);
	expect("ask X2 160");
	tell_limit(100, CONTROL_PILOT_READY);
	expect("ask X2 100");
}

static void a_car_that_is_silent_at_a_dc_outlet_fails(void **state)
{
	(void)state;
	set_up();
	site.config.pilot.has_ac = false;
	site.config.slac.dc_only = true;
	plug();
	tick_due(20 * SECOND);
	expect("failed no_parm_req");
	show(CP_STATE_A2);
	expect("unmatched vehicle_left, ask high-level charging");
}

static void eim_while_a_match_runs_does_not_show_f(void **state)
{
	(void)state;
	set_up();
	site.config.pilot.basic_charging_on_eim = true;
	plug();
	car_says(CM_SLAC_PARM_REQ);
	give_active(OUTLET_AUTHORIZATION, true);
	expect("ask X1"); /* the pilot knows that matching runs */

	set_up();
	site.config.pilot.basic_charging_on_eim = true;
	match();
	give_active(OUTLET_AUTHORIZATION, true);
	expect("ask X1"); /* ... and that it has matched */

	set_up();
	site.config.pilot.basic_charging_on_eim = true;
	plug();
	give_active(OUTLET_AUTHORIZATION, true);
	expect("basic_charging authorized_by_eim, ask F");
}

static void a_running_15118_session_is_not_cut_by_silence(void **state)
{
	(void)state;
	set_up();
	plug();
	give_active(OUTLET_HLC_CHARGING, true);
	tick_due(20 * SECOND);
	expect("");
	expect_note(OUTLET_NOTE_NEW_WINDOW);
}

static void a_pilot_fault_fails_the_session_and_renews_the_key(void **state)
{
	(void)state;
	set_up();
	match();
	show(CP_STATE_E);
	expect("failed pilot_fault, CM_SET_KEY.REQ");
	answer_of_modem();
	show(CP_STATE_B2);
	expect("CM_GET_KEY.REQ");
	expect_note(OUTLET_NOTE_VEHICLE_CONNECTED);
	show(CP_STATE_A2);
	expect("unmatched vehicle_left, ask high-level charging");
}

static void a_station_that_is_not_ready_ends_the_session(void **state)
{
	(void)state;
	set_up();
	match();
	tell_limit(160, CONTROL_PILOT_NOT_READY);
	expect("failed evse_not_ready, CM_SET_KEY.REQ, ask X1");
	answer_of_modem();
	tell_limit(160, CONTROL_PILOT_READY);
	expect("CM_GET_KEY.REQ, ask high-level charging");
}

static void a_failed_matching_is_followed_by_an_f_pulse_where_configured(void **state)
{
	(void)state;
	set_up();
	site.config.pilot.failed_pulses = 1;
	plug();
	car_says(CM_SLAC_PARM_REQ);
	tick_due(400 * MS);
	expect("failed no_start_atten_char, ask F");
}

static void a_match_forgives_the_failures_before_it(void **state)
{
	(void)state;
	set_up();
	site.config.pilot.failed_pulses = 1;
	plug();
	car_says(CM_SLAC_PARM_REQ);
	tick_due(400 * MS);
	answer_request(site.request_number, OUTLET_ANSWER_VALID);
	tick_due(5 * SECOND);
	expect("ask high-level charging");
	site.car = slac_car_again(&site.car);
	match_until_request();
	car_says(CM_SLAC_MATCH_REQ);
	give_kind(OUTLET_LINK_TERMINATE);
	answer_of_modem();
	site.car = slac_car_again(&site.car);
	car_says(CM_SLAC_PARM_REQ);
	tick_after(400 * MS);
	expect("failed no_start_atten_char, ask F");
}

static void the_available_current_is_the_smallest_of_the_connected_phases(void **state)
{
	struct outlet_input input = {.kind = OUTLET_LIMITS,
				     .limits = {.current = {.has_ac = true, .phase_da = {160, 0, 130}}}};

	(void)state;
	set_up();
	plug();
	tick_due(20 * SECOND);
	answer_request(site.request_number, OUTLET_ANSWER_VALID);
	tick_after(5 * SECOND);
	answer_request(site.request_number, OUTLET_ANSWER_VALID);
	tick_after(500 * MS);
	give(&input);
	expect("ask X2 130");
	input.limits.current.phase_da[1] = 200;
	give(&input);
	expect("");
	input.limits.current.phase_da[1] = 0; /* it was connected a moment ago */
	give(&input);
	expect("ask X1");
	input.limits.current.phase_da[1] = 100;
	give(&input);
	expect("ask X2 100");
	input.limits.current.rcd_error = true;
	give(&input);
	expect("ask X1");
	input.limits.current.rcd_error = false;
	input.limits.current.has_ac = false;
	give(&input);
	expect("");
}

/* --- pilot requests --- */

static void a_request_is_repeated_until_it_is_answered(void **state)
{
	(void)state;
	set_up();
	begin();
	give_kind(OUTLET_START);
	expect("ask high-level charging");
	const uint32_t first = site.request_number;
	tick_due(SECOND);
	expect("ask high-level charging");
	expect_note(OUTLET_NOTE_REQUEST_REPEATED);
	assert_int_equal(site.request_number, first + 1);
	answer_request(first, OUTLET_ANSWER_VALID); /* it came late; a repeat asks for the same thing */
	expect("");
	assert_true(outlet_deadline(&site.outlet) == OUTLET_NEVER);
}

static void a_request_that_is_refused_is_repeated(void **state)
{
	(void)state;
	set_up();
	begin();
	give_kind(OUTLET_START);
	answer_request(site.request_number, OUTLET_ANSWER_ERROR);
	expect("");
	expect_note(OUTLET_NOTE_REQUEST_REFUSED);
	tick_due(SECOND);
	expect("ask high-level charging");
}

static void a_station_that_is_reached_again_is_asked_again(void **state)
{
	const struct outlet_input unsent = {.kind = OUTLET_PILOT_NOT_SENT, .active = false};

	(void)state;
	set_up();
	begin();
	give_kind(OUTLET_START);
	give(&unsent);
	expect("");
	give_kind(OUTLET_BROKER_CONNECTED);
	expect("ask high-level charging");
	answer_request(site.request_number, OUTLET_ANSWER_VALID);
	give_kind(OUTLET_BROKER_CONNECTED); /* what it reported meanwhile is lost */
	expect("ask high-level charging");
}

static void an_f_that_the_station_never_heard_is_waited_for(void **state)
{
	(void)state;
	set_up();
	plug();
	tick_due(20 * SECOND);
	expect("basic_charging no_parm_req, ask F");
	site.now_us += 5 * SECOND;
	give_kind(OUTLET_TICK);
	expect("ask F"); /* it is not answered */
	give_kind(OUTLET_BROKER_CONNECTED);
	expect("ask F");
	answer_request(site.request_number, OUTLET_ANSWER_VALID);
	tick_after(5 * SECOND);
	expect("ask X1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_port_opens_and_the_modem_gets_a_key_before_a_car_is_served),
		cmocka_unit_test(without_random_octets_no_key_is_set_and_no_car_is_served),
		cmocka_unit_test(a_vehicle_that_comes_before_the_key_is_answered_when_it_is_set),
		cmocka_unit_test(each_answer_comes_before_the_status_that_reports_it),
		cmocka_unit_test(matched_waits_for_the_link_where_it_is_awaited),
		cmocka_unit_test(the_own_amplitude_map_follows_the_status),
		cmocka_unit_test(a_second_cars_validation_waits_for_the_neighbours),
		cmocka_unit_test(the_pilots_toggles_are_counted_for_the_validation),
		cmocka_unit_test(nothing_but_a_validation_asks_for_a_turn),
		cmocka_unit_test(a_vehicle_that_leaves_is_reported_its_key_is_renewed_and_the_pilot_comes_last),
		cmocka_unit_test(a_session_that_fails_with_the_key_told_renews_it),
		cmocka_unit_test(what_was_measured_is_told_though_the_session_fails_before_the_match),
		cmocka_unit_test(what_was_measured_is_told_though_the_session_fails_after_the_key),
		cmocka_unit_test(what_was_measured_in_another_session_is_not_told),
		cmocka_unit_test(a_session_that_fails_before_the_key_was_told_keeps_it),
		cmocka_unit_test(a_link_that_is_lost_ends_the_session),
		cmocka_unit_test(a_car_that_begins_again_is_not_held_to_its_old_link),
		cmocka_unit_test(a_late_answer_does_not_leave_a_question_overdue),
		cmocka_unit_test(the_15118_side_ends_the_link_and_the_key),
		cmocka_unit_test(a_reset_ends_the_session_and_begins_with_the_vehicle_that_is_there),
		cmocka_unit_test(the_service_ends_and_the_vehicle_is_unmatched),
		cmocka_unit_test(a_lost_port_unmatches_and_nothing_is_sent_until_it_is_back),
		cmocka_unit_test(a_port_that_is_down_already_is_not_lost_again),
		cmocka_unit_test(a_paused_link_keeps_its_key_and_comes_back_with_it),
		cmocka_unit_test(a_paused_link_that_never_comes_back_fails_with_the_match),
		cmocka_unit_test(a_car_that_sleeps_wakes_the_outlet_by_closing_and_opening_s2),
		cmocka_unit_test(a_match_that_is_lost_while_the_car_sleeps_is_followed_by_f_when_it_wakes),
		cmocka_unit_test(a_late_car_that_goes_on_asking_gets_another_window),
		cmocka_unit_test(a_neighbours_car_does_not_disturb_basic_charging),
		cmocka_unit_test(another_service_takes_the_current_over_and_the_limit_stays_ours),
		cmocka_unit_test(a_match_that_is_lost_while_the_car_sleeps_can_be_terminated),
		cmocka_unit_test(without_a_matched_car_nothing_is_paused_or_resumed),
		cmocka_unit_test(a_modem_that_restarts_costs_a_running_matching_but_not_a_match),
		cmocka_unit_test(a_restart_that_did_not_happen_costs_nothing),
		cmocka_unit_test(a_silent_modem_is_not_served_with_and_its_key_stays_pending),
		cmocka_unit_test(questions_for_the_network_are_answered_with_one_frame),
		cmocka_unit_test(questions_for_the_network_end_also_without_an_answer),
		cmocka_unit_test(another_modem_is_not_asked_for_the_network),
		cmocka_unit_test(a_car_that_is_silent_gets_basic_charging),
		cmocka_unit_test(a_car_that_is_silent_at_a_dc_outlet_fails),
		cmocka_unit_test(eim_while_a_match_runs_does_not_show_f),
		cmocka_unit_test(a_running_15118_session_is_not_cut_by_silence),
		cmocka_unit_test(a_pilot_fault_fails_the_session_and_renews_the_key),
		cmocka_unit_test(a_station_that_is_not_ready_ends_the_session),
		cmocka_unit_test(a_failed_matching_is_followed_by_an_f_pulse_where_configured),
		cmocka_unit_test(a_match_forgives_the_failures_before_it),
		cmocka_unit_test(the_available_current_is_the_smallest_of_the_connected_phases),
		cmocka_unit_test(a_request_is_repeated_until_it_is_answered),
		cmocka_unit_test(a_request_that_is_refused_is_repeated),
		cmocka_unit_test(a_station_that_is_reached_again_is_asked_again),
		cmocka_unit_test(an_f_that_the_station_never_heard_is_waited_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
