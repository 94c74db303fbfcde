/* SPDX-License-Identifier: Apache-2.0 */
/* What the station tells about itself changes while it runs: outlets, limits, status codes. */
#include "tools/station/cs_sim_output.h"
#include "tools/station/cs_sim_station_internal.h"

#include <string.h>

static void send_parameters(struct cs_station *station)
{
	char id[API_UUID_MAX];

	cs_station_new_id(id);
	cs_station_send_data(station, id, "cs_parameters", API_UPDATE, station->data->parameters);
}

void cs_station_send_limits(struct cs_station *station)
{
	char id[API_UUID_MAX];

	cs_station_new_id(id);
	cs_station_send_data(station, id, "cs_status_and_limits", API_UPDATE, station->data->limits);
}

bool cs_station_limit(struct cs_station *station, const char *evse_id, double current_a)
{
	int index = cs_station_find(station, evse_id);

	if (index < 0 || !cs_data_set_limit(station->data, station->data->evse_ids[index], current_a))
		return false;
	cs_station_sync(station);
	cs_station_send_limits(station);
	return true;
}

bool cs_station_status_code(struct cs_station *station, const char *evse_id, enum api_evse_status code)
{
	int index = cs_station_find(station, evse_id);

	if (index < 0 || !cs_data_set_status_code(station->data, station->data->evse_ids[index], code))
		return false;
	cs_station_send_limits(station);
	return true;
}

bool cs_station_remove(struct cs_station *station, const char *evse_id)
{
	if (!cs_data_remove_evse(station->data, evse_id))
		return false;
	cs_station_sync(station);
	send_parameters(station);
	cs_station_send_limits(station);
	return true;
}

bool cs_station_add(struct cs_station *station, const char *text)
{
	char error[CS_DATA_ERROR_SIZE];

	if (!cs_data_add_evse(station->data, text, station->options->max_current_a, error)) {
		cs_output_error("%s", error);
		return false;
	}
	cs_station_sync(station);
	send_parameters(station);
	cs_station_send_limits(station);
	return true;
}

bool cs_station_parameters(struct cs_station *station, const char *path)
{
	char error[CS_DATA_ERROR_SIZE];

	if (!cs_data_read_parameters(station->data, path, error)) {
		cs_output_error("%s", error);
		return false;
	}
	cs_station_sync(station);
	send_parameters(station);
	return true;
}

bool cs_station_limits(struct cs_station *station, const char *path)
{
	char error[CS_DATA_ERROR_SIZE];

	if (!cs_data_read_limits(station->data, path, error)) {
		cs_output_error("%s", error);
		return false;
	}
	cs_station_sync(station);
	cs_station_send_limits(station);
	return true;
}
