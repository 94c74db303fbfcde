/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of the pilot at the start, what is kept from before it, and what is taken over. */
#include "cp/tests/control_pilot_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void start_asks_for_high_level_charging(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_input(&bench, CONTROL_PILOT_START);
	bench_expect(&bench, "high-level charging");
	bench_input(&bench, CONTROL_PILOT_START);
	bench_expect(&bench, "");
	bench_expect_rest(&bench);
}

static struct control_pilot_config without_hlc(void)
{
	struct control_pilot_config config = bench_config_ac();

	config.hlc_at_start = false;
	return config;
}

static void start_without_hlc_ends_what_may_be_the_f_of_a_predecessor(void **state)
{
	static const enum cp_state states[] = {CP_STATE_A1, CP_STATE_B1, CP_STATE_E, CP_STATE_F};
	const struct control_pilot_config config = without_hlc();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_input(&bench, CONTROL_PILOT_START);
	bench_expect(&bench, "X1");
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		bench_init(&bench, &config);
		bench_state_is(&bench, states[i]);
		bench_input(&bench, CONTROL_PILOT_START);
		bench_expect(&bench, states[i] == CP_STATE_B1 ? "connected, X1" : "X1");
		bench_expect_rest(&bench);
	}
}

static void start_without_hlc_repeats_its_x1_until_the_f_is_over(void **state)
{
	const struct control_pilot_config config = without_hlc();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench.station = BENCH_SILENT;
	bench_input(&bench, CONTROL_PILOT_START);
	bench_state_is(&bench, CP_STATE_F);
	for (int i = 0; i < 30; i++)
		bench_expect_after_ms(&bench, 2000, "X1");
	bench_state_is(&bench, CP_STATE_A1); /* some stations report A for F */
	bench_expect_after_ms(&bench, 2000, "X1");
	bench_state_is(&bench, CP_STATE_B1);
	bench_expect(&bench, "connected");
	bench_expect_rest(&bench);
}

static void station_that_sets_5_percent_itself_is_left_alone(void **state)
{
	const struct control_pilot_config config = without_hlc();
	struct bench bench;

	(void)state;
	for (int answers = 0; answers <= 1; answers++) {
		bench_init(&bench, &config);
		bench.station = answers ? BENCH_OBEYS : BENCH_SILENT;
		bench_input(&bench, CONTROL_PILOT_START);
		bench_expect(&bench, "X1");
		bench_state_is(&bench, CP_STATE_A1);
		bench_expect(&bench, "");
		bench_state_with_duty_is(&bench, CP_STATE_B2, 500);
		bench_expect(&bench, "connected");
		bench_state_with_duty_is(&bench, CP_STATE_C2, 500);
		bench_expect(&bench, "");
		bench_input(&bench, CONTROL_PILOT_REACHABLE); /* an X1 would end the car's session */
		bench_expect(&bench, "");
		bench_expect_rest(&bench);
	}
}

static void five_percent_that_the_station_has_set_before_the_start_stays(void **state)
{
	const struct control_pilot_config config = without_hlc();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_state_with_duty_is(&bench, CP_STATE_B2, 500);
	bench_input(&bench, CONTROL_PILOT_START);
	bench_expect(&bench, "connected, high-level charging"); /* behind an F of a predecessor that is on its way */
	bench_expect_rest(&bench);
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_expect(&bench, "basic charging, pause, F");
}

static void start_without_hlc_repeats_its_x1_while_there_may_be_the_x2_of_a_predecessor(void **state)
{
	const struct control_pilot_config config = without_hlc();
	struct bench bench;

	(void)state;
	for (int with_duty = 0; with_duty <= 1; with_duty++) {
		bench_init(&bench, &config);
		bench.station = BENCH_REFUSES;
		bench_input(&bench, CONTROL_PILOT_START);
		bench_expect(&bench, "refused, X1");
		if (with_duty)
			bench_state_with_duty_is(&bench, CP_STATE_C2, 2666);
		else
			bench_state_is(&bench, CP_STATE_C2);
		bench_expect(&bench, "connected");
		for (int i = 0; i < 30; i++)
			bench_expect_after_ms(&bench, 2000, "refused, X1");
		bench_state_with_duty_is(&bench, CP_STATE_C2, 500);
		bench_expect_rest(&bench);
		bench_answer(&bench, bench_last_number(&bench), false);
		bench_expect(&bench, "late");
		bench_expect_rest(&bench);
	}
}

static void vehicle_from_before_the_start_is_connected_with_it(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_state_is(&bench, CP_STATE_B2);
	bench_expect(&bench, "");
	bench_input(&bench, CONTROL_PILOT_START);
	bench_expect(&bench, "connected, high-level charging");
}

/* --- a vehicle that charges already --- */

static void expect_taken_over(struct bench *bench, const char *text)
{
	bench_expect(bench, text);
	bench_expect_phase(bench, CONTROL_PILOT_BASIC);
	bench_input(bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_expect(bench, "");
	bench_expect_rest(bench);
}

static void vehicle_that_charges_at_a_nominal_duty_at_the_start_is_not_cut(void **state)
{
	static const enum cp_state states[] = {CP_STATE_C2, CP_STATE_D2};
	const struct control_pilot_config configs[] = {bench_config_ac(), without_hlc()};
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < 2; i++)
		for (size_t k = 0; k < 2; k++) {
			bench_init(&bench, &configs[k]);
			bench_state_with_duty_is(&bench, states[i], 2666);
			bench_limit_is(&bench, 160);
			bench_input(&bench, CONTROL_PILOT_START);
			expect_taken_over(&bench, "connected, pause, taken over, X2(16.0)");
			bench_limit_is(&bench, 100);
			bench_expect(&bench, "X2(10.0)");
			bench_limit_is(&bench, 320);
			bench_expect(&bench, "X2(32.0)");
			bench_state_is(&bench, CP_STATE_A1);
			bench_expect(&bench, "left, high-level charging");
		}
}

static void current_that_another_service_has_lowered_is_not_raised_by_taking_over(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_state_with_duty_is(&bench, CP_STATE_C2, 1667); /* 10 A */
	bench_limit_is(&bench, 160);
	bench_input(&bench, CONTROL_PILOT_START);
	expect_taken_over(&bench, "connected, pause, taken over, handed over, X2(10.0)");
	bench_limit_is(&bench, 320);
	bench_expect(&bench, "");
	bench_limit_is(&bench, 60);
	bench_expect(&bench, "X2(6.0)");
	bench_limit_is(&bench, 160);
	bench_other_asks(&bench, false, 160);
	bench_expect(&bench, "");
}

static void taken_over_current_above_the_limit_is_lowered_with_urgency(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench.station = BENCH_SILENT;
	bench_state_with_duty_is(&bench, CP_STATE_C2, 5333); /* 32 A */
	bench_limit_is(&bench, 160);
	bench_input(&bench, CONTROL_PILOT_START);
	bench_expect(&bench, "connected, pause, taken over, X2(16.0)");
	for (int i = 0; i < 30; i++)
		bench_expect_after_ms(&bench, 2000, "X2(16.0)");
}

static void current_that_a_predecessor_left_without_a_charging_vehicle_is_ended_with_urgency(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench.station = BENCH_SILENT;
	bench_state_with_duty_is(&bench, CP_STATE_B2, 5333);
	bench_input(&bench, CONTROL_PILOT_START);
	bench_expect(&bench, "connected, high-level charging");
	for (int i = 0; i < 30; i++)
		bench_expect_after_ms(&bench, 2000, "high-level charging");
}

static void taken_over_without_a_limit_is_x1_until_there_is_one(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_state_with_duty_is(&bench, CP_STATE_C2, 5333);
	bench_input(&bench, CONTROL_PILOT_START);
	expect_taken_over(&bench, "connected, pause, taken over, X1");
	bench_limit_is(&bench, 100);
	bench_expect(&bench, "X2(10.0)");
}

static void vehicle_is_also_taken_over_when_its_state_comes_before_the_first_request(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct control_pilot_outputs out;
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_limit_is(&bench, 160);
	control_pilot_input(&bench.pilot, &(struct control_pilot_input){.kind = CONTROL_PILOT_START}, bench.now_us,
			    &out);
	bench_state_with_duty_is(&bench, CP_STATE_C2, 2666);
	expect_taken_over(&bench, "connected, pause, taken over, X2(16.0)");
}

static void only_a_vehicle_that_draws_at_a_nominal_ac_duty_is_taken_over(void **state)
{
	static const struct {
		enum cp_state state;
		bool has_duty;
		uint32_t duty;
	} rows[] = {
		{CP_STATE_C2, true, 500},   {CP_STATE_C2, true, 750},  {CP_STATE_C2, true, 10000},
		{CP_STATE_C2, false, 2666}, {CP_STATE_B2, true, 2666}, {CP_STATE_B2, true, 500},
		{CP_STATE_C1, true, 10000}, {CP_STATE_C1, true, 2666},
	};
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bench_init(&bench, &config);
		bench_limit_is(&bench, 160);
		if (rows[i].has_duty)
			bench_state_with_duty_is(&bench, rows[i].state, rows[i].duty);
		else
			bench_state_is(&bench, rows[i].state);
		bench_input(&bench, CONTROL_PILOT_START);
		bench_expect(&bench, "connected, high-level charging");
	}
}

static void dc_only_or_unavailable_outlet_takes_nothing_over(void **state)
{
	struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_limit_is(&bench, 160);
	bench_availability_is(&bench, CONTROL_PILOT_OUT_OF_ORDER);
	bench_state_with_duty_is(&bench, CP_STATE_C2, 2666);
	bench_input(&bench, CONTROL_PILOT_START);
	bench_expect(&bench, "F");
	config.has_ac = false;
	bench_init(&bench, &config);
	bench_state_with_duty_is(&bench, CP_STATE_C2, 2666);
	bench_input(&bench, CONTROL_PILOT_START);
	bench_expect(&bench, "connected, high-level charging");
}

static void nothing_happens_before_the_start(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_state_is(&bench, CP_STATE_B2);
	bench_expect(&bench, "");
	bench_limit_is(&bench, 320);
	bench_expect(&bench, "");
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_expect(&bench, "");
	bench_expect_rest(&bench);
}

static void limit_from_before_the_start_is_kept(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_limit_is(&bench, 200);
	bench_input(&bench, CONTROL_PILOT_START);
	bench_state_is(&bench, CP_STATE_B2);
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench.now_us += 5000 * MS;
	bench_input(&bench, CONTROL_PILOT_TICK);
	bench.now_us += 500 * MS;
	bench_input(&bench, CONTROL_PILOT_TICK);
	bench_expect(&bench, "X2(20.0)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(start_asks_for_high_level_charging),
		cmocka_unit_test(start_without_hlc_ends_what_may_be_the_f_of_a_predecessor),
		cmocka_unit_test(start_without_hlc_repeats_its_x1_until_the_f_is_over),
		cmocka_unit_test(station_that_sets_5_percent_itself_is_left_alone),
		cmocka_unit_test(five_percent_that_the_station_has_set_before_the_start_stays),
		cmocka_unit_test(start_without_hlc_repeats_its_x1_while_there_may_be_the_x2_of_a_predecessor),
		cmocka_unit_test(vehicle_from_before_the_start_is_connected_with_it),
		cmocka_unit_test(vehicle_that_charges_at_a_nominal_duty_at_the_start_is_not_cut),
		cmocka_unit_test(current_that_another_service_has_lowered_is_not_raised_by_taking_over),
		cmocka_unit_test(taken_over_current_above_the_limit_is_lowered_with_urgency),
		cmocka_unit_test(current_that_a_predecessor_left_without_a_charging_vehicle_is_ended_with_urgency),
		cmocka_unit_test(taken_over_without_a_limit_is_x1_until_there_is_one),
		cmocka_unit_test(vehicle_is_also_taken_over_when_its_state_comes_before_the_first_request),
		cmocka_unit_test(only_a_vehicle_that_draws_at_a_nominal_ac_duty_is_taken_over),
		cmocka_unit_test(dc_only_or_unavailable_outlet_takes_nothing_over),
		cmocka_unit_test(nothing_happens_before_the_start),
		cmocka_unit_test(limit_from_before_the_start_is_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
