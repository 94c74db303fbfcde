/* SPDX-License-Identifier: Apache-2.0 */
/* Matching, EVSE side, on virtual time: a whole match, and what is answered before and after it. */
#include "homeplug/slac/tests/slac_evse_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

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
					    CM_VALIDATE_CNF,  CM_SET_KEY_REQ,    CM_SET_KEY_CNF};
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
	bench_expect_whole_run(&bench, &car);
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

/* --- texts --- */

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
	for (int i = 1; i < SLAC_CAUSE_COUNT; i++) {
		if (i == SLAC_REASON_COUNT)
			continue; /* only parts slacd's words from those of slac-trace */
		assert_string_not_equal(slac_reason_text((enum slac_reason)i), "");
		for (int j = 0; j < i; j++)
			assert_string_not_equal(slac_reason_text((enum slac_reason)i),
						slac_reason_text((enum slac_reason)j));
	}
	assert_string_equal(slac_reason_text(SLAC_REASON_COUNT), "unknown");
	assert_string_equal(slac_reason_text(SLAC_CAUSE_COUNT), "unknown");
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
		cmocka_unit_test(repeated_match_req_gets_the_same_answer_also_when_matched),
		cmocka_unit_test(strict_matched_outlet_answers_no_parm_req),
		cmocka_unit_test(field_matched_outlet_lets_only_its_own_car_match_again),
		cmocka_unit_test(loser_of_two_is_not_answered_after_the_match),
		cmocka_unit_test(unknown_values_have_a_text_too),
		cmocka_unit_test(every_reason_has_a_word_of_its_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
