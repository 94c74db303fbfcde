/* SPDX-License-Identifier: Apache-2.0 */
/* The table of IEC 61851-1, annex A: every row, both ends of each. */
#include "cp/duty_cycle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void every_edge_of_the_evs_reading(void **state)
{
	static const struct {
		uint32_t duty;
		enum duty_cycle_meaning meaning;
		uint32_t current_da;
	} rows[] = {
		{0, DUTY_CYCLE_NO_CHARGING, 0},    {299, DUTY_CYCLE_NO_CHARGING, 0},  {300, DUTY_CYCLE_DIGITAL, 0},
		{500, DUTY_CYCLE_DIGITAL, 0},      {700, DUTY_CYCLE_DIGITAL, 0},      {701, DUTY_CYCLE_NO_CHARGING, 0},
		{799, DUTY_CYCLE_NO_CHARGING, 0},  {800, DUTY_CYCLE_CURRENT, 60},     {999, DUTY_CYCLE_CURRENT, 60},
		{1000, DUTY_CYCLE_CURRENT, 60},    {1016, DUTY_CYCLE_CURRENT, 60},    {1017, DUTY_CYCLE_CURRENT, 61},
		{1667, DUTY_CYCLE_CURRENT, 100},   {2667, DUTY_CYCLE_CURRENT, 160},   {3334, DUTY_CYCLE_CURRENT, 200},
		{5334, DUTY_CYCLE_CURRENT, 320},   {8499, DUTY_CYCLE_CURRENT, 509},   {8500, DUTY_CYCLE_CURRENT, 510},
		{8501, DUTY_CYCLE_CURRENT, 525},   {8920, DUTY_CYCLE_CURRENT, 630},   {9599, DUTY_CYCLE_CURRENT, 799},
		{9600, DUTY_CYCLE_CURRENT, 800},   {9601, DUTY_CYCLE_CURRENT, 800},   {9700, DUTY_CYCLE_CURRENT, 800},
		{9701, DUTY_CYCLE_NO_CHARGING, 0}, {9999, DUTY_CYCLE_NO_CHARGING, 0}, {10000, DUTY_CYCLE_NOT_READY, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		uint32_t current_da = 12345;
		enum duty_cycle_meaning meaning = duty_cycle_to_current(rows[i].duty, &current_da);
		if (meaning != rows[i].meaning || current_da != rows[i].current_da)
			fail_msg("%u/100 %%: meaning %d, %u dA", rows[i].duty, (int)meaning, current_da);
	}
}

static void every_edge_of_the_evses_setting(void **state)
{
	static const struct {
		uint32_t current_da;
		uint32_t duty;
	} rows[] = {
		{0, 10000},  {1, 10000},  {59, 10000}, {60, 1000},  {61, 1016},  {100, 1666},  {160, 2666},
		{200, 3333}, {320, 5333}, {509, 8483}, {510, 8500}, {511, 8500}, {524, 8500},  {525, 8500},
		{526, 8504}, {630, 8920}, {799, 9596}, {800, 9600}, {801, 9600}, {1000, 9600}, {UINT32_MAX, 9600},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const uint32_t duty = duty_cycle_from_current(rows[i].current_da);
		if (duty != rows[i].duty)
			fail_msg("%u dA: %u/100 %%", rows[i].current_da, duty);
	}
}

static void coded_current_is_never_above_the_one_asked_for(void **state)
{
	(void)state;
	for (uint32_t asked_da = 0; asked_da <= 1000; asked_da++) {
		uint32_t read_da;
		enum duty_cycle_meaning meaning = duty_cycle_to_current(duty_cycle_from_current(asked_da), &read_da);
		if (read_da > asked_da)
			fail_msg("%u dA asked for, the EV reads %u", asked_da, read_da);
		assert_int_equal(meaning, asked_da < 60 ? DUTY_CYCLE_NOT_READY : DUTY_CYCLE_CURRENT);
	}
}

/* Rounding costs at most 0.1 A; the gap from 51 to 52.5 A has no code, 80 A is the most. */
static void coded_current_is_at_most_a_tenth_below_but_in_the_gap(void **state)
{
	(void)state;
	for (uint32_t asked_da = 60; asked_da <= 800; asked_da++) {
		uint32_t read_da;
		duty_cycle_to_current(duty_cycle_from_current(asked_da), &read_da);
		if (asked_da > 510 && asked_da <= 525)
			assert_int_equal(read_da, 510);
		else
			assert_in_range(read_da, asked_da - 1, asked_da);
	}
}

static void no_current_is_ever_coded_as_digital_or_as_a_forbidden_duty(void **state)
{
	(void)state;
	for (uint32_t asked_da = 60; asked_da <= 1000; asked_da++)
		assert_in_range(duty_cycle_from_current(asked_da), 1000, 9600);
}

static void more_current_is_never_less_duty(void **state)
{
	(void)state;
	for (uint32_t asked_da = 61; asked_da <= 1000; asked_da++)
		assert_true(duty_cycle_from_current(asked_da) >= duty_cycle_from_current(asked_da - 1));
}

static void hlc_duty_is_read_as_digital_communication(void **state)
{
	uint32_t current_da;

	(void)state;
	assert_int_equal(duty_cycle_to_current(DUTY_CYCLE_HLC, &current_da), DUTY_CYCLE_DIGITAL);
}

/* 16.3 has no exact binary form. */
static void a_current_in_ampere_is_rounded_down_to_tenths(void **state)
{
	(void)state;
	assert_int_equal(pilot_current_from_ampere(0), 0);
	assert_int_equal(pilot_current_from_ampere(6), 60);
	assert_int_equal(pilot_current_from_ampere(16.3), 163);
	assert_int_equal(pilot_current_from_ampere(16.39), 163);
	assert_int_equal(pilot_current_from_ampere(80), 800);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_edge_of_the_evs_reading),
		cmocka_unit_test(every_edge_of_the_evses_setting),
		cmocka_unit_test(coded_current_is_never_above_the_one_asked_for),
		cmocka_unit_test(coded_current_is_at_most_a_tenth_below_but_in_the_gap),
		cmocka_unit_test(no_current_is_ever_coded_as_digital_or_as_a_forbidden_duty),
		cmocka_unit_test(more_current_is_never_less_duty),
		cmocka_unit_test(hlc_duty_is_read_as_digital_communication),
		cmocka_unit_test(a_current_in_ampere_is_rounded_down_to_tenths),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
