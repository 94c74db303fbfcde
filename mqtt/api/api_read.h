/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readers of messages that several services hear. Each takes the data object and fills a struct api_message, as a row of
 * the table (api_envelope.h) promises. Internal to the MQTT messages.
 */
#ifndef MQTT_API_API_READ_H
#define MQTT_API_API_READ_H

#include "mqtt/api/api_json.h"

/* Empties the message, before a reader fills it. */
void api_read_begin(struct api_message *message);

enum api_result api_read_cs_parameters(const struct api_node *data, void *out);
enum api_result api_read_cs_limits(const struct api_node *data, void *out);
enum api_result api_read_cp_pwm(const struct api_node *data, void *out);
enum api_result api_read_cp_pwm_request(const struct api_node *data, void *out);
enum api_result api_read_cp_status(const struct api_node *data, void *out);
enum api_result api_read_hlc_charging(const struct api_node *data, void *out);

#endif
