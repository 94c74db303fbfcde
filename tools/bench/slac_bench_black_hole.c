/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/slac_bench_internal.h"

#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>

#define RUNS    300
#define REST_US 10000

extern char **environ;

/* Whether what is sent to the broker's port gets lost. The local addresses come after this rule (tools/slac-bench). */
static bool drop_traffic(const struct bench *bench, bool drop)
{
	char port[16];
	char *argv[] = {"ip", "rule", drop ? "add" : "del", "pref", "10", "dport", port, "blackhole", NULL};
	int status = 0;
	pid_t pid;

	snprintf(port, sizeof(port), "%d", bench->options->port);
	if (posix_spawnp(&pid, "ip", NULL, NULL, argv, environ) != 0 || waitpid(pid, &status, 0) != pid)
		return false;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool measure(struct bench *bench, const char *when)
{
	static const struct bench_time_goals goals = {GOAL_RATIO, 1.5, 1.5};

	if (!bench_times_begin(bench, bench_matches(bench, RUNS)))
		return false;
	for (unsigned i = 0; i < bench_matches(bench, RUNS); i++) {
		bench_sleep_us(REST_US);
		if (!car_run(&bench->car))
			return false;
	}
	bench_times_print(bench, when, &goals);
	return true;
}

bool bench_black_hole(struct bench *bench)
{
	if (!bench_boot_slacd(bench, NULL) || !station_report(&bench->station, BENCH_EVSE_ID, API_CP_B2) ||
	    !car_is_heard(&bench->car) || !measure(bench, "broker answers"))
		return false;
	if (kill(bench->options->broker, SIGSTOP) != 0)
		return bench_fail("the broker cannot be stopped");
	bool ok = measure(bench, "broker stopped");
	kill(bench->options->broker, SIGCONT);
	bench_sleep_us(BENCH_SETTLE_US);
	if (!drop_traffic(bench, true))
		return bench_fail("this kernel has no rules for ports: traffic to the broker cannot be dropped");
	ok = measure(bench, "traffic to it dropped") && ok;
	ok = drop_traffic(bench, false) && ok;
	bench_sleep_us(BENCH_SETTLE_US * 4); /* what was lost is sent again */
	return ok && car_recover(&bench->car);
}
