/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shows that the exploration can fail: each mutant of the pilot logic must violate an invariant in one of the
 * configurations, and the real logic none. Each runs in a process of its own, two at a time: one that crashes
 * (an output list that overflows) is caught as well.
 */
#include "slacd/tests/pilot_configurations.h"
#include "slacd/tests/pilot_explorer.h"
#include "slacd/tests/pilot_mutants.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PARALLEL  2
#define TEXT_SIZE 160
#define SURVIVED  0
#define CAUGHT    1
/* A mutant that takes longer than this hangs. */
#define ALARM_S 120

struct run {
	pid_t pid;
	int pipe;
	const char *what;
};

static int run_all(const struct pilot_logic *logic, char *by, size_t size)
{
	const struct exploration_bounds most = {.states = 20000};
	struct exploration result;

	for (size_t i = 0; i < pilot_configurations_count; i++) {
		explore(&pilot_configurations[i], logic, &most, NULL, &result);
		if (result.violation == NULL)
			continue;
		snprintf(by, size, "%s (depth %u)", result.violation, result.depth + 1);
		return CAUGHT;
	}
	return SURVIVED;
}

static void run_child(const struct pilot_logic *logic, int out)
{
	char by[TEXT_SIZE] = "";

	alarm(ALARM_S);
	int end = run_all(logic, by, sizeof(by));
	if (write(out, by, strlen(by)) < 0)
		end = SURVIVED;
	_exit(end);
}

static bool begin(struct run *run, const char *what, const struct pilot_logic *logic)
{
	int ends[2];

	if (pipe(ends) != 0)
		return false;
	run->what = what;
	run->pipe = ends[0];
	run->pid = fork();
	if (run->pid == 0)
		run_child(logic, ends[1]);
	close(ends[1]);
	return run->pid > 0;
}

/* True when it was caught. */
static bool end(struct run *run)
{
	char by[TEXT_SIZE] = "";
	int status = 0;

	bool ended = waitpid(run->pid, &status, 0) == run->pid;
	if (ended && WIFEXITED(status) && read(run->pipe, by, sizeof(by) - 1) < 0)
		by[0] = '\0';
	close(run->pipe);
	if (ended && WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT)
		snprintf(by, sizeof(by), "an assertion");
	bool caught = by[0] != '\0';
	printf("%-62s %s%s\n", run->what, caught ? "caught by: " : "SURVIVED", by);
	return caught;
}

static size_t run_mutants(void)
{
	struct run runs[PARALLEL];
	size_t survivors = 0;

	for (size_t i = 0; i < pilot_mutants_count + PARALLEL; i++) {
		struct run *run = &runs[i % PARALLEL];
		if (i >= PARALLEL && i - PARALLEL < pilot_mutants_count && !end(run))
			survivors++;
		fflush(stdout);
		if (i < pilot_mutants_count && !begin(run, pilot_mutants[i].what, &pilot_mutants[i].logic))
			abort();
	}
	return survivors;
}

int main(void)
{
	char by[TEXT_SIZE];

	if (run_all(&pilot_logic_real, by, sizeof(by)) != SURVIVED) {
		printf("the real pilot logic violates: %s\n", by);
		return 1;
	}
	size_t survivors = run_mutants();
	printf("%zu mutants, %zu survived\n", pilot_mutants_count, survivors);
	return survivors == 0 ? 0 : 1;
}
