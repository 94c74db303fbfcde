/* SPDX-License-Identifier: Apache-2.0 */
/* A keeper at the broker: what it hears, and what it tells. */
#include "service/client_id.h"
#include "tools/fleet/fleet_keeper_internal.h"
#include "tools/fleet/fleet_retained.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define KEEPALIVE_S     20
#define STOP_TIMEOUT_MS 5000
#define KEEP_MORE       64 /* messages beside those of each connector */
#define ERROR_MAX       2048

/* --- what it tells --- */

static void publish(struct fleet_keeper *keeper, const char *topic, const char *payload, size_t len)
{
	if (keeper->broker != NULL && len > 0)
		broker_publish_retained(keeper->broker, topic, payload, len);
}

void fleet_keeper_complain(struct fleet_keeper *keeper, const char *error, const char *topic, const char *payload,
			   size_t len)
{
	char out[FLEET_TOPIC_SIZE], text[ERROR_MAX];

	fleet_log_say(keeper->log, "%s%s%s", topic, *topic != '\0' ? ": " : "", error);
	fleet_station_topic(keeper->identity.id, "error", out);
	const size_t used = fleet_error_build(error, topic, payload, len, text, sizeof(text));
	/* Whoever sends wrong commands without an end does not fill the queue. */
	if (keeper->broker != NULL && used > 0)
		broker_publish(keeper->broker, BROKER_NOW, out, text, used);
}

static void tell_status(struct fleet_keeper *keeper, enum fleet_life life)
{
	const struct fleet_station_status status = {.life = life,
						    .slacd = keeper->slacd,
						    .programs = life != FLEET_DEAD ? &keeper->programs : NULL,
						    .keeper = (long)getpid(),
						    .version = SLACD_VERSION,
						    .started = keeper->started,
						    .by = keeper->by};
	char topic[FLEET_TOPIC_SIZE], payload[FLEET_STATION_STATUS_SIZE];

	fleet_station_topic(keeper->identity.id, "status", topic);
	publish(keeper, topic, payload, fleet_status_build(&keeper->identity, &status, payload, sizeof(payload)));
}

/* Once it has been whole it is alive; what has died meanwhile is told by its process id, 0. */
static enum fleet_life life_of(struct fleet_keeper *keeper)
{
	if (keeper->programs.plan != FLEET_RUN)
		keeper->is_alive = false;
	else if (fleet_programs_run(&keeper->programs) && strcmp(keeper->slacd, "ready") == 0)
		keeper->is_alive = true;
	return keeper->is_alive ? FLEET_ALIVE : FLEET_STARTING;
}

static uint64_t own_status_due(const struct fleet_keeper *keeper, uint64_t now_us)
{
	/* How it ends is told once it has. */
	if (!keeper->changed || keeper->ending != FLEET_ENDING_NOT)
		return FLEET_NEVER_US;
	if (!keeper->was_told || now_us >= keeper->told_us + FLEET_STATUS_US)
		return now_us;
	return keeper->told_us + FLEET_STATUS_US;
}

uint64_t fleet_keeper_statuses_due(const struct fleet_keeper *keeper, uint64_t now_us)
{
	uint64_t due_us = own_status_due(keeper, now_us);

	for (unsigned i = 0; i < fleet_keeper_connectors(keeper); i++) {
		const uint64_t one_us = fleet_connector_status_due(&keeper->connectors[i], now_us);
		if (one_us < due_us)
			due_us = one_us;
	}
	return due_us;
}

void fleet_keeper_tell_statuses(struct fleet_keeper *keeper, uint64_t now_us)
{
	char topic[FLEET_TOPIC_SIZE], payload[FLEET_STATUS_SIZE], at[CLOCK_TEXT_SIZE];

	if (own_status_due(keeper, now_us) <= now_us) {
		keeper->changed = false;
		keeper->was_told = true;
		keeper->told_us = now_us;
		tell_status(keeper, life_of(keeper));
	}
	for (unsigned i = 0; i < fleet_keeper_connectors(keeper); i++) {
		struct fleet_connector *connector = &keeper->connectors[i];
		if (fleet_connector_status_due(connector, now_us) > now_us)
			continue;
		clock_utc_text(clock_wall_us(), at);
		fleet_connector_topic(keeper->identity.id, i + 1, "status", topic);
		publish(keeper, topic, payload,
			fleet_connector_build_status(connector, now_us, at, payload, sizeof(payload)));
	}
}

/* --- what it hears of the station --- */

static struct fleet_connector *find(struct fleet_keeper *keeper, const char *evse_id)
{
	for (unsigned i = 0; i < fleet_keeper_connectors(keeper); i++)
		if (strcmp(keeper->connectors[i].evse_id, evse_id) == 0)
			return &keeper->connectors[i];
	return NULL;
}

static void hear_session(struct fleet_keeper *keeper, const char *payload, size_t len)
{
	struct api_session_message message;
	struct api_error error;

	if (api_session_parse(payload, len, &message, &error) != API_OK)
		return;
	struct fleet_connector *connector = find(keeper, message.evse_id);
	if (connector != NULL)
		fleet_connector_hear_session(connector, &message);
}

static void hear_slacd(struct fleet_keeper *keeper, const char *payload, size_t len)
{
	struct api_station_message message;
	struct api_error error;

	if (api_station_parse(payload, len, &message, &error) != API_OK) {
		hear_session(keeper, payload, len);
		return;
	}
	if (message.kind == API_STATION_SERVICE_STATUS &&
	    strcmp(message.data.service_status.service, API_SERVICE) == 0) {
		snprintf(keeper->slacd, sizeof(keeper->slacd), "%s",
			 api_service_state_text(message.data.service_status.state));
		keeper->changed = true;
	} else if (message.kind == API_STATION_SLAC_STATUS) {
		struct fleet_connector *connector = find(keeper, message.data.slac_status.evse_id);
		if (connector != NULL)
			fleet_connector_hear_slac(connector, &message.data.slac_status);
	}
}

static void hear_station(struct fleet_keeper *keeper, const char *payload, size_t len)
{
	struct api_error error;

	if (api_parse(payload, len, API_FROM_STATION, keeper->message, &error) == API_OK &&
	    keeper->message->kind == API_CP_STATUS) {
		struct fleet_connector *connector = find(keeper, keeper->message->data.cp_status.evse_id);
		if (connector != NULL)
			fleet_connector_hear_pilot(connector, &keeper->message->data.cp_status);
		return;
	}
	hear_session(keeper, payload, len);
}

/* --- what users say --- */

static void hear_command(struct fleet_keeper *keeper, const char *payload, size_t len, char *error)
{
	struct fleet_command command;

	if (!fleet_station_command_read(payload, len, &command, error))
		return;
	fleet_log_say(keeper->log, "%s", fleet_station_command_text(command.kind));
	if (command.kind == FLEET_KILL)
		fleet_keeper_kill_all();
	if (command.kind == FLEET_CLOSE)
		fleet_keeper_end(keeper, FLEET_ENDING_CLOSED);
	else
		fleet_programs_plan(&keeper->programs, FLEET_ANEW);
	keeper->changed = true;
}

static void hear_input(struct fleet_connector *connector, const char *what, const char *payload, size_t len,
		       char *error)
{
	struct fleet_car car = connector->wanted;
	struct fleet_fault fault;
	char token[FLEET_TOKEN_SIZE];

	if (strcmp(what, "car") == 0 && fleet_car_read(payload, len, &car, error))
		fleet_connector_set_car(connector, &car);
	else if (strcmp(what, "faulted") == 0 && fleet_fault_read(payload, len, &fault, error))
		fleet_connector_set_fault(connector, &fault);
	else if (strcmp(what, "id_tag") == 0 && fleet_card_read(payload, len, token, error))
		fleet_connector_show_card(connector, token);
}

static void hear_user(struct fleet_keeper *keeper, const char *topic, const char *payload, size_t len)
{
	char error[FLEET_ERROR_SIZE] = "";
	struct fleet_topic read;

	if (!fleet_topic_read(topic, &read) || read.connector > fleet_keeper_connectors(keeper))
		snprintf(error, sizeof(error), "expected a connector from 1 to %u", fleet_keeper_connectors(keeper));
	else if (read.connector == 0)
		hear_command(keeper, payload, len, error);
	else
		hear_input(&keeper->connectors[read.connector - 1], read.what, payload, len, error);
	if (*error != '\0')
		fleet_keeper_complain(keeper, error, topic, payload, len);
}

/* Another keeper of this station, on another machine; or what is left of one. */
static void hear_rival(struct fleet_keeper *keeper, const char *payload, size_t len)
{
	switch (fleet_rival_read(payload, len, keeper->by)) {
	case FLEET_RIVAL_NONE:
		return;
	case FLEET_RIVAL_DEAD:
	case FLEET_RIVAL_OLDER:
		keeper->changed = true;
		return;
	case FLEET_RIVAL_NEWER:
		fleet_log_say(keeper->log, "another keeper of this station has come: this one ends");
		fleet_keeper_end(keeper, FLEET_ENDING_REPLACED);
	}
}

static void on_message(void *context, const char *topic, const char *payload, size_t len)
{
	struct fleet_keeper *keeper = context;

	if (keeper->ending != FLEET_ENDING_NOT)
		return;
	if (strcmp(topic, keeper->to_station) == 0)
		hear_slacd(keeper, payload, len);
	else if (strcmp(topic, keeper->from_station) == 0)
		hear_station(keeper, payload, len);
	else if (strcmp(topic, keeper->own_status) == 0)
		hear_rival(keeper, payload, len);
	else
		hear_user(keeper, topic, payload, len);
	fleet_keeper_turn(keeper);
}

/* --- the connection --- */

/* What slacd and the station have said while nobody listened here: at the start they may be faster. */
static void ask_again(struct fleet_keeper *keeper)
{
	uint8_t octets[16] = {0};
	char id[API_UUID_MAX], payload[API_BUILD_MAX];

	if (getrandom(octets, sizeof(octets), 0) != (ssize_t)sizeof(octets))
		return;
	api_uuid_v4(octets, id);
	const size_t len = api_station_build_service_status_request(payload, sizeof(payload), id, API_SERVICE);
	if (len > 0)
		broker_publish(keeper->broker, BROKER_NOW, keeper->from_station, payload, len);
	if (fleet_keeper_can_tell(keeper, FLEET_PROGRAM_STATION))
		fleet_keeper_tell(keeper, FLEET_PROGRAM_STATION, "report on\n");
}

/* What the broker had retained may be gone, and it may have told our last will. */
static void on_connected(void *context)
{
	struct fleet_keeper *keeper = context;

	fleet_log_say(keeper->log, "connected to the broker");
	ask_again(keeper);
	keeper->changed = true;
	for (unsigned i = 0; i < fleet_keeper_connectors(keeper); i++)
		keeper->connectors[i].changed = true;
	fleet_keeper_turn(keeper);
}

static void on_disconnected(void *context, const char *reason)
{
	struct fleet_keeper *keeper = context;

	fleet_log_say(keeper->log, "no connection to the broker: %s", reason);
}

static void on_refused(void *context, const char *topic)
{
	struct fleet_keeper *keeper = context;

	fleet_log_say(keeper->log, "the broker refuses the subscription to '%s'", topic);
}

_Static_assert(FLEET_CONNECTORS_MAX *FLEET_RETAINED_EACH + KEEP_MORE <= BROKER_BOUND_LIMIT, "they fit");

static void on_dropped(void *context, enum broker_drop what, uint64_t total)
{
	(void)total;
	if (what == BROKER_DROP_INBOUND_TOO_LARGE)
		fleet_keeper_complain(context, FLEET_TOO_LARGE, "", "", 0);
}

bool fleet_keeper_open_broker(struct fleet_keeper *keeper)
{
	static const char *const whats[] = {"cmd", "connectors/+/car", "connectors/+/faulted", "connectors/+/id_tag"};
	const struct broker_callbacks callbacks = {.connected = on_connected,
						   .disconnected = on_disconnected,
						   .message = on_message,
						   .dropped = on_dropped,
						   .subscription_refused = on_refused};
	const struct fleet_station_status dead = {.life = FLEET_DEAD};
	const char *id = keeper->identity.id;
	char topics[4][FLEET_TOPIC_SIZE], will[FLEET_STATUS_SIZE], client_id[CLIENT_ID_SIZE];
	const char *subscriptions[7] = {keeper->to_station, keeper->from_station, keeper->own_status};
	uint8_t random[CLIENT_ID_RANDOM] = {0};

	fleet_station_topic(id, "josev/cs", keeper->to_station);
	fleet_station_topic(id, "cs/josev", keeper->from_station);
	fleet_station_topic(id, "status", keeper->own_status);
	for (size_t i = 0; i < 4; i++) {
		fleet_station_topic(id, whats[i], topics[i]);
		subscriptions[3 + i] = topics[i];
	}
	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return false;
	client_id_make("keeper", NULL, NULL, random, client_id);
	/* All that is retained is taken back at once. */
	const size_t keep = fleet_keeper_connectors(keeper) * FLEET_RETAINED_EACH + KEEP_MORE;
	const struct broker_options options = {
		.host = keeper->options->mqtt_host,
		.port = keeper->options->mqtt_port,
		.keepalive_s = KEEPALIVE_S,
		.client_id = client_id,
		.subscriptions = subscriptions,
		.subscription_count = 7,
		.no_local = true,
		.will_topic = keeper->own_status,
		.will_payload = will,
		.will_len = fleet_status_build(&keeper->identity, &dead, will, sizeof(will)),
		.will_retained = true,
		.bounds = {.keep_max = keep > BROKER_KEEP_MAX ? keep : 0},
	};
	keeper->broker = broker_open(keeper->base, &options, &callbacks, keeper);
	return keeper->broker != NULL;
}

static void take_back_all(struct fleet_keeper *keeper)
{
	for (unsigned n = 1; n <= fleet_keeper_connectors(keeper); n++)
		fleet_retained_take_back(keeper->broker, keeper->identity.id, n);
	fleet_retained_take_back(keeper->broker, keeper->identity.id, 0);
}

void fleet_keeper_close_broker(struct fleet_keeper *keeper)
{
	if (keeper->broker == NULL)
		return;
	if (keeper->ending == FLEET_ENDING_CLOSED)
		take_back_all(keeper);
	else if (keeper->ending == FLEET_ENDING_SIGNAL)
		tell_status(keeper, FLEET_DEAD);
	broker_stop(keeper->broker, STOP_TIMEOUT_MS);
	keeper->broker = NULL;
}
