/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes a message: begin, members in their order, finish. It is written where it is wanted, without memory of its own. A
 * failure on the way (too little room, a text that is not UTF-8) is kept until the end, so that a builder reads as the list
 * of its members. Internal to the MQTT messages.
 */
#ifndef MQTT_API_API_WRITER_H
#define MQTT_API_API_WRITER_H

#include "mqtt/api/api.h"

#define API_WRITER_DEPTH_MAX 8

/*
 * A place is an object or an array that is open, by its depth; 0: none. What was opened within it ends as soon as something
 * is added to it again: nothing has to be closed.
 */
struct api_writer {
	char *out;
	size_t size;
	size_t len;
	unsigned root;
	unsigned data;
	unsigned innermost;
	bool is_array[API_WRITER_DEPTH_MAX + 1]; /* by place */
	bool has_members;                        /* the innermost one */
	bool failed;
};

/* Starts an object of its own in `out`, the root. */
void api_writer_begin_object(struct api_writer *writer, char *out, size_t size);
/* Starts an envelope that still lacks its data. */
void api_writer_begin_envelope(struct api_writer *writer, char *out, size_t size, const char *id, const char *name,
			       enum api_type type);
/* Starts an envelope with an empty data object. */
void api_writer_begin(struct api_writer *writer, char *out, size_t size, const char *id, const char *name,
		      enum api_type type);

/* Add to `place`, mostly writer->data: a member, or, with the key NULL, an element of an array. Keys are literals. */
void api_writer_text(struct api_writer *writer, unsigned place, const char *key, const char *text);
void api_writer_integer(struct api_writer *writer, unsigned place, const char *key, int64_t value);
/* What is JSON already: the digits of a number, or an object. */
void api_writer_json(struct api_writer *writer, unsigned place, const char *key, const char *json);
unsigned api_writer_object(struct api_writer *writer, unsigned place, const char *key);
unsigned api_writer_array(struct api_writer *writer, unsigned place, const char *key);
/* To the data. */
void api_writer_bool(struct api_writer *writer, const char *key, bool value);
/* Octets as lower-case hex digits after `prefix`, with `separator`, a character or none, between octets; at most 16 octets. */
void api_writer_hex(struct api_writer *writer, unsigned place, const char *key, const char *prefix,
		    const char *separator, const uint8_t *octets, size_t len);
/* Likewise with capital hex digits. */
void api_writer_capital_hex(struct api_writer *writer, unsigned place, const char *key, const char *prefix,
			    const char *separator, const uint8_t *octets, size_t len);

/* Begins the service_status of a service and writes all of it. */
void api_writer_service_status(struct api_writer *writer, char *out, size_t size, const char *id, enum api_type type,
			       const char *service, const char *software_version, enum api_service_state state);

/* Ends the message as the builders of mqtt/api/api.h promise: its length, or 0 and an empty text. */
size_t api_writer_finish(struct api_writer *writer);

#endif
