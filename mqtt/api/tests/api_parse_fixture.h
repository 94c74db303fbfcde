/* SPDX-License-Identifier: Apache-2.0 */
/* api_parse, and the last of what it wrote. */
#ifndef MQTT_API_TESTS_API_PARSE_FIXTURE_H
#define MQTT_API_TESTS_API_PARSE_FIXTURE_H

#include "mqtt/api/api.h"
#include "mqtt/api/tests/messages.h"

extern struct api_message parsed;
extern struct api_error parse_error;

#define EVERYWHERE (API_FROM_STATION | API_FROM_ISO15118 | API_FROM_SERVICES)

/* Heard everywhere at once. */
enum api_result parse(const char *payload);
enum api_result parse_from(unsigned from, const char *payload);
/* Parses `valid` with its first `from` replaced by `to`. */
enum api_result parse_changed(const char *valid, const char *from, const char *to);

#endif
