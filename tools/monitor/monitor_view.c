/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/monitor/monitor_view.h"

#include "mqtt/api/api_text.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

/* An object or array that is being made; `failed` once memory was short. */
struct object {
	struct json_object *value;
	bool failed;
};

static struct object new_object(void)
{
	struct object object = {.value = json_object_new_object()};

	object.failed = object.value == NULL;
	return object;
}

static struct object new_array(void)
{
	struct object array = {.value = json_object_new_array()};

	array.failed = array.value == NULL;
	return array;
}

/* The value, or NULL where it is not whole. */
static struct json_object *finish(struct object *object)
{
	if (!object->failed)
		return object->value;
	json_object_put(object->value);
	return NULL;
}

static void append(struct object *array, struct json_object *value)
{
	if (array->failed || value == NULL || json_object_array_add(array->value, value) != 0) {
		json_object_put(value);
		array->failed = true;
	}
}

static void add(struct object *object, const char *key, struct json_object *value)
{
	if (object->failed || value == NULL || json_object_object_add(object->value, key, value) != 0) {
		json_object_put(value);
		object->failed = true;
	}
}

/* What is not UTF-8 (a reason of the system's) would make the whole line unreadable. */
static void add_text(struct object *object, const char *key, const char *text)
{
	add(object, key, json_object_new_string(api_utf8_valid(text, strlen(text)) ? text : "?"));
}

static void add_number(struct object *object, const char *key, uint64_t number)
{
	add(object, key, json_object_new_int64((int64_t)number));
}

static void add_bool(struct object *object, const char *key, bool value)
{
	add(object, key, json_object_new_boolean(value));
}

static void add_decimal(struct object *object, const char *key, double value)
{
	char text[32];

	snprintf(text, sizeof(text), "%.1f", value);
	add(object, key, json_object_new_double_s(value, text));
}

/* --- an outlet --- */

static void add_car(struct object *object, const struct api_station_slac_status *status)
{
	if (status->ev_mac[0] != '\0')
		add_text(object, "ev_mac", status->ev_mac);
	if (status->has_attenuation)
		add_decimal(object, "attenuation_db", status->attenuation_ddb / 10.0);
}

static void add_outcome(struct object *object, const struct api_station_slac_status *status, uint64_t at_ms)
{
	add_text(object, "status", api_slac_state_text(status->state));
	add_text(object, "reason", status->reason);
	add_number(object, "at_ms", at_ms);
}

static struct json_object *slac_of(const struct monitor_outlet *outlet)
{
	struct object slac = new_object();

	add_outcome(&slac, &outlet->slac, outlet->slac_at_ms);
	add_text(&slac, "run_id", outlet->slac.run_id);
	if (monitor_outlet_has_vehicle(outlet))
		add_car(&slac, &outlet->slac);
	return finish(&slac);
}

static struct json_object *verdict_of(const struct monitor_verdict *verdict)
{
	struct object object = new_object();

	add_outcome(&object, &verdict->status, verdict->at_ms);
	add_car(&object, &verdict->status);
	if (verdict->status.record[0] != '\0')
		add_text(&object, "record", verdict->status.record);
	return finish(&object);
}

static struct json_object *verdicts_of(const struct monitor_outlet *outlet)
{
	struct object array = new_array();

	for (size_t i = 0; i < monitor_outlet_verdicts(outlet); i++)
		append(&array, verdict_of(monitor_outlet_verdict(outlet, i)));
	return finish(&array);
}

static struct json_object *pilot_of(const struct monitor_outlet *outlet)
{
	struct object pilot = new_object();

	add_text(&pilot, "state", api_cp_state_text(outlet->pilot.state));
	if (outlet->pilot.has_duty_cycle)
		add_decimal(&pilot, "duty_percent", outlet->pilot.duty_cycle_percent);
	add_number(&pilot, "at_ms", outlet->pilot_at_ms);
	return finish(&pilot);
}

/* The signal's name as in doc/mqtt.md, section 5.3. */
static const char *signal_of(const struct api_cp_pwm *request)
{
	if (request->hlc)
		return "5 %";
	if (request->error_state || request->fault_state)
		return request->error_state ? "E" : "F";
	return request->current_deciampere > 0 ? "X2" : "X1";
}

static struct json_object *request_of(const struct monitor_outlet *outlet)
{
	static const char *const answers[] = {[MONITOR_ANSWER_NONE] = "none",
					      [MONITOR_ANSWER_VALID] = "valid",
					      [MONITOR_ANSWER_INVALID] = "invalid",
					      [MONITOR_ANSWER_ERROR] = "error"};
	struct object request = new_object();

	add_text(&request, "signal", signal_of(&outlet->request));
	if (outlet->request.current_deciampere > 0)
		add_decimal(&request, "current_a", outlet->request.current_deciampere / 10.0);
	add_text(&request, "answer", answers[outlet->answer]);
	add_text(&request, "info", outlet->answer_info);
	add_number(&request, "at_ms", outlet->request_at_ms);
	return finish(&request);
}

static struct json_object *limits_of(const struct monitor_outlet *outlet)
{
	struct object limits = new_object();

	add_text(&limits, "status_code", api_evse_status_text(outlet->limits.status_code));
	add_bool(&limits, "rcd_error", outlet->limits.rcd_error);
	if (outlet->limits.has_ac) {
		add_decimal(&limits, "l1_a", outlet->limits.max_current_a[0]);
		add_decimal(&limits, "l2_a", outlet->limits.max_current_a[1]);
		add_decimal(&limits, "l3_a", outlet->limits.max_current_a[2]);
	}
	return finish(&limits);
}

static struct json_object *outlet_of(const struct monitor_outlet *outlet)
{
	struct object object = new_object();

	add_number(&object, "station", outlet->station);
	add_text(&object, "evse_id", outlet->evse_id);
	add_text(&object, "interface", outlet->network_interface);
	add_number(&object, "connection", outlet->connection);
	if (outlet->has_slac)
		add(&object, "slac", slac_of(outlet));
	if (outlet->has_pilot)
		add(&object, "pilot", pilot_of(outlet));
	if (outlet->has_request)
		add(&object, "request", request_of(outlet));
	if (outlet->has_limits)
		add(&object, "limits", limits_of(outlet));
	add(&object, "verdicts", verdicts_of(outlet));
	return finish(&object);
}

/* --- the whole --- */

static struct json_object *broker_of(const struct monitor *monitor, const struct monitor_about *about)
{
	struct object broker = new_object();

	add_text(&broker, "where", about->broker);
	add_bool(&broker, "connected", monitor->is_connected);
	add_text(&broker, "reason", monitor->broker_reason);
	add_number(&broker, "connection", monitor->connection);
	add_number(&broker, "at_ms", monitor->broker_at_ms);
	return finish(&broker);
}

static struct json_object *stations_of(const struct monitor *monitor)
{
	struct object array = new_array();

	for (size_t i = 0; i < monitor->station_count; i++) {
		const struct monitor_station *station = &monitor->stations[i];
		struct object object = new_object();
		add_text(&object, "name", station->name);
		if (station->has_service) {
			add_text(&object, "service", api_service_state_text(station->service.state));
			add_text(&object, "version", station->service.software_version);
			add_number(&object, "at_ms", station->service_at_ms);
		}
		append(&array, finish(&object));
	}
	return finish(&array);
}

static struct json_object *outlets_of(const struct monitor *monitor, uint64_t since)
{
	struct object array = new_array();

	for (size_t i = 0; i < monitor->outlet_count; i++)
		if (monitor->outlets[i]->change > since)
			append(&array, outlet_of(monitor->outlets[i]));
	return finish(&array);
}

static struct json_object *whole(const struct monitor *monitor, const struct monitor_about *about, uint64_t since)
{
	struct object object = new_object();
	const bool is_all = since == 0 || since < monitor->gone_change;

	add_number(&object, "change", monitor->change);
	add_bool(&object, "all", is_all);
	add_bool(&object, "records", about->has_records);
	add(&object, "broker", broker_of(monitor, about));
	add(&object, "stations", stations_of(monitor));
	add(&object, "outlets", outlets_of(monitor, is_all ? 0 : since));
	add_number(&object, "no_room", monitor->no_room);
	add_number(&object, "unread", monitor->unread);
	add_text(&object, "unread_why", monitor->unread_why);
	return finish(&object);
}

char *monitor_view(const struct monitor *monitor, const struct monitor_about *about, uint64_t since, size_t *len)
{
	struct json_object *object = whole(monitor, about, since);
	const char *line =
		json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	char *text = object != NULL && line != NULL ? strdup(line) : NULL;

	json_object_put(object);
	if (text != NULL)
		*len = strlen(text);
	return text;
}
