/* SPDX-License-Identifier: Apache-2.0 */
/* Outlets that are removed or replaced while the service runs: they end first, the next one begins then. */
#include "service/clock.h"
#include "slacd/tests/played_evse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ANSWER(evse_id) "{\"evse_id\":\"" evse_id "\",\"status\":\"valid\"}"

static const char *const none[] = {NULL};
static const char *const one[] = {"E1", "eth1", NULL};
static const char *const one_moved[] = {"E1", "eth2", NULL};
static const char *const other_there[] = {"E2", "eth1", NULL};

static void tell_state(struct bench *bench, const char *state)
{
	char data[96];

	snprintf(data, sizeof(data), "{\"evse_id\":\"E1\",\"connector_id\":1,\"state\":\"%s\"}", state);
	bench_tell(bench, "cp_status", "update", data);
}

static void removed_outlet_hears_its_answers_until_it_has_stopped(void **state)
{
	struct bench bench;

	(void)state;
	bench_begin(&bench);
	bench_tell_outlets(&bench, one);
	bench_tell_outlets(&bench, none);
	assert_true(played[0].told_to_stop);
	assert_false(played[0].freed);
	bench_tell(&bench, "cp_pwm", "response", ANSWER("E1"));
	tell_state(&bench, "B1");
	assert_int_equal(played[0].pilot_answers, 1);
	assert_int_equal(played[0].state, API_CP_B1);
	/* Nothing else is for it any more. */
	bench_tell(&bench, "cs_status_and_limits", "update",
		   "{\"evses\":[{\"evse_id\":\"E1\",\"status_code\":\"evse_ready\"}]}");
	assert_int_equal(played[0].limits_told, 0);
	played_stop(&played[0]);
	assert_false(played[0].freed); /* it was its own call */
	bench_await_freed(&bench, 1);
	tell_state(&bench, "A1");
	assert_int_equal(played[0].state, API_CP_B1);
	bench_end(&bench);
}

static void replacement_begins_when_the_old_one_has_stopped_and_takes_the_vehicle_over(void **state)
{
	struct bench bench;

	(void)state;
	bench_begin(&bench);
	bench_tell_outlets(&bench, one);
	tell_state(&bench, "B2");
	bench_tell_outlets(&bench, one_moved);
	assert_int_equal(played_count, 1);
	tell_state(&bench, "C1");
	played_stop(&played[0]);
	bench_await_freed(&bench, 1);
	assert_int_equal(played_count, 2);
	assert_string_equal(played[1].parameters.network_interface, "eth2");
	assert_int_equal(played[1].states_told, 1);
	assert_int_equal(played[1].state, API_CP_C1);
	assert_true(played[0].slot != played[1].slot);
	bench_end(&bench);
}

static void outlet_on_the_same_interface_waits_too(void **state)
{
	struct bench bench;

	(void)state;
	bench_begin(&bench);
	bench_tell_outlets(&bench, one);
	bench_tell_outlets(&bench, other_there);
	assert_int_equal(played_count, 1);
	played_stop(&played[0]);
	bench_await_freed(&bench, 1);
	assert_int_equal(played_count, 2);
	assert_string_equal(played[1].parameters.evse_id, "E2");
	bench_end(&bench);
}

static void outlet_that_does_not_stop_is_given_up_after_a_second(void **state)
{
	struct bench bench;
	uint64_t start_us = clock_now_us();

	(void)state;
	bench_begin(&bench);
	bench_tell_outlets(&bench, one);
	bench_tell_outlets(&bench, one_moved);
	bench_await_freed(&bench, 1);
	assert_in_range(clock_now_us() - start_us, ENDING_MAX_US, 3 * ENDING_MAX_US);
	assert_int_equal(played_count, 2);
	bench_end(&bench);
}

static void outlet_that_is_wanted_again_meanwhile_begins_once(void **state)
{
	struct bench bench;

	(void)state;
	bench_begin(&bench);
	bench_tell_outlets(&bench, one);
	bench_tell_outlets(&bench, none);
	bench_tell_outlets(&bench, one);
	bench_tell_outlets(&bench, none);
	bench_tell_outlets(&bench, one);
	assert_int_equal(played_count, 1);
	played_stop(&played[0]);
	bench_await_freed(&bench, 1);
	assert_int_equal(played_count, 2);
	bench_end(&bench);
}

/* As many outlets as there can be, E0 ..., on interfaces whose names begin with `prefix`. */
static void tell_many(struct bench *bench, const char *prefix, const char *names)
{
	static char texts[2 * API_EVSES_MAX][16];
	const char *pairs[2 * API_EVSES_MAX + 1];

	for (size_t i = 0; i < API_EVSES_MAX; i++) {
		snprintf(texts[2 * i], sizeof(texts[0]), "%s%zu", names, i);
		snprintf(texts[2 * i + 1], sizeof(texts[0]), "%s%zu", prefix, i);
	}
	for (size_t i = 0; i < 2 * API_EVSES_MAX; i++)
		pairs[i] = texts[i];
	pairs[2 * API_EVSES_MAX] = NULL;
	bench_tell_outlets(bench, pairs);
}

static void assert_slots_differ(void)
{
	for (size_t i = 0; i < played_count; i++)
		for (size_t k = 0; k < i; k++)
			if (!played[i].freed && !played[k].freed)
				assert_true(played[i].slot != played[k].slot);
}

static void as_many_may_be_ending_as_may_run_and_the_oldest_make_room(void **state)
{
	struct bench bench;

	(void)state;
	bench_begin(&bench);
	tell_many(&bench, "a", "A");
	tell_many(&bench, "b", "B");
	assert_int_equal(played_count, 2 * API_EVSES_MAX);
	assert_int_equal(freed_count(), 0);
	assert_slots_differ();
	tell_many(&bench, "c", "C");
	assert_int_equal(freed_count(), API_EVSES_MAX);
	for (size_t i = 0; i < API_EVSES_MAX; i++)
		assert_true(played[i].freed);
	assert_slots_differ();
	bench_end(&bench);
	assert_int_equal(freed_count(), played_count);
}

static void what_an_ended_outlet_has_counted_is_kept(void **state)
{
	struct bench bench;

	(void)state;
	bench_begin(&bench);
	bench_tell_outlets(&bench, one);
	played_stop_at_once = true;
	bench_tell_outlets(&bench, none);
	assert_true(played[0].freed);
	assert_int_equal(bench.manager->ended.matched, 1);
	bench_end(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(removed_outlet_hears_its_answers_until_it_has_stopped),
		cmocka_unit_test(replacement_begins_when_the_old_one_has_stopped_and_takes_the_vehicle_over),
		cmocka_unit_test(outlet_on_the_same_interface_waits_too),
		cmocka_unit_test(outlet_that_does_not_stop_is_given_up_after_a_second),
		cmocka_unit_test(outlet_that_is_wanted_again_meanwhile_begins_once),
		cmocka_unit_test(as_many_may_be_ending_as_may_run_and_the_oldest_make_room),
		cmocka_unit_test(what_an_ended_outlet_has_counted_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
