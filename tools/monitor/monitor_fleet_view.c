/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/monitor/monitor_fleet_view.h"

static struct json_object *broker_of(const struct monitor_fleet *fleet, const char *where)
{
	struct monitor_json broker = monitor_json_object();

	monitor_json_add_text(&broker, "where", where);
	monitor_json_add_bool(&broker, "connected", fleet->is_connected);
	monitor_json_add_text(&broker, "reason", fleet->broker_reason);
	monitor_json_add_number(&broker, "connection", fleet->connection);
	monitor_json_add_number(&broker, "at_ms", fleet->broker_at_ms);
	return monitor_json_finish(&broker);
}

static struct json_object *launcher_of(const struct monitor_fleet_launcher *launcher)
{
	struct monitor_json object = monitor_json_object();
	struct monitor_json setups = monitor_json_array();

	monitor_fields_write(monitor_fleet_launcher_fields, monitor_fleet_launcher_field_count, launcher,
			     launcher->known, &object);
	for (size_t i = 0; i < launcher->setup_count; i++)
		monitor_json_append(&setups, json_object_new_string(launcher->setups[i]));
	monitor_json_add(&object, "setups", monitor_json_finish(&setups));
	return monitor_json_finish(&object);
}

static struct json_object *behaviour_of(const struct monitor_fleet_behaviour *behaviour)
{
	struct monitor_json object = monitor_json_object();

	monitor_json_add_text(&object, "name", behaviour->name);
	if (behaviour->argument != NULL)
		monitor_json_add_text(&object, "argument", behaviour->argument);
	monitor_json_add_text(&object, "help", behaviour->help);
	return monitor_json_finish(&object);
}

static struct json_object *behaviours_of(const struct monitor_fleet *fleet)
{
	struct monitor_json array = monitor_json_array();

	for (size_t i = 0; i < fleet->behaviours->count; i++)
		monitor_json_append(&array, behaviour_of(&fleet->behaviours->words[i]));
	return monitor_json_finish(&array);
}

static struct json_object *station_of(const struct monitor_fleet_station *station)
{
	struct monitor_json object = monitor_json_object();

	monitor_json_add_text(&object, "id", station->id);
	monitor_json_add_number(&object, "connection", station->connection);
	monitor_fields_write(monitor_fleet_station_fields, monitor_fleet_station_field_count, station, station->known,
			     &object);
	return monitor_json_finish(&object);
}

static struct json_object *connector_of(const struct monitor_fleet_station *station,
					const struct monitor_fleet_connector *outlet)
{
	struct monitor_json object = monitor_json_object();

	monitor_json_add_text(&object, "station", station->id);
	monitor_json_add_number(&object, "number", outlet->number);
	monitor_fields_write(monitor_fleet_connector_fields, monitor_fleet_connector_field_count, outlet, outlet->known,
			     &object);
	return monitor_json_finish(&object);
}

static struct json_object *stations_of(const struct monitor_fleet *fleet, uint64_t since)
{
	struct monitor_json array = monitor_json_array();

	for (size_t i = 0; i < fleet->station_count; i++)
		if (fleet->stations[i]->has_status && fleet->stations[i]->change > since)
			monitor_json_append(&array, station_of(fleet->stations[i]));
	return monitor_json_finish(&array);
}

static struct json_object *connectors_of(const struct monitor_fleet *fleet, uint64_t since)
{
	struct monitor_json array = monitor_json_array();

	for (size_t i = 0; i < fleet->station_count; i++) {
		const struct monitor_fleet_station *station = fleet->stations[i];
		for (size_t j = 0; j < station->outlet_count && station->has_status; j++)
			if (station->outlets[j]->change > since)
				monitor_json_append(&array, connector_of(station, station->outlets[j]));
	}
	return monitor_json_finish(&array);
}

static struct json_object *error_of(const struct monitor_fleet_error *error)
{
	struct monitor_json object = monitor_json_object();

	monitor_json_add_number(&object, "number", error->change);
	monitor_json_add_number(&object, "at_ms", error->at_ms);
	monitor_json_add_text(&object, "from", error->from);
	monitor_fields_write(monitor_fleet_error_fields, monitor_fleet_error_field_count, error, error->known, &object);
	return monitor_json_finish(&object);
}

/* The oldest first. */
static struct json_object *errors_of(const struct monitor_fleet *fleet, uint64_t since)
{
	struct monitor_json array = monitor_json_array();

	for (size_t age = monitor_fleet_errors(fleet); age-- > 0;)
		if (monitor_fleet_error(fleet, age)->change > since)
			monitor_json_append(&array, error_of(monitor_fleet_error(fleet, age)));
	return monitor_json_finish(&array);
}

char *monitor_fleet_view(const struct monitor_fleet *fleet, const struct monitor_fleet_about *about, uint64_t since,
			 size_t *len)
{
	struct monitor_json object = monitor_json_object();
	const bool is_all = since == 0 || since < fleet->gone_change;
	const uint64_t from = is_all ? 0 : since;

	monitor_json_add_number(&object, "change", fleet->change);
	monitor_json_add_bool(&object, "all", is_all);
	monitor_json_add_bool(&object, "outlets", about->has_outlets);
	monitor_json_add(&object, "broker", broker_of(fleet, about->broker));
	if (fleet->launcher.change > from || is_all)
		monitor_json_add(&object, "launcher", launcher_of(&fleet->launcher));
	if (since == 0)
		monitor_json_add(&object, "behaviours", behaviours_of(fleet));
	monitor_json_add(&object, "stations", stations_of(fleet, from));
	monitor_json_add(&object, "connectors", connectors_of(fleet, from));
	monitor_json_add(&object, "errors", errors_of(fleet, from));
	monitor_json_add_number(&object, "no_room", fleet->no_room);
	monitor_json_add_number(&object, "unread", fleet->unread);
	monitor_json_add_text(&object, "unread_why", fleet->unread_why);
	return monitor_json_line(monitor_json_finish(&object), len);
}
