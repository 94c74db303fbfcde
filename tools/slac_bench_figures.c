/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/slac_bench_figures.h"

#include "tools/slac_bench_echo.h"
#include "tools/slac_bench_malloc.h"
#include "tools/slac_bench_match.h"
#include "tools/slac_bench_process.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define BOOT_WAIT_US    5000000
#define SETTLE_US       500000
#define MALLOC_RUNS     50
#define TARGET_RATIO    1.5
#define TARGET_ANON_KIB 1536
#define TARGET_START_MS 20

struct bench {
	const struct bench_options *options;
	struct bench_station station;
	struct bench_wire wire;
	struct bench_wire bare;
	struct bench_process slacd;
	struct bench_car car;
	struct bench_times times;
};

static bool fail(const char *what)
{
	fprintf(stderr, "slac-bench: %s\n", what);
	return false;
}

static bool start_slacd(struct bench *bench, const char *preload, const char *count_file)
{
	const struct bench_command command = {
		.program = bench->options->slacd,
		.directory = bench->options->directory,
		.mqtt_port = bench->options->port,
		.preload = preload,
		.count_file = count_file,
	};

	return process_start(&bench->slacd, &command);
}

/* Started, and through its boot: the modem has its key and the pilot request was granted. */
static bool boot_slacd(struct bench *bench, const char *preload, const char *count_file)
{
	unsigned keys = bench->wire.keys;
	unsigned requests = station_requests(&bench->station);

	if (!start_slacd(bench, preload, count_file))
		return false;
	return (wire_wait_keys(&bench->wire, keys + 1, BOOT_WAIT_US) &&
		station_wait_requests(&bench->station, requests + 1)) ||
	       fail("slacd did not become ready");
}

static void print_times(struct bench *bench)
{
	static const char *const names[EXCHANGES] = {"CM_SLAC_PARM.REQ to CNF", "last profile to ATTEN_CHAR.IND",
						     "CM_SLAC_MATCH.REQ to CNF"};
	static const unsigned percents[] = {50, 99};

	printf("%-32s %5s %9s %9s %7s   %s\n", "latency", "", "slacd us", "bare us", "ratio", "target");
	for (int i = 0; i < EXCHANGES; i++) {
		for (size_t k = 0; k < sizeof(percents) / sizeof(percents[0]); k++) {
			double slacd_us = samples_percentile_us(&bench->times.slacd[i], percents[k]);
			double bare_us = samples_percentile_us(&bench->times.bare[i], percents[k]);
			printf("%-32s   p%u %9.1f %9.1f %7.2f   %.1f\n", k == 0 ? names[i] : "", percents[k], slacd_us,
			       bare_us, slacd_us / bare_us, TARGET_RATIO);
		}
	}
}

static void print_memory(const char *when, const struct bench_memory *memory)
{
	printf("%-38s RSS %5lu KiB, anonymous %5lu KiB   target anonymous %d KiB\n", when, memory->rss_kib,
	       memory->anonymous_kib, TARGET_ANON_KIB);
}

static bool measure_matches(struct bench *bench)
{
	unsigned matched = station_matched(&bench->station);
	struct bench_memory booted, after;
	uint64_t cpu_before_ns, cpu_after_ns;

	bench_sleep_us(SETTLE_US);
	if (!process_memory(&bench->slacd, &booted) || !process_cpu_ns(&bench->slacd, &cpu_before_ns))
		return fail("cannot read /proc of slacd");
	for (unsigned i = 0; i < bench->options->matches; i++)
		if (!car_match(&bench->car))
			return false;
	if (!process_cpu_ns(&bench->slacd, &cpu_after_ns) || !process_memory(&bench->slacd, &after))
		return fail("cannot read /proc of slacd");
	if (!station_wait_matched(&bench->station, matched + bench->options->matches))
		return fail("not every match was reported to the station");
	print_times(bench);
	printf("\n%-38s %.1f us, all threads, MQTT messages and log included\n", "CPU per match",
	       (double)(cpu_after_ns - cpu_before_ns) / 1000 / bench->options->matches);
	print_memory("memory after the boot", &booted);
	print_memory("memory after the matches", &after);
	return true;
}

static bool measure_idle(struct bench *bench)
{
	unsigned long before, after;
	unsigned threads;
	char name[64];

	bench_sleep_us(SETTLE_US);
	if (!process_wakeups(&bench->slacd, &before, &threads))
		return fail("cannot read /proc of slacd");
	sleep(bench->options->idle_s);
	if (!process_wakeups(&bench->slacd, &after, &threads))
		return fail("cannot read /proc of slacd");
	snprintf(name, sizeof(name), "wake-ups in %u idle seconds", bench->options->idle_s);
	printf("%-38s %lu of %u threads   target 0 (keep-alive each 60 s)\n", name, after - before, threads);
	return true;
}

/* One start with a vehicle plugged in: when the modem had its key, and when the first request was answered. */
static bool measure_start(struct bench *bench, struct samples *ready, struct samples *answered)
{
	unsigned keys = bench->wire.keys;

	wire_drain(&bench->wire);
	bench->car.number++;
	if (!start_slacd(bench, NULL, NULL))
		return false;
	if (!wire_wait_keys(&bench->wire, keys + 1, BOOT_WAIT_US))
		return fail("slacd gives its modem no key");
	samples_add(ready, bench->wire.last_key_ns - bench->slacd.exec_ns);
	if (!car_is_heard(&bench->car))
		return false;
	samples_add(answered, bench_now_ns() - bench->slacd.exec_ns);
	return process_stop(&bench->slacd);
}

static bool measure_starts(struct bench *bench)
{
	struct samples ready = {0}, answered = {0};
	bool ok = samples_init(&ready, bench->options->starts) && samples_init(&answered, bench->options->starts);

	station_plug_at_request(&bench->station, true);
	for (unsigned i = 0; ok && i < bench->options->starts; i++)
		ok = measure_start(bench, &ready, &answered);
	station_plug_at_request(&bench->station, false);
	if (ok) {
		printf("%-38s %.1f ms median, %.1f ms p99\n", "exec to modem key confirmed",
		       samples_percentile_us(&ready, 50) / 1000, samples_percentile_us(&ready, 99) / 1000);
		printf("%-38s %.1f ms median, %.1f ms p99   target %d ms\n", "exec to first CM_SLAC_PARM.CNF",
		       samples_percentile_us(&answered, 50) / 1000, samples_percentile_us(&answered, 99) / 1000,
		       TARGET_START_MS);
	}
	samples_free(&ready);
	samples_free(&answered);
	return ok;
}

/* One file, mapped by slacd's preloaded library and by us. */
static struct malloc_count *map_count(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct malloc_count *count = MAP_FAILED;

	if (fd >= 0 && ftruncate(fd, sizeof(*count)) == 0)
		count = mmap(NULL, sizeof(*count), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (fd >= 0)
		close(fd);
	return count == MAP_FAILED ? NULL : count;
}

/* Within one matching slacd tells the station nothing: what it allocates then, frames cost. */
static bool count_allocations(struct bench *bench, struct malloc_count *count)
{
	if (!station_report(&bench->station, API_CP_B2) || !car_is_heard(&bench->car))
		return false;
	bench_sleep_us(SETTLE_US / 10);
	unsigned long long main_before = count->main_thread, other_before = count->other_threads;
	for (int i = 0; i < MALLOC_RUNS; i++) {
		bench->car.number++;
		if (!car_is_heard(&bench->car) || !car_run_to_atten_char(&bench->car))
			return false;
	}
	bench_sleep_us(SETTLE_US / 10);
	unsigned long long frames = (unsigned long long)MALLOC_RUNS * BENCH_RUN_FRAMES;
	printf("%-38s %.3f in the event loop, %.3f in other threads (%llu frames, %llu since start)   target 0\n",
	       "allocations per frame", (double)(count->main_thread - main_before) / (double)frames,
	       (double)(count->other_threads - other_before) / (double)frames, frames,
	       count->main_thread + count->other_threads);
	return count->main_thread > 0 || fail("the allocation counter was not loaded");
}

static bool measure_allocations(struct bench *bench)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/malloc-count", bench->options->directory);
	struct malloc_count *count = map_count(path);
	if (count == NULL)
		return fail("no file for the allocation counter");
	bench->car.bare = NULL;
	bool ok = boot_slacd(bench, bench->options->malloc_count, path) && count_allocations(bench, count) &&
		  process_stop(&bench->slacd);
	munmap(count, sizeof(*count));
	return ok;
}

static bool open_all(struct bench *bench, pid_t *echo)
{
	bool memory = true;

	for (int i = 0; i < EXCHANGES; i++)
		memory = memory && samples_init(&bench->times.slacd[i], bench->options->matches) &&
			 samples_init(&bench->times.bare[i], bench->options->matches);
	if (!memory)
		return fail("no memory");
	/* Before the station's thread exists: the responder is forked. */
	*echo = echo_start(bench->options->echo_interface);
	bench->car = (struct bench_car){
		.wire = &bench->wire, .bare = &bench->bare, .station = &bench->station, .times = &bench->times};
	return *echo > 0 && wire_open(&bench->wire, bench->options->interface) &&
	       wire_open(&bench->bare, bench->options->bare_interface);
}

bool bench_run(const struct bench_options *options)
{
	struct bench bench = {.options = options, .wire = {.fd = -1}, .bare = {.fd = -1}};
	pid_t echo = -1;
	bool ok = open_all(&bench, &echo);

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (ok && station_open(&bench.station, options->port)) {
		ok = boot_slacd(&bench, NULL, NULL) && measure_matches(&bench) && measure_idle(&bench) &&
		     process_stop(&bench.slacd) && measure_starts(&bench) && measure_allocations(&bench);
		if (bench.slacd.pid > 0)
			process_stop(&bench.slacd);
		station_close(&bench.station);
	} else {
		ok = false;
	}
	echo_stop(echo);
	wire_close(&bench.wire);
	wire_close(&bench.bare);
	for (int i = 0; i < EXCHANGES; i++) {
		samples_free(&bench.times.slacd[i]);
		samples_free(&bench.times.bare[i]);
	}
	return ok;
}
