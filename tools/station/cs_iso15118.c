/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/station/cs_iso15118.h"

#include <string.h>

/* Of the car that is played. */
#define CAR_CONTRACT  "DE-8AA-1234567"
#define CAR_VOLTAGE_V 400.0
#define CAR_CURRENT_A 100.0
#define CAR_MAXIMUM_V 450.0

void cs_iso15118_init(struct cs_iso15118 *service, cs_new_id *new_id)
{
	memset(service, 0, sizeof(*service));
	service->new_id = new_id;
}

void cs_iso15118_boot(struct cs_iso15118 *service, const char evse_ids[][API_EVSE_ID_MAX], const bool *dc, size_t count)
{
	memset(service->outlets, 0, sizeof(service->outlets));
	service->count = count;
	for (size_t i = 0; i < count; i++) {
		strcpy(service->outlets[i].evse_id, evse_ids[i]);
		service->outlets[i].dc = dc[i];
		service->outlets[i].due_us = UINT64_MAX;
	}
}

static struct cs_iso15118_outlet *find(struct cs_iso15118 *service, const char *evse_id)
{
	for (size_t i = 0; i < service->count; i++)
		if (strcmp(service->outlets[i].evse_id, evse_id) == 0)
			return &service->outlets[i];
	return NULL;
}

/* --- what it says --- */

static void tell_hlc(const struct cs_iso15118_outlet *outlet, bool active, enum api_hlc_action action,
		     struct cs_outbox *out)
{
	static const enum cs_topic topics[] = {CS_TOPIC_TO_STATION, CS_TOPIC_ISO15118_OCPP};

	for (size_t i = 0; i < 2; i++) {
		struct api_session_message *update =
			cs_outbox_add(out, topics[i], API_SESSION_HLC, API_UPDATE, outlet->evse_id);
		update->data.hlc.active = active;
		update->data.hlc.action = action;
	}
}

static void tell_step(const struct cs_iso15118 *service, const struct cs_iso15118_outlet *outlet,
		      enum api_session_step step, enum api_stop_action stop, struct cs_outbox *out)
{
	static const enum cs_topic topics[] = {CS_TOPIC_TO_STATION, CS_TOPIC_ISO15118_OCPP};

	for (size_t i = 0; i < 2; i++) {
		struct api_session_message *update =
			cs_outbox_add(out, topics[i], API_SESSION_STATE_INFO, API_UPDATE, outlet->evse_id);
		update->data.state_info.step = step;
		update->data.state_info.stop = stop;
		if (step >= API_STEP_SERVICE_SELECTION)
			update->data.state_info.payment = service->contract ? API_PAYMENT_PNC : API_PAYMENT_EIM;
	}
}

static void tell_data_link(const struct cs_iso15118_outlet *outlet, enum api_data_link_action action,
			   struct cs_outbox *out)
{
	cs_outbox_add(out, CS_TOPIC_ISO15118_SLAC, API_SESSION_DATA_LINK, API_UPDATE, outlet->evse_id)->data.data_link =
		action;
}

static struct api_session_message *ask_station(struct cs_iso15118 *service, struct cs_iso15118_outlet *outlet,
					       enum api_session_kind kind, struct cs_outbox *out)
{
	struct api_session_message *request =
		cs_outbox_add(out, CS_TOPIC_TO_STATION, kind, API_REQUEST, outlet->evse_id);

	service->new_id(outlet->asked_id);
	strcpy(request->id, outlet->asked_id);
	return request;
}

/* The power electronics follow the car, lowered to the limit of the smart-charging service. */
static void ask_setpoint(struct cs_iso15118 *service, struct cs_iso15118_outlet *outlet, struct cs_outbox *out)
{
	struct api_setpoint *setpoint = &ask_station(service, outlet, API_SESSION_SETPOINT, out)->data.setpoint;
	const struct api_amount *limit = &outlet->limit;
	double current_a = CAR_CURRENT_A;

	setpoint->ev_maximum_voltage_v = CAR_MAXIMUM_V;
	if (!outlet->dc) {
		*(outlet->limit_is_watt ? &setpoint->ac_power_w : &setpoint->ac_current_a) = *limit;
		return;
	}
	setpoint->precharge = outlet->phase == CS_ISO15118_PRE_CHARGE;
	setpoint->dc_voltage_v = (struct api_amount){.has = true, .value = CAR_VOLTAGE_V};
	if (limit->has && limit->value / (outlet->limit_is_watt ? CAR_VOLTAGE_V : 1) < current_a)
		current_a = limit->value / (outlet->limit_is_watt ? CAR_VOLTAGE_V : 1);
	setpoint->dc_current_a = (struct api_amount){.has = true, .value = setpoint->precharge ? 2 : current_a};
}

/* --- the session --- */

static void begin(struct cs_iso15118 *service, struct cs_iso15118_outlet *outlet, enum api_hlc_action action,
		  struct cs_outbox *out)
{
	tell_hlc(outlet, true, action, out);
	tell_step(service, outlet, API_STEP_SUPPORTED_APP_PROTOCOL, API_STOP_NONE, out);
	tell_step(service, outlet, API_STEP_SESSION_SETUP, API_STOP_NONE, out);
	tell_step(service, outlet, API_STEP_SERVICE_SELECTION, API_STOP_NONE, out);
	tell_step(service, outlet, API_STEP_AUTHORIZATION, API_STOP_NONE, out);
	outlet->phase = CS_ISO15118_AUTHORIZATION;
}

static void ask_contract(struct cs_iso15118 *service, const struct cs_iso15118_outlet *outlet, struct cs_outbox *out)
{
	struct api_session_message *request = cs_outbox_add(
		out, CS_TOPIC_ISO15118_OCPP, API_SESSION_ISO15118_AUTHORIZATION, API_REQUEST, outlet->evse_id);

	service->new_id(request->id);
	request->data.token = (struct api_token){.id = CAR_CONTRACT, .type = API_TOKEN_E_MAID};
}

static void deliver_power(struct cs_iso15118 *service, struct cs_iso15118_outlet *outlet, struct cs_outbox *out)
{
	outlet->phase = CS_ISO15118_POWER;
	tell_step(service, outlet, API_STEP_POWER_DELIVERY, API_STOP_NONE, out);
	ask_station(service, outlet, API_SESSION_CONTACTOR, out);
}

static void ask_cable(struct cs_iso15118 *service, struct cs_iso15118_outlet *outlet,
		      enum api_cable_check_action action, struct cs_outbox *out)
{
	ask_station(service, outlet, API_SESSION_CABLE_CHECK, out)->data.cable_check.action = action;
}

static void authorized(struct cs_iso15118 *service, struct cs_iso15118_outlet *outlet, struct cs_outbox *out)
{
	outlet->authorized = true;
	if (outlet->phase != CS_ISO15118_AUTHORIZATION)
		return;
	tell_step(service, outlet, API_STEP_CHARGE_PARAMETER_DISCOVERY, API_STOP_NONE, out);
	if (!outlet->dc) {
		deliver_power(service, outlet, out);
		return;
	}
	outlet->phase = CS_ISO15118_CABLE_CHECK;
	tell_step(service, outlet, API_STEP_CABLE_CHECK, API_STOP_NONE, out);
	ask_cable(service, outlet, API_CABLE_CHECK_START, out);
}

static void loop(struct cs_iso15118 *service, struct cs_iso15118_outlet *outlet, struct cs_outbox *out)
{
	outlet->phase = CS_ISO15118_LOOP;
	tell_step(service, outlet, API_STEP_CHARGING_LOOP, API_STOP_NONE, out);
	if (outlet->dc || outlet->limit.has)
		ask_setpoint(service, outlet, out);
}

/* The session ends, and the data link with it, or goes to sleep. */
static void end(struct cs_iso15118 *service, struct cs_iso15118_outlet *outlet, bool pause, struct cs_outbox *out)
{
	tell_step(service, outlet, API_STEP_SESSION_STOP, pause ? API_STOP_PAUSE : API_STOP_TERMINATE, out);
	tell_hlc(outlet, false, pause ? API_HLC_PAUSE : API_HLC_NO_ACTION, out);
	tell_data_link(outlet, pause ? API_DATA_LINK_PAUSE : API_DATA_LINK_TERMINATE, out);
	outlet->phase = pause ? CS_ISO15118_PAUSED : CS_ISO15118_IDLE;
	outlet->due_us = UINT64_MAX;
	if (!pause)
		outlet->authorized = false;
}

/* --- what it hears --- */

static void heard_slac(struct cs_iso15118 *service, struct cs_iso15118_outlet *outlet, enum api_slac_state state,
		       struct cs_outbox *out)
{
	const bool resumes = outlet->phase == CS_ISO15118_PAUSED;

	if (state == API_SLAC_MATCHED && (outlet->phase == CS_ISO15118_IDLE || resumes)) {
		begin(service, outlet, resumes ? API_HLC_RESUME : API_HLC_NO_ACTION, out);
		if (outlet->authorized)
			authorized(service, outlet, out);
		else if (service->contract)
			ask_contract(service, outlet, out);
	} else if (state == API_SLAC_UNMATCHED || state == API_SLAC_FAILED) {
		if (outlet->phase != CS_ISO15118_IDLE)
			tell_hlc(outlet, false, API_HLC_NO_ACTION, out);
		outlet->phase = CS_ISO15118_IDLE;
		outlet->due_us = UINT64_MAX;
		outlet->authorized = outlet->limit.has = false;
	}
}

static void heard_limit(struct cs_iso15118 *service, struct cs_iso15118_outlet *outlet,
			const struct api_session_message *message, struct cs_outbox *out)
{
	const double limit = message->data.charge_limit.limit;

	outlet->limit = (struct api_amount){.has = true, .value = limit > 0 ? limit : 0};
	outlet->limit_is_watt = message->data.charge_limit.watt;
	if (outlet->phase == CS_ISO15118_LOOP)
		ask_setpoint(service, outlet, out);
}

static void heard_cable(struct cs_iso15118 *service, struct cs_iso15118_outlet *outlet,
			enum api_cable_check_status status, uint64_t now_us, struct cs_outbox *out)
{
	if (outlet->phase != CS_ISO15118_CABLE_CHECK)
		return;
	if (status != API_CABLE_CHECK_FINISHED) {
		outlet->due_us = now_us + CS_CABLE_CHECK_EVERY_US;
		return;
	}
	outlet->phase = CS_ISO15118_PRE_CHARGE;
	tell_step(service, outlet, API_STEP_PRE_CHARGE, API_STOP_NONE, out);
	ask_setpoint(service, outlet, out);
}

static void heard_station(struct cs_iso15118 *service, struct cs_iso15118_outlet *outlet,
			  const struct api_session_message *message, uint64_t now_us, struct cs_outbox *out)
{
	const bool ours = message->type == API_RESPONSE && strcmp(message->id, outlet->asked_id) == 0;

	if (message->kind == API_SESSION_AUTHORIZATION && message->type == API_REQUEST)
		strcpy(outlet->card_request, message->id);
	else if (message->kind == API_SESSION_CABLE_CHECK && ours)
		heard_cable(service, outlet, message->data.cable_check.status, now_us, out);
	else if (message->kind == API_SESSION_SETPOINT && ours && outlet->phase == CS_ISO15118_PRE_CHARGE)
		deliver_power(service, outlet, out);
	else if (message->kind == API_SESSION_CONTACTOR && message->data.contactor == API_CONTACTOR_CLOSED &&
		 message->type != API_REQUEST && outlet->phase == CS_ISO15118_POWER)
		loop(service, outlet, out);
}

/* The answer to a card names no outlet: it is known by the question, which is answered once. */
static struct cs_iso15118_outlet *take_question(struct cs_iso15118 *service, const char *id)
{
	for (size_t i = 0; i < service->count; i++) {
		struct cs_iso15118_outlet *outlet = &service->outlets[i];
		if (outlet->card_request[0] == '\0' || strcmp(outlet->card_request, id) != 0)
			continue;
		outlet->card_request[0] = '\0';
		return outlet;
	}
	return NULL;
}

static void heard_verdict(struct cs_iso15118 *service, struct cs_iso15118_outlet *named,
			  const struct api_session_message *message, struct cs_outbox *out)
{
	struct cs_iso15118_outlet *outlet = message->type == API_RESPONSE ? take_question(service, message->id) : named;

	if (outlet != NULL && message->verdict == API_ACCEPTED)
		authorized(service, outlet, out);
}

static void heard_stop(struct cs_iso15118 *service, struct cs_iso15118_outlet *outlet,
		       const struct api_session_message *request, struct cs_outbox *out)
{
	struct api_session_message *answer = cs_outbox_answer(out, CS_TOPIC_ISO15118_OCPP, request);
	const bool runs = outlet->phase != CS_ISO15118_IDLE && outlet->phase != CS_ISO15118_PAUSED;

	answer->verdict = runs ? API_ACCEPTED : API_REJECTED;
	if (runs)
		end(service, outlet, false, out);
}

void cs_iso15118_heard(struct cs_iso15118 *service, enum cs_topic topic, const struct api_session_message *message,
		       uint64_t now_us, struct cs_outbox *out)
{
	struct cs_iso15118_outlet *outlet = find(service, message->evse_id);

	if (message->kind == API_SESSION_AUTHORIZATION && message->type != API_REQUEST) {
		heard_verdict(service, outlet, message, out);
		return;
	}
	if (outlet == NULL)
		return;
	if (topic == CS_TOPIC_FROM_STATION)
		heard_station(service, outlet, message, now_us, out);
	else if (message->kind == API_SESSION_SLAC_STATUS)
		heard_slac(service, outlet, message->data.slac, out);
	else if (message->kind == API_SESSION_CHARGE_LIMIT && topic == CS_TOPIC_SMART_ISO15118)
		heard_limit(service, outlet, message, out);
	else if (message->kind == API_SESSION_STOP && message->type == API_REQUEST && topic == CS_TOPIC_OCPP_ISO15118)
		heard_stop(service, outlet, message, out);
}

/* --- what the car wants --- */

bool cs_iso15118_order(struct cs_iso15118 *service, enum cs_car_order order, const char *evse_id, struct cs_outbox *out)
{
	struct cs_iso15118_outlet *outlet =
		evse_id[0] != '\0' ? find(service, evse_id) : (service->count > 0 ? &service->outlets[0] : NULL);

	if (order == CS_CAR_EIM || order == CS_CAR_CONTRACT) {
		service->contract = order == CS_CAR_CONTRACT;
		return true;
	}
	if (outlet == NULL)
		return false;
	if (order == CS_CAR_RESUME) {
		if (outlet->phase != CS_ISO15118_PAUSED)
			return false;
		tell_data_link(outlet, API_DATA_LINK_RESUME, out);
		return true;
	}
	if (outlet->phase == CS_ISO15118_IDLE || outlet->phase == CS_ISO15118_PAUSED)
		return false;
	end(service, outlet, order == CS_CAR_PAUSE, out);
	return true;
}

uint64_t cs_iso15118_due(const struct cs_iso15118 *service)
{
	uint64_t due_us = UINT64_MAX;

	for (size_t i = 0; i < service->count; i++)
		if (service->outlets[i].due_us < due_us)
			due_us = service->outlets[i].due_us;
	return due_us;
}

void cs_iso15118_tick(struct cs_iso15118 *service, uint64_t now_us, struct cs_outbox *out)
{
	for (size_t i = 0; i < service->count; i++) {
		struct cs_iso15118_outlet *outlet = &service->outlets[i];
		if (outlet->due_us > now_us)
			continue;
		outlet->due_us = UINT64_MAX;
		ask_cable(service, outlet, API_CABLE_CHECK_STATUS, out);
	}
}
