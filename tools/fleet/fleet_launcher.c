/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/fleet/fleet_launcher.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fleet_launcher *fleet_launcher_new(const struct fleet_doing *doing, void *context, size_t max)
{
	struct fleet_launcher *launcher = calloc(1, sizeof(*launcher));

	if (launcher == NULL)
		return NULL;
	launcher->stations = calloc(max, sizeof(*launcher->stations));
	if (launcher->stations == NULL) {
		free(launcher);
		return NULL;
	}
	launcher->doing = doing;
	launcher->context = context;
	launcher->max = max;
	launcher->connectors = 2;
	return launcher;
}

void fleet_launcher_free(struct fleet_launcher *launcher)
{
	if (launcher == NULL)
		return;
	free(launcher->stations);
	free(launcher);
}

/* --- the table --- */

/* Where the station is, or would be. */
static size_t find_place(const struct fleet_launcher *launcher, const char *id)
{
	size_t low = 0;
	size_t high = launcher->count;

	while (low < high) {
		const size_t middle = (low + high) / 2;
		if (strcmp(launcher->stations[middle].identity.id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct fleet_known *find(const struct fleet_launcher *launcher, const char *id)
{
	const size_t place = find_place(launcher, id);

	if (place < launcher->count && strcmp(launcher->stations[place].identity.id, id) == 0)
		return &launcher->stations[place];
	return NULL;
}

const struct fleet_known *fleet_launcher_find(const struct fleet_launcher *launcher, const char *id)
{
	return find(launcher, id);
}

/* NULL: there is no room. */
static struct fleet_known *add(struct fleet_launcher *launcher, const struct fleet_identity *identity)
{
	const size_t place = find_place(launcher, identity->id);
	struct fleet_known *stations = launcher->stations;

	if (launcher->count == launcher->max)
		return NULL;
	memmove(&stations[place + 1], &stations[place], (launcher->count - place) * sizeof(*stations));
	stations[place] = (struct fleet_known){.identity = *identity, .life = FLEET_STARTING};
	launcher->count++;
	return &stations[place];
}

static void take_out(struct fleet_launcher *launcher, struct fleet_known *station)
{
	const size_t place = (size_t)(station - launcher->stations);

	launcher->count--;
	memmove(station, station + 1, (launcher->count - place) * sizeof(*station));
}

/* --- start --- */

static bool lives(const struct fleet_known *station)
{
	return station->life != FLEET_DEAD && !station->was_killed;
}

static void choose_id(const struct fleet_launcher *launcher, char id[FLEET_ID_SIZE])
{
	unsigned number = 1;

	do
		snprintf(id, FLEET_ID_SIZE, "S%u", number++);
	while (find(launcher, id) != NULL);
}

/* One that is dead begins anew, as it is asked for now. */
static bool let_start(struct fleet_launcher *launcher, const struct fleet_identity *identity)
{
	struct fleet_known *station = find(launcher, identity->id);

	if (station == NULL)
		station = add(launcher, identity);
	if (station == NULL)
		return false;
	*station = (struct fleet_known){.identity = *identity, .life = FLEET_STARTING, .waits = true};
	return true;
}

static void fill_identity(const struct fleet_launcher *launcher, const char *id, int connectors, bool has_link,
			  enum fleet_link link, struct fleet_identity *identity)
{
	*identity = (struct fleet_identity){.connectors = connectors > 0 ? connectors : launcher->connectors,
					    .link = has_link ? link : launcher->link};
	snprintf(identity->id, sizeof(identity->id), "%s", id);
	snprintf(identity->host, sizeof(identity->host), "%s", launcher->host);
}

static bool refuse_full(const struct fleet_launcher *launcher, char *error)
{
	snprintf(error, FLEET_ERROR_SIZE, "expected at most %zu stations (--max-stations)", launcher->max);
	return false;
}

static bool start(struct fleet_launcher *launcher, const struct fleet_command *command, char *error)
{
	struct fleet_identity identity;
	char id[FLEET_ID_SIZE];

	snprintf(id, sizeof(id), "%s", command->id);
	if (*id == '\0')
		choose_id(launcher, id);
	const struct fleet_known *station = find(launcher, id);
	if (station != NULL && lives(station)) {
		snprintf(error, FLEET_ERROR_SIZE, "id: expected one that is free: station %s is %s", id,
			 fleet_life_text(station->life));
		return false;
	}
	fill_identity(launcher, id, command->connectors, command->has_link, command->link, &identity);
	return let_start(launcher, &identity) || refuse_full(launcher, error);
}

bool fleet_launcher_start_setup(struct fleet_launcher *launcher, const struct fleet_setup *setup,
				char error[FLEET_ERROR_SIZE])
{
	size_t more = 0;

	for (size_t i = 0; i < setup->count; i++)
		more += find(launcher, setup->stations[i].id) == NULL;
	if (more > launcher->max - launcher->count)
		return refuse_full(launcher, error);
	for (size_t i = 0; i < setup->count; i++) {
		const struct fleet_setup_station *item = &setup->stations[i];
		const struct fleet_known *station = find(launcher, item->id);
		struct fleet_identity identity;
		if (station != NULL && lives(station))
			continue;
		fill_identity(launcher, item->id, item->connectors, item->has_link, item->link, &identity);
		let_start(launcher, &identity);
	}
	return true;
}

void fleet_launcher_write_setup(const struct fleet_launcher *launcher, struct fleet_setup *setup)
{
	setup->count = launcher->count;
	for (size_t i = 0; i < launcher->count; i++) {
		const struct fleet_identity *identity = &launcher->stations[i].identity;
		struct fleet_setup_station *station = &setup->stations[i];
		*station = (struct fleet_setup_station){
			.connectors = identity->connectors, .has_link = true, .link = identity->link};
		memcpy(station->id, identity->id, sizeof(station->id));
	}
}

/* --- kill, restart, close --- */

static void begin_clearing(struct fleet_known *station)
{
	station->closes = false;
	if (station->clears == 0)
		station->clears = (unsigned)station->identity.connectors + 1;
}

static void find_dead(struct fleet_launcher *launcher, struct fleet_known *station)
{
	station->life = FLEET_DEAD;
	station->was_spawned = false;
	station->is_confirmed = true;
	if (station->closes)
		begin_clearing(station);
	else
		launcher->doing->tell_dead(launcher->context, &station->identity);
}

/* False: it is dead. One whose keeper the broker takes for dead, as it is stopped, may be there all the same. */
static bool kill_one(struct fleet_launcher *launcher, struct fleet_known *station)
{
	if (station->waits) {
		station->waits = false;
		station->life = FLEET_DEAD;
		launcher->doing->tell_dead(launcher->context, &station->identity);
		return true;
	}
	if (launcher->doing->kill(launcher->context, station->identity.id)) {
		/* One that was not at the broker yet has no last will. */
		if (station->was_spawned)
			find_dead(launcher, station);
		else
			station->was_killed = station->life != FLEET_DEAD;
		return true;
	}
	if (station->life == FLEET_DEAD)
		return false;
	launcher->doing->forward(launcher->context, station->identity.id, FLEET_KILL);
	return true;
}

static void restart_one(struct fleet_launcher *launcher, struct fleet_known *station)
{
	if (!lives(station)) {
		station->life = FLEET_STARTING;
		station->waits = true;
		station->was_killed = station->closes = false;
		station->is_confirmed = false;
		station->clears = 0;
	} else if (!station->waits) {
		launcher->doing->forward(launcher->context, station->identity.id, FLEET_RESTART);
	}
}

static void close_one(struct fleet_launcher *launcher, struct fleet_known *station)
{
	if (station->life != FLEET_DEAD && !station->waits) {
		station->closes = !station->is_confirmed || station->was_killed;
		launcher->doing->forward(launcher->context, station->identity.id, FLEET_CLOSE);
		return;
	}
	station->waits = false;
	station->life = FLEET_DEAD;
	begin_clearing(station);
}

static void apply(struct fleet_launcher *launcher, enum fleet_command_kind kind, struct fleet_known *station)
{
	if (kind == FLEET_CLOSE)
		close_one(launcher, station);
	else if (kind == FLEET_RESTART)
		restart_one(launcher, station);
	else
		kill_one(launcher, station);
}

bool fleet_launcher_obey(struct fleet_launcher *launcher, const struct fleet_command *command,
			 char error[FLEET_ERROR_SIZE])
{
	if (command->kind == FLEET_START)
		return start(launcher, command, error);
	if (command->id[0] == '\0') {
		for (size_t i = 0; i < launcher->count; i++)
			apply(launcher, command->kind, &launcher->stations[i]);
		return true;
	}
	struct fleet_known *station = find(launcher, command->id);
	if (station == NULL) {
		snprintf(error, FLEET_ERROR_SIZE, "id: expected a station that there is, not %s", command->id);
		return false;
	}
	if (command->kind != FLEET_KILL) {
		apply(launcher, command->kind, station);
		return true;
	}
	if (!kill_one(launcher, station)) {
		snprintf(error, FLEET_ERROR_SIZE, "id: expected a station that lives, %s is Dead", command->id);
		return false;
	}
	return true;
}

/* --- what is heard --- */

void fleet_launcher_hear(struct fleet_launcher *launcher, const char *id, const char *payload, size_t len)
{
	struct fleet_known *station = find(launcher, id);
	struct fleet_identity identity;
	enum fleet_life life = FLEET_DEAD;
	char error[FLEET_ERROR_SIZE];

	if (len == 0) {
		/* One that waits, or has just been started, has cleared what was left of the one before. */
		if (station != NULL && !station->waits && !station->was_spawned)
			take_out(launcher, station);
		return;
	}
	if (!fleet_status_read(payload, len, id, &identity, &life, error))
		return;
	if (station == NULL)
		station = add(launcher, &identity);
	if (station == NULL) {
		launcher->doing->complain(launcher->context,
					  "a station is there that is not known: expected at most as "
					  "many as --max-stations says");
		return;
	}
	/* The end of the one before, which is told late, is not the end of the next one. */
	if (station->waits || (station->was_spawned && life == FLEET_DEAD))
		return;
	const bool closes = station->closes;
	*station = (struct fleet_known){.identity = identity,
					.life = life,
					.is_confirmed = true,
					.spawned_us = station->spawned_us,
					.clears = life == FLEET_DEAD ? station->clears : 0};
	if (closes)
		close_one(launcher, station);
}

void fleet_launcher_connected(struct fleet_launcher *launcher, uint64_t now_us)
{
	for (size_t i = 0; i < launcher->count; i++)
		launcher->stations[i].is_confirmed = false;
	launcher->confirm_us = now_us + FLEET_CONFIRM_US;
}

void fleet_launcher_keeper_ended(struct fleet_launcher *launcher, const char *id, const char *why)
{
	struct fleet_known *station = find(launcher, id);
	char error[FLEET_ERROR_SIZE];

	/* Of one that was heard of its last will tells. */
	if (station == NULL || !station->was_spawned)
		return;
	snprintf(error, sizeof(error), "station %s cannot be started: its keeper has ended (%.200s), see its log", id,
		 why);
	launcher->doing->complain(launcher->context, error);
	find_dead(launcher, station);
}

/* --- time --- */

static bool is_starting(const struct fleet_known *station, uint64_t now_us)
{
	return station->life == FLEET_STARTING && !station->waits && station->spawned_us > 0 &&
	       now_us < station->spawned_us + FLEET_START_US;
}

static size_t count_starting(const struct fleet_launcher *launcher, uint64_t now_us)
{
	size_t count = 0;

	for (size_t i = 0; i < launcher->count; i++)
		count += is_starting(&launcher->stations[i], now_us);
	return count;
}

static void spawn(struct fleet_launcher *launcher, struct fleet_known *station, uint64_t now_us)
{
	char error[FLEET_ERROR_SIZE] = "";
	char complaint[FLEET_ERROR_SIZE];

	station->waits = false;
	station->spawned_us = now_us;
	station->was_spawned = launcher->doing->spawn(launcher->context, &station->identity, error);
	if (station->was_spawned)
		return;
	snprintf(complaint, sizeof(complaint), "station %s cannot be started: %.400s", station->identity.id, error);
	launcher->doing->complain(launcher->context, complaint);
	find_dead(launcher, station);
}

/* What the broker has forgotten, and no keeper has told again, has died while the broker was away. */
static void look_after_unconfirmed(struct fleet_launcher *launcher)
{
	launcher->confirm_us = 0;
	for (size_t i = 0; i < launcher->count; i++) {
		struct fleet_known *station = &launcher->stations[i];
		if (!station->is_confirmed && !station->waits && !station->was_spawned)
			find_dead(launcher, station);
	}
}

/*
 * True: all of it is cleared. The last is the status of the station: who has heard that it is gone hears nothing more of
 * it.
 */
static bool clear_one(struct fleet_launcher *launcher, struct fleet_known *station, unsigned *left)
{
	if (station->clears == 0)
		return false;
	for (; station->clears > 0 && *left > 0; (*left)--)
		launcher->doing->clear(launcher->context, &station->identity, --station->clears);
	return station->clears == 0;
}

static void clear_some(struct fleet_launcher *launcher, uint64_t now_us)
{
	unsigned left = FLEET_CLEARED_EACH;

	if (now_us < launcher->clear_us)
		return;
	for (size_t i = 0; i < launcher->count && left > 0;) {
		if (clear_one(launcher, &launcher->stations[i], &left))
			take_out(launcher, &launcher->stations[i]);
		else
			i++;
	}
	if (left < FLEET_CLEARED_EACH)
		launcher->clear_us = now_us + FLEET_CLEAR_US;
}

void fleet_launcher_tick(struct fleet_launcher *launcher, uint64_t now_us)
{
	size_t starting = count_starting(launcher, now_us);

	clear_some(launcher, now_us);
	for (size_t i = 0; i < launcher->count && starting < FLEET_PARALLEL; i++) {
		if (!launcher->stations[i].waits)
			continue;
		spawn(launcher, &launcher->stations[i], now_us);
		starting += launcher->stations[i].was_spawned;
	}
	if (launcher->confirm_us > 0 && now_us >= launcher->confirm_us)
		look_after_unconfirmed(launcher);
}

uint64_t fleet_launcher_due(const struct fleet_launcher *launcher, uint64_t now_us)
{
	uint64_t due_us = launcher->confirm_us > 0 ? launcher->confirm_us : UINT64_MAX;
	bool any_waits = false;
	bool any_clears = false;

	for (size_t i = 0; i < launcher->count; i++) {
		any_waits |= launcher->stations[i].waits;
		any_clears |= launcher->stations[i].clears > 0;
	}
	if (any_clears && launcher->clear_us < due_us)
		due_us = launcher->clear_us;
	if (!any_waits)
		return due_us;
	if (count_starting(launcher, now_us) < FLEET_PARALLEL)
		return now_us;
	for (size_t i = 0; i < launcher->count; i++) {
		const struct fleet_known *station = &launcher->stations[i];
		if (is_starting(station, now_us) && station->spawned_us + FLEET_START_US < due_us)
			due_us = station->spawned_us + FLEET_START_US;
	}
	return due_us;
}
