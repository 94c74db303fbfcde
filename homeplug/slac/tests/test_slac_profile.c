/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The switches between what the standard says and what the field needs, each alone; and the attenuation that is
 * reported: whose profiles count, and the receive-path correction.
 */
#include "homeplug/slac/tests/slac_evse_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* --- the profiles --- */

static void the_switches_are_off_in_strict_and_on_in_the_field(void **state)
{
	(void)state;
	for (int strict = 0; strict <= 1; strict++) {
		const struct slac_evse_config config = bench_config(strict != 0);
		assert_int_equal(config.any_sound_counts, !strict);
		assert_int_equal(config.any_ids, !strict);
		assert_int_equal(config.rematch_matched_ev, !strict);
		assert_int_equal(config.listen_after_failure, !strict);
		assert_int_equal(config.dc_listens_after_init, !strict);
		assert_int_equal(config.any_forwarding_sta, !strict);
		assert_int_equal(config.refuse_as_not_required, !strict);
		assert_int_equal(config.slow_after_validation, !strict);
	}
}

static void both_profiles_share_the_standards_times(void **state)
{
	(void)state;
	for (int strict = 0; strict <= 1; strict++) {
		const struct slac_evse_config config = bench_config(strict != 0);
		assert_int_equal(config.tt_evse_slac_init_ms, 20000);
		assert_int_equal(config.tt_match_sequence_ms, 400);
		assert_int_equal(config.tt_evse_match_mnbc_ms, 600);
		assert_int_equal(config.tt_match_response_ms, 200);
		assert_int_equal(config.tt_evse_match_session_ms, 10000);
		assert_int_equal(config.tt_match_join_ms, 12000);
		assert_int_equal(config.c_ev_match_retry, 2);
		assert_int_equal(config.parallel_runs, SLAC_EVSE_RUNS);
		assert_int_equal(config.validation, SLAC_VALIDATION_ON);
		assert_false(config.await_link);
		assert_false(config.dc_only);
	}
}

/* --- each switch alone; any_sound_counts and any_ids: test_slac_evse_fields.c --- */

static void listen_after_failure_alone_opens_another_window(void **state)
{
	const struct slac_car car = slac_car(1);
	struct slac_evse_config config = bench_config(STRICT);
	struct bench bench;

	(void)state;
	config.listen_after_failure = true;
	bench_ready(&bench, &config);
	bench_bring_to(&bench, &car, SLAC_RUN_FAILED);
	bench_expect_state(&bench, SLAC_EVSE_WAIT_PARM);
	bench.now_us += 19000 * MS;
	bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "CM_SLAC_PARM.CNF, FAILED>WAIT_START new_run, matching");
}

static void without_listen_after_failure_a_field_outlet_answers_a_new_run_id_only(void **state)
{
	const struct slac_car car = slac_car(1), again = slac_car_again(&car);
	struct slac_evse_config config = bench_config(FIELD);
	struct bench bench;

	(void)state;
	config.listen_after_failure = false;
	config.tt_fallback_ms = 0;
	bench_ready(&bench, &config);
	bench_bring_to(&bench, &car, SLAC_RUN_FAILED);
	assert_true(slac_evse_deadline(&bench.evse) == SLAC_NEVER);
	bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "!CM_SLAC_PARM.REQ run_failed");
	bench_say(&bench, &again, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "CM_SLAC_PARM.CNF, FAILED>WAIT_START new_run, matching");
}

static void rematch_matched_ev_alone_decides_about_the_matched_car(void **state)
{
	const struct slac_car car = slac_car(1), other = slac_car(2);
	struct bench bench;

	(void)state;
	for (int rematch = 0; rematch <= 1; rematch++) {
		struct slac_evse_config config = bench_config(rematch != 0);
		config.rematch_matched_ev = rematch != 0;
		bench_ready(&bench, &config);
		bench_bring_to(&bench, &car, SLAC_RUN_MATCHED);
		bench_say(&bench, &other, CM_SLAC_PARM_REQ);
		bench_expect(&bench, "!CM_SLAC_PARM.REQ already_matched@2");
		bench_say(&bench, &car, CM_SLAC_PARM_REQ);
		bench_expect(&bench, rematch ? "CM_SLAC_PARM.CNF, MATCHED>WAIT_START new_run, matching"
					     : "!CM_SLAC_PARM.REQ already_matched");
	}
}

static void only_a_dc_outlet_with_the_switch_answers_after_the_init_time(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (int dc_only = 0; dc_only <= 1; dc_only++)
		for (int listens = 0; listens <= 1; listens++) {
			struct slac_evse_config config = bench_config(STRICT);
			config.dc_only = dc_only != 0;
			config.dc_listens_after_init = listens != 0;
			bench_ready(&bench, &config);
			bench_expect_after_ms(&bench, 20000, "init_timeout");
			bench.now_us += 3600000 * MS;
			bench_say(&bench, &car, CM_SLAC_PARM_REQ);
			bench_expect(&bench, dc_only && listens ? "CM_SLAC_PARM.CNF, FREE>WAIT_START, matching"
								: "!CM_SLAC_PARM.REQ init_expired");
		}
}

static void field_and_strict_dc_outlets_differ_in_nothing_else_before_the_init_time(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (int strict = 0; strict <= 1; strict++) {
		struct slac_evse_config config = bench_config(strict != 0);
		config.dc_only = true;
		bench_ready(&bench, &config);
		bench_bring_to(&bench, &car, SLAC_RUN_MATCHED);
		bench_ready(&bench, &config);
		bench_expect_after_ms(&bench, 20000, "init_timeout");
		bench_expect_state(&bench, SLAC_EVSE_EXPIRED);
		bench_say(&bench, &car, CM_SLAC_PARM_REQ);
		bench_expect(&bench,
			     strict ? "!CM_SLAC_PARM.REQ init_expired" : "CM_SLAC_PARM.CNF, FREE>WAIT_START, matching");
	}
}

static void a_paused_dc_outlet_answers_nothing_until_it_listens(void **state)
{
	const struct slac_car car = slac_car(1);
	struct slac_evse_config config = bench_config(FIELD);
	struct bench bench;

	(void)state;
	config.dc_only = true;
	bench_ready(&bench, &config);
	bench_input(&bench, SLAC_EVSE_PAUSE, SLAC_REASON_NONE);
	bench_expect(&bench, "");
	assert_true(slac_evse_deadline(&bench.evse) == SLAC_NEVER);
	bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "!CM_SLAC_PARM.REQ paused");
	bench_input(&bench, SLAC_EVSE_LISTEN, SLAC_REASON_NONE);
	bench_expect_after_ms(&bench, 20000, "init_timeout");
	bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "CM_SLAC_PARM.CNF, FREE>WAIT_START, matching");
}

static void refuse_as_not_required_alone_decides_what_a_refusal_says(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (int not_required = 0; not_required <= 1; not_required++) {
		struct slac_evse_config config = bench_config(not_required != 0);
		config.validation = SLAC_VALIDATION_OFF;
		config.refuse_as_not_required = not_required != 0;
		bench_ready(&bench, &config);
		bench_bring_to(&bench, &car, SLAC_RUN_WAIT_MATCH);
		bench_validate(&bench, &car, 0);
		assert_int_equal(bench_sent(&bench, &car, CM_VALIDATE_CNF)->validate_cnf.result,
				 not_required ? VALIDATE_NOT_REQUIRED : VALIDATE_FAILURE);
	}
}

/* --- whose profiles count --- */

static const uint8_t foreign_modem[MAC_LEN] = {0x02, 0x99, 0x22, 0x33, 0x44, 0xbb};

static void key_set_by(struct bench *bench, const uint8_t *modem_mac)
{
	const struct network_key key = {.nmk = {1}};
	const struct slac_evse_input input = {.kind = SLAC_EVSE_KEY_SET, .key = &key, .modem_mac = modem_mac};

	slac_evse_input(&bench->evse, &input, bench->now_us, &bench->out);
}

static struct mme profile_from(const struct slac_car *car, const uint8_t modem_mac[MAC_LEN], uint8_t db)
{
	struct mme frame = slac_car_profile(car, SLAC_GROUPS, db);

	memcpy(frame.src, modem_mac, MAC_LEN);
	return frame;
}

static void foreign_profiles_count_nowhere(void **state)
{
	const struct slac_car car = slac_car(1);
	const struct mme foreign = profile_from(&car, foreign_modem, 90);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_SOUNDING);
	for (int i = 0; i < 20; i++) {
		const struct slac_evse before = bench.evse;
		bench_frame(&bench, &foreign);
		bench_expect(&bench, "!CM_ATTEN_PROFILE.IND other_modem");
		assert_memory_equal(bench.out.items[0].ev_mac, foreign_modem, MAC_LEN);
		assert_memory_equal(&bench.evse, &before, sizeof(before));
	}
	bench_say(&bench, &car, CM_MNBC_SOUND_IND);
	bench_expect_after_ms(&bench, 600, "SOUNDING>FAILED no_profiles_from_modem, failed no_profiles_from_modem");
}

static void foreign_profiles_among_the_own_do_not_move_the_mean(void **state)
{
	const struct slac_car car = slac_car(1);
	const struct mme foreign = profile_from(&car, foreign_modem, 90);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_SOUNDING);
	for (int i = 0; i < 10; i++) {
		bench_frame(&bench, &foreign);
		bench_say(&bench, &car, CM_ATTEN_PROFILE_IND);
	}
	bench_expect(&bench, "CM_ATTEN_CHAR.IND, SOUNDING>WAIT_RSP");
	const struct atten_char_ind *ind = &bench_sent(&bench, &car, CM_ATTEN_CHAR_IND)->atten_char_ind;
	assert_int_equal(ind->num_sounds, 10);
	for (size_t i = 0; i < SLAC_GROUPS; i++)
		assert_int_equal(ind->aag_db[i], 20);
}

static void foreign_profiles_without_groups_do_not_stand_in_for_sounds(void **state)
{
	const struct slac_car car = slac_car(1);
	struct mme foreign = slac_car_profile(&car, 0, 0);
	struct slac_evse_config config = bench_config(FIELD);
	struct bench bench;

	(void)state;
	memcpy(foreign.src, foreign_modem, MAC_LEN);
	config.missing_profile_db = 11;
	bench_ready(&bench, &config);
	bench_bring_to(&bench, &car, SLAC_RUN_SOUNDING);
	for (int i = 0; i < 10; i++)
		bench_frame(&bench, &foreign);
	bench_expect_after_ms(&bench, 600, "SOUNDING>FAILED no_sounds, failed no_sounds");
}

static void every_modems_profiles_count_where_the_own_is_not_known(void **state)
{
	static const uint8_t zero[MAC_LEN];
	static const uint8_t *const unknown[] = {NULL, zero};
	const struct slac_car car = slac_car(1);
	const struct mme foreign = profile_from(&car, foreign_modem, 90);
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		bench_ready_as(&bench, STRICT);
		key_set_by(&bench, unknown[i]); /* after one that was: forgotten */
		bench_bring_to(&bench, &car, SLAC_RUN_SOUNDING);
		for (int n = 0; n < 10; n++)
			bench_frame(&bench, &foreign);
		assert_int_equal(bench_sent(&bench, &car, CM_ATTEN_CHAR_IND)->atten_char_ind.aag_db[0], 90);
	}
}

static void a_replaced_modem_is_the_own_one_from_its_key_on(void **state)
{
	const struct slac_car car = slac_car(1);
	const struct mme next = profile_from(&car, foreign_modem, 33);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_input(&bench, SLAC_EVSE_KEY_LOST, SLAC_REASON_MODEM_RESTARTED);
	key_set_by(&bench, foreign_modem);
	bench_bring_to(&bench, &car, SLAC_RUN_SOUNDING);
	bench_say(&bench, &car, CM_ATTEN_PROFILE_IND);
	bench_expect(&bench, "!CM_ATTEN_PROFILE.IND other_modem");
	for (int n = 0; n < 10; n++)
		bench_frame(&bench, &next);
	assert_int_equal(bench_sent(&bench, &car, CM_ATTEN_CHAR_IND)->atten_char_ind.aag_db[0], 33);
}

/* --- the receive path --- */

/* What is reported for a measured attenuation behind a receive path. */
static uint8_t reported(const struct slac_evse_config *config, uint8_t measured_db, size_t group)
{
	const struct slac_car car = slac_car(1);
	const struct mme profile = slac_car_profile(&car, SLAC_GROUPS, measured_db);
	struct bench bench;

	bench_ready(&bench, config);
	bench_bring_to(&bench, &car, SLAC_RUN_SOUNDING);
	for (int i = 0; i < 10; i++)
		bench_frame(&bench, &profile);
	return bench_sent(&bench, &car, CM_ATTEN_CHAR_IND)->atten_char_ind.aag_db[group];
}

static void the_receive_path_is_subtracted_and_the_rest_clamped(void **state)
{
	static const struct {
		uint8_t measured_db;
		int16_t path_db;
		uint8_t reported_db;
	} rows[] = {
		{20, 0, 20},   {20, 7, 13},    {20, 20, 0},    {20, 21, 0},           {0, 1, 0},
		{20, -5, 25},  {250, -5, 255}, {251, -5, 255}, {255, -1, 255},        {255, 255, 0},
		{255, 254, 1}, {0, -255, 255}, {0, -256, 255}, {255, INT16_MIN, 255}, {255, INT16_MAX, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct slac_evse_config config = bench_config(STRICT);
		for (size_t group = 0; group < SLAC_GROUPS; group++)
			config.attn_rx_db[group] = rows[i].path_db;
		assert_int_equal(reported(&config, rows[i].measured_db, 0), rows[i].reported_db);
		assert_int_equal(reported(&config, rows[i].measured_db, 57), rows[i].reported_db);
	}
}

static void each_group_has_its_own_receive_path_and_the_measured_mean_is_kept(void **state)
{
	const struct slac_car car = slac_car(1);
	const struct mme profile = slac_car_profile(&car, SLAC_GROUPS, 30);
	struct slac_evse_config config = bench_config(STRICT);
	struct bench bench;

	(void)state;
	for (int group = 0; group < SLAC_GROUPS; group++)
		config.attn_rx_db[group] = (int16_t)(group - 10);
	bench_ready(&bench, &config);
	bench_bring_to(&bench, &car, SLAC_RUN_SOUNDING);
	for (int i = 0; i < 10; i++)
		bench_frame(&bench, &profile);
	const struct atten_char_ind *ind = &bench_sent(&bench, &car, CM_ATTEN_CHAR_IND)->atten_char_ind;
	for (int group = 0; group < SLAC_GROUPS; group++) {
		assert_int_equal(ind->aag_db[group], group >= 40 ? 0 : 40 - group);
		assert_int_equal(bench.evse.runs[0].measured_db[group], 30);
		assert_int_equal(bench.evse.runs[0].average_db[group], ind->aag_db[group]);
	}
}

/* It is subtracted from the mean: subtracted from each profile and clamped there, this would be 5. */
static void the_mean_is_taken_before_the_receive_path_is_subtracted(void **state)
{
	const struct slac_car car = slac_car(1);
	struct slac_evse_config config = bench_config(STRICT);
	struct bench bench;

	(void)state;
	config.attn_rx_db[3] = 10;
	bench_ready(&bench, &config);
	bench_bring_to(&bench, &car, SLAC_RUN_SOUNDING);
	for (int i = 0; i < 10; i++) {
		const struct mme profile = slac_car_profile(&car, SLAC_GROUPS, i & 1 ? 20 : 0);
		bench_frame(&bench, &profile);
	}
	assert_int_equal(bench_sent(&bench, &car, CM_ATTEN_CHAR_IND)->atten_char_ind.aag_db[3], 0);
}

/* AttenuationCharacterization_020. */
static void ten_db_more_on_the_line_are_ten_db_more_in_the_report(void **state)
{
	struct slac_evse_config config = bench_config(STRICT);

	(void)state;
	for (size_t group = 0; group < SLAC_GROUPS; group++)
		config.attn_rx_db[group] = 8;
	for (size_t group = 0; group < SLAC_GROUPS; group++)
		assert_int_equal(reported(&config, 30, group), reported(&config, 20, group) + 10);
}

static void a_constant_instead_of_profiles_is_not_corrected(void **state)
{
	const struct slac_car car = slac_car(1);
	struct slac_evse_config config = bench_config(FIELD);
	struct bench bench;

	(void)state;
	config.missing_profile_db = 11;
	for (size_t group = 0; group < SLAC_GROUPS; group++)
		config.attn_rx_db[group] = 5;
	bench_ready(&bench, &config);
	bench_bring_to(&bench, &car, SLAC_RUN_SOUNDING);
	bench_say(&bench, &car, CM_MNBC_SOUND_IND);
	bench_expect_after_ms(&bench, 600, "CM_ATTEN_CHAR.IND, SOUNDING>WAIT_RSP");
	assert_int_equal(bench_sent(&bench, &car, CM_ATTEN_CHAR_IND)->atten_char_ind.aag_db[0], 11);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_switches_are_off_in_strict_and_on_in_the_field),
		cmocka_unit_test(both_profiles_share_the_standards_times),
		cmocka_unit_test(listen_after_failure_alone_opens_another_window),
		cmocka_unit_test(without_listen_after_failure_a_field_outlet_answers_a_new_run_id_only),
		cmocka_unit_test(rematch_matched_ev_alone_decides_about_the_matched_car),
		cmocka_unit_test(only_a_dc_outlet_with_the_switch_answers_after_the_init_time),
		cmocka_unit_test(field_and_strict_dc_outlets_differ_in_nothing_else_before_the_init_time),
		cmocka_unit_test(a_paused_dc_outlet_answers_nothing_until_it_listens),
		cmocka_unit_test(refuse_as_not_required_alone_decides_what_a_refusal_says),
		cmocka_unit_test(foreign_profiles_count_nowhere),
		cmocka_unit_test(foreign_profiles_among_the_own_do_not_move_the_mean),
		cmocka_unit_test(foreign_profiles_without_groups_do_not_stand_in_for_sounds),
		cmocka_unit_test(every_modems_profiles_count_where_the_own_is_not_known),
		cmocka_unit_test(a_replaced_modem_is_the_own_one_from_its_key_on),
		cmocka_unit_test(the_receive_path_is_subtracted_and_the_rest_clamped),
		cmocka_unit_test(each_group_has_its_own_receive_path_and_the_measured_mean_is_kept),
		cmocka_unit_test(the_mean_is_taken_before_the_receive_path_is_subtracted),
		cmocka_unit_test(ten_db_more_on_the_line_are_ten_db_more_in_the_report),
		cmocka_unit_test(a_constant_instead_of_profiles_is_not_corrected),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
