/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The station's side of the messages in mqtt/api.h: reads what slacd writes and writes what slacd reads.
 * For the station simulator and for tests; the daemon does not use it. Same rules as mqtt/api.h: pure,
 * bounded, copies only, builders return the length or 0.
 */
#ifndef TOOLS_STATION_API_STATION_H
#define TOOLS_STATION_API_STATION_H

#include "mqtt/api/api.h"

struct json_object;

#define API_STATION_RUN_ID_SIZE (2 + 2 * API_RUN_ID_LEN + 1)
#define API_STATION_MAC_SIZE    (6 * 3)
#define API_STATION_RECORD_SIZE 192

enum api_station_kind {
	API_STATION_SERVICE_STATUS,       /* update, response */
	API_STATION_CS_PARAMETERS,        /* request */
	API_STATION_CS_STATUS_AND_LIMITS, /* request */
	API_STATION_CP_PWM,               /* request */
	API_STATION_SLAC_STATUS,          /* update, under either name */
	API_STATION_SLAC_LINK_STATUS,     /* response */
	API_STATION_SLAC_NETWORK_INFO,    /* response */
	API_STATION_RESET,                /* response, under either name */
};

struct api_station_service_status {
	char service[API_VERSION_MAX];
	char software_version[API_VERSION_MAX];
	char api_version[API_VERSION_MAX];
	enum api_service_state state;
};

struct api_station_slac_status {
	enum api_slac_status_name name;
	char evse_id[API_EVSE_ID_MAX];
	char run_id[API_STATION_RUN_ID_SIZE]; /* "0x" and 16 hex digits in capitals */
	enum api_slac_state state;
	char reason[API_REASON_MAX];       /* "" when absent */
	char ev_mac[API_STATION_MAC_SIZE]; /* "" when absent */
	bool has_attenuation;
	uint16_t attenuation_ddb;             /* 0.1 dB */
	char record[API_STATION_RECORD_SIZE]; /* "" when absent */
	bool has_sampling_time;
	int64_t sampling_ms; /* when it happened, in milliseconds since 1970, UTC */
};

struct api_station_link_status {
	char evse_id[API_EVSE_ID_MAX];
	enum api_link_state state;
};

struct api_station_network_info {
	char evse_id[API_EVSE_ID_MAX];
	size_t count; /* entries of networks[]; their content is not read */
};

struct api_station_message {
	enum api_station_kind kind;
	enum api_type type;
	char id[API_ID_MAX];
	union {
		struct api_station_service_status service_status;
		struct api_cp_pwm cp_pwm;
		struct api_station_slac_status slac_status;
		struct api_station_link_status link_status;
		struct api_station_network_info network_info;
		enum api_reset_status reset;
	} data; /* the two cs_ requests have none */
};

/*
 * Reads one message of slacd; results, *out and *error as api_parse. Messages in the other direction are
 * API_IGNORED. A cp_pwm request must follow the rule of `current`: present exactly when hlc is false, 0 with a forced
 * state, otherwise 0 … 1000 A; it is rounded to 0.1 A. A SLAC status must have its run_id.
 */
enum api_result api_station_parse(const char *payload, size_t len, struct api_station_message *out,
				  struct api_error *error);

/* What a station tells of a pilot: more than slacd reads. */
struct api_station_cp_status {
	struct api_cp_status status;
	uint32_t connector_id; /* from 1 */
	bool has_voltages;
	double max_voltage_v;
	double min_voltage_v;
};

/* A measured value as JSON: one decimal, or two. As text, so that 53.33 is not printed as 53.329999999999998. */
struct json_object *api_station_number(double value);

/* cp_status update; the optional members are written as their has_… flags say. */
size_t api_station_build_cp_status(char *out, size_t size, const char *id, const struct api_station_cp_status *cp);

/* cp_pwm response; info is omitted when "". */
size_t api_station_build_cp_pwm_response(char *out, size_t size, const char *id,
					 const struct api_cp_pwm_response *response);

/*
 * A message with a ready-made data object, e.g. cs_parameters or cs_status_and_limits from a file. `data` is
 * JSON text of len octets, may span lines, is at most API_PAYLOAD_MAX octets and must be an object (0 is
 * returned otherwise). It is not checked further, so that a simulator can also send wrong messages.
 */
size_t api_station_build_data(char *out, size_t size, const char *id, const char *name, enum api_type type,
			      const char *data, size_t len);

/* slac_data_link update. */
size_t api_station_build_data_link(char *out, size_t size, const char *id, const char *evse_id,
				   enum api_data_link_action action);

/* hlc_charging update. */
size_t api_station_build_hlc_charging(char *out, size_t size, const char *id, const char *evse_id, bool active);

/* service_status request for `service` ("slac" is the one slacd answers). */
size_t api_station_build_service_status_request(char *out, size_t size, const char *id, const char *service);

/*
 * slac_link_status, slac_network_info, slac_reset or reset request, as kind says. evse_id may be NULL for the last two:
 * the whole service.
 */
size_t api_station_build_evse_request(char *out, size_t size, const char *id, enum api_kind kind, const char *evse_id);

/* Finds a pilot state by its wire text ("B2"); false when there is none. */
bool api_station_cp_state(const char *text, enum api_cp_state *state);

#endif
