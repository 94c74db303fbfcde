/* SPDX-License-Identifier: Apache-2.0 */
/* Builders of the messages that slacd reads. */
#include "tools/station/api_station.h"

#include "mqtt/api/api_json.h"
#include "mqtt/api/api_writer.h"

#include <stdio.h>

#define NUMBER_SIZE 32

static const char *number_text(double value, char text[NUMBER_SIZE])
{
	const size_t len = (size_t)snprintf(text, NUMBER_SIZE, "%.2f", value);

	if (len < NUMBER_SIZE && text[len - 1] == '0')
		text[len - 1] = '\0';
	return text;
}

struct json_object *api_station_number(double value)
{
	char text[NUMBER_SIZE];

	return json_object_new_double_s(value, number_text(value, text));
}

static void write_number(struct api_writer *writer, bool has, const char *key, double value)
{
	char text[NUMBER_SIZE];

	if (has)
		api_writer_json(writer, writer->data, key, number_text(value, text));
}

size_t api_station_build_cp_status(char *out, size_t size, const char *id, const struct api_station_cp_status *cp)
{
	const struct api_cp_status *status = &cp->status;
	struct api_writer writer;

	api_writer_begin(&writer, out, size, id, "cp_status", API_UPDATE);
	api_writer_text(&writer, writer.data, "evse_id", status->evse_id);
	api_writer_integer(&writer, writer.data, "connector_id", cp->connector_id);
	api_writer_text(&writer, writer.data, "state", api_cp_state_text(status->state));
	write_number(&writer, cp->has_voltages, "max_voltage", cp->max_voltage_v);
	write_number(&writer, cp->has_voltages, "min_voltage", cp->min_voltage_v);
	write_number(&writer, status->has_duty_cycle, "duty_cycle", status->duty_cycle_percent);
	return api_writer_finish(&writer);
}

size_t api_station_build_cp_pwm_response(char *out, size_t size, const char *id,
					 const struct api_cp_pwm_response *response)
{
	struct api_writer writer;

	api_writer_begin(&writer, out, size, id, "cp_pwm", API_RESPONSE);
	api_writer_text(&writer, writer.data, "evse_id", response->evse_id);
	api_writer_text(&writer, writer.data, "status", api_cp_pwm_status_text(response->status));
	if (response->info[0])
		api_writer_text(&writer, writer.data, "info", response->info);
	return api_writer_finish(&writer);
}

size_t api_station_build_data(char *out, size_t size, const char *id, const char *name, enum api_type type,
			      const char *data, size_t len)
{
	struct json_object *object = NULL;
	struct api_error error;
	struct api_writer writer;

	api_writer_begin_envelope(&writer, out, size, id, name, type);
	if (api_json_parse(data, len, &object, &error) == API_OK)
		api_writer_json(&writer, writer.root, "data",
				json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN |
									       JSON_C_TO_STRING_NOSLASHESCAPE));
	else
		writer.failed = true;
	json_object_put(object);
	return api_writer_finish(&writer);
}

size_t api_station_build_data_link(char *out, size_t size, const char *id, const char *evse_id,
				   enum api_data_link_action action)
{
	struct api_writer writer;

	api_writer_begin(&writer, out, size, id, "slac_data_link", API_UPDATE);
	api_writer_text(&writer, writer.data, "evse_id", evse_id);
	api_writer_text(&writer, writer.data, "action", api_data_link_action_text(action));
	return api_writer_finish(&writer);
}

size_t api_station_build_hlc_charging(char *out, size_t size, const char *id, const char *evse_id, bool active)
{
	struct api_writer writer;

	api_writer_begin(&writer, out, size, id, "hlc_charging", API_UPDATE);
	api_writer_text(&writer, writer.data, "evse_id", evse_id);
	api_writer_bool(&writer, "status", active);
	return api_writer_finish(&writer);
}

size_t api_station_build_service_status_request(char *out, size_t size, const char *id, const char *service)
{
	struct api_writer writer;

	api_writer_begin(&writer, out, size, id, "service_status", API_REQUEST);
	api_writer_text(&writer, writer.data, "service", service);
	return api_writer_finish(&writer);
}

size_t api_station_build_evse_request(char *out, size_t size, const char *id, enum api_kind kind, const char *evse_id)
{
	struct api_writer writer;

	api_writer_begin(&writer, out, size, id, api_kind_text(kind), API_REQUEST);
	if (evse_id || (kind != API_SLAC_RESET && kind != API_RESET))
		api_writer_text(&writer, writer.data, "evse_id", evse_id);
	return api_writer_finish(&writer);
}
