/* SPDX-License-Identifier: Apache-2.0 */
/* Reads what slacd sends. */
#include "tools/station/api_station.h"

#include <string.h>

#include "mqtt/api/api_envelope.h"

static enum api_result read_service_status(const struct api_node *data, void *out)
{
	struct api_station_service_status *status = out;
	int state;

	if (!api_json_text(data, "service", status->service, sizeof(status->service)) ||
	    !api_json_text(data, "software_version", status->software_version, sizeof(status->software_version)) ||
	    !api_json_text(data, "api_version", status->api_version, sizeof(status->api_version)) ||
	    !api_json_enum(data, "status", &api_texts_service_state, &state))
		return API_INVALID;
	status->state = (enum api_service_state)state;
	return API_OK;
}

static enum api_result read_nothing(const struct api_node *data, void *out)
{
	(void)data;
	(void)out;
	return API_OK;
}

static bool read_pwm_current(const struct api_node *data, struct api_cp_pwm *pwm)
{
	bool wanted = !pwm->hlc && !pwm->error_state && !pwm->fault_state;
	double current_a = 0;

	pwm->has_current = api_json_has(data, "current");
	if (pwm->has_current != wanted)
		return api_json_fail(data, "current", "present exactly when hlc and both states are false");
	if (wanted && !api_json_number(data, "current", 0, 1000, "A", &current_a))
		return false;
	pwm->current_deciampere = (uint32_t)(current_a * 10 + 0.5);
	return true;
}

static enum api_result read_cp_pwm(const struct api_node *data, void *out)
{
	struct api_cp_pwm *pwm = out;

	if (!api_json_evse_id(data, pwm->evse_id) || !api_json_bool(data, "hlc", &pwm->hlc) ||
	    !api_json_bool(data, "error_state", &pwm->error_state) ||
	    !api_json_bool(data, "fault_state", &pwm->fault_state) || !read_pwm_current(data, pwm))
		return API_INVALID;
	return API_OK;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_run_id(const struct api_node *data, struct api_station_slac_status *status)
{
	static const char expected[] = "0x and 16 lower-case hex digits";
	char text[2 + 2 * API_RUN_ID_LEN + 1];

	status->has_run_id = api_json_has(data, "run_id");
	if (!status->has_run_id)
		return true;
	if (!api_json_text(data, "run_id", text, sizeof(text)) || strlen(text) != sizeof(text) - 1 ||
	    memcmp(text, "0x", 2) != 0)
		return api_json_fail(data, "run_id", expected);
	for (size_t i = 0; i < API_RUN_ID_LEN; i++) {
		int high = hex_digit(text[2 + 2 * i]);
		int low = hex_digit(text[3 + 2 * i]);

		if (high < 0 || low < 0)
			return api_json_fail(data, "run_id", expected);
		status->run_id[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static enum api_result read_slac_service_status(const struct api_node *data, void *out)
{
	struct api_station_slac_status *status = out;
	int state;

	if (!api_json_evse_id(data, status->evse_id) || !read_run_id(data, status) ||
	    !api_json_enum(data, "status", &api_texts_slac_state, &state))
		return API_INVALID;
	status->state = (enum api_slac_state)state;
	if (api_json_has(data, "reason") && !api_json_text_cut(data, "reason", status->reason, sizeof(status->reason)))
		return API_INVALID;
	status->name = API_NAME_SLAC_SERVICE_STATUS;
	return API_OK;
}

static enum api_result read_slac_status(const struct api_node *data, void *out)
{
	struct api_station_slac_status *status = out;
	enum api_result result = read_slac_service_status(data, out);

	status->name = API_NAME_SLAC_STATUS;
	return result;
}

static enum api_result read_link_status(const struct api_node *data, void *out)
{
	struct api_station_link_status *status = out;
	int state;

	if (!api_json_evse_id(data, status->evse_id) || !api_json_enum(data, "status", &api_texts_link_state, &state))
		return API_INVALID;
	status->state = (enum api_link_state)state;
	return API_OK;
}

static enum api_result read_network_info(const struct api_node *data, void *out)
{
	struct api_station_network_info *info = out;
	struct api_node networks;

	if (!api_json_evse_id(data, info->evse_id) ||
	    !api_json_array(data, "networks", API_NETWORKS_MAX, &networks, &info->count))
		return API_INVALID;
	return API_OK;
}

static enum api_result read_reset(const struct api_node *data, void *out)
{
	enum api_reset_status *reset = out;
	int status;

	if (!api_json_enum(data, "status", &api_texts_reset_status, &status))
		return API_INVALID;
	*reset = (enum api_reset_status)status;
	return API_OK;
}

static const struct api_row rows[] = {
	{"service_status", API_UPDATE, API_STATION_SERVICE_STATUS, read_service_status},
	{"service_status", API_RESPONSE, API_STATION_SERVICE_STATUS, read_service_status},
	{"cs_parameters", API_REQUEST, API_STATION_CS_PARAMETERS, read_nothing},
	{"cs_status_and_limits", API_REQUEST, API_STATION_CS_STATUS_AND_LIMITS, read_nothing},
	{"cp_pwm", API_REQUEST, API_STATION_CP_PWM, read_cp_pwm},
	{"slac_service_status", API_UPDATE, API_STATION_SLAC_STATUS, read_slac_service_status},
	{"slac_status", API_UPDATE, API_STATION_SLAC_STATUS, read_slac_status},
	{"slac_link_status", API_RESPONSE, API_STATION_SLAC_LINK_STATUS, read_link_status},
	{"slac_network_info", API_RESPONSE, API_STATION_SLAC_NETWORK_INFO, read_network_info},
	{"reset", API_RESPONSE, API_STATION_RESET, read_reset},
};

enum api_result api_station_parse(const char *payload, size_t len, struct api_station_message *out,
				  struct api_error *error)
{
	struct api_envelope envelope;
	struct api_station_message message;
	enum api_result result;

	memset(&message, 0, sizeof(message));
	result =
		api_envelope_parse(payload, len, rows, sizeof(rows) / sizeof(rows[0]), &envelope, &message.data, error);
	if (result != API_OK)
		return result;
	message.kind = (enum api_station_kind)envelope.row->kind;
	message.type = envelope.row->type;
	memcpy(message.id, envelope.id, sizeof(message.id));
	*out = message;
	return API_OK;
}

bool api_station_cp_state(const char *text, enum api_cp_state *state)
{
	int value;

	if (!api_texts_find(&api_texts_cp_state, text, &value))
		return false;
	*state = (enum api_cp_state)value;
	return true;
}
