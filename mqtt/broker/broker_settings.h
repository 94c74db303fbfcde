/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of the options, which outlive those of the caller. Internal to mqtt/broker. */
#ifndef MQTT_BROKER_BROKER_SETTINGS_H
#define MQTT_BROKER_BROKER_SETTINGS_H

#include "mqtt/broker/broker.h"

/* Constant once they are made: the event loop and the thread that connects read them at the same time. */
struct broker_settings {
	char *host;
	char *client_id;
	char *username;
	char *password;
	struct broker_tls tls; /* ca NULL: none */
	char *subscriptions[BROKER_SUBSCRIPTIONS_MAX];
	size_t subscription_count;
	char *will_topic;
	char *will_payload;
	size_t will_len;
	bool will_retained;
	uint16_t port;
	uint16_t keepalive_s;
	bool no_local;
	bool needs_retained;
	enum broker_worth (*worth)(const void *context, const char *topic, const char *payload, size_t len);
	const void *worth_context;
	struct broker_bounds bounds; /* none is 0 but `values` */
	bool now_makes_room;
	bool keeps_session;
	bool holds_acknowledgements;
};

/* NULL with errno set: EINVAL where an option is missing, too many or too large, or ENOMEM. */
struct broker_settings *broker_settings_new(const struct broker_options *options);

/* NULL: does nothing. The password is wiped. */
void broker_settings_free(struct broker_settings *settings);

#endif
