/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/fleet/fleet_connector.h"

#include "cp/duty_cycle.h"
#include "tools/fleet/fleet_json.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A pilot of 5 %, as a car reads it (IEC 61851-1, annex A). */
#define DUTY_5_MIN_PERCENT 3.0
#define DUTY_5_MAX_PERCENT 7.0

static bool differs(double one, double other)
{
	return one < other || one > other;
}

void fleet_connector_init(struct fleet_connector *connector, const char *id, unsigned number)
{
	*connector = (struct fleet_connector){.station_is_new = true, .car_is_new = true, .changed = true};
	fleet_evse_id(id, number, connector->evse_id);
	fleet_car_init(&connector->wanted);
	fleet_car_init(&connector->told);
}

/* --- inputs --- */

void fleet_connector_set_car(struct fleet_connector *connector, const struct fleet_car *car)
{
	if (!car->plugged)
		connector->replug = connector->told.plugged;
	connector->wanted = *car;
	connector->changed = true;
}

void fleet_connector_set_fault(struct fleet_connector *connector, const struct fleet_fault *fault)
{
	connector->fault = *fault;
	connector->changed = true;
}

void fleet_connector_show_card(struct fleet_connector *connector, const char *token)
{
	snprintf(connector->token, sizeof(connector->token), "%s", token);
	connector->shows_card = true;
	connector->changed = true;
}

void fleet_connector_new_station(struct fleet_connector *connector)
{
	static const double nothing[FLEET_PHASES] = {0};

	connector->station_is_new = true;
	connector->told.plugged = false;
	connector->told.cable_a = 0;
	connector->told_fault = false;
	connector->has_pilot = false;
	connector->setpoint_a = 0;
	connector->replug = false;
	fleet_connector_hear_drawn(connector, nothing);
	connector->changed = true;
}

static bool is_at_5_percent(const struct fleet_connector *connector)
{
	const struct api_cp_status *pilot = &connector->pilot;

	return connector->has_pilot && pilot->has_duty_cycle && pilot->duty_cycle_percent >= DUTY_5_MIN_PERCENT &&
	       pilot->duty_cycle_percent <= DUTY_5_MAX_PERCENT &&
	       (pilot->state == API_CP_B2 || pilot->state == API_CP_C2 || pilot->state == API_CP_D2);
}

void fleet_connector_new_car(struct fleet_connector *connector)
{
	connector->car_is_new = true;
	connector->starts = is_at_5_percent(connector);
}

void fleet_connector_new_slacd(struct fleet_connector *connector)
{
	connector->has_slac = false;
	connector->changed = true;
}

/* --- what is heard --- */

void fleet_connector_hear_slac(struct fleet_connector *connector, const struct api_station_slac_status *slac)
{
	/* A message whose acknowledgement was lost comes twice. */
	if (connector->has_slac && connector->slac.state == slac->state &&
	    strcmp(connector->slac.run_id, slac->run_id) == 0 && strcmp(connector->slac.reason, slac->reason) == 0)
		return;
	connector->has_slac = true;
	connector->slac = *slac;
	connector->sessions_matched += slac->state == API_SLAC_MATCHED;
	connector->sessions_failed += slac->state == API_SLAC_FAILED;
	connector->changed = true;
}

static bool is_matched(const struct fleet_connector *connector)
{
	return connector->has_slac && connector->slac.state == API_SLAC_MATCHED;
}

void fleet_connector_hear_pilot(struct fleet_connector *connector, const struct api_cp_status *pilot)
{
	const bool was_at_5_percent = is_at_5_percent(connector);

	connector->changed |= !connector->has_pilot || connector->pilot.state != pilot->state ||
			      connector->pilot.has_duty_cycle != pilot->has_duty_cycle ||
			      differs(connector->pilot.duty_cycle_percent, pilot->duty_cycle_percent);
	connector->has_pilot = true;
	connector->pilot = *pilot;
	if (!is_at_5_percent(connector))
		connector->starts = false;
	else if (!was_at_5_percent && !is_matched(connector))
		connector->starts = true;
}

void fleet_connector_hear_session(struct fleet_connector *connector, const struct api_session_message *message)
{
	double setpoint_a = connector->setpoint_a;

	if (message->kind == API_SESSION_METER && message->type != API_REQUEST) {
		fleet_connector_hear_drawn(connector, message->data.meter.current_a);
		return;
	}
	if (message->kind == API_SESSION_HLC && !message->data.hlc.active)
		setpoint_a = 0;
	else if (message->kind == API_SESSION_SETPOINT && message->type == API_REQUEST)
		setpoint_a = message->data.setpoint.ac_current_a.has ? message->data.setpoint.ac_current_a.value : 0;
	connector->changed |= differs(setpoint_a, connector->setpoint_a);
	connector->setpoint_a = setpoint_a;
}

void fleet_connector_hear_drawn(struct fleet_connector *connector, const double drawn_a[FLEET_PHASES])
{
	for (size_t i = 0; i < FLEET_PHASES; i++) {
		connector->changed |= differs(connector->drawn_a[i], drawn_a[i]);
		connector->drawn_a[i] = drawn_a[i];
	}
}

/* --- commands --- */

static bool wants_fault(const struct fleet_connector *connector)
{
	return connector->fault.faulted != connector->told_fault ||
	       (connector->fault.faulted && connector->fault.code != connector->told_code);
}

static bool is_other_consumption(const struct fleet_car *one, const struct fleet_car *other)
{
	for (size_t i = 0; i < FLEET_PHASES; i++)
		if (differs(one->consumption_a[i], other->consumption_a[i]))
			return true;
	return false;
}

/* The one that is in the socket cannot be taken out while it is plugged in at the car, too. */
static bool wants_cable(const struct fleet_connector *connector)
{
	return connector->wanted.cable_a != connector->told.cable_a &&
	       (connector->wanted.cable_a > 0 || !connector->told.plugged);
}

static bool wants_station(const struct fleet_connector *connector)
{
	const struct fleet_car *wanted = &connector->wanted, *told = &connector->told;

	return connector->station_is_new || connector->replug || connector->shows_card || wants_fault(connector) ||
	       wanted->plugged != told->plugged || wants_cable(connector) || wanted->ready != told->ready ||
	       is_other_consumption(wanted, told);
}

static bool wants_car(const struct fleet_connector *connector)
{
	const struct fleet_car *wanted = &connector->wanted, *told = &connector->told;

	return connector->car_is_new || connector->starts || wanted->attenuation_db != told->attenuation_db ||
	       strcmp(wanted->behaviour, told->behaviour) != 0;
}

uint64_t fleet_connector_due(const struct fleet_connector *connector, bool has_station, bool has_car, uint64_t now_us)
{
	if (!(has_station && wants_station(connector)) && !(has_car && wants_car(connector)))
		return FLEET_NEVER_US;
	if (!connector->has_commands || now_us >= connector->commands_us + FLEET_COMMANDS_US)
		return now_us;
	return connector->commands_us + FLEET_COMMANDS_US;
}

__attribute__((format(printf, 3, 4))) static void say(struct fleet_commands *out, bool to_car, const char *format, ...)
{
	struct fleet_line *line = &out->lines[out->count++];
	va_list arguments;

	line->to_car = to_car;
	va_start(arguments, format);
	vsnprintf(line->text, sizeof(line->text), format, arguments);
	va_end(arguments);
}

/* Before the car comes: how it behaves holds from its next plug-in on. */
static void say_behaviour(struct fleet_connector *connector, struct fleet_commands *out)
{
	const struct fleet_car *wanted = &connector->wanted;
	struct fleet_car *told = &connector->told;

	if (connector->car_is_new || strcmp(wanted->behaviour, told->behaviour) != 0)
		say(out, true, "behaviour %s\n", wanted->behaviour);
	if (connector->car_is_new || wanted->attenuation_db != told->attenuation_db)
		say(out, true, "attenuation %d\n", wanted->attenuation_db);
	memcpy(told->behaviour, wanted->behaviour, sizeof(told->behaviour));
	told->attenuation_db = wanted->attenuation_db;
	connector->car_is_new = false;
}

static void say_unplug(struct fleet_connector *connector, bool has_car, struct fleet_commands *out)
{
	if (!connector->told.plugged || (connector->wanted.plugged && !connector->replug))
		return;
	if (has_car)
		say(out, true, "unplug\n");
	say(out, false, "unplug %s\n", connector->evse_id);
	connector->told.plugged = false;
	connector->told.cable_a = 0;
	connector->starts = false;
}

/* cs-sim takes it out with the car, also where there is none. */
static void say_cable(struct fleet_connector *connector, struct fleet_commands *out)
{
	if (!wants_cable(connector))
		return;
	if (connector->wanted.cable_a > 0)
		say(out, false, "cable %d %s\n", connector->wanted.cable_a, connector->evse_id);
	else
		say(out, false, "unplug %s\n", connector->evse_id);
	connector->told.cable_a = connector->wanted.cable_a;
}

static void say_driving(struct fleet_connector *connector, struct fleet_commands *out)
{
	const struct fleet_car *wanted = &connector->wanted;
	struct fleet_car *told = &connector->told;
	const double *phases = wanted->consumption_a;

	if (connector->station_is_new || is_other_consumption(wanted, told))
		say(out, false, "car consumes %.1f %.1f %.1f %s\n", phases[0], phases[1], phases[2],
		    connector->evse_id);
	if (connector->station_is_new || wanted->ready != told->ready)
		say(out, false, "car ready %s %s\n", wanted->ready ? "on" : "off", connector->evse_id);
	memcpy(told->consumption_a, phases, sizeof(told->consumption_a));
	told->ready = wanted->ready;
	connector->station_is_new = false;
}

static void say_station(struct fleet_connector *connector, struct fleet_commands *out)
{
	if (wants_fault(connector)) {
		const enum api_evse_status code = connector->fault.faulted ? connector->fault.code : API_EVSE_READY;
		say(out, false, "status_code %s %s\n", api_evse_status_text(code), connector->evse_id);
		connector->told_fault = connector->fault.faulted;
		connector->told_code = code;
	}
	say_driving(connector, out);
	say_cable(connector, out);
	if (connector->wanted.plugged && !connector->told.plugged) {
		say(out, false, "plug %s\n", connector->evse_id);
		connector->told.plugged = true;
	}
	if (connector->shows_card)
		say(out, false, "card %s %s\n", connector->token, connector->evse_id);
	connector->shows_card = false;
	connector->replug = false;
}

void fleet_connector_take_commands(struct fleet_connector *connector, bool has_station, bool has_car, uint64_t now_us,
				   struct fleet_commands *out)
{
	out->count = 0;
	if (fleet_connector_due(connector, has_station, has_car, now_us) > now_us)
		return;
	if (has_station)
		say_unplug(connector, has_car, out);
	if (has_car)
		say_behaviour(connector, out);
	if (has_station)
		say_station(connector, out);
	if (has_car && connector->starts) {
		say(out, true, "plug\n");
		connector->starts = false;
	}
	if (out->count == 0)
		return;
	connector->has_commands = true;
	connector->commands_us = now_us;
}

/* --- status --- */

uint64_t fleet_connector_status_due(const struct fleet_connector *connector, uint64_t now_us)
{
	if (!connector->changed)
		return FLEET_NEVER_US;
	if (!connector->was_told || now_us >= connector->status_us + FLEET_STATUS_US)
		return now_us;
	return connector->status_us + FLEET_STATUS_US;
}

/* What the car may draw: the current of the pilot, or of the 15118 session. */
static double offered_a(const struct fleet_connector *connector)
{
	const struct api_cp_status *pilot = &connector->pilot;
	uint32_t current_da = 0;

	if (is_at_5_percent(connector))
		return connector->setpoint_a;
	if (!connector->has_pilot || !pilot->has_duty_cycle ||
	    (pilot->state != API_CP_A2 && pilot->state != API_CP_B2 && pilot->state != API_CP_C2 &&
	     pilot->state != API_CP_D2))
		return 0;
	duty_cycle_to_current((uint32_t)(pilot->duty_cycle_percent * 100 + 0.5), &current_da);
	return current_da / 10.0;
}

static void add_number(struct json_object *object, const char *key, double value)
{
	char text[32];

	snprintf(text, sizeof(text), "%.1f", value);
	json_object_object_add(object, key, json_object_new_double_s(value, text));
}

static void add_inputs(struct json_object *object, const struct fleet_connector *connector)
{
	static const char *const phases[FLEET_PHASES] = {"consumption_l1", "consumption_l2", "consumption_l3"};
	const struct fleet_car *car = &connector->wanted;

	fleet_json_add_text(object, "evse_id", connector->evse_id);
	json_object_object_add(object, "plugged", json_object_new_boolean(car->plugged));
	json_object_object_add(object, "cable", json_object_new_int(car->cable_a));
	json_object_object_add(object, "ready", json_object_new_boolean(car->ready));
	for (size_t i = 0; i < FLEET_PHASES; i++)
		add_number(object, phases[i], car->consumption_a[i]);
	fleet_json_add_text(object, "behaviour", car->behaviour);
	json_object_object_add(object, "attenuation", json_object_new_int(car->attenuation_db));
	json_object_object_add(object, "faulted", json_object_new_boolean(connector->fault.faulted));
	if (connector->fault.faulted)
		fleet_json_add_text(object, "status_code", api_evse_status_text(connector->fault.code));
	fleet_json_add_text(object, "id_tag", connector->token);
}

static void add_slac(struct json_object *object, const struct fleet_connector *connector)
{
	const struct api_station_slac_status *slac = &connector->slac;
	const bool has = connector->has_slac;

	fleet_json_add_text(object, "state", has ? api_slac_state_text(slac->state) : "");
	fleet_json_add_text(object, "reason", has ? slac->reason : "");
	fleet_json_add_text(object, "ev_mac", has ? slac->ev_mac : "");
	fleet_json_add_text(object, "run_id", has ? slac->run_id : "");
	if (has && slac->has_attenuation)
		add_number(object, "attenuation_db", slac->attenuation_ddb / 10.0);
	else
		json_object_object_add(object, "attenuation_db", NULL);
}

static void add_pilot(struct json_object *object, const struct fleet_connector *connector)
{
	struct json_object *drawn = json_object_new_array();
	const struct api_cp_status *pilot = &connector->pilot;

	fleet_json_add_text(object, "pilot", connector->has_pilot ? api_cp_state_text(pilot->state) : "");
	if (connector->has_pilot && pilot->has_duty_cycle)
		add_number(object, "duty_percent", pilot->duty_cycle_percent);
	else
		json_object_object_add(object, "duty_percent", NULL);
	add_number(object, "offered_current_a", offered_a(connector));
	for (size_t i = 0; i < FLEET_PHASES; i++) {
		char text[32];
		snprintf(text, sizeof(text), "%.1f", connector->drawn_a[i]);
		json_object_array_add(drawn, json_object_new_double_s(connector->drawn_a[i], text));
	}
	json_object_object_add(object, "drawn_a", drawn);
}

size_t fleet_connector_build_status(struct fleet_connector *connector, uint64_t now_us, const char *at, char *out,
				    size_t size)
{
	struct json_object *object = json_object_new_object();

	add_inputs(object, connector);
	add_slac(object, connector);
	add_pilot(object, connector);
	json_object_object_add(object, "sessions_matched", json_object_new_int64(connector->sessions_matched));
	json_object_object_add(object, "sessions_failed", json_object_new_int64(connector->sessions_failed));
	fleet_json_add_text(object, "at", at);
	connector->changed = false;
	connector->was_told = true;
	connector->status_us = now_us;
	return fleet_json_write(object, out, size);
}
