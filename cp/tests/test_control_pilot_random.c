/* SPDX-License-Identifier: Apache-2.0 */
/* Random inputs and a station that loses, delays, refuses and restarts: what must hold of its physical pilot. */
#include "cp/tests/station_model.h"

#include "cp/duty_cycle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MS         UINT64_C(1000)
#define INPUTS     300000
#define RUN_INPUTS 2000
/* The pilot is what it should be after so long without a disturbance. */
#define CALM_MS 120000

struct world {
	struct control_pilot_config config;
	struct control_pilot pilot;
	struct station station;
	uint64_t now_us;
	bool connected, busy;
	bool confirmed_once; /* since the service began */
	/* what the station allows, by the test's own reckoning: */
	bool phase_is_connected[3];
	uint32_t limit_da;
	enum control_pilot_availability availability;
	/* what was reached: */
	unsigned inputs;
	unsigned nominals, takeovers, given_up, contradicted, overtaken, a_in_f, calms;
};

/* --- judging --- */

static void judge_request(const struct world *world, const struct control_pilot_sending *sending)
{
	if (sending->request.kind != PILOT_X2)
		return;
	assert_true(world->config.has_ac);
	assert_true(sending->request.current_da >= PILOT_CURRENT_MIN);
	assert_true(sending->request.current_da <= PILOT_CURRENT_MAX);
	assert_true(sending->request.current_da <= world->limit_da);
}

static void judge_pilot(struct world *world)
{
	const struct control_pilot_config *config = &world->config;
	/* After retries the last 5 % is followed by X1 alone ([V2G3-M06-07]). */
	const uint32_t gap_ms = config->init_retries > 0 ? config->step_x1_ms : config->step_x1_hlc_ms;
	struct station *station = &world->station;

	if (!station->nominal_is_new)
		return;
	station->nominal_is_new = false;
	world->nominals++;
	if (!station->nominal_was_blind)
		assert_true(station->nominal_gap_us >= gap_ms * MS);
}

static bool is_above_limit(const struct world *world)
{
	return world->station.pilot.kind == PILOT_X2 && world->station.pilot.current_da > world->limit_da;
}

static void judge_deadline(const struct world *world)
{
	const uint64_t deadline_us = control_pilot_deadline(&world->pilot);
	const bool quiet = world->station.request_count == 0 && world->station.news_count == 0;

	assert_true(deadline_us > world->now_us);
	/* The present limit is on its way, or will be within 2 s. */
	if (is_above_limit(world) && quiet && world->connected && world->confirmed_once)
		assert_true(deadline_us <= world->now_us + PILOT_REPEAT_MS * MS);
}

/* --- the service --- */

static void note(struct world *world, const struct control_pilot_outputs *out)
{
	for (size_t i = 0; i < out->count; i++) {
		world->takeovers += out->items[i] == CONTROL_PILOT_TAKEN_OVER;
		world->given_up += out->items[i] == CONTROL_PILOT_F_REFUSED;
		world->given_up += out->items[i] == CONTROL_PILOT_F_UNCONFIRMED;
		world->contradicted += out->items[i] == CONTROL_PILOT_CONTRADICTED;
		world->overtaken += out->items[i] == CONTROL_PILOT_OVERTAKEN;
		world->a_in_f += out->items[i] == CONTROL_PILOT_A_BELONGS_TO_F;
	}
}

static void give(struct world *world, struct control_pilot_input input)
{
	struct control_pilot_sending sending;
	struct control_pilot_outputs out;

	world->inputs++;
	control_pilot_input(&world->pilot, &input, world->now_us, &out);
	note(world, &out);
	if (control_pilot_send(&world->pilot, world->now_us, &sending)) {
		judge_request(world, &sending);
		if (world->connected && !world->busy)
			station_take_request(&world->station, &sending, world->now_us);
		else
			give(world,
			     (struct control_pilot_input){.kind = CONTROL_PILOT_NOT_SENT, .active = world->connected});
	}
	world->confirmed_once = world->confirmed_once || world->pilot.asking.confirmed;
}

static void pass(struct world *world, uint64_t end_us)
{
	struct control_pilot_input news;

	for (;;) {
		uint64_t due_us = station_due_us(&world->station);
		if (control_pilot_deadline(&world->pilot) < due_us)
			due_us = control_pilot_deadline(&world->pilot);
		if (due_us > end_us)
			break;
		if (due_us > world->now_us)
			world->now_us = due_us;
		station_run(&world->station, world->now_us);
		judge_pilot(world);
		if (!world->connected)
			station_lose_news(&world->station);
		if (station_next_news(&world->station, world->now_us, &news))
			give(world, news);
		if (control_pilot_deadline(&world->pilot) <= world->now_us)
			give(world, (struct control_pilot_input){.kind = CONTROL_PILOT_TICK});
		judge_deadline(world);
	}
	world->now_us = end_us;
}

/* The process is stopped. What comes in waits, and so does what is due. */
static void stop(struct world *world, uint64_t end_us)
{
	while (station_work_due_us(&world->station) <= end_us) {
		if (station_work_due_us(&world->station) > world->now_us)
			world->now_us = station_work_due_us(&world->station);
		station_run(&world->station, world->now_us);
		judge_pilot(world);
	}
	world->now_us = end_us;
}

static void connect(struct world *world, bool connected)
{
	const bool returns = connected && !world->connected;

	world->connected = connected;
	if (returns)
		give(world, (struct control_pilot_input){.kind = CONTROL_PILOT_REACHABLE});
	else if (!connected)
		station_lose_news(&world->station);
}

static void tell_limits(struct world *world)
{
	static const uint32_t limits_da[] = {0, 0, 59, 60, 100, 160, 160, 320, 900};
	struct control_pilot_input input = {.kind = CONTROL_PILOT_LIMIT, .limits = {.has_ac = true}};

	for (size_t i = 0; i < 3; i++)
		input.limits.phase_da[i] = limits_da[station_random(&world->station, 9)];
	if (station_random(&world->station, 4) != 0)
		input.limits.phase_da[1] = input.limits.phase_da[2] = input.limits.phase_da[0];
	input.limits.has_ac = station_random(&world->station, 10) != 0;
	input.limits.rcd_error = station_random(&world->station, 10) == 0;
	world->limit_da = input.limits.phase_da[0];
	for (size_t i = 1; i < 3; i++) {
		world->phase_is_connected[i] = world->phase_is_connected[i] || input.limits.phase_da[i] > 0;
		if (world->phase_is_connected[i] && input.limits.phase_da[i] < world->limit_da)
			world->limit_da = input.limits.phase_da[i];
	}
	if (!input.limits.has_ac || input.limits.rcd_error)
		world->limit_da = 0;
	give(world, input);
}

static void begin_service(struct world *world)
{
	/* A new process is up when the requests of the old one have arrived, and their answers are not for it. */
	while (world->station.request_count > 0)
		stop(world, world->station.requests[world->station.request_count - 1].due_us);
	station_lose_news(&world->station);
	control_pilot_init(&world->pilot, &world->config);
	memset(world->phase_is_connected, 0, sizeof(world->phase_is_connected));
	world->limit_da = 0;
	world->confirmed_once = false;
	give(world,
	     (struct control_pilot_input){.kind = CONTROL_PILOT_AVAILABILITY, .availability = world->availability});
	tell_limits(world);
	if (station_random(&world->station, 2) == 0)
		give(world, station_state(&world->station));
	give(world, (struct control_pilot_input){.kind = CONTROL_PILOT_START});
}

/* --- what happens --- */

static void change_station(struct world *world)
{
	struct station *station = &world->station;

	switch (station_random(station, 6)) {
	case 0:
		station->refuses_f = !station->refuses_f;
		break;
	case 1:
		station->refuses = !station->refuses && station_random(station, 2) == 0;
		break;
	case 2:
		station->answers = !station->answers;
		break;
	case 3:
		station->reports = !station->reports;
		break;
	case 4:
		station->loss = station_random(station, 2) == 0 ? 0 : station_random(station, 60);
		break;
	default:
		station->delay_ms = station_random(station, 2) == 0 ? 20 : station_random(station, 5000) + 1;
		break;
	}
}

static void change_vehicle(struct world *world)
{
	struct station *station = &world->station;

	switch (station_random(station, 8)) {
	case 0:
		station_plug(station, false, false, world->now_us);
		break;
	case 1:
		station_restart(station, world->now_us);
		break;
	case 2:
		station_short(station, !station->shorted && station_random(station, 3) == 0, world->now_us);
		break;
	case 3:
		station_report(station, world->now_us);
		break;
	default:
		station_plug(station, true, station_random(station, 2) == 0, world->now_us);
		break;
	}
}

static void change_service(struct world *world)
{
	switch (station_random(&world->station, 12)) {
	case 0:
		give(world, (struct control_pilot_input){.kind = CONTROL_PILOT_END});
		pass(world, world->now_us + 1000 * MS);
		begin_service(world);
		break;
	case 1:
		begin_service(world); /* killed */
		break;
	case 2:
		give(world, (struct control_pilot_input){.kind = CONTROL_PILOT_RESET});
		break;
	case 3:
		stop(world, world->now_us + station_random(&world->station, 8000) * MS);
		break;
	case 4:
		world->busy = station_random(&world->station, 8) == 0;
		break;
	default:
		connect(world, !world->connected || station_random(&world->station, 3) != 0);
		break;
	}
}

static void tell_something(struct world *world)
{
	static const enum control_pilot_input_kind kinds[] = {
		CONTROL_PILOT_INIT_TIMEOUT, CONTROL_PILOT_INIT_TIMEOUT, CONTROL_PILOT_INIT_TIMEOUT,
		CONTROL_PILOT_SLAC,         CONTROL_PILOT_EIM,          CONTROL_PILOT_HLC_CHARGING,
		CONTROL_PILOT_AVAILABILITY, CONTROL_PILOT_FAILED,       CONTROL_PILOT_LINK_LOST,
	};
	struct station *station = &world->station;
	struct control_pilot_input input = {.kind = kinds[station_random(station, 9)]};

	input.slac = (enum control_pilot_slac)station_random(station, 3);
	input.active = station_random(station, 2) == 0;
	if (input.kind == CONTROL_PILOT_HLC_CHARGING)
		input.active = station_random(station, 5) == 0;
	if (input.kind == CONTROL_PILOT_AVAILABILITY) {
		unsigned drawn = station_random(station, 8);
		input.availability = drawn < 3 ? (enum control_pilot_availability)drawn : CONTROL_PILOT_READY;
		world->availability = input.availability;
	}
	give(world, input);
}

static void do_something(struct world *world)
{
	static const uint32_t longest_ms[] = {2, 200, 1000, 4000, 9000};
	struct station *station = &world->station;

	switch (station_random(station, 12)) {
	case 0:
		change_station(world);
		break;
	case 1:
	case 2:
	case 3:
		change_vehicle(world);
		break;
	case 4:
		change_service(world);
		break;
	case 5:
	case 6:
		tell_limits(world);
		break;
	default:
		tell_something(world);
		break;
	}
	pass(world, world->now_us + station_random(station, longest_ms[station_random(station, 5)] * 1000) + 1);
}

/* --- when everything works again --- */

/* A restart of the station that nothing told of is noticed with the next vehicle. */
static void replug(struct world *world)
{
	station_plug(&world->station, false, false, world->now_us);
	pass(world, world->now_us + 1000 * MS);
	station_plug(&world->station, true, false, world->now_us);
	pass(world, world->now_us + CALM_MS * MS);
}

static void calm_down(struct world *world)
{
	const struct pilot_asking *asking = &world->pilot.asking;
	struct station *station = &world->station;

	station_calm_down(station);
	world->busy = false;
	connect(world, true);
	if (station->boots_until_us != 0)
		pass(world, station->boots_until_us);
	station_short(station, false, world->now_us);
	pass(world, world->now_us + CALM_MS * MS);
	if (asking->request.kind != PILOT_X1 && station->pilot.kind == PILOT_X1)
		replug(world);
	world->calms++;
	assert_true(control_pilot_deadline(&world->pilot) == CONTROL_PILOT_NEVER);
	if (asking->wanted) {
		assert_true(asking->confirmed);
		assert_true(pilot_request_equals(asking->request, station->pilot));
	}
	if (station->pilot.kind == PILOT_F)
		assert_int_equal(world->availability, CONTROL_PILOT_OUT_OF_ORDER);
	assert_false(is_above_limit(world));
}

static void draw_config(struct world *world)
{
	struct station *station = &world->station;
	struct control_pilot_config *config = &world->config;

	control_pilot_defaults(config, station_random(station, 4) == 0);
	config->has_ac = station_random(station, 8) != 0;
	config->hlc_at_start = station_random(station, 4) != 0;
	config->keep_at_exit = station_random(station, 2) == 0;
	config->failed_pulses = station_random(station, 2);
	config->pulse_on_link_loss = station_random(station, 2) == 0;
	config->basic_charging_on_eim = station_random(station, 2) == 0;
	station->reports_duty = !config->hlc_at_start || station_random(station, 3) != 0;
	station->reports_a_for_f = station_random(station, 6) == 0;
	/* Without its duty cycle a 5 % that nobody asked for looks like the X2 that was there before. */
	station->sets_hlc_itself = !config->hlc_at_start || (station->reports_duty && station_random(station, 2) == 0);
}

static void run(struct world *world, uint64_t seed)
{
	const unsigned end = world->inputs + RUN_INPUTS;
	unsigned actions = 0;

	station_init(&world->station, seed);
	world->connected = true;
	world->busy = false;
	world->availability = CONTROL_PILOT_READY;
	draw_config(world);
	begin_service(world);
	while (world->inputs < end) {
		do_something(world);
		if (++actions % 50 == 0)
			calm_down(world);
	}
}

static void pilot_of_a_station_that_may_do_anything_stays_right_and_becomes_right_again(void **state)
{
	static struct world world;

	(void)state;
	memset(&world, 0, sizeof(world));
	world.now_us = 1000 * MS;
	for (uint64_t seed = 1; world.inputs < INPUTS; seed++) {
		run(&world, seed);
	}
	/* The random walk comes to where it matters. */
	print_message("nominal %u, taken over %u, F given up %u, contradicted %u, overtaken %u, A in F %u, calm %u\n",
		      world.nominals, world.takeovers, world.given_up, world.contradicted, world.overtaken,
		      world.a_in_f, world.calms);
	assert_true(world.nominals > 1000);
	assert_true(world.takeovers > 5);
	assert_true(world.given_up > 20);
	assert_true(world.contradicted > 100);
	assert_true(world.overtaken > 5);
	assert_true(world.a_in_f > 5);
	assert_true(world.calms > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pilot_of_a_station_that_may_do_anything_stays_right_and_becomes_right_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
