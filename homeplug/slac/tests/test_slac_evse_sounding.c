/* SPDX-License-Identifier: Apache-2.0 */
/* The sounding, EVSE side: which sounds and profiles count, and what is made of them. */
#include "homeplug/slac/tests/slac_evse_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* --- sounds and profiles --- */

/* Runs the window out without `profiles`, with `sounds` heard. */
static void sound_window(struct bench *bench, const struct slac_car *car, unsigned sounds, unsigned empty_profiles)
{
	const struct mme empty = slac_car_profile(car, 0, 0);

	bench_bring_to(bench, car, SLAC_RUN_SOUNDING);
	for (unsigned i = 0; i < sounds; i++)
		bench_say(bench, car, CM_MNBC_SOUND_IND);
	for (unsigned i = 0; i < empty_profiles; i++)
		bench_frame(bench, &empty);
}

static void no_sound_at_all_fails_without_an_ind(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	sound_window(&bench, &car, 0, 0);
	bench_expect_after_ms(&bench, 600, "SOUNDING>FAILED no_sounds, failed no_sounds");
}

static void sounds_without_profiles_fail_and_blame_the_modem(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	sound_window(&bench, &car, 10, 0);
	bench_expect_after_ms(&bench, 600, "SOUNDING>FAILED no_profiles_from_modem, failed no_profiles_from_modem");
}

static void profiles_without_groups_fail_and_say_so(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (unsigned profiles = 1; profiles <= 10; profiles++) {
		bench_ready_as(&bench, STRICT);
		sound_window(&bench, &car, 10, profiles);
		bench_expect(&bench, "!CM_ATTEN_PROFILE.IND field groups_missing");
		bench_expect_after_ms(&bench, 600,
				      "SOUNDING>FAILED profiles_without_groups, failed profiles_without_groups");
	}
}

static void counters_of_a_long_window_do_not_wrap(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	sound_window(&bench, &car, 256, 0);
	bench_expect_after_ms(&bench, 600, "SOUNDING>FAILED no_profiles_from_modem, failed no_profiles_from_modem");
	bench_ready_as(&bench, STRICT);
	sound_window(&bench, &car, 0, 256);
	bench_expect_after_ms(&bench, 600, "SOUNDING>FAILED profiles_without_groups, failed profiles_without_groups");
}

static void profiles_are_counted_not_sounds(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_SOUNDING);
	for (int i = 0; i < 9; i++)
		bench_say(&bench, &car, CM_ATTEN_PROFILE_IND);
	bench_expect(&bench, "");
	bench_say(&bench, &car, CM_ATTEN_PROFILE_IND);
	bench_expect(&bench, "CM_ATTEN_CHAR.IND, SOUNDING>WAIT_RSP");
}

static void average_is_per_group_and_truncated(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;
	struct mme profile = slac_car_profile(&car, SLAC_GROUPS, 10);

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_SOUNDING);
	for (unsigned i = 0; i < 10; i++) {
		profile.atten_profile_ind.aag_db[0] = (uint8_t)(i == 0 ? 19 : 10); /* mean 10.9 */
		profile.atten_profile_ind.aag_db[1] = 255;
		profile.atten_profile_ind.aag_db[57] = (uint8_t)(3 * i); /* mean 13.5 */
		bench_frame(&bench, &profile);
	}
	const struct atten_char_ind *ind = &bench_sent(&bench, &car, CM_ATTEN_CHAR_IND)->atten_char_ind;
	assert_int_equal(ind->aag_db[0], 10);
	assert_int_equal(ind->aag_db[1], 255);
	for (size_t i = 2; i < 57; i++)
		assert_int_equal(ind->aag_db[i], 10);
	assert_int_equal(ind->aag_db[57], 13);
}

static void average_of_255_loud_profiles_does_not_overflow(void **state)
{
	const struct slac_car car = slac_car(1);
	const struct mme profile = slac_car_profile(&car, SLAC_GROUPS, 255);
	struct mme start = slac_car_message(&car, CM_START_ATTEN_CHAR_IND);
	struct bench bench;

	(void)state;
	start.start_atten_char_ind.num_sounds = 255;
	bench_ready_as(&bench, FIELD);
	bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	bench_frame(&bench, &start);
	for (int i = 0; i < 255; i++)
		bench_frame(&bench, &profile);
	const struct atten_char_ind *ind = &bench_sent(&bench, &car, CM_ATTEN_CHAR_IND)->atten_char_ind;
	assert_int_equal(ind->num_sounds, 255);
	for (size_t i = 0; i < SLAC_GROUPS; i++)
		assert_int_equal(ind->aag_db[i], 255);
}

static void second_run_starts_its_average_from_nothing(void **state)
{
	const struct slac_car car = slac_car(1);
	const struct mme loud = slac_car_profile(&car, SLAC_GROUPS, 90);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, FIELD);
	bench_bring_to(&bench, &car, SLAC_RUN_SOUNDING);
	for (int i = 0; i < 5; i++)
		bench_frame(&bench, &loud);
	bench_bring_to(&bench, &car, SLAC_RUN_WAIT_RSP);
	const struct atten_char_ind *ind = &bench_sent(&bench, &car, CM_ATTEN_CHAR_IND)->atten_char_ind;
	assert_int_equal(ind->num_sounds, 10);
	assert_int_equal(ind->aag_db[5], 20);
}

static void late_sounds_and_profiles_change_nothing(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_WAIT_RSP);
	const uint64_t deadline_us = slac_evse_deadline(&bench.evse);
	bench.now_us += 100 * MS;
	bench_say(&bench, &car, CM_MNBC_SOUND_IND);
	bench_expect(&bench, "!CM_MNBC_SOUND.IND unexpected");
	bench_say(&bench, &car, CM_ATTEN_PROFILE_IND);
	assert_int_equal(bench.out.count, 1);
	assert_int_equal(bench.out.items[0].reason, SLAC_REASON_UNEXPECTED);
	bench_say(&bench, &car, CM_START_ATTEN_CHAR_IND);
	bench_expect(&bench, "!CM_START_ATTEN_CHAR.IND unexpected");
	assert_int_equal(slac_evse_deadline(&bench.evse), deadline_us);
}

/* --- modems that measure nothing --- */

static void missing_profile_db_stands_in_for_profiles_without_groups(void **state)
{
	const struct slac_car car = slac_car(1);
	struct slac_evse_config config = bench_config(FIELD);
	struct bench bench;

	(void)state;
	config.missing_profile_db = 11;
	bench_ready(&bench, &config);
	sound_window(&bench, &car, 10, 10);
	bench_expect(&bench, "CM_ATTEN_CHAR.IND, SOUNDING>WAIT_RSP");
	const struct atten_char_ind *ind = &bench_sent(&bench, &car, CM_ATTEN_CHAR_IND)->atten_char_ind;
	assert_int_equal(ind->num_sounds, 10);
	for (size_t i = 0; i < SLAC_GROUPS; i++)
		assert_int_equal(ind->aag_db[i], 11);
}

static void missing_profile_db_of_0_is_a_value_and_refuses_nothing(void **state)
{
	const struct slac_car car = slac_car(1);
	struct slac_evse_config config = bench_config(FIELD);
	struct bench bench;

	(void)state;
	config.missing_profile_db = 0;
	bench_ready(&bench, &config);
	sound_window(&bench, &car, 10, 9);
	bench_expect(&bench, "");
	const struct mme empty = slac_car_profile(&car, 0, 0);
	bench_frame(&bench, &empty);
	bench_expect(&bench, "CM_ATTEN_CHAR.IND, SOUNDING>WAIT_RSP");
	assert_int_equal(bench_sent(&bench, &car, CM_ATTEN_CHAR_IND)->atten_char_ind.aag_db[57], 0);
}

static void missing_profile_db_stands_in_for_a_modem_that_reports_nothing(void **state)
{
	const struct slac_car car = slac_car(1);
	struct slac_evse_config config = bench_config(FIELD);
	struct bench bench;

	(void)state;
	config.missing_profile_db = 0;
	bench_ready(&bench, &config);
	sound_window(&bench, &car, 7, 0);
	bench_expect_after_ms(&bench, 600, "CM_ATTEN_CHAR.IND, SOUNDING>WAIT_RSP");
	const struct atten_char_ind *ind = &bench_sent(&bench, &car, CM_ATTEN_CHAR_IND)->atten_char_ind;
	assert_int_equal(ind->num_sounds, 7);
	assert_int_equal(ind->aag_db[0], 0);
}

static void missing_profile_db_does_not_invent_a_car_that_made_no_sound(void **state)
{
	const struct slac_car car = slac_car(1);
	struct slac_evse_config config = bench_config(FIELD);
	struct bench bench;

	(void)state;
	config.missing_profile_db = 11;
	bench_ready(&bench, &config);
	sound_window(&bench, &car, 0, 0);
	bench_expect_after_ms(&bench, 600, "SOUNDING>FAILED no_sounds, failed no_sounds");
}

static void measured_profiles_go_before_missing_profile_db(void **state)
{
	const struct slac_car car = slac_car(1);
	struct slac_evse_config config = bench_config(FIELD);
	struct bench bench;

	(void)state;
	config.missing_profile_db = 11;
	bench_ready(&bench, &config);
	sound_window(&bench, &car, 10, 3);
	for (int i = 0; i < 7; i++)
		bench_say(&bench, &car, CM_ATTEN_PROFILE_IND);
	bench_expect_after_ms(&bench, 600, "CM_ATTEN_CHAR.IND, SOUNDING>WAIT_RSP");
	const struct atten_char_ind *ind = &bench_sent(&bench, &car, CM_ATTEN_CHAR_IND)->atten_char_ind;
	assert_int_equal(ind->num_sounds, 7);
	assert_int_equal(ind->aag_db[0], 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_sound_at_all_fails_without_an_ind),
		cmocka_unit_test(sounds_without_profiles_fail_and_blame_the_modem),
		cmocka_unit_test(profiles_without_groups_fail_and_say_so),
		cmocka_unit_test(counters_of_a_long_window_do_not_wrap),
		cmocka_unit_test(profiles_are_counted_not_sounds),
		cmocka_unit_test(average_is_per_group_and_truncated),
		cmocka_unit_test(average_of_255_loud_profiles_does_not_overflow),
		cmocka_unit_test(second_run_starts_its_average_from_nothing),
		cmocka_unit_test(late_sounds_and_profiles_change_nothing),
		cmocka_unit_test(missing_profile_db_stands_in_for_profiles_without_groups),
		cmocka_unit_test(missing_profile_db_of_0_is_a_value_and_refuses_nothing),
		cmocka_unit_test(missing_profile_db_stands_in_for_a_modem_that_reports_nothing),
		cmocka_unit_test(missing_profile_db_does_not_invent_a_car_that_made_no_sound),
		cmocka_unit_test(measured_profiles_go_before_missing_profile_db),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
