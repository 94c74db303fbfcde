/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/station/cs_outlet.h"

#include "cp/duty_cycle.h"

#include <string.h>

void cs_outlet_init(struct cs_outlet *outlet, const char *evse_id)
{
	memset(outlet, 0, sizeof(*outlet));
	strcpy(outlet->evse_id, evse_id);
	outlet->car.moves_us = CS_NEVER_US;
	outlet->car.ready = true;
	outlet->lock = API_UNLOCKED;
	outlet->connectors[outlet->connector_count++] = 1;
}

static struct api_session_message *update(struct cs_outlet *outlet, enum api_session_kind kind, struct cs_outbox *out)
{
	return cs_outbox_add(out, CS_TOPIC_FROM_STATION, kind, API_UPDATE, outlet->evse_id);
}

static void report(struct cs_outlet *outlet, enum api_cp_state state, struct cs_outbox *out)
{
	update(outlet, API_SESSION_CP_STATUS, out)->data.cp_state = state;
}

static bool draws(enum api_cp_state state)
{
	return state == API_CP_C2 || state == API_CP_D2;
}

static double least(double one, double other)
{
	return one < other ? one : other;
}

/* --- what flows --- */

static bool may_draw(const struct cs_outlet *outlet)
{
	return outlet->authorized && !outlet->inoperative && draws(cs_pilot_state(&outlet->pilot)) &&
	       (outlet->pilot.signal == CS_SIGNAL_X2 || outlet->hlc);
}

/* In which it draws. */
static unsigned phases_of(const struct cs_outlet *outlet)
{
	unsigned phases = 0;

	for (unsigned i = 0; i < outlet->phases; i++)
		phases += outlet->car.draws_a[i] > 0;
	return phases;
}

static double offered_a(const struct cs_outlet *outlet, unsigned phases)
{
	if (outlet->pilot.signal == CS_SIGNAL_X2)
		return outlet->pilot.current_da / 10.0;
	if (outlet->has_setpoint && outlet->setpoint.ac_current_a.has)
		return outlet->setpoint.ac_current_a.value;
	if (outlet->has_setpoint && outlet->setpoint.ac_power_w.has && phases > 0)
		return outlet->setpoint.ac_power_w.value / (phases * CS_METER_VOLTAGE_V);
	return outlet->limit_a;
}

static void set_alternating(struct cs_outlet *outlet, uint64_t now_us)
{
	double allowed_a = least(offered_a(outlet, phases_of(outlet)), outlet->limit_a);
	double current_a[CS_METER_PHASES] = {0};

	if (outlet->cable_a > 0)
		allowed_a = least(allowed_a, outlet->cable_a);
	if (!outlet->contactor_closed || allowed_a < CS_CURRENT_MIN_A)
		allowed_a = 0;
	for (unsigned i = 0; i < outlet->phases; i++)
		current_a[i] = least(outlet->car.draws_a[i], allowed_a);
	cs_meter_alternate(&outlet->meter, now_us, current_a);
}

/* What a car of direct current can is the same in each phase, or told for the first ones alone. */
static double most_a(const struct cs_car *car)
{
	double most = 0;

	for (unsigned i = 0; i < CS_METER_PHASES; i++)
		most = car->draws_a[i] > most ? car->draws_a[i] : most;
	return most;
}

static void set_direct(struct cs_outlet *outlet, uint64_t now_us)
{
	const struct api_setpoint *setpoint = &outlet->setpoint;
	const bool on = outlet->contactor_closed && outlet->has_setpoint && setpoint->dc_voltage_v.has;
	const double asked_a = setpoint->dc_current_a.has && !setpoint->precharge ? setpoint->dc_current_a.value : 0;

	cs_meter_direct(&outlet->meter, now_us, on ? setpoint->dc_voltage_v.value : 0,
			on ? least(asked_a, most_a(&outlet->car)) : 0);
}

/* --- the car moves by itself --- */

static enum cs_vehicle wanted_vehicle(const struct cs_outlet *outlet)
{
	const bool offered = outlet->pilot.signal == CS_SIGNAL_X2 || (outlet->hlc && outlet->car.wants_power);

	return offered && outlet->car.ready ? CS_VEHICLE_READY : CS_VEHICLE_CONNECTED;
}

static void plan_move(struct cs_outlet *outlet, uint64_t now_us)
{
	struct cs_car *car = &outlet->car;
	const bool still = !car->moves || outlet->pilot.forced || outlet->pilot.vehicle == CS_VEHICLE_NONE ||
			   outlet->pilot.vehicle == wanted_vehicle(outlet);

	if (still)
		car->moves_us = CS_NEVER_US;
	else if (car->moves_us == CS_NEVER_US)
		car->moves_us = now_us + CS_CAR_REACTION_US;
}

/* After any change: the contactor follows, then the current, then the car. */
static void settle(struct cs_outlet *outlet, uint64_t now_us, struct cs_outbox *out)
{
	const bool closed = may_draw(outlet);

	if (closed != outlet->contactor_closed) {
		outlet->contactor_closed = closed;
		update(outlet, API_SESSION_CONTACTOR, out)->data.contactor =
			closed ? API_CONTACTOR_CLOSED : API_CONTACTOR_OPENED;
	}
	if (outlet->dc)
		set_direct(outlet, now_us);
	else
		set_alternating(outlet, now_us);
	plan_move(outlet, now_us);
}

uint64_t cs_outlet_due(const struct cs_outlet *outlet)
{
	return outlet->car.moves_us;
}

void cs_outlet_tick(struct cs_outlet *outlet, uint64_t now_us, struct cs_outbox *out)
{
	if (now_us < outlet->car.moves_us)
		return;
	outlet->car.moves_us = CS_NEVER_US;
	outlet->pilot.vehicle = wanted_vehicle(outlet);
	report(outlet, cs_pilot_state(&outlet->pilot), out);
	settle(outlet, now_us, out);
}

/* --- the vehicle --- */

static void forget_session(struct cs_outlet *outlet)
{
	outlet->authorized = outlet->stopped = outlet->hlc = outlet->has_setpoint = outlet->car.wants_power = false;
	outlet->cable_check_us = 0;
	outlet->card_request[0] = '\0';
}

void cs_outlet_plug(struct cs_outlet *outlet, uint64_t now_us, struct cs_outbox *out)
{
	cs_pilot_plug(&outlet->pilot);
	report(outlet, cs_pilot_state(&outlet->pilot), out);
	settle(outlet, now_us, out);
}

static void tell_cable(struct cs_outlet *outlet, enum api_cable_connection connection, struct cs_outbox *out)
{
	struct api_session_message *message = update(outlet, API_SESSION_CABLE_INFO, out);

	message->data.cable.connection = connection;
	message->data.cable.rated_a = outlet->cable_a;
	message->data.cable.lock = outlet->lock;
}

void cs_outlet_unplug(struct cs_outlet *outlet, uint64_t now_us, struct cs_outbox *out)
{
	cs_pilot_unplug(&outlet->pilot);
	/* In E and F the pilot does not show a vehicle that goes; a station sees it at its socket. */
	enum api_cp_state state = cs_pilot_state(&outlet->pilot);
	report(outlet, state == API_CP_E || state == API_CP_F ? API_CP_A1 : state, out);
	forget_session(outlet);
	outlet->lock = API_UNLOCKED;
	settle(outlet, now_us, out);
	if (outlet->cable_a == 0)
		return;
	tell_cable(outlet, API_CABLE_DISCONNECTED, out);
	outlet->cable_a = 0;
}

void cs_outlet_force(struct cs_outlet *outlet, enum api_cp_state state, uint64_t now_us, struct cs_outbox *out)
{
	cs_pilot_force(&outlet->pilot, state);
	report(outlet, state, out);
	settle(outlet, now_us, out);
}

void cs_outlet_car(struct cs_outlet *outlet, double current_a, unsigned phases, uint64_t now_us, struct cs_outbox *out)
{
	double each_a[CS_METER_PHASES] = {0};

	for (unsigned i = 0; i < phases; i++)
		each_a[i] = current_a;
	cs_outlet_consume(outlet, each_a, now_us, out);
}

void cs_outlet_consume(struct cs_outlet *outlet, const double current_a[CS_METER_PHASES], uint64_t now_us,
		       struct cs_outbox *out)
{
	outlet->car.moves = true;
	memcpy(outlet->car.draws_a, current_a, sizeof(outlet->car.draws_a));
	settle(outlet, now_us, out);
}

void cs_outlet_ready(struct cs_outlet *outlet, bool ready, uint64_t now_us, struct cs_outbox *out)
{
	outlet->car.moves = true;
	outlet->car.ready = ready;
	settle(outlet, now_us, out);
}

/* --- pilot, limit --- */

const char *cs_outlet_refusal(const struct cs_outlet *outlet, const struct api_cp_pwm *pwm)
{
	if (cs_signal_of(pwm) != CS_SIGNAL_X2)
		return NULL;
	if (pwm->current_deciampere < PILOT_CURRENT_MIN || pwm->current_deciampere > PILOT_CURRENT_MAX)
		return "no duty cycle codes this current: 0 or 6 to 80 A";
	return outlet->stopped ? "charging was stopped" : NULL;
}

void cs_outlet_pilot(struct cs_outlet *outlet, const struct api_cp_pwm *pwm, uint64_t now_us, struct cs_outbox *out)
{
	cs_pilot_request(&outlet->pilot, pwm);
	report(outlet, cs_pilot_state(&outlet->pilot), out);
	settle(outlet, now_us, out);
}

void cs_outlet_reset(struct cs_outlet *outlet, uint64_t now_us, struct cs_outbox *out)
{
	cs_pilot_switch_off(&outlet->pilot);
	forget_session(outlet);
	report(outlet, cs_pilot_state(&outlet->pilot), out);
	settle(outlet, now_us, out);
}

void cs_outlet_limit(struct cs_outlet *outlet, double limit_a, unsigned phases, uint64_t now_us, struct cs_outbox *out)
{
	outlet->limit_a = limit_a;
	outlet->phases = phases;
	settle(outlet, now_us, out);
}

/* --- authorization, service --- */

void cs_outlet_card(struct cs_outlet *outlet, const char *token, const char *id, struct cs_outbox *out)
{
	struct api_session_message *request =
		cs_outbox_add(out, CS_TOPIC_FROM_STATION, API_SESSION_AUTHORIZATION, API_REQUEST, outlet->evse_id);

	strcpy(request->id, id);
	strcpy(outlet->card_request, id);
	strcpy(request->data.token.id, token);
	request->data.token.type = API_TOKEN_ISO14443;
}

void cs_outlet_authorize(struct cs_outlet *outlet, bool accepted, uint64_t now_us, struct cs_outbox *out)
{
	outlet->authorized = accepted;
	if (accepted)
		outlet->stopped = false;
	settle(outlet, now_us, out);
}

void cs_outlet_cable(struct cs_outlet *outlet, unsigned rated_a, struct cs_outbox *out)
{
	outlet->cable_a = rated_a;
	outlet->lock = API_LOCKED;
	tell_cable(outlet, API_CABLE_CONNECTED, out);
}

void cs_outlet_operate(struct cs_outlet *outlet, bool operative, uint64_t now_us, struct cs_outbox *out)
{
	outlet->inoperative = !operative;
	if (!operative)
		outlet->authorized = false;
	settle(outlet, now_us, out);
}

/* --- what is heard of the session --- */

/* For direct current the car is in C from the check of the cable on. */
static bool car_wants_power(enum api_session_step step)
{
	return step >= API_STEP_CABLE_CHECK && step <= API_STEP_METERING_RECEIPT;
}

/* A card that is rejected takes nothing from the one that was accepted before. */
static void heard_authorization(struct cs_outlet *outlet, const struct api_session_message *message, uint64_t now_us,
				struct cs_outbox *out)
{
	if (message->type == API_RESPONSE) {
		outlet->card_request[0] = '\0';
		if (message->verdict == API_REJECTED)
			return;
	}
	cs_outlet_authorize(outlet, message->verdict == API_ACCEPTED, now_us, out);
}

void cs_outlet_heard(struct cs_outlet *outlet, const struct api_session_message *message, uint64_t now_us,
		     struct cs_outbox *out)
{
	switch (message->kind) {
	case API_SESSION_AUTHORIZATION:
		heard_authorization(outlet, message, now_us, out);
		return;
	case API_SESSION_HLC:
		outlet->hlc = message->data.hlc.active;
		if (!outlet->hlc)
			outlet->car.wants_power = outlet->has_setpoint = false;
		break;
	case API_SESSION_STATE_INFO:
		outlet->car.wants_power = car_wants_power(message->data.state_info.step);
		break;
	case API_SESSION_TRANSACTION:
		if (message->data.transaction.status == API_TX_ENDED)
			outlet->authorized = false;
		break;
	default:
		return;
	}
	settle(outlet, now_us, out);
}

void cs_outlet_read_meter(struct cs_outlet *outlet, uint64_t now_us, struct api_meter_values *values)
{
	struct cs_meter *meter = &outlet->meter;

	cs_meter_advance(meter, now_us);
	for (unsigned i = 0; i < CS_METER_PHASES; i++) {
		values->current_a[i] = meter->current_a[i];
		values->voltage_v[i] = i < outlet->phases || outlet->dc ? CS_METER_VOLTAGE_V : 0;
	}
	values->energy_wh = meter->energy_wh;
	values->dc_voltage_v = (struct api_amount){.has = outlet->dc, .value = meter->dc_voltage_v};
	values->dc_current_a = meter->dc_current_a;
}

/* --- requests --- */

/* A station that must not carry the current of the car any more turns the pilot off by itself: C1, then the car goes. */
static void answer_stop(struct cs_outlet *outlet, struct api_session_message *answer, uint64_t now_us,
			struct cs_outbox *out)
{
	answer->verdict = outlet->authorized ? API_ACCEPTED : API_REJECTED;
	if (!outlet->authorized)
		return;
	outlet->authorized = false;
	outlet->stopped = true;
	cs_pilot_switch_off(&outlet->pilot);
	report(outlet, cs_pilot_state(&outlet->pilot), out);
	settle(outlet, now_us, out);
}

static bool has_connector(const struct cs_outlet *outlet, uint32_t id)
{
	for (size_t i = 0; i < outlet->connector_count; i++)
		if (outlet->connectors[i] == id)
			return true;
	return false;
}

static void refuse_connector(struct api_session_message *answer, const char *why)
{
	answer->data.connector.lock = API_LOCK_ERROR;
	strcpy(answer->info, why);
}

static void answer_connector(struct cs_outlet *outlet, enum api_connector_action action,
			     struct api_session_message *answer)
{
	if (!has_connector(outlet, answer->data.connector.id)) {
		refuse_connector(answer, "the outlet has no such connector");
		return;
	}
	if (action == API_CONNECTOR_UNLOCK && outlet->contactor_closed) {
		refuse_connector(answer, "the contactor is closed");
		return;
	}
	if (action != API_CONNECTOR_STATUS)
		outlet->lock = action == API_CONNECTOR_LOCK ? API_LOCKED : API_UNLOCKED;
	answer->data.connector.lock = outlet->lock;
}

static void answer_cable_check(struct cs_outlet *outlet, enum api_cable_check_action action, uint64_t now_us,
			       struct api_session_message *answer)
{
	if (action == API_CABLE_CHECK_START || outlet->cable_check_us == 0)
		outlet->cable_check_us = now_us;
	answer->data.cable_check.status = now_us - outlet->cable_check_us >= CS_CABLE_CHECK_US
						  ? API_CABLE_CHECK_FINISHED
						  : API_CABLE_CHECK_ONGOING;
}

static bool setpoint_is_possible(const struct cs_outlet *outlet, const struct api_setpoint *setpoint)
{
	if (!outlet->dc)
		return !setpoint->dc_voltage_v.has;
	return setpoint->dc_voltage_v.has && setpoint->dc_voltage_v.value <= CS_DC_VOLTAGE_MAX_V &&
	       setpoint->dc_voltage_v.value <= setpoint->ev_maximum_voltage_v &&
	       (!setpoint->dc_current_a.has || setpoint->dc_current_a.value <= CS_DC_CURRENT_MAX_A);
}

static void answer_setpoint(struct cs_outlet *outlet, const struct api_setpoint *setpoint,
			    struct api_session_message *answer, uint64_t now_us, struct cs_outbox *out)
{
	answer->verdict = setpoint_is_possible(outlet, setpoint) ? API_ACCEPTED : API_REJECTED;
	if (answer->verdict != API_ACCEPTED)
		return;
	outlet->setpoint = *setpoint;
	outlet->has_setpoint = true;
	settle(outlet, now_us, out);
}

void cs_outlet_answer(struct cs_outlet *outlet, const struct api_session_message *request, uint64_t now_us,
		      struct cs_outbox *out)
{
	struct api_session_message *answer = cs_outbox_answer(out, CS_TOPIC_FROM_STATION, request);

	switch (request->kind) {
	case API_SESSION_STOP:
		answer_stop(outlet, answer, now_us, out);
		break;
	case API_SESSION_CONNECTOR:
		answer->data.connector.id = request->data.connector.id;
		answer_connector(outlet, request->data.connector.action, answer);
		break;
	case API_SESSION_CONTACTOR:
		answer->data.contactor = outlet->contactor_closed ? API_CONTACTOR_CLOSED : API_CONTACTOR_OPENED;
		break;
	case API_SESSION_CABLE_CHECK:
		answer_cable_check(outlet, request->data.cable_check.action, now_us, answer);
		break;
	default: /* power_electronics_setpoint */
		answer_setpoint(outlet, &request->data.setpoint, answer, now_us, out);
		break;
	}
}
