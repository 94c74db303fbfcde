/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/slac_bench_internal.h"

#include "tools/bench/slac_bench_floor.h"

#include <stdio.h>

#define GOAL_START_MS 5.5
#define TRIES         2000
#define TRY_US        1000

/* One start with a vehicle plugged in: when was the first request answered? */
static bool start_slacd(struct bench *bench, struct samples *answered)
{
	unsigned keys = bench->wire.keys;

	wire_drain(&bench->wire);
	bench->car.number++;
	if (!bench_start_slacd(bench, NULL))
		return false;
	if (!wire_wait_keys(&bench->wire, keys + 1, BENCH_BOOT_WAIT_US))
		return bench_fail("slacd gives its modem no key");
	if (!car_is_heard(&bench->car))
		return false;
	samples_add(answered, bench_now_ns() - bench->slacd.exec_ns);
	return process_stop(&bench->slacd);
}

static bool start_floor(struct bench *bench, struct samples *answered)
{
	struct mme request, answer;

	floor_stop(&bench->floor);
	wire_drain(&bench->bare);
	mme_init(&request, CM_SLAC_PARM_REQ, bench->bare.mac, bench->car.floor.mac);
	if (!floor_start(&bench->floor, bench->options->floor, bench->options->floor_interface))
		return false;
	for (int i = 0; i < TRIES; i++) {
		if (!wire_send(&bench->bare, &request))
			return bench_fail("a frame could not be sent");
		if (wire_wait(&bench->bare, CM_SLAC_PARM_REQ, TRY_US, &answer)) {
			samples_add(answered, bench_now_ns() - bench->floor.exec_ns);
			return true;
		}
	}
	return bench_fail("the floor does not answer");
}

static bool measure(struct bench *bench, const char *modem)
{
	struct samples slacd = {0}, floor = {0};
	bool ok = samples_init(&slacd, bench->options->starts) && samples_init(&floor, bench->options->starts);
	char name[64];

	for (unsigned i = 0; ok && i < bench->options->starts; i++)
		ok = start_slacd(bench, &slacd) && start_floor(bench, &floor);
	for (unsigned percent = 50; ok && percent <= 99; percent += 49) {
		snprintf(name, sizeof(name), "%s, p%u", modem, percent);
		table_add(&bench->table,
			  &(const struct bench_figure){.name = name,
						       .unit = "ms",
						       .slacd = samples_percentile_us(&slacd, percent) / 1000,
						       .floor = samples_percentile_us(&floor, percent) / 1000,
						       .goal_of = percent == 50 ? GOAL_VALUE : GOAL_NONE,
						       .goal = GOAL_START_MS});
	}
	samples_free(&slacd);
	samples_free(&floor);
	return ok;
}

bool bench_starts(struct bench *bench)
{
	bench->car.alone = true;
	station_plug_at_request(&bench->station, true);
	bool ok = measure(bench, "modem tells its version");
	bench->wire.modem.family = MODEM_STANDARD;
	ok = ok && measure(bench, "modem silent to VS_SW_VER");
	bench->wire.modem.family = MODEM_QUALCOMM;
	station_plug_at_request(&bench->station, false);
	return ok;
}
