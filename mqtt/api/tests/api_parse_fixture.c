/* SPDX-License-Identifier: Apache-2.0 */
#include "mqtt/api/tests/api_parse_fixture.h"

#include <string.h>

struct api_message parsed;
struct api_error parse_error;

enum api_result parse(const char *payload)
{
	return parse_from(EVERYWHERE, payload);
}

enum api_result parse_from(unsigned from, const char *payload)
{
	return api_parse(payload, strlen(payload), from, &parsed, &parse_error);
}

enum api_result parse_changed(const char *valid, const char *from, const char *to)
{
	return parse(message_changed(valid, from, to));
}
