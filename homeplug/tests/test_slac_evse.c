/* SPDX-License-Identifier: Apache-2.0 */
/* Matching, EVSE side, on virtual time. The field checks are in test_slac_evse_fields.c. */
#include "homeplug/tests/slac_evse_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define STRICT true
#define FIELD  false

static const uint8_t zeros[SLAC_ID_LEN];

/* --- a complete match --- */

static void complete_match_answers_before_it_reports(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_expect(&bench, "");
	bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "CM_SLAC_PARM.CNF, FREE>WAIT_START, matching");
	bench_say(&bench, &car, CM_START_ATTEN_CHAR_IND);
	bench_expect(&bench, "WAIT_START>SOUNDING");
	bench_say(&bench, &car, CM_START_ATTEN_CHAR_IND);
	bench_expect(&bench, "");
	bench_sounds(&bench, &car, 9);
	bench_expect(&bench, "");
	bench_say(&bench, &car, CM_MNBC_SOUND_IND);
	bench_expect(&bench, "");
	bench_say(&bench, &car, CM_ATTEN_PROFILE_IND);
	bench_expect(&bench, "CM_ATTEN_CHAR.IND, SOUNDING>WAIT_RSP");
	bench_say(&bench, &car, CM_ATTEN_CHAR_RSP);
	bench_expect(&bench, "WAIT_RSP>WAIT_MATCH");
	bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
	bench_expect(&bench, "CM_SLAC_MATCH.CNF, WAIT_MATCH>MATCHED, matched");
	bench_expect_state(&bench, SLAC_EVSE_MATCHED);
	assert_true(slac_evse_deadline(&bench.evse) == SLAC_NEVER);
}

static void every_status_carries_run_id_and_ev(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, FIELD);
	bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	const struct slac_evse_output *item = &bench.out.items[bench.out.count - 1];
	assert_int_equal(item->kind, SLAC_EVSE_STATUS);
	assert_true(item->has_run_id);
	assert_memory_equal(item->run_id, car.run_id, RUN_ID_LEN);
	assert_memory_equal(item->ev_mac, car.mac, MAC_LEN);
}

static void parm_cnf_has_the_fields_of_table_a2(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, FIELD);
	bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	const struct slac_parm_cnf *cnf = &bench_sent(&bench, &car, CM_SLAC_PARM_CNF)->slac_parm_cnf;
	assert_memory_equal(cnf->m_sound_target, "\xff\xff\xff\xff\xff\xff", MAC_LEN);
	assert_int_equal(cnf->num_sounds, 10);
	assert_int_equal(cnf->time_out, 6);
	assert_int_equal(cnf->resp_type, 1);
	assert_memory_equal(cnf->forwarding_sta, car.mac, MAC_LEN);
	assert_int_equal(cnf->application_type, 0);
	assert_int_equal(cnf->security_type, 0);
	assert_memory_equal(cnf->run_id, car.run_id, RUN_ID_LEN);
}

static void atten_char_ind_has_the_fields_of_table_a4(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, FIELD);
	bench_bring_to(&bench, &car, SLAC_RUN_WAIT_RSP);
	const struct atten_char_ind *ind = &bench_sent(&bench, &car, CM_ATTEN_CHAR_IND)->atten_char_ind;
	assert_int_equal(ind->application_type, 0);
	assert_int_equal(ind->security_type, 0);
	assert_memory_equal(ind->source_address, car.mac, MAC_LEN);
	assert_memory_equal(ind->run_id, car.run_id, RUN_ID_LEN);
	assert_memory_equal(ind->source_id, zeros, SLAC_ID_LEN);
	assert_memory_equal(ind->resp_id, zeros, SLAC_ID_LEN);
	assert_int_equal(ind->num_sounds, 10);
	assert_int_equal(ind->num_groups, 58);
	for (size_t i = 0; i < SLAC_GROUPS; i++)
		assert_int_equal(ind->aag_db[i], 20);
}

static void match_cnf_has_the_fields_of_table_a7_and_the_key(void **state)
{
	const struct slac_car car = slac_car(1);
	uint8_t nmk[NMK_LEN], nid[NID_LEN];
	struct bench bench;

	(void)state;
	memset(nmk, BENCH_NMK(0), NMK_LEN);
	memset(nid, BENCH_NID(0), NID_LEN);
	bench_ready_as(&bench, FIELD);
	bench_bring_to(&bench, &car, SLAC_RUN_MATCHED);
	const struct slac_match_cnf *cnf = &bench_sent(&bench, &car, CM_SLAC_MATCH_CNF)->slac_match_cnf;
	assert_int_equal(cnf->application_type, 0);
	assert_int_equal(cnf->security_type, 0);
	assert_int_equal(cnf->mvf_length, 0x0056);
	assert_memory_equal(cnf->pev_id, zeros, SLAC_ID_LEN);
	assert_memory_equal(cnf->pev_mac, car.mac, MAC_LEN);
	assert_memory_equal(cnf->evse_id, zeros, SLAC_ID_LEN);
	assert_memory_equal(cnf->evse_mac, test_evse_mac, MAC_LEN);
	assert_memory_equal(cnf->run_id, car.run_id, RUN_ID_LEN);
	assert_memory_equal(cnf->nid, nid, NID_LEN);
	assert_memory_equal(cnf->nmk, nmk, NMK_LEN);
}

/* --- when nothing may be answered --- */

static void nothing_is_answered_before_a_vehicle_is_connected(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;
	struct slac_evse_config config = bench_config(FIELD);

	(void)state;
	bench_init(&bench, &config);
	bench_key_set(&bench, 0);
	bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "!CM_SLAC_PARM.REQ no_vehicle");
	bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
	bench_expect(&bench, "!CM_SLAC_MATCH.REQ no_vehicle");
	assert_true(slac_evse_deadline(&bench.evse) == SLAC_NEVER);
}

static void nothing_is_answered_before_the_key_is_set(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;
	struct slac_evse_config config = bench_config(FIELD);

	(void)state;
	bench_init(&bench, &config);
	bench_input(&bench, SLAC_EVSE_CONNECTED, SLAC_REASON_NONE);
	bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "!CM_SLAC_PARM.REQ key_not_set");
	bench_key_set(&bench, 0);
	bench_expect(&bench, "");
	bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "CM_SLAC_PARM.CNF, FREE>WAIT_START, matching");
}

static void frames_for_others_and_of_other_kinds_are_refused(void **state)
{
	static const uint8_t other[MAC_LEN] = {2, 9, 9, 9, 9, 9};
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, FIELD);
	bench_bring_to(&bench, &car, SLAC_RUN_WAIT_MATCH);
	struct mme frame = slac_car_message(&car, CM_SLAC_MATCH_REQ);
	memcpy(frame.dst, other, MAC_LEN);
	bench_frame(&bench, &frame);
	bench_expect(&bench, "!CM_SLAC_MATCH.REQ not_for_evse");
	frame = slac_car_message(&car, CM_SLAC_MATCH_REQ);
	memcpy(frame.src, other, MAC_LEN);
	bench_frame(&bench, &frame);
	bench_expect(&bench, "!CM_SLAC_MATCH.REQ unknown_run");
	frame = slac_car_message(&car, CM_SLAC_PARM_REQ);
	memcpy(frame.src, test_evse_mac, MAC_LEN); /* our own, come back */
	bench_frame(&bench, &frame);
	bench_expect_silence(&bench);
	bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
	bench_expect(&bench, "CM_SLAC_MATCH.CNF, WAIT_MATCH>MATCHED, matched");
}

static void answers_of_another_evse_are_refused(void **state)
{
	static const enum mmtype types[] = {CM_SLAC_PARM_CNF, CM_ATTEN_CHAR_IND, CM_SLAC_MATCH_CNF,
					    CM_VALIDATE_CNF,  CM_SET_KEY_REQ,	 CM_SET_KEY_CNF};
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, FIELD);
	bench_bring_to(&bench, &car, SLAC_RUN_SOUNDING);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct mme frame;
		mme_init(&frame, types[i], car.mac, mac_broadcast);
		bench_frame(&bench, &frame);
		assert_int_equal(bench.out.count, 1);
		assert_int_equal(bench.out.items[0].kind, SLAC_EVSE_IGNORED);
		assert_int_equal(bench.out.items[0].reason, SLAC_REASON_NOT_FOR_EVSE);
	}
	bench_sounds(&bench, &car, 10);
	bench_expect(&bench, "CM_ATTEN_CHAR.IND, SOUNDING>WAIT_RSP");
}

/* pyPLC sends its telemetry as a broadcast CM_ATTEN_CHAR.IND, from the car's side after the match. */
static void broadcast_telemetry_does_not_disturb_a_match(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;
	struct mme frame;

	(void)state;
	bench_ready_as(&bench, FIELD);
	bench_bring_to(&bench, &car, SLAC_RUN_MATCHED);
	mme_init(&frame, CM_ATTEN_CHAR_IND, car.mac, mac_broadcast);
	memset(frame.atten_char_ind.source_address, 0xff, MAC_LEN);
	frame.atten_char_ind.num_groups = SLAC_GROUPS;
	bench_frame(&bench, &frame);
	bench_expect(&bench, "!CM_ATTEN_CHAR.IND not_for_evse");
	bench_expect_run(&bench, &car, SLAC_RUN_MATCHED);
}

/* --- timers --- */

static void init_timer_runs_20_s_and_a_later_request_is_silent(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (int strict = 0; strict <= 1; strict++) {
		bench_ready_as(&bench, strict != 0);
		bench_expect_after_ms(&bench, 20000, "init_timeout");
		bench_expect_state(&bench, SLAC_EVSE_EXPIRED);
		assert_true(slac_evse_deadline(&bench.evse) == SLAC_NEVER);
		bench_say(&bench, &car, CM_SLAC_PARM_REQ);
		bench_expect(&bench, "!CM_SLAC_PARM.REQ init_expired");
	}
}

static void request_a_microsecond_before_the_init_timeout_is_answered(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench.now_us = slac_evse_deadline(&bench.evse) - 1;
	bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "CM_SLAC_PARM.CNF, FREE>WAIT_START, matching");
}

static void request_at_the_init_timeout_is_late(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench.now_us = slac_evse_deadline(&bench.evse);
	bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "init_timeout, !CM_SLAC_PARM.REQ init_expired");
}

static void late_request_is_answered_where_configured(void **state)
{
	const struct slac_car car = slac_car(1);
	struct slac_evse_config config = bench_config(FIELD);
	struct bench bench;

	(void)state;
	config.dc_only = config.dc_listens_after_init = true;
	bench_ready(&bench, &config);
	bench_expect_after_ms(&bench, 20000, "init_timeout");
	bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "CM_SLAC_PARM.CNF, FREE>WAIT_START, matching");
}

static void second_connected_does_not_restart_the_init_timer(void **state)
{
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	const uint64_t deadline_us = slac_evse_deadline(&bench.evse);
	bench.now_us += 5000 * MS;
	bench_input(&bench, SLAC_EVSE_CONNECTED, SLAC_REASON_NONE);
	assert_int_equal(slac_evse_deadline(&bench.evse), deadline_us);
}

static void init_timer_ends_with_the_first_request(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	const uint64_t init_us = slac_evse_deadline(&bench.evse);
	bench.now_us = init_us - 300 * MS;
	bench_bring_to(&bench, &car, SLAC_RUN_WAIT_MATCH);
	bench_tick_at(&bench, init_us);
	bench_expect(&bench, "");
}

static void start_atten_char_is_awaited_400_ms(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_WAIT_START);
	bench_expect_after_ms(&bench, 400,
			      "WAIT_START>FAILED no_start_atten_char, failed no_start_atten_char");
	bench_say(&bench, &car, CM_START_ATTEN_CHAR_IND);
	bench_expect(&bench, "!CM_START_ATTEN_CHAR.IND run_failed");
}

static void start_atten_char_at_399_ms_counts_and_at_400_ms_is_late(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_WAIT_START);
	bench.now_us += 400 * MS - 1;
	bench_say(&bench, &car, CM_START_ATTEN_CHAR_IND);
	bench_expect(&bench, "WAIT_START>SOUNDING");

	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_WAIT_START);
	bench.now_us += 400 * MS;
	bench_say(&bench, &car, CM_START_ATTEN_CHAR_IND);
	bench_expect(&bench, "WAIT_START>FAILED no_start_atten_char, failed no_start_atten_char, "
			     "!CM_START_ATTEN_CHAR.IND run_failed");
}

static void sounding_ends_600_ms_after_the_first_start(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_SOUNDING);
	bench.now_us += 20 * MS;
	bench_say(&bench, &car, CM_START_ATTEN_CHAR_IND);
	bench.now_us += 20 * MS;
	bench_say(&bench, &car, CM_START_ATTEN_CHAR_IND);
	bench_sounds(&bench, &car, 9);
	bench_expect_after_ms(&bench, 560, "CM_ATTEN_CHAR.IND, SOUNDING>WAIT_RSP");
	assert_int_equal(bench_sent(&bench, &car, CM_ATTEN_CHAR_IND)->atten_char_ind.num_sounds, 9);
}

static void atten_char_is_sent_three_times_200_ms_apart(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_WAIT_RSP);
	const struct mme first = *bench_sent(&bench, &car, CM_ATTEN_CHAR_IND);
	for (int i = 0; i < 2; i++) {
		bench_expect_after_ms(&bench, 200, "CM_ATTEN_CHAR.IND");
		assert_memory_equal(bench_sent(&bench, &car, CM_ATTEN_CHAR_IND), &first, sizeof(first));
	}
	bench_expect_after_ms(&bench, 200, "WAIT_RSP>FAILED no_atten_char_rsp, failed no_atten_char_rsp");
	bench_say(&bench, &car, CM_ATTEN_CHAR_RSP);
	bench_expect(&bench, "!CM_ATTEN_CHAR.RSP run_failed");
	bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
	bench_expect(&bench, "!CM_SLAC_MATCH.REQ run_failed");
}

static void rsp_counts_until_the_last_microsecond_of_the_third_wait(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_WAIT_RSP);
	bench_expect_after_ms(&bench, 200, "CM_ATTEN_CHAR.IND");
	bench_expect_after_ms(&bench, 200, "CM_ATTEN_CHAR.IND");
	bench.now_us += 200 * MS - 1;
	bench_say(&bench, &car, CM_ATTEN_CHAR_RSP);
	bench_expect(&bench, "WAIT_RSP>WAIT_MATCH");
}

static void match_req_is_awaited_10_s(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_WAIT_MATCH);
	bench_expect_after_ms(&bench, 10000, "WAIT_MATCH>FAILED no_match_req, failed no_match_req");
	bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
	bench_expect(&bench, "!CM_SLAC_MATCH.REQ run_failed");

	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_WAIT_MATCH);
	bench.now_us += 10000 * MS - 1;
	bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
	bench_expect(&bench, "CM_SLAC_MATCH.CNF, WAIT_MATCH>MATCHED, matched");
}

static void configured_times_are_used(void **state)
{
	const struct slac_car car = slac_car(1);
	struct slac_evse_config config = bench_config(STRICT);
	struct bench bench;

	(void)state;
	config.tt_evse_slac_init_ms = 50000;
	config.tt_match_sequence_ms = 300;
	config.tt_evse_match_mnbc_ms = 800;
	config.tt_match_response_ms = 150;
	config.tt_evse_match_session_ms = 9000;
	config.c_ev_match_retry = 0;
	bench_ready(&bench, &config);
	assert_int_equal(slac_evse_deadline(&bench.evse) - bench.now_us, 50000 * MS);
	bench_bring_to(&bench, &car, SLAC_RUN_WAIT_START);
	assert_int_equal(slac_evse_deadline(&bench.evse) - bench.now_us, 300 * MS);
	bench_bring_to(&bench, &car, SLAC_RUN_SOUNDING);
	assert_int_equal(slac_evse_deadline(&bench.evse) - bench.now_us, 800 * MS);
	bench_bring_to(&bench, &car, SLAC_RUN_WAIT_MATCH);
	assert_int_equal(slac_evse_deadline(&bench.evse) - bench.now_us, 9000 * MS);
	bench_bring_to(&bench, &car, SLAC_RUN_WAIT_RSP);
	bench_expect_after_ms(&bench, 150, "WAIT_RSP>FAILED no_atten_char_rsp, failed no_atten_char_rsp");
}

/* --- sounds and profiles --- */

/* Runs the window out without `profiles`, with `sounds` heard. */
static void sound_window(struct bench *bench, const struct slac_car *car, unsigned sounds,
			 unsigned empty_profiles)
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
	bench_expect_after_ms(&bench, 600,
			      "SOUNDING>FAILED no_profiles_from_modem, failed no_profiles_from_modem");
}

static void profiles_without_groups_fail_and_say_so(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	sound_window(&bench, &car, 10, 10);
	bench_expect(&bench, "!CM_ATTEN_PROFILE.IND field groups_missing");
	bench_expect_after_ms(&bench, 600,
			      "SOUNDING>FAILED profiles_without_groups, failed profiles_without_groups");
}

static void counters_of_a_long_window_do_not_wrap(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	sound_window(&bench, &car, 256, 0);
	bench_expect_after_ms(&bench, 600,
			      "SOUNDING>FAILED no_profiles_from_modem, failed no_profiles_from_modem");
	bench_ready_as(&bench, STRICT);
	sound_window(&bench, &car, 0, 256);
	bench_expect_after_ms(&bench, 600,
			      "SOUNDING>FAILED profiles_without_groups, failed profiles_without_groups");
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

/* --- repeated and restarted requests --- */

static void doubled_parm_req_is_answered_twice_and_the_session_goes_on(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	const struct mme first = *bench_sent(&bench, &car, CM_SLAC_PARM_CNF);
	bench.now_us += 7 * MS;
	bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "CM_SLAC_PARM.CNF");
	assert_memory_equal(bench_sent(&bench, &car, CM_SLAC_PARM_CNF), &first, sizeof(first));
	bench.now_us += 125 * MS;
	bench_say(&bench, &car, CM_START_ATTEN_CHAR_IND);
	bench_expect(&bench, "WAIT_START>SOUNDING");
}

static const enum slac_run_state waiting_states[] = {
	SLAC_RUN_WAIT_START,
	SLAC_RUN_SOUNDING,
	SLAC_RUN_WAIT_RSP,
	SLAC_RUN_WAIT_MATCH,
};
#define WAITING_STATES (sizeof(waiting_states) / sizeof(waiting_states[0]))

/* A restarted run must be a whole one: all the way to the match, with its own run_id. */
static void expect_whole_run(struct bench *bench, const struct slac_car *car)
{
	assert_memory_equal(bench_sent(bench, car, CM_SLAC_PARM_CNF)->slac_parm_cnf.run_id, car->run_id,
			    RUN_ID_LEN);
	bench_say(bench, car, CM_START_ATTEN_CHAR_IND);
	bench_sounds(bench, car, 10);
	bench_say(bench, car, CM_ATTEN_CHAR_RSP);
	bench_say(bench, car, CM_SLAC_MATCH_REQ);
	bench_expect(bench, "CM_SLAC_MATCH.CNF, WAIT_MATCH>MATCHED, matched");
	const struct slac_evse_output *status = &bench->out.items[2];
	assert_memory_equal(status->run_id, car->run_id, RUN_ID_LEN);
}

static void parm_req_with_the_same_run_id_restarts_the_run_in_every_state(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (size_t i = 1; i < WAITING_STATES; i++) {
		char step[128];
		bench_ready_as(&bench, STRICT);
		bench_bring_to(&bench, &car, waiting_states[i]);
		bench_say(&bench, &car, CM_SLAC_PARM_REQ);
		snprintf(step, sizeof(step), "CM_SLAC_PARM.CNF, %s>WAIT_START new_run",
			 slac_run_state_text(waiting_states[i]));
		bench_expect(&bench, step);
		expect_whole_run(&bench, &car);
	}
}

static void parm_req_with_a_new_run_id_restarts_the_run_in_every_state(void **state)
{
	const struct slac_car car = slac_car(1);
	const struct slac_car again = slac_car_again(&car);
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < WAITING_STATES; i++) {
		char step[128];
		bench_ready_as(&bench, STRICT);
		bench_bring_to(&bench, &car, waiting_states[i]);
		bench_say(&bench, &again, CM_SLAC_PARM_REQ);
		snprintf(step, sizeof(step), "CM_SLAC_PARM.CNF, %s>WAIT_START new_run",
			 slac_run_state_text(waiting_states[i]));
		bench_expect(&bench, step);
		bench_say(&bench, &car, CM_START_ATTEN_CHAR_IND);
		bench_expect(&bench, "!CM_START_ATTEN_CHAR.IND field run_id");
		bench_say(&bench, &again, CM_SLAC_PARM_REQ);
		expect_whole_run(&bench, &again);
	}
}

static void failed_status_names_the_run_that_failed_last(void **state)
{
	const struct slac_car car = slac_car(1);
	const struct slac_car again = slac_car_again(&car);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_WAIT_START);
	bench_say(&bench, &again, CM_SLAC_PARM_REQ);
	bench_expect_after_ms(&bench, 400,
			      "WAIT_START>FAILED no_start_atten_char, failed no_start_atten_char");
	assert_memory_equal(bench.out.items[1].run_id, again.run_id, RUN_ID_LEN);
	assert_memory_equal(bench.out.items[1].ev_mac, again.mac, MAC_LEN);
}

static void unplug_after_a_restart_names_the_new_run_id(void **state)
{
	const struct slac_car car = slac_car(1);
	const struct slac_car again = slac_car_again(&car);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_SOUNDING);
	bench_bring_to(&bench, &again, SLAC_RUN_SOUNDING);
	bench_input(&bench, SLAC_EVSE_DISCONNECTED, SLAC_REASON_VEHICLE_LEFT);
	bench_expect(&bench, "SOUNDING>FAILED vehicle_left, unmatched vehicle_left");
	assert_memory_equal(bench.out.items[1].run_id, again.run_id, RUN_ID_LEN);
}

/* --- after a failure --- */

static void strict_failed_run_id_stays_silent_and_a_new_one_is_answered(void **state)
{
	const struct slac_car car = slac_car(1);
	const struct slac_car again = slac_car_again(&car);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_FAILED);
	bench_expect_state(&bench, SLAC_EVSE_FAILED);
	bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "!CM_SLAC_PARM.REQ run_failed");
	bench_say(&bench, &again, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "CM_SLAC_PARM.CNF, FREE>WAIT_START new_run, matching");
	expect_whole_run(&bench, &again);
}

static void field_failed_run_id_may_try_again(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, FIELD);
	bench_bring_to(&bench, &car, SLAC_RUN_FAILED);
	bench_expect_state(&bench, SLAC_EVSE_WAIT_PARM);
	bench.now_us += 19000 * MS;
	bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "CM_SLAC_PARM.CNF, FREE>WAIT_START new_run, matching");
	expect_whole_run(&bench, &car);
}

static void field_waits_another_init_time_after_a_failure(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, FIELD);
	bench_bring_to(&bench, &car, SLAC_RUN_FAILED);
	bench_expect_after_ms(&bench, 20000, "init_timeout");
}

static void strict_waits_for_nothing_after_a_failure(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_FAILED);
	assert_true(slac_evse_deadline(&bench.evse) == SLAC_NEVER);
}

/* --- several cars --- */

static void five_cars_at_once_are_served_and_one_ends_matched(void **state)
{
	struct slac_car cars[SLAC_EVSE_RUNS];
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	for (uint8_t i = 0; i < SLAC_EVSE_RUNS; i++) {
		cars[i] = slac_car((uint8_t)(i + 1));
		bench_say(&bench, &cars[i], CM_SLAC_PARM_REQ);
		bench_sent(&bench, &cars[i], CM_SLAC_PARM_CNF);
	}
	for (size_t i = 0; i < SLAC_EVSE_RUNS; i++)
		bench_say(&bench, &cars[i], CM_START_ATTEN_CHAR_IND);
	for (unsigned sound = 0; sound < 10; sound++)
		for (size_t i = 0; i < SLAC_EVSE_RUNS; i++) {
			const struct mme profile =
				slac_car_profile(&cars[i], SLAC_GROUPS, (uint8_t)(20 + 10 * i));
			bench_frame(&bench, &profile);
			if (sound < 9)
				continue;
			const struct mme *ind = bench_sent(&bench, &cars[i], CM_ATTEN_CHAR_IND);
			assert_int_equal(ind->atten_char_ind.aag_db[0], 20 + 10 * i);
			assert_memory_equal(ind->atten_char_ind.run_id, cars[i].run_id, RUN_ID_LEN);
		}
	for (size_t i = 0; i < SLAC_EVSE_RUNS; i++)
		bench_say(&bench, &cars[i], CM_ATTEN_CHAR_RSP);
	bench_say(&bench, &cars[2], CM_SLAC_MATCH_REQ);
	bench_expect(&bench, "CM_SLAC_MATCH.CNF@3, WAIT_MATCH>MATCHED@3, WAIT_MATCH>FAILED other_ev_matched, "
			     "WAIT_MATCH>FAILED other_ev_matched@2, WAIT_MATCH>FAILED other_ev_matched@4, "
			     "WAIT_MATCH>FAILED other_ev_matched@5, matched@3");
	bench_say(&bench, &cars[0], CM_SLAC_MATCH_REQ);
	bench_expect(&bench, "!CM_SLAC_MATCH.REQ run_failed");
}

static void sixth_car_is_refused_while_five_run(void **state)
{
	const struct slac_car sixth = slac_car(6);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	for (uint8_t i = 1; i <= SLAC_EVSE_RUNS; i++) {
		const struct slac_car car = slac_car(i);
		bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	}
	bench_say(&bench, &sixth, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "!CM_SLAC_PARM.REQ table_full@6");
}

static void slot_of_the_run_that_failed_first_is_used_again(void **state)
{
	const struct slac_car second = slac_car(2), fourth = slac_car(4), sixth = slac_car(6);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	for (uint8_t i = 1; i <= SLAC_EVSE_RUNS; i++) {
		const struct slac_car car = slac_car(i);
		bench_bring_to(&bench, &car, i == 4 ? SLAC_RUN_WAIT_START : SLAC_RUN_WAIT_MATCH);
	}
	bench.now_us += 10 * MS;
	bench_say(&bench, &second, CM_SLAC_PARM_REQ);
	bench_tick_at(&bench, slac_evse_deadline(&bench.evse));
	bench_expect(&bench, "WAIT_START>FAILED no_start_atten_char@4");
	bench_tick_at(&bench, slac_evse_deadline(&bench.evse));
	bench_expect(&bench, "WAIT_START>FAILED no_start_atten_char@2");
	bench_say(&bench, &sixth, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "CM_SLAC_PARM.CNF@6, FREE>WAIT_START@6");
	bench_expect_run(&bench, &fourth, SLAC_RUN_FREE);
	bench_expect_run(&bench, &second, SLAC_RUN_FAILED);
}

static void matching_fails_only_with_its_last_run(void **state)
{
	const struct slac_car first = slac_car(1), second = slac_car(2);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_say(&bench, &first, CM_SLAC_PARM_REQ);
	bench.now_us += 100 * MS;
	bench_say(&bench, &second, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "CM_SLAC_PARM.CNF@2, FREE>WAIT_START@2");
	bench_tick_at(&bench, slac_evse_deadline(&bench.evse));
	bench_expect(&bench, "WAIT_START>FAILED no_start_atten_char");
	bench_tick_at(&bench, slac_evse_deadline(&bench.evse));
	bench_expect(&bench, "WAIT_START>FAILED no_start_atten_char@2, failed no_start_atten_char@2");
}

static void all_deadlines_of_five_cars_due_at_once_are_handled_in_one_call(void **state)
{
	struct bench bench;
	size_t sent = 0;

	(void)state;
	bench_ready_as(&bench, STRICT);
	for (uint8_t i = 1; i <= SLAC_EVSE_RUNS; i++) {
		const struct slac_car car = slac_car(i);
		bench_bring_to(&bench, &car, SLAC_RUN_SOUNDING);
		bench_sounds(&bench, &car, 9);
	}
	bench.now_us += 600 * MS;
	bench_input(&bench, SLAC_EVSE_DISCONNECTED, SLAC_REASON_VEHICLE_LEFT);
	for (size_t i = 0; i < bench.out.count; i++)
		sent += bench.out.items[i].kind == SLAC_EVSE_SEND;
	assert_int_equal(sent, SLAC_EVSE_RUNS);
	assert_int_equal(bench.out.items[bench.out.count - 1].status, SLAC_STATUS_UNMATCHED);
	assert_true(slac_evse_deadline(&bench.evse) == SLAC_NEVER);
}

/* --- matched --- */

static void repeated_match_req_gets_the_same_answer_also_when_matched(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_MATCHED);
	const struct mme first = *bench_sent(&bench, &car, CM_SLAC_MATCH_CNF);
	for (int i = 0; i < 3; i++) {
		bench.now_us += 60000 * MS;
		bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
		bench_expect(&bench, "CM_SLAC_MATCH.CNF");
		assert_memory_equal(bench_sent(&bench, &car, CM_SLAC_MATCH_CNF), &first, sizeof(first));
	}
}

static void strict_matched_outlet_answers_no_parm_req(void **state)
{
	const struct slac_car car = slac_car(1), other = slac_car(2), again = slac_car_again(&car);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_MATCHED);
	bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "!CM_SLAC_PARM.REQ already_matched");
	bench_say(&bench, &again, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "!CM_SLAC_PARM.REQ already_matched");
	bench_say(&bench, &other, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "!CM_SLAC_PARM.REQ already_matched@2");
	bench_expect_run(&bench, &car, SLAC_RUN_MATCHED);
}

static void field_matched_outlet_lets_only_its_own_car_match_again(void **state)
{
	const struct slac_car car = slac_car(1), other = slac_car(2);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, FIELD);
	bench_bring_to(&bench, &car, SLAC_RUN_MATCHED);
	bench_say(&bench, &other, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "!CM_SLAC_PARM.REQ already_matched@2");
	bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "CM_SLAC_PARM.CNF, MATCHED>WAIT_START new_run, matching");
	expect_whole_run(&bench, &car);
}

static void loser_of_two_is_not_answered_after_the_match(void **state)
{
	const struct slac_car car = slac_car(1), other = slac_car(2);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, FIELD);
	bench_bring_to(&bench, &other, SLAC_RUN_WAIT_MATCH);
	bench_bring_to(&bench, &car, SLAC_RUN_MATCHED);
	bench_say(&bench, &other, CM_SLAC_MATCH_REQ);
	bench_expect(&bench, "!CM_SLAC_MATCH.REQ run_failed@2");
	bench_say(&bench, &other, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "!CM_SLAC_PARM.REQ already_matched@2");
}

/* --- validation --- */

/* Where a station leaves validation out: the field profile says that none is needed, the standard that it failed. */
static void validation_is_answered_not_required_and_matching_goes_on(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (int strict = 0; strict <= 1; strict++) {
		struct slac_evse_config config = bench_config(strict != 0);
		config.validation = false;
		bench_ready(&bench, &config);
		bench_bring_to(&bench, &car, SLAC_RUN_WAIT_MATCH);
		const uint64_t deadline_us = slac_evse_deadline(&bench.evse);
		bench.now_us += 500 * MS;
		bench_say(&bench, &car, CM_VALIDATE_REQ);
		bench_expect(&bench, "CM_VALIDATE.CNF");
		const struct validate_cnf *cnf = &bench_sent(&bench, &car, CM_VALIDATE_CNF)->validate_cnf;
		assert_int_equal(cnf->signal_type, 0);
		assert_int_equal(cnf->toggle_num, 0);
		assert_int_equal(cnf->result, strict ? 3 : 4);
		assert_int_equal(slac_evse_deadline(&bench.evse), deadline_us);
		bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
		bench_expect(&bench, "CM_SLAC_MATCH.CNF, WAIT_MATCH>MATCHED, matched");
	}
}

static void validation_match_and_rsp_out_of_place_are_refused(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < WAITING_STATES - 1; i++) {
		bench_ready_as(&bench, STRICT);
		bench_bring_to(&bench, &car, waiting_states[i]);
		bench_say(&bench, &car, CM_VALIDATE_REQ);
		bench_expect(&bench, "!CM_VALIDATE.REQ unexpected");
		bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
		bench_expect(&bench, "!CM_SLAC_MATCH.REQ unexpected");
		if (waiting_states[i] == SLAC_RUN_WAIT_RSP)
			continue;
		bench_say(&bench, &car, CM_ATTEN_CHAR_RSP);
		bench_expect(&bench, "!CM_ATTEN_CHAR.RSP unexpected");
		bench_expect_run(&bench, &car, waiting_states[i]);
	}
}

/* --- unplug, fault, lost key --- */

static void expect_deaf(struct bench *bench, const struct slac_car *car)
{
	static const enum mmtype types[] = {CM_SLAC_PARM_REQ,	  CM_START_ATTEN_CHAR_IND, CM_MNBC_SOUND_IND,
					    CM_ATTEN_PROFILE_IND, CM_ATTEN_CHAR_RSP,	   CM_VALIDATE_REQ,
					    CM_SLAC_MATCH_REQ};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		bench_say(bench, car, types[i]);
		bench_expect_silence(bench);
	}
	bench_tick_at(bench, bench->now_us + 60000 * MS);
	bench_expect(bench, "");
	assert_true(slac_evse_deadline(&bench->evse) == SLAC_NEVER);
}

static void unplug_in_every_state_ends_everything(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < WAITING_STATES; i++) {
		char text[128];
		bench_ready_as(&bench, FIELD);
		bench_bring_to(&bench, &car, waiting_states[i]);
		bench_input(&bench, SLAC_EVSE_DISCONNECTED, SLAC_REASON_VEHICLE_LEFT);
		snprintf(text, sizeof(text), "%s>FAILED vehicle_left, unmatched vehicle_left",
			 slac_run_state_text(waiting_states[i]));
		bench_expect(&bench, text);
		expect_deaf(&bench, &car);
	}
}

static void unplug_before_matching_when_matched_and_after_failure_reports_unmatched(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, FIELD);
	bench_input(&bench, SLAC_EVSE_DISCONNECTED, SLAC_REASON_VEHICLE_LEFT);
	bench_expect(&bench, "unmatched vehicle_left");
	assert_false(bench.out.items[0].has_run_id);
	bench_ready_as(&bench, FIELD);
	bench_bring_to(&bench, &car, SLAC_RUN_MATCHED);
	bench_input(&bench, SLAC_EVSE_DISCONNECTED, SLAC_REASON_VEHICLE_LEFT);
	bench_expect(&bench, "unmatched vehicle_left");
	expect_deaf(&bench, &car);
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_FAILED);
	bench_input(&bench, SLAC_EVSE_DISCONNECTED, SLAC_REASON_VEHICLE_LEFT);
	bench_expect(&bench, "unmatched vehicle_left");
	expect_deaf(&bench, &car);
}

static void pilot_fault_reports_failed_and_silences(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, FIELD);
	bench_bring_to(&bench, &car, SLAC_RUN_SOUNDING);
	bench_input(&bench, SLAC_EVSE_DISCONNECTED, SLAC_REASON_PILOT_FAULT);
	bench_expect(&bench, "SOUNDING>FAILED pilot_fault, failed pilot_fault");
	expect_deaf(&bench, &car);
}

static void next_vehicle_that_never_speaks_has_no_run_id(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, FIELD);
	bench_bring_to(&bench, &car, SLAC_RUN_MATCHED);
	bench_input(&bench, SLAC_EVSE_DISCONNECTED, SLAC_REASON_VEHICLE_LEFT);
	assert_true(bench.out.items[0].has_run_id);
	bench_input(&bench, SLAC_EVSE_CONNECTED, SLAC_REASON_NONE);
	bench_input(&bench, SLAC_EVSE_DISCONNECTED, SLAC_REASON_VEHICLE_LEFT);
	assert_false(bench.out.items[0].has_run_id);
}

static void next_vehicle_starts_afresh_with_the_next_key(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_MATCHED);
	const struct slac_match_cnf first = bench_sent(&bench, &car, CM_SLAC_MATCH_CNF)->slac_match_cnf;
	bench_input(&bench, SLAC_EVSE_DISCONNECTED, SLAC_REASON_VEHICLE_LEFT);
	bench_input(&bench, SLAC_EVSE_KEY_LOST, SLAC_REASON_VEHICLE_LEFT);
	bench_expect(&bench, "");
	bench_input(&bench, SLAC_EVSE_CONNECTED, SLAC_REASON_NONE);
	assert_int_equal(slac_evse_deadline(&bench.evse) - bench.now_us, 20000 * MS);
	bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "!CM_SLAC_PARM.REQ key_not_set");
	bench_key_set(&bench, 1);
	bench_bring_to(&bench, &car, SLAC_RUN_MATCHED);
	const struct slac_match_cnf *second = &bench_sent(&bench, &car, CM_SLAC_MATCH_CNF)->slac_match_cnf;
	assert_memory_not_equal(second->nmk, first.nmk, NMK_LEN);
	assert_memory_not_equal(second->nid, first.nid, NID_LEN);
}

static void lost_key_ends_runs_and_nothing_is_answered_until_the_next(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < WAITING_STATES; i++) {
		char text[128];
		bench_ready_as(&bench, FIELD);
		bench_bring_to(&bench, &car, waiting_states[i]);
		bench_input(&bench, SLAC_EVSE_KEY_LOST, SLAC_REASON_LINK_LOST);
		snprintf(text, sizeof(text), "%s>FAILED link_lost, failed link_lost",
			 slac_run_state_text(waiting_states[i]));
		bench_expect(&bench, text);
		bench_say(&bench, &car, CM_SLAC_PARM_REQ);
		bench_expect(&bench, "!CM_SLAC_PARM.REQ key_not_set");
		bench_key_set(&bench, 1);
		bench_say(&bench, &car, CM_SLAC_PARM_REQ);
		bench_expect(&bench, "CM_SLAC_PARM.CNF, FREE>WAIT_START new_run, matching");
	}
}

static void lost_key_of_a_matched_outlet_is_unmatched(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, FIELD);
	bench_bring_to(&bench, &car, SLAC_RUN_MATCHED);
	bench_input(&bench, SLAC_EVSE_KEY_LOST, SLAC_REASON_LINK_LOST);
	bench_expect(&bench, "unmatched link_lost");
	bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
	bench_expect_silence(&bench);
	bench_key_set(&bench, 1);
	bench_bring_to(&bench, &car, SLAC_RUN_MATCHED);
}

static void lost_key_of_a_matched_outlet_ends_it_as_its_profile_says(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (int strict = 0; strict <= 1; strict++) {
		bench_ready_as(&bench, strict != 0);
		bench_bring_to(&bench, &car, SLAC_RUN_MATCHED);
		bench_input(&bench, SLAC_EVSE_KEY_LOST, SLAC_REASON_LINK_LOST);
		bench_expect(&bench, "unmatched link_lost");
		bench_expect_state(&bench, strict ? SLAC_EVSE_FAILED : SLAC_EVSE_WAIT_PARM);
		assert_int_equal(slac_evse_deadline(&bench.evse) == SLAC_NEVER, strict);
	}
}

static void lost_key_is_wiped(void **state)
{
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, FIELD);
	bench_input(&bench, SLAC_EVSE_KEY_LOST, SLAC_REASON_LINK_LOST);
	assert_true(octets_are_zero(bench.evse.key.nmk, NMK_LEN));
}

static void unknown_values_have_a_text_too(void **state)
{
	(void)state;
	assert_string_equal(slac_evse_state_text((enum slac_evse_state)(SLAC_EVSE_EXPIRED + 1)), "?");
	assert_string_equal(slac_run_state_text((enum slac_run_state)(SLAC_RUN_FAILED + 1)), "?");
	assert_string_equal(slac_status_text((enum slac_status)(SLAC_STATUS_UNMATCHED + 1)), "?");
}

static void every_reason_has_a_word_of_its_own(void **state)
{
	(void)state;
	assert_string_equal(slac_reason_text(SLAC_REASON_NONE), "");
	for (int i = 1; i < SLAC_REASON_COUNT; i++) {
		assert_string_not_equal(slac_reason_text((enum slac_reason)i), "");
		for (int j = 0; j < i; j++)
			assert_string_not_equal(slac_reason_text((enum slac_reason)i),
						slac_reason_text((enum slac_reason)j));
	}
	assert_string_equal(slac_reason_text(SLAC_REASON_COUNT), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(complete_match_answers_before_it_reports),
		cmocka_unit_test(every_status_carries_run_id_and_ev),
		cmocka_unit_test(parm_cnf_has_the_fields_of_table_a2),
		cmocka_unit_test(atten_char_ind_has_the_fields_of_table_a4),
		cmocka_unit_test(match_cnf_has_the_fields_of_table_a7_and_the_key),
		cmocka_unit_test(nothing_is_answered_before_a_vehicle_is_connected),
		cmocka_unit_test(nothing_is_answered_before_the_key_is_set),
		cmocka_unit_test(frames_for_others_and_of_other_kinds_are_refused),
		cmocka_unit_test(answers_of_another_evse_are_refused),
		cmocka_unit_test(broadcast_telemetry_does_not_disturb_a_match),
		cmocka_unit_test(init_timer_runs_20_s_and_a_later_request_is_silent),
		cmocka_unit_test(request_a_microsecond_before_the_init_timeout_is_answered),
		cmocka_unit_test(request_at_the_init_timeout_is_late),
		cmocka_unit_test(late_request_is_answered_where_configured),
		cmocka_unit_test(second_connected_does_not_restart_the_init_timer),
		cmocka_unit_test(init_timer_ends_with_the_first_request),
		cmocka_unit_test(start_atten_char_is_awaited_400_ms),
		cmocka_unit_test(start_atten_char_at_399_ms_counts_and_at_400_ms_is_late),
		cmocka_unit_test(sounding_ends_600_ms_after_the_first_start),
		cmocka_unit_test(atten_char_is_sent_three_times_200_ms_apart),
		cmocka_unit_test(rsp_counts_until_the_last_microsecond_of_the_third_wait),
		cmocka_unit_test(match_req_is_awaited_10_s),
		cmocka_unit_test(configured_times_are_used),
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
		cmocka_unit_test(doubled_parm_req_is_answered_twice_and_the_session_goes_on),
		cmocka_unit_test(parm_req_with_the_same_run_id_restarts_the_run_in_every_state),
		cmocka_unit_test(parm_req_with_a_new_run_id_restarts_the_run_in_every_state),
		cmocka_unit_test(failed_status_names_the_run_that_failed_last),
		cmocka_unit_test(unplug_after_a_restart_names_the_new_run_id),
		cmocka_unit_test(strict_failed_run_id_stays_silent_and_a_new_one_is_answered),
		cmocka_unit_test(field_failed_run_id_may_try_again),
		cmocka_unit_test(field_waits_another_init_time_after_a_failure),
		cmocka_unit_test(strict_waits_for_nothing_after_a_failure),
		cmocka_unit_test(five_cars_at_once_are_served_and_one_ends_matched),
		cmocka_unit_test(sixth_car_is_refused_while_five_run),
		cmocka_unit_test(slot_of_the_run_that_failed_first_is_used_again),
		cmocka_unit_test(matching_fails_only_with_its_last_run),
		cmocka_unit_test(all_deadlines_of_five_cars_due_at_once_are_handled_in_one_call),
		cmocka_unit_test(repeated_match_req_gets_the_same_answer_also_when_matched),
		cmocka_unit_test(strict_matched_outlet_answers_no_parm_req),
		cmocka_unit_test(field_matched_outlet_lets_only_its_own_car_match_again),
		cmocka_unit_test(loser_of_two_is_not_answered_after_the_match),
		cmocka_unit_test(validation_is_answered_not_required_and_matching_goes_on),
		cmocka_unit_test(validation_match_and_rsp_out_of_place_are_refused),
		cmocka_unit_test(unplug_in_every_state_ends_everything),
		cmocka_unit_test(unplug_before_matching_when_matched_and_after_failure_reports_unmatched),
		cmocka_unit_test(pilot_fault_reports_failed_and_silences),
		cmocka_unit_test(next_vehicle_that_never_speaks_has_no_run_id),
		cmocka_unit_test(next_vehicle_starts_afresh_with_the_next_key),
		cmocka_unit_test(lost_key_ends_runs_and_nothing_is_answered_until_the_next),
		cmocka_unit_test(lost_key_of_a_matched_outlet_is_unmatched),
		cmocka_unit_test(lost_key_of_a_matched_outlet_ends_it_as_its_profile_says),
		cmocka_unit_test(lost_key_is_wiped),
		cmocka_unit_test(unknown_values_have_a_text_too),
		cmocka_unit_test(every_reason_has_a_word_of_its_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
