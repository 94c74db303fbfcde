/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every reachable state of the pilot logic joined with matching and the repeating of its requests, under
 * every input in every order, on virtual time. What must hold is in pilot_invariants*.c, what may happen in
 * pilot_configurations.c.
 */
#include "slacd/tests/pilot_configurations.h"
#include "slacd/tests/pilot_explorer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#define MOST_STATES  3000000
#define LEAST_EVENTS 12

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

static bool slow(void)
{
	return SANITIZED || getenv("SLACD_VALGRIND") != NULL;
}

static struct exploration_bounds bounds(void)
{
	if (getenv("SLACD_VALGRIND") != NULL)
		return (struct exploration_bounds){.states = 500};
	return (struct exploration_bounds){.states = SANITIZED ? 20000 : MOST_STATES};
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void every_invariant_holds_in_every_reachable_state(void **state)
{
	const struct world_config *config = *state;
	const struct exploration_bounds most = bounds();
	const double start_s = seconds();
	struct exploration result;

	explore(config, &pilot_logic_real, &most, stdout, &result);
	printf("%s: %zu states, %zu transitions, depth %u%s, %.1f s\n", config->name, result.states, result.transitions,
	       result.depth, result.closed ? ", covered completely" : "", seconds() - start_s);
	if (result.violation != NULL)
		fail_msg("%s", result.violation);
	assert_true(result.transitions > result.states);
	if (!slow())
		assert_true(result.closed || result.depth > LEAST_EVENTS);
}

int main(void)
{
	struct CMUnitTest tests[16];
	char names[16][160];

	if (pilot_configurations_count > sizeof(tests) / sizeof(tests[0]))
		return 1;
	for (size_t i = 0; i < pilot_configurations_count; i++) {
		tests[i] = (struct CMUnitTest)cmocka_unit_test(every_invariant_holds_in_every_reachable_state);
		snprintf(names[i], sizeof(names[i]), "every_invariant_holds_in_every_reachable_state: %s",
			 pilot_configurations[i].name);
		tests[i].name = names[i];
		tests[i].initial_state = (void *)(uintptr_t)&pilot_configurations[i];
	}
	return _cmocka_run_group_tests("test_pilot_exploration", tests, pilot_configurations_count, NULL, NULL);
}
