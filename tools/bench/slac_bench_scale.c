/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/slac_bench_internal.h"

#include "tools/bench/slac_bench_swarm.h"

#include <stdio.h>
#include <string.h>

#define START_WAIT_US 20000000
#define PLUG_US       2000000 /* until all plug-ins were heard of */
#define MATCHED_US    5000000
#define WATCH_US      10000000
#define STEP_US       10000
/* Who sends 256 cars' frames so late was kept from running; from 340 ms on TT_EVSE_match_MNBC would end all matchings. */
#define LATE_MAX_NS 100000000
#define TRIES       3
#define MS_NS       1e6

/* The goals of each size: 0, none. */
static const struct size {
	unsigned outlets;
	double anonymous_kib;
	double matched_wakeups;
	double stop_ms;
} sizes[] = {{1, 921.6, 1, 0}, {16, 0, 1, 0}, {64, 1433.6, 1, 150}, {256, 3072, 0, 0}};

static struct swarm swarm;

static void add(struct bench *bench, const struct size *size, const char *what, const char *unit, double value,
		double goal)
{
	char name[80];

	snprintf(name, sizeof(name), "%u outlet%s: %s", size->outlets, size->outlets == 1 ? "" : "s", what);
	table_add(&bench->table, &(const struct bench_figure){.name = name,
							      .unit = unit,
							      .slacd = value,
							      .goal_of = goal > 0 ? GOAL_VALUE : GOAL_NONE,
							      .goal = goal});
}

/* Of what should not happen. */
static void add_count(struct bench *bench, const struct size *size, const char *what, double count)
{
	char name[80];

	snprintf(name, sizeof(name), "%u outlet%s: %s", size->outlets, size->outlets == 1 ? "" : "s", what);
	table_add(&bench->table,
		  &(const struct bench_figure){.name = name, .unit = "", .slacd = count, .goal_of = GOAL_VALUE});
}

static bool add_memory(struct bench *bench, const struct size *size, const char *when, double goal)
{
	struct bench_memory memory;
	char what[64];

	if (!process_memory(&bench->slacd, &memory))
		return bench_fail("cannot read slacd's memory");
	snprintf(what, sizeof(what), "anonymous memory %s", when);
	add(bench, size, what, "KiB", (double)memory.anonymous_kib, goal);
	snprintf(what, sizeof(what), "RSS %s", when);
	add(bench, size, what, "KiB", (double)memory.rss_kib, 0);
	return true;
}

static bool start(struct bench *bench, const struct size *size)
{
	char directory[512];
	const struct bench_command command = {
		.program = bench->options->slacd, .directory = directory, .mqtt_port = bench->options->port};
	unsigned requests = station_requests(&bench->station);

	snprintf(directory, sizeof(directory), "%s/scale-%u", bench->options->directory, size->outlets);
	if (!process_start(&bench->slacd, &command))
		return false;
	if (!swarm_wait_keys(&swarm, 1, START_WAIT_US))
		return bench_fail("not every modem got its key");
	uint64_t last_ns = 0;
	for (unsigned i = 0; i < swarm.count; i++)
		last_ns = swarm.cars[i].wire.last_key_ns > last_ns ? swarm.cars[i].wire.last_key_ns : last_ns;
	add(bench, size, "exec to all modems keyed", "ms", (double)(last_ns - bench->slacd.exec_ns) / MS_NS, 0);
	for (unsigned waited_us = 0; station_requests(&bench->station) < requests + size->outlets;
	     waited_us += STEP_US) {
		swarm_serve(&swarm, bench_now_ns() + (uint64_t)STEP_US * 1000);
		if (waited_us > START_WAIT_US)
			return bench_fail("not every outlet asked for its pilot");
	}
	swarm_serve(&swarm, bench_now_ns() + (uint64_t)BENCH_SETTLE_US * 1000);
	return add_memory(bench, size, "after start", size->anonymous_kib);
}

static bool watch(struct bench *bench, const struct size *size, const char *what, double goal)
{
	unsigned long before, after;
	unsigned threads;

	if (!process_wakeups(&bench->slacd, &before, &threads))
		return bench_fail("cannot read /proc of slacd");
	swarm_serve(&swarm, bench_now_ns() + (uint64_t)WATCH_US * 1000);
	if (!process_wakeups(&bench->slacd, &after, &threads))
		return bench_fail("cannot read /proc of slacd");
	add(bench, size, what, "1/s", (double)(after - before) * 1e6 / WATCH_US, goal);
	return true;
}

static bool report_all(struct bench *bench, enum api_cp_state state)
{
	char evse_id[API_EVSE_ID_MAX];

	for (unsigned i = 0; i < swarm.count; i++) {
		snprintf(evse_id, sizeof(evse_id), "DE*SLA*E%u", i + 1);
		if (!station_report(&bench->station, evse_id, state))
			return bench_fail("a pilot state could not be published");
	}
	return true;
}

static void add_times(struct bench *bench, const struct size *size)
{
	static const char *const names[EXCHANGES] = {"PARM", "ATTEN", "MATCH"};
	static const unsigned percents[] = {50, 99, 100};
	char what[64];

	for (int i = 0; i < EXCHANGES; i++)
		for (size_t k = 0; k < sizeof(percents) / sizeof(percents[0]); k++) {
			snprintf(what, sizeof(what), percents[k] == 100 ? "%s max" : "%s p%u", names[i], percents[k]);
			add(bench, size, what, "us", samples_percentile_us(&bench->slacd_times[i], percents[k]), 0);
		}
}

/* All cars at once: what slacd had done before, and how many cars were matched. */
struct attempt {
	uint64_t cpu_ns;
	unsigned reported;
	unsigned matched;
};

static bool try_to_match(struct bench *bench, const struct size *size, struct attempt *attempt)
{
	attempt->reported = station_matched(&bench->station);
	if (!bench_times_begin(bench, size->outlets) || !process_cpu_ns(&bench->slacd, &attempt->cpu_ns) ||
	    !report_all(bench, API_CP_B2))
		return false;
	swarm_serve(&swarm, bench_now_ns() + (uint64_t)PLUG_US * 1000);
	attempt->matched = swarm_match(&swarm, ++bench->car.number, bench->slacd_times);
	return true;
}

/* Where the cars themselves were late, what became of them says nothing about slacd. */
static bool match_undisturbed(struct bench *bench, const struct size *size, struct attempt *attempt)
{
	for (int i = 1; try_to_match(bench, size, attempt); i++) {
		if (swarm.late_ns <= LATE_MAX_NS || i == TRIES)
			return true;
		fprintf(stderr, "slac-bench: cars were %.0f ms late, was this machine busy? Repeating it.\n",
			(double)swarm.late_ns / MS_NS);
		if (!report_all(bench, API_CP_A1))
			return false;
		swarm_serve(&swarm, bench_now_ns() + (uint64_t)MATCHED_US * 1000);
	}
	return false;
}

static bool match_all(struct bench *bench, const struct size *size)
{
	struct attempt attempt;
	uint64_t after_ns;

	if (!match_undisturbed(bench, size, &attempt))
		return false;
	unsigned reported = attempt.reported + attempt.matched;
	uint64_t until_ns = bench_now_ns() + (uint64_t)MATCHED_US * 1000;
	while (station_matched(&bench->station) < reported && bench_now_ns() < until_ns)
		swarm_serve(&swarm, bench_now_ns() + (uint64_t)STEP_US * 1000);
	if (!process_cpu_ns(&bench->slacd, &after_ns))
		return bench_fail("cannot read slacd's CPU time");
	add_count(bench, size, "cars that were not matched", size->outlets - attempt.matched);
	add_count(bench, size, "matches that were not reported", (double)reported - station_matched(&bench->station));
	add(bench, size, "frames of cars were late by at most", "ms", (double)swarm.late_ns / MS_NS, 0);
	add_times(bench, size);
	add(bench, size, "CPU a match", "ms", (double)(after_ns - attempt.cpu_ns) / MS_NS / size->outlets, 0);
	return add_memory(bench, size, "while matched", 0);
}

static bool stop(struct bench *bench, const struct size *size)
{
	unsigned keys = swarm.cars[0].wire.keys;

	if (!report_all(bench, API_CP_A1) || !swarm_wait_keys(&swarm, keys + 1, START_WAIT_US))
		return bench_fail("not every modem got a fresh key after the cars have left");
	swarm_serve(&swarm, bench_now_ns() + (uint64_t)BENCH_SETTLE_US * 1000);
	uint64_t begin_ns = bench_now_ns();
	if (!process_stop(&bench->slacd))
		return false;
	add(bench, size, "SIGTERM to exit", "ms", (double)(bench_now_ns() - begin_ns) / MS_NS, size->stop_ms);
	return true;
}

static bool measure(struct bench *bench, const struct size *size)
{
	bool ok = swarm_open(&swarm, size->outlets) && start(bench, size) && watch(bench, size, "idle wake-ups", 1) &&
		  match_all(bench, size) &&
		  watch(bench, size, "wake-ups while all are matched", size->matched_wakeups) && stop(bench, size);

	if (bench->slacd.pid > 0)
		process_stop(&bench->slacd);
	swarm_close(&swarm);
	return ok;
}

bool bench_scale(struct bench *bench)
{
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (sizes[i].outlets <= bench->options->outlets_max && !measure(bench, &sizes[i]))
			return false;
	return true;
}
