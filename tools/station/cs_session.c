/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/station/cs_session.h"

#include <string.h>

int cs_session_find(const struct cs_session *session, const char *evse_id)
{
	for (size_t i = 0; i < session->count; i++)
		if (*evse_id == '\0' || strcmp(session->outlets[i].evse_id, evse_id) == 0)
			return (int)i;
	return -1;
}

/* --- questions to the whole station, or to one outlet --- */

/* Of several outlets: currents and energies together. */
static void read_meters(struct cs_session *session, int index, uint64_t now_us, struct api_meter_values *sum)
{
	struct api_meter_values one;

	for (size_t i = 0; i < session->count; i++) {
		if (index >= 0 && i != (size_t)index)
			continue;
		memset(&one, 0, sizeof(one));
		cs_outlet_read_meter(&session->outlets[i], now_us, &one);
		for (unsigned phase = 0; phase < CS_METER_PHASES; phase++) {
			sum->current_a[phase] += one.current_a[phase];
			if (one.voltage_v[phase] > 0)
				sum->voltage_v[phase] = one.voltage_v[phase];
		}
		sum->energy_wh += one.energy_wh;
		if (index >= 0) {
			sum->dc_voltage_v = one.dc_voltage_v;
			sum->dc_current_a = one.dc_current_a;
		}
	}
}

static void answer_meter(struct cs_session *session, const struct api_session_message *request, int index,
			 uint64_t now_us, const char *timestamp, struct cs_outbox *out)
{
	struct api_session_message *answer = cs_outbox_answer(out, CS_TOPIC_FROM_STATION, request);

	strcpy(answer->data.meter.timestamp, timestamp);
	read_meters(session, index, now_us, &answer->data.meter);
}

void cs_session_tell_meter(struct cs_session *session, int index, uint64_t now_us, const char *timestamp,
			   struct cs_outbox *out)
{
	struct api_session_message *update = cs_outbox_add(out, CS_TOPIC_FROM_STATION, API_SESSION_METER, API_UPDATE,
							   session->outlets[index].evse_id);

	strcpy(update->data.meter.timestamp, timestamp);
	read_meters(session, index, now_us, &update->data.meter);
}

static void change_availability(struct cs_session *session, const struct api_session_message *request, int index,
				uint64_t now_us, struct cs_session_effects *effects)
{
	const bool operative = request->data.operational == API_OPERATIVE;

	cs_outbox_answer(&effects->out, CS_TOPIC_FROM_STATION, request)->verdict = API_ACCEPTED;
	for (size_t i = 0; i < session->count; i++) {
		struct cs_outlet *outlet = &session->outlets[i];
		if ((index >= 0 && i != (size_t)index) || outlet->inoperative != operative)
			continue;
		cs_outlet_operate(outlet, operative, now_us, &effects->out);
		effects->operates_anew[i] = true;
	}
}

static void reset(struct cs_session *session, const struct api_session_message *request, int index, uint64_t now_us,
		  struct cs_session_effects *effects)
{
	cs_outbox_answer(&effects->out, CS_TOPIC_FROM_STATION, request)->verdict = API_ACCEPTED;
	if (index < 0)
		effects->restart = true;
	else
		cs_outlet_reset(&session->outlets[index], now_us, &effects->out);
}

static void answer(struct cs_session *session, const struct api_session_message *request, int index, uint64_t now_us,
		   const char *timestamp, struct cs_session_effects *effects)
{
	switch (request->kind) {
	case API_SESSION_METER:
		answer_meter(session, request, index, now_us, timestamp, &effects->out);
		break;
	case API_SESSION_AVAILABILITY:
		change_availability(session, request, index, now_us, effects);
		break;
	case API_SESSION_RESET:
		reset(session, request, index, now_us, effects);
		break;
	case API_SESSION_DEVICE_MODEL:
		/* Its data is the shell's, as that of cs_parameters. */
		cs_outbox_answer(&effects->out, CS_TOPIC_FROM_STATION, request);
		break;
	case API_SESSION_AUTHORIZED_TOKEN:
		cs_outbox_answer(&effects->out, CS_TOPIC_FROM_STATION, request)->verdict = API_ACCEPTED;
		break;
	case API_SESSION_STOP:
	case API_SESSION_CONNECTOR:
	case API_SESSION_CONTACTOR:
	case API_SESSION_CABLE_CHECK:
	case API_SESSION_SETPOINT:
		if (index >= 0)
			cs_outlet_answer(&session->outlets[index], request, now_us, &effects->out);
		break;
	default:
		break;
	}
}

/* The outlet whose card this answers, or -1: another service's question. */
static int asked_for_card(const struct cs_session *session, const char *id)
{
	for (size_t i = 0; i < session->count; i++)
		if (session->outlets[i].card_request[0] != '\0' && strcmp(session->outlets[i].card_request, id) == 0)
			return (int)i;
	return -1;
}

void cs_session_heard(struct cs_session *session, const struct api_session_message *message, uint64_t now_us,
		      const char *timestamp, struct cs_session_effects *effects)
{
	int index = message->evse_id[0] != '\0' ? cs_session_find(session, message->evse_id) : -1;

	if (message->evse_id[0] != '\0' && index < 0)
		return;
	if (message->type == API_REQUEST) {
		answer(session, message, index, now_us, timestamp, effects);
		return;
	}
	if (message->kind == API_SESSION_AUTHORIZATION && message->type == API_RESPONSE)
		index = asked_for_card(session, message->id);
	if (index >= 0)
		cs_outlet_heard(&session->outlets[index], message, now_us, &effects->out);
}

void cs_session_refuse(struct cs_session *session, const struct api_session_message *message,
		       struct cs_session_effects *effects)
{
	struct api_session_message *refusal;
	const bool about_outlet = message->kind == API_SESSION_CONNECTOR || message->kind == API_SESSION_SETPOINT;
	const bool has_refusal =
		about_outlet || message->kind == API_SESSION_AVAILABILITY || message->kind == API_SESSION_RESET;

	if (message->type != API_REQUEST || !has_refusal || message->id[0] == '\0' ||
	    (about_outlet && message->evse_id[0] == '\0') ||
	    (message->evse_id[0] != '\0' && cs_session_find(session, message->evse_id) < 0))
		return;
	refusal = cs_outbox_answer(&effects->out, CS_TOPIC_FROM_STATION, message);
	refusal->verdict = API_REJECTED;
	if (message->kind != API_SESSION_CONNECTOR)
		return;
	refusal->data.connector.id = message->data.connector.id;
	refusal->data.connector.lock = API_LOCK_ERROR;
	strcpy(refusal->info, "connector_id: a number; action: lock, unlock or status");
}

uint64_t cs_session_due(const struct cs_session *session)
{
	uint64_t due_us = CS_NEVER_US;

	for (size_t i = 0; i < session->count; i++)
		if (cs_outlet_due(&session->outlets[i]) < due_us)
			due_us = cs_outlet_due(&session->outlets[i]);
	return due_us;
}

void cs_session_tick(struct cs_session *session, uint64_t now_us, struct cs_outbox *out)
{
	for (size_t i = 0; i < session->count; i++)
		if (cs_outlet_due(&session->outlets[i]) <= now_us) {
			/* One outlet at a time: all of them that move at once would say too much for one outbox. */
			cs_outlet_tick(&session->outlets[i], now_us, out);
			return;
		}
}
