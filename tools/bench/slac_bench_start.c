/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/slac_bench_internal.h"

#include <stdio.h>

#define TARGET_START_MS 20

/* One start with a vehicle plugged in: when had the modem its key, when was the first request answered? */
static bool measure_start(struct bench *bench, struct samples *ready, struct samples *answered)
{
	unsigned keys = bench->wire.keys;

	wire_drain(&bench->wire);
	bench->car.number++;
	if (!bench_start_slacd(bench, NULL))
		return false;
	if (!wire_wait_keys(&bench->wire, keys + 1, BENCH_BOOT_WAIT_US))
		return bench_fail("slacd gives its modem no key");
	samples_add(ready, bench->wire.last_key_ns - bench->slacd.exec_ns);
	if (!car_is_heard(&bench->car))
		return false;
	samples_add(answered, bench_now_ns() - bench->slacd.exec_ns);
	return process_stop(&bench->slacd);
}

bool bench_starts(struct bench *bench)
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
