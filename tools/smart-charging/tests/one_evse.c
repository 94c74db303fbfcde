/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/smart-charging/tests/one_evse.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

void begin_one_evse(struct charging_site *site)
{
	site_begin(site, 1, 3, AT(6, 12, 0));
}

void pass_ms(struct charging_site *site, uint64_t ms)
{
	const struct charging_station_input tick = {.kind = CHARGING_STATION_TICK};

	site->now.monotonic_us += ms * 1000;
	site->now.wall_us += (int64_t)ms * 1000;
	charging_station_input(&site->station, &tick, site->now, &site->effects);
}

uint64_t pass_to_next_ms(struct charging_site *site)
{
	const struct charging_station_next next = charging_station_next(&site->station);
	const uint64_t us = next.monotonic_us - site->now.monotonic_us;

	assert_true(next.monotonic_us != CHARGING_STATION_NEVER_US);
	pass_ms(site, us / 1000);
	return us / 1000;
}

void expect_no_deadline(const struct charging_site *site)
{
	assert_true(charging_station_next(&site->station).monotonic_us == CHARGING_STATION_NEVER_US);
}

void cp_with_duty(struct charging_site *site, enum cp_state state, uint32_t duty)
{
	site_input(site, E,
		   &(struct current_limit_input){
			   .kind = CURRENT_LIMIT_CP_STATUS, .state = state, .has_duty = true, .duty = duty});
}

void cap_evse(struct charging_site *site, const char *periods)
{
	const struct charging_profile profile =
		starting(profile_of(1, CHARGING_TX_DEFAULT, 0, CHARGING_ABSOLUTE, CHARGING_A, periods), AT(6, 0, 0));

	assert_int_equal(site_set(site, E, profile), CHARGING_ACCEPTED);
}

void tell_not_sent(struct charging_site *site, bool connected)
{
	site_input(site, E, &(struct current_limit_input){.kind = CURRENT_LIMIT_NOT_SENT, .active = connected});
}

void tell_reachable(struct charging_site *site)
{
	const struct charging_station_input input = {.kind = CHARGING_STATION_REACHABLE};

	charging_station_input(&site->station, &input, site->now, &site->effects);
}

void tell_hardware(struct charging_site *site, struct current_limit_hardware hardware)
{
	site_input(site, E, &(struct current_limit_input){.kind = CURRENT_LIMIT_HARDWARE, .hardware = hardware});
}

void begin_paused(struct charging_site *site)
{
	begin_one_evse(site);
	cap_evse(site, "0:5");
	site_charge(site, E);
	expect(site, "0:pwm 0.0");
}
