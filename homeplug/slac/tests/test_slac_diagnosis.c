/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A car that has said something is not blamed for silence: the reasons of a car whose announcements are lost, and of
 * one whose messages are refused for a field.
 */
#include "homeplug/slac/tests/slac_evse_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
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

/* --- CM_SLAC_MATCH.REQ with a wrong field --- */

static void say_wrong_match_req(struct bench *bench, const struct slac_car *car)
{
	struct mme frame = slac_car_message(car, CM_SLAC_MATCH_REQ);

	frame.slac_match_req.pev_mac[0] ^= 4;
	bench_frame(bench, &frame);
	bench_expect(bench, "!CM_SLAC_MATCH.REQ field pev_mac");
}

static void a_match_req_that_was_refused_is_the_reason_with_its_field(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (int strict = 0; strict <= 1; strict++) {
		bench_ready_at(&bench, &car, strict != 0, SLAC_RUN_WAIT_MATCH);
		bench.now_us += 4000 * MS;
		say_wrong_match_req(&bench, &car);
		bench_expect_after_ms(&bench, 6000, "WAIT_MATCH>FAILED match_req_refused, failed match_req_refused");
		assert_int_equal(bench.evse.runs[0].match_req_error, MME_ERR_PEV_MAC);
	}
}

static void a_new_run_forgets_that_a_match_req_was_refused(void **state)
{
	const struct slac_car car = slac_car(1), again = slac_car_again(&car);
	struct bench bench;

	(void)state;
	bench_ready_at(&bench, &car, STRICT, SLAC_RUN_WAIT_MATCH);
	say_wrong_match_req(&bench, &car);
	bench_bring_to(&bench, &again, SLAC_RUN_WAIT_MATCH);
	bench_expect_after_ms(&bench, 10000, "WAIT_MATCH>FAILED no_match_req, failed no_match_req");
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
		cmocka_unit_test(a_match_req_that_was_refused_is_the_reason_with_its_field),
		cmocka_unit_test(a_new_run_forgets_that_a_match_req_was_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
