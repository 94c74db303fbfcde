/* SPDX-License-Identifier: Apache-2.0 */
/* The words of the enums of mqtt/api/api_charging.h. Internal to the MQTT messages. */
#ifndef MQTT_API_API_CHARGING_TEXT_H
#define MQTT_API_API_CHARGING_TEXT_H

#include "mqtt/api/api_text.h"

extern const struct api_texts api_texts_transaction_state;
extern const struct api_texts api_texts_rate_unit;
extern const struct api_texts api_texts_profile_purpose;
extern const struct api_texts api_texts_profile_kind;
extern const struct api_texts api_texts_profile_recurrency;

#endif
