/* SPDX-License-Identifier: Apache-2.0 */
#include "mqtt/broker/broker_settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#define BROKER_PATH_MAX     (sizeof(((struct sockaddr_un *)0)->sun_path) - 1)
#define BROKER_BOUND_MIN    4
#define KEEPALIVE_DEFAULT_S 60
#define KEEPALIVE_MIN_S     5

void broker_settings_free(struct broker_settings *settings)
{
	if (settings == NULL)
		return;
	free(settings->host);
	free(settings->client_id);
	free(settings->username);
	if (settings->password != NULL)
		explicit_bzero(settings->password, strlen(settings->password));
	free(settings->password);
	free((char *)settings->tls.ca);
	free((char *)settings->tls.certificate);
	free((char *)settings->tls.key);
	for (size_t i = 0; i < settings->subscription_count; i++)
		free(settings->subscriptions[i]);
	free(settings->will_topic);
	free(settings->will_payload);
	free(settings);
}

/* Copies an optional text. Sets *failed when memory is short, otherwise leaves it alone. */
static char *copy_text(const char *text, bool *failed)
{
	char *copy = text != NULL ? strdup(text) : NULL;

	if (text != NULL && copy == NULL)
		*failed = true;
	return copy;
}

/* Copies octets where there are any. Sets *failed when memory is short, otherwise leaves it alone. */
static void *copy_octets(const void *octets, size_t len, bool *failed)
{
	void *copy = octets != NULL && len > 0 ? malloc(len) : NULL;

	if (copy != NULL)
		memcpy(copy, octets, len);
	else if (octets != NULL && len > 0)
		*failed = true;
	return copy;
}

static size_t or_usual(size_t bound, size_t usual)
{
	return bound != 0 ? bound : usual;
}

static bool copy_settings(struct broker_settings *settings, const struct broker_options *options)
{
	bool failed = false;

	settings->host = copy_text(options->host, &failed);
	settings->client_id = copy_text(options->client_id, &failed);
	settings->username = copy_text(options->username, &failed);
	settings->password = copy_text(options->password, &failed);
	if (options->tls != NULL) {
		settings->tls.ca = copy_text(options->tls->ca, &failed);
		settings->tls.certificate = copy_text(options->tls->certificate, &failed);
		settings->tls.key = copy_text(options->tls->key, &failed);
	}
	settings->will_topic = copy_text(options->will_topic, &failed);
	for (size_t i = 0; i < options->subscription_count; i++)
		settings->subscriptions[settings->subscription_count++] = copy_text(options->subscriptions[i], &failed);
	if (options->will_topic != NULL) {
		settings->will_payload = copy_octets(options->will_payload, options->will_len, &failed);
		settings->will_len = options->will_len;
	}
	settings->will_retained = options->will_retained;
	settings->port = options->port;
	settings->no_local = options->no_local;
	settings->needs_retained = options->needs_retained;
	settings->worth = options->worth;
	settings->worth_context = options->worth_context;
	settings->keepalive_s = options->keepalive_s ? options->keepalive_s : KEEPALIVE_DEFAULT_S;
	if (settings->keepalive_s < KEEPALIVE_MIN_S)
		settings->keepalive_s = KEEPALIVE_MIN_S;
	settings->bounds = (struct broker_bounds){
		.keep_max = or_usual(options->bounds.keep_max, BROKER_KEEP_MAX),
		.now_max = or_usual(options->bounds.now_max, BROKER_NOW_MAX),
		.slots = or_usual(options->bounds.slots, BROKER_SLOTS),
		.inbound_max = or_usual(options->bounds.inbound_max, BROKER_INBOUND_MAX),
		.values = options->bounds.values,
	};
	settings->now_makes_room = options->now_makes_room;
	settings->keeps_session = options->keeps_session;
	settings->holds_acknowledgements = options->holds_acknowledgements;
	return !failed;
}

static bool is_bound(size_t bound)
{
	return bound == 0 || (bound >= BROKER_BOUND_MIN && bound <= BROKER_BOUND_LIMIT);
}

static bool bounds_are_possible(const struct broker_bounds *bounds)
{
	return is_bound(bounds->keep_max) && is_bound(bounds->now_max) && is_bound(bounds->slots) &&
	       is_bound(bounds->inbound_max) && is_bound(bounds->values);
}

static bool tls_is_complete(const struct broker_options *options)
{
	const struct broker_tls *tls = options->tls;

	return tls == NULL ||
	       (options->port != 0 && tls->ca != NULL && (tls->certificate == NULL) == (tls->key == NULL));
}

static bool is_complete(const struct broker_options *options)
{
	if (options->host == NULL || options->client_id == NULL ||
	    options->subscription_count > BROKER_SUBSCRIPTIONS_MAX)
		return false;
	if (!tls_is_complete(options) || !bounds_are_possible(&options->bounds))
		return false;
	/* MQTT 5 has other words for it, and is spoken for no_local alone. */
	if (options->keeps_session && options->no_local)
		return false;
	if (options->port == 0 && (options->host[0] != '/' || strlen(options->host) > BROKER_PATH_MAX))
		return false;
	for (size_t i = 0; i < options->subscription_count; i++)
		if (options->subscriptions[i] == NULL)
			return false;
	return !options->will_len ||
	       (options->will_payload != NULL && options->will_len <= BROKER_OUTBOUND_BYTES_MAX / 4);
}

struct broker_settings *broker_settings_new(const struct broker_options *options)
{
	struct broker_settings *settings;

	if (!is_complete(options)) {
		errno = EINVAL;
		return NULL;
	}
	settings = calloc(1, sizeof(*settings));
	if (settings != NULL && copy_settings(settings, options))
		return settings;
	broker_settings_free(settings);
	errno = ENOMEM;
	return NULL;
}
