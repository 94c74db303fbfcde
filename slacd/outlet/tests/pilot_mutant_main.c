/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The exploration of one mutant (pilot_mutants.py): true to its exit code where it found a violation. Most mutants are
 * caught after few states, so that every configuration is tried with few of them first.
 */
#include "slacd/outlet/tests/exploration_configurations.h"
#include "slacd/outlet/tests/exploration_search.h"

static bool is_caught_within(size_t states)
{
	for (size_t i = 0; i < exploration_configurations_count; i++) {
		struct exploration result;
		explore(&exploration_configurations[i], states, NULL, &result);
		if (result.violation == NULL)
			continue;
		printf("%s (%s, %zu states)\n", result.violation, exploration_configurations[i].name, result.states);
		return true;
	}
	return false;
}

int main(void)
{
	const size_t states[] = {500, 5000, 50000, 500000};

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (is_caught_within(states[i]))
			return 0;
	return 1;
}
