/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A car that has said something is not blamed for silence: the reasons of a car whose announcements are lost, and of
 * one whose messages are refused for a field.
 */
#include "homeplug/slac/tests/slac_evse_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* --- all three CM_START_ATTEN_CHAR.IND are lost --- */

static void sounds_without_an_announcement_are_the_reason(void **state)
{
	static const struct {
		unsigned sounds;
		unsigned profiles;
		const char *text;
	} rows[] = {
		{0, 0, "WAIT_START>FAILED no_start_atten_char, failed no_start_atten_char"},
		{1, 0, "WAIT_START>FAILED start_atten_char_lost, failed start_atten_char_lost"},
		{0, 1, "WAIT_START>FAILED start_atten_char_lost, failed start_atten_char_lost"},
		{10, 10, "WAIT_START>FAILED start_atten_char_lost, failed start_atten_char_lost"},
	};
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bench_ready_at(&bench, &car, STRICT, SLAC_RUN_WAIT_START);
		const uint64_t deadline_us = slac_evse_deadline(&bench.evse);
		for (unsigned n = 0; n < rows[i].sounds + rows[i].profiles; n++) {
			bench_say(&bench, &car, n < rows[i].sounds ? CM_MNBC_SOUND_IND : CM_ATTEN_PROFILE_IND);
			bench_expect(&bench, "");
		}
		assert_int_equal(bench.evse.runs[0].sounds, rows[i].sounds);
		assert_int_equal(bench.evse.runs[0].early_profiles, rows[i].profiles);
		bench_tick_at(&bench, deadline_us);
		bench_expect(&bench, rows[i].text);
	}
}

static void sounds_of_another_run_are_none_of_this_one(void **state)
{
	const struct slac_car car = slac_car(1);
	struct mme frame = slac_car_message(&car, CM_MNBC_SOUND_IND);
	struct bench bench;

	(void)state;
	frame.mnbc_sound_ind.run_id[0] ^= 1;
	bench_ready_at(&bench, &car, STRICT, SLAC_RUN_WAIT_START);
	bench_frame(&bench, &frame);
	bench_expect(&bench, "!CM_MNBC_SOUND.IND field run_id");
	bench_tick_at(&bench, slac_evse_deadline(&bench.evse));
	bench_expect(&bench, "WAIT_START>FAILED no_start_atten_char, failed no_start_atten_char");
}

static void sounds_before_the_announcement_are_not_counted_in_the_result(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_at(&bench, &car, FIELD, SLAC_RUN_WAIT_START);
	bench_sounds(&bench, &car, 3);
	bench_say(&bench, &car, CM_START_ATTEN_CHAR_IND);
	bench_sounds(&bench, &car, 7);
	assert_int_equal(bench.evse.runs[0].sounds, 7);
	bench_tick_at(&bench, slac_evse_deadline(&bench.evse));
	assert_int_equal(bench_sent(&bench, &car, CM_ATTEN_CHAR_IND)->atten_char_ind.num_sounds, 7);
}

/* --- CM_SLAC_PARM.REQ with a wrong field --- */

static void say_parm_req(struct bench *bench, const struct slac_car *car, uint8_t application, uint8_t security)
{
	struct mme frame = slac_car_message(car, CM_SLAC_PARM_REQ);

	frame.slac_parm_req.application_type = application;
	frame.slac_parm_req.security_type = security;
	bench_frame(bench, &frame);
}

/* In strict TT_EVSE_SLAC_init is not restarted by it (CmSlacParm_005, 006). */
static void a_car_that_was_refused_is_named_with_the_field(void **state)
{
	const struct slac_car car = slac_car(3);
	struct bench bench;

	(void)state;
	for (int strict = 0; strict <= 1; strict++) {
		bench_ready_as(&bench, strict != 0);
		bench.now_us += 5000 * MS;
		say_parm_req(&bench, &car, 1, 0);
		say_parm_req(&bench, &car, 0, 1);
		bench_expect(&bench, "!CM_SLAC_PARM.REQ field security_type@3");
		bench_expect_after_ms(&bench, 15000, "init_timeout parm_req_refused@3");
		assert_int_equal(bench.out.items[0].message.error, MME_ERR_SECURITY_TYPE);
		assert_memory_equal(bench.out.items[0].ev_mac, car.mac, MAC_LEN);
	}
}

static void a_refusal_is_told_for_its_own_window_only(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, FIELD);
	say_parm_req(&bench, &car, 1, 0);
	bench_input(&bench, SLAC_EVSE_LISTEN, SLAC_REASON_NONE);
	bench_expect_after_ms(&bench, 20000, "init_timeout");

	/* A car is answered, fails, and its window passes. */
	bench_ready_as(&bench, FIELD);
	say_parm_req(&bench, &car, 1, 0);
	bench_bring_to(&bench, &car, SLAC_RUN_WAIT_START);
	say_parm_req(&bench, &car, 1, 0);
	bench_tick_at(&bench, slac_evse_deadline(&bench.evse));
	bench_expect_after_ms(&bench, 20000, "init_timeout");

	bench_ready_as(&bench, FIELD);
	say_parm_req(&bench, &car, 1, 0);
	bench_input(&bench, SLAC_EVSE_DISCONNECTED, SLAC_REASON_VEHICLE_LEFT);
	bench_input(&bench, SLAC_EVSE_CONNECTED, SLAC_REASON_NONE);
	bench_expect_after_ms(&bench, 20000, "init_timeout");
}

static void without_a_key_the_key_is_the_reason(void **state)
{
	const struct slac_car car = slac_car(1);
	const struct slac_evse_config config = bench_config(FIELD);
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_input(&bench, SLAC_EVSE_CONNECTED, SLAC_REASON_NONE);
	say_parm_req(&bench, &car, 1, 0);
	bench_expect_after_ms(&bench, 20000, "init_timeout key_not_set");
}

/* --- what a run waits for comes with a wrong field --- */

#define WRONG(state, type, member, error, reason)                                                                      \
	{                                                                                                              \
		SLAC_RUN_##state, CM_##type, offsetof(struct mme, member), MME_ERR_##error, SLAC_REASON_##reason       \
	}

struct refusal {
	enum slac_run_state state;
	enum mmtype type;
	size_t octet; /* its bit 2 is turned over */
	enum mme_error error;
	enum slac_reason reason;
};

static const struct refusal refusals[] = {
	WRONG(WAIT_START, START_ATTEN_CHAR_IND, start_atten_char_ind.run_id, RUN_ID, START_ATTEN_CHAR_REFUSED),
	WRONG(WAIT_START, START_ATTEN_CHAR_IND, start_atten_char_ind.resp_type, RESP_TYPE, START_ATTEN_CHAR_REFUSED),
	WRONG(SOUNDING, MNBC_SOUND_IND, mnbc_sound_ind.run_id, RUN_ID, SOUNDS_REFUSED),
	WRONG(SOUNDING, MNBC_SOUND_IND, mnbc_sound_ind.security_type, SECURITY_TYPE, SOUNDS_REFUSED),
	WRONG(WAIT_RSP, ATTEN_CHAR_RSP, atten_char_rsp.source_address, SOURCE_ADDRESS, ATTEN_CHAR_RSP_REFUSED),
	WRONG(WAIT_RSP, ATTEN_CHAR_RSP, atten_char_rsp.result, RESULT, ATTEN_CHAR_RSP_REFUSED),
	WRONG(WAIT_MATCH, VALIDATE_REQ, validate_req.signal_type, SIGNAL_TYPE, VALIDATE_REQ_REFUSED),
	WRONG(WAIT_MATCH, SLAC_MATCH_REQ, slac_match_req.pev_mac, PEV_MAC, MATCH_REQ_REFUSED),
	WRONG(WAIT_TOGGLE, VALIDATE_REQ, validate_req.signal_type, SIGNAL_TYPE, VALIDATE_REQ_REFUSED),
};

#define REFUSALS (sizeof(refusals) / sizeof(refusals[0]))

static void say_wrongly(struct bench *bench, const struct slac_car *car, const struct refusal *refusal)
{
	struct mme frame = slac_car_message(car, refusal->type);
	char text[64];

	((uint8_t *)&frame)[refusal->octet] ^= 4;
	bench_frame(bench, &frame);
	snprintf(text, sizeof(text), "!%s field %s", mme_name((uint16_t)refusal->type), mme_error_text(refusal->error));
	bench_expect(bench, text);
}

/* The time of what the run waits for passes, with all repeats. */
static void let_it_fail(struct bench *bench)
{
	const enum slac_run_state state = bench->evse.runs[0].state;

	while (bench->evse.runs[0].state == state)
		bench_tick_at(bench, slac_evse_deadline(&bench->evse));
}

static void expect_failed(const struct bench *bench, enum slac_run_state state, enum slac_reason reason)
{
	char text[128];

	snprintf(text, sizeof(text), "%s>FAILED %s, failed %s", slac_run_state_text(state), slac_reason_text(reason),
		 slac_reason_text(reason));
	bench_expect(bench, text);
}

static void a_message_that_was_refused_is_the_reason_with_its_field(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < REFUSALS; i++)
		for (int strict = 0; strict <= 1; strict++) {
			const struct slac_run *run = &bench.evse.runs[0];
			bench_ready_at(&bench, &car, strict != 0, refusals[i].state);
			say_wrongly(&bench, &car, &refusals[i]);
			let_it_fail(&bench);
			expect_failed(&bench, refusals[i].state, refusals[i].reason);
			assert_int_equal(run->refused, refusals[i].reason);
			assert_int_equal(run->refused_error, refusals[i].error);
		}
}

static void the_last_refusal_counts(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (size_t i = 0; i + 1 < REFUSALS; i++) {
		if (refusals[i].state != refusals[i + 1].state)
			continue;
		bench_ready_at(&bench, &car, STRICT, refusals[i].state);
		say_wrongly(&bench, &car, &refusals[i]);
		say_wrongly(&bench, &car, &refusals[i + 1]);
		let_it_fail(&bench);
		expect_failed(&bench, refusals[i].state, refusals[i + 1].reason);
		assert_int_equal(bench.evse.runs[0].refused_error, refusals[i + 1].error);
	}
}

/* The car has been understood since; what it does not say after that it has not said. */
static void a_right_message_makes_up_for_a_wrong_one(void **state)
{
	static const enum slac_reason silent[] = {
		[SLAC_RUN_SOUNDING] = SLAC_REASON_NO_PROFILES,
		[SLAC_RUN_WAIT_RSP] = SLAC_REASON_NO_ATTEN_CHAR_RSP,
		[SLAC_RUN_WAIT_MATCH] = SLAC_REASON_NO_MATCH_REQ,
		[SLAC_RUN_WAIT_TOGGLE] = SLAC_REASON_NO_VALIDATE_REQ,
	};
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < REFUSALS; i++) {
		if (refusals[i].type == CM_SLAC_MATCH_REQ)
			continue; /* a right one is the match */
		bench_ready_at(&bench, &car, STRICT, refusals[i].state);
		say_wrongly(&bench, &car, &refusals[i]);
		bench_say(&bench, &car, refusals[i].type);
		const enum slac_run_state after = bench.evse.runs[0].state;
		if (after == SLAC_RUN_SOUNDING)
			bench_say(&bench, &car, CM_MNBC_SOUND_IND);
		let_it_fail(&bench);
		expect_failed(&bench, after, silent[after]);
		assert_int_equal(bench.evse.runs[0].refused, SLAC_REASON_NONE);
		assert_int_equal(bench.evse.runs[0].refused_error, MME_OK);
	}
}

/* As CM_START_ATTEN_CHAR.IND, the second and the third time. */
static void a_wrong_message_that_is_not_waited_for_is_not_the_reason(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_at(&bench, &car, STRICT, SLAC_RUN_SOUNDING);
	say_wrongly(&bench, &car, &refusals[0]);
	let_it_fail(&bench);
	expect_failed(&bench, SLAC_RUN_SOUNDING, SLAC_REASON_NO_SOUNDS);
}

/* The sounds are only heard for the diagnosis: the modem has measured them. */
static void what_was_refused_before_the_run_went_on_is_not_the_reason(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_at(&bench, &car, STRICT, SLAC_RUN_SOUNDING);
	bench_sounds(&bench, &car, SLAC_NUM_SOUNDS - 1);
	say_wrongly(&bench, &car, &refusals[2]);
	bench_say(&bench, &car, CM_ATTEN_PROFILE_IND);
	bench_expect_run(&bench, &car, SLAC_RUN_WAIT_RSP);
	let_it_fail(&bench);
	expect_failed(&bench, SLAC_RUN_WAIT_RSP, SLAC_REASON_NO_ATTEN_CHAR_RSP);
}

static void a_new_run_forgets_what_was_refused(void **state)
{
	const struct slac_car car = slac_car(1), again = slac_car_again(&car);
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < REFUSALS; i++) {
		bench_ready_at(&bench, &car, STRICT, refusals[i].state);
		say_wrongly(&bench, &car, &refusals[i]);
		bench_bring_to(&bench, &again, SLAC_RUN_WAIT_START);
		let_it_fail(&bench);
		expect_failed(&bench, SLAC_RUN_WAIT_START, SLAC_REASON_NO_START_ATTEN_CHAR);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sounds_without_an_announcement_are_the_reason),
		cmocka_unit_test(sounds_of_another_run_are_none_of_this_one),
		cmocka_unit_test(sounds_before_the_announcement_are_not_counted_in_the_result),
		cmocka_unit_test(a_car_that_was_refused_is_named_with_the_field),
		cmocka_unit_test(a_refusal_is_told_for_its_own_window_only),
		cmocka_unit_test(without_a_key_the_key_is_the_reason),
		cmocka_unit_test(a_message_that_was_refused_is_the_reason_with_its_field),
		cmocka_unit_test(the_last_refusal_counts),
		cmocka_unit_test(a_right_message_makes_up_for_a_wrong_one),
		cmocka_unit_test(a_wrong_message_that_is_not_waited_for_is_not_the_reason),
		cmocka_unit_test(what_was_refused_before_the_run_went_on_is_not_the_reason),
		cmocka_unit_test(a_new_run_forgets_what_was_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
