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
	double most_a = pwm->error_state || pwm->fault_state ? 0 : 1000;
	double current_a = 0;

	if (api_json_has(data, "current") == pwm->hlc)
		return api_json_fail(data, "current", "present exactly when hlc is false");
	if (!pwm->hlc && !api_json_number(data, "current", 0, most_a, "A", &current_a))
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

#define CAPITAL_DIGITS      "0123456789ABCDEF"
#define ATTENUATION_DB_MOST 255 /* an octet a group, in dB */

static bool read_run_id(const struct api_node *data, char run_id[API_STATION_RUN_ID_SIZE])
{
	if (!api_json_text(data, "run_id", run_id, API_STATION_RUN_ID_SIZE) || memcmp(run_id, "0x", 2) != 0 ||
	    strspn(run_id + 2, CAPITAL_DIGITS) != 2 * API_RUN_ID_LEN)
		return api_json_fail(data, "run_id", "0x and 16 hex digits in capitals");
	return true;
}

static bool read_ev_mac(const struct api_node *data, char ev_mac[API_STATION_MAC_SIZE])
{
	if (!api_json_has(data, "ev_mac"))
		return true;
	if (!api_json_text(data, "ev_mac", ev_mac, API_STATION_MAC_SIZE) ||
	    strlen(ev_mac) != API_STATION_MAC_SIZE - 1 ||
	    strspn(ev_mac, CAPITAL_DIGITS ":") != API_STATION_MAC_SIZE - 1)
		return api_json_fail(data, "ev_mac", "a MAC in capitals with colons");
	return true;
}

static bool read_attenuation(const struct api_node *data, struct api_station_slac_status *status)
{
	double attenuation_db;

	if (!api_json_has(data, "attenuation_db"))
		return true;
	if (!api_json_number(data, "attenuation_db", 0, ATTENUATION_DB_MOST, "dB", &attenuation_db))
		return false;
	status->has_attenuation = true;
	status->attenuation_ddb = (uint16_t)(attenuation_db * 10 + 0.5);
	return true;
}

static bool read_record(const struct api_node *data, char record[API_STATION_RECORD_SIZE])
{
	return !api_json_has(data, "record") || api_json_text(data, "record", record, API_STATION_RECORD_SIZE);
}

static bool read_sampling_time(const struct api_node *data, struct api_station_slac_status *status)
{
	status->has_sampling_time = api_json_has(data, "sampling_time");
	return !status->has_sampling_time || api_json_time_ms(data, "sampling_time", &status->sampling_ms);
}

static enum api_result read_slac_service_status(const struct api_node *data, void *out)
{
	struct api_station_slac_status *status = out;
	int state;

	if (!api_json_evse_id(data, status->evse_id) || !read_run_id(data, status->run_id) ||
	    !read_ev_mac(data, status->ev_mac) || !api_json_enum(data, "status", &api_texts_slac_state, &state))
		return API_INVALID;
	status->state = (enum api_slac_state)state;
	if (api_json_has(data, "reason") && !api_json_text_cut(data, "reason", status->reason, sizeof(status->reason)))
		return API_INVALID;
	if (!read_attenuation(data, status) || !read_record(data, status->record) || !read_sampling_time(data, status))
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
	{"service_status", API_UPDATE, API_STATION_SERVICE_STATUS, 0, read_service_status},
	{"service_status", API_RESPONSE, API_STATION_SERVICE_STATUS, 0, read_service_status},
	{"cs_parameters", API_REQUEST, API_STATION_CS_PARAMETERS, 0, read_nothing},
	{"cs_status_and_limits", API_REQUEST, API_STATION_CS_STATUS_AND_LIMITS, 0, read_nothing},
	{"cp_pwm", API_REQUEST, API_STATION_CP_PWM, 0, read_cp_pwm},
	{"slac_service_status", API_UPDATE, API_STATION_SLAC_STATUS, 0, read_slac_service_status},
	{"slac_status", API_UPDATE, API_STATION_SLAC_STATUS, 0, read_slac_status},
	{"slac_link_status", API_RESPONSE, API_STATION_SLAC_LINK_STATUS, 0, read_link_status},
	{"slac_network_info", API_RESPONSE, API_STATION_SLAC_NETWORK_INFO, 0, read_network_info},
	{"slac_reset", API_RESPONSE, API_STATION_RESET, 0, read_reset},
	{"reset", API_RESPONSE, API_STATION_RESET, 0, read_reset},
};
static const struct api_rows rows_of_station = {rows, sizeof(rows) / sizeof(rows[0])};

enum api_result api_station_parse(const char *payload, size_t len, struct api_station_message *out,
				  struct api_error *error)
{
	struct api_envelope envelope;
	struct api_station_message message;
	enum api_result result;

	memset(&message, 0, sizeof(message));
	result = api_envelope_parse(payload, len, 0, &rows_of_station, &envelope, &message.data, error);
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
