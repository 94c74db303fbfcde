/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/monitor/monitor_view.h"

#include "tools/monitor/monitor_json.h"

/* --- an outlet --- */

static void add_car(struct monitor_json *object, const struct api_station_slac_status *status)
{
	if (status->ev_mac[0] != '\0')
		monitor_json_add_text(object, "ev_mac", status->ev_mac);
	if (status->has_attenuation)
		monitor_json_add_decimal(object, "attenuation_db", status->attenuation_ddb / 10.0);
}

static void add_outcome(struct monitor_json *object, const struct api_station_slac_status *status, uint64_t at_ms)
{
	monitor_json_add_text(object, "status", api_slac_state_text(status->state));
	monitor_json_add_text(object, "reason", status->reason);
	monitor_json_add_number(object, "at_ms", at_ms);
}

static struct json_object *slac_of(const struct monitor_outlet *outlet)
{
	struct monitor_json slac = monitor_json_object();

	add_outcome(&slac, &outlet->slac, outlet->slac_at_ms);
	monitor_json_add_text(&slac, "run_id", outlet->slac.run_id);
	if (monitor_outlet_has_vehicle(outlet))
		add_car(&slac, &outlet->slac);
	return monitor_json_finish(&slac);
}

static struct json_object *verdict_of(const struct monitor_verdict *verdict)
{
	struct monitor_json object = monitor_json_object();

	add_outcome(&object, &verdict->status, verdict->at_ms);
	add_car(&object, &verdict->status);
	if (verdict->status.record[0] != '\0')
		monitor_json_add_text(&object, "record", verdict->status.record);
	return monitor_json_finish(&object);
}

static struct json_object *verdicts_of(const struct monitor_outlet *outlet)
{
	struct monitor_json array = monitor_json_array();

	for (size_t i = 0; i < monitor_outlet_verdicts(outlet); i++)
		monitor_json_append(&array, verdict_of(monitor_outlet_verdict(outlet, i)));
	return monitor_json_finish(&array);
}

static struct json_object *pilot_of(const struct monitor_outlet *outlet)
{
	struct monitor_json pilot = monitor_json_object();

	monitor_json_add_text(&pilot, "state", api_cp_state_text(outlet->pilot.state));
	if (outlet->pilot.has_duty_cycle)
		monitor_json_add_decimal(&pilot, "duty_percent", outlet->pilot.duty_cycle_percent);
	monitor_json_add_number(&pilot, "at_ms", outlet->pilot_at_ms);
	return monitor_json_finish(&pilot);
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
	struct monitor_json request = monitor_json_object();

	monitor_json_add_text(&request, "signal", signal_of(&outlet->request));
	if (outlet->request.current_deciampere > 0)
		monitor_json_add_decimal(&request, "current_a", outlet->request.current_deciampere / 10.0);
	monitor_json_add_text(&request, "answer", answers[outlet->answer]);
	monitor_json_add_text(&request, "info", outlet->answer_info);
	monitor_json_add_number(&request, "at_ms", outlet->request_at_ms);
	return monitor_json_finish(&request);
}

static struct json_object *limits_of(const struct monitor_outlet *outlet)
{
	struct monitor_json limits = monitor_json_object();

	monitor_json_add_text(&limits, "status_code", api_evse_status_text(outlet->limits.status_code));
	monitor_json_add_bool(&limits, "rcd_error", outlet->limits.rcd_error);
	if (outlet->limits.has_ac) {
		monitor_json_add_decimal(&limits, "l1_a", outlet->limits.max_current_a[0]);
		monitor_json_add_decimal(&limits, "l2_a", outlet->limits.max_current_a[1]);
		monitor_json_add_decimal(&limits, "l3_a", outlet->limits.max_current_a[2]);
	}
	return monitor_json_finish(&limits);
}

static struct json_object *outlet_of(const struct monitor_outlet *outlet)
{
	struct monitor_json object = monitor_json_object();

	monitor_json_add_number(&object, "station", outlet->station);
	monitor_json_add_text(&object, "evse_id", outlet->evse_id);
	monitor_json_add_text(&object, "interface", outlet->network_interface);
	monitor_json_add_number(&object, "connection", outlet->connection);
	if (outlet->has_slac)
		monitor_json_add(&object, "slac", slac_of(outlet));
	if (outlet->has_pilot)
		monitor_json_add(&object, "pilot", pilot_of(outlet));
	if (outlet->has_request)
		monitor_json_add(&object, "request", request_of(outlet));
	if (outlet->has_limits)
		monitor_json_add(&object, "limits", limits_of(outlet));
	monitor_json_add(&object, "verdicts", verdicts_of(outlet));
	return monitor_json_finish(&object);
}

/* --- the whole --- */

static struct json_object *broker_of(const struct monitor *monitor, const struct monitor_about *about)
{
	struct monitor_json broker = monitor_json_object();

	monitor_json_add_text(&broker, "where", about->broker);
	monitor_json_add_bool(&broker, "connected", monitor->is_connected);
	monitor_json_add_text(&broker, "reason", monitor->broker_reason);
	monitor_json_add_number(&broker, "connection", monitor->connection);
	monitor_json_add_number(&broker, "at_ms", monitor->broker_at_ms);
	return monitor_json_finish(&broker);
}

static struct json_object *stations_of(const struct monitor *monitor)
{
	struct monitor_json array = monitor_json_array();

	for (size_t i = 0; i < monitor->station_count; i++) {
		const struct monitor_station *station = &monitor->stations[i];
		struct monitor_json object = monitor_json_object();
		monitor_json_add_text(&object, "name", station->name);
		if (station->has_service) {
			monitor_json_add_text(&object, "service", api_service_state_text(station->service.state));
			monitor_json_add_text(&object, "version", station->service.software_version);
			monitor_json_add_number(&object, "at_ms", station->service_at_ms);
		}
		monitor_json_append(&array, monitor_json_finish(&object));
	}
	return monitor_json_finish(&array);
}

static struct json_object *outlets_of(const struct monitor *monitor, uint64_t since)
{
	struct monitor_json array = monitor_json_array();

	for (size_t i = 0; i < monitor->outlet_count; i++)
		if (monitor->outlets[i]->change > since)
			monitor_json_append(&array, outlet_of(monitor->outlets[i]));
	return monitor_json_finish(&array);
}

static struct json_object *whole(const struct monitor *monitor, const struct monitor_about *about, uint64_t since)
{
	struct monitor_json object = monitor_json_object();
	const bool is_all = since == 0 || since < monitor->gone_change;

	monitor_json_add_number(&object, "change", monitor->change);
	monitor_json_add_bool(&object, "all", is_all);
	monitor_json_add_bool(&object, "records", about->has_records);
	monitor_json_add_bool(&object, "fleet", about->has_fleet);
	monitor_json_add(&object, "broker", broker_of(monitor, about));
	monitor_json_add(&object, "stations", stations_of(monitor));
	monitor_json_add(&object, "outlets", outlets_of(monitor, is_all ? 0 : since));
	monitor_json_add_number(&object, "no_room", monitor->no_room);
	monitor_json_add_number(&object, "unread", monitor->unread);
	monitor_json_add_text(&object, "unread_why", monitor->unread_why);
	return monitor_json_finish(&object);
}

char *monitor_view(const struct monitor *monitor, const struct monitor_about *about, uint64_t since, size_t *len)
{
	return monitor_json_line(whole(monitor, about, since), len);
}
