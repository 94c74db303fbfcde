/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/station/cs_sim_ask.h"

#include "tools/station/api_station.h"
#include "tools/station/cs_sim_output.h"

#include <stdio.h>
#include <string.h>

/* What a station says that decides about a card itself. */
static size_t build_authorization(char *out, size_t size, const char *id, const char *evse_id, bool accepted)
{
	char data[API_EVSE_ID_MAX + 96];
	int len =
		snprintf(data, sizeof(data),
			 "{\"evse_id\":\"%s\",\"id_token\":\"04A2B1C8\",\"token_type\":\"ISO14443\",\"status\":\"%s\"}",
			 evse_id, accepted ? "accepted" : "rejected");

	return api_station_build_data(out, size, id, "authorization", API_UPDATE, data, (size_t)len);
}

/* The driver shows a card: the station asks, and the backend's service answers in the place of that service. */
static void tap(struct cs_station *station, const char *evse_id, bool accepted)
{
	const struct cs_station_options *options = cs_station_options(station);
	const char *answer = accepted ? "{\"status\":\"accepted\"}" : "{\"status\":\"rejected\"}";
	char data[API_EVSE_ID_MAX + 96];
	char id[API_UUID_MAX];
	char payload[API_BUILD_MAX];
	int len = snprintf(data, sizeof(data),
			   "{\"evse_id\":\"%s\",\"id_token\":\"04A2B1C8\",\"token_type\":\"ISO14443\"}", evse_id);

	cs_station_new_id(id);
	cs_output_sent("authorization", "request", "%s", evse_id);
	cs_station_publish(
		station, options->topic_from_station, payload,
		api_station_build_data(payload, sizeof(payload), id, "authorization", API_REQUEST, data, (size_t)len));
	cs_output_sent("authorization", "response", "%s", answer);
	cs_station_publish(station, options->topic_to_station, payload,
			   api_station_build_data(payload, sizeof(payload), id, "authorization", API_RESPONSE, answer,
						  strlen(answer)));
}

static size_t build_request(char *out, size_t size, const char *id, const struct cs_command *command,
			    const char *evse_id)
{
	if (command->requested == API_SERVICE_STATUS)
		return api_station_build_service_status_request(out, size, id, API_SERVICE);
	if (command->requested == API_SLAC_RESET && command->evse_id[0] == '\0')
		evse_id = NULL;
	return api_station_build_evse_request(out, size, id, command->requested, evse_id);
}

/* What a service for smart charging says. */
static size_t build_other_pwm(char *out, size_t size, const char *id, const char *evse_id,
			      const struct cs_command *command)
{
	struct api_cp_pwm pwm = {.hlc = command->on, .current_deciampere = (uint32_t)(command->ampere * 10 + 0.5)};

	strcpy(pwm.evse_id, evse_id);
	return api_build_cp_pwm_request(out, size, id, &pwm);
}

bool cs_ask(struct cs_station *station, const struct cs_command *command)
{
	const struct cs_station_options *options = cs_station_options(station);
	const char *evse_id = cs_station_evse_id(station, command->evse_id);
	const char *topic = options->topic_from_station;
	const char *what = "";
	const char *type = "update";
	char id[API_UUID_MAX];
	char payload[API_BUILD_MAX];
	size_t len = 0;

	if (evse_id == NULL)
		return false;
	if (command->kind == CS_COMMAND_TAP) {
		tap(station, evse_id, command->on);
		return !command->on || cs_station_authorize(station, evse_id, true);
	}
	cs_station_new_id(id);
	if (command->kind == CS_COMMAND_HLC_CHARGING) {
		what = "hlc_charging";
		topic = options->topic_to_station; /* the ISO 15118 service says it there */
		len = api_station_build_hlc_charging(payload, sizeof(payload), id, evse_id, command->on);
	} else if (command->kind == CS_COMMAND_DATA_LINK) {
		what = "slac_data_link";
		topic = options->topic_iso15118;
		len = api_station_build_data_link(payload, sizeof(payload), id, evse_id, command->action);
	} else if (command->kind == CS_COMMAND_AUTHORIZE) {
		what = "authorization";
		len = build_authorization(payload, sizeof(payload), id, evse_id, command->on);
	} else if (command->kind == CS_COMMAND_OTHER_PWM) {
		what = "cp_pwm";
		type = "request";
		topic = options->topic_to_station;
		len = build_other_pwm(payload, sizeof(payload), id, evse_id, command);
	} else {
		what = api_kind_text(command->requested);
		type = "request";
		len = build_request(payload, sizeof(payload), id, command, evse_id);
	}
	cs_output_sent(what, type, "%s", evse_id);
	cs_station_publish(station, topic, payload, len);
	return command->kind != CS_COMMAND_AUTHORIZE || cs_station_authorize(station, evse_id, command->on);
}
