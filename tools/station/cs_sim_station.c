/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/station/cs_sim_station_internal.h"

#include "mqtt/broker/broker.h"
#include "tools/station/cs_sim_output.h"

#include <errno.h>
#include <event2/event.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/random.h>
#include <unistd.h>

#define STOP_TIMEOUT_MS 1000

/* A request whose answer is delayed. */
struct pending {
	LIST_ENTRY(pending) entry;
	struct cs_station *station;
	struct event *timer;
	enum cs_answer answer; /* as it was when the request came */
	bool is_of_session;
	struct api_station_message request;
	struct api_session_message of_session;
};

void cs_station_new_id(char id[API_UUID_MAX])
{
	uint8_t octets[16];

	if (getrandom(octets, sizeof(octets), 0) != (ssize_t)sizeof(octets))
		memset(octets, 0, sizeof(octets));
	api_uuid_v4(octets, id);
}

int cs_station_find(const struct cs_station *station, const char *evse_id)
{
	return cs_session_find(&station->session, evse_id);
}

static void publish(struct cs_station *station, enum broker_publish_kind kind, const char *payload, size_t len)
{
	if (len == 0 || !broker_publish(station->broker, kind, station->options->topic_from_station, payload, len))
		cs_output_error("a message was not sent: %s", len == 0 ? "it could not be built" : "no connection");
}

void cs_station_send_status(struct cs_station *station, int index, enum api_cp_state state)
{
	const char *evse_id = station->data->evse_ids[index];
	struct api_station_cp_status status;
	char id[API_UUID_MAX];
	char payload[API_BUILD_MAX];

	if (station->silent)
		return;
	cs_station_new_id(id);
	cs_pilot_status(&station->session.outlets[index].pilot, evse_id, state, &status);
	cs_output_sent("cp_status", "update", "%s %s", evse_id, api_cp_state_text(state));
	publish(station, BROKER_KEEP, payload, api_station_build_cp_status(payload, sizeof(payload), id, &status));
}

void cs_station_send_data(struct cs_station *station, const char *id, const char *name, enum api_type type,
			  struct json_object *object)
{
	const char *text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN);
	size_t size = strlen(text) + 512;
	char *payload = malloc(size);

	if (payload == NULL)
		return;
	cs_output_sent(name, api_type_text(type), "%s", text);
	publish(station, type == API_RESPONSE ? BROKER_NOW : BROKER_KEEP, payload,
		api_station_build_data(payload, size, id, name, type, text, strlen(text)));
	free(payload);
}

static void answer_pilot(struct cs_station *station, const struct api_station_message *request, enum cs_answer answer)
{
	static const enum api_cp_pwm_status statuses[] = {
		[CS_ANSWER_VALID] = API_CP_PWM_VALID,
		[CS_ANSWER_INVALID] = API_CP_PWM_INVALID,
		[CS_ANSWER_ERROR] = API_CP_PWM_ERROR,
		[CS_ANSWER_LOST] = API_CP_PWM_VALID,
	};
	const struct api_cp_pwm *pwm = &request->data.cp_pwm;
	struct api_cp_pwm_response response = {.status = statuses[answer]};
	struct cs_outbox out = {0};
	char payload[API_BUILD_MAX];
	int index = cs_station_find(station, pwm->evse_id);

	if (index < 0) {
		cs_output_event("not answered: another station's outlet");
		return;
	}
	const char *refusal = cs_outlet_refusal(&station->session.outlets[index], pwm);
	if (refusal != NULL) {
		response.status = API_CP_PWM_INVALID;
		strcpy(response.info, refusal);
	}
	strcpy(response.evse_id, pwm->evse_id);
	if (answer == CS_ANSWER_LOST) {
		cs_output_event("carried out, not answered");
	} else {
		cs_output_sent("cp_pwm", "response", "%s %s", pwm->evse_id, api_cp_pwm_status_text(response.status));
		publish(station, BROKER_NOW, payload,
			api_station_build_cp_pwm_response(payload, sizeof(payload), request->id, &response));
	}
	if (response.status != API_CP_PWM_VALID)
		return;
	cs_outlet_pilot(&station->session.outlets[index], pwm, cs_station_now_us(), &out);
	cs_station_say(station, &out);
}

static void carry_out(struct cs_station *station, const struct api_station_message *request, enum cs_answer answer)
{
	if (answer == CS_ANSWER_NONE)
		cs_output_event("not answered");
	else if (request->kind == API_STATION_CS_PARAMETERS)
		cs_station_send_data(station, request->id, "cs_parameters", API_RESPONSE, station->data->parameters);
	else if (request->kind == API_STATION_CS_STATUS_AND_LIMITS)
		cs_station_send_data(station, request->id, "cs_status_and_limits", API_RESPONSE, station->data->limits);
	else
		answer_pilot(station, request, answer);
}

static void answer_session(struct cs_station *station, const struct api_session_message *request, enum cs_answer answer)
{
	if (answer == CS_ANSWER_NONE)
		cs_output_event("not answered");
	else
		cs_station_session_answer(station, request);
}

static void pending_free(struct pending *pending)
{
	LIST_REMOVE(pending, entry);
	pending->station->pending_count--;
	event_free(pending->timer);
	free(pending);
}

static void on_delay_over(evutil_socket_t fd, short what, void *context)
{
	struct pending *pending = context;

	(void)fd;
	(void)what;
	if (pending->is_of_session)
		answer_session(pending->station, &pending->of_session, pending->answer);
	else
		carry_out(pending->station, &pending->request, pending->answer);
	pending_free(pending);
}

static enum cs_answer answer_to(const struct cs_station *station, const struct api_station_message *request)
{
	return request != NULL && request->kind == API_STATION_CP_PWM
		       ? station->pilot_answers[cs_signal_of(&request->data.cp_pwm)]
		       : station->answer;
}

void cs_station_on_request(struct cs_station *station, const struct api_station_message *request,
			   const struct api_session_message *of_session)
{
	uint32_t delay_ms = station->options->answer_delay_ms;
	const struct timeval delay = {.tv_sec = (time_t)(delay_ms / 1000),
				      .tv_usec = (suseconds_t)(delay_ms % 1000) * 1000};

	if (delay_ms == 0) {
		if (of_session != NULL)
			answer_session(station, of_session, answer_to(station, NULL));
		else
			carry_out(station, request, answer_to(station, request));
		return;
	}
	if (station->pending_count == CS_PENDING_MAX) {
		cs_output_error("a request is not answered: %d answers wait for their time already", CS_PENDING_MAX);
		return;
	}
	struct pending *pending = calloc(1, sizeof(*pending));
	if (pending == NULL)
		return;
	pending->station = station;
	pending->answer = answer_to(station, request);
	pending->is_of_session = of_session != NULL;
	if (of_session != NULL)
		pending->of_session = *of_session;
	else
		pending->request = *request;
	pending->timer = evtimer_new(station->base, on_delay_over, pending);
	if (pending->timer == NULL) {
		free(pending);
		return;
	}
	LIST_INSERT_HEAD(&station->pending, pending, entry);
	station->pending_count++;
	evtimer_add(pending->timer, &delay);
}

/* The end of an id, which is the same in all ids of one process of ours. */
static const char *end_of_id(const char *id)
{
	const size_t len = strlen(id);

	return len > CS_SENDER_END ? id + len - CS_SENDER_END : id;
}

/* Several services ask the same of the station. Who asks is known once it has told its service_status. */
static void learn_sender(struct cs_station *station, const char *id, const char *service)
{
	struct cs_sender *sender = &station->senders[station->sender_next];

	for (size_t i = 0; i < CS_SENDERS_MAX; i++)
		if (strcmp(station->senders[i].end, end_of_id(id)) == 0)
			return;
	station->sender_next = (station->sender_next + 1) % CS_SENDERS_MAX;
	snprintf(sender->end, sizeof(sender->end), "%.*s", CS_SENDER_END, end_of_id(id));
	snprintf(sender->name, sizeof(sender->name), "%.*s", (int)sizeof(sender->name) - 1,
		 strcmp(service, API_SERVICE) == 0 ? "slacd" : service);
}

static const char *sender_of(const struct cs_station *station, const char *id)
{
	for (size_t i = 0; i < CS_SENDERS_MAX; i++)
		if (station->senders[i].end[0] != '\0' && strcmp(station->senders[i].end, end_of_id(id)) == 0)
			return station->senders[i].name;
	return "slacd";
}

static void on_pilot_request(struct cs_station *station, const struct api_station_message *message)
{
	const struct api_cp_pwm *pwm = &message->data.cp_pwm;
	const enum cs_signal signal = cs_signal_of(pwm);
	const char *sender = sender_of(station, message->id);
	struct cs_event event = {.name = "cp_pwm"};
	char current[32] = "";

	if (signal == CS_SIGNAL_X2)
		snprintf(current, sizeof(current), " %u.%u A", pwm->current_deciampere / 10,
			 pwm->current_deciampere % 10);
	cs_output_message(sender, "cs", "cp_pwm", "request", "%s %s%s", pwm->evse_id, cs_signal_text(signal), current);
	strcpy(event.value, cs_signal_text(signal));
	strcpy(event.evse_id, pwm->evse_id);
	cs_station_on_request(station, message, NULL);
	station->callbacks.seen(station->context, &event);
}

static void on_slac_status(struct cs_station *station, const struct api_station_slac_status *status)
{
	struct cs_event event = {.name = "status"};

	cs_output_received(api_slac_status_name_text(status->name), "update", "%s %s run_id=%s%s%s%s%s",
			   status->evse_id, api_slac_state_text(status->state), status->run_id,
			   status->reason[0] != '\0' ? " reason=" : "", status->reason,
			   status->ev_mac[0] != '\0' ? " ev_mac=" : "", status->ev_mac);
	strcpy(event.value, api_slac_state_text(status->state));
	strcpy(event.evse_id, status->evse_id);
	station->callbacks.seen(station->context, &event);
}

static void on_service_status(struct cs_station *station, const struct api_station_message *message)
{
	const struct api_station_service_status *status = &message->data.service_status;

	/* Ids of a played service do not end alike, and would drive out those that do. */
	if (cs_station_was_sent(station, message->type, message->id))
		return;
	learn_sender(station, message->id, status->service);
	cs_output_message(sender_of(station, message->id), "cs", "service_status", api_type_text(message->type),
			  "%s %s", status->service, api_service_state_text(status->state));
}

static void on_question(struct cs_station *station, const struct api_station_message *message, const char *name)
{
	if (!cs_station_was_sent(station, message->type, message->id))
		cs_output_message(sender_of(station, message->id), "cs", name, api_type_text(message->type), "id=%s",
				  message->id);
	cs_station_on_request(station, message, NULL);
}

static void handle(struct cs_station *station, const struct api_station_message *message)
{
	const char *type = api_type_text(message->type);

	switch (message->kind) {
	case API_STATION_SERVICE_STATUS:
		on_service_status(station, message);
		break;
	case API_STATION_CS_PARAMETERS:
		on_question(station, message, "cs_parameters");
		break;
	case API_STATION_CS_STATUS_AND_LIMITS:
		on_question(station, message, "cs_status_and_limits");
		break;
	case API_STATION_CP_PWM:
		on_pilot_request(station, message);
		break;
	case API_STATION_SLAC_STATUS:
		on_slac_status(station, &message->data.slac_status);
		break;
	case API_STATION_SLAC_LINK_STATUS:
		cs_output_received("slac_link_status", type, "%s %s", message->data.link_status.evse_id,
				   api_link_state_text(message->data.link_status.state));
		break;
	case API_STATION_SLAC_NETWORK_INFO:
		cs_output_received("slac_network_info", type, "%s networks=%zu", message->data.network_info.evse_id,
				   message->data.network_info.count);
		break;
	case API_STATION_RESET:
		cs_output_received("slac_reset", type, "%s", api_reset_status_text(message->data.reset));
		break;
	}
}

/* slacd speaks on the station's topic; the other services there and elsewhere. */
static void on_message(void *context, const char *topic, const char *payload, size_t len)
{
	struct cs_station *station = context;
	struct api_station_message message;
	struct api_error error = {0};
	enum api_result result = API_IGNORED;

	if (strcmp(topic, station->options->topic_to_station) == 0)
		result = api_station_parse(payload, len, &message, &error);
	if (result == API_OK)
		handle(station, &message);
	else if (result != API_IGNORED)
		cs_output_error("message on %s refused: %s: %s: expected %s", topic, error.name, error.member,
				error.expected);
	cs_station_session_message(station, topic, payload, len, result != API_OK && result != API_IGNORED);
}

static void report_all(struct cs_station *station)
{
	for (size_t i = 0; i < station->session.count; i++)
		cs_station_send_status(station, (int)i, cs_pilot_state(&station->session.outlets[i].pilot));
}

static void on_connected(void *context)
{
	struct cs_station *station = context;

	cs_output_event("connected to the broker %s:%u", station->options->mqtt_host, station->options->mqtt_port);
	report_all(station);
	cs_station_boot_played(station);
	station->callbacks.connected(station->context);
}

static void on_disconnected(void *context, const char *reason)
{
	(void)context;
	cs_output_event("no connection to the broker, trying again: %s", reason);
}

static struct broker *open_broker(struct cs_station *station)
{
	const struct broker_callbacks callbacks = {
		.connected = on_connected, .disconnected = on_disconnected, .message = on_message};
	const char *topics[CS_TOPICS];

	cs_station_name_topics(station);
	const size_t count = cs_station_topics(station, topics);
	char client_id[32];

	snprintf(client_id, sizeof(client_id), "cs-sim-%ld", (long)getpid());
	const struct broker_options options = {
		.host = station->options->mqtt_host,
		.port = station->options->mqtt_port,
		.client_id = client_id,
		.subscriptions = topics,
		.subscription_count = count,
		/* Each outlet may report its pilot and answer two requests at the same moment. */
		.bounds = {.keep_max = 2 * API_EVSES_MAX,
			   .now_max = 2 * API_EVSES_MAX,
			   .inbound_max = 4 * API_EVSES_MAX},
	};
	return broker_open(station->base, &options, &callbacks, station);
}

/* From the loop, as the broker client may not be stopped from inside its callbacks. */
static void on_restart(evutil_socket_t fd, short what, void *context)
{
	struct cs_station *station = context;
	struct cs_outbox unheard;

	(void)fd;
	(void)what;
	cs_output_event("restarts");
	while (!LIST_EMPTY(&station->pending))
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): what was freed before is not the first any more */
		pending_free(LIST_FIRST(&station->pending));
	broker_stop(station->broker, STOP_TIMEOUT_MS);
	for (size_t i = 0; i < station->session.count; i++) {
		unheard.count = 0;
		cs_outlet_reset(&station->session.outlets[i], cs_station_now_us(), &unheard);
	}
	station->played.boots = true;
	station->broker = open_broker(station);
	if (station->broker == NULL) {
		cs_output_error("the MQTT client cannot be started again: %s", strerror(errno));
		event_base_loopbreak(station->base);
	}
	/* Nothing is said, but the currents are told, and cars that do not get any more move in time. */
	unheard.count = 0;
	cs_station_say(station, &unheard);
}

struct cs_station *cs_station_new(struct event_base *base, const struct cs_station_options *options,
				  struct cs_data *data, const struct cs_station_callbacks *callbacks, void *context)
{
	struct cs_station *station = calloc(1, sizeof(*station));

	if (station == NULL)
		return NULL;
	LIST_INIT(&station->pending);
	station->base = base;
	station->options = options;
	station->data = data;
	station->callbacks = *callbacks;
	station->context = context;
	station->played.boots = true;
	cs_ocpp_init(&station->played.ocpp, cs_station_new_id);
	cs_iso15118_init(&station->played.iso15118, cs_station_new_id);
	cs_station_answer(station, options->answer, NULL);
	station->restart = evtimer_new(base, on_restart, station);
	station->tick = evtimer_new(base, cs_station_on_tick, station);
	cs_station_sync(station);
	station->broker = station->restart != NULL && station->tick != NULL ? open_broker(station) : NULL;
	if (station->broker == NULL) {
		cs_output_error("the MQTT client cannot be started: %s", strerror(errno));
		cs_station_free(station);
		return NULL;
	}
	return station;
}

void cs_station_free(struct cs_station *station)
{
	if (station == NULL)
		return;
	while (!LIST_EMPTY(&station->pending))
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): what was freed before is not the first any more */
		pending_free(LIST_FIRST(&station->pending));
	if (station->broker != NULL)
		broker_stop(station->broker, STOP_TIMEOUT_MS);
	if (station->restart != NULL)
		event_free(station->restart);
	if (station->tick != NULL)
		event_free(station->tick);
	free(station);
}

bool cs_station_plug(struct cs_station *station, const char *evse_id)
{
	int index = cs_station_find(station, evse_id);
	struct cs_outbox out = {0};

	if (index < 0)
		return false;
	cs_outlet_plug(&station->session.outlets[index], cs_station_now_us(), &out);
	cs_station_say(station, &out);
	return true;
}

bool cs_station_unplug(struct cs_station *station, const char *evse_id)
{
	int index = cs_station_find(station, evse_id);
	struct cs_outbox out = {0};

	if (index < 0)
		return false;
	cs_outlet_unplug(&station->session.outlets[index], cs_station_now_us(), &out);
	cs_station_say(station, &out);
	return true;
}

bool cs_station_force_state(struct cs_station *station, const char *evse_id, enum api_cp_state state)
{
	int index = cs_station_find(station, evse_id);
	struct cs_outbox out = {0};

	if (index < 0)
		return false;
	cs_outlet_force(&station->session.outlets[index], state, cs_station_now_us(), &out);
	cs_station_say(station, &out);
	return true;
}

bool cs_station_authorize(struct cs_station *station, const char *evse_id, bool accepted)
{
	int index = cs_station_find(station, evse_id);
	struct cs_outbox out = {0};

	if (index < 0)
		return false;
	cs_outlet_authorize(&station->session.outlets[index], accepted, cs_station_now_us(), &out);
	cs_station_say(station, &out);
	return true;
}

void cs_station_restart(struct cs_station *station)
{
	const struct timeval now = {0};

	evtimer_add(station->restart, &now);
}

const char *cs_station_evse_id(const struct cs_station *station, const char *evse_id)
{
	int index = cs_station_find(station, evse_id);

	return index >= 0 ? station->data->evse_ids[index] : NULL;
}

const struct cs_station_options *cs_station_options(const struct cs_station *station)
{
	return station->options;
}

void cs_station_publish(struct cs_station *station, const char *topic, const char *payload, size_t len)
{
	if (len == 0 || !broker_publish(station->broker, BROKER_KEEP, topic, payload, len))
		cs_output_error("a message was not sent: %s", len == 0 ? "it could not be built" : "it is too long");
}

void cs_station_answer(struct cs_station *station, enum cs_answer answer, const enum cs_signal *signal)
{
	if (signal != NULL) {
		station->pilot_answers[*signal] = answer;
		return;
	}
	station->answer = answer;
	for (size_t i = 0; i <= CS_SIGNAL_F; i++)
		station->pilot_answers[i] = answer;
}

void cs_station_report(struct cs_station *station, bool on)
{
	station->silent = !on;
	report_all(station);
}

void cs_station_raw(struct cs_station *station, const char *topic, const char *text)
{
	cs_output_sent("raw", topic, "%s", text);
	cs_station_publish(station, topic, text, strlen(text));
}
