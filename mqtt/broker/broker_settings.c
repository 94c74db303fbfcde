/* SPDX-License-Identifier: Apache-2.0 */
/* The thread's own copy of the options: it may outlive the caller's. */
#include <stdlib.h>
#include <string.h>

#include "mqtt/broker/broker_shared.h"

#define KEEPALIVE_DEFAULT_S 60
#define KEEPALIVE_MIN_S     5

void broker_settings_free(struct broker_settings *settings)
{
	free(settings->host);
	free(settings->client_id);
	free(settings->username);
	if (settings->password)
		explicit_bzero(settings->password, strlen(settings->password));
	free(settings->password);
	for (size_t i = 0; i < settings->subscription_count; i++)
		free(settings->subscriptions[i]);
	free(settings->will_topic);
	free(settings->will_payload);
}

/* Copies an optional text; *failed is set when memory is short, and left alone otherwise. */
static char *copy_text(const char *text, bool *failed)
{
	char *copy = text ? strdup(text) : NULL;

	if (text && !copy)
		*failed = true;
	return copy;
}

bool broker_settings_copy(struct broker_settings *settings, const struct broker_options *options)
{
	bool failed = false;

	settings->host = copy_text(options->host, &failed);
	settings->client_id = copy_text(options->client_id, &failed);
	settings->username = copy_text(options->username, &failed);
	settings->password = copy_text(options->password, &failed);
	settings->will_topic = copy_text(options->will_topic, &failed);
	for (size_t i = 0; i < options->subscription_count; i++)
		settings->subscriptions[settings->subscription_count++] = copy_text(options->subscriptions[i], &failed);
	if (options->will_topic && options->will_len > 0) {
		settings->will_payload = malloc(options->will_len);
		if (!settings->will_payload)
			return false;
		memcpy(settings->will_payload, options->will_payload, options->will_len);
		settings->will_len = options->will_len;
	}
	settings->port = options->port;
	settings->keepalive_s = options->keepalive_s ? options->keepalive_s : KEEPALIVE_DEFAULT_S;
	if (settings->keepalive_s < KEEPALIVE_MIN_S)
		settings->keepalive_s = KEEPALIVE_MIN_S;
	return !failed;
}

bool broker_options_complete(const struct broker_options *options)
{
	if (!options->host || !options->port || !options->client_id ||
	    options->subscription_count > BROKER_SUBSCRIPTIONS_MAX)
		return false;
	for (size_t i = 0; i < options->subscription_count; i++) {
		if (!options->subscriptions[i])
			return false;
	}
	return !options->will_len || (options->will_payload && options->will_len <= BROKER_OUTBOUND_BYTES_MAX / 4);
}
