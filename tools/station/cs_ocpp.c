/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/station/cs_ocpp.h"

#include <stdio.h>
#include <string.h>

void cs_ocpp_init(struct cs_ocpp *ocpp, cs_new_id *new_id)
{
	memset(ocpp, 0, sizeof(*ocpp));
	ocpp->new_id = new_id;
	ocpp->asked = API_SESSION_KINDS;
}

static struct api_session_message *to_station(struct cs_outbox *out, enum api_session_kind kind, enum api_type type,
					      const char *evse_id)
{
	return cs_outbox_add(out, CS_TOPIC_TO_STATION, kind, type, evse_id);
}

/* --- boot: device_model, cs_status_and_limits, cs_parameters, one after the other --- */

static void tell_service(enum api_service_state state, struct cs_outbox *out)
{
	struct api_session_message *status = to_station(out, API_SESSION_SERVICE_STATUS, API_UPDATE, NULL);

	status->data.service.service = "ocpp";
	status->data.service.state = state;
}

static void ask(struct cs_ocpp *ocpp, enum api_session_kind kind, struct cs_outbox *out)
{
	ocpp->new_id(ocpp->asked_id);
	ocpp->asked = kind;
	strcpy(to_station(out, kind, API_REQUEST, NULL)->id, ocpp->asked_id);
}

void cs_ocpp_boot(struct cs_ocpp *ocpp, const char evse_ids[][API_EVSE_ID_MAX], size_t count, struct cs_outbox *out)
{
	memset(ocpp->outlets, 0, sizeof(ocpp->outlets));
	ocpp->count = count;
	for (size_t i = 0; i < count; i++)
		strcpy(ocpp->outlets[i].evse_id, evse_ids[i]);
	tell_service(API_SERVICE_STARTING, out);
	ask(ocpp, API_SESSION_DEVICE_MODEL, out);
}

static void boot_goes_on(struct cs_ocpp *ocpp, const struct api_session_message *answer, struct cs_outbox *out)
{
	if (answer->kind != ocpp->asked || strcmp(answer->id, ocpp->asked_id) != 0)
		return;
	ocpp->asked = API_SESSION_KINDS;
	if (answer->kind == API_SESSION_DEVICE_MODEL) {
		ask(ocpp, API_SESSION_LIMITS, out);
	} else if (answer->kind == API_SESSION_LIMITS) {
		ask(ocpp, API_SESSION_PARAMETERS, out);
	} else {
		to_station(out, API_SESSION_WEBSOCKET, API_UPDATE, NULL);
		to_station(out, API_SESSION_BOOT_STATUS, API_UPDATE, NULL)->verdict = API_ACCEPTED;
		tell_service(API_SERVICE_READY, out);
	}
}

/* --- transactions --- */

static void ask_meter(struct cs_ocpp *ocpp, const char *evse_id, const char *timestamp, struct cs_outbox *out)
{
	struct api_session_message *request = to_station(out, API_SESSION_METER, API_REQUEST, evse_id);

	ocpp->new_id(request->id);
	strcpy(request->data.meter.timestamp, timestamp);
}

static void tell_transaction(const struct cs_ocpp_outlet *outlet, enum api_tx_status status, struct cs_outbox *out)
{
	struct api_session_message *update = to_station(out, API_SESSION_TRANSACTION, API_UPDATE, outlet->evse_id);

	strcpy(update->data.transaction.id, outlet->transaction_id);
	update->data.transaction.status = status;
	update->data.transaction.token = outlet->token;
}

static void tell_progress(struct cs_ocpp_outlet *outlet, struct cs_outbox *out)
{
	const bool progresses = outlet->running && outlet->draws;

	if (progresses && !outlet->in_progress)
		tell_transaction(outlet, API_TX_IN_PROGRESS, out);
	outlet->in_progress = progresses;
}

/* A transaction runs while a car is plugged in and somebody pays. */
static void follow(struct cs_ocpp *ocpp, struct cs_ocpp_outlet *outlet, const char *timestamp, struct cs_outbox *out)
{
	const bool runs = outlet->plugged && outlet->authorized;

	if (runs == outlet->running)
		return;
	outlet->running = runs;
	if (runs) {
		snprintf(outlet->transaction_id, sizeof(outlet->transaction_id), "T%u", ++ocpp->transactions);
		tell_transaction(outlet, API_TX_STARTED, out);
	} else {
		tell_transaction(outlet, API_TX_ENDED, out);
	}
	ask_meter(ocpp, outlet->evse_id, timestamp, out);
	tell_progress(outlet, out);
}

static void stop(struct cs_ocpp *ocpp, const struct cs_ocpp_outlet *outlet, struct cs_outbox *out)
{
	struct api_session_message *request =
		cs_outbox_add(out, outlet->in_15118 ? CS_TOPIC_OCPP_ISO15118 : CS_TOPIC_TO_STATION, API_SESSION_STOP,
			      API_REQUEST, outlet->evse_id);

	ocpp->new_id(request->id);
}

static bool same_card(const struct api_token *one, const struct api_token *other)
{
	return one->type == other->type && strcmp(one->id, other->id) == 0;
}

/* The card of the running transaction ends it; another one is refused meanwhile. */
static void answer_card(struct cs_ocpp *ocpp, const struct api_session_message *request, struct cs_ocpp_outlet *outlet,
			enum cs_topic topic, const char *timestamp, struct cs_outbox *out)
{
	const struct api_token *card = &request->data.token;
	struct api_session_message *answer = cs_outbox_answer(out, topic, request);
	const bool known = !ocpp->rejects && (!outlet->authorized || same_card(card, &outlet->token));

	answer->verdict = known ? API_ACCEPTED : API_REJECTED;
	if (!known)
		return;
	if (outlet->running) {
		stop(ocpp, outlet, out);
		return;
	}
	outlet->token = *card;
	outlet->authorized = true;
	follow(ocpp, outlet, timestamp, out);
}

static void tell_authorized(const struct cs_ocpp_outlet *outlet, struct cs_outbox *out)
{
	struct api_session_message *update = to_station(out, API_SESSION_AUTHORIZATION, API_UPDATE, outlet->evse_id);

	update->verdict = API_ACCEPTED;
	update->data.token = outlet->token;
}

/* A contract in the car: the ISO 15118 service asks, and the others are told. */
static void answer_contract(struct cs_ocpp *ocpp, const struct api_session_message *request,
			    struct cs_ocpp_outlet *outlet, const char *timestamp, struct cs_outbox *out)
{
	struct api_session_message *answer = cs_outbox_answer(out, CS_TOPIC_OCPP_ISO15118, request);

	answer->verdict = ocpp->rejects ? API_REJECTED : API_ACCEPTED;
	if (ocpp->rejects)
		return;
	outlet->token = request->data.token;
	outlet->authorized = true;
	tell_authorized(outlet, out);
	follow(ocpp, outlet, timestamp, out);
}

static void heard_pilot(struct cs_ocpp *ocpp, struct cs_ocpp_outlet *outlet, enum api_cp_state state,
			const char *timestamp, struct cs_outbox *out)
{
	if (state == API_CP_E || state == API_CP_F)
		return;
	outlet->plugged = state != API_CP_A1 && state != API_CP_A2;
	outlet->draws = outlet->plugged && state != API_CP_B1 && state != API_CP_B2;
	if (!outlet->plugged && outlet->running)
		outlet->authorized = outlet->in_15118 = false;
	follow(ocpp, outlet, timestamp, out);
	tell_progress(outlet, out);
}

static struct cs_ocpp_outlet *find(struct cs_ocpp *ocpp, const char *evse_id)
{
	for (size_t i = 0; i < ocpp->count; i++)
		if (strcmp(ocpp->outlets[i].evse_id, evse_id) == 0)
			return &ocpp->outlets[i];
	return NULL;
}

/* Whoever has stopped it: the transaction ends. An outlet that the station takes out of service stops it, too. */
static bool tells_stop(const struct api_session_message *message)
{
	if (message->kind == API_SESSION_STOP)
		return message->type == API_RESPONSE && message->verdict == API_ACCEPTED;
	return message->kind == API_SESSION_AVAILABILITY && message->type == API_UPDATE &&
	       message->data.operational == API_INOPERATIVE;
}

static void end_transaction(struct cs_ocpp *ocpp, struct cs_ocpp_outlet *outlet, const char *timestamp,
			    struct cs_outbox *out)
{
	outlet->authorized = false;
	follow(ocpp, outlet, timestamp, out);
}

/* One message each, so that those of all outlets fit in one outbox, and one question for all meters. */
static void end_all_transactions(struct cs_ocpp *ocpp, const char *timestamp, struct cs_outbox *out)
{
	bool ended = false;

	for (size_t i = 0; i < ocpp->count; i++) {
		struct cs_ocpp_outlet *outlet = &ocpp->outlets[i];
		if (outlet->running)
			tell_transaction(outlet, API_TX_ENDED, out);
		ended = ended || outlet->running;
		outlet->authorized = outlet->running = outlet->in_progress = false;
	}
	if (ended)
		ask_meter(ocpp, "", timestamp, out);
}

/* The station has done what the backend wanted: what it took out of service has no transaction any more. */
static void heard_withdrawal(struct cs_ocpp *ocpp, const struct api_session_message *answer, const char *timestamp,
			     struct cs_outbox *out)
{
	struct cs_ocpp_outlet *outlet = find(ocpp, ocpp->withdrawn);

	if (ocpp->withdrawn_id[0] == '\0' || strcmp(ocpp->withdrawn_id, answer->id) != 0)
		return;
	ocpp->withdrawn_id[0] = '\0';
	if (answer->verdict != API_ACCEPTED)
		return;
	if (ocpp->withdrawn[0] == '\0')
		end_all_transactions(ocpp, timestamp, out);
	else if (outlet != NULL)
		end_transaction(ocpp, outlet, timestamp, out);
}

void cs_ocpp_heard(struct cs_ocpp *ocpp, enum cs_topic topic, const struct api_session_message *message,
		   const char *timestamp, struct cs_outbox *out)
{
	struct cs_ocpp_outlet *outlet = find(ocpp, message->evse_id);

	if (topic == CS_TOPIC_FROM_STATION && message->type == API_RESPONSE &&
	    (message->kind == API_SESSION_DEVICE_MODEL || message->kind == API_SESSION_LIMITS ||
	     message->kind == API_SESSION_PARAMETERS))
		boot_goes_on(ocpp, message, out);
	if (topic == CS_TOPIC_FROM_STATION && message->type == API_RESPONSE &&
	    message->kind == API_SESSION_AVAILABILITY)
		heard_withdrawal(ocpp, message, timestamp, out);
	if (outlet == NULL)
		return;
	if (message->kind == API_SESSION_AUTHORIZATION && message->type == API_REQUEST &&
	    topic == CS_TOPIC_FROM_STATION)
		answer_card(ocpp, message, outlet, CS_TOPIC_TO_STATION, timestamp, out);
	else if (message->kind == API_SESSION_ISO15118_AUTHORIZATION && message->type == API_REQUEST)
		answer_contract(ocpp, message, outlet, timestamp, out);
	else if (message->kind == API_SESSION_CP_STATUS && topic == CS_TOPIC_FROM_STATION)
		heard_pilot(ocpp, outlet, message->data.cp_state, timestamp, out);
	else if (tells_stop(message))
		end_transaction(ocpp, outlet, timestamp, out);
	else if (message->kind == API_SESSION_HLC && topic == CS_TOPIC_ISO15118_OCPP)
		outlet->in_15118 = message->data.hlc.active;
}

/* --- what the backend wants --- */

static void order_limit(struct cs_ocpp *ocpp, const struct cs_ocpp_outlet *outlet, double current_a,
			const char *timestamp, struct cs_outbox *out)
{
	struct api_session_message *request =
		cs_outbox_add(out, CS_TOPIC_OCPP_SMART, API_SESSION_PROFILE, API_REQUEST, outlet->evse_id);
	struct api_profile *profile = &request->data.profile;

	ocpp->new_id(request->id);
	profile->id = (unsigned)(outlet - ocpp->outlets) + 1;
	profile->limit_a = current_a;
	profile->purpose = outlet->running ? "TxProfile" : "TxDefaultProfile";
	if (outlet->running)
		strcpy(profile->transaction_id, outlet->transaction_id);
	else
		strcpy(profile->start, timestamp);
}

static void order_start(struct cs_ocpp *ocpp, struct cs_ocpp_outlet *outlet, const char *timestamp,
			struct cs_outbox *out)
{
	outlet->token = (struct api_token){.id = "REMOTE", .type = API_TOKEN_CENTRAL};
	outlet->authorized = true;
	tell_authorized(outlet, out);
	follow(ocpp, outlet, timestamp, out);
}

static void order_availability(struct cs_ocpp *ocpp, bool operative, const char *evse_id, struct cs_outbox *out)
{
	struct api_session_message *request = to_station(out, API_SESSION_AVAILABILITY, API_REQUEST, evse_id);

	ocpp->new_id(request->id);
	request->data.operational = operative ? API_OPERATIVE : API_INOPERATIVE;
	ocpp->withdrawn_id[0] = '\0';
	if (operative)
		return;
	strcpy(ocpp->withdrawn_id, request->id);
	strcpy(ocpp->withdrawn, evse_id);
}

static void order_for_outlet(struct cs_ocpp *ocpp, enum cs_csms_order order, struct cs_ocpp_outlet *outlet,
			     double value, const char *timestamp, struct cs_outbox *out)
{
	struct api_session_message *request;

	switch (order) {
	case CS_CSMS_START:
		order_start(ocpp, outlet, timestamp, out);
		break;
	case CS_CSMS_STOP:
		stop(ocpp, outlet, out);
		break;
	case CS_CSMS_LIMIT:
		order_limit(ocpp, outlet, value, timestamp, out);
		break;
	case CS_CSMS_CLEAR:
		request = cs_outbox_add(out, CS_TOPIC_OCPP_SMART, API_SESSION_CLEAR_PROFILE, API_REQUEST,
					outlet->evse_id);
		ocpp->new_id(request->id);
		request->data.profile.id = (unsigned)(outlet - ocpp->outlets) + 1;
		break;
	case CS_CSMS_SCHEDULE:
		request = cs_outbox_add(out, CS_TOPIC_OCPP_SMART, API_SESSION_COMPOSITE, API_REQUEST, outlet->evse_id);
		ocpp->new_id(request->id);
		request->data.duration_s = (uint32_t)value;
		break;
	default: /* CS_CSMS_METER */
		ask_meter(ocpp, outlet->evse_id, timestamp, out);
		break;
	}
}

bool cs_ocpp_order(struct cs_ocpp *ocpp, enum cs_csms_order order, const char *evse_id, double value,
		   const char *timestamp, struct cs_outbox *out)
{
	struct cs_ocpp_outlet *outlet =
		evse_id[0] != '\0' ? find(ocpp, evse_id) : (ocpp->count > 0 ? &ocpp->outlets[0] : NULL);

	if (order == CS_CSMS_ACCEPT || order == CS_CSMS_REJECT) {
		ocpp->rejects = order == CS_CSMS_REJECT;
		return true;
	}
	if (outlet == NULL)
		return false;
	if (order == CS_CSMS_RESET)
		ocpp->new_id(to_station(out, API_SESSION_RESET, API_REQUEST, evse_id)->id);
	else if (order == CS_CSMS_OPERATIVE || order == CS_CSMS_INOPERATIVE)
		order_availability(ocpp, order == CS_CSMS_OPERATIVE, evse_id, out);
	else
		order_for_outlet(ocpp, order, outlet, value, timestamp, out);
	return true;
}
