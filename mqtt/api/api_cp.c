/* SPDX-License-Identifier: Apache-2.0 */
/* The control pilot's messages: cp_status updates and the answers to cp_pwm requests. */
#include "mqtt/api/api_envelope.h"

#include <inttypes.h>
#include <stdio.h>

/* IEC 61851-1 has the pilot within +-12 V; the margin takes calibration offsets, and still refuses
 * millivolts. */
#define PILOT_MAX_V 30

enum api_result api_read_cp_pwm(const struct api_node *data, void *out)
{
	struct api_cp_pwm_response *response = out;
	int status;

	if (!api_json_evse_id(data, response->evse_id) ||
	    !api_json_enum(data, "status", &api_texts_cp_pwm_status, &status))
		return API_INVALID;
	response->status = (enum api_cp_pwm_status)status;
	if (api_json_has(data, "info") && !api_json_text_cut(data, "info", response->info, sizeof(response->info)))
		return API_INVALID;
	return API_OK;
}

/* Stations number their connectors or name them. */
static bool read_connector_id(const struct api_node *data, char out[API_CONNECTOR_MAX])
{
	struct json_object *value = NULL;

	json_object_object_get_ex(data->value, "connector_id", &value);
	if (value && json_object_is_type(value, json_type_int)) {
		snprintf(out, API_CONNECTOR_MAX, "%" PRId64, json_object_get_int64(value));
		return true;
	}
	if (!json_object_is_type(value, json_type_string))
		return api_json_fail(data, "connector_id", "a text or an integer");
	return api_json_text(data, "connector_id", out, API_CONNECTOR_MAX);
}

static bool read_optional(const struct api_node *data, const char *member, double min, double max, const char *unit,
			  bool *has, double *out)
{
	*has = api_json_has(data, member);
	return !*has || api_json_number(data, member, min, max, unit, out);
}

enum api_result api_read_cp_status(const struct api_node *data, void *out)
{
	struct api_cp_status *status = out;
	int state;

	if (!api_json_evse_id(data, status->evse_id) || !read_connector_id(data, status->connector_id) ||
	    !api_json_enum(data, "state", &api_texts_cp_state, &state))
		return API_INVALID;
	status->state = (enum api_cp_state)state;
	if (!read_optional(data, "max_voltage", -PILOT_MAX_V, PILOT_MAX_V, "V", &status->has_max_voltage,
			   &status->max_voltage_v) ||
	    !read_optional(data, "min_voltage", -PILOT_MAX_V, PILOT_MAX_V, "V", &status->has_min_voltage,
			   &status->min_voltage_v) ||
	    !read_optional(data, "duty_cycle", 0, 100, "%", &status->has_duty_cycle, &status->duty_cycle_percent))
		return API_INVALID;
	return API_OK;
}
