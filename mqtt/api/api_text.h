/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a text on the wire may be: UTF-8, and where an enum is meant, one of its words. Internal to the MQTT messages.
 */
#ifndef MQTT_API_API_TEXT_H
#define MQTT_API_API_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* texts[value] is the word for the value of the enum. */
struct api_texts {
	const char *const *texts;
	size_t count;
};

extern const struct api_texts api_texts_type;
extern const struct api_texts api_texts_service_state;
extern const struct api_texts api_texts_evse_status;
extern const struct api_texts api_texts_cp_state;
extern const struct api_texts api_texts_cp_pwm_status;
extern const struct api_texts api_texts_data_link_action;
extern const struct api_texts api_texts_slac_state;
extern const struct api_texts api_texts_link_state;
extern const struct api_texts api_texts_reset_status;

/* Finds the value whose word is exactly `text`. False, and *value unchanged, when there is none. */
bool api_texts_find(const struct api_texts *texts, const char *text, int *value);

/* The word for a value; "unknown" for one outside the enum. Never NULL. */
const char *api_texts_word(const struct api_texts *texts, unsigned value);

/*
 * Whether all len octets are well-formed UTF-8 (RFC 3629): no overlong form, no surrogate, nothing above U+10FFFF.
 * The check of json-c accepts overlong forms and surrogates.
 */
bool api_utf8_valid(const char *text, size_t len);

/*
 * Whether none of the len octets of valid UTF-8 is of a control character, or of a mark that turns the direction of
 * writing: they would break log lines.
 */
bool api_text_printable(const char *text, size_t len);

/* The longest length <= max that does not cut a character of the valid UTF-8 text of len octets. */
size_t api_utf8_cut(const char *text, size_t len, size_t max);

#endif
