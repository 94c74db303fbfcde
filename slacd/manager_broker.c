/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/manager_internal.h"

#include "homeplug/network_key.h"
#include "service/broker_report.h"
#include "service/client_id.h"
#include "service/clock.h"
#include "slacd/everest/everest.h"

#include <errno.h>
#include <string.h>

static void on_connected(void *context)
{
	struct manager *manager = context;

	manager_report(manager);
	broker_report_connected(manager->settings->mqtt_host.text, manager->settings->mqtt_port, manager->client_id);
	telemetry_publisher_connected(manager->shared.telemetry);
	if (manager->everest != NULL) {
		everest_connected(manager->everest);
		manager_tell_changed(manager);
		return;
	}
	/* The broker may have published our last will, `error`, in the meantime. */
	if (manager->was_connected)
		outbox_service_status(&manager->outbox, manager->service_state);
	if (manager->was_connected && !manager->stopping) {
		manager_ask_limits_again(manager);
		manager_repeat_after_loss(manager);
	}
	manager->was_connected = true;
	request_retry_reconnected(&manager->question.retry, clock_now_us());
	for (size_t i = 0; i < manager->evse_count; i++)
		evse_broker_connected(manager->evses[i]);
	for (size_t i = outlet_places_oldest(&manager->ending_places); i != OUTLET_NO_PLACE;
	     i = outlet_places_newer(&manager->ending_places, i))
		evse_broker_connected(manager->endings[i].evse);
	manager_tell_changed(manager);
	manager_arm(manager);
}

static void on_disconnected(void *context, const char *reason)
{
	const struct manager *manager = context;

	manager_report(manager);
	broker_report_disconnected(manager->settings->mqtt_host.text, manager->settings->mqtt_port, reason);
	telemetry_publisher_disconnected(manager->shared.telemetry);
	if (manager->everest != NULL)
		everest_disconnected(manager->everest);
	manager_tell_changed(manager);
}

/* The evse_id a message is about, or NULL when it is about the whole service. */
static const char *subject(const struct api_message *message)
{
	switch (message->kind) {
	case API_CP_PWM:
		return message->type == API_REQUEST ? message->data.cp_pwm_request.evse_id
						    : message->data.cp_pwm.evse_id;
	case API_CP_STATUS:
		return message->data.cp_status.evse_id;
	case API_SLAC_DATA_LINK:
		return message->data.data_link.evse_id;
	case API_HLC_CHARGING:
		return message->data.hlc_charging.evse_id;
	case API_SLAC_LINK_STATUS:
	case API_SLAC_NETWORK_INFO:
	case API_SLAC_RESET:
	case API_RESET:
		return message->data.request.evse_id;
	case API_AUTHORIZATION:
	case API_SERVICE_STATUS:
	case API_CS_PARAMETERS:
	case API_CS_STATUS_AND_LIMITS:
		break;
	}
	return NULL;
}

static void handle_for_outlet(struct manager *manager, struct evse *evse, const struct api_message *message)
{
	switch (message->kind) {
	case API_CP_PWM:
		if (message->type == API_REQUEST)
			evse_other_request(evse, &message->data.cp_pwm_request);
		else
			evse_cp_pwm_response(evse, message->id, &message->data.cp_pwm);
		break;
	case API_CP_STATUS:
		evse_cp_status(evse, &message->data.cp_status);
		break;
	case API_SLAC_DATA_LINK:
		evse_data_link(evse, message->data.data_link.action);
		break;
	case API_HLC_CHARGING:
		evse_hlc_charging(evse, message->data.hlc_charging.active);
		break;
	case API_SLAC_LINK_STATUS:
		outbox_link_status(&manager->outbox, message->id, evse_id(evse), evse_link_state(evse));
		break;
	case API_SLAC_NETWORK_INFO:
		evse_network_info(evse, message->id);
		break;
	case API_SLAC_RESET:
	case API_RESET:
		evse_reset(evse);
		outbox_reset(&manager->outbox, message->id, message->kind, API_RESET_ACCEPTED);
		break;
	case API_AUTHORIZATION:
	case API_SERVICE_STATUS:
	case API_CS_PARAMETERS:
	case API_CS_STATUS_AND_LIMITS:
		break; /* not for an outlet that is found by its name */
	}
}

static void reset_all(struct manager *manager, const struct api_message *message)
{
	for (size_t i = 0; i < manager->evse_count; i++)
		evse_reset(manager->evses[i]);
	outbox_reset(&manager->outbox, message->id, message->kind,
		     manager->stopping ? API_RESET_REJECTED : API_RESET_ACCEPTED);
}

static bool is_reset(const struct api_message *message)
{
	return message->kind == API_SLAC_RESET || message->kind == API_RESET;
}

void manager_say_unknown_outlet(struct manager *manager, enum api_kind kind, const char *id)
{
	const bool loud = log_burst_pass(&manager->unknown_outlets, clock_now_us());

	log_line(loud ? LOG_LEVEL_WARN : LOG_LEVEL_DEBUG,
		 "%s for an outlet that does not run ignored. evse_id=%s count=%llu", api_kind_text(kind), id,
		 (unsigned long long)manager->unknown_outlets.count);
}

static void unknown_outlet(struct manager *manager, const struct api_message *message, const char *id)
{
	if (message->kind == API_CP_STATUS)
		manager_park_status(manager, &message->data.cp_status);
	if (message->kind == API_CP_STATUS && (manager->boot != BOOT_DONE || manager->stopping))
		return; /* the outlets are not known yet, or have stopped */
	if (message->kind == API_CP_PWM && message->type == API_REQUEST)
		return; /* of another service for an outlet that is none of ours */
	manager_say_unknown_outlet(manager, message->kind, id);
	if (is_reset(message))
		outbox_reset(&manager->outbox, message->id, message->kind, API_RESET_REJECTED);
}

/* What a service that is ending waits for. A pilot state is also for the service that takes the outlet over. */
static bool handle_for_ending(struct manager *manager, const struct api_message *message, const char *id)
{
	struct evse *evse = manager_find_ending(manager, id);

	if (evse == NULL || (message->kind != API_CP_PWM && message->kind != API_CP_STATUS))
		return false;
	if (message->kind == API_CP_STATUS)
		manager_park_status(manager, &message->data.cp_status);
	handle_for_outlet(manager, evse, message);
	return true;
}

void manager_handle(struct manager *manager, const struct api_message *message)
{
	const char *id = subject(message);

	if (message->kind == API_SERVICE_STATUS && message->type == API_UPDATE)
		manager_smart_charging_ready(manager);
	else if (message->kind == API_SERVICE_STATUS)
		outbox_service_status_response(&manager->outbox, message->id, manager->service_state);
	else if (id == NULL && manager->stopping)
		log_line(LOG_LEVEL_DEBUG, "%s ignored, the service is stopping.", api_kind_text(message->kind));
	else if (message->kind == API_CS_PARAMETERS)
		manager_take_parameters(manager, message);
	else if (message->kind == API_CS_STATUS_AND_LIMITS)
		manager_take_limits(manager, message);
	else if (message->kind == API_AUTHORIZATION)
		manager_authorization(manager, message);
	else if (is_reset(message) && *id == '\0')
		reset_all(manager, message);
	else if (manager_find(manager, id) != NULL)
		handle_for_outlet(manager, manager_find(manager, id), message);
	else if (!handle_for_ending(manager, message, id))
		unknown_outlet(manager, message, id);
}

static void log_inbound(struct manager *manager, const char *topic, const char *payload, size_t len)
{
	struct message_about about;

	message_about_inbound(&manager->message, &about);
	message_log_add(&manager->inbound_log, topic, &about, payload, len, clock_now_us());
}

static void on_message(void *context, const char *topic, const char *payload, size_t len)
{
	struct manager *manager = context;
	struct api_error error = {0};
	unsigned from = hearing_from(&manager->hearing, topic);
	enum api_result result = api_parse(payload, len, from, &manager->message, &error);

	manager_report(manager);
	if (result == API_OK) {
		log_inbound(manager, topic, payload, len);
		refusals_entries(&manager->refusals, topic, api_kind_text(manager->message.kind), manager->message.bad,
				 manager->message.bad_count, clock_now_us());
		manager_handle(manager, &manager->message);
		manager_arm(manager);
		return;
	}
	if (result == API_IGNORED || (result == API_MALFORMED && from == API_FROM_SERVICES)) {
		log_line(LOG_LEVEL_TRACE, "MQTT message that is not for slacd. topic=%s octets=%zu", topic, len);
		return;
	}
	refusals_message(&manager->refusals, topic, result, &error, clock_now_us());
	/* It may have lowered a limit. The station is asked what holds now. */
	if (result == API_INVALID && strcmp(error.name, api_kind_text(API_CS_STATUS_AND_LIMITS)) == 0 &&
	    !manager->question.retry.wanted) {
		manager_ask_limits_again(manager);
		manager_arm(manager);
	}
}

static void on_retained(void *context, const char *topic, const char *payload, size_t len)
{
	struct manager *manager = context;
	struct api_error error = {0};
	unsigned from = hearing_from(&manager->hearing, topic);
	enum api_result result = api_parse(payload, len, from, &manager->message, &error);

	manager_report(manager);
	if (result == API_IGNORED || result == API_ELSEWHERE)
		return;
	if (result == API_MALFORMED && from == API_FROM_SERVICES)
		return;
	refusals_retained(&manager->refusals, topic,
			  result == API_OK ? api_kind_text(manager->message.kind) : error.name, clock_now_us());
}

static enum broker_worth worth_of(const void *context, const char *topic, const char *payload, size_t len)
{
	const struct hearing *hearing = context;

	return hearing_worth(api_look(payload, len, hearing_from(hearing, topic), hearing->own_ids));
}

static void on_dropped(void *context, enum broker_drop what, uint64_t total)
{
	manager_report(context);
	broker_report_dropped(context, what, total);
}

static void on_subscription_refused(void *context, const char *topic)
{
	manager_report(context);
	broker_report_subscription_refused(context, topic);
}

static void on_displaced(void *context)
{
	const struct manager *manager = context;

	manager_report(manager);
	broker_report_displaced(manager->client_id, "mqtt.client_id");
}

static void on_values_room(void *context)
{
	const struct manager *manager = context;

	telemetry_publisher_room(manager->shared.telemetry);
}

static void on_values_paused(void *context)
{
	const struct manager *manager = context;

	telemetry_publisher_paused(manager->shared.telemetry);
}

/* The configured one. Otherwise one that is made of the machine and the first outlet, where it is known so early. */
static void set_client_id(struct manager *manager)
{
	const struct settings *settings = manager->settings;
	const char *outlet = NULL;
	char machine_id[MACHINE_ID_SIZE];
	uint8_t octets[CLIENT_ID_RANDOM] = {0};

	if (settings->mqtt_client_id.text[0] != '\0') {
		memcpy(manager->client_id, settings->mqtt_client_id.text, sizeof(manager->client_id));
		return;
	}
	if (manager->parameters.count > 0)
		outlet = manager->parameters.evses[0].evse_id;
	else if (settings->outlet_count > 0)
		outlet = settings->outlets[0].evse_id;
	client_id_read_machine_id(CLIENT_ID_MACHINE_ID, machine_id);
	if (!random_fill_csprng(NULL, octets, sizeof(octets)))
		log_line(LOG_LEVEL_ERROR, "No random octets for a client id.");
	client_id_make("slacd", machine_id, outlet, octets, manager->client_id);
}

static const char *text_or_null(const struct settings_text *text)
{
	return text->text[0] != '\0' ? text->text : NULL;
}

static void listen_on_topics(struct manager *manager)
{
	const struct settings *settings = manager->settings;
	char own_ids[API_OWN_IDS_SIZE];

	api_own_ids(manager->outbox.out.own_octets, own_ids);
	hearing_init(&manager->hearing, own_ids);
	hearing_add(&manager->hearing, settings->topic_from_station.text, API_FROM_STATION);
	hearing_add(&manager->hearing, settings->topic_from_iso15118.text, API_FROM_ISO15118);
	for (size_t i = 0; i < settings->topics_from_services.count; i++)
		hearing_add(&manager->hearing, settings->topics_from_services.topic[i].text, API_FROM_SERVICES);
}

bool manager_open_broker(struct manager *manager)
{
	const struct settings *settings = manager->settings;
	const char *subscriptions[HEARING_TOPICS_MAX];
	const char *path = settings_mqtt_socket(settings);
	char will[API_BUILD_MAX];
	struct broker_tls tls;
	struct broker_callbacks callbacks = {
		.connected = on_connected,
		.disconnected = on_disconnected,
		.message = on_message,
		.retained = on_retained,
		.dropped = on_dropped,
		.subscription_refused = on_subscription_refused,
		.displaced = on_displaced,
		.values_room = on_values_room,
		.values_paused = on_values_paused,
	};

	listen_on_topics(manager);
	for (size_t i = 0; i < manager->hearing.count; i++)
		subscriptions[i] = manager->hearing.topics[i];
	set_client_id(manager);
	settings_tls(settings, &tls);
	struct broker_options options = {
		.host = path != NULL ? path : settings->mqtt_host.text,
		.port = path != NULL ? 0 : (uint16_t)settings->mqtt_port,
		.keepalive_s = (uint16_t)settings->mqtt_keepalive_s,
		.client_id = manager->client_id,
		.username = text_or_null(&settings->mqtt_username),
		.password = text_or_null(&settings->mqtt_password),
		.tls = settings->mqtt_tls_ca.text[0] != '\0' ? &tls : NULL,
		.subscriptions = subscriptions,
		.subscription_count = manager->hearing.count,
		.no_local = true,
		.will_topic = settings->topics_to_station.topic[0].text,
		.will_payload = will,
		.will_len = outbox_build_will(&manager->outbox, will, sizeof(will)),
		.worth = worth_of,
		.worth_context = &manager->hearing,
		.bounds = {.keep_max = OUTBOX_KEEP_MAX,
			   .now_max = OUTBOX_NOW_MAX,
			   .slots = OUTBOX_SLOTS,
			   .inbound_max = OUTBOX_INBOUND_MAX,
			   .values = manager->shared.telemetry != NULL ? TELEMETRY_QUEUE_MAX : 0},
	};
	if (manager->everest != NULL)
		manager_listen_to_everest(manager, &options, &callbacks);
	manager->outbox.out.broker = broker_open(manager->base, &options, &callbacks, manager);
	if (manager->outbox.out.broker == NULL)
		log_line(LOG_LEVEL_ERROR, "The MQTT client cannot be started: %s", strerror(errno));
	return manager->outbox.out.broker != NULL;
}
