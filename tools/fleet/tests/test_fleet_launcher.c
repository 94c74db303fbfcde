/* SPDX-License-Identifier: Apache-2.0 */
/* What a launcher makes of commands and statuses; what it does is written down. */
#include "tools/fleet/fleet_launcher.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char done[4096];
static char error[FLEET_ERROR_SIZE];
static bool spawns, kills;
static struct fleet_launcher *launcher;

static void note(const char *what, const char *id)
{
	const size_t used = strlen(done);

	snprintf(done + used, sizeof(done) - used, "%s%s %s", used > 0 ? ", " : "", what, id);
}

static bool spawn(void *context, const struct fleet_identity *identity, char why[FLEET_ERROR_SIZE])
{
	(void)context;
	note(spawns ? "spawn" : "fail", identity->id);
	snprintf(why, FLEET_ERROR_SIZE, "no process");
	return spawns;
}

static bool kill_keeper(void *context, const char *id)
{
	(void)context;
	if (kills)
		note("kill", id);
	return kills;
}

static void forward(void *context, const char *id, enum fleet_command_kind kind)
{
	(void)context;
	note(fleet_station_command_text(kind), id);
}

static void tell_dead(void *context, const struct fleet_identity *identity)
{
	(void)context;
	note("dead", identity->id);
}

static unsigned cleared;

static void take_back(void *context, const struct fleet_identity *identity, unsigned connector)
{
	(void)context;
	cleared++;
	if (connector == 0)
		note("clear", identity->id);
}

static void complain(void *context, const char *text)
{
	(void)context;
	note("complain", text);
}

static const struct fleet_doing doing = {spawn, kill_keeper, forward, tell_dead, take_back, complain};

static int begin(void **state)
{
	(void)state;
	done[0] = '\0';
	spawns = kills = true;
	launcher = fleet_launcher_new(&doing, NULL, 6);
	return launcher == NULL;
}

static int end(void **state)
{
	(void)state;
	fleet_launcher_free(launcher);
	return 0;
}

static void assert_done(const char *expected)
{
	assert_string_equal(done, expected);
	done[0] = '\0';
}

static bool obey(const char *text)
{
	struct fleet_command command;

	assert_true(fleet_launcher_command_read(text, strlen(text), &command, error));
	return fleet_launcher_obey(launcher, &command, error);
}

static void hear(const char *id, const char *life)
{
	char text[128] = "";

	if (*life != '\0')
		snprintf(text, sizeof(text), "{\"status\":\"%s\",\"connectors\":3,\"link\":\"unix\",\"host\":\"h\"}",
			 life);
	fleet_launcher_hear(launcher, id, text, strlen(text));
}

static enum fleet_life life_of(const char *id)
{
	const struct fleet_known *station = fleet_launcher_find(launcher, id);

	assert_non_null(station);
	return station->life;
}

static void stations_without_id_are_given_the_next_one(void **state)
{
	(void)state;
	assert_true(obey("{\"command\":\"start\",\"id\":\"S2\"}"));
	assert_true(obey("{\"command\":\"start\"}"));
	assert_true(obey("{\"command\":\"start\",\"connectors\":7}"));
	assert_non_null(fleet_launcher_find(launcher, "S1"));
	assert_int_equal(fleet_launcher_find(launcher, "S3")->identity.connectors, 7);
	assert_false(obey("{\"command\":\"start\",\"id\":\"S2\"}"));
	assert_non_null(strstr(error, "id: expected one that is free: station S2 is Starting"));
	fleet_launcher_tick(launcher, 1);
	assert_done("spawn S1, spawn S2, spawn S3");
	fleet_launcher_tick(launcher, 2);
	assert_done("");
}

static void only_some_start_at_a_time(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 6; i++)
		assert_true(obey("{\"command\":\"start\"}"));
	fleet_launcher_tick(launcher, 1);
	assert_done("spawn S1, spawn S2, spawn S3, spawn S4");
	assert_true(fleet_launcher_due(launcher, 1) == 1 + FLEET_START_US);
	hear("S2", "Starting");
	fleet_launcher_tick(launcher, 2);
	assert_done("");
	hear("S2", "Alive");
	assert_true(fleet_launcher_due(launcher, 2) == 2);
	fleet_launcher_tick(launcher, 2);
	assert_done("spawn S5");
	/* One that does not get alive holds nobody up for ever. */
	fleet_launcher_tick(launcher, 1 + FLEET_START_US);
	assert_done("spawn S6");
	assert_true(fleet_launcher_due(launcher, 2 + FLEET_START_US) == UINT64_MAX);
}

static void a_full_table_refuses(void **state)
{
	static struct fleet_setup setup = {.count = 2, .stations = {{.id = "S1"}, {.id = "X1"}}};

	(void)state;
	for (unsigned i = 0; i < 6; i++)
		assert_true(obey("{\"command\":\"start\"}"));
	assert_false(obey("{\"command\":\"start\"}"));
	assert_non_null(strstr(error, "expected at most 6 stations"));
	assert_false(fleet_launcher_start_setup(launcher, &setup, error));
	assert_int_equal(launcher->count, 6);
	hear("X2", "Alive");
	assert_non_null(strstr(done, "complain a station is there that is not known"));
}

static void a_new_launcher_finds_living_and_dead_ones(void **state)
{
	(void)state;
	hear("S1", "Alive");
	hear("S2", "Dead");
	hear("S3", "nonsense");
	assert_int_equal(launcher->count, 2);
	assert_int_equal(life_of("S1"), FLEET_ALIVE);
	assert_int_equal(life_of("S2"), FLEET_DEAD);
	assert_false(obey("{\"command\":\"start\",\"id\":\"S1\"}"));
	kills = false;
	assert_false(obey("{\"command\":\"kill\",\"id\":\"S2\"}"));
	assert_non_null(strstr(error, "S2 is Dead"));
	assert_false(obey("{\"command\":\"kill\",\"id\":\"S9\"}"));
	assert_non_null(strstr(error, "expected a station that there is, not S9"));
	/* A dead one is restarted as it was. */
	assert_true(obey("{\"command\":\"restart\",\"id\":\"S2\"}"));
	fleet_launcher_tick(launcher, 1);
	assert_done("spawn S2");
	assert_int_equal(fleet_launcher_find(launcher, "S2")->identity.connectors, 3);
	hear("S2", "Dead"); /* what is told late of the one before */
	assert_int_equal(life_of("S2"), FLEET_STARTING);
}

static void all_stations_are_meant_without_an_id(void **state)
{
	(void)state;
	hear("S1", "Alive");
	hear("S2", "Dead");
	hear("S3", "Alive");
	assert_true(obey("{\"command\":\"kill\"}"));
	/* The keeper of a dead one may have been stopped only. */
	assert_done("kill S1, kill S2, kill S3");
	kills = false; /* they are on another host */
	assert_true(obey("{\"command\":\"kill\",\"id\":\"*\"}"));
	assert_done("{\"command\":\"kill\"} S1, {\"command\":\"kill\"} S3");
	assert_true(obey("{\"command\":\"close\"}"));
	assert_done("{\"command\":\"close\"} S1, {\"command\":\"close\"} S3");
	fleet_launcher_tick(launcher, 1);
	assert_done("clear S2");
	assert_int_equal(launcher->count, 2);
	hear("S1", "");
	hear("S3", "");
	assert_int_equal(launcher->count, 0);
}

static void one_that_waits_can_be_killed_and_closed(void **state)
{
	(void)state;
	assert_true(obey("{\"command\":\"start\"}"));
	assert_true(obey("{\"command\":\"kill\",\"id\":\"S1\"}"));
	assert_done("dead S1");
	assert_true(obey("{\"command\":\"restart\",\"id\":\"S1\"}"));
	assert_true(obey("{\"command\":\"restart\",\"id\":\"S1\"}"));
	assert_true(obey("{\"command\":\"close\",\"id\":\"S1\"}"));
	fleet_launcher_tick(launcher, 1);
	assert_done("clear S1");
	assert_int_equal(launcher->count, 0);
}

/* A command that comes before the keeper listens would be lost. */
static void one_that_begins_can_be_closed(void **state)
{
	(void)state;
	assert_true(obey("{\"command\":\"start\"}"));
	fleet_launcher_tick(launcher, 1);
	assert_true(obey("{\"command\":\"close\",\"id\":\"S1\"}"));
	assert_done("spawn S1, {\"command\":\"close\"} S1");
	hear("S1", "Starting");
	assert_done("{\"command\":\"close\"} S1");
	hear("S1", "Starting");
	assert_done("");
	hear("S1", "");
	assert_int_equal(launcher->count, 0);
	/* Its keeper ends before anything was heard of it. */
	assert_true(obey("{\"command\":\"start\"}"));
	fleet_launcher_tick(launcher, 2);
	assert_true(obey("{\"command\":\"close\",\"id\":\"S1\"}"));
	fleet_launcher_keeper_ended(launcher, "S1", "exit code 1");
	fleet_launcher_tick(launcher, FLEET_CLEAR_US);
	assert_int_equal(launcher->count, 0);
}

static void one_that_begins_can_be_killed(void **state)
{
	(void)state;
	assert_true(obey("{\"command\":\"start\"}"));
	fleet_launcher_tick(launcher, 1);
	assert_true(obey("{\"command\":\"kill\",\"id\":\"S1\"}"));
	assert_done("spawn S1, kill S1, dead S1");
	assert_int_equal(life_of("S1"), FLEET_DEAD);
	fleet_launcher_keeper_ended(launcher, "S1", "signal 9");
	assert_done("");
}

/* Before its last will is heard. */
static void one_that_was_killed_is_started_or_closed_at_once(void **state)
{
	static struct fleet_setup setup = {.count = 1, .stations = {{.id = "S2"}}};

	(void)state;
	hear("S1", "Alive");
	hear("S2", "Alive");
	hear("S3", "Alive");
	assert_true(obey("{\"command\":\"kill\"}"));
	assert_true(obey("{\"command\":\"restart\",\"id\":\"S1\"}"));
	assert_true(fleet_launcher_start_setup(launcher, &setup, error));
	assert_true(obey("{\"command\":\"close\",\"id\":\"S3\"}"));
	assert_done("kill S1, kill S2, kill S3, {\"command\":\"close\"} S3");
	fleet_launcher_tick(launcher, 1);
	assert_done("spawn S1, spawn S2");
	hear("S1", "Dead");
	hear("S2", "Dead");
	hear("S3", "Dead");
	assert_int_equal(life_of("S1"), FLEET_STARTING);
	assert_int_equal(life_of("S2"), FLEET_STARTING);
	fleet_launcher_tick(launcher, 1 + FLEET_CLEAR_US);
	assert_done("clear S3");
	assert_true(obey("{\"command\":\"restart\",\"id\":\"S1\"}"));
	assert_done("{\"command\":\"restart\"} S1");
}

/* Its keeper comes back to the broker later than the launcher. */
static void one_that_is_not_back_at_the_broker_can_be_closed(void **state)
{
	(void)state;
	hear("S1", "Alive");
	hear("S2", "Alive");
	fleet_launcher_connected(launcher, 1000);
	assert_true(obey("{\"command\":\"close\"}"));
	assert_done("{\"command\":\"close\"} S1, {\"command\":\"close\"} S2");
	hear("S1", "Alive");
	assert_done("{\"command\":\"close\"} S1");
	fleet_launcher_tick(launcher, 1000 + FLEET_CONFIRM_US);
	fleet_launcher_tick(launcher, 1000 + FLEET_CONFIRM_US + FLEET_CLEAR_US);
	assert_done("clear S2");
}

static void many_connectors_are_cleared_little_by_little(void **state)
{
	(void)state;
	assert_true(obey("{\"command\":\"start\",\"connectors\":100}"));
	assert_true(obey("{\"command\":\"close\"}"));
	assert_true(obey("{\"command\":\"close\"}"));
	cleared = 0;
	fleet_launcher_tick(launcher, 1);
	assert_int_equal(cleared, FLEET_CLEARED_EACH);
	assert_true(fleet_launcher_due(launcher, 1) == 1 + FLEET_CLEAR_US);
	fleet_launcher_tick(launcher, FLEET_CLEAR_US);
	assert_int_equal(cleared, FLEET_CLEARED_EACH);
	assert_done("");
	fleet_launcher_tick(launcher, 1 + FLEET_CLEAR_US);
	assert_int_equal(cleared, 101);
	assert_done("clear S1");
	assert_int_equal(launcher->count, 0);
}

static void a_keeper_that_cannot_start_is_dead_and_said(void **state)
{
	(void)state;
	spawns = false;
	assert_true(obey("{\"command\":\"start\"}"));
	fleet_launcher_tick(launcher, 1);
	assert_done("fail S1, complain station S1 cannot be started: no process, dead S1");
	assert_int_equal(life_of("S1"), FLEET_DEAD);
	spawns = true;
	assert_true(obey("{\"command\":\"restart\",\"id\":\"S1\"}"));
	fleet_launcher_tick(launcher, 2);
	fleet_launcher_keeper_ended(launcher, "S1", "exit code 1");
	assert_non_null(strstr(done, "its keeper has ended (exit code 1)"));
	assert_int_equal(life_of("S1"), FLEET_DEAD);
	done[0] = '\0';
	/* Of one that was heard of its last will tells. */
	hear("S1", "Alive");
	fleet_launcher_keeper_ended(launcher, "S1", "signal 9");
	assert_done("");
	assert_int_equal(life_of("S1"), FLEET_ALIVE);
}

static void who_does_not_come_back_behind_a_broker_is_dead(void **state)
{
	(void)state;
	hear("S1", "Alive");
	hear("S2", "Alive");
	fleet_launcher_connected(launcher, 1000);
	hear("S1", "Alive");
	fleet_launcher_tick(launcher, 999 + FLEET_CONFIRM_US);
	assert_done("");
	assert_true(fleet_launcher_due(launcher, 2000) == 1000 + FLEET_CONFIRM_US);
	fleet_launcher_tick(launcher, 1000 + FLEET_CONFIRM_US);
	assert_done("dead S2");
	assert_true(fleet_launcher_due(launcher, 2000 + FLEET_CONFIRM_US) == UINT64_MAX);
}

static void setup_starts_those_that_do_not_live(void **state)
{
	static struct fleet_setup setup = {.count = 3,
					   .stations = {{.id = "S1", .connectors = 1},
							{.id = "S2", .connectors = 5},
							{.id = "S3", .has_link = true, .link = FLEET_LINK_VETH}}};

	(void)state;
	hear("S1", "Alive");
	hear("S2", "Dead");
	assert_true(fleet_launcher_start_setup(launcher, &setup, error));
	fleet_launcher_tick(launcher, 1);
	assert_done("spawn S2, spawn S3");
	fleet_launcher_write_setup(launcher, &setup);
	assert_int_equal(setup.count, 3);
	assert_int_equal(setup.stations[0].connectors, 3);
	assert_int_equal(setup.stations[1].connectors, 5);
	assert_int_equal(setup.stations[2].connectors, 2);
	assert_int_equal(setup.stations[2].link, FLEET_LINK_VETH);
}

#define test(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(stations_without_id_are_given_the_next_one),
		test(only_some_start_at_a_time),
		test(a_full_table_refuses),
		test(a_new_launcher_finds_living_and_dead_ones),
		test(all_stations_are_meant_without_an_id),
		test(one_that_waits_can_be_killed_and_closed),
		test(one_that_begins_can_be_closed),
		test(one_that_begins_can_be_killed),
		test(one_that_was_killed_is_started_or_closed_at_once),
		test(one_that_is_not_back_at_the_broker_can_be_closed),
		test(many_connectors_are_cleared_little_by_little),
		test(a_keeper_that_cannot_start_is_dead_and_said),
		test(who_does_not_come_back_behind_a_broker_is_dead),
		test(setup_starts_those_that_do_not_live),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
