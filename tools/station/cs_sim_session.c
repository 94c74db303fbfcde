/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/station/cs_sim_session.h"

#include "mqtt/broker/broker.h"
#include "tools/station/cs_sim_output.h"
#include "tools/station/cs_sim_station_internal.h"

#include <event2/event.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

uint64_t cs_station_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* RFC 3339, of now. */
static const char *timestamp(char out[API_TIMESTAMP_MAX])
{
	struct timespec now;
	struct tm utc;
	size_t len;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	len = strftime(out, API_TIMESTAMP_MAX, "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(out + len, API_TIMESTAMP_MAX - len, ".%03ldZ", now.tv_nsec / 1000000);
	return out;
}

/* --- topics --- */

static const struct {
	const char *name; /* NULL: an option says it */
	const char *sender;
	const char *receiver;
} topics[CS_TOPICS] = {
	[CS_TOPIC_TO_STATION] = {NULL, "josev", "cs"},
	[CS_TOPIC_FROM_STATION] = {NULL, "cs", "josev"},
	[CS_TOPIC_ISO15118_SLAC] = {NULL, "iso15118", "slacd"},
	[CS_TOPIC_ISO15118_OCPP] = {"iso15118/ocpp", "iso15118", "ocpp"},
	[CS_TOPIC_OCPP_ISO15118] = {"ocpp/iso15118", "ocpp", "iso15118"},
	[CS_TOPIC_OCPP_SMART] = {"ocpp/smart_charging", "ocpp", "smart_charging"},
	[CS_TOPIC_SMART_OCPP] = {"smart_charging/ocpp", "smart_charging", "ocpp"},
	[CS_TOPIC_SMART_ISO15118] = {"smart_charging/iso15118", "smart_charging", "iso15118"},
};

static const char *topic_name(const struct cs_station *station, enum cs_topic topic)
{
	switch (topic) {
	case CS_TOPIC_TO_STATION:
		return station->options->topic_to_station;
	case CS_TOPIC_FROM_STATION:
		return station->options->topic_from_station;
	case CS_TOPIC_ISO15118_SLAC:
		return station->options->topic_iso15118;
	default:
		return station->played.topics[topic];
	}
}

void cs_station_name_topics(struct cs_station *station)
{
	for (int i = 0; i < CS_TOPICS; i++)
		if (topics[i].name != NULL)
			snprintf(station->played.topics[i], CS_TOPIC_SIZE, "%s%s", station->options->topic_prefix,
				 topics[i].name);
}

size_t cs_station_topics(const struct cs_station *station, const char *names[CS_TOPICS])
{
	const bool ocpp = station->options->play_ocpp;
	const bool iso15118 = station->options->play_iso15118;
	const bool wanted[CS_TOPICS] = {
		[CS_TOPIC_TO_STATION] = true,    [CS_TOPIC_FROM_STATION] = ocpp || iso15118,
		[CS_TOPIC_ISO15118_OCPP] = ocpp, [CS_TOPIC_OCPP_ISO15118] = iso15118,
		[CS_TOPIC_SMART_OCPP] = ocpp,    [CS_TOPIC_SMART_ISO15118] = iso15118,
	};
	size_t count = 0;

	for (int i = 0; i < CS_TOPICS; i++)
		if (wanted[i])
			names[count++] = topic_name(station, (enum cs_topic)i);
	return count;
}

/* --- what the script can wait for --- */

static void seen(struct cs_station *station, const char *name, const char *value, const char *evse_id)
{
	struct cs_event event = {.name = name};

	snprintf(event.value, sizeof(event.value), "%s", value);
	strcpy(event.evse_id, evse_id);
	station->callbacks.seen(station->context, &event);
}

static void seen_current(struct cs_station *station, const char *name, double current_a, const char *evse_id)
{
	struct cs_event event = {.name = name};

	cs_event_current(&event, current_a);
	strcpy(event.evse_id, evse_id);
	station->callbacks.seen(station->context, &event);
}

static bool is_same_current(const double *a, const double *b)
{
	for (size_t i = 0; i < CS_METER_PHASES; i++)
		if (a[i] < b[i] || a[i] > b[i])
			return false;
	return true;
}

/* What flows, each phase where they differ; false where it flows already. */
static bool tell_current(struct cs_outlet *outlet)
{
	const double most_a = cs_meter_current(&outlet->meter);
	const double alike_a[CS_METER_PHASES] = {most_a, most_a, most_a};
	const double *now_a = outlet->dc ? alike_a : outlet->meter.current_a;

	if (is_same_current(now_a, outlet->told_current_a))
		return false;
	memcpy(outlet->told_current_a, now_a, sizeof(outlet->told_current_a));
	if (is_same_current(now_a, alike_a))
		cs_output_event("%s draws %.1f A", outlet->evse_id, most_a);
	else
		cs_output_event("%s draws %.1f A: l1 %.1f, l2 %.1f, l3 %.1f", outlet->evse_id, most_a, now_a[0],
				now_a[1], now_a[2]);
	return true;
}

/* What is offered by the pilot, and what flows, where it has changed. */
static void tell_currents(struct cs_station *station)
{
	for (size_t i = 0; i < station->session.count; i++) {
		struct cs_outlet *outlet = &station->session.outlets[i];
		const double offer_a = outlet->pilot.signal == CS_SIGNAL_X2 ? outlet->pilot.current_da / 10.0 : 0;
		const bool offers_anew = offer_a != outlet->told_offer_a;
		const bool draws_anew = tell_current(outlet);

		outlet->told_offer_a = offer_a;
		if (offers_anew)
			seen_current(station, "offer", offer_a, outlet->evse_id);
		if (draws_anew)
			seen_current(station, "current", cs_meter_current(&outlet->meter), outlet->evse_id);
	}
}

/* What a service has said, whoever plays it. */
static void seen_message(struct cs_station *station, const struct api_session_message *message)
{
	const char *evse_id = message->evse_id;

	if (message->type == API_REQUEST)
		seen(station, "request", api_session_name(message->kind), evse_id);
	else if (message->kind == API_SESSION_AUTHORIZATION)
		seen(station, "authorization", api_verdict_text(message->verdict), evse_id);
	else if (message->kind == API_SESSION_TRANSACTION)
		seen(station, "transaction", api_tx_text(message->data.transaction.status), evse_id);
	else if (message->kind == API_SESSION_STATE_INFO)
		seen(station, "session", api_session_step_text(message->data.state_info.step), evse_id);
	else if (message->kind == API_SESSION_HLC)
		seen(station, "hlc_charging", message->data.hlc.active ? "on" : "off", evse_id);
	else if (message->kind == API_SESSION_PROFILE || message->kind == API_SESSION_CLEAR_PROFILE)
		seen(station, "profile", api_verdict_text(message->verdict), evse_id);
}

/* --- sending --- */

static void show(const char *sender, enum cs_topic topic, const struct api_session_message *message)
{
	char gist[128];

	api_session_gist(message, gist, sizeof(gist));
	cs_output_message(sender, topics[topic].receiver, api_session_name(message->kind), api_type_text(message->type),
			  "%s%s%s", message->evse_id, message->evse_id[0] != '\0' ? " " : "", gist);
}

static void show_sent(const struct cs_outgoing *item, const char *sender)
{
	const enum api_session_kind kind = item->message.kind;

	/* What the ISO 15118 service says to the station and to OCPP alike is shown once. */
	if (item->topic != CS_TOPIC_ISO15118_OCPP || (kind != API_SESSION_HLC && kind != API_SESSION_STATE_INFO))
		show(sender, item->topic, &item->message);
}

static void publish(struct cs_station *station, struct cs_outgoing *item, const char *sender)
{
	struct api_session_message *message = &item->message;
	char payload[API_BUILD_MAX];

	if (message->id[0] == '\0')
		cs_station_new_id(message->id);
	show_sent(item, sender);
	cs_station_publish(station, topic_name(station, item->topic), payload,
			   api_session_build(payload, sizeof(payload), message));
}

static void say_device_model(struct cs_station *station, const char *id)
{
	struct json_object *model = cs_data_device_model(station->data);

	cs_station_send_data(station, id, "device_model", API_RESPONSE, model);
	json_object_put(model);
}

static void rearm(struct cs_station *station)
{
	uint64_t due_us = cs_session_due(&station->session);
	const uint64_t now_us = cs_station_now_us();

	if (cs_iso15118_due(&station->played.iso15118) < due_us)
		due_us = cs_iso15118_due(&station->played.iso15118);
	if (due_us == CS_NEVER_US) {
		evtimer_del(station->tick);
		return;
	}
	const uint64_t left_us = due_us > now_us ? due_us - now_us : 0;
	const struct timeval wait = {.tv_sec = (time_t)(left_us / 1000000),
				     .tv_usec = (suseconds_t)(left_us % 1000000)};
	evtimer_add(station->tick, &wait);
}

void cs_station_say(struct cs_station *station, const struct cs_outbox *out)
{
	for (size_t i = 0; i < out->count; i++) {
		struct cs_outgoing item = out->items[i];
		const struct api_session_message *message = &item.message;

		if (message->kind == API_SESSION_CP_STATUS) {
			cs_station_send_status(station, cs_station_find(station, message->evse_id),
					       message->data.cp_state);
			seen(station, "state", api_cp_state_text(message->data.cp_state), message->evse_id);
		} else if (message->kind == API_SESSION_DEVICE_MODEL) {
			say_device_model(station, message->id);
		} else {
			publish(station, &item, "cs");
		}
		if (message->kind == API_SESSION_CONTACTOR && message->type == API_UPDATE)
			seen(station, "contactor", api_contactor_text(message->data.contactor), message->evse_id);
	}
	tell_currents(station);
	rearm(station);
}

/* The broker gives it back: it is then heard, but not shown again. */
static void remember_sent(struct cs_played *played, const struct api_session_message *message)
{
	struct cs_sent *sent = &played->sent[played->sent_next];

	played->sent_next = (played->sent_next + 1) % CS_SENT_MAX;
	sent->type = message->type;
	strcpy(sent->id, message->id);
}

bool cs_station_was_sent(const struct cs_station *station, enum api_type type, const char *id)
{
	const struct cs_sent *sent = station->played.sent;

	for (size_t i = 0; i < CS_SENT_MAX; i++)
		if (sent[i].type == type && sent[i].id[0] != '\0' && strcmp(sent[i].id, id) == 0)
			return true;
	return false;
}

static void say_played(struct cs_station *station, const char *who, const struct cs_outbox *out)
{
	for (size_t i = 0; i < out->count; i++) {
		struct cs_outgoing item = out->items[i];
		publish(station, &item, who);
		remember_sent(&station->played, &item.message);
	}
	rearm(station);
}

/* --- outlets --- */

void cs_station_sync(struct cs_station *station)
{
	const uint64_t now_us = cs_station_now_us();
	struct cs_session *session = &station->session;
	struct cs_session before = *session;
	struct cs_outbox out = {0};

	session->count = station->data->evse_count;
	for (size_t i = 0; i < session->count; i++) {
		struct cs_outlet *outlet = &session->outlets[i];
		const char *evse_id = station->data->evse_ids[i];
		int known = cs_session_find(&before, evse_id);
		double limit_a;
		unsigned phases;

		if (known >= 0)
			*outlet = before.outlets[known];
		else
			cs_outlet_init(outlet, evse_id);
		outlet->dc = cs_data_is_dc(station->data, evse_id);
		outlet->connector_count =
			cs_data_connectors(station->data, evse_id, outlet->connectors, CS_CONNECTORS_MAX);
		cs_data_limit(station->data, evse_id, &limit_a, &phases);
		cs_outlet_limit(outlet, limit_a, phases, now_us, &out);
	}
	cs_station_say(station, &out);
}

void cs_station_boot_played(struct cs_station *station)
{
	struct cs_played *played = &station->played;
	const struct cs_data *data = station->data;
	struct cs_outbox out = {0};
	bool dc[API_EVSES_MAX];

	if (!played->boots)
		return;
	played->boots = false;
	for (size_t i = 0; i < data->evse_count; i++)
		dc[i] = station->session.outlets[i].dc;
	if (station->options->play_iso15118)
		cs_iso15118_boot(&played->iso15118, data->evse_ids, dc, data->evse_count);
	if (!station->options->play_ocpp)
		return;
	cs_ocpp_boot(&played->ocpp, data->evse_ids, data->evse_count, &out);
	say_played(station, "ocpp", &out);
}

void cs_station_on_tick(int fd, short what, void *context)
{
	struct cs_station *station = context;
	struct cs_outbox said = {0};
	struct cs_outbox played = {0};

	(void)fd;
	(void)what;
	cs_session_tick(&station->session, cs_station_now_us(), &said);
	cs_station_say(station, &said);
	cs_iso15118_tick(&station->played.iso15118, cs_station_now_us(), &played);
	say_played(station, "iso15118", &played);
}

/* --- receiving --- */

static void carry_out(struct cs_station *station, const struct cs_session_effects *effects)
{
	bool limits_changed = false;

	cs_station_say(station, &effects->out);
	for (size_t i = 0; i < station->session.count; i++) {
		const struct cs_outlet *outlet = &station->session.outlets[i];
		if (!effects->operates_anew[i])
			continue;
		cs_data_set_status_code(station->data, outlet->evse_id,
					outlet->inoperative ? API_EVSE_SHUTDOWN : API_EVSE_READY);
		limits_changed = true;
	}
	if (limits_changed)
		cs_station_send_limits(station);
	if (effects->restart)
		cs_station_restart(station);
}

void cs_station_session_answer(struct cs_station *station, const struct api_session_message *request)
{
	struct cs_session_effects effects = {0};
	char now[API_TIMESTAMP_MAX];

	cs_session_heard(&station->session, request, cs_station_now_us(), timestamp(now), &effects);
	carry_out(station, &effects);
}

static void for_station(struct cs_station *station, const struct api_session_message *message)
{
	if (message->type == API_REQUEST)
		cs_station_on_request(station, NULL, message);
	else
		cs_station_session_answer(station, message);
}

static void for_played(struct cs_station *station, enum cs_topic topic, const struct api_session_message *message)
{
	struct cs_outbox out = {0};
	char now[API_TIMESTAMP_MAX];

	if (station->options->play_ocpp) {
		cs_ocpp_heard(&station->played.ocpp, topic, message, timestamp(now), &out);
		say_played(station, "ocpp", &out);
	}
	out.count = 0;
	if (station->options->play_iso15118) {
		cs_iso15118_heard(&station->played.iso15118, topic, message, cs_station_now_us(), &out);
		say_played(station, "iso15118", &out);
	}
}

static void show_heard(const struct cs_station *station, enum cs_topic topic, const struct api_session_message *message)
{
	/* slacd's own is shown as slacd's; what the station says was shown when it said it. */
	if (message->kind != API_SESSION_SLAC_STATUS && topic != CS_TOPIC_FROM_STATION &&
	    !cs_station_was_sent(station, message->type, message->id))
		show(topics[topic].sender, topic, message);
}

static bool find_topic(const struct cs_station *station, const char *name, enum cs_topic *topic)
{
	for (int i = 0; i < CS_TOPICS; i++)
		if (strcmp(topic_name(station, (enum cs_topic)i), name) == 0) {
			*topic = (enum cs_topic)i;
			return true;
		}
	return false;
}

static void refuse(struct cs_station *station, const char *topic_text, enum cs_topic topic,
		   const struct api_session_message *message, const struct api_error *error)
{
	struct cs_session_effects effects = {0};

	cs_output_error("message on %s refused: %s: %s: expected %s", topic_text, error->name, error->member,
			error->expected);
	if (topic != CS_TOPIC_TO_STATION || station->answer == CS_ANSWER_NONE)
		return;
	cs_session_refuse(&station->session, message, &effects);
	carry_out(station, &effects);
}

void cs_station_session_message(struct cs_station *station, const char *topic_text, const char *payload, size_t len,
				bool reported)
{
	struct api_session_message message;
	struct api_error error = {0};
	enum cs_topic topic;
	enum api_result result;

	if (reported || !find_topic(station, topic_text, &topic))
		return;
	result = api_session_parse(payload, len, &message, &error);
	if (result == API_INVALID)
		refuse(station, topic_text, topic, &message, &error);
	if (result != API_OK)
		return;
	show_heard(station, topic, &message);
	if (topic != CS_TOPIC_FROM_STATION)
		seen_message(station, &message);
	if (topic == CS_TOPIC_TO_STATION)
		for_station(station, &message);
	for_played(station, topic, &message);
}

/* --- commands --- */

static bool order_csms(struct cs_station *station, const struct cs_command *command)
{
	struct cs_outbox out = {0};
	char now[API_TIMESTAMP_MAX];

	if (!station->options->play_ocpp) {
		cs_output_error("csms: the OCPP service is not played: start cs-sim with --play ocpp");
		return false;
	}
	if (!cs_ocpp_order(&station->played.ocpp, command->csms, command->evse_id, command->ampere, timestamp(now),
			   &out)) {
		cs_output_error("csms: the station has no outlet '%s'", command->evse_id);
		return false;
	}
	say_played(station, "ocpp", &out);
	return true;
}

static bool order_car(struct cs_station *station, const struct cs_command *command)
{
	struct cs_outbox out = {0};

	if (!station->options->play_iso15118) {
		cs_output_error("car: the ISO 15118 service is not played: start cs-sim with --play iso15118");
		return false;
	}
	if (!cs_iso15118_order(&station->played.iso15118, command->car, command->evse_id, &out)) {
		cs_output_error("car: no 15118 session at %s that this could change",
				command->evse_id[0] != '\0' ? command->evse_id : "the first outlet");
		return false;
	}
	say_played(station, "iso15118", &out);
	return true;
}

static void change_availability(struct cs_station *station, int index, bool operative)
{
	struct cs_session_effects effects = {0};
	struct cs_outlet *outlet = &station->session.outlets[index];
	struct api_session_message *update = cs_outbox_add(&effects.out, CS_TOPIC_FROM_STATION,
							   API_SESSION_AVAILABILITY, API_UPDATE, outlet->evse_id);

	update->data.operational = operative ? API_OPERATIVE : API_INOPERATIVE;
	cs_outlet_operate(outlet, operative, cs_station_now_us(), &effects.out);
	effects.operates_anew[index] = true;
	carry_out(station, &effects);
}

bool cs_station_session_command(struct cs_station *station, const struct cs_command *command)
{
	int index = cs_station_find(station, command->evse_id);
	struct cs_outlet *outlet = index >= 0 ? &station->session.outlets[index] : NULL;
	struct cs_outbox out = {0};
	char id[API_UUID_MAX];
	char now[API_TIMESTAMP_MAX];

	if (command->kind == CS_COMMAND_CSMS)
		return order_csms(station, command);
	if (command->kind == CS_COMMAND_CAR)
		return order_car(station, command);
	if (outlet == NULL) {
		cs_output_error("the station has no outlet '%s' for this command", command->evse_id);
		return false;
	}
	if (command->kind == CS_COMMAND_CARD) {
		cs_station_new_id(id);
		cs_outlet_card(outlet, command->text, id, &out);
	} else if (command->kind == CS_COMMAND_CABLE) {
		cs_outlet_cable(outlet, (unsigned)command->ampere, &out);
	} else if (command->kind == CS_COMMAND_METER) {
		cs_session_tell_meter(&station->session, index, cs_station_now_us(), timestamp(now), &out);
	} else if (command->kind == CS_COMMAND_CAR_CONSUMES) {
		cs_outlet_consume(outlet, command->phase_a, cs_station_now_us(), &out);
	} else if (command->kind == CS_COMMAND_CAR_READY) {
		cs_outlet_ready(outlet, command->on, cs_station_now_us(), &out);
	} else {
		change_availability(station, index, command->on);
	}
	cs_station_say(station, &out);
	return true;
}
