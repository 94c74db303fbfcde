/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The envelope {"id","name","type","data"}, and the table of messages that one side understands. Internal to the MQTT
 * messages.
 */
#ifndef MQTT_API_API_ENVELOPE_H
#define MQTT_API_API_ENVELOPE_H

#include "mqtt/api/api_json.h"

/*
 * In `from` of a row: the services say this message to each other as well. On their topics it is not for slacd, and no
 * mistake.
 */
#define API_ROW_SERVICES_TOO 0x100u
/* Likewise: who gets no answer to it asks again. */
#define API_ROW_QUESTION 0x200u
/* Likewise: who sends it is told what is wrong. Without `data` it is read as well, with a node that has no value. */
#define API_ROW_ANSWERED 0x400u

/*
 * One message a side understands. `read` takes the data object (see API_ROW_ANSWERED) and fills what `out`, the caller's, points to (or
 * nothing); it returns API_OK, API_INVALID with the error written, or API_IGNORED.
 */
struct api_row {
	const char *name;
	enum api_type type;
	int kind;
	unsigned from; /* enum api_from: where it is taken from; 0: from anywhere. And API_ROW_... */
	enum api_result (*read)(const struct api_node *data, void *out);
};

/* What api_envelope_parse found; the caller copies it into its message. */
struct api_envelope {
	const struct api_row *row;
	char id[API_ID_MAX];
};

/* The messages that a side understands. */
struct api_rows {
	const struct api_row *rows;
	size_t count;
};

/* Those of slacd (api_parse.c). */
extern const struct api_rows api_rows_of_slacd;

/*
 * Parses a payload that was heard on a topic of `from` and lets the row for its name and type read the data. API_IGNORED
 * when no row has the name, or the name only with other types and the topic is shared (API_FROM_SERVICES) or the rows do
 * not say where they are taken from. *out may be half-written on failure.
 */
enum api_result api_envelope_parse(const char *payload, size_t len, unsigned from, const struct api_rows *rows,
				   struct api_envelope *envelope, void *out, struct api_error *error);

/* api_look for a side that takes these messages. */
enum api_look api_envelope_look(const char *payload, size_t len, unsigned from, const struct api_rows *rows,
				const char *own_ids);

/* Parses a text that is only the `data` object of a message of this row. */
enum api_result api_envelope_parse_data(const char *text, size_t len, const struct api_row *row, void *out,
					struct api_error *error);

#endif
