/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of the pilot, on virtual time. Outputs are compared as text, in order. */
#include "cp/control_pilot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MS UINT64_C(1000)

struct bench {
	struct control_pilot pilot;
	struct control_pilot_outputs out;
	uint64_t now_us;
};

static struct control_pilot_config config_ac(void)
{
	return (struct control_pilot_config){
		.has_ac = true,
		.hlc_at_start = true,
		.step_f_ms = 5000,
		.step_x1_ms = 500,
		.step_x1_hlc_ms = 3000,
	};
}

static struct control_pilot_config config_eim(void)
{
	struct control_pilot_config config = config_ac();

	config.basic_charging_on_eim = true;
	return config;
}

static void input(struct bench *bench, enum control_pilot_input_kind kind)
{
	const struct control_pilot_input what = {.kind = kind};

	control_pilot_input(&bench->pilot, &what, bench->now_us, &bench->out);
}

static void state_is(struct bench *bench, enum cp_state state)
{
	const struct control_pilot_input what = {.kind = CONTROL_PILOT_STATE, .state = state};

	control_pilot_input(&bench->pilot, &what, bench->now_us, &bench->out);
}

static void limit_is(struct bench *bench, uint32_t limit_da)
{
	const struct control_pilot_input what = {.kind = CONTROL_PILOT_LIMIT, .limit_da = limit_da};

	control_pilot_input(&bench->pilot, &what, bench->now_us, &bench->out);
}

static void availability_is(struct bench *bench, enum control_pilot_availability availability)
{
	const struct control_pilot_input what = {.kind = CONTROL_PILOT_AVAILABILITY,
						 .availability = availability};

	control_pilot_input(&bench->pilot, &what, bench->now_us, &bench->out);
}

static void slac_is(struct bench *bench, enum control_pilot_slac slac)
{
	const struct control_pilot_input what = {.kind = CONTROL_PILOT_SLAC, .slac = slac};

	control_pilot_input(&bench->pilot, &what, bench->now_us, &bench->out);
}

/* EIM or HLC_CHARGING. */
static void switched(struct bench *bench, enum control_pilot_input_kind kind, bool active)
{
	const struct control_pilot_input what = {.kind = kind, .active = active};

	control_pilot_input(&bench->pilot, &what, bench->now_us, &bench->out);
}

static void bench_init(struct bench *bench, const struct control_pilot_config *config)
{
	memset(bench, 0xa5, sizeof(*bench)); /* nothing may depend on what was there */
	bench->now_us = 9000 * MS;
	control_pilot_init(&bench->pilot, config);
}

static size_t request_text(const struct pilot_request *request, char *text, size_t size)
{
	const char *name = pilot_request_text(request->kind);

	if (request->kind == PILOT_X2)
		return (size_t)snprintf(text, size, "%s(%u.%u)", name, request->current_da / 10,
					request->current_da % 10);
	assert_int_equal(request->current_da, 0);
	return (size_t)snprintf(text, size, "%s", name);
}

/* e.g. "basic charging, F": what is said of the vehicle, and requests by their name. */
static void expect(const struct bench *bench, const char *wanted)
{
	static const char *const kinds[] = {"",
					    "connected",
					    "left",
					    "fault",
					    "stopped",
					    "pause",
					    "listen",
					    "basic charging",
					    "basic charging by EIM",
					    "no basic charging"};
	char text[256] = "";
	size_t len = 0;

	for (size_t i = 0; i < bench->out.count; i++) {
		const struct control_pilot_output *item = &bench->out.items[i];
		if (i > 0)
			len += (size_t)snprintf(text + len, sizeof(text) - len, ", ");
		if (item->kind == CONTROL_PILOT_REQUEST)
			len += request_text(&item->request, text + len, sizeof(text) - len);
		else
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s", kinds[item->kind]);
	}
	assert_string_equal(text, wanted);
}

static void expect_after_ms(struct bench *bench, uint64_t ms, const char *text)
{
	const uint64_t due_us = bench->now_us + ms * MS;

	assert_int_equal(control_pilot_deadline(&bench->pilot), due_us);
	bench->now_us = due_us - 1;
	input(bench, CONTROL_PILOT_TICK);
	expect(bench, "");
	bench->now_us = due_us;
	input(bench, CONTROL_PILOT_TICK);
	expect(bench, text);
}

static void expect_phase(const struct bench *bench, enum control_pilot_phase phase)
{
	assert_string_equal(control_pilot_phase_text(bench->pilot.phase), control_pilot_phase_text(phase));
}

/* Started, the limit known, a vehicle in B2. */
static void bench_with_vehicle(struct bench *bench, const struct control_pilot_config *config,
			       uint32_t limit_da)
{
	bench_init(bench, config);
	input(bench, CONTROL_PILOT_START);
	limit_is(bench, limit_da);
	state_is(bench, CP_STATE_B2);
	expect(bench, "connected");
}

/* As far into the fallback as `phase`. */
static void bench_in_fallback(struct bench *bench, enum control_pilot_phase phase, uint32_t limit_da)
{
	const struct control_pilot_config config = config_ac();

	bench_with_vehicle(bench, &config, limit_da);
	input(bench, CONTROL_PILOT_INIT_TIMEOUT);
	while (bench->pilot.phase != phase) {
		assert_true(control_pilot_deadline(&bench->pilot) != CONTROL_PILOT_NEVER);
		bench->now_us = control_pilot_deadline(&bench->pilot);
		input(bench, CONTROL_PILOT_TICK);
	}
}

static const enum control_pilot_phase fallback_phases[] = {
	CONTROL_PILOT_F_STEP,
	CONTROL_PILOT_X1_STEP,
	CONTROL_PILOT_BASIC,
};
#define FALLBACK_PHASES (sizeof(fallback_phases) / sizeof(fallback_phases[0]))

/* --- start --- */

static void start_asks_for_high_level_charging(void **state)
{
	const struct control_pilot_config config = config_ac();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	input(&bench, CONTROL_PILOT_START);
	expect(&bench, "high-level charging");
	input(&bench, CONTROL_PILOT_START);
	expect(&bench, "");
	assert_true(control_pilot_deadline(&bench.pilot) == CONTROL_PILOT_NEVER);
}

static void start_asks_for_nothing_where_configured_otherwise(void **state)
{
	struct control_pilot_config config = config_ac();
	struct bench bench;

	(void)state;
	config.hlc_at_start = false;
	bench_init(&bench, &config);
	input(&bench, CONTROL_PILOT_START);
	expect(&bench, "");
	state_is(&bench, CP_STATE_B1);
	expect(&bench, "connected");
}

static void nothing_happens_before_the_start(void **state)
{
	const struct control_pilot_config config = config_ac();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	state_is(&bench, CP_STATE_B2);
	expect(&bench, "");
	limit_is(&bench, 320);
	expect(&bench, "");
	input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	expect(&bench, "");
	assert_true(control_pilot_deadline(&bench.pilot) == CONTROL_PILOT_NEVER);
}

static void limit_from_before_the_start_is_kept(void **state)
{
	const struct control_pilot_config config = config_ac();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	limit_is(&bench, 200);
	input(&bench, CONTROL_PILOT_START);
	state_is(&bench, CP_STATE_B2);
	input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench.now_us += 5000 * MS;
	input(&bench, CONTROL_PILOT_TICK);
	bench.now_us += 500 * MS;
	input(&bench, CONTROL_PILOT_TICK);
	expect(&bench, "X2(20.0)");
}

/* --- the vehicle --- */

static void every_state_from_b1_to_d2_is_a_vehicle_and_a_is_none(void **state)
{
	const struct control_pilot_config config = config_ac();
	struct bench bench;

	(void)state;
	for (enum cp_state s = CP_STATE_B1; s <= CP_STATE_D2; s++)
		for (enum cp_state a = CP_STATE_A1; a <= CP_STATE_A2; a++) {
			bench_init(&bench, &config);
			input(&bench, CONTROL_PILOT_START);
			bool pwm = s == CP_STATE_B2 || s == CP_STATE_C2 || s == CP_STATE_D2;
			state_is(&bench, s); /* the first state heard: it was there before us */
			expect(&bench, pwm ? "connected" : "high-level charging, connected");
			state_is(&bench, a);
			expect(&bench, "left, high-level charging");
		}
}

static void repeated_and_changing_states_of_one_vehicle_do_nothing(void **state)
{
	static const enum cp_state states[] = {CP_STATE_B2, CP_STATE_C2, CP_STATE_B2, CP_STATE_D2,
					       CP_STATE_D2};
	const struct control_pilot_config config = config_ac();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 320);
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		state_is(&bench, states[i]);
		expect(&bench, "");
	}
	state_is(&bench, CP_STATE_A1);
	expect(&bench, "left, high-level charging");
	state_is(&bench, CP_STATE_A1);
	expect(&bench, "");
	state_is(&bench, CP_STATE_A2);
	expect(&bench, "");
}

static void fault_without_a_vehicle_is_nobodys_fault(void **state)
{
	const struct control_pilot_config config = config_ac();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	input(&bench, CONTROL_PILOT_START);
	state_is(&bench, CP_STATE_F);
	expect(&bench, "");
	state_is(&bench, CP_STATE_B2);
	expect(&bench, "connected");
}

static void fault_that_was_not_asked_for_is_said_once_and_recovers(void **state)
{
	const struct control_pilot_config config = config_ac();
	struct bench bench;

	(void)state;
	for (enum cp_state fault = CP_STATE_E; fault <= CP_STATE_F; fault++) {
		bench_with_vehicle(&bench, &config, 320);
		state_is(&bench, fault);
		expect(&bench, "fault");
		state_is(&bench, fault);
		expect(&bench, "");
		input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
		expect(&bench, "");
		state_is(&bench, CP_STATE_B2);
		expect(&bench, "connected");
		input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
		expect(&bench, "basic charging, pause, F");
	}
}

static void unplug_during_a_fault_is_an_unplug(void **state)
{
	const struct control_pilot_config config = config_ac();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 320);
	state_is(&bench, CP_STATE_E);
	state_is(&bench, CP_STATE_A1);
	expect(&bench, "left, high-level charging");
	state_is(&bench, CP_STATE_B1);
	expect(&bench, "high-level charging, connected");
}

/* --- the fallback --- */

static void fallback_is_f_for_5_s_then_x1_for_half_a_second_then_x2(void **state)
{
	const struct control_pilot_config config = config_ac();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 320);
	input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	expect(&bench, "basic charging, pause, F");
	expect_after_ms(&bench, 5000, "X1");
	expect_after_ms(&bench, 500, "X2(32.0)");
	expect_phase(&bench, CONTROL_PILOT_BASIC);
	assert_true(control_pilot_deadline(&bench.pilot) == CONTROL_PILOT_NEVER);
}

static void configured_step_times_are_used(void **state)
{
	struct control_pilot_config config = config_ac();
	struct bench bench;

	(void)state;
	config.step_f_ms = 4000;
	config.step_x1_ms = 3000;
	bench_with_vehicle(&bench, &config, 320);
	input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	expect_after_ms(&bench, 4000, "X1");
	expect_after_ms(&bench, 3000, "X2(32.0)");
}

static void x1_lasts_its_time_also_after_a_late_call(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_fallback(&bench, CONTROL_PILOT_F_STEP, 320);
	bench.now_us += 60000 * MS;
	input(&bench, CONTROL_PILOT_TICK);
	expect(&bench, "X1");
	expect_after_ms(&bench, 500, "X2(32.0)");
}

static void f_that_comes_back_as_a_state_is_no_unplug_and_no_fault(void **state)
{
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < FALLBACK_PHASES; i++) {
		bench_in_fallback(&bench, fallback_phases[i], 320);
		const uint64_t deadline_us = control_pilot_deadline(&bench.pilot);
		bench.now_us += 1;
		state_is(&bench, CP_STATE_F); /* in X1 and X2: late */
		expect(&bench, "");
		state_is(&bench, CP_STATE_B1);
		expect(&bench, "");
		expect_phase(&bench, fallback_phases[i]);
		assert_int_equal(control_pilot_deadline(&bench.pilot), deadline_us);
	}
}

static void unplug_at_each_step_aborts_and_returns_to_high_level_charging(void **state)
{
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < FALLBACK_PHASES; i++) {
		bench_in_fallback(&bench, fallback_phases[i], 320);
		bench.now_us += 100 * MS;
		state_is(&bench, CP_STATE_A1);
		expect(&bench, "left, high-level charging");
		expect_phase(&bench, CONTROL_PILOT_HLC);
		assert_true(control_pilot_deadline(&bench.pilot) == CONTROL_PILOT_NEVER);
		bench.now_us += 60000 * MS;
		input(&bench, CONTROL_PILOT_TICK);
		expect(&bench, "");
		state_is(&bench, CP_STATE_B2);
		expect(&bench, "connected");
	}
}

static void next_vehicle_gets_the_whole_fallback_again(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_fallback(&bench, CONTROL_PILOT_BASIC, 160);
	state_is(&bench, CP_STATE_A1);
	state_is(&bench, CP_STATE_B2);
	input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	expect(&bench, "basic charging, pause, F");
	expect_after_ms(&bench, 5000, "X1");
	expect_after_ms(&bench, 500, "X2(16.0)");
}

static void init_timeout_during_the_fallback_or_without_a_vehicle_does_nothing(void **state)
{
	const struct control_pilot_config config = config_ac();
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < FALLBACK_PHASES; i++) {
		bench_in_fallback(&bench, fallback_phases[i], 320);
		const uint64_t deadline_us = control_pilot_deadline(&bench.pilot);
		input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
		expect(&bench, "");
		assert_int_equal(control_pilot_deadline(&bench.pilot), deadline_us);
	}
	bench_init(&bench, &config);
	input(&bench, CONTROL_PILOT_START);
	input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	expect(&bench, "");
}

static void dc_only_outlet_never_asks_for_x2(void **state)
{
	struct control_pilot_config config = config_ac();
	struct bench bench;

	(void)state;
	config.has_ac = false;
	bench_with_vehicle(&bench, &config, 320);
	input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	expect(&bench, "no basic charging");
	assert_true(control_pilot_deadline(&bench.pilot) == CONTROL_PILOT_NEVER);
	limit_is(&bench, 630);
	expect(&bench, "");
	expect_phase(&bench, CONTROL_PILOT_HLC);
	state_is(&bench, CP_STATE_A1);
	expect(&bench, "left, high-level charging");
}

/* --- the current --- */

static void current_is_the_smaller_of_limit_and_cap_and_never_below_6_a(void **state)
{
	static const struct {
		uint32_t limit_da, cap_da;
		const char *text;
	} rows[] = {
		{320, 0, "X2(32.0)"},
		{320, 160, "X2(16.0)"},
		{160, 320, "X2(16.0)"},
		{163, 0, "X2(16.3)"},
		{60, 0, "X2(6.0)"},
		{61, 60, "X2(6.0)"},
		{800, 0, "X2(80.0)"},
		{801, 0, "X2(80.0)"},
		{5000, 0, "X2(80.0)"},
		{320, 59, ""},
		{59, 0, ""},
		{59, 320, ""},
		{1, 0, ""},
		{0, 0, ""},
		{0, 160, ""},
	};
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct control_pilot_config config = config_ac();
		config.nominal_current_da = rows[i].cap_da;
		bench_with_vehicle(&bench, &config, rows[i].limit_da);
		input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
		expect_after_ms(&bench, 5000, "X1");
		expect_after_ms(&bench, 500, rows[i].text); /* "": it stays X1 */
		expect_phase(&bench, CONTROL_PILOT_BASIC);
	}
}

static void limit_change_while_basic_charging_is_passed_on_at_once(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_fallback(&bench, CONTROL_PILOT_BASIC, 320);
	limit_is(&bench, 160);
	expect(&bench, "X2(16.0)");
	limit_is(&bench, 160);
	expect(&bench, "");
	limit_is(&bench, 59);
	expect(&bench, "X1");
	limit_is(&bench, 0);
	expect(&bench, "");
	limit_is(&bench, 60);
	expect(&bench, "X2(6.0)");
	limit_is(&bench, 900);
	expect(&bench, "X2(80.0)");
	limit_is(&bench, 901);
	expect(&bench, "");
}

static void limit_change_before_basic_charging_waits_for_it(void **state)
{
	static const enum control_pilot_phase phases[] = {CONTROL_PILOT_F_STEP, CONTROL_PILOT_X1_STEP};
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		bench_in_fallback(&bench, phases[i], 320);
		limit_is(&bench, 130);
		expect(&bench, "");
		while (bench.pilot.phase != CONTROL_PILOT_BASIC) {
			bench.now_us = control_pilot_deadline(&bench.pilot);
			input(&bench, CONTROL_PILOT_TICK);
		}
		expect(&bench, "X2(13.0)");
	}
}

static void limit_change_during_high_level_charging_asks_for_nothing(void **state)
{
	const struct control_pilot_config config = config_ac();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 320);
	limit_is(&bench, 160);
	expect(&bench, "");
}

/* --- retries of the initialization ([V2G3-M06-07]) --- */

static struct control_pilot_config config_retries(uint32_t retries)
{
	struct control_pilot_config config = config_ac();

	config.init_retries = retries;
	return config;
}

static void each_retry_is_an_f_pulse_and_a_new_window_then_x1_without_another_f(void **state)
{
	const struct control_pilot_config config = config_retries(2);
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	for (int i = 0; i < 2; i++) {
		input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
		expect(&bench, "pause, F");
		expect_phase(&bench, CONTROL_PILOT_PULSE);
		expect_after_ms(&bench, 5000, "high-level charging, listen");
	}
	input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	expect(&bench, "basic charging, pause, X1");
	expect_after_ms(&bench, 500, "X2(16.0)");
}

static void the_echo_of_a_pulse_is_no_fault_and_does_not_end_it(void **state)
{
	const struct control_pilot_config config = config_retries(1);
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	state_is(&bench, CP_STATE_F);
	expect(&bench, "");
	expect_after_ms(&bench, 5000, "high-level charging, listen");
	state_is(&bench, CP_STATE_F); /* late */
	expect(&bench, "");
	state_is(&bench, CP_STATE_B2);
	expect(&bench, "");
	state_is(&bench, CP_STATE_F); /* not ours any more */
	expect(&bench, "fault");
}

static void retries_count_anew_for_the_next_vehicle_and_after_a_match(void **state)
{
	const struct control_pilot_config config = config_retries(1);
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	state_is(&bench, CP_STATE_A1);
	expect(&bench, "left, high-level charging");
	state_is(&bench, CP_STATE_B2);
	input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	expect(&bench, "pause, F");
	expect_after_ms(&bench, 5000, "high-level charging, listen");
	slac_is(&bench, CONTROL_PILOT_SLAC_MATCHING);
	slac_is(&bench, CONTROL_PILOT_SLAC_MATCHED);
	slac_is(&bench, CONTROL_PILOT_SLAC_IDLE);
	input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	expect(&bench, "pause, F");
}

/* --- pulses after a failed matching --- */

static void failed_matching_gets_its_pulses_and_no_more(void **state)
{
	struct control_pilot_config config = config_ac();
	struct bench bench;

	(void)state;
	config.failed_pulses = 2;
	bench_with_vehicle(&bench, &config, 160);
	for (int i = 0; i < 2; i++) {
		slac_is(&bench, CONTROL_PILOT_SLAC_MATCHING);
		input(&bench, CONTROL_PILOT_FAILED);
		expect(&bench, "pause, F");
		expect_after_ms(&bench, 5000, "high-level charging, listen");
	}
	slac_is(&bench, CONTROL_PILOT_SLAC_MATCHING);
	input(&bench, CONTROL_PILOT_FAILED);
	expect(&bench, "");
	expect_phase(&bench, CONTROL_PILOT_HLC);
}

static void failed_matching_gets_no_pulse_by_default(void **state)
{
	const struct control_pilot_config config = config_ac();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	slac_is(&bench, CONTROL_PILOT_SLAC_MATCHING);
	input(&bench, CONTROL_PILOT_FAILED);
	expect(&bench, "");
	input(&bench, CONTROL_PILOT_INIT_TIMEOUT); /* of the window after the failure */
	expect(&bench, "basic charging, pause, F");
}

/* --- EIM (slac-timers document, section 5) --- */

static void eim_before_plug_in_is_nominal_at_once_and_the_car_may_still_speak(void **state)
{
	const struct control_pilot_config config = config_eim();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	input(&bench, CONTROL_PILOT_START);
	limit_is(&bench, 160);
	switched(&bench, CONTROL_PILOT_EIM, true);
	expect(&bench, "");
	state_is(&bench, CP_STATE_B2);
	expect(&bench, "connected, basic charging by EIM, X2(16.0)");
	input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	expect(&bench, "");
}

static void eim_before_the_first_parm_req_is_f_x1_nominal(void **state)
{
	const struct control_pilot_config config = config_eim();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	switched(&bench, CONTROL_PILOT_EIM, true);
	expect(&bench, "basic charging by EIM, pause, F");
	expect_after_ms(&bench, 5000, "X1");
	expect_after_ms(&bench, 500, "X2(16.0)");
}

static void eim_during_or_after_a_match_is_x1_for_3_s_and_the_match_goes_on(void **state)
{
	static const enum control_pilot_slac at[] = {CONTROL_PILOT_SLAC_MATCHING, CONTROL_PILOT_SLAC_MATCHED};
	const struct control_pilot_config config = config_eim();
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		bench_with_vehicle(&bench, &config, 160);
		slac_is(&bench, at[i]);
		switched(&bench, CONTROL_PILOT_EIM, true);
		expect(&bench, "X1");
		expect_after_ms(&bench, 3000, "X2(16.0)");
	}
}

static void eim_after_a_failed_match_is_as_without_a_match(void **state)
{
	const struct control_pilot_config config = config_eim();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	slac_is(&bench, CONTROL_PILOT_SLAC_MATCHING);
	input(&bench, CONTROL_PILOT_FAILED);
	switched(&bench, CONTROL_PILOT_EIM, true);
	expect(&bench, "basic charging by EIM, pause, F");
}

static void eim_during_a_pulse_makes_it_the_f_before_nominal(void **state)
{
	struct control_pilot_config config = config_eim();
	struct bench bench;

	(void)state;
	config.init_retries = 2;
	bench_with_vehicle(&bench, &config, 160);
	input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	switched(&bench, CONTROL_PILOT_EIM, true);
	expect(&bench, "");
	expect_after_ms(&bench, 5000, "basic charging by EIM, X1");
	expect_after_ms(&bench, 500, "X2(16.0)");
}

static void eim_withdrawn_before_plug_in_leaves_5_percent(void **state)
{
	const struct control_pilot_config config = config_eim();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	input(&bench, CONTROL_PILOT_START);
	switched(&bench, CONTROL_PILOT_EIM, true);
	switched(&bench, CONTROL_PILOT_EIM, false);
	state_is(&bench, CP_STATE_B2);
	expect(&bench, "connected");
}

static void eim_counts_for_one_vehicle_only(void **state)
{
	const struct control_pilot_config config = config_eim();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	switched(&bench, CONTROL_PILOT_EIM, true);
	state_is(&bench, CP_STATE_A1);
	expect(&bench, "left, high-level charging");
	state_is(&bench, CP_STATE_B2);
	expect(&bench, "connected");
}

static void eim_does_nothing_without_the_option_without_ac_and_during_a_15118_session(void **state)
{
	const struct control_pilot_config without_option = config_ac();
	struct control_pilot_config without_ac = config_eim();
	const struct control_pilot_config with = config_eim();
	struct bench bench;

	(void)state;
	without_ac.has_ac = false;
	bench_with_vehicle(&bench, &without_option, 160);
	switched(&bench, CONTROL_PILOT_EIM, true);
	expect(&bench, "");
	bench_with_vehicle(&bench, &without_ac, 160);
	switched(&bench, CONTROL_PILOT_EIM, true);
	expect(&bench, "");
	bench_with_vehicle(&bench, &with, 160);
	slac_is(&bench, CONTROL_PILOT_SLAC_MATCHED);
	switched(&bench, CONTROL_PILOT_HLC_CHARGING, true);
	switched(&bench, CONTROL_PILOT_EIM, true);
	expect(&bench, "");
	expect_phase(&bench, CONTROL_PILOT_HLC);
}

/* --- a 15118 session --- */

static void running_15118_session_is_never_cut(void **state)
{
	struct control_pilot_config config = config_ac();
	struct bench bench;

	(void)state;
	config.failed_pulses = 1;
	bench_with_vehicle(&bench, &config, 160);
	switched(&bench, CONTROL_PILOT_HLC_CHARGING, true);
	input(&bench, CONTROL_PILOT_FAILED);
	expect(&bench, "");
	input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	expect(&bench, "listen");
	switched(&bench, CONTROL_PILOT_HLC_CHARGING, false);
	expect(&bench, "");
	input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	expect(&bench, "basic charging, pause, F");
}

static void eim_that_was_accepted_during_a_15118_session_counts_when_it_ends(void **state)
{
	struct control_pilot_config config = config_ac();
	struct bench bench;

	(void)state;
	config.basic_charging_on_eim = true;
	bench_with_vehicle(&bench, &config, 160);
	switched(&bench, CONTROL_PILOT_HLC_CHARGING, true);
	switched(&bench, CONTROL_PILOT_EIM, true);
	expect(&bench, "");
	switched(&bench, CONTROL_PILOT_HLC_CHARGING, false);
	expect(&bench, "basic charging by EIM, pause, F");
}

/* [V2G3-M06-07], [V2G2-852], [V2G2-853]: the oscillator stays off until somebody pays. */
static void nominal_duty_waits_for_eim_where_it_needs_it(void **state)
{
	struct control_pilot_config config = config_retries(2);
	struct bench bench;

	(void)state;
	config.nominal_needs_eim = true;
	bench_with_vehicle(&bench, &config, 160);
	for (int i = 0; i < 2; i++) {
		input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
		expect_after_ms(&bench, 5000, "high-level charging, listen");
	}
	input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	expect_after_ms(&bench, 500, "");
	expect_phase(&bench, CONTROL_PILOT_BASIC);
	switched(&bench, CONTROL_PILOT_EIM, true);
	expect(&bench, "X2(16.0)");
	switched(&bench, CONTROL_PILOT_EIM, false);
	expect(&bench, "X1");
}

static void session_of_15118_ends_with_its_vehicle_and_needs_one(void **state)
{
	const struct control_pilot_config config = config_ac();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	switched(&bench, CONTROL_PILOT_HLC_CHARGING, true);
	state_is(&bench, CP_STATE_A1);
	switched(&bench, CONTROL_PILOT_HLC_CHARGING, true); /* late */
	state_is(&bench, CP_STATE_B2);
	input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	expect(&bench, "basic charging, pause, F");
}

/* --- availability --- */

static void not_ready_is_x1_out_of_order_is_f_and_ready_brings_the_session_back(void **state)
{
	const struct control_pilot_config config = config_ac();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	availability_is(&bench, CONTROL_PILOT_NOT_READY);
	expect(&bench, "stopped, X1");
	expect_phase(&bench, CONTROL_PILOT_UNAVAILABLE);
	availability_is(&bench, CONTROL_PILOT_NOT_READY);
	expect(&bench, "");
	availability_is(&bench, CONTROL_PILOT_OUT_OF_ORDER);
	expect(&bench, "F");
	state_is(&bench, CP_STATE_F);
	expect(&bench, "");
	assert_true(control_pilot_deadline(&bench.pilot) == CONTROL_PILOT_NEVER);
	availability_is(&bench, CONTROL_PILOT_READY);
	expect(&bench, "high-level charging, connected");
}

static void out_of_order_aborts_the_fallback_at_each_step(void **state)
{
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < FALLBACK_PHASES; i++) {
		bench_in_fallback(&bench, fallback_phases[i], 320);
		availability_is(&bench, CONTROL_PILOT_OUT_OF_ORDER);
		expect(&bench, "stopped, F");
		bench.now_us += 60000 * MS;
		input(&bench, CONTROL_PILOT_TICK);
		expect(&bench, "");
		limit_is(&bench, 100);
		expect(&bench, "");
	}
}

static void vehicle_that_comes_and_goes_while_out_of_service_is_nobodys_session(void **state)
{
	const struct control_pilot_config config = config_ac();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	availability_is(&bench, CONTROL_PILOT_NOT_READY);
	expect(&bench, "");
	input(&bench, CONTROL_PILOT_START);
	expect(&bench, "X1");
	state_is(&bench, CP_STATE_B1);
	expect(&bench, "");
	state_is(&bench, CP_STATE_A1);
	expect(&bench, "");
	availability_is(&bench, CONTROL_PILOT_READY);
	expect(&bench, "high-level charging");
}

static void vehicle_that_leaves_while_out_of_service_is_said_to_leave(void **state)
{
	const struct control_pilot_config config = config_ac();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	availability_is(&bench, CONTROL_PILOT_OUT_OF_ORDER);
	state_is(&bench, CP_STATE_A1);
	expect(&bench, "left");
	availability_is(&bench, CONTROL_PILOT_READY);
	expect(&bench, "high-level charging");
}

static void fault_that_began_while_out_of_service_is_waited_for(void **state)
{
	const struct control_pilot_config config = config_ac();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	availability_is(&bench, CONTROL_PILOT_NOT_READY);
	state_is(&bench, CP_STATE_E);
	expect(&bench, "");
	availability_is(&bench, CONTROL_PILOT_READY);
	expect(&bench, "high-level charging");
	input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	expect(&bench, "");
	input(&bench, CONTROL_PILOT_RESET);
	expect(&bench, "left");
	state_is(&bench, CP_STATE_C2);
	expect(&bench, "connected");
}

/* --- reset --- */

static void reset_begins_anew_with_the_vehicle_from_each_step(void **state)
{
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < FALLBACK_PHASES; i++) {
		bench_in_fallback(&bench, fallback_phases[i], 320);
		input(&bench, CONTROL_PILOT_RESET);
		expect(&bench, "left, high-level charging, connected");
		assert_true(control_pilot_deadline(&bench.pilot) == CONTROL_PILOT_NEVER);
		slac_is(&bench, CONTROL_PILOT_SLAC_IDLE);
		input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
		expect(&bench, "basic charging, pause, F");
	}
}

static void what_matching_still_says_of_the_session_before_a_reset_is_void(void **state)
{
	struct control_pilot_config config = config_ac();
	struct bench bench;

	(void)state;
	config.failed_pulses = 1;
	bench_with_vehicle(&bench, &config, 160);
	input(&bench, CONTROL_PILOT_RESET);
	expect(&bench, "left, connected");
	input(&bench, CONTROL_PILOT_FAILED); /* both were due when the reset came */
	expect(&bench, "");
	input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	expect(&bench, "");
	slac_is(&bench, CONTROL_PILOT_SLAC_IDLE); /* unmatched */
	input(&bench, CONTROL_PILOT_FAILED);
	expect(&bench, "pause, F");
}

static void reset_drops_authorization_and_15118_session_also_while_out_of_service(void **state)
{
	static const enum control_pilot_availability at[] = {CONTROL_PILOT_READY, CONTROL_PILOT_NOT_READY};
	const struct control_pilot_config config = config_eim();
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		bench_with_vehicle(&bench, &config, 160);
		switched(&bench, CONTROL_PILOT_HLC_CHARGING, true);
		switched(&bench, CONTROL_PILOT_EIM, true);
		availability_is(&bench, at[i]);
		input(&bench, CONTROL_PILOT_RESET);
		expect(&bench, at[i] == CONTROL_PILOT_READY ? "left, connected" : "");
		availability_is(&bench, CONTROL_PILOT_READY);
		slac_is(&bench, CONTROL_PILOT_SLAC_IDLE);
		expect_phase(&bench, CONTROL_PILOT_HLC);
		input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
		expect(&bench, "basic charging, pause, F");
	}
}

static void reset_without_a_vehicle_or_before_the_start_does_nothing(void **state)
{
	const struct control_pilot_config config = config_ac();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	input(&bench, CONTROL_PILOT_RESET);
	expect(&bench, "");
	input(&bench, CONTROL_PILOT_START);
	input(&bench, CONTROL_PILOT_RESET);
	expect(&bench, "");
}

/* --- E and F that were not asked for --- */

static void e_in_each_phase_is_a_fault_ends_the_offer_and_recovers(void **state)
{
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < FALLBACK_PHASES; i++) {
		bench_in_fallback(&bench, fallback_phases[i], 320);
		state_is(&bench, CP_STATE_E);
		expect(&bench, "fault, high-level charging");
		assert_true(control_pilot_deadline(&bench.pilot) == CONTROL_PILOT_NEVER);
		state_is(&bench, CP_STATE_B2);
		expect(&bench, "connected");
	}
}

static void f_after_the_vehicle_was_seen_again_is_a_fault(void **state)
{
	static const enum control_pilot_phase phases[] = {CONTROL_PILOT_X1_STEP, CONTROL_PILOT_BASIC};
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		bench_in_fallback(&bench, phases[i], 320);
		state_is(&bench, CP_STATE_C1);
		state_is(&bench, CP_STATE_F);
		expect(&bench, "fault, high-level charging");
		state_is(&bench, CP_STATE_F);
		expect(&bench, "");
	}
}

/* --- flaps and jumps --- */

static void flapping_plug_gives_each_vehicle_its_own_session(void **state)
{
	const struct control_pilot_config config = config_ac();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	input(&bench, CONTROL_PILOT_START);
	for (int i = 0; i < 5; i++) {
		state_is(&bench, CP_STATE_B2);
		expect(&bench, "connected");
		state_is(&bench, CP_STATE_A2);
		expect(&bench, "left, high-level charging");
	}
}

static void jump_from_a_to_c_or_d_is_a_vehicle_and_b_c_b_is_the_same_one(void **state)
{
	static const enum cp_state jumps[] = {CP_STATE_C2, CP_STATE_D2};
	const struct control_pilot_config config = config_ac();
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		bench_init(&bench, &config);
		input(&bench, CONTROL_PILOT_START);
		state_is(&bench, CP_STATE_A1);
		state_is(&bench, jumps[i]);
		expect(&bench, "connected");
		state_is(&bench, CP_STATE_B2);
		expect(&bench, "");
		state_is(&bench, jumps[i]);
		expect(&bench, "");
		state_is(&bench, CP_STATE_B2);
		expect(&bench, "");
	}
}

static void due_step_comes_before_what_the_message_says(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_fallback(&bench, CONTROL_PILOT_X1_STEP, 320);
	bench.now_us = control_pilot_deadline(&bench.pilot);
	state_is(&bench, CP_STATE_A1);
	expect(&bench, "X2(32.0), left, high-level charging");
}

/* --- a station that restarted --- */

static void vehicle_without_pwm_has_5_percent_asked_for_once_more(void **state)
{
	const struct control_pilot_config config = config_ac();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	input(&bench, CONTROL_PILOT_START);
	state_is(&bench, CP_STATE_B1);
	expect(&bench, "high-level charging, connected");
	state_is(&bench, CP_STATE_C1);
	expect(&bench, "");
	state_is(&bench, CP_STATE_A1);
	expect(&bench, "left, high-level charging");
	state_is(&bench, CP_STATE_D1);
	expect(&bench, "high-level charging, connected");
}

static void vehicle_that_loses_its_pwm_in_basic_charging_has_x2_asked_for_once_more(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_fallback(&bench, CONTROL_PILOT_BASIC, 160);
	state_is(&bench, CP_STATE_C1); /* X2 is not there yet */
	expect(&bench, "");
	state_is(&bench, CP_STATE_C2);
	expect(&bench, "");
	state_is(&bench, CP_STATE_C1);
	expect(&bench, "X2(16.0)");
	state_is(&bench, CP_STATE_B1);
	expect(&bench, "");
}

static void f_that_the_station_never_heard_comes_again_from_every_step(void **state)
{
	static const enum control_pilot_phase phases[] = {CONTROL_PILOT_F_STEP, CONTROL_PILOT_X1_STEP,
							  CONTROL_PILOT_BASIC};

	(void)state;
	for (size_t i = 0; i < sizeof(phases) / sizeof(phases[0]); i++) {
		struct bench bench;
		bench_in_fallback(&bench, phases[i], 160);
		input(&bench, CONTROL_PILOT_F_UNHEARD);
		expect(&bench, "pause, F");
		bench.now_us += 5000 * MS - 1;
		input(&bench, CONTROL_PILOT_TICK);
		expect(&bench, "");
		bench.now_us += 1;
		input(&bench, CONTROL_PILOT_TICK);
		expect(&bench, "X1");
		bench.now_us += 500 * MS;
		input(&bench, CONTROL_PILOT_TICK);
		expect(&bench, "X2(16.0)");
	}
}

static void f_unheard_means_nothing_at_5_percent_and_is_repeated_out_of_order(void **state)
{
	const struct control_pilot_config config = config_ac();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	input(&bench, CONTROL_PILOT_START);
	input(&bench, CONTROL_PILOT_F_UNHEARD);
	expect(&bench, "");
	availability_is(&bench, CONTROL_PILOT_OUT_OF_ORDER);
	input(&bench, CONTROL_PILOT_F_UNHEARD);
	expect(&bench, "F");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(f_that_the_station_never_heard_comes_again_from_every_step),
		cmocka_unit_test(f_unheard_means_nothing_at_5_percent_and_is_repeated_out_of_order),
		cmocka_unit_test(start_asks_for_high_level_charging),
		cmocka_unit_test(start_asks_for_nothing_where_configured_otherwise),
		cmocka_unit_test(nothing_happens_before_the_start),
		cmocka_unit_test(limit_from_before_the_start_is_kept),
		cmocka_unit_test(every_state_from_b1_to_d2_is_a_vehicle_and_a_is_none),
		cmocka_unit_test(repeated_and_changing_states_of_one_vehicle_do_nothing),
		cmocka_unit_test(fault_without_a_vehicle_is_nobodys_fault),
		cmocka_unit_test(fault_that_was_not_asked_for_is_said_once_and_recovers),
		cmocka_unit_test(unplug_during_a_fault_is_an_unplug),
		cmocka_unit_test(fallback_is_f_for_5_s_then_x1_for_half_a_second_then_x2),
		cmocka_unit_test(configured_step_times_are_used),
		cmocka_unit_test(x1_lasts_its_time_also_after_a_late_call),
		cmocka_unit_test(f_that_comes_back_as_a_state_is_no_unplug_and_no_fault),
		cmocka_unit_test(unplug_at_each_step_aborts_and_returns_to_high_level_charging),
		cmocka_unit_test(next_vehicle_gets_the_whole_fallback_again),
		cmocka_unit_test(init_timeout_during_the_fallback_or_without_a_vehicle_does_nothing),
		cmocka_unit_test(dc_only_outlet_never_asks_for_x2),
		cmocka_unit_test(current_is_the_smaller_of_limit_and_cap_and_never_below_6_a),
		cmocka_unit_test(limit_change_while_basic_charging_is_passed_on_at_once),
		cmocka_unit_test(limit_change_before_basic_charging_waits_for_it),
		cmocka_unit_test(limit_change_during_high_level_charging_asks_for_nothing),
		cmocka_unit_test(each_retry_is_an_f_pulse_and_a_new_window_then_x1_without_another_f),
		cmocka_unit_test(the_echo_of_a_pulse_is_no_fault_and_does_not_end_it),
		cmocka_unit_test(retries_count_anew_for_the_next_vehicle_and_after_a_match),
		cmocka_unit_test(failed_matching_gets_its_pulses_and_no_more),
		cmocka_unit_test(failed_matching_gets_no_pulse_by_default),
		cmocka_unit_test(eim_before_plug_in_is_nominal_at_once_and_the_car_may_still_speak),
		cmocka_unit_test(eim_before_the_first_parm_req_is_f_x1_nominal),
		cmocka_unit_test(eim_during_or_after_a_match_is_x1_for_3_s_and_the_match_goes_on),
		cmocka_unit_test(eim_after_a_failed_match_is_as_without_a_match),
		cmocka_unit_test(eim_during_a_pulse_makes_it_the_f_before_nominal),
		cmocka_unit_test(eim_withdrawn_before_plug_in_leaves_5_percent),
		cmocka_unit_test(eim_counts_for_one_vehicle_only),
		cmocka_unit_test(eim_does_nothing_without_the_option_without_ac_and_during_a_15118_session),
		cmocka_unit_test(running_15118_session_is_never_cut),
		cmocka_unit_test(eim_that_was_accepted_during_a_15118_session_counts_when_it_ends),
		cmocka_unit_test(nominal_duty_waits_for_eim_where_it_needs_it),
		cmocka_unit_test(session_of_15118_ends_with_its_vehicle_and_needs_one),
		cmocka_unit_test(not_ready_is_x1_out_of_order_is_f_and_ready_brings_the_session_back),
		cmocka_unit_test(out_of_order_aborts_the_fallback_at_each_step),
		cmocka_unit_test(vehicle_that_comes_and_goes_while_out_of_service_is_nobodys_session),
		cmocka_unit_test(vehicle_that_leaves_while_out_of_service_is_said_to_leave),
		cmocka_unit_test(fault_that_began_while_out_of_service_is_waited_for),
		cmocka_unit_test(reset_begins_anew_with_the_vehicle_from_each_step),
		cmocka_unit_test(what_matching_still_says_of_the_session_before_a_reset_is_void),
		cmocka_unit_test(reset_drops_authorization_and_15118_session_also_while_out_of_service),
		cmocka_unit_test(reset_without_a_vehicle_or_before_the_start_does_nothing),
		cmocka_unit_test(e_in_each_phase_is_a_fault_ends_the_offer_and_recovers),
		cmocka_unit_test(f_after_the_vehicle_was_seen_again_is_a_fault),
		cmocka_unit_test(flapping_plug_gives_each_vehicle_its_own_session),
		cmocka_unit_test(jump_from_a_to_c_or_d_is_a_vehicle_and_b_c_b_is_the_same_one),
		cmocka_unit_test(due_step_comes_before_what_the_message_says),
		cmocka_unit_test(vehicle_without_pwm_has_5_percent_asked_for_once_more),
		cmocka_unit_test(vehicle_that_loses_its_pwm_in_basic_charging_has_x2_asked_for_once_more),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
