/* SPDX-License-Identifier: Apache-2.0 */
/* Builds the messages of a charging session. */
#include "tools/station/api_session.h"

#include "mqtt/api/api_writer.h"
#include "tools/station/api_session_texts.h"

#include <math.h>
#include <stdio.h>

static void add_word(struct api_writer *writer, const char *key, const struct api_texts *texts, int value)
{
	api_writer_text(writer, writer->data, key, (size_t)value < texts->count ? texts->texts[value] : NULL);
}

/* As text, so that 0.1 is not printed as 0.10000000000000001. */
static void add_number(struct api_writer *writer, unsigned object, const char *key, double value)
{
	char text[32];

	snprintf(text, sizeof(text), "%.10g", value);
	api_writer_json(writer, object, key, text);
}

/* A whole number of thousandths: what a meter shows. */
static void add_reading(struct api_writer *writer, unsigned object, const char *key, double value)
{
	add_number(writer, object, key, round(value * 1000) / 1000);
}

static void add_verdict(struct api_writer *writer, const struct api_session_message *message)
{
	add_word(writer, "status", &api_texts_verdict, (int)message->verdict);
}

static void add_info(struct api_writer *writer, const struct api_session_message *message)
{
	if (message->info[0] != '\0')
		api_writer_text(writer, writer->data, "info", message->info);
}

static void add_token(struct api_writer *writer, const struct api_token *token)
{
	if (token->id[0] != '\0')
		api_writer_text(writer, writer->data, "id_token", token->id);
	add_word(writer, "token_type", &api_texts_token_type, (int)token->type);
}

static void write_token(struct api_writer *writer, const struct api_session_message *message)
{
	if (message->type != API_RESPONSE)
		add_token(writer, &message->data.token);
	if (message->type != API_REQUEST)
		add_verdict(writer, message);
}

static void write_answer(struct api_writer *writer, const struct api_session_message *message)
{
	if (message->type == API_RESPONSE)
		add_verdict(writer, message);
}

static void write_cable_check(struct api_writer *writer, const struct api_session_message *message)
{
	if (message->type == API_REQUEST) {
		add_word(writer, "cable_check_action", &api_texts_cable_check_action,
			 (int)message->data.cable_check.action);
		return;
	}
	add_word(writer, "cable_check_status", &api_texts_cable_check_status, (int)message->data.cable_check.status);
	if (message->data.cable_check.status == API_CABLE_CHECK_FINISHED)
		api_writer_text(writer, writer->data, "isolation_level", "valid");
}

static void write_cable(struct api_writer *writer, const struct api_session_message *message)
{
	add_word(writer, "connection_status", &api_texts_cable_connection, (int)message->data.cable.connection);
	api_writer_integer(writer, writer->data, "rated_cable_current", message->data.cable.rated_a);
	add_word(writer, "lock", &api_texts_connector_lock, (int)message->data.cable.lock);
}

static void write_availability(struct api_writer *writer, const struct api_session_message *message)
{
	if (message->type == API_RESPONSE)
		add_verdict(writer, message);
	else
		add_word(writer, "operational_status", &api_texts_operational, (int)message->data.operational);
}

static void write_charge_limit(struct api_writer *writer, const struct api_session_message *message)
{
	add_number(writer, writer->data, "limit", message->data.charge_limit.limit);
	api_writer_text(writer, writer->data, "unit", message->data.charge_limit.watt ? "W" : "A");
}

static void write_connector(struct api_writer *writer, const struct api_session_message *message)
{
	api_writer_integer(writer, writer->data, "connector_id", message->data.connector.id);
	if (message->type == API_REQUEST)
		add_word(writer, "action", &api_texts_connector_action, (int)message->data.connector.action);
	else
		add_word(writer, "status", &api_texts_connector_lock, (int)message->data.connector.lock);
	add_info(writer, message);
}

static void write_contactor(struct api_writer *writer, const struct api_session_message *message)
{
	if (message->type != API_REQUEST)
		add_word(writer, "status", &api_texts_contactor, (int)message->data.contactor);
}

static void write_data_link(struct api_writer *writer, const struct api_session_message *message)
{
	api_writer_text(writer, writer->data, "action", api_data_link_action_text(message->data.data_link));
}

static void write_hlc(struct api_writer *writer, const struct api_session_message *message)
{
	api_writer_bool(writer, "status", message->data.hlc.active);
	if (message->data.hlc.action != API_HLC_NO_ACTION)
		add_word(writer, "action", &api_texts_hlc_action, (int)message->data.hlc.action);
}

static void add_phases(struct api_writer *writer, const char *key, const double values[3])
{
	static const char *const phases[] = {"l1", "l2", "l3"};
	const unsigned object = api_writer_object(writer, writer->data, key);

	for (size_t i = 0; i < 3; i++)
		add_reading(writer, object, phases[i], values[i]);
}

static void write_meter(struct api_writer *writer, const struct api_session_message *message)
{
	const struct api_meter_values *meter = &message->data.meter;

	api_writer_text(writer, writer->data, "timestamp", meter->timestamp);
	if (message->type == API_REQUEST)
		return;
	add_phases(writer, "voltage", meter->voltage_v);
	add_phases(writer, "current", meter->current_a);
	add_number(writer, writer->data, "power_factor", 1);
	add_number(writer, writer->data, "frequency", 50);
	add_reading(writer, writer->data, "total_active_energy_imported", meter->energy_wh);
	add_number(writer, writer->data, "total_reactive_energy_imported", 0);
	add_number(writer, writer->data, "total_active_energy_exported", 0);
	if (!meter->dc_voltage_v.has)
		return;
	add_reading(writer, writer->data, "dc_current", meter->dc_current_a);
	add_reading(writer, writer->data, "dc_voltage", meter->dc_voltage_v.value);
}

static void add_period(struct api_writer *writer, unsigned schedule, double limit_a)
{
	const unsigned periods = api_writer_array(writer, schedule, "charging_schedule_period");
	const unsigned period = api_writer_object(writer, periods, NULL);

	api_writer_integer(writer, period, "start_period", 0);
	add_number(writer, period, "limit", limit_a);
}

static void add_schedule(struct api_writer *writer, unsigned profile, const struct api_profile *wanted)
{
	const unsigned schedules = api_writer_array(writer, profile, "charging_schedule");
	const unsigned schedule = api_writer_object(writer, schedules, NULL);

	api_writer_integer(writer, schedule, "id", 1);
	api_writer_text(writer, schedule, "charging_rate_unit", "A");
	if (wanted->start[0] != '\0')
		api_writer_text(writer, schedule, "start_schedule", wanted->start);
	add_period(writer, schedule, wanted->limit_a);
}

static void write_profile(struct api_writer *writer, const struct api_session_message *message)
{
	const struct api_profile *wanted = &message->data.profile;
	unsigned profile;

	if (message->type == API_RESPONSE) {
		add_verdict(writer, message);
		return;
	}
	profile = api_writer_object(writer, writer->data, "charging_profile");
	api_writer_integer(writer, profile, "id", wanted->id);
	api_writer_integer(writer, profile, "stack_level", 0);
	api_writer_text(writer, profile, "charging_profile_purpose", wanted->purpose);
	api_writer_text(writer, profile, "charging_profile_kind", wanted->start[0] != '\0' ? "Absolute" : "Relative");
	if (wanted->transaction_id[0] != '\0')
		api_writer_text(writer, profile, "transaction_id", wanted->transaction_id);
	add_schedule(writer, profile, wanted);
}

static void write_clear_profile(struct api_writer *writer, const struct api_session_message *message)
{
	if (message->type == API_RESPONSE)
		add_verdict(writer, message);
	else
		api_writer_integer(writer, writer->data, "charging_profile_id", message->data.profile.id);
}

static void write_composite(struct api_writer *writer, const struct api_session_message *message)
{
	api_writer_integer(writer, writer->data, "duration", message->data.duration_s);
	api_writer_text(writer, writer->data, "charging_rate_unit", "A");
}

static void write_service_status(struct api_writer *writer, const struct api_session_message *message)
{
	api_writer_text(writer, writer->data, "service", message->data.service.service);
	api_writer_text(writer, writer->data, "software_version", "cs-sim");
	api_writer_text(writer, writer->data, "api_version", API_VERSION);
	api_writer_text(writer, writer->data, "status", api_service_state_text(message->data.service.state));
}

static void add_amount(struct api_writer *writer, unsigned object, const char *key, const struct api_amount *amount)
{
	if (amount->has)
		add_number(writer, object, key, amount->value);
}

static void write_setpoint(struct api_writer *writer, const struct api_session_message *message)
{
	const struct api_setpoint *setpoint = &message->data.setpoint;
	unsigned object;

	if (message->type == API_RESPONSE) {
		add_verdict(writer, message);
		return;
	}
	object = api_writer_object(writer, writer->data, "ev_limits");
	add_number(writer, object, "maximum_voltage", setpoint->ev_maximum_voltage_v);
	api_writer_bool(writer, "is_precharge", setpoint->precharge);
	object = api_writer_object(writer, writer->data, setpoint->dc_voltage_v.has ? "dc" : "ac");
	if (setpoint->dc_voltage_v.has) {
		add_number(writer, object, "voltage", setpoint->dc_voltage_v.value);
		add_amount(writer, object, "charge_current", &setpoint->dc_current_a);
		return;
	}
	add_amount(writer, object, "charge_current", &setpoint->ac_current_a);
	add_amount(writer, object, "charge_active_power", &setpoint->ac_power_w);
}

static void write_state_info(struct api_writer *writer, const struct api_session_message *message)
{
	const enum api_payment payment = message->data.state_info.payment;
	const enum api_stop_action stop = message->data.state_info.stop;
	unsigned info;

	add_word(writer, "session_status", &api_texts_session_step, (int)message->data.state_info.step);
	if (payment == API_PAYMENT_NONE && stop == API_STOP_NONE)
		return;
	info = api_writer_object(writer, writer->data, "info");
	if (payment != API_PAYMENT_NONE)
		api_writer_text(writer, info, "selected_payment_option", api_texts_payment.texts[payment]);
	if (stop != API_STOP_NONE)
		api_writer_text(writer, info, "stop_action", api_texts_stop_action.texts[stop]);
}

static void write_transaction(struct api_writer *writer, const struct api_session_message *message)
{
	api_writer_text(writer, writer->data, "transaction_id", message->data.transaction.id);
	add_word(writer, "status", &api_texts_transaction_status, (int)message->data.transaction.status);
	add_token(writer, &message->data.transaction.token);
}

static void write_websocket(struct api_writer *writer, const struct api_session_message *message)
{
	(void)message;
	api_writer_text(writer, writer->data, "status", "connected");
}

typedef void write_data(struct api_writer *writer, const struct api_session_message *message);

static write_data *const writers[API_SESSION_KINDS] = {
	[API_SESSION_AUTHORIZATION] = write_token,
	[API_SESSION_AUTHORIZED_TOKEN] = write_token,
	[API_SESSION_ISO15118_AUTHORIZATION] = write_token,
	[API_SESSION_CABLE_CHECK] = write_cable_check,
	[API_SESSION_CABLE_INFO] = write_cable,
	[API_SESSION_AVAILABILITY] = write_availability,
	[API_SESSION_CHARGE_LIMIT] = write_charge_limit,
	[API_SESSION_CLEAR_PROFILE] = write_clear_profile,
	[API_SESSION_COMPOSITE] = write_composite,
	[API_SESSION_CONNECTOR] = write_connector,
	[API_SESSION_CONTACTOR] = write_contactor,
	[API_SESSION_DATA_LINK] = write_data_link,
	[API_SESSION_DEVICE_MODEL] = write_answer,
	[API_SESSION_HLC] = write_hlc,
	[API_SESSION_LIMITS] = write_answer,
	[API_SESSION_METER] = write_meter,
	[API_SESSION_PARAMETERS] = write_answer,
	[API_SESSION_PROFILE] = write_profile,
	[API_SESSION_RESET] = write_answer,
	[API_SESSION_SERVICE_STATUS] = write_service_status,
	[API_SESSION_SETPOINT] = write_setpoint,
	[API_SESSION_STATE_INFO] = write_state_info,
	[API_SESSION_STOP] = write_answer,
	[API_SESSION_TRANSACTION] = write_transaction,
	[API_SESSION_BOOT_STATUS] = add_verdict,
	[API_SESSION_WEBSOCKET] = write_websocket,
};

/* Some messages must not have the outlet that they are about. */
static bool names_outlet(const struct api_session_message *message)
{
	const bool verdict_only = message->kind == API_SESSION_AUTHORIZATION || message->kind == API_SESSION_RESET ||
				  message->kind == API_SESSION_AVAILABILITY ||
				  message->kind == API_SESSION_AUTHORIZED_TOKEN ||
				  message->kind == API_SESSION_PROFILE || message->kind == API_SESSION_CLEAR_PROFILE;

	return message->evse_id[0] != '\0' && message->kind != API_SESSION_CLEAR_PROFILE &&
	       (message->type != API_RESPONSE || !verdict_only);
}

size_t api_session_build(char *out, size_t size, const struct api_session_message *message)
{
	struct api_writer writer;

	api_writer_begin(&writer, out, size, message->id, api_session_name(message->kind), message->type);
	if (names_outlet(message))
		api_writer_text(&writer, writer.data, "evse_id", message->evse_id);
	if (writers[message->kind] != NULL)
		writers[message->kind](&writer, message);
	else
		writer.failed = true;
	return api_writer_finish(&writer);
}
