/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/station/cs_sim_ask.h"

#include "tools/station/api_station.h"
#include "tools/station/cs_sim_output.h"

#include <stdio.h>

static size_t build_authorization(char *out, size_t size, const char *id, const char *evse_id, bool accepted)
{
	char data[API_EVSE_ID_MAX + 64];
	int len = snprintf(data, sizeof(data), "{\"evse_id\":\"%s\",\"type\":\"eim\",\"status\":\"%s\"}", evse_id,
			   accepted ? "accepted" : "rejected");

	return api_station_build_data(out, size, id, "authorization", API_UPDATE, data, (size_t)len);
}

static size_t build_request(char *out, size_t size, const char *id, const struct cs_command *command,
			    const char *evse_id)
{
	if (command->requested == API_SERVICE_STATUS)
		return api_station_build_service_status_request(out, size, id, API_SERVICE);
	if (command->requested == API_RESET && command->evse_id[0] == '\0')
		evse_id = NULL;
	return api_station_build_evse_request(out, size, id, command->requested, evse_id);
}

bool cs_ask(struct cs_station *station, const struct cs_command *command)
{
	const struct cs_station_options *options = cs_station_options(station);
	const char *evse_id = cs_station_evse_id(station, command->evse_id);
	const char *topic = options->topic_from_station;
	const char *what = "";
	char id[API_UUID_MAX];
	char payload[API_BUILD_MAX];
	size_t len = 0;

	if (evse_id == NULL)
		return false;
	cs_station_new_id(id);
	if (command->kind == CS_COMMAND_HLC_CHARGING) {
		what = "hlc_charging";
		len = api_station_build_hlc_charging(payload, sizeof(payload), id, evse_id, command->on);
	} else if (command->kind == CS_COMMAND_DATA_LINK) {
		what = "slac_data_link";
		topic = options->topic_iso15118;
		len = api_station_build_data_link(payload, sizeof(payload), id, evse_id, command->action);
	} else if (command->kind == CS_COMMAND_AUTHORIZE) {
		what = "authorization";
		len = build_authorization(payload, sizeof(payload), id, evse_id, command->on);
	} else {
		what = api_kind_text(command->requested);
		len = build_request(payload, sizeof(payload), id, command, evse_id);
	}
	cs_output_sent(what, command->kind == CS_COMMAND_REQUEST ? "request" : "update", "%s", evse_id);
	cs_station_publish(station, topic, payload, len);
	return true;
}
