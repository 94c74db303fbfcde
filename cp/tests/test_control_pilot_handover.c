/* SPDX-License-Identifier: Apache-2.0 */
/* Another service answers for the current of basic charging (doc/mqtt.md, section 7). */
#include "cp/tests/control_pilot_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void hand_over(struct bench *bench, uint32_t current_da)
{
	bench_in_fallback(bench, CONTROL_PILOT_BASIC, 160);
	bench_state_with_duty_is(bench, CP_STATE_B2, 2667);
	bench_other_asks(bench, false, current_da);
	bench_expect(bench, "handed over");
}

static void other_service_is_not_contradicted_and_a_higher_limit_is_its_to_use(void **state)
{
	struct bench bench;

	(void)state;
	hand_over(&bench, 100);
	bench_state_with_duty_is(&bench, CP_STATE_B2, 1667);
	bench_expect(&bench, "");
	bench_limit_is(&bench, 320);
	bench_expect(&bench, "");
	bench_other_asks(&bench, false, 250);
	bench_expect(&bench, "");
	bench_state_with_duty_is(&bench, CP_STATE_C2, 4167);
	bench_expect(&bench, "");
	bench_expect_rest(&bench);
}

static void lower_limit_is_asked_for_at_once_but_never_more_than_the_service_wants(void **state)
{
	struct bench bench;

	(void)state;
	hand_over(&bench, 160);
	bench_limit_is(&bench, 100);
	bench_expect(&bench, "X2(10.0)");
	bench_limit_is(&bench, 320); /* it is not raised again from here */
	bench_expect(&bench, "");
	hand_over(&bench, 80);
	bench_limit_is(&bench, 100); /* the station may still be at 16 A */
	bench_expect(&bench, "X2(8.0)");
	bench_limit_is(&bench, 0);
	bench_expect(&bench, "X1");
	bench_limit_is(&bench, 160);
	bench_expect(&bench, "");
}

static void service_that_asks_for_more_than_the_limit_is_lowered_each_time(void **state)
{
	struct bench bench;

	(void)state;
	hand_over(&bench, 100);
	for (int i = 0; i < 3; i++) {
		bench_other_asks(&bench, false, 320);
		bench_expect(&bench, "X2(16.0)");
	}
	bench.station = BENCH_SILENT;
	bench_other_asks(&bench, false, 320);
	bench_other_asks(&bench, false, 320); /* comes after what is on its way */
	bench_expect(&bench, "X2(16.0)");
}

/* Both have heard of the limit, and ask for the same: whichever is carried out last. */
static void service_that_asks_for_the_same_after_slacd_leaves_its_request_as_it_is(void **state)
{
	struct bench bench;

	(void)state;
	hand_over(&bench, 100);
	bench.station = BENCH_SILENT;
	bench_limit_is(&bench, 80);
	bench_expect(&bench, "X2(8.0)");
	bench_other_asks(&bench, false, 80);
	bench_expect(&bench, "");
	bench_answer(&bench, bench_last_number(&bench), true);
	bench_expect(&bench, "");
	bench_expect_rest(&bench);
	/* Another one between them may be carried out behind ours. */
	bench_limit_is(&bench, 60);
	bench_expect(&bench, "X2(6.0)");
	bench_other_asks(&bench, false, 80);
	bench_other_asks(&bench, false, 60);
	bench_answer(&bench, bench_last_number(&bench) - 1, true);
	bench_expect(&bench, "late");
}

/* It may still be on its way when the answer to slacd comes: no cp_status before it says that the next one holds. */
static void same_request_of_the_service_is_not_forgotten_with_the_answer_to_slacd(void **state)
{
	struct bench bench;

	(void)state;
	hand_over(&bench, 100);
	bench.station = BENCH_SILENT;
	bench_limit_is(&bench, 80);
	bench_other_asks(&bench, false, 80);
	bench_answer(&bench, bench_last_number(&bench), true);
	bench_expect_rest(&bench);
	bench_limit_is(&bench, 0);
	bench_expect(&bench, "X1");
	bench_state_is(&bench, CP_STATE_B1); /* a station that has restarted, and carries out 8 A behind it */
	bench_expect_after_ms(&bench, 2000, "X1");
	bench_answer(&bench, bench_last_number(&bench), true);
	bench_expect_rest(&bench);
}

static void request_that_rests_is_asked_for_again_when_the_limit_falls(void **state)
{
	struct bench bench;

	(void)state;
	hand_over(&bench, 100);
	bench.station = BENCH_SILENT;
	bench_limit_is(&bench, 0);
	bench_expect(&bench, "X1");
	bench_limit_is(&bench, 160);
	bench_expect(&bench, "");
	bench_expect_rest(&bench);
	bench_limit_is(&bench, 60); /* the station may still be at 16 A */
	bench_expect(&bench, "X1");
}

static void request_that_rests_is_asked_for_again_when_a_current_above_the_limit_shows(void **state)
{
	struct bench bench;

	(void)state;
	hand_over(&bench, 100);
	bench.station = BENCH_SILENT;
	bench_limit_is(&bench, 0);
	bench_limit_is(&bench, 160);
	bench_expect_rest(&bench);
	bench_state_with_duty_is(&bench, CP_STATE_C2, 2667);
	bench_expect(&bench, "");
	bench_state_with_duty_is(&bench, CP_STATE_C2, 5333);
	bench_expect(&bench, "X1");
}

static void refused_request_is_not_repeated_once_the_current_is_handed_over(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_fallback(&bench, CONTROL_PILOT_BASIC, 160);
	bench.station = BENCH_SILENT;
	bench_limit_is(&bench, 320);
	bench_expect(&bench, "X2(32.0)");
	bench_expect_after_ms(&bench, 2000, "X2(32.0)");
	bench_answer(&bench, bench_last_number(&bench) - 1, true);
	bench_other_asks(&bench, false, 100);
	bench_expect(&bench, "handed over");
	bench_answer(&bench, bench_last_number(&bench), false);
	bench_expect(&bench, "refused");
	bench_expect_rest(&bench);
}

static void answer_from_before_the_request_of_another_service_confirms_nothing(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	bench.station = BENCH_SILENT;
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_expect(&bench, "basic charging, pause, F");
	bench_other_asks(&bench, false, 100); /* comes after the F that is on its way */
	bench_expect(&bench, "handed over, other master");
	bench_answer(&bench, bench_last_number(&bench), true);
	bench_expect(&bench, "late");
	bench_expect_after_ms(&bench, 2000, "F");
	bench_answer(&bench, bench_last_number(&bench), true);
	bench_expect_after_ms(&bench, 5000, "X1");
}

static void state_from_before_a_request_above_the_limit_confirms_nothing(void **state)
{
	struct bench bench;

	(void)state;
	hand_over(&bench, 100);
	bench.station = BENCH_SILENT;
	bench_other_asks(&bench, false, 320);
	bench_expect(&bench, "X2(16.0)");
	bench_state_with_duty_is(&bench, CP_STATE_C2, 2667); /* the 32 A may come after it */
	bench_expect_after_ms(&bench, 2000, "X2(16.0)");
}

static void current_that_the_limit_has_ended_before_basic_charging_is_the_service_s_to_raise(void **state)
{
	struct bench bench;

	(void)state;
	hand_over(&bench, 100);
	bench_state_with_duty_is(&bench, CP_STATE_B2, 500);
	bench_expect(&bench, "contradicted, X1");
	bench_limit_is(&bench, 0);
	bench_expect_after_ms(&bench, 3000, "");
	bench_expect_phase(&bench, CONTROL_PILOT_BASIC);
	bench_limit_is(&bench, 60);
	bench_expect(&bench, "");
}

static void reconnection_does_not_cut_the_current_of_the_service(void **state)
{
	struct bench bench;

	(void)state;
	hand_over(&bench, 100);
	bench_limit_is(&bench, 0);
	bench_expect(&bench, "X1");
	bench_limit_is(&bench, 160);
	bench_other_asks(&bench, false, 100);
	bench_input(&bench, CONTROL_PILOT_REACHABLE);
	bench_expect(&bench, "");
	bench_expect_phase(&bench, CONTROL_PILOT_BASIC);
	bench_other_asks(&bench, false, 320); /* nobody knows what the station did meanwhile */
	bench_expect(&bench, "X1");
	bench_expect_after_ms(&bench, 3000, "X2(16.0)");
}

static void service_that_pauses_charging_is_not_reminded(void **state)
{
	struct bench bench;

	(void)state;
	hand_over(&bench, 0);
	bench_state_is(&bench, CP_STATE_B1);
	bench_expect(&bench, "");
	bench_expect_rest(&bench);
	bench_other_asks(&bench, false, 100);
	bench_expect(&bench, "");
	bench_state_with_duty_is(&bench, CP_STATE_C2, 1667);
	bench_expect(&bench, "");
}

static void station_that_has_restarted_gets_what_the_service_has_asked_for(void **state)
{
	struct bench bench;

	(void)state;
	hand_over(&bench, 100);
	bench_state_is(&bench, CP_STATE_B1);
	bench_expect(&bench, "X2(10.0)");
	bench_state_with_duty_is(&bench, CP_STATE_B2, 500);
	bench_expect(&bench, "contradicted, X1");
	bench_expect_after_ms(&bench, 3000, "X2(10.0)");
}

static void station_that_has_restarted_gets_it_whatever_slacd_itself_has_asked_for_last(void **state)
{
	struct bench bench;

	(void)state;
	hand_over(&bench, 100);
	bench_limit_is(&bench, 0);
	bench_expect(&bench, "X1");
	bench_limit_is(&bench, 160);
	bench_other_asks(&bench, false, 120);
	bench_state_with_duty_is(&bench, CP_STATE_C2, 2000);
	bench_expect(&bench, "");
	bench.station = BENCH_SILENT;
	bench_state_is(&bench, CP_STATE_C1);
	bench_expect(&bench, "X2(12.0)");
	bench_answer(&bench, bench_last_number(&bench), false);
	bench_expect(&bench, "refused");
	bench_expect_after_ms(&bench, 2000, "X2(12.0)");
}

static void older_request_of_the_service_is_not_contradicted(void **state)
{
	struct bench bench;

	(void)state;
	hand_over(&bench, 160);
	bench_limit_is(&bench, 60);
	bench_expect(&bench, "X2(6.0)");
	bench_limit_is(&bench, 160);
	bench_other_asks(&bench, false, 160);
	bench_other_asks(&bench, false, 100);
	bench_state_with_duty_is(&bench, CP_STATE_C2, 2667);
	bench_expect(&bench, "");
	bench_state_with_duty_is(&bench, CP_STATE_C2, 1667);
	bench_expect(&bench, "");
	bench_state_with_duty_is(&bench, CP_STATE_C2, 3000); /* above the limit */
	bench_expect(&bench, "contradicted, X1");
}

static void x2_after_x1_of_slacd_is_repeated_until_it_is_in_force_or_the_service_asks(void **state)
{
	struct bench bench;

	(void)state;
	hand_over(&bench, 100);
	bench_state_with_duty_is(&bench, CP_STATE_B2, 500);
	bench_expect(&bench, "contradicted, X1");
	bench_state_is(&bench, CP_STATE_C1);
	bench_pass_ms(&bench, 2000);
	bench.station = BENCH_SILENT;
	bench_expect_after_ms(&bench, 1000, "X2(10.0)");
	bench_answer(&bench, bench_last_number(&bench), false);
	bench_expect(&bench, "refused");
	bench_expect_after_ms(&bench, 2000, "X2(10.0)");
	bench_limit_is(&bench, 320);
	bench_state_is(&bench, CP_STATE_C1);
	bench_expect(&bench, "");
	bench_expect_after_ms(&bench, 4000, "X2(10.0)");
	bench_other_asks(&bench, false, 60);
	bench_expect_rest(&bench);
}

static void late_car_that_goes_away_again_leaves_the_current_to_the_service(void **state)
{
	struct bench bench;

	(void)state;
	hand_over(&bench, 100);
	bench_input(&bench, CONTROL_PILOT_LATE_CAR);
	bench_expect(&bench, "lets late car in, X1");
	bench_pass_ms(&bench, 3000);
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_expect(&bench, "basic charging, pause, F");
	bench_expect_after_ms(&bench, 5000, "X1");
	bench_expect_after_ms(&bench, 500, "X2(10.0)");
}

static void what_the_service_asks_for_before_basic_charging_comes_back_counts(void **state)
{
	struct bench bench;

	(void)state;
	hand_over(&bench, 100);
	bench_state_with_duty_is(&bench, CP_STATE_B2, 500);
	bench_expect(&bench, "contradicted, X1");
	bench_pass_ms(&bench, 1000);
	bench_other_asks(&bench, false, 60);
	bench_expect(&bench, "other master, X1");
	bench_expect_after_ms(&bench, 3000, "X2(6.0)");
	hand_over(&bench, 100);
	bench_state_with_duty_is(&bench, CP_STATE_B2, 500);
	bench_other_asks(&bench, false, 0);
	bench_pass_ms(&bench, 10000);
	bench_expect_phase(&bench, CONTROL_PILOT_BASIC);
	bench_expect_rest(&bench);
}

static void handover_ends_with_its_vehicle(void **state)
{
	struct bench bench;

	(void)state;
	hand_over(&bench, 100);
	bench_state_is(&bench, CP_STATE_A2);
	bench_state_is(&bench, CP_STATE_B2);
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_pass_ms(&bench, 5500);
	bench_limit_is(&bench, 320);
	bench_expect(&bench, "X2(32.0)");
}

static void outside_of_basic_charging_there_is_no_other_master(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	bench_other_asks(&bench, true, 0);
	bench_expect(&bench, "");
	bench_other_asks(&bench, false, 0);
	bench_expect(&bench, "");
	bench_other_asks(&bench, false, 100);
	bench_expect(&bench, "other master, high-level charging");
	bench_other_asks(&bench, false, 100);
	bench_expect(&bench, "other master");
	bench_expect_after_ms(&bench, 2000, "high-level charging");
	bench_in_fallback(&bench, CONTROL_PILOT_F_STEP, 160);
	bench_other_asks(&bench, false, 100);
	bench_expect(&bench, "handed over, other master, F");
	bench_in_fallback(&bench, CONTROL_PILOT_X1_STEP, 160);
	bench_other_asks(&bench, true, 0);
	bench_expect(&bench, "other master, X1");
	bench_expect_after_ms(&bench, 3000, "X2(16.0)");
}

static void service_that_is_early_is_not_forgotten(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_fallback(&bench, CONTROL_PILOT_F_STEP, 320);
	bench_other_asks(&bench, false, 100);
	bench_expect(&bench, "handed over, other master, F");
	bench_expect_after_ms(&bench, 5000, "X1");
	bench_expect_after_ms(&bench, 500, "X2(10.0)");
	bench_limit_is(&bench, 630);
	bench_expect(&bench, "");
}

static void nothing_is_handed_over_before_the_authorization(void **state)
{
	struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	config.nominal_needs_eim = true;
	bench_with_vehicle(&bench, &config, 160);
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_pass_ms(&bench, 5500);
	bench_expect_phase(&bench, CONTROL_PILOT_BASIC);
	bench_other_asks(&bench, false, 100);
	bench_expect(&bench, "other master, X1");
	bench_pass_ms(&bench, 3000);
	bench_switched(&bench, CONTROL_PILOT_EIM, true);
	bench_expect(&bench, "X2(16.0)");
}

static void five_percent_of_another_service_in_basic_charging_is_followed_by_x1_before_nominal(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_fallback(&bench, CONTROL_PILOT_BASIC, 160);
	bench_other_asks(&bench, true, 0);
	bench_expect(&bench, "other master, X1");
	bench_expect_after_ms(&bench, 3000, "X2(16.0)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(other_service_is_not_contradicted_and_a_higher_limit_is_its_to_use),
		cmocka_unit_test(lower_limit_is_asked_for_at_once_but_never_more_than_the_service_wants),
		cmocka_unit_test(service_that_asks_for_more_than_the_limit_is_lowered_each_time),
		cmocka_unit_test(service_that_asks_for_the_same_after_slacd_leaves_its_request_as_it_is),
		cmocka_unit_test(same_request_of_the_service_is_not_forgotten_with_the_answer_to_slacd),
		cmocka_unit_test(request_that_rests_is_asked_for_again_when_the_limit_falls),
		cmocka_unit_test(request_that_rests_is_asked_for_again_when_a_current_above_the_limit_shows),
		cmocka_unit_test(refused_request_is_not_repeated_once_the_current_is_handed_over),
		cmocka_unit_test(answer_from_before_the_request_of_another_service_confirms_nothing),
		cmocka_unit_test(state_from_before_a_request_above_the_limit_confirms_nothing),
		cmocka_unit_test(current_that_the_limit_has_ended_before_basic_charging_is_the_service_s_to_raise),
		cmocka_unit_test(reconnection_does_not_cut_the_current_of_the_service),
		cmocka_unit_test(service_that_pauses_charging_is_not_reminded),
		cmocka_unit_test(station_that_has_restarted_gets_what_the_service_has_asked_for),
		cmocka_unit_test(station_that_has_restarted_gets_it_whatever_slacd_itself_has_asked_for_last),
		cmocka_unit_test(older_request_of_the_service_is_not_contradicted),
		cmocka_unit_test(x2_after_x1_of_slacd_is_repeated_until_it_is_in_force_or_the_service_asks),
		cmocka_unit_test(late_car_that_goes_away_again_leaves_the_current_to_the_service),
		cmocka_unit_test(what_the_service_asks_for_before_basic_charging_comes_back_counts),
		cmocka_unit_test(handover_ends_with_its_vehicle),
		cmocka_unit_test(service_that_is_early_is_not_forgotten),
		cmocka_unit_test(nothing_is_handed_over_before_the_authorization),
		cmocka_unit_test(outside_of_basic_charging_there_is_no_other_master),
		cmocka_unit_test(five_percent_of_another_service_in_basic_charging_is_followed_by_x1_before_nominal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
