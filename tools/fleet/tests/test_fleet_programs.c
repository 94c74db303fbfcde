/* SPDX-License-Identifier: Apache-2.0 */
/* The order in which a station's programs start and end, and what becomes of one that dies, on a clock of its own. */
#include "tools/fleet/fleet_programs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static struct fleet_programs programs;

static void expect(enum fleet_action_kind kind, size_t program, uint64_t now_us)
{
	const struct fleet_action action = fleet_programs_next(&programs, now_us);

	assert_int_equal(action.kind, kind);
	assert_int_equal(action.program, program);
}

static void start(size_t program, uint64_t now_us)
{
	expect(FLEET_ACTION_START, program, now_us);
	fleet_programs_started(&programs, program, (pid_t)(100 + program), now_us);
}

static void start_all(uint64_t now_us)
{
	start(2, now_us);
	start(3, now_us);
	start(FLEET_PROGRAM_STATION, now_us);
	start(FLEET_PROGRAM_SLACD, now_us);
	expect(FLEET_ACTION_NONE, 0, now_us);
	assert_true(fleet_programs_run(&programs));
}

static void exit_of(size_t program, uint64_t now_us)
{
	assert_int_equal(fleet_programs_exited(&programs, (pid_t)(100 + program), now_us), program);
}

static void begin(void)
{
	fleet_programs_init(&programs, 2);
	start_all(0);
	assert_true(fleet_programs_due(&programs) == UINT64_MAX);
}

static void cars_start_first_and_slacd_last(void **state)
{
	(void)state;
	begin();
	assert_int_equal(programs.restarts, 0);
}

static void one_that_dies_is_started_again_with_back_off(void **state)
{
	uint64_t now_us = 1000000;
	uint64_t wait_us = FLEET_BACK_OFF_MIN_US;

	(void)state;
	begin();
	for (unsigned i = 0; i < 10; i++) {
		exit_of(3, now_us);
		assert_false(fleet_programs_run(&programs));
		assert_true(fleet_programs_due(&programs) == now_us + wait_us);
		expect(FLEET_ACTION_NONE, 0, now_us + wait_us - 1);
		now_us += wait_us;
		start(3, now_us);
		wait_us = wait_us * 2 < FLEET_BACK_OFF_MAX_US ? wait_us * 2 : FLEET_BACK_OFF_MAX_US;
	}
	assert_int_equal(programs.restarts, 10);
	/* After it has run for a while it is as if it had never died. */
	now_us += FLEET_STEADY_US;
	exit_of(3, now_us);
	assert_true(fleet_programs_due(&programs) == now_us + FLEET_BACK_OFF_MIN_US);
}

static void one_that_cannot_be_started_is_tried_again(void **state)
{
	(void)state;
	fleet_programs_init(&programs, 1);
	expect(FLEET_ACTION_START, 2, 0);
	fleet_programs_started(&programs, 2, 0, 0);
	/* The others start meanwhile. */
	start(FLEET_PROGRAM_STATION, 0);
	start(FLEET_PROGRAM_SLACD, 0);
	expect(FLEET_ACTION_NONE, 0, 0);
	start(2, FLEET_BACK_OFF_MIN_US);
	assert_true(fleet_programs_run(&programs));
}

static void slacd_ends_first_and_the_others_behind_it(void **state)
{
	(void)state;
	begin();
	fleet_programs_plan(&programs, FLEET_END);
	expect(FLEET_ACTION_ASK, FLEET_PROGRAM_SLACD, 10);
	expect(FLEET_ACTION_NONE, 0, 10);
	exit_of(FLEET_PROGRAM_SLACD, 20);
	expect(FLEET_ACTION_ASK, FLEET_PROGRAM_STATION, 20);
	expect(FLEET_ACTION_ASK, 2, 20);
	expect(FLEET_ACTION_ASK, 3, 20);
	expect(FLEET_ACTION_NONE, 0, 20);
	exit_of(3, 30);
	exit_of(2, 30);
	exit_of(FLEET_PROGRAM_STATION, 30);
	expect(FLEET_ACTION_ENDED, 0, 30);
	assert_int_equal(programs.restarts, 0);
	/* There is no way back. */
	fleet_programs_plan(&programs, FLEET_ANEW);
	expect(FLEET_ACTION_ENDED, 0, 30);
}

static void one_that_does_not_end_is_killed(void **state)
{
	(void)state;
	begin();
	fleet_programs_plan(&programs, FLEET_END);
	expect(FLEET_ACTION_ASK, FLEET_PROGRAM_SLACD, 10);
	assert_true(fleet_programs_due(&programs) == 10 + FLEET_PATIENCE_US);
	expect(FLEET_ACTION_NONE, 0, 9 + FLEET_PATIENCE_US);
	expect(FLEET_ACTION_KILL, FLEET_PROGRAM_SLACD, 10 + FLEET_PATIENCE_US);
	expect(FLEET_ACTION_NONE, 0, 10 + FLEET_PATIENCE_US);
	assert_true(fleet_programs_due(&programs) == UINT64_MAX);
}

static void stopped_one_is_killed_at_once(void **state)
{
	(void)state;
	begin();
	assert_int_equal(fleet_programs_stopped(&programs, 100 + FLEET_PROGRAM_SLACD, true), FLEET_PROGRAM_SLACD);
	assert_int_equal(fleet_programs_stopped(&programs, 9999, true), programs.count);
	fleet_programs_plan(&programs, FLEET_END);
	expect(FLEET_ACTION_KILL, FLEET_PROGRAM_SLACD, 10);
	expect(FLEET_ACTION_NONE, 0, 10);
}

static void restart_ends_all_and_starts_all(void **state)
{
	(void)state;
	begin();
	exit_of(2, 5); /* and is not waited for */
	fleet_programs_plan(&programs, FLEET_ANEW);
	fleet_programs_plan(&programs, FLEET_ANEW);
	expect(FLEET_ACTION_ASK, FLEET_PROGRAM_SLACD, 10);
	exit_of(FLEET_PROGRAM_SLACD, 20);
	expect(FLEET_ACTION_ASK, FLEET_PROGRAM_STATION, 20);
	expect(FLEET_ACTION_ASK, 3, 20);
	exit_of(FLEET_PROGRAM_STATION, 30);
	exit_of(3, 30);
	start_all(30);
	assert_int_equal(programs.restarts, 2);
}

static void unknown_process_is_nobody(void **state)
{
	(void)state;
	begin();
	assert_int_equal(fleet_programs_exited(&programs, 4711, 10), programs.count);
	assert_int_equal(fleet_programs_exited(&programs, 0, 10), programs.count);
	assert_true(fleet_programs_run(&programs));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cars_start_first_and_slacd_last),
		cmocka_unit_test(one_that_dies_is_started_again_with_back_off),
		cmocka_unit_test(one_that_cannot_be_started_is_tried_again),
		cmocka_unit_test(slacd_ends_first_and_the_others_behind_it),
		cmocka_unit_test(one_that_does_not_end_is_killed),
		cmocka_unit_test(stopped_one_is_killed_at_once),
		cmocka_unit_test(restart_ends_all_and_starts_all),
		cmocka_unit_test(unknown_process_is_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
