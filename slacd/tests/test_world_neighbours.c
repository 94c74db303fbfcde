/* SPDX-License-Identifier: Apache-2.0 */
/* Cars at neighbouring outlets are heard here, too: what that is to the car that is plugged in, or to a silent one. */
#include "homeplug/mme/mme.h"
#include "homeplug/slac/tests/slac_car.h"
#include "slacd/tests/world/story.h"
#include "slacd/tests/world/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NEIGHBOURS 40
/* Of the world's outlet, and of its modem. */
static const uint8_t evse_mac[MAC_LEN] = {0x02, 0x45, 0x76, 0x00, 0x00, 0x01};
static const uint8_t modem_mac[MAC_LEN] = {0x02, 0x50, 0x4c, 0x00, 0x00, 0x01};

static void hear(const struct mme *frame)
{
	char script[2 * 256 + 32] = "frame plc0 ";
	uint8_t octets[256];
	size_t len;
	size_t at = strlen(script);

	assert_int_equal(mme_encode(frame, octets, sizeof(octets), &len), MME_OK);
	for (size_t i = 0; i < len; i++, at += 2)
		snprintf(script + at, sizeof(script) - at, "%02x", octets[i]);
	play(script);
}

static void say(uint8_t number, enum mmtype type)
{
	const struct slac_car car = slac_car(number);
	struct mme frame = slac_car_message(&car, type);

	if (type == CM_ATTEN_PROFILE_IND)
		memcpy(frame.src, modem_mac, MAC_LEN);
	if (!mac_equal(frame.dst, mac_broadcast))
		memcpy(frame.dst, evse_mac, MAC_LEN);
	hear(&frame);
}

/* A normal SLAC, up to where the neighbour chooses its own outlet. */
static void neighbours_match_elsewhere(void)
{
	for (uint8_t i = 1; i <= NEIGHBOURS; i++)
		say(i, CM_SLAC_PARM_REQ);
	for (uint8_t i = 1; i <= NEIGHBOURS; i++)
		say(i, CM_START_ATTEN_CHAR_IND);
	for (unsigned sound = 0; sound < SLAC_NUM_SOUNDS; sound++)
		for (uint8_t i = 1; i <= NEIGHBOURS; i++)
			say(i, CM_ATTEN_PROFILE_IND);
	play("run 1");
	for (uint8_t i = 1; i <= NEIGHBOURS; i++)
		say(i, CM_ATTEN_CHAR_RSP);
}

static void car_among_forty_neighbours_matches_at_once_ten_times_of_ten(void **state)
{
	const unsigned cars = getenv("SLACD_VALGRIND") != NULL ? 1 : 10;

	play("boot\nlog WARN");
	for (unsigned i = 0; i < cars; i++) {
		size_t from = mark();
		play("cs plug\nrun 10");
		neighbours_match_elsewhere();
		assert_count(from, "> CM_ATTEN_CHAR.IND", NEIGHBOURS);
		play("car plc0 plug\nrun 3000");
		assert_statuses(from, E1, "matching matched");
		play("cs unplug\ncar plc0 unplug\nrun 3000");
	}
	(void)state;
}

/* Ten addresses that ask 30 times a second in all, where the station's installer has left five places. */
static void car_among_addresses_that_go_on_asking_matches_with_one_repetition(void **state)
{
	play("set slac.parallel_runs 5\nboot\nlog WARN");
	size_t from = mark();
	play("cs plug\nrun 10");
	for (unsigned i = 0; i < 150; i++) {
		say((uint8_t)(i % 10 + 1), CM_SLAC_PARM_REQ);
		play(i == 30 ? "car plc0 plug\nrun 33" : "run 33");
	}
	assert_statuses(from, E1, "matching matched");
	(void)state;
}

static void silent_car_beside_a_neighbour_that_goes_on_asking_charges_after_a_minute(void **state)
{
	play("boot\nlog WARN");
	size_t from = mark();
	play("cs plug\nrun 10");
	for (unsigned i = 0; i < 240; i++) {
		say(1, CM_SLAC_PARM_REQ);
		play("run 300");
	}
	assert_statuses(from, E1, "matching failed:no_match_in_time basic_charging:no_match_in_time");
	assert_pilots(from, E1, "f x1 x2:32.0");
	assert_later_ms(line_of(from, F), line_of(from, B2), 60000);
	(void)state;
}

/* --- while no car is here --- */

static void await_quiet(bool quiet)
{
	assert_int_equal(wire_is_quiet("evse0"), quiet);
}

static void neighbours_are_dropped_in_the_kernel_until_a_car_comes_which_matches(void **state)
{
	(void)state;
	play("boot\nrun 1000");
	await_quiet(false);
	for (unsigned round = 0; round < 2; round++) {
		neighbours_match_elsewhere();
		play("run 10");
		await_quiet(true);
		const size_t from = mark();
		play("cs plug\nrun 10");
		await_quiet(false);
		neighbours_match_elsewhere();
		play("car plc0 plug\nawait \"matched\"\ncs unplug\ncar plc0 unplug\nrun 1000");
		assert_statuses(from, E1, "matching matched unmatched:vehicle_left");
		await_quiet(false);
	}
}

static void all_is_heard_where_each_frame_has_its_line(void **state)
{
	(void)state;
	play("boot\nrun 1000\nlog DEBUG");
	neighbours_match_elsewhere();
	play("run 10");
	await_quiet(false);
}

static void all_is_heard_before_the_station_has_reported_the_pilot(void **state)
{
	(void)state;
	play("boot\nrun 500\nslacd stop\ncs report off\nslacd start\nrun 2000");
	neighbours_match_elsewhere();
	play("run 10");
	await_quiet(false);
}

static void a_kernel_without_a_filter_is_said_once_and_all_is_heard(void **state)
{
	(void)state;
	play("boot\nrun 1000");
	wire_refuse_filter();
	for (unsigned round = 0; round < 2; round++) {
		const size_t from = mark();
		neighbours_match_elsewhere();
		play("run 10");
		await_quiet(false);
		assert_count(from, "WARN*takes no filter*evse0*" E1 "*", round == 0 ? 1 : 0);
		play("cs plug\ncar plc0 plug\nawait \"matched\"\ncs unplug\ncar plc0 unplug\nrun 1000");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(neighbours_are_dropped_in_the_kernel_until_a_car_comes_which_matches),
		STORY(all_is_heard_where_each_frame_has_its_line),
		STORY(all_is_heard_before_the_station_has_reported_the_pilot),
		STORY(a_kernel_without_a_filter_is_said_once_and_all_is_heard),
		STORY(car_among_forty_neighbours_matches_at_once_ten_times_of_ten),
		STORY(car_among_addresses_that_go_on_asking_matches_with_one_repetition),
		STORY(silent_car_beside_a_neighbour_that_goes_on_asking_charges_after_a_minute),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
