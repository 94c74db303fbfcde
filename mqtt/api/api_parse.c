/* SPDX-License-Identifier: Apache-2.0 */
#include "mqtt/api/api.h"

#include <string.h>

#include "mqtt/api/api_envelope.h"

static const struct api_row rows[] = {
	{"service_status", API_REQUEST, API_SERVICE_STATUS, api_read_service_status},
	{"cs_parameters", API_RESPONSE, API_CS_PARAMETERS, api_read_cs_parameters},
	{"cs_parameters", API_UPDATE, API_CS_PARAMETERS, api_read_cs_parameters},
	{"cs_status_and_limits", API_RESPONSE, API_CS_STATUS_AND_LIMITS, api_read_cs_limits},
	{"cs_status_and_limits", API_UPDATE, API_CS_STATUS_AND_LIMITS, api_read_cs_limits},
	{"cp_pwm", API_RESPONSE, API_CP_PWM, api_read_cp_pwm},
	{"cp_status", API_UPDATE, API_CP_STATUS, api_read_cp_status},
	{"slac_data_link", API_UPDATE, API_SLAC_DATA_LINK, api_read_data_link},
	{"slac_link_status", API_REQUEST, API_SLAC_LINK_STATUS, api_read_evse_request},
	{"slac_network_info", API_REQUEST, API_SLAC_NETWORK_INFO, api_read_evse_request},
	{"hlc_charging", API_UPDATE, API_HLC_CHARGING, api_read_hlc_charging},
	{"authorization", API_UPDATE, API_AUTHORIZATION, api_read_authorization},
	{"reset", API_REQUEST, API_RESET, api_read_reset},
};

enum api_result api_parse(const char *payload, size_t len, struct api_message *out, struct api_error *error)
{
	struct api_envelope envelope;
	struct api_message message;
	enum api_result result;

	memset(&message, 0, sizeof(message));
	result =
		api_envelope_parse(payload, len, rows, sizeof(rows) / sizeof(rows[0]), &envelope, &message.data, error);
	if (result != API_OK)
		return result;
	message.kind = (enum api_kind)envelope.row->kind;
	message.type = envelope.row->type;
	memcpy(message.id, envelope.id, sizeof(message.id));
	*out = message;
	return API_OK;
}

enum api_result api_parse_parameters_data(const char *text, size_t len, struct api_parameters *out,
					  struct api_error *error)
{
	static const struct api_row row = {"cs_parameters", API_RESPONSE, API_CS_PARAMETERS, api_read_cs_parameters};
	struct api_parameters parameters;
	enum api_result result;

	memset(&parameters, 0, sizeof(parameters));
	result = api_envelope_parse_data(text, len, &row, &parameters, error);
	if (result == API_OK)
		*out = parameters;
	return result;
}

enum api_result api_parse_limits_data(const char *text, size_t len, struct api_limits *out, struct api_error *error)
{
	static const struct api_row row = {"cs_status_and_limits", API_RESPONSE, API_CS_STATUS_AND_LIMITS,
					   api_read_cs_limits};
	struct api_limits limits;
	enum api_result result;

	memset(&limits, 0, sizeof(limits));
	result = api_envelope_parse_data(text, len, &row, &limits, error);
	if (result == API_OK)
		*out = limits;
	return result;
}
