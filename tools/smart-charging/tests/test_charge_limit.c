/* SPDX-License-Identifier: Apache-2.0 */
/* When a 15118 session is told of a limit, and of which. */
#include "tools/smart-charging/tests/one_evse.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void a_15118_session_is_told_of_every_change_and_no_6_a(void **state)
{
	struct charging_site site;

	(void)state;
	begin_one_evse(&site);
	site_slac(&site, E, CURRENT_LIMIT_SLAC_MATCHED);
	expect(&site, "0:limit 32 A");
	cap_evse(&site, "0:5.5");
	expect(&site, "0:limit 5.5 A");
	cap_evse(&site, "0:5.5");
	expect(&site, "");
	site_limit(&site, E, 4, 4, 4);
	expect(&site, "0:limit 4 A");
	tell_reachable(&site);
	expect(&site, "0:limit 4 A");
	tell_hardware(&site, (struct current_limit_hardware){.phase_ma = {16000, 16000, 16000}});
	expect(&site, "0:limit 0 A");
	expect_no_deadline(&site);
}

static void a_15118_session_is_told_nothing_before_the_hardware_is_known(void **state)
{
	struct current_limit_config config;
	const struct charging_station_evse evse = {.voltage_mv = 230000};
	struct charging_site site = {.now = {.monotonic_us = 1000000}};

	(void)state;
	current_limit_defaults(&config);
	charging_station_init(&site.station, &config, &evse, 1);
	site_slac(&site, E, CURRENT_LIMIT_SLAC_MATCHED);
	expect(&site, "");
	site_limit(&site, E, 16, 16, 16);
	expect(&site, "0:limit 16 A");
}

static void begin_dc(struct charging_site *site, uint64_t max_power_mw)
{
	const struct charging_station_evse evse = {.is_dc = true};
	struct current_limit_config config;

	current_limit_defaults(&config);
	*site = (struct charging_site){.now = {.monotonic_us = 1000000, .wall_us = AT(6, 12, 0) * 1000000}};
	charging_station_init(&site->station, &config, &evse, 1);
	tell_hardware(site, (struct current_limit_hardware){.is_ready = true,
							    .is_dc = true,
							    .phase_ma = {200000, 0, 0},
							    .max_power_mw = max_power_mw,
							    .voltage_mv = 1000000});
}

static void a_dc_session_is_told_the_power(void **state)
{
	struct charging_site site;
	const struct charging_profile watts =
		starting(profile_of(1, CHARGING_TX_DEFAULT, 0, CHARGING_ABSOLUTE, CHARGING_W, "0:50000"), AT(6, 0, 0));
	const struct charging_profile amperes =
		starting(profile_of(2, CHARGING_STATION_MAX, 0, CHARGING_ABSOLUTE, CHARGING_A, "0:80"), AT(6, 0, 0));

	(void)state;
	begin_dc(&site, 150000000);
	site_slac(&site, E, CURRENT_LIMIT_SLAC_MATCHED);
	expect(&site, "0:limit 150000 W");
	site_set(&site, E, watts);
	expect(&site, "0:limit 50000 W");
	site_set(&site, CHARGING_WHOLE_STATION, amperes);
	/* 50 kW are 50 A at 1000 V. At less they are more, maybe more than 80 A. */
	expect(&site, "0:limit 50 A");
}

static void a_dc_session_whose_power_is_not_told_is_told_the_current(void **state)
{
	const struct charging_profile watts =
		starting(profile_of(1, CHARGING_TX_DEFAULT, 0, CHARGING_ABSOLUTE, CHARGING_W, "0:50000"), AT(6, 0, 0));
	struct charging_site site;

	(void)state;
	begin_dc(&site, 0);
	tell_hardware(&site,
		      (struct current_limit_hardware){.is_ready = true, .is_dc = true, .phase_ma = {200000, 0, 0}});
	site_slac(&site, E, CURRENT_LIMIT_SLAC_MATCHED);
	expect(&site, "0:limit 200 A");
	site_set(&site, E, watts);
	expect(&site, "0:limit 50000 W");
	tell_hardware(&site, (struct current_limit_hardware){.is_dc = true, .phase_ma = {200000, 0, 0}});
	expect(&site, "0:limit 0 W");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_15118_session_is_told_of_every_change_and_no_6_a),
		cmocka_unit_test(a_15118_session_is_told_nothing_before_the_hardware_is_known),
		cmocka_unit_test(a_dc_session_is_told_the_power),
		cmocka_unit_test(a_dc_session_whose_power_is_not_told_is_told_the_current),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
