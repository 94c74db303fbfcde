/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes a message: begin, members in their order, finish. A failure on the way (memory, a text that is not UTF-8) is
 * kept until the end, so that a builder reads as the list of its members. Internal to the MQTT messages.
 */
#ifndef MQTT_API_API_WRITER_H
#define MQTT_API_API_WRITER_H

#include "mqtt/api/api.h"

#include <json-c/json.h>

struct api_writer {
	struct json_object *root;
	struct json_object *data;
	bool failed;
};

/* Starts the envelope with an empty data object. */
void api_writer_begin(struct api_writer *writer, const char *id, const char *name, enum api_type type);

/* Add a member to `object`, mostly writer->data. Keys are literals. The writer owns `value` from here on. */
void api_writer_text(struct api_writer *writer, struct json_object *object, const char *key, const char *text);
void api_writer_bool(struct api_writer *writer, const char *key, bool value);
void api_writer_value(struct api_writer *writer, struct json_object *object, const char *key,
		      struct json_object *value);
/* Octets as lower-case hex digits after `prefix`, with `separator`, a character or none, between octets; at most 16 octets. */
void api_writer_hex(struct api_writer *writer, struct json_object *object, const char *key, const char *prefix,
		    const char *separator, const uint8_t *octets, size_t len);
/* Likewise with capital hex digits. */
void api_writer_capital_hex(struct api_writer *writer, struct json_object *object, const char *key, const char *prefix,
			    const char *separator, const uint8_t *octets, size_t len);

/* Begins the service_status of a service and writes all of it. */
void api_writer_service_status(struct api_writer *writer, const char *id, enum api_type type, const char *service,
			       const char *software_version, enum api_service_state state);

/* Prints into out as the builders of mqtt/api/api.h promise, and frees the message. */
size_t api_writer_finish(struct api_writer *writer, char *out, size_t size);

#endif
