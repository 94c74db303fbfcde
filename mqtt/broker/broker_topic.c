/* SPDX-License-Identifier: Apache-2.0 */
#include "mqtt/broker/broker.h"

#include <mosquitto.h>
#include <string.h>

#define TOPIC_MAX 65535 /* MQTT 3.1.1, section 4.7.3 */

bool broker_topic_is_valid(const char *topic)
{
	size_t len = strlen(topic);

	return len > 0 && len <= TOPIC_MAX && mosquitto_pub_topic_check(topic) == MOSQ_ERR_SUCCESS &&
	       mosquitto_validate_utf8(topic, (int)len) == MOSQ_ERR_SUCCESS;
}

bool broker_filter_is_valid(const char *filter)
{
	size_t len = strlen(filter);

	return len > 0 && len <= TOPIC_MAX && mosquitto_sub_topic_check(filter) == MOSQ_ERR_SUCCESS &&
	       mosquitto_validate_utf8(filter, (int)len) == MOSQ_ERR_SUCCESS;
}
