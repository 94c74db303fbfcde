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

static void send_limits(struct cs_station *station)
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
	send_limits(station);
	return true;
}

bool cs_station_status_code(struct cs_station *station, const char *evse_id, enum api_evse_status code)
{
	int index = cs_station_find(station, evse_id);

	if (index < 0 || !cs_data_set_status_code(station->data, station->data->evse_ids[index], code))
		return false;
	send_limits(station);
	return true;
}

/* The ids of the outlets before a change, each with its pilot. */
struct known_pilots {
	size_t count;
	char evse_ids[API_EVSES_MAX][API_EVSE_ID_MAX];
	struct cs_pilot pilots[API_EVSES_MAX];
};

static void remember_pilots(const struct cs_station *station, struct known_pilots *known)
{
	known->count = station->data->evse_count;
	memcpy(known->evse_ids, station->data->evse_ids, sizeof(known->evse_ids));
	memcpy(known->pilots, station->pilots, sizeof(known->pilots));
}

/* Outlets that are still there keep their pilot, new ones start with it off. */
static void assign_pilots(struct cs_station *station, const struct known_pilots *known)
{
	memset(station->pilots, 0, sizeof(station->pilots));
	for (size_t i = 0; i < station->data->evse_count; i++)
		for (size_t j = 0; j < known->count; j++)
			if (strcmp(station->data->evse_ids[i], known->evse_ids[j]) == 0)
				station->pilots[i] = known->pilots[j];
}

bool cs_station_remove(struct cs_station *station, const char *evse_id)
{
	struct known_pilots known;

	remember_pilots(station, &known);
	if (!cs_data_remove_evse(station->data, evse_id))
		return false;
	assign_pilots(station, &known);
	send_parameters(station);
	send_limits(station);
	return true;
}

bool cs_station_add(struct cs_station *station, const char *text)
{
	char error[CS_DATA_ERROR_SIZE];
	struct known_pilots known;

	remember_pilots(station, &known);
	if (!cs_data_add_evse(station->data, text, station->options->max_current_a, error)) {
		cs_output_error("%s", error);
		return false;
	}
	assign_pilots(station, &known);
	send_parameters(station);
	send_limits(station);
	return true;
}

bool cs_station_parameters(struct cs_station *station, const char *path)
{
	char error[CS_DATA_ERROR_SIZE];
	struct known_pilots known;

	remember_pilots(station, &known);
	if (!cs_data_read_parameters(station->data, path, error)) {
		cs_output_error("%s", error);
		return false;
	}
	assign_pilots(station, &known);
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
	send_limits(station);
	return true;
}
