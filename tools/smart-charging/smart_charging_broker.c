/* SPDX-License-Identifier: Apache-2.0 */
/* The connection to the broker, and which messages are taken from it. */
#include "tools/smart-charging/smart_charging_internal.h"

#include "homeplug/network_key.h"
#include "service/broker_report.h"
#include "service/clock.h"

#include <errno.h>
#include <string.h>

static void on_connected(void *context)
{
	static const struct charging_station_input reachable = {.kind = CHARGING_STATION_REACHABLE};
	struct smart_charging *service = context;

	broker_report_connected(service->options->mqtt.host, service->options->mqtt.port, service->client_id);
	/* The broker may have published our last will, `error`, in the meantime. */
	if (service->was_connected) {
		charging_outbox_service_status(&service->outbox, service->state);
		smart_charging_ask_limits_again(service);
	}
	service->was_connected = true;
	request_retry_reconnected(&service->question.retry, clock_now_us());
	smart_charging_give(service, &reachable);
	smart_charging_tell_changed(service);
	smart_charging_arm(service);
}

static void on_disconnected(void *context, const char *reason)
{
	const struct smart_charging *service = context;

	broker_report_disconnected(service->options->mqtt.host, service->options->mqtt.port, reason);
	smart_charging_tell_changed(service);
}

static void on_displaced(void *context)
{
	const struct smart_charging *service = context;

	broker_report_displaced(service->client_id, "--mqtt-client-id");
}

static void take(struct smart_charging *service, const char *topic, const char *payload, size_t len)
{
	const struct api_charging_message *message = &service->message;
	struct message_about about;

	smart_charging_about(message, &about);
	message_log_add(&service->inbound_log, topic, &about, payload, len, clock_now_us());
	refusals_entries(&service->refusals, topic, api_charging_kind_text(message->kind), message->station.bad,
			 message->station.bad_count, clock_now_us());
	smart_charging_handle(service, message);
	smart_charging_arm(service);
}

static void on_message(void *context, const char *topic, const char *payload, size_t len)
{
	struct smart_charging *service = context;
	struct api_error error = {0};
	const unsigned from = hearing_from(&service->hearing, topic);
	const enum api_result result = api_charging_parse(payload, len, from, &service->message, &error);

	if (service->stopping)
		return;
	if (result == API_OK) {
		take(service, topic, payload, len);
		return;
	}
	if (result == API_IGNORED || (result == API_MALFORMED && from == API_FROM_SERVICES)) {
		log_line(LOG_LEVEL_TRACE, "MQTT message that is not for this service. topic=%s octets=%zu", topic, len);
		return;
	}
	refusals_message(&service->refusals, topic, result, &error, clock_now_us());
	/* It may have lowered a limit. The station is asked what holds now. */
	if (result == API_INVALID && strcmp(error.name, api_charging_kind_text(API_CHARGING_LIMITS)) == 0 &&
	    !service->question.retry.wanted) {
		smart_charging_ask_limits_again(service);
		smart_charging_arm(service);
	}
}

static void on_retained(void *context, const char *topic, const char *payload, size_t len)
{
	struct smart_charging *service = context;
	struct api_error error = {0};
	const unsigned from = hearing_from(&service->hearing, topic);
	const enum api_result result = api_charging_parse(payload, len, from, &service->message, &error);

	if (result == API_IGNORED || result == API_ELSEWHERE || (result == API_MALFORMED && from == API_FROM_SERVICES))
		return;
	refusals_retained(&service->refusals, topic,
			  result == API_OK ? api_charging_kind_text(service->message.kind) : error.name,
			  clock_now_us());
}

/* Called before the message waits for its turn. */
static enum broker_worth worth_of(const void *context, const char *topic, const char *payload, size_t len)
{
	const struct hearing *hearing = context;

	return hearing_worth(api_charging_look(payload, len, hearing_from(hearing, topic), hearing->own_ids));
}

static void listen_on_topics(struct smart_charging *service)
{
	const struct smart_charging_options *options = service->options;
	char own_ids[API_OWN_IDS_SIZE];

	api_own_ids(service->outbox.out.own_octets, own_ids);
	hearing_init(&service->hearing, own_ids);
	hearing_add(&service->hearing, options->topic_from_station, API_FROM_STATION);
	hearing_add(&service->hearing, options->topic_to_station, API_FROM_SERVICES);
	hearing_add(&service->hearing, options->topic_from_ocpp, API_FROM_OCPP);
}

/* Which outlets there are is not known yet: it is made by chance. */
static void set_client_id(struct smart_charging *service)
{
	uint8_t octets[CLIENT_ID_RANDOM] = {0};

	service->client_id = service->options->mqtt.client_id;
	if (service->client_id != NULL)
		return;
	if (!random_fill_csprng(NULL, octets, sizeof(octets)))
		log_line(LOG_LEVEL_ERROR, "No random octets for a client id.");
	client_id_make("smart", NULL, NULL, octets, service->made_client_id);
	service->client_id = service->made_client_id;
}

bool smart_charging_open_broker(struct smart_charging *service)
{
	const struct smart_charging_options *own = service->options;
	const struct mqtt_options *mqtt = &own->mqtt;
	const char *subscriptions[HEARING_TOPICS_MAX];
	char will[API_BUILD_MAX];
	const struct broker_callbacks callbacks = {
		.connected = on_connected,
		.disconnected = on_disconnected,
		.message = on_message,
		.retained = on_retained,
		.dropped = broker_report_dropped,
		.subscription_refused = broker_report_subscription_refused,
		.displaced = on_displaced,
	};

	listen_on_topics(service);
	for (size_t i = 0; i < service->hearing.count; i++)
		subscriptions[i] = service->hearing.topics[i];
	set_client_id(service);
	const struct broker_options options = {
		.host = mqtt->host,
		.port = mqtt->port,
		.client_id = service->client_id,
		.username = mqtt->user,
		.password = mqtt->password[0] != '\0' ? mqtt->password : NULL,
		.tls = mqtt->tls.ca != NULL ? &mqtt->tls : NULL,
		.subscriptions = subscriptions,
		.subscription_count = service->hearing.count,
		.no_local = true,
		.will_topic = own->topic_to_station,
		.will_payload = will,
		.will_len = charging_outbox_build_will(&service->outbox, will, sizeof(will)),
		.worth = worth_of,
		.worth_context = &service->hearing,
		.bounds = {.keep_max = CHARGING_OUTBOX_KEEP_MAX,
			   .now_max = CHARGING_OUTBOX_NOW_MAX,
			   .slots = CHARGING_OUTBOX_SLOTS,
			   .inbound_max = CHARGING_OUTBOX_INBOUND_MAX},
		/* Behind a flood of requests the newest answers are those that somebody still waits for. */
		.now_makes_room = true,
	};
	service->outbox.out.broker = broker_open(service->base, &options, &callbacks, service);
	if (service->outbox.out.broker == NULL)
		log_line(LOG_LEVEL_ERROR, "The MQTT client cannot be started: %s", strerror(errno));
	return service->outbox.out.broker != NULL;
}
