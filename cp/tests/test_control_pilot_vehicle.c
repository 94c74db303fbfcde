/* SPDX-License-Identifier: Apache-2.0 */
/* Which states of the pilot are a vehicle, and which the same one. */
#include "cp/tests/control_pilot_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void every_state_from_b1_to_d2_is_a_vehicle_and_a_is_none(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	for (enum cp_state s = CP_STATE_B1; s <= CP_STATE_D2; s++)
		for (enum cp_state a = CP_STATE_A1; a <= CP_STATE_A2; a++) {
			bench_init(&bench, &config);
			bench_input(&bench, CONTROL_PILOT_START);
			bool pwm = s == CP_STATE_B2 || s == CP_STATE_C2 || s == CP_STATE_D2;
			bench_state_is(&bench, s); /* the first state heard: it was there before us */
			bench_expect(&bench, pwm ? "connected" : "connected, high-level charging");
			bench_state_is(&bench, a);
			bench_expect(&bench, "left, high-level charging");
		}
}

static void repeated_and_changing_states_of_one_vehicle_do_nothing(void **state)
{
	static const enum cp_state states[] = {CP_STATE_B2, CP_STATE_C2, CP_STATE_B2, CP_STATE_D2, CP_STATE_D2};
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 320);
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		bench_state_is(&bench, states[i]);
		bench_expect(&bench, "");
	}
	bench_state_is(&bench, CP_STATE_A1);
	bench_expect(&bench, "left, high-level charging");
	bench_state_is(&bench, CP_STATE_A1);
	bench_expect(&bench, "");
	bench_state_is(&bench, CP_STATE_A2);
	bench_expect(&bench, "");
}

static void flapping_plug_gives_each_vehicle_its_own_session(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_input(&bench, CONTROL_PILOT_START);
	for (int i = 0; i < 5; i++) {
		bench_state_is(&bench, CP_STATE_B2);
		bench_expect(&bench, "connected");
		bench_state_is(&bench, CP_STATE_A2);
		bench_expect(&bench, "left, high-level charging");
	}
}

static void jump_from_a_to_c_or_d_is_a_vehicle_and_b_c_b_is_the_same_one(void **state)
{
	static const enum cp_state jumps[] = {CP_STATE_C2, CP_STATE_D2};
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		bench_init(&bench, &config);
		bench_input(&bench, CONTROL_PILOT_START);
		bench_state_is(&bench, CP_STATE_A1);
		bench_state_is(&bench, jumps[i]);
		bench_expect(&bench, "connected");
		bench_state_is(&bench, CP_STATE_B2);
		bench_expect(&bench, "");
		bench_state_is(&bench, jumps[i]);
		bench_expect(&bench, "");
		bench_state_is(&bench, CP_STATE_B2);
		bench_expect(&bench, "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_state_from_b1_to_d2_is_a_vehicle_and_a_is_none),
		cmocka_unit_test(repeated_and_changing_states_of_one_vehicle_do_nothing),
		cmocka_unit_test(flapping_plug_gives_each_vehicle_its_own_session),
		cmocka_unit_test(jump_from_a_to_c_or_d_is_a_vehicle_and_b_c_b_is_the_same_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
