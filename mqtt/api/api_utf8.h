/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8 as RFC 3629 has it. json-c's own check lets overlong forms and surrogates pass. Inside mqtt/ only. */
#ifndef MQTT_API_API_UTF8_H
#define MQTT_API_API_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Whether all len octets are well-formed UTF-8: no overlong form, no surrogate, nothing above U+10FFFF. */
bool api_utf8_valid(const char *text, size_t len);

/* The longest length <= max that does not cut a character of the valid UTF-8 text of len octets. */
size_t api_utf8_cut(const char *text, size_t len, size_t max);

#endif
