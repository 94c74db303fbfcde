/* SPDX-License-Identifier: Apache-2.0 */
/* The wire texts of the enums in mqtt/api.h as tables, for the readers. Inside mqtt/ only. */
#ifndef MQTT_API_API_TEXT_H
#define MQTT_API_API_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* texts[value] is the wire text of the enum's value. */
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

/* Finds the value whose text is exactly `text`; false, and *value unchanged, when there is none. */
bool api_texts_find(const struct api_texts *texts, const char *text, int *value);

#endif
