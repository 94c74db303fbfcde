/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/monitor/monitor_fleet.h"

#include "tools/monitor/monitor_fleet_topic.h"
#include "tools/monitor/monitor_fleet_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array)  (sizeof(array) / sizeof((array)[0]))
#define AMPERE_MAX    1000.0
#define COUNTER_MAX   4294967295.0
#define DECIBEL_MAX   1000.0
#define TEXT(member)  MONITOR_FIELD(OF, member, MONITOR_FIELD_TEXT, 0, 0, "")
#define QUOTE(member) MONITOR_FIELD(OF, member, MONITOR_FIELD_QUOTE, 0, 0, "")
#define FLAG(member)  MONITOR_FIELD(OF, member, MONITOR_FIELD_BOOL, 0, 0, "")
#define COUNTER(name) MONITOR_FIELD(OF, name, MONITOR_FIELD_WHOLE, 0, COUNTER_MAX, "")
#define AMPERE(name)  MONITOR_FIELD(OF, name, MONITOR_FIELD_NUMBER, 0, AMPERE_MAX, "A")
#define DECIBEL(name) MONITOR_FIELD(OF, name, MONITOR_FIELD_NUMBER, 0, DECIBEL_MAX, "dB")

const char *const monitor_fleet_filters[] = {"fleet/launcher/status", "fleet/launcher/error", "fleet/stations/+/status",
					     "fleet/stations/+/error", "fleet/stations/+/connectors/+/status"};
const size_t monitor_fleet_filter_count = COUNT(monitor_fleet_filters);

#define OF struct monitor_fleet_station
const struct monitor_field monitor_fleet_station_fields[] = {
	TEXT(status),
	COUNTER(connectors),
	TEXT(link),
	TEXT(slacd),
	MONITOR_FIELD(OF, stopped, MONITOR_FIELD_WORDS, 0, 0, ""),
	COUNTER(restarts),
	TEXT(started),
};
const size_t monitor_fleet_station_field_count = COUNT(monitor_fleet_station_fields);
#undef OF

#define OF struct monitor_fleet_connector
const struct monitor_field monitor_fleet_connector_fields[] = {
	TEXT(evse_id),
	FLAG(plugged),
	AMPERE(cable),
	FLAG(ready),
	AMPERE(consumption_l1),
	AMPERE(consumption_l2),
	AMPERE(consumption_l3),
	TEXT(behaviour),
	DECIBEL(attenuation),
	FLAG(faulted),
	TEXT(status_code),
	TEXT(id_tag),
	TEXT(state),
	TEXT(reason),
	TEXT(pilot),
	MONITOR_FIELD(OF, duty_percent, MONITOR_FIELD_NUMBER, 0, 100, "%"),
	AMPERE(offered_current_a),
	MONITOR_FIELD(OF, drawn_a, MONITOR_FIELD_PHASES, 0, AMPERE_MAX, "A"),
	TEXT(ev_mac),
	TEXT(run_id),
	DECIBEL(attenuation_db),
	COUNTER(sessions_matched),
	COUNTER(sessions_failed),
	TEXT(at),
};
const size_t monitor_fleet_connector_field_count = COUNT(monitor_fleet_connector_fields);
#undef OF

#define OF struct monitor_fleet_launcher
const struct monitor_field monitor_fleet_launcher_fields[] = {TEXT(status), TEXT(version), COUNTER(stations),
							      COUNTER(max_stations)};
const size_t monitor_fleet_launcher_field_count = COUNT(monitor_fleet_launcher_fields);
#undef OF

#define OF struct monitor_fleet_error
const struct monitor_field monitor_fleet_error_fields[] = {QUOTE(error), QUOTE(topic), QUOTE(payload)};
const size_t monitor_fleet_error_field_count = COUNT(monitor_fleet_error_fields);
#undef OF

struct monitor_fleet *monitor_fleet_new(const struct monitor_fleet_behaviours *behaviours)
{
	struct monitor_fleet *fleet = calloc(1, sizeof(*fleet));

	if (fleet == NULL)
		return NULL;
	fleet->behaviours = behaviours;
	fleet->change = 1; /* whoever has seen nothing has seen change 0 */
	return fleet;
}

/* --- the table of stations --- */

static void free_station(struct monitor_fleet *fleet, struct monitor_fleet_station *station)
{
	for (size_t i = 0; i < station->outlet_count; i++)
		free(station->outlets[i]);
	fleet->outlet_count -= station->outlet_count;
	free(station);
}

void monitor_fleet_free(struct monitor_fleet *fleet)
{
	if (fleet == NULL)
		return;
	for (size_t i = 0; i < fleet->station_count; i++)
		free_station(fleet, fleet->stations[i]);
	free(fleet);
}

/* Where the station is, or would be. */
static size_t find_place(const struct monitor_fleet *fleet, const char *id)
{
	size_t low = 0;
	size_t high = fleet->station_count;

	while (low < high) {
		const size_t middle = (low + high) / 2;
		if (strcmp(fleet->stations[middle]->id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_at(const struct monitor_fleet *fleet, size_t place, const char *id)
{
	return place < fleet->station_count && strcmp(fleet->stations[place]->id, id) == 0;
}

static void note_no_room(struct monitor_fleet *fleet)
{
	fleet->no_room++;
	fleet->change++;
}

/* What was not shown is missed by nobody: the pages need not be told everything again. */
static void note_gone(struct monitor_fleet *fleet, bool was_shown)
{
	if (was_shown)
		fleet->gone_change = ++fleet->change;
}

static void remove_station(struct monitor_fleet *fleet, size_t place)
{
	note_gone(fleet, fleet->stations[place]->has_status);
	free_station(fleet, fleet->stations[place]);
	fleet->station_count--;
	for (size_t i = place; i < fleet->station_count; i++)
		fleet->stations[i] = fleet->stations[i + 1];
}

/* One of which nothing but outlets was heard of makes room. */
static void make_room(struct monitor_fleet *fleet)
{
	for (size_t i = 0; i < fleet->station_count && fleet->station_count == MONITOR_FLEET_STATIONS_MAX; i++)
		if (!fleet->stations[i]->has_status)
			remove_station(fleet, i);
}

/* The station, a new one where it was not heard of before; NULL, and counted, where there is no room. */
static struct monitor_fleet_station *take_station(struct monitor_fleet *fleet, const char *id)
{
	if (is_at(fleet, find_place(fleet, id), id))
		return fleet->stations[find_place(fleet, id)];
	make_room(fleet);
	const size_t place = find_place(fleet, id);
	struct monitor_fleet_station *station =
		fleet->station_count < MONITOR_FLEET_STATIONS_MAX ? calloc(1, sizeof(*station)) : NULL;
	if (station == NULL) {
		note_no_room(fleet);
		return NULL;
	}
	snprintf(station->id, sizeof(station->id), "%s", id);
	for (size_t i = fleet->station_count++; i > place; i--)
		fleet->stations[i] = fleet->stations[i - 1];
	fleet->stations[place] = station;
	return station;
}

const struct monitor_fleet_station *monitor_fleet_find(const struct monitor_fleet *fleet, const char *id)
{
	const size_t place = find_place(fleet, id);

	return is_at(fleet, place, id) && fleet->stations[place]->has_status ? fleet->stations[place] : NULL;
}

/* --- the outlets of a station --- */

static size_t find_outlet_place(const struct monitor_fleet_station *station, unsigned number)
{
	size_t place = 0;

	while (place < station->outlet_count && station->outlets[place]->number < number)
		place++;
	return place;
}

const struct monitor_fleet_connector *monitor_fleet_find_outlet(const struct monitor_fleet_station *station,
								unsigned number)
{
	const size_t place = find_outlet_place(station, number);
	const bool is_there = place < station->outlet_count && station->outlets[place]->number == number;

	return is_there ? station->outlets[place] : NULL;
}

static struct monitor_fleet_connector *take_outlet(struct monitor_fleet *fleet, struct monitor_fleet_station *station,
						   unsigned number)
{
	const size_t place = find_outlet_place(station, number);
	const bool has_room =
		station->outlet_count < MONITOR_FLEET_CONNECTORS_MAX && fleet->outlet_count < MONITOR_FLEET_OUTLETS_MAX;

	if (place < station->outlet_count && station->outlets[place]->number == number)
		return station->outlets[place];
	struct monitor_fleet_connector *outlet = has_room ? calloc(1, sizeof(*outlet)) : NULL;
	if (outlet == NULL) {
		note_no_room(fleet);
		return NULL;
	}
	outlet->number = number;
	for (size_t i = station->outlet_count++; i > place; i--)
		station->outlets[i] = station->outlets[i - 1];
	station->outlets[place] = outlet;
	fleet->outlet_count++;
	return outlet;
}

static void remove_outlet(struct monitor_fleet *fleet, struct monitor_fleet_station *station, unsigned number)
{
	const size_t place = find_outlet_place(station, number);

	if (place == station->outlet_count || station->outlets[place]->number != number)
		return;
	free(station->outlets[place]);
	fleet->outlet_count--;
	station->outlet_count--;
	for (size_t i = place; i < station->outlet_count; i++)
		station->outlets[i] = station->outlets[i + 1];
	note_gone(fleet, station->has_status);
}

/* --- messages --- */

static void note_unread(struct monitor_fleet *fleet, const char *topic, const struct api_error *error)
{
	fleet->unread++;
	snprintf(fleet->unread_why, sizeof(fleet->unread_why), "%.128s: %s%sexpected %s", topic, error->member,
		 error->member[0] != '\0' ? ": " : "", error->expected);
	fleet->change++;
}

static bool take_station_status(struct monitor_fleet *fleet, const struct monitor_fleet_topic *topic,
				const struct api_node *node)
{
	struct monitor_fleet_station news = {.has_status = false};

	if (!api_json_has(node, "status"))
		return api_json_fail(node, "status", "Starting, Alive or Dead");
	if (!monitor_fields_read(monitor_fleet_station_fields, monitor_fleet_station_field_count, node, &news,
				 &news.known))
		return false;
	struct monitor_fleet_station *station = take_station(fleet, topic->id);
	if (station == NULL)
		return true;
	/* A last will need not repeat what is known. */
	monitor_fields_read(monitor_fleet_station_fields, monitor_fleet_station_field_count, node, station,
			    &station->known);
	station->connection = fleet->connection;
	station->change = ++fleet->change;
	/* Its outlets are seen with it. */
	for (size_t i = 0; i < station->outlet_count && !station->has_status; i++)
		station->outlets[i]->change = station->change;
	station->has_status = true;
	return true;
}

static bool take_connector_status(struct monitor_fleet *fleet, const struct monitor_fleet_topic *topic,
				  const struct api_node *node)
{
	struct monitor_fleet_connector news = {.number = topic->number, .connection = fleet->connection};

	if (!monitor_fields_read(monitor_fleet_connector_fields, monitor_fleet_connector_field_count, node, &news,
				 &news.known))
		return false;
	struct monitor_fleet_station *station = take_station(fleet, topic->id);
	struct monitor_fleet_connector *outlet = station != NULL ? take_outlet(fleet, station, topic->number) : NULL;
	if (outlet != NULL) {
		*outlet = news;
		outlet->change = ++fleet->change;
	}
	return true;
}

/* Names that are none are left out: they could not be loaded. */
static void take_setups(struct monitor_fleet_launcher *launcher, const struct api_node *node)
{
	struct json_object *setups = NULL;

	launcher->setup_count = 0;
	if (!json_object_object_get_ex(node->value, "setups", &setups) || !json_object_is_type(setups, json_type_array))
		return;
	for (size_t i = 0; i < json_object_array_length(setups) && launcher->setup_count < MONITOR_FLEET_SETUPS_MAX;
	     i++) {
		struct json_object *name = json_object_array_get_idx(setups, i);
		if (json_object_is_type(name, json_type_string) && monitor_fleet_is_setup(json_object_get_string(name)))
			snprintf(launcher->setups[launcher->setup_count++], MONITOR_FLEET_SETUP_SIZE, "%s",
				 json_object_get_string(name));
	}
}

static bool take_launcher_status(struct monitor_fleet *fleet, const struct api_node *node)
{
	struct monitor_fleet_launcher news = {.connection = fleet->connection};

	if (!api_json_has(node, "status"))
		return api_json_fail(node, "status", "Alive or Dead");
	if (!monitor_fields_read(monitor_fleet_launcher_fields, monitor_fleet_launcher_field_count, node, &news,
				 &news.known))
		return false;
	take_setups(&news, node);
	news.change = ++fleet->change;
	fleet->launcher = news;
	return true;
}

static bool take_error(struct monitor_fleet *fleet, const struct monitor_fleet_topic *topic,
		       const struct api_node *node, uint64_t now_ms)
{
	struct monitor_fleet_error news = {.at_ms = now_ms};

	if (!api_json_has(node, "error"))
		return api_json_fail(node, "error", "one sentence");
	if (!monitor_fields_read(monitor_fleet_error_fields, monitor_fleet_error_field_count, node, &news, &news.known))
		return false;
	memcpy(news.from, topic->id, sizeof(news.from));
	news.change = ++fleet->change;
	fleet->errors[fleet->error_count++ % MONITOR_FLEET_ERRORS_MAX] = news;
	return true;
}

/* A stored message was cleared. */
static void take_cleared(struct monitor_fleet *fleet, const struct monitor_fleet_topic *topic)
{
	const size_t place = find_place(fleet, topic->id);

	if (topic->kind == MONITOR_FLEET_LAUNCHER_STATUS)
		fleet->launcher = (struct monitor_fleet_launcher){.change = ++fleet->change};
	else if (topic->kind == MONITOR_FLEET_STATION_STATUS && is_at(fleet, place, topic->id))
		remove_station(fleet, place);
	else if (topic->kind == MONITOR_FLEET_CONNECTOR_STATUS && is_at(fleet, place, topic->id))
		remove_outlet(fleet, fleet->stations[place], topic->number);
}

static bool take_object(struct monitor_fleet *fleet, const struct monitor_fleet_topic *topic,
			const struct api_node *node, uint64_t now_ms)
{
	switch (topic->kind) {
	case MONITOR_FLEET_LAUNCHER_STATUS:
		return take_launcher_status(fleet, node);
	case MONITOR_FLEET_STATION_STATUS:
		return take_station_status(fleet, topic, node);
	case MONITOR_FLEET_CONNECTOR_STATUS:
		return take_connector_status(fleet, topic, node);
	default:
		return take_error(fleet, topic, node, now_ms);
	}
}

bool monitor_fleet_take(struct monitor_fleet *fleet, const char *topic, const char *payload, size_t len,
			uint64_t now_ms)
{
	struct monitor_fleet_topic place;
	struct json_object *root = NULL;
	struct api_error error = {.expected = ""};

	if (!monitor_fleet_topic_read(topic, &place))
		return false;
	if (len == 0) {
		take_cleared(fleet, &place);
		return true;
	}
	if (api_json_parse(payload, len, &root, &error) != API_OK) {
		note_unread(fleet, topic, &error);
		return true;
	}
	const struct api_node node = {.value = root, .error = &error};
	if (!take_object(fleet, &place, &node, now_ms))
		note_unread(fleet, topic, &error);
	json_object_put(root);
	return true;
}

/* --- the connection --- */

void monitor_fleet_take_connected(struct monitor_fleet *fleet, uint64_t now_ms)
{
	fleet->is_connected = true;
	fleet->connection++;
	fleet->broker_reason[0] = '\0';
	fleet->broker_at_ms = now_ms;
	fleet->change++;
}

void monitor_fleet_take_disconnected(struct monitor_fleet *fleet, const char *reason, uint64_t now_ms)
{
	/* With another reason it is still away since then. */
	if (fleet->is_connected || fleet->broker_at_ms == 0)
		fleet->broker_at_ms = now_ms;
	fleet->is_connected = false;
	snprintf(fleet->broker_reason, sizeof(fleet->broker_reason), "%s", reason);
	fleet->change++;
}

static void forget_unheard_outlets(struct monitor_fleet *fleet, struct monitor_fleet_station *station)
{
	for (size_t i = station->outlet_count; i-- > 0;)
		if (station->outlets[i]->connection != fleet->connection)
			remove_outlet(fleet, station, station->outlets[i]->number);
}

void monitor_fleet_forget_unheard(struct monitor_fleet *fleet)
{
	if (!fleet->is_connected)
		return;
	for (size_t i = fleet->station_count; i-- > 0;) {
		/* One that has not told its status is of no connection. */
		if (fleet->stations[i]->connection != fleet->connection)
			remove_station(fleet, i);
		else
			forget_unheard_outlets(fleet, fleet->stations[i]);
	}
	if (fleet->launcher.known != 0 && fleet->launcher.connection != fleet->connection)
		fleet->launcher = (struct monitor_fleet_launcher){.change = ++fleet->change};
}

/* --- questions --- */

bool monitor_fleet_has_launcher(const struct monitor_fleet *fleet)
{
	return strcmp(fleet->launcher.status, "Alive") == 0;
}

size_t monitor_fleet_errors(const struct monitor_fleet *fleet)
{
	return fleet->error_count < MONITOR_FLEET_ERRORS_MAX ? (size_t)fleet->error_count : MONITOR_FLEET_ERRORS_MAX;
}

const struct monitor_fleet_error *monitor_fleet_error(const struct monitor_fleet *fleet, size_t age)
{
	return &fleet->errors[(fleet->error_count - 1 - age) % MONITOR_FLEET_ERRORS_MAX];
}
