/* SPDX-License-Identifier: Apache-2.0 */
/* The end of the whole service: the event loop goes on until every outlet has stopped. */
#include "service/clock.h"
#include "slacd/tests/played_evse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *const two[] = {"E1", "eth1", "E2", "eth2", NULL};

static void begin_with_two(struct bench *bench)
{
	bench_begin(bench);
	bench_tell_outlets(bench, two);
}

static void loop_ends_when_the_last_outlet_has_stopped(void **state)
{
	struct bench bench;

	(void)state;
	begin_with_two(&bench);
	manager_begin_stop(bench.manager);
	assert_int_equal(bench.manager->service_state, API_SERVICE_STOPPING);
	assert_true(played[0].told_to_stop && played[1].told_to_stop);
	bench_tell(&bench, "cp_pwm", "response", "{\"evse_id\":\"E2\",\"status\":\"valid\"}");
	assert_int_equal(played[1].pilot_answers, 1);
	played_stop(&played[1]);
	bench_await_freed(&bench, 1);
	assert_true(played[1].freed && !played[0].freed);
	played_stop(&played[0]);
	event_base_dispatch(bench.base);
	assert_true(event_base_got_break(bench.base));
	assert_int_equal(freed_count(), 2);
	assert_int_equal(played_count, 2);
	bench_end(&bench);
}

static void loop_ends_after_a_second_at_the_latest(void **state)
{
	struct bench bench;
	uint64_t start_us;

	(void)state;
	begin_with_two(&bench);
	start_us = clock_now_us();
	manager_begin_stop(bench.manager);
	event_base_dispatch(bench.base);
	assert_in_range(clock_now_us() - start_us, ENDING_MAX_US, 3 * ENDING_MAX_US);
	assert_int_equal(freed_count(), 2);
	bench_end(&bench);
}

static void service_without_outlets_ends_at_once(void **state)
{
	struct bench bench;
	uint64_t start_us = clock_now_us();

	(void)state;
	bench_begin(&bench);
	event_base_loop(bench.base, EVLOOP_NONBLOCK);
	manager_begin_stop(bench.manager);
	manager_free(bench.manager);
	assert_true(clock_now_us() - start_us < 3 * ENDING_MAX_US);
	event_base_free(bench.base);
}

static void parameters_that_come_while_stopping_start_nothing(void **state)
{
	struct bench bench;

	(void)state;
	begin_with_two(&bench);
	manager_begin_stop(bench.manager);
	bench_tell_outlets(&bench, (const char *const[]){"E3", "eth3", NULL});
	played_stop(&played[0]);
	played_stop(&played[1]);
	event_base_dispatch(bench.base);
	assert_int_equal(played_count, 2);
	bench_end(&bench);
}

static void free_without_a_begun_stop_tells_the_outlets_first(void **state)
{
	struct bench bench;

	(void)state;
	begin_with_two(&bench);
	bench_end(&bench);
	assert_true(played[0].told_to_stop && played[1].told_to_stop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loop_ends_when_the_last_outlet_has_stopped),
		cmocka_unit_test(loop_ends_after_a_second_at_the_latest),
		cmocka_unit_test(service_without_outlets_ends_at_once),
		cmocka_unit_test(parameters_that_come_while_stopping_start_nothing),
		cmocka_unit_test(free_without_a_begun_stop_tells_the_outlets_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
