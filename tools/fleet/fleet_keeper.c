/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/fleet/fleet_keeper_internal.h"

#include "service/event_loop.h"
#include "service/startup.h"
#include "service/timer.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Two seconds. */
#define LOCK_ATTEMPTS 100
#define LOCK_PAUSE_NS 20000000

static void take_commands(struct fleet_keeper *keeper, uint64_t now_us)
{
	static struct fleet_commands commands;

	for (unsigned i = 0; i < fleet_keeper_connectors(keeper); i++) {
		const size_t car = FLEET_PROGRAM_CAR + i;
		fleet_connector_take_commands(&keeper->connectors[i],
					      fleet_keeper_can_tell(keeper, FLEET_PROGRAM_STATION),
					      fleet_keeper_can_tell(keeper, car), now_us, &commands);
		for (size_t j = 0; j < commands.count; j++)
			fleet_keeper_tell(keeper, commands.lines[j].to_car ? car : FLEET_PROGRAM_STATION,
					  commands.lines[j].text);
	}
}

static uint64_t least(uint64_t one, uint64_t other)
{
	return one < other ? one : other;
}

static uint64_t due_us(const struct fleet_keeper *keeper, uint64_t now_us)
{
	uint64_t due_us = least(fleet_programs_due(&keeper->programs), fleet_keeper_statuses_due(keeper, now_us));
	const bool has_station = fleet_keeper_can_tell(keeper, FLEET_PROGRAM_STATION);

	for (unsigned i = 0; i < fleet_keeper_connectors(keeper); i++)
		due_us = least(due_us,
			       fleet_connector_due(&keeper->connectors[i], has_station,
						   fleet_keeper_can_tell(keeper, FLEET_PROGRAM_CAR + i), now_us));
	return due_us;
}

void fleet_keeper_turn(struct fleet_keeper *keeper)
{
	const uint64_t now_us = clock_now_us();

	if (keeper->has_ended)
		return;
	if (fleet_keeper_run_programs(keeper, now_us)) {
		keeper->has_ended = true;
		event_base_loopbreak(keeper->base);
		return;
	}
	take_commands(keeper, now_us);
	fleet_keeper_tell_statuses(keeper, now_us);
	timer_arm(keeper->timer, due_us(keeper, now_us));
}

void fleet_keeper_end(struct fleet_keeper *keeper, enum fleet_ending ending)
{
	if (keeper->ending == FLEET_ENDING_NOT)
		keeper->ending = ending;
	fleet_programs_plan(&keeper->programs, FLEET_END);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	fleet_keeper_turn(context);
}

static void on_child(evutil_socket_t number, short what, void *context)
{
	(void)number;
	(void)what;
	fleet_keeper_reap(context);
	fleet_keeper_turn(context);
}

static void on_signal(evutil_socket_t number, short what, void *context)
{
	struct fleet_keeper *keeper = context;

	(void)what;
	fleet_log_say(keeper->log, "ends: signal %d", (int)number);
	fleet_keeper_end(keeper, FLEET_ENDING_SIGNAL);
	fleet_keeper_turn(keeper);
}

/* A keeper that was killed or closed just now has it until it has ended. */
static bool lock_place(const char *path, pid_t *holder)
{
	const struct timespec pause = {.tv_nsec = LOCK_PAUSE_NS};

	for (unsigned i = 0; i < LOCK_ATTEMPTS; i++) {
		if (fleet_place_lock(path, holder))
			return true;
		if (errno != EACCES && errno != EAGAIN)
			return false;
		nanosleep(&pause, NULL);
	}
	return false;
}

/* The station's directory, and that nobody else keeps it. */
static bool take_place(struct fleet_keeper *keeper, char *error)
{
	const struct fleet_options *options = keeper->options;
	char path[FLEET_PATH_SIZE];
	pid_t holder;

	fleet_place_of_station(options->directory, options->keeper, path);
	if (!fleet_place_make(options->directory, error) || !fleet_place_make(path, error))
		return false;
	fleet_place_path(options->directory, options->keeper, "lock", path);
	if (!lock_place(path, &holder)) {
		if (holder > 0)
			snprintf(error, FLEET_ERROR_SIZE, "station %s has a keeper already, process %ld",
				 options->keeper, (long)holder);
		else
			snprintf(error, FLEET_ERROR_SIZE, "%.200s: cannot be locked: %s", path, strerror(errno));
		return false;
	}
	fleet_place_path(options->directory, options->keeper, "log", path);
	keeper->log = fleet_log_new(path, FLEET_LOG_MAX);
	keeper->message = calloc(1, sizeof(*keeper->message));
	if (keeper->log != NULL && keeper->message != NULL)
		return true;
	snprintf(error, FLEET_ERROR_SIZE, "no memory");
	return false;
}

static bool watch(struct fleet_keeper *keeper)
{
	keeper->timer = event_new(keeper->base, -1, 0, on_timer, keeper);
	keeper->signals[0] = event_loop_watch_signal(keeper->base, SIGCHLD, on_child, keeper);
	keeper->signals[1] = event_loop_watch_signal(keeper->base, SIGTERM, on_signal, keeper);
	keeper->signals[2] = event_loop_watch_signal(keeper->base, SIGINT, on_signal, keeper);
	return keeper->timer != NULL && keeper->signals[0] != NULL && keeper->signals[1] != NULL &&
	       keeper->signals[2] != NULL;
}

static void identify(struct fleet_keeper *keeper)
{
	keeper->identity.connectors = keeper->options->connectors;
	keeper->identity.link = keeper->options->link;
	snprintf(keeper->identity.id, sizeof(keeper->identity.id), "%s", keeper->options->keeper);
	gethostname(keeper->identity.host, sizeof(keeper->identity.host) - 1);
	clock_utc_text(clock_wall_us(), keeper->started);
	fleet_by_make(keeper->started, keeper->identity.host, (long)getpid(), keeper->by);
}

static bool prepare(struct fleet_keeper *keeper, char *error)
{
	identify(keeper);
	if (!take_place(keeper, error) || !fleet_keeper_prepare_programs(keeper, error))
		return false;
	if (watch(keeper) && fleet_keeper_open_broker(keeper))
		return true;
	snprintf(error, FLEET_ERROR_SIZE, "the event loop or the MQTT client cannot be started: %s", strerror(errno));
	return false;
}

static void release(struct fleet_keeper *keeper)
{
	fleet_keeper_close_broker(keeper);
	fleet_keeper_free_programs(keeper);
	if (keeper->ending == FLEET_ENDING_CLOSED)
		fleet_place_clean(keeper->options->directory, keeper->identity.id);
	for (size_t i = 0; i < sizeof(keeper->signals) / sizeof(keeper->signals[0]); i++)
		event_loop_unwatch_signal(keeper->signals[i]);
	if (keeper->timer != NULL)
		event_free(keeper->timer);
	fleet_log_free(keeper->log);
	free(keeper->message);
	event_base_free(keeper->base);
}

int fleet_keeper_run(const struct fleet_options *options)
{
	struct fleet_keeper *keeper = calloc(1, sizeof(*keeper));
	char error[FLEET_ERROR_SIZE] = "no memory";
	bool done = false;

	if (keeper == NULL)
		return EXIT_CODE_FAILURE;
	keeper->options = options;
	keeper->network = -1;
	keeper->base = event_loop_new();
	if (keeper->base != NULL && prepare(keeper, error)) {
		fleet_keeper_turn(keeper);
		done = event_base_dispatch(keeper->base) >= 0;
	} else {
		fprintf(stderr, "cs-fleet: %s\n", error);
		if (keeper->log != NULL)
			fleet_log_say(keeper->log, "%s", error);
	}
	if (keeper->base != NULL)
		release(keeper);
	free(keeper);
	return done ? EXIT_CODE_OK : EXIT_CODE_FAILURE;
}
