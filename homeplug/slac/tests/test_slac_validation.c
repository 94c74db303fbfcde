/* SPDX-License-Identifier: Apache-2.0 */
/* Turns of validation: two outlets of a station, each with its own memory, asked as the station asks them. */
#include "homeplug/slac/slac_validation.h"
#include "homeplug/slac/tests/slac_car.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define MS      UINT64_C(1000)
#define START   UINT64_C(5000000)
#define TOGGLES 3500u
#define ASKS_MS 500u

struct station {
	struct slac_validation outlets[2];
	uint64_t now_us;
};

static struct station station(void)
{
	return (struct station){.now_us = START};
}

/* CM_VALIDATE.REQ, step 1: true when it is the car's turn. */
static bool asks(struct station *station, size_t outlet, uint8_t number)
{
	const struct slac_car car = slac_car(number);
	struct slac_validation *own = &station->outlets[outlet];
	const uint64_t since_us = slac_validation_waits_since(own, car.mac, station->now_us);

	for (size_t i = 0; i < 2; i++)
		if (slac_validation_blocks(&station->outlets[i], car.mac, since_us, station->now_us)) {
			slac_validation_put_off(own, car.mac, station->now_us);
			return false;
		}
	slac_validation_reserve(own, car.mac, station->now_us, TOGGLES);
	return true;
}

static void pass_ms(struct station *station, uint32_t ms)
{
	station->now_us += ms * MS;
}

static void a_car_has_its_turn_until_its_time_is_over(void **state)
{
	struct station s = station();

	(void)state;
	assert_true(asks(&s, 0, 1));
	pass_ms(&s, TOGGLES - 1);
	assert_false(asks(&s, 0, 2));
	assert_false(asks(&s, 1, 3));
	pass_ms(&s, 1);
	assert_true(asks(&s, 0, 2));
}

static void a_car_that_begins_anew_gives_up_its_turn_and_nobody_elses(void **state)
{
	struct station s = station();
	const struct slac_car first = slac_car(1), second = slac_car(2);

	(void)state;
	assert_true(asks(&s, 0, 1));
	slac_validation_release(&s.outlets[0], second.mac);
	assert_false(asks(&s, 1, 2));
	slac_validation_release(&s.outlets[0], first.mac);
	assert_true(asks(&s, 1, 2));
}

/* It asks again as soon as it has its result, the other one every 0.5 s. */
static void a_greedy_car_lets_the_one_that_waits_go_first(void **state)
{
	struct station s = station();

	(void)state;
	for (size_t outlet = 0; outlet < 2; outlet++) {
		assert_true(asks(&s, 0, 1));
		for (uint32_t ms = 0; ms < TOGGLES; ms += ASKS_MS) {
			assert_false(asks(&s, outlet, 2));
			pass_ms(&s, ASKS_MS);
		}
		assert_false(asks(&s, 0, 1));
		assert_false(asks(&s, 0, 1));
		pass_ms(&s, ASKS_MS);
		assert_true(asks(&s, outlet, 2));
		pass_ms(&s, TOGGLES);
	}
}

static void of_two_that_wait_at_two_outlets_the_earlier_one_comes_first(void **state)
{
	struct station s = station();

	(void)state;
	assert_true(asks(&s, 0, 1));
	pass_ms(&s, TOGGLES - ASKS_MS);
	assert_false(asks(&s, 1, 3));
	pass_ms(&s, 100);
	assert_false(asks(&s, 0, 2));
	pass_ms(&s, ASKS_MS - 100);
	assert_false(asks(&s, 0, 2));
	assert_true(asks(&s, 1, 3));
	pass_ms(&s, TOGGLES);
	assert_true(asks(&s, 0, 2));
}

static void a_car_that_asks_no_more_is_waited_for_1200_ms(void **state)
{
	struct station s = station();

	(void)state;
	assert_true(asks(&s, 0, 1));
	pass_ms(&s, TOGGLES - 1);
	assert_false(asks(&s, 1, 2));
	pass_ms(&s, SLAC_VALIDATION_PATIENCE_MS - 1);
	assert_false(asks(&s, 0, 1));
	pass_ms(&s, 1);
	assert_true(asks(&s, 0, 1));
}

static void cars_that_have_waited_equally_long_do_not_block_each_other(void **state)
{
	struct station s = station();

	(void)state;
	assert_true(asks(&s, 0, 1));
	pass_ms(&s, TOGGLES - ASKS_MS);
	assert_false(asks(&s, 0, 2));
	assert_false(asks(&s, 1, 3));
	pass_ms(&s, ASKS_MS);
	assert_true(asks(&s, 1, 3));
	assert_false(asks(&s, 0, 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_car_has_its_turn_until_its_time_is_over),
		cmocka_unit_test(a_car_that_begins_anew_gives_up_its_turn_and_nobody_elses),
		cmocka_unit_test(a_greedy_car_lets_the_one_that_waits_go_first),
		cmocka_unit_test(of_two_that_wait_at_two_outlets_the_earlier_one_comes_first),
		cmocka_unit_test(a_car_that_asks_no_more_is_waited_for_1200_ms),
		cmocka_unit_test(cars_that_have_waited_equally_long_do_not_block_each_other),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
