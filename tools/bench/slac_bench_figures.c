/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/slac_bench_figures.h"

#include "tools/bench/slac_bench_floor.h"
#include "tools/bench/slac_bench_internal.h"

#include <stdio.h>
#include <string.h>

/* A busy machine may stop us for longer than a timer of the standard lets a match take. */
#define DISTURBED_MAX 20

static const struct bench_part {
	const char *name;
	const char *how;
	bool (*measure)(struct bench *bench);
} parts[] = {
	{"latency", "frames of a burst, timed ones after a silence or at once; all on one CPU, or the car on another",
	 bench_latency},
	{"paced", "sounds 20 ms apart, log INFO to a file, broker connected; slacd and floor interleaved", bench_paced},
	{"cpu", "all threads, on one CPU; plug and unplug, MQTT messages and log included", bench_cpu},
	{"start", "exec to the first answer, a vehicle is plugged in", bench_starts},
	{"memory", "one outlet", bench_memory},
	{"idle", "no vehicle; the broker's keep-alive is 60 s", bench_idle},
	{"allocations", "calls of malloc within a matching", bench_allocations},
	{"instructions", "of the pure outlet (callgrind)", bench_instructions},
	{"black-hole", "runs of the plugged car while the broker says nothing", bench_black_hole},
	{"mqtt", "the plugged car matches while others publish", bench_mqtt},
	{"flood", "the plugged car matches among foreign frames", bench_flood},
	{"scale", "a car at each outlet, all in the same instant", bench_scale},
	{"endurance", "matches in a row", bench_endurance},
};

#define PARTS (sizeof(parts) / sizeof(parts[0]))

bool bench_fail(const char *what)
{
	fprintf(stderr, "slac-bench: %s\n", what);
	return false;
}

bool bench_start_slacd(struct bench *bench, const char *count_file)
{
	const struct bench_command command = {
		.program = bench->options->slacd,
		.directory = bench->options->directory,
		.mqtt_port = bench->options->port,
		.preload = count_file != NULL ? bench->options->malloc_count : NULL,
		.count_file = count_file,
	};

	return process_start(&bench->slacd, &command);
}

bool bench_boot_slacd(struct bench *bench, const char *count_file)
{
	unsigned keys = bench->wire.keys;
	unsigned requests = station_requests(&bench->station);

	if (!bench_start_slacd(bench, count_file))
		return false;
	return (wire_wait_keys(&bench->wire, keys + 1, BENCH_BOOT_WAIT_US) &&
		station_wait_requests(&bench->station, requests + 1)) ||
	       bench_fail("slacd did not become ready");
}

unsigned bench_matches(const struct bench *bench, unsigned usual)
{
	return bench->options->matches > 0 ? bench->options->matches : usual;
}

bool bench_match_all(struct bench *bench, unsigned matches, unsigned period_us)
{
	uint64_t next_ns = bench_now_ns();

	for (unsigned complete = 0, disturbed = 0; complete < matches;) {
		uint64_t now_ns = bench_now_ns();
		if (period_us > 0 && next_ns > now_ns)
			bench_sleep_us((unsigned)((next_ns - now_ns) / 1000));
		next_ns += (uint64_t)period_us * 1000;
		if (car_match(&bench->car)) {
			complete++;
			continue;
		}
		if (++disturbed > DISTURBED_MAX || !car_recover(&bench->car))
			return false;
		fprintf(stderr, "slac-bench: repeating it, was this machine busy?\n");
	}
	return true;
}

bool bench_times_begin(struct bench *bench, unsigned samples)
{
	bool memory = true;

	for (int i = 0; i < EXCHANGES; i++) {
		samples_free(&bench->slacd_times[i]);
		samples_free(&bench->floor_times[i]);
		memory = samples_init(&bench->slacd_times[i], samples) &&
			 samples_init(&bench->floor_times[i], samples) && memory;
	}
	return memory || bench_fail("no memory");
}

void bench_times_print(struct bench *bench, const char *when, const struct bench_time_goals *goals)
{
	static const char *const names[EXCHANGES] = {"PARM", "ATTEN", "MATCH"};
	char name[80];

	for (int i = 0; i < EXCHANGES; i++) {
		if (bench->slacd_times[i].count == 0)
			continue;
		for (unsigned percent = 50; percent <= 99; percent += 49) {
			snprintf(name, sizeof(name), "%s%s%s p%u", when, when[0] != '\0' ? ", " : "", names[i],
				 percent);
			table_add(&bench->table,
				  &(const struct bench_figure){
					  .name = name,
					  .unit = "us",
					  .slacd = samples_percentile_us(&bench->slacd_times[i], percent),
					  .floor = samples_percentile_us(&bench->floor_times[i], percent),
					  .goal_of = goals->of,
					  .goal = percent == 50 ? goals->p50 : goals->p99});
		}
	}
}

unsigned bench_count_failures(struct bench *bench, unsigned matches, unsigned rest_us)
{
	unsigned failed = 0;

	for (unsigned i = 0; i < matches; i++) {
		bench_sleep_us(rest_us);
		if (car_match(&bench->car))
			continue;
		failed++;
		car_recover(&bench->car);
	}
	return failed;
}

void bench_matches_print(struct bench *bench, const char *when, unsigned failed)
{
	struct samples all = {0};
	size_t count = 0;
	char name[112];

	for (int i = 0; i < EXCHANGES; i++)
		count += bench->slacd_times[i].count;
	snprintf(name, sizeof(name), "%s, matches that failed", when);
	table_add(&bench->table,
		  &(const struct bench_figure){.name = name, .unit = "", .slacd = failed, .goal_of = GOAL_VALUE});
	if (count == 0 || !samples_init(&all, count))
		return;
	for (int i = 0; i < EXCHANGES; i++)
		for (size_t k = 0; k < bench->slacd_times[i].count; k++)
			samples_add(&all, bench->slacd_times[i].ns[k]);
	for (unsigned percent = 50; percent <= 99; percent += 49) {
		snprintf(name, sizeof(name), "%s, answer p%u", when, percent);
		table_add(&bench->table, &(const struct bench_figure){.name = name,
								      .unit = "us",
								      .slacd = samples_percentile_us(&all, percent)});
	}
	samples_free(&all);
}

/* Whether the part is one of those in the list; with `all` every one is. */
static bool is_wanted(const char *list, const char *part)
{
	size_t len = strlen(part);

	if (strcmp(list, "all") == 0)
		return true;
	for (; *list != '\0'; list += strcspn(list, ","), list += *list == ',')
		if (strncmp(list, part, len) == 0 && (list[len] == ',' || list[len] == '\0'))
			return true;
	return false;
}

static bool is_part(const char *name, size_t len)
{
	for (size_t i = 0; i < PARTS; i++)
		if (strlen(parts[i].name) == len && strncmp(parts[i].name, name, len) == 0)
			return true;
	fprintf(stderr, "slac-bench: there is no part \"%.*s\"; parts are:", (int)len, name);
	for (size_t i = 0; i < PARTS; i++)
		fprintf(stderr, " %s", parts[i].name);
	fprintf(stderr, "\n");
	return false;
}

bool bench_parts_exist(const char *list)
{
	if (strcmp(list, "all") == 0)
		return true;
	while (is_part(list, strcspn(list, ","))) {
		list += strcspn(list, ",");
		if (*list++ == '\0')
			return true;
	}
	return false;
}

static bool open_all(struct bench *bench)
{
	if (!table_open(&bench->table))
		return bench_fail("no memory");
	if (!floor_start(&bench->floor, bench->options->floor, bench->options->floor_interface) ||
	    !wire_open(&bench->wire, bench->options->interface) ||
	    !wire_open(&bench->bare, bench->options->floor_opposite))
		return false;
	bench->car =
		(struct bench_car){.slacd = {.wire = &bench->wire, .exchange = bench->slacd_times},
				   .floor = {.wire = &bench->bare, .is_floor = true, .exchange = bench->floor_times},
				   .station = &bench->station};
	return wire_mac(bench->options->floor_interface, bench->car.floor.mac) &&
	       (placement_init() || bench_fail("cannot read which CPUs there are")) &&
	       station_open(&bench->station, bench->options->port);
}

/* As each part finds it: a car that measures nothing and a slacd that does not run. */
static bool measure(struct bench *bench, const struct bench_part *part)
{
	table_part(&bench->table, part->name, part->how);
	bench->car.alone = false;
	bench->car.gap_us = 0;
	bench->car.sound_us = 0;
	bool ok = bench_times_begin(bench, 1) && part->measure(bench);
	if (bench->slacd.pid > 0)
		ok = process_stop(&bench->slacd) && ok;
	wire_drain(&bench->wire);
	return ok;
}

static bool measure_all(struct bench *bench)
{
	bool ok = true;

	for (size_t i = 0; i < PARTS; i++) {
		if (!is_wanted(bench->options->parts, parts[i].name) || measure(bench, &parts[i]))
			continue;
		fprintf(stderr, "slac-bench: the part %s could not be measured whole\n", parts[i].name);
		ok = false;
	}
	return ok;
}

static void close_all(struct bench *bench)
{
	station_close(&bench->station);
	floor_stop(&bench->floor);
	wire_close(&bench->wire);
	wire_close(&bench->bare);
	for (int i = 0; i < EXCHANGES; i++) {
		samples_free(&bench->slacd_times[i]);
		samples_free(&bench->floor_times[i]);
	}
	table_close(&bench->table);
}

bool bench_run(const struct bench_options *options)
{
	struct bench bench = {.options = options, .wire = {.fd = -1}, .bare = {.fd = -1}};

	setvbuf(stdout, NULL, _IOLBF, 0);
	bool ok = open_all(&bench) && measure_all(&bench);
	if (options->json != NULL)
		ok = table_write(&bench.table, options->json) && ok;
	close_all(&bench);
	return ok;
}
