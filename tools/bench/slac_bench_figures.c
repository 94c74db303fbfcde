/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/slac_bench_figures.h"

#include "tools/bench/slac_bench_echo.h"
#include "tools/bench/slac_bench_internal.h"

#include <stdio.h>

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

static bool open_all(struct bench *bench)
{
	bool memory = true;

	for (int i = 0; i < EXCHANGES; i++)
		memory = memory && samples_init(&bench->times.slacd[i], bench->options->matches) &&
			 samples_init(&bench->times.bare[i], bench->options->matches);
	if (!memory)
		return bench_fail("no memory");
	/* Before the station's thread exists: the responder is forked. */
	bench->echo = echo_start(bench->options->echo_interface);
	bench->car = (struct bench_car){.wire = &bench->wire,
					.bare = &bench->bare,
					.station = &bench->station,
					.times = &bench->times,
					.gap_us = bench->options->gap_us};
	return bench->echo > 0 && wire_open(&bench->wire, bench->options->interface) &&
	       wire_open(&bench->bare, bench->options->bare_interface) &&
	       (placement_init() || bench_fail("cannot read which CPUs there are")) &&
	       station_open(&bench->station, bench->options->port);
}

static bool latencies(struct bench *bench)
{
	if (bench->options->unplaced)
		return bench_latency(bench, PLACEMENT_FREE);
	return bench_latency(bench, PLACEMENT_ONE_CPU) &&
	       (!placement_possible(PLACEMENT_TWO_CPUS) || bench_latency(bench, PLACEMENT_TWO_CPUS));
}

static bool measure_all(struct bench *bench)
{
	return bench_boot_slacd(bench, NULL) && latencies(bench) &&
	       bench_memory_now(bench, "memory after the matches") && bench_idle(bench) &&
	       process_stop(&bench->slacd) && bench_starts(bench) && bench_allocations(bench);
}

static void close_all(struct bench *bench)
{
	if (bench->slacd.pid > 0)
		process_stop(&bench->slacd);
	station_close(&bench->station);
	echo_stop(bench->echo);
	wire_close(&bench->wire);
	wire_close(&bench->bare);
	for (int i = 0; i < EXCHANGES; i++) {
		samples_free(&bench->times.slacd[i]);
		samples_free(&bench->times.bare[i]);
	}
}

bool bench_run(const struct bench_options *options)
{
	struct bench bench = {.options = options, .wire = {.fd = -1}, .bare = {.fd = -1}, .echo = -1};

	setvbuf(stdout, NULL, _IOLBF, 0);
	bool ok = open_all(&bench) && measure_all(&bench);
	close_all(&bench);
	return ok;
}
