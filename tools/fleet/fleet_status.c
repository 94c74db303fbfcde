/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/fleet/fleet_status.h"

#include "tools/fleet/fleet_json.h"

#include <stdio.h>
#include <string.h>

static const char *const lives[] = {[FLEET_STARTING] = "Starting", [FLEET_ALIVE] = "Alive", [FLEET_DEAD] = "Dead"};

#define LIVES (sizeof(lives) / sizeof(lives[0]))

const char *fleet_life_text(enum fleet_life life)
{
	return lives[life];
}

static struct json_object *pid_of(const struct fleet_programs *programs, size_t program)
{
	return json_object_new_int64(programs->items[program].pid);
}

/* Processes by their names; 0: it does not run. Those that a signal has stopped are said besides. */
static void add_programs(struct json_object *object, const struct fleet_programs *programs, long keeper)
{
	struct json_object *pids = json_object_new_object();
	struct json_object *cars = json_object_new_array();
	struct json_object *stopped = json_object_new_array();

	json_object_object_add(pids, "keeper", json_object_new_int64(keeper));
	json_object_object_add(pids, "slacd", pid_of(programs, FLEET_PROGRAM_SLACD));
	json_object_object_add(pids, "cs-sim", pid_of(programs, FLEET_PROGRAM_STATION));
	for (size_t i = FLEET_PROGRAM_CAR; i < programs->count; i++)
		json_object_array_add(cars, pid_of(programs, i));
	json_object_object_add(pids, "slac-ev", cars);
	for (size_t i = 0; i < programs->count; i++)
		if (programs->items[i].is_stopped)
			json_object_array_add(stopped, json_object_new_string(fleet_program_name(i)));
	json_object_object_add(object, "pids", pids);
	json_object_object_add(object, "stopped", stopped);
	json_object_object_add(object, "restarts", json_object_new_int64(programs->restarts));
}

size_t fleet_status_build(const struct fleet_identity *identity, const struct fleet_station_status *status, char *out,
			  size_t size)
{
	struct json_object *object = json_object_new_object();

	fleet_json_add_text(object, "status", fleet_life_text(status->life));
	fleet_json_add_text(object, "id", identity->id);
	json_object_object_add(object, "connectors", json_object_new_int(identity->connectors));
	fleet_json_add_text(object, "link", fleet_link_text(identity->link));
	fleet_json_add_text(object, "host", identity->host);
	if (status->programs != NULL) {
		fleet_json_add_text(object, "slacd", status->slacd);
		add_programs(object, status->programs, status->keeper);
		fleet_json_add_text(object, "version", status->version);
		fleet_json_add_text(object, "started", status->started);
		fleet_json_add_text(object, "by", status->by);
	}
	return fleet_json_write(object, out, size);
}

void fleet_by_make(const char *started, const char *host, long process, char out[FLEET_BY_SIZE])
{
	snprintf(out, FLEET_BY_SIZE, "%s %s %ld", started, host, process);
}

enum fleet_rival fleet_rival_read(const char *payload, size_t len, const char *by)
{
	char error[FLEET_ERROR_SIZE], life[16] = "", other[FLEET_BY_SIZE] = "";
	struct fleet_json json = {.object = fleet_json_parse(payload, len, error), .path = "", .error = error};

	if (json.object == NULL)
		return FLEET_RIVAL_NONE;
	fleet_json_text(&json, "status", NULL, "a text", life, sizeof(life));
	fleet_json_text(&json, "by", NULL, "a text", other, sizeof(other));
	json_object_put(json.object);
	if (strcmp(life, fleet_life_text(FLEET_DEAD)) == 0)
		return FLEET_RIVAL_DEAD;
	const int order = strcmp(other, by);
	if (*other == '\0' || order == 0)
		return FLEET_RIVAL_NONE;
	return order > 0 ? FLEET_RIVAL_NEWER : FLEET_RIVAL_OLDER;
}

static bool read_life(const char *text, enum fleet_life *life)
{
	for (size_t i = 0; i < LIVES; i++) {
		if (strcmp(text, lives[i]) != 0)
			continue;
		*life = (enum fleet_life)i;
		return true;
	}
	return false;
}

static bool is_life(const char *text)
{
	enum fleet_life life;

	return read_life(text, &life);
}

bool fleet_status_read(const char *payload, size_t len, const char *id, struct fleet_identity *identity,
		       enum fleet_life *life, char error[FLEET_ERROR_SIZE])
{
	struct fleet_json json = {.object = fleet_json_parse(payload, len, error), .path = "", .error = error};
	struct fleet_identity read = {.connectors = 0};
	char word[16] = "";

	if (json.object == NULL)
		return false;
	if (!fleet_json_text(&json, "status", is_life, "Starting, Alive or Dead", word, sizeof(word)))
		fleet_json_fail(&json, "status", "Starting, Alive or Dead");
	if (!fleet_json_whole(&json, "connectors", 1, FLEET_CONNECTORS_MAX, &read.connectors))
		fleet_json_fail(&json, "connectors", "a whole number");
	fleet_json_link(&json, "link", &read.link);
	fleet_json_text(&json, "host", NULL, "a host's name", read.host, sizeof(read.host));
	json_object_put(json.object);
	if (*error != '\0')
		return false;
	snprintf(read.id, sizeof(read.id), "%s", id);
	read_life(word, life);
	*identity = read;
	return true;
}
