/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every state that an outlet can reach with a station, a broker and a car that do everything in every order, on
 * virtual time. What must hold is in exploration_invariants.h, what may happen in exploration_configurations.c.
 */
#include "slacd/outlet/tests/exploration_configurations.h"
#include "slacd/outlet/tests/exploration_search.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#define MOST_STATES 3000000

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

static size_t most_states(void)
{
	if (getenv("SLACD_VALGRIND") != NULL)
		return 100;
	return SANITIZED ? 5000 : MOST_STATES;
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
	const double start_s = seconds();
	struct exploration result;

	explore(config, most_states(), stdout, &result);
	printf("%s: %zu states, %zu transitions, depth %u, at most %u steps to rest%s, %.1f s\n", config->name,
	       result.states, result.transitions, result.depth, result.steps_to_end,
	       result.closed ? ", covered completely" : "", seconds() - start_s);
	if (result.violation != NULL)
		fail_msg("%s", result.violation);
	assert_true(result.closed || most_states() < MOST_STATES);
}

int main(int argc, char *argv[])
{
	enum { MOST = 64 };
	struct CMUnitTest tests[MOST];
	char names[MOST][200];
	size_t count = 0;

	if (exploration_configurations_count > MOST) {
		fprintf(stderr, "%zu configurations, at most %d expected\n", exploration_configurations_count, MOST);
		return 1;
	}
	for (size_t i = 0; i < exploration_configurations_count; i++) {
		if (argc > 1 && (size_t)atoi(argv[1]) != i)
			continue;
		tests[count] = (struct CMUnitTest)cmocka_unit_test(every_invariant_holds_in_every_reachable_state);
		snprintf(names[count], sizeof(names[count]), "every_invariant_holds_in_every_reachable_state: %s",
			 exploration_configurations[i].name);
		tests[count].name = names[count];
		tests[count++].initial_state = (void *)(uintptr_t)&exploration_configurations[i];
	}
	return _cmocka_run_group_tests("test_pilot_exploration", tests, count, NULL, NULL);
}
