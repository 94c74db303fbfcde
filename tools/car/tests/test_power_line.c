/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Both sides on one power line: up to six cars and six outlets, near and far, with losses, delays, doubled
 * frames, cross-talk and neighbours' profiles, plugged and unplugged at random times. A car ends on the
 * outlet it is plugged into or on none. The outlets are one station's; what two stations that do not know of each
 * other cannot tell is in the last tests.
 *
 *   SLACD_LINE_RUNS   how many random sites (default 3000, 30 under valgrind)
 *   SLACD_LINE_SEED   the first one's seed (default 1); the seed of a site that fails is printed
 *   SLACD_LINE_PRINT  if set, every event is printed; for SLACD_LINE_RUNS=1
 */
#include "tools/car/tests/line_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MS      UINT64_C(1000)
#define SECOND  UINT64_C(1000000)
#define ACTIONS 64
/* Plugs move and cars begin until then; after that the site comes to rest. */
#define BUSY_MS  60000u
#define QUIET_MS 60000u
/* Enough for a car with TT_matching_repetition of 10 s, whatever the line does. */
#define LONG_VISIT_US (12 * SECOND)
/* C_EV_match_signalattn_direct, C_EV_match_signalattn_indirect */
#define DIRECT_DB   10
#define INDIRECT_DB 20

static struct line_world world; /* too large for the stack */

/* --- a random site --- */

static bool chance(uint32_t percent)
{
	return line_random(&world, 1, 100) <= percent;
}

static const struct loss_class {
	const char *name;
	uint16_t min_permille;
	uint16_t max_permille;
} loss_classes[] = {{"0 %", 0, 0}, {"1 ... 10 %", 10, 100}, {"11 ... 30 %", 110, 300}};

#define LOSS_CLASSES (sizeof(loss_classes) / sizeof(loss_classes[0]))

static uint8_t random_plugged_db(uint32_t validated_percent)
{
	if (chance(validated_percent))
		return (uint8_t)line_random(&world, DIRECT_DB + 1, INDIRECT_DB - 1);
	return (uint8_t)line_random(&world, 3, DIRECT_DB);
}

/* Never so near as to be matched directly: nothing could protect against that. */
static uint8_t random_distant_db(void)
{
	switch (line_random(&world, 0, 3)) {
	case 0:
		return LINE_CUT_OFF;
	case 1:
		return (uint8_t)line_random(&world, INDIRECT_DB + 1, 60);
	default:
		return (uint8_t)line_random(&world, DIRECT_DB + 1, INDIRECT_DB);
	}
}

static void choose_paths(const struct loss_class *loss)
{
	const uint32_t validated_percent = 50 * line_random(&world, 0, 2);

	for (size_t i = 0; i < world.car_count; i++)
		for (size_t j = 0; j < world.outlet_count; j++)
			world.paths[i][j] = (struct line_path){
				.plugged_db = random_plugged_db(validated_percent),
				.distant_db = random_distant_db(),
				.loss_permille = (uint16_t)line_random(&world, loss->min_permille, loss->max_permille),
			};
}

static struct slac_ev_config random_car(void)
{
	struct slac_ev_config config;

	slac_ev_defaults(&config);
	config.signalattn_direct_db = DIRECT_DB;
	config.signalattn_indirect_db = INDIRECT_DB;
	config.tt_matching_repetition_ms = 10000;
	config.parm_repeats = chance(50) ? 2 : 100;
	config.parm_to_start_ms = line_random(&world, 5, 230);
	config.batch_msg_interval_ms = line_random(&world, 20, 40);
	config.rsp_to_match_ms = line_random(&world, 3, 1000);
	config.vald_state_duration_ms = line_random(&world, 200, 400);
	config.wait_for_all_evses = chance(80);
	config.double_parm_req = chance(30);
	config.keep_run_id = chance(30);
	return config;
}

/* An AC outlet with a standard modem, whose link is awaited and watched, or not asked for. */
static struct outlet_config outlet_config(bool strict, bool await_link)
{
	struct outlet_config config = {.pilot.request_timeout_ms = 1000, .pilot.request_backoff_max_ms = 30000};

	slac_evse_defaults(&config.slac, strict);
	config.slac.await_link = await_link;
	modem_defaults(&config.modem, strict);
	config.modem.family = MODEM_STANDARD;
	config.modem.link_detection = await_link ? MODEM_LINK_ON : MODEM_LINK_OFF;
	amp_map_defaults(&config.amp_map);
	control_pilot_defaults(&config.pilot, false);
	config.pilot.has_ac = true;
	return config;
}

static void build_site(uint64_t seed, const struct loss_class *loss)
{
	line_world_init(&world, seed);
	world.print = getenv("SLACD_LINE_PRINT") != NULL;
	struct outlet_config outlet = outlet_config(chance(50), chance(50));
	outlet.pilot.has_ac = chance(50);
	outlet.slac.dc_only = !outlet.pilot.has_ac;
	outlet.slac.slow_after_validation = true; /* the cars take up to 1 s to CM_SLAC_MATCH.REQ */
	if (chance(20))
		outlet.slac.parallel_runs = line_random(&world, 1, SLAC_C_EVSE_MATCH_PARALLEL);
	for (uint32_t i = line_random(&world, 1, LINE_OUTLETS); i > 0; i--)
		line_world_add_outlet(&world, &outlet, line_random(&world, 0, 150), line_random(&world, 50, 900),
				      line_random(&world, 500, 7000));
	for (uint32_t i = line_random(&world, 1, LINE_CARS); i > 0; i--) {
		const struct slac_ev_config car = random_car();
		line_world_add_car(&world, &car);
		world.cars[world.car_count - 1].again_after_ms = chance(50) ? line_random(&world, 3000, 15000) : 0;
	}
	choose_paths(loss);
	world.delay_us = chance(30) ? 0 : line_random(&world, 0, 30) * 1000;
	world.doubled_permille = chance(50) ? 0 : line_random(&world, 1, 200);
	world.leak_permille = chance(50) ? 0 : line_random(&world, 1, 1000);
}

/* --- what happens there --- */

enum action_kind { PLUG, ATTEMPT, UNPLUG, LOSE_LINK };

struct action {
	uint32_t time_ms;
	enum action_kind kind;
	int car;
	int outlet;
};

struct plan {
	size_t count;
	struct action items[ACTIONS];
	uint32_t outlet_free_ms[LINE_OUTLETS];
};

static void add(struct plan *plan, uint32_t time_ms, enum action_kind kind, int car, int outlet)
{
	size_t at = plan->count;

	if (time_ms >= BUSY_MS || plan->count == ACTIONS)
		return;
	for (; at > 0 && plan->items[at - 1].time_ms > time_ms; at--)
		plan->items[at] = plan->items[at - 1];
	plan->items[at] = (struct action){time_ms, kind, car, outlet};
	plan->count++;
}

/* A free outlet, or none: the car is then in some other station's, and is only heard. */
static int choose_outlet(const struct plan *plan, uint32_t time_ms)
{
	const int outlet = (int)line_random(&world, 0, (uint32_t)world.outlet_count - 1);

	return chance(15) || plan->outlet_free_ms[outlet] > time_ms ? LINE_NONE : outlet;
}

static void plan_car(struct plan *plan, int car)
{
	uint32_t time_ms = line_random(&world, 0, 15000);

	for (uint32_t visit = line_random(&world, 1, 3); visit > 0; visit--) {
		const int outlet = choose_outlet(plan, time_ms);
		const uint32_t stay_ms =
			visit == 1 && chance(60) ? BUSY_MS : line_random(&world, 200, chance(50) ? 4000 : 30000);
		const uint32_t silent_ms = line_random(&world, 20, stay_ms < 3000 ? stay_ms - 100 : 2500);
		add(plan, time_ms, PLUG, car, outlet);
		add(plan, time_ms + silent_ms, ATTEMPT, car, outlet);
		time_ms += stay_ms;
		add(plan, time_ms, UNPLUG, car, outlet);
		if (outlet != LINE_NONE)
			plan->outlet_free_ms[outlet] = time_ms + 1500;
		time_ms += line_random(&world, 1000, 10000);
	}
}

static void make_plan(struct plan *plan)
{
	memset(plan, 0, sizeof(*plan));
	for (int i = 0; i < (int)world.car_count; i++)
		plan_car(plan, i);
	if (chance(20))
		add(plan, line_random(&world, 0, BUSY_MS - 1), LOSE_LINK, LINE_NONE,
		    (int)line_random(&world, 0, (uint32_t)world.outlet_count - 1));
}

/* --- what came of it --- */

static struct totals {
	unsigned sites;
	unsigned visits; /* plugged in and spoken */
	unsigned matched;
	unsigned long_visits;
	unsigned long_matched;
	unsigned validations;
	unsigned foreign_profiles;
} totals[LOSS_CLASSES];

static void end_visit(struct totals *sum, int index, uint64_t began_us)
{
	const struct line_car *car = &world.cars[index];

	if (car->outlet == LINE_NONE || !car->has_spoken)
		return;
	sum->visits++;
	sum->matched += car->matched;
	if (world.now_us - began_us < LONG_VISIT_US)
		return;
	sum->long_visits++;
	sum->long_matched += car->matched;
}

static void act(struct totals *sum, const struct action *action, uint64_t began_us[LINE_CARS])
{
	switch (action->kind) {
	case PLUG:
		line_world_plug(&world, action->car, action->outlet);
		break;
	case ATTEMPT:
		began_us[action->car] = world.now_us;
		line_world_attempt(&world, action->car);
		break;
	case UNPLUG:
		end_visit(sum, action->car, began_us[action->car]);
		line_world_unplug(&world, action->car);
		break;
	case LOSE_LINK:
		line_world_lose_link(&world, action->outlet);
		break;
	}
}

/* After everything has stopped. */
static const char *check_rest(void)
{
	for (int i = 0; i < (int)world.outlet_count; i++) {
		const struct line_outlet *outlet = &world.outlets[i];
		if (!line_world_is_settled(&world, i))
			return "an outlet waits for something although all is quiet";
		if ((outlet->outlet.slac.state == SLAC_EVSE_IDLE) != (outlet->car == LINE_NONE))
			return "an outlet and its pilot disagree";
		if (outlet->outlet.slac.state == SLAC_EVSE_MATCHED &&
		    !mac_equal(outlet->outlet.slac.ev_mac, world.cars[outlet->car].config.ev_mac))
			return "an outlet is matched with another car than is plugged in";
	}
	for (int i = 0; i < (int)world.car_count; i++) {
		const struct line_car *car = &world.cars[i];
		if (car->ev.state != SLAC_EV_MATCHED)
			continue;
		if (car->outlet == LINE_NONE ||
		    memcmp(&car->ev.key, &world.outlets[car->outlet].modem.key, sizeof(car->ev.key)) != 0)
			return "a car has another key than the outlet it is plugged into";
	}
	return NULL;
}

/* NULL, or what is wrong. */
static const char *play_site(uint64_t seed, const struct loss_class *loss, struct totals *sum)
{
	uint64_t began_us[LINE_CARS] = {0};
	struct plan plan;

	build_site(seed, loss);
	make_plan(&plan);
	for (size_t i = 0; i < plan.count; i++) {
		if (!line_world_run(&world, plan.items[i].time_ms * MS))
			return world.broken;
		act(sum, &plan.items[i], began_us);
	}
	if (!line_world_run(&world, BUSY_MS * MS))
		return world.broken;
	for (int i = 0; i < (int)world.car_count; i++) {
		end_visit(sum, i, began_us[i]);
		line_world_silence(&world, i);
	}
	if (!line_world_run(&world, (BUSY_MS + QUIET_MS) * MS))
		return world.broken;
	sum->validations += world.validations;
	sum->foreign_profiles += world.foreign_profiles;
	return check_rest();
}

static unsigned long number_from(const char *name, unsigned long otherwise)
{
	const char *text = getenv(name);

	return text == NULL ? otherwise : strtoul(text, NULL, 10);
}

static void print_totals(void)
{
	printf("%-12s %6s %7s %8s %6s %22s %12s %17s\n", "loss", "sites", "visits", "matched", "none",
	       "matched of long visits", "validations", "foreign profiles");
	for (size_t i = 0; i < LOSS_CLASSES; i++) {
		const struct totals *sum = &totals[i];
		printf("%-12s %6u %7u %8u %6u %14u of %5u %12u %17u\n", loss_classes[i].name, sum->sites, sum->visits,
		       sum->matched, sum->visits - sum->matched, sum->long_matched, sum->long_visits, sum->validations,
		       sum->foreign_profiles);
	}
}

/*
 * A site on which nobody matches would prove nothing. Where several cars validate at once, which takes up to 3.5 s
 * each, the last one's TT_matching_repetition may be over before it is its turn.
 */
static void expect_matches(void)
{
	for (size_t i = 0; i < LOSS_CLASSES; i++) {
		assert_true(totals[i].long_matched * 100 > totals[i].long_visits * 90);
		assert_true(totals[i].validations > totals[i].sites);
		assert_true(totals[i].foreign_profiles > totals[i].sites);
	}
}

static void every_car_ends_on_its_own_outlet_or_on_none(void **state)
{
	const unsigned long runs = number_from("SLACD_LINE_RUNS", getenv("SLACD_VALGRIND") == NULL ? 3000 : 30);
	const unsigned long first = number_from("SLACD_LINE_SEED", 1);

	(void)state;
	for (unsigned long seed = first; seed < first + runs; seed++) {
		struct totals *sum = &totals[seed % LOSS_CLASSES];
		const char *wrong = play_site(seed, &loss_classes[seed % LOSS_CLASSES], sum);
		sum->sites++;
		if (wrong != NULL)
			fail_msg("SLACD_LINE_SEED=%lu SLACD_LINE_RUNS=1: %s", seed, wrong);
	}
	print_totals();
	if (runs >= 300)
		expect_matches();
}

/* --- what the limits and the validation are for --- */

/*
 * Two cars in two outlets, each 8 dB from its own and 15 dB from the other one. Car 0's outlet does not hear
 * it (all of its frames are lost), so that the other outlet is the nearest it finds.
 */
static void build_two_by_two(const struct slac_ev_config *car)
{
	const struct outlet_config outlet = outlet_config(true, false);

	line_world_init(&world, 1);
	world.print = getenv("SLACD_LINE_PRINT") != NULL;
	for (int i = 0; i < 2; i++) {
		line_world_add_outlet(&world, &outlet, 0, 0, 0);
		line_world_add_car(&world, car);
		for (int j = 0; j < 2; j++)
			world.paths[i][j] = (struct line_path){.plugged_db = 8, .distant_db = 15};
	}
	world.paths[0][0].loss_permille = 1000;
	for (int i = 0; i < 2; i++)
		line_world_plug(&world, i, i);
}

static struct slac_ev_config car_with_limits(void)
{
	struct slac_ev_config config;

	slac_ev_defaults(&config);
	config.signalattn_direct_db = DIRECT_DB;
	config.signalattn_indirect_db = INDIRECT_DB;
	config.vald_nb_toggles = 2;
	config.wait_for_all_evses = true;
	return config;
}

static void without_limits_a_car_that_its_outlet_does_not_hear_takes_the_neighbours(void **state)
{
	struct slac_ev_config config;

	(void)state;
	slac_ev_defaults(&config);
	config.wait_for_all_evses = true;
	build_two_by_two(&config);
	line_world_attempt(&world, 0);
	assert_false(line_world_run(&world, 10 * SECOND));
	assert_non_null(strstr(world.broken, "outlet 1 of car 1 gave its key to car 0"));
	assert_false(world.crossed);
	assert_int_equal(world.validations, 0);
}

static void with_limits_it_validates_the_neighbours_and_matches_none(void **state)
{
	const struct slac_ev_config config = car_with_limits();

	(void)state;
	build_two_by_two(&config);
	line_world_attempt(&world, 0);
	assert_true(line_world_run(&world, 10 * SECOND));
	assert_int_equal(world.validations, 1);
	assert_int_equal(world.cars[0].ev.state, SLAC_EV_FAILED);

	/* The neighbour comes by its outlet all the same. */
	line_world_attempt(&world, 1);
	assert_true(line_world_run(&world, 20 * SECOND));
	assert_int_equal(world.cars[1].ev.state, SLAC_EV_MATCHED);
}

/* Both cars find only the other's outlet, and toggle for it at the same time. */
static void build_crossed(bool separate_stations, uint8_t toggles_of_first, uint8_t toggles_of_second)
{
	const struct slac_ev_config config = car_with_limits();

	build_two_by_two(&config);
	world.separate_stations = separate_stations;
	world.paths[1][1].loss_permille = 1000;
	world.cars[0].config.vald_nb_toggles = toggles_of_first;
	world.cars[1].config.vald_nb_toggles = toggles_of_second;
	line_world_attempt(&world, 0);
	line_world_attempt(&world, 1);
}

static void stations_that_do_not_know_of_each_other_take_two_cars_that_toggle_alike_for_one_another(void **state)
{
	(void)state;
	build_crossed(true, 2, 2);
	assert_false(line_world_run(&world, 10 * SECOND));
	assert_non_null(strstr(world.broken, "gave its key to car"));
	assert_true(world.crossed);
}

static void one_station_lets_them_toggle_one_after_the_other(void **state)
{
	(void)state;
	build_crossed(false, 2, 2);
	assert_true(line_world_run(&world, 20 * SECOND));
	assert_int_equal(world.validations, 2);
	assert_int_equal(world.cars[0].ev.state, SLAC_EV_FAILED);
	assert_int_equal(world.cars[1].ev.state, SLAC_EV_FAILED);
}

static void two_cars_that_toggle_differently_are_not(void **state)
{
	(void)state;
	for (uint8_t i = 1; i <= 3; i++) {
		for (uint8_t j = 1; j <= 3; j++) {
			if (i == j)
				continue;
			build_crossed(true, i, j);
			assert_true(line_world_run(&world, 10 * SECOND));
			assert_int_equal(world.validations, 2);
			assert_int_equal(world.cars[0].ev.state, SLAC_EV_FAILED);
			assert_int_equal(world.cars[1].ev.state, SLAC_EV_FAILED);
		}
	}
}

static void the_same_seed_gives_the_same_site(void **state)
{
	struct totals first = {0}, second = {0};

	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		assert_null(play_site(seed, &loss_classes[1], &first));
		const uint64_t random = world.random;
		assert_null(play_site(seed, &loss_classes[1], &second));
		assert_true(world.random == random);
	}
	assert_memory_equal(&first, &second, sizeof(first));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_car_ends_on_its_own_outlet_or_on_none),
		cmocka_unit_test(the_same_seed_gives_the_same_site),
		cmocka_unit_test(without_limits_a_car_that_its_outlet_does_not_hear_takes_the_neighbours),
		cmocka_unit_test(with_limits_it_validates_the_neighbours_and_matches_none),
		cmocka_unit_test(
			stations_that_do_not_know_of_each_other_take_two_cars_that_toggle_alike_for_one_another),
		cmocka_unit_test(one_station_lets_them_toggle_one_after_the_other),
		cmocka_unit_test(two_cars_that_toggle_differently_are_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
