/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/fleet/fleet_slacd_config.h"

#include "service/client_id.h"
#include "tools/fleet/fleet_json.h"

#include <stdio.h>
#include <string.h>

#define PORT_SIZE 256

static struct json_object *topic(const char *id, const char *what)
{
	char text[FLEET_TOPIC_SIZE];

	fleet_station_topic(id, what, text);
	return json_object_new_string(text);
}

/* The section of this name, a new one where there is none, or where the user has written something else. */
static struct json_object *section(struct json_object *all, const char *name)
{
	struct json_object *found = NULL;

	if (json_object_object_get_ex(all, name, &found) && json_object_is_type(found, json_type_object))
		return found;
	found = json_object_new_object();
	json_object_object_add(all, name, found);
	return found;
}

static void add_mqtt(struct json_object *all, const struct fleet_slacd *slacd)
{
	static const uint8_t none[CLIENT_ID_RANDOM] = {0};
	struct json_object *mqtt = section(all, "mqtt");
	struct json_object *to_station = json_object_new_array(), *from_services = json_object_new_array();
	char client_id[CLIENT_ID_SIZE], telemetry[FLEET_TOPIC_SIZE];

	client_id_make("slacd", "fleet", slacd->id, none, client_id);
	json_object_array_add(to_station, topic(slacd->id, "josev/cs"));
	json_object_array_add(from_services, topic(slacd->id, "josev/cs"));
	json_object_array_add(from_services, topic(slacd->id, "iso15118/ocpp"));
	json_object_object_add(mqtt, "host", json_object_new_string(slacd->mqtt_host));
	json_object_object_add(mqtt, "port", json_object_new_int(slacd->mqtt_port));
	json_object_object_add(mqtt, "client_id", json_object_new_string(client_id));
	json_object_object_add(mqtt, "topics_to_station", to_station);
	json_object_object_add(mqtt, "topic_from_station", topic(slacd->id, "cs/josev"));
	json_object_object_add(mqtt, "topic_from_iso15118", topic(slacd->id, "iso15118/slac"));
	json_object_object_add(mqtt, "topics_from_services", from_services);
	fleet_telemetry_prefix(slacd->id, telemetry);
	json_object_object_add(mqtt, "telemetry", json_object_new_string(telemetry));
}

static void add_outlets(struct json_object *all, const struct fleet_slacd *slacd)
{
	struct json_object *outlets = json_object_new_object();

	json_object_object_add(all, "outlets", outlets);
	for (unsigned n = 1; n <= slacd->connectors; n++) {
		struct json_object *outlet = json_object_new_object();
		char evse_id[FLEET_EVSE_ID_SIZE];
		char port[PORT_SIZE];
		fleet_evse_id(slacd->id, n, evse_id);
		snprintf(port, sizeof(port), "%s%u", slacd->port_prefix, n);
		json_object_object_add(outlet, "interface", json_object_new_string(port));
		json_object_object_add(outlets, evse_id, outlet);
	}
}

char *fleet_slacd_config(const struct fleet_slacd *slacd, const char *settings, size_t len,
			 char error[FLEET_ERROR_SIZE])
{
	struct json_object *all = settings != NULL ? fleet_json_parse(settings, len, error) : json_object_new_object();
	char *copy = NULL;

	if (all == NULL)
		return NULL;
	add_mqtt(all, slacd);
	add_outlets(all, slacd);
	const char *text = json_object_to_json_string_ext(all, JSON_C_TO_STRING_PRETTY);
	if (text != NULL)
		copy = strdup(text);
	if (copy == NULL)
		snprintf(error, FLEET_ERROR_SIZE, "no memory");
	json_object_put(all);
	return copy;
}
