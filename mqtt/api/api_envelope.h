/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The envelope {"id","name","type","data"} and the table of messages one side understands. Inside mqtt/ only.
 */
#ifndef MQTT_API_API_ENVELOPE_H
#define MQTT_API_API_ENVELOPE_H

#include "mqtt/api/api_json.h"

/*
 * One message a side understands. `read` takes the data object and fills the message's member of the union
 * that `out` points to (or nothing); it returns API_OK, API_INVALID with the error written, or API_IGNORED.
 */
struct api_row {
	const char *name;
	enum api_type type;
	int kind;
	enum api_result (*read)(const struct api_node *data, void *out);
};

/* What api_envelope_parse found; the caller copies it into its message. */
struct api_envelope {
	const struct api_row *row;
	char id[API_ID_MAX];
};

/*
 * Parses a payload and lets the row for its name and type read the data. API_IGNORED when no row has the
 * name, or the name only with other types. *out may be half-written on failure.
 */
enum api_result api_envelope_parse(const char *payload, size_t len, const struct api_row *rows, size_t count,
				   struct api_envelope *envelope, void *out, struct api_error *error);

/* Parses a text that is only the data object of row. */
enum api_result api_envelope_parse_data(const char *text, size_t len, const struct api_row *row, void *out,
					struct api_error *error);

/* Readers of the rows: api_cs_parameters.c, api_cs_limits.c, api_cp.c, api_service.c. */
enum api_result api_read_service_status(const struct api_node *data, void *out); /* nothing */
enum api_result api_read_cs_parameters(const struct api_node *data, void *out);  /* struct api_parameters */
enum api_result api_read_cs_limits(const struct api_node *data, void *out);      /* struct api_limits */
enum api_result api_read_cp_pwm(const struct api_node *data, void *out);         /* struct api_cp_pwm_response */
enum api_result api_read_cp_status(const struct api_node *data, void *out);      /* struct api_cp_status */
enum api_result api_read_data_link(const struct api_node *data, void *out);      /* struct api_data_link */
enum api_result api_read_hlc_charging(const struct api_node *data, void *out);   /* struct api_hlc_charging */
enum api_result api_read_authorization(const struct api_node *data, void *out);  /* struct api_authorization */
enum api_result api_read_evse_request(const struct api_node *data, void *out);   /* struct api_evse_request */
enum api_result api_read_reset(const struct api_node *data, void *out);          /* struct api_evse_request */

#endif
