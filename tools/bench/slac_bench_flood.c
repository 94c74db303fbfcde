/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/slac_bench_internal.h"

#include "tools/bench/slac_bench_foreign.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>

#define STEP_US      1000
#define BEHIND_STEPS 5 /* what cannot be sent in time is not sent at all after so many steps */
#define ALONE_US     1500000
#define FLOOR_US     700000
#define QUIET_US     700000
#define MATCHES      20

/* A thread that sends frames of one kind. */
struct flood {
	const char *interface;
	enum foreign_kind kind;
	unsigned per_second;
	struct bench_wire wire;
	pthread_t thread;
	atomic_bool stop;
	atomic_ullong sent;
};

static void *send_flood(void *context)
{
	struct flood *flood = context;
	uint64_t next_ns = bench_now_ns();
	uint8_t octets[MME_FRAME_MAX];

	while (!atomic_load(&flood->stop)) {
		uint64_t now_ns = bench_now_ns();
		if (next_ns > now_ns)
			bench_sleep_us((unsigned)((next_ns - now_ns) / 1000));
		else if (now_ns - next_ns > (uint64_t)BEHIND_STEPS * STEP_US * 1000)
			next_ns = now_ns;
		next_ns += (uint64_t)STEP_US * 1000;
		for (unsigned i = 0; i < flood->per_second * (STEP_US / 1000) / 1000; i++) {
			size_t len = foreign_frame(flood->kind, atomic_load(&flood->sent), octets);
			if (send(flood->wire.fd, octets, len, 0) == (ssize_t)len)
				atomic_fetch_add(&flood->sent, 1);
		}
	}
	return NULL;
}

static bool flood_begin(struct flood *flood)
{
	return wire_open(&flood->wire, flood->interface) &&
	       (pthread_create(&flood->thread, NULL, send_flood, flood) == 0 || bench_fail("no thread for the flood"));
}

static void flood_end(struct flood *flood)
{
	atomic_store(&flood->stop, true);
	pthread_join(flood->thread, NULL);
	wire_close(&flood->wire);
}

/* CPU time of a process for each frame that is sent meanwhile. */
static bool cost_of_frame(const struct bench_process *process, struct flood *flood, unsigned us, double *cost_us)
{
	uint64_t before_ns, after_ns;
	unsigned long long sent = atomic_load(&flood->sent);

	if (!process_cpu_ns(process, &before_ns))
		return bench_fail("cannot read the CPU time");
	bench_sleep_us(us);
	sent = atomic_load(&flood->sent) - sent;
	if (!process_cpu_ns(process, &after_ns) || sent == 0)
		return bench_fail("nothing was sent");
	*cost_us = (double)(after_ns - before_ns) / 1000 / (double)sent;
	return true;
}

static bool measure_floor(struct bench *bench, enum foreign_kind kind, unsigned per_second, double *cost_us)
{
	struct flood flood = {.interface = bench->options->floor_opposite, .kind = kind, .per_second = per_second};

	if (!flood_begin(&flood))
		return false;
	bool ok = cost_of_frame(&bench->floor, &flood, FLOOR_US, cost_us);
	flood_end(&flood);
	return ok;
}

/*
 * What a foreign frame costs slacd while there is no vehicle (a little later, when slacd has told the kernel what it wants to
 * hear) and while one is plugged in, and what really was sent in a second.
 */
static bool measure_cost(struct bench *bench, struct flood *flood, double *quiet_us, double *cost_us,
			 double *per_second)
{
	bench_sleep_us(BENCH_SETTLE_US / 5);
	if (!cost_of_frame(&bench->slacd, flood, QUIET_US, quiet_us))
		return false;
	if (!station_report(&bench->station, BENCH_EVSE_ID, API_CP_B2) || !car_is_heard(&bench->car))
		return false;
	bench_sleep_us(BENCH_SETTLE_US / 10);
	unsigned long long sent = atomic_load(&flood->sent);
	uint64_t begin_ns = bench_now_ns();
	if (!cost_of_frame(&bench->slacd, flood, ALONE_US, cost_us))
		return false;
	*per_second = (double)(atomic_load(&flood->sent) - sent) * 1e9 / (double)(bench_now_ns() - begin_ns);
	return car_recover(&bench->car);
}

static bool measure(struct bench *bench, enum foreign_kind kind, unsigned per_second)
{
	struct flood flood = {.interface = bench->options->interface, .kind = kind, .per_second = per_second};
	double quiet_us = 0, cost_us = 0, floor_us = 0, sent_per_second = 0;
	char when[80], name[112];

	if (!bench_times_begin(bench, bench_matches(bench, MATCHES)) ||
	    !measure_floor(bench, kind, per_second, &floor_us) || !flood_begin(&flood))
		return false;
	bool ok = measure_cost(bench, &flood, &quiet_us, &cost_us, &sent_per_second);
	unsigned failed = ok ? bench_count_failures(bench, bench_matches(bench, MATCHES), 0) : 0;
	flood_end(&flood);
	if (!ok)
		return false;
	snprintf(when, sizeof(when), "%s %u k/s", foreign_text(kind), per_second / 1000);
	snprintf(name, sizeof(name), "%s, sent", when);
	table_add(&bench->table, &(const struct bench_figure){.name = name, .unit = "1/s", .slacd = sent_per_second});
	snprintf(name, sizeof(name), "%s, CPU", when);
	table_add(&bench->table, &(const struct bench_figure){
					 .name = name, .unit = "us a frame", .slacd = cost_us, .floor = floor_us});
	snprintf(name, sizeof(name), "%s, CPU without a vehicle", when);
	table_add(&bench->table, &(const struct bench_figure){.name = name, .unit = "us a frame", .slacd = quiet_us});
	bench_matches_print(bench, when, failed);
	return true;
}

bool bench_flood(struct bench *bench)
{
	static const unsigned rates[] = {1000, 10000, 50000};

	bench->car.alone = true;
	if (!bench_boot_slacd(bench, NULL))
		return false;
	for (enum foreign_kind kind = 0; kind < FOREIGN_KINDS; kind++)
		for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
			if (!measure(bench, kind, rates[i]))
				return false;
	return true;
}
