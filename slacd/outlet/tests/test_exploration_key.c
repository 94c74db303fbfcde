/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key of the exploration holds all that decides the future: a world that is made from the key of another one does
 * the same as that one, whatever comes. Random moves, from a seed.
 */
#include "slacd/outlet/tests/exploration_configurations.h"
#include "slacd/outlet/tests/exploration_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SEED  UINT64_C(20)
#define WALKS 100
#define STEPS 60 /* of a walk */
#define FORKS 5  /* every so many steps the walk is compared with one from its key, */
#define AHEAD 40 /* so many steps ahead */

struct dice {
	uint64_t state;
};

static unsigned roll(struct dice *dice, unsigned sides)
{
	dice->state = dice->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(dice->state >> 33) % sides;
}

/* One of the moves of the configuration; half of the time one that carries things on. */
static enum world_move roll_move(struct dice *dice, const struct world_config *config)
{
	const enum world_move plain[] = {WORLD_DELIVER, WORLD_HEAR, WORLD_TIME};

	if (roll(dice, 2) == 0)
		return plain[roll(dice, 3)];
	for (;;) {
		const unsigned move = roll(dice, WORLD_MOVES);
		if (config->moves & WORLD_BIT(move))
			return (enum world_move)move;
	}
}

static void expect_same_key(const struct world *a, const struct world *b)
{
	struct world_key key_a, key_b;

	assert_null(key_of(a, &key_a));
	assert_null(key_of(b, &key_b));
	assert_memory_equal(&key_a, &key_b, sizeof(key_a));
}

/* The moves that could happen. */
static unsigned compare_ahead(const struct world *world, const struct outlet *template, struct dice *dice)
{
	struct world original, copy;
	struct world_key key;
	unsigned moves = 0;

	memcpy(&original, world, WORLD_SIZE);
	original.outlet.fill_context = &original.keys;
	assert_null(key_of(&original, &key));
	world_of_key(&copy, world->config, template, &key);
	expect_same_key(&original, &copy);
	original.said = copy.said = 0;
	for (unsigned i = 0; i < AHEAD; i++) {
		const enum world_move move = roll_move(dice, world->config);
		const bool happens = world_step(&original, move);
		assert_int_equal(world_step(&copy, move), happens);
		assert_true(original.said == copy.said);
		expect_same_key(&original, &copy);
		moves += happens ? 1 : 0;
	}
	return moves;
}

static enum world_root roll_root(struct dice *dice, const struct world_config *config)
{
	for (;;) {
		const unsigned root = roll(dice, WORLD_ROOTS);
		if (config->roots & 1u << root)
			return (enum world_root)root;
	}
}

static unsigned walk(const struct world_config *config, struct dice *dice)
{
	struct world world, keys = {.keys = 0};
	struct outlet template;
	unsigned moves = 0;

	world_template(&template, config, &keys);
	world_begin(&world, config, roll_root(dice, config));
	for (unsigned i = 0; i < STEPS; i++) {
		world_step(&world, roll_move(dice, config));
		assert_null(world.violation);
		if (i % FORKS == 0)
			moves += compare_ahead(&world, &template, dice);
	}
	return moves;
}

static void a_world_from_a_key_does_what_the_other_one_does(void **state)
{
	const unsigned walks = getenv("SLACD_VALGRIND") != NULL ? 2 : WALKS;
	struct dice dice = {.state = SEED};

	(void)state;
	for (size_t i = 0; i < exploration_configurations_count; i++) {
		unsigned moves = 0;
		for (unsigned n = 0; n < walks; n++)
			moves += walk(&exploration_configurations[i], &dice);
		assert_true(moves > walks * STEPS / FORKS * AHEAD / 10);
	}
}

static void expect_another_key(const struct world *world, const struct world_key *key, const char *field)
{
	struct world_key other;

	assert_null(key_of(world, &other));
	if (memcmp(key, &other, sizeof(other)) == 0)
		fail_msg("the key does not hold %s", field);
}

/* With another value of `field` it is another key. */
#define EXPECT_IN_KEY(original, its_key, field, value)                                                                 \
	do {                                                                                                           \
		struct world other_world = *(original);                                                                \
		other_world.field = (value);                                                                           \
		expect_another_key(&other_world, its_key, #field);                                                     \
	} while (0)

/* What random walks may miss, as it rarely decides. What is left out of the key matters nowhere. */
static void what_decides_the_future_makes_another_key(void **state)
{
	struct world world;
	struct world_key key;

	(void)state;
	world_begin(&world, &exploration_configurations[0], WORLD_FROM_OFF);
	world.outlet.pilot.phase = CONTROL_PILOT_PAUSED;
	world.outlet.pilot.session_open = true;
	world.outlet.pilot.config.rematch_from_basic = true;
	world.outlet.late_car.requests = 1;
	world.outlet.late_car.since_us = world.now_us;
	assert_null(key_of(&world, &key));
	EXPECT_IN_KEY(&world, &key, outlet.pilot.nominal_is_open, !world.outlet.pilot.nominal_is_open);
	EXPECT_IN_KEY(&world, &key, outlet.pilot.f_was_asked, true);
	EXPECT_IN_KEY(&world, &key, outlet.pilot.asking.contradicted, true);
	EXPECT_IN_KEY(&world, &key, outlet.pilot.woken, true);
	EXPECT_IN_KEY(&world, &key, outlet.pilot.resuming, true);
	EXPECT_IN_KEY(&world, &key, outlet.pilot.b_in_pause, true);
	EXPECT_IN_KEY(&world, &key, outlet.pilot.c_until_us, world.now_us + 500000);
	EXPECT_IN_KEY(&world, &key, outlet.pilot.rematched, true);
	EXPECT_IN_KEY(&world, &key, outlet.pilot.handed_over, true);
	EXPECT_IN_KEY(&world, &key, outlet.pilot.other_da, 100);
	EXPECT_IN_KEY(&world, &key, outlet.link_paused, true);
	EXPECT_IN_KEY(&world, &key, outlet.late_car.requests, 2);
	EXPECT_IN_KEY(&world, &key, outlet.late_car.since_us, world.now_us - 500000);
	EXPECT_IN_KEY(&world, &key, outlet.slac.failures, 1);
	world.outlet.slac.state = SLAC_EVSE_JOINING;
	assert_null(key_of(&world, &key));
	EXPECT_IN_KEY(&world, &key, outlet.slac.rejoining, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_world_from_a_key_does_what_the_other_one_does),
		cmocka_unit_test(what_decides_the_future_makes_another_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
