/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the station tells about itself: the data objects of cs_parameters and cs_status_and_limits, from files
 * or made from --evse options. Objects from files are sent as they are, wrong ones too.
 */
#ifndef TOOLS_STATION_CS_SIM_DATA_H
#define TOOLS_STATION_CS_SIM_DATA_H

#include "mqtt/api/api.h"

#define CS_DATA_ERROR_SIZE 256

struct json_object;

struct cs_data {
	struct json_object *parameters;
	struct json_object *limits;
	struct json_object *device_model; /* NULL: made from the outlets when it is asked for */
	size_t evse_count;
	char evse_ids[API_EVSES_MAX][API_EVSE_ID_MAX]; /* of cs_parameters */
};

/* Starts with no outlet. */
void cs_data_init(struct cs_data *data);
void cs_data_free(struct cs_data *data);

/* Adds the outlet "EVSE_ID=INTERFACE[:ac|dc|acdc]" (ac without), limited to max_current_a per phase. */
bool cs_data_add_evse(struct cs_data *data, const char *text, double max_current_a, char error[CS_DATA_ERROR_SIZE]);
/* Replace a data object by that of a file; false with `error` naming the file. */
bool cs_data_read_parameters(struct cs_data *data, const char *path, char error[CS_DATA_ERROR_SIZE]);
bool cs_data_read_limits(struct cs_data *data, const char *path, char error[CS_DATA_ERROR_SIZE]);

bool cs_data_read_device_model(struct cs_data *data, const char *path, char error[CS_DATA_ERROR_SIZE]);
/* The data of device_model; the caller puts it (json_object_put). */
struct json_object *cs_data_device_model(const struct cs_data *data);

/* Whether the outlet has direct current only. */
bool cs_data_is_dc(const struct cs_data *data, const char *evse_id);
/* The ids of the connectors of an outlet, at most `max`; returns how many. */
size_t cs_data_connectors(const struct cs_data *data, const char *evse_id, uint32_t *ids, size_t max);
/*
 * The least current of the phases of an outlet that have one, and how many these are; both 0 when the limits have no
 * such outlet with AC.
 */
void cs_data_limit(const struct cs_data *data, const char *evse_id, double *current_a, unsigned *phases);

/* Takes an outlet out of both objects; false when there is no such one. */
bool cs_data_remove_evse(struct cs_data *data, const char *evse_id);

/* Changes the current of all phases of an outlet; false when the limits have no such outlet with AC. */
bool cs_data_set_limit(struct cs_data *data, const char *evse_id, double current_a);
/* Changes the status_code of an outlet; false when the limits have no such outlet. */
bool cs_data_set_status_code(struct cs_data *data, const char *evse_id, enum api_evse_status code);

#endif
