/* SPDX-License-Identifier: Apache-2.0 */
/* The station's part of a charging session: what it answers, its contactor, its meter, its car. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tools/station/cs_session.h"

#define NOON  "2025-01-06T12:00:00Z"
#define START UINT64_C(1000000)
#define HOUR  UINT64_C(3600000000)

static struct cs_session session;
static struct cs_session_effects effects;
static uint64_t now;

static struct cs_outlet *const e1 = &session.outlets[0];

static void begin(void)
{
	memset(&effects, 0, sizeof(effects));
}

static int set_up(void **state)
{
	(void)state;
	memset(&session, 0, sizeof(session));
	begin();
	now = START;
	session.count = 2;
	cs_outlet_init(&session.outlets[0], "E1");
	cs_outlet_init(&session.outlets[1], "E2");
	for (size_t i = 0; i < 2; i++)
		cs_outlet_limit(&session.outlets[i], 32, 3, now, &effects.out);
	return 0;
}

static struct api_session_message request_of(enum api_session_kind kind, const char *evse_id)
{
	struct api_session_message request = {.kind = kind, .type = API_REQUEST, .id = "q"};

	strcpy(request.evse_id, evse_id);
	return request;
}

/* What the station says to this, in effects. */
static void hear(const struct api_session_message *message)
{
	begin();
	cs_session_heard(&session, message, now, NOON, &effects);
}

static const struct api_session_message *said(size_t index, enum api_session_kind kind, enum api_type type)
{
	assert_true(index < effects.out.count);
	assert_int_equal(effects.out.items[index].topic, CS_TOPIC_FROM_STATION);
	assert_int_equal(effects.out.items[index].message.kind, kind);
	assert_int_equal(effects.out.items[index].message.type, type);
	return &effects.out.items[index].message;
}

/* The one answer, with the id of the request. */
static const struct api_session_message *answer_to(struct api_session_message request)
{
	const struct api_session_message *answer;

	hear(&request);
	answer = said(0, request.kind, API_RESPONSE);
	assert_string_equal(answer->id, "q");
	return answer;
}

static void pilot(enum cs_signal signal, unsigned current_da)
{
	struct api_cp_pwm pwm = {.evse_id = "E1", .hlc = signal == CS_SIGNAL_HLC, .current_deciampere = current_da};

	pwm.fault_state = signal == CS_SIGNAL_F;
	begin();
	cs_outlet_pilot(e1, &pwm, now, &effects.out);
}

static double current(void)
{
	return cs_meter_current(&e1->meter);
}

/* A car in basic charging at 32 A that may draw, and draws 16 A in three phases. */
static void charge(void)
{
	cs_outlet_plug(e1, now, &effects.out);
	cs_outlet_car(e1, 16, 3, now, &effects.out);
	pilot(CS_SIGNAL_X2, 320);
	cs_outlet_authorize(e1, true, now, &effects.out);
	now += CS_CAR_REACTION_US;
	begin();
	cs_session_tick(&session, now, &effects.out);
}

static void contactor_closes_when_an_authorized_car_is_ready(void **state)
{
	(void)state;
	charge();
	assert_int_equal(said(0, API_SESSION_CP_STATUS, API_UPDATE)->data.cp_state, API_CP_C2);
	assert_int_equal(said(1, API_SESSION_CONTACTOR, API_UPDATE)->data.contactor, API_CONTACTOR_CLOSED);
	assert_int_equal(answer_to(request_of(API_SESSION_CONTACTOR, "E1"))->data.contactor, API_CONTACTOR_CLOSED);
	assert_true(current() == 16);
	begin();
	cs_outlet_authorize(e1, false, now, &effects.out);
	assert_int_equal(said(0, API_SESSION_CONTACTOR, API_UPDATE)->data.contactor, API_CONTACTOR_OPENED);
	assert_true(current() == 0);
}

static void car_without_authorization_draws_nothing(void **state)
{
	(void)state;
	cs_outlet_plug(e1, now, &effects.out);
	cs_outlet_car(e1, 16, 3, now, &effects.out);
	pilot(CS_SIGNAL_X2, 320);
	now += CS_CAR_REACTION_US;
	cs_session_tick(&session, now, &effects.out);
	assert_int_equal(cs_pilot_state(&e1->pilot), API_CP_C2);
	assert_false(e1->contactor_closed);
	assert_true(current() == 0);
}

static void car_draws_what_it_consumes_in_each_phase(void **state)
{
	static const double wanted_a[CS_METER_PHASES] = {16, 3, 0};
	const double *flows_a = e1->meter.current_a;

	(void)state;
	charge();
	cs_outlet_consume(e1, wanted_a, now, &effects.out);
	assert_true(flows_a[0] == 16 && flows_a[1] == 3 && flows_a[2] == 0);
	assert_true(current() == 16);
	pilot(CS_SIGNAL_X2, 100);
	assert_true(flows_a[0] == 10 && flows_a[1] == 3 && flows_a[2] == 0);
	cs_outlet_limit(e1, 32, 1, now, &effects.out);
	assert_true(flows_a[0] == 10 && flows_a[1] == 0);
}

static void car_that_is_not_ready_goes_back_to_b_and_waits_there(void **state)
{
	(void)state;
	charge();
	cs_outlet_ready(e1, false, now, &effects.out);
	assert_int_equal(cs_pilot_state(&e1->pilot), API_CP_C2);
	now += CS_CAR_REACTION_US;
	begin();
	cs_session_tick(&session, now, &effects.out);
	assert_int_equal(said(0, API_SESSION_CP_STATUS, API_UPDATE)->data.cp_state, API_CP_B2);
	assert_int_equal(said(1, API_SESSION_CONTACTOR, API_UPDATE)->data.contactor, API_CONTACTOR_OPENED);
	pilot(CS_SIGNAL_X2, 200);
	assert_true(cs_session_due(&session) == CS_NEVER_US);
	cs_outlet_ready(e1, true, now, &effects.out);
	now += CS_CAR_REACTION_US;
	cs_session_tick(&session, now, &effects.out);
	assert_int_equal(cs_pilot_state(&e1->pilot), API_CP_C2);
}

static void car_draws_the_least_of_offer_limit_cable_and_wish(void **state)
{
	(void)state;
	charge();
	pilot(CS_SIGNAL_X2, 100);
	assert_true(current() == 10);
	cs_outlet_limit(e1, 8, 3, now, &effects.out);
	assert_true(current() == 8);
	cs_outlet_limit(e1, 32, 3, now, &effects.out);
	pilot(CS_SIGNAL_X2, 320);
	assert_true(current() == 16);
	cs_outlet_cable(e1, 13, &effects.out);
	cs_outlet_car(e1, 20, 3, now, &effects.out);
	assert_true(current() == 13);
	cs_outlet_limit(e1, 5, 3, now, &effects.out);
	assert_true(current() == 0);
}

static void car_goes_back_to_b_when_nothing_is_offered_and_comes_again(void **state)
{
	(void)state;
	charge();
	pilot(CS_SIGNAL_X1, 0);
	assert_int_equal(said(0, API_SESSION_CP_STATUS, API_UPDATE)->data.cp_state, API_CP_C1);
	assert_int_equal(said(1, API_SESSION_CONTACTOR, API_UPDATE)->data.contactor, API_CONTACTOR_OPENED);
	assert_int_equal(cs_session_due(&session), now + CS_CAR_REACTION_US);
	now += CS_CAR_REACTION_US;
	begin();
	cs_session_tick(&session, now, &effects.out);
	assert_int_equal(said(0, API_SESSION_CP_STATUS, API_UPDATE)->data.cp_state, API_CP_B1);
	assert_true(cs_session_due(&session) == CS_NEVER_US);
	pilot(CS_SIGNAL_X2, 60);
	now += CS_CAR_REACTION_US;
	cs_session_tick(&session, now, &effects.out);
	assert_true(current() == 6);
}

static void energy_is_current_times_voltage_times_time(void **state)
{
	const struct api_meter_values *meter;

	(void)state;
	charge();
	now += HOUR / 2;
	pilot(CS_SIGNAL_X2, 100);
	now += HOUR / 2;
	meter = &answer_to(request_of(API_SESSION_METER, "E1"))->data.meter;
	/* 16 A, then 10 A, half an hour each, in three phases of 230 V. */
	assert_true(meter->energy_wh > 8969.9 && meter->energy_wh < 8970.1);
	assert_true(meter->current_a[0] == 10 && meter->current_a[2] == 10);
	assert_true(meter->voltage_v[1] == 230);
	assert_string_equal(meter->timestamp, NOON);
	meter = &answer_to(request_of(API_SESSION_METER, ""))->data.meter;
	assert_true(meter->energy_wh > 8969.9 && meter->current_a[1] == 10);
	meter = &answer_to(request_of(API_SESSION_METER, "E2"))->data.meter;
	assert_true(meter->energy_wh == 0 && meter->current_a[1] == 0);
}

static void one_phase_of_the_car_or_of_the_outlet_is_counted_once(void **state)
{
	(void)state;
	charge();
	cs_outlet_car(e1, 16, 1, now, &effects.out);
	assert_true(e1->meter.current_a[0] == 16 && e1->meter.current_a[1] == 0);
	cs_outlet_car(e1, 16, 3, now, &effects.out);
	cs_outlet_limit(e1, 32, 1, now, &effects.out);
	assert_true(e1->meter.current_a[0] == 16 && e1->meter.current_a[1] == 0);
}

/* Steps 20 to 24 of the sequence. */
static void stop_turns_the_pilot_off_and_is_kept_until_the_car_has_gone(void **state)
{
	const struct api_cp_pwm x2 = {.evse_id = "E1", .current_deciampere = 160};
	const struct api_cp_pwm hlc = {.evse_id = "E1", .hlc = true};

	(void)state;
	charge();
	assert_int_equal(answer_to(request_of(API_SESSION_STOP, "E1"))->verdict, API_ACCEPTED);
	assert_int_equal(said(1, API_SESSION_CP_STATUS, API_UPDATE)->data.cp_state, API_CP_C1);
	assert_int_equal(said(2, API_SESSION_CONTACTOR, API_UPDATE)->data.contactor, API_CONTACTOR_OPENED);
	assert_non_null(cs_outlet_refusal(e1, &x2));
	assert_null(cs_outlet_refusal(e1, &hlc));
	assert_int_equal(answer_to(request_of(API_SESSION_STOP, "E1"))->verdict, API_REJECTED);
	cs_outlet_unplug(e1, now, &effects.out);
	assert_null(cs_outlet_refusal(e1, &x2));
}

static void current_that_no_duty_cycle_codes_is_refused(void **state)
{
	static const struct {
		unsigned current_da;
		bool is_refused;
	} rows[] = {{0, false}, {1, true}, {50, true}, {59, true}, {60, false}, {800, false}, {801, true}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct api_cp_pwm pwm = {.evse_id = "E1", .current_deciampere = rows[i].current_da};
		assert_int_equal(cs_outlet_refusal(e1, &pwm) != NULL, rows[i].is_refused);
	}
}

static void card_counts_by_the_answer_to_its_question(void **state)
{
	struct api_session_message answer = {.kind = API_SESSION_AUTHORIZATION, .type = API_RESPONSE, .id = "foreign"};

	(void)state;
	begin();
	cs_outlet_card(e1, "04A2B1C8", "card", &effects.out);
	assert_string_equal(said(0, API_SESSION_AUTHORIZATION, API_REQUEST)->data.token.id, "04A2B1C8");
	hear(&answer);
	assert_false(e1->authorized);
	strcpy(answer.id, "card");
	hear(&answer);
	assert_true(e1->authorized);
	assert_false(session.outlets[1].authorized);
	answer.verdict = API_REJECTED;
	hear(&answer); /* the question was answered before */
	assert_true(e1->authorized);
}

static void remote_start_and_end_of_the_transaction_are_obeyed(void **state)
{
	struct api_session_message update = {.kind = API_SESSION_AUTHORIZATION, .type = API_UPDATE, .evse_id = "E1"};

	(void)state;
	hear(&update);
	assert_true(e1->authorized);
	update = (struct api_session_message){.kind = API_SESSION_TRANSACTION, .type = API_UPDATE, .evse_id = "E1"};
	update.data.transaction.status = API_TX_IN_PROGRESS;
	hear(&update);
	assert_true(e1->authorized);
	update.data.transaction.status = API_TX_ENDED;
	hear(&update);
	assert_false(e1->authorized);
}

static void availability_changes_the_status_code_and_opens_the_contactor(void **state)
{
	struct api_session_message request = request_of(API_SESSION_AVAILABILITY, "E1");

	(void)state;
	charge();
	request.data.operational = API_INOPERATIVE;
	assert_int_equal(answer_to(request)->verdict, API_ACCEPTED);
	assert_int_equal(said(1, API_SESSION_CONTACTOR, API_UPDATE)->data.contactor, API_CONTACTOR_OPENED);
	assert_true(effects.operates_anew[0] && !effects.operates_anew[1]);
	hear(&request);
	assert_false(effects.operates_anew[0]);
	request.data.operational = API_OPERATIVE;
	request.evse_id[0] = '\0';
	hear(&request);
	assert_true(effects.operates_anew[0] && !effects.operates_anew[1]);
	assert_false(e1->inoperative);
}

static void reset_is_of_the_station_or_of_one_outlet(void **state)
{
	(void)state;
	charge();
	assert_int_equal(answer_to(request_of(API_SESSION_RESET, ""))->verdict, API_ACCEPTED);
	assert_true(effects.restart);
	assert_int_equal(answer_to(request_of(API_SESSION_RESET, "E1"))->verdict, API_ACCEPTED);
	assert_false(effects.restart);
	assert_int_equal(said(1, API_SESSION_CP_STATUS, API_UPDATE)->data.cp_state, API_CP_C1);
	assert_int_equal(said(2, API_SESSION_CONTACTOR, API_UPDATE)->data.contactor, API_CONTACTOR_OPENED);
	assert_false(e1->authorized);
	now += CS_CAR_REACTION_US;
	begin();
	cs_session_tick(&session, now, &effects.out);
	assert_int_equal(said(0, API_SESSION_CP_STATUS, API_UPDATE)->data.cp_state, API_CP_B1);
}

/* Its status_code stays in cs_status_and_limits: it must be possible to bring it back. */
static void outlet_out_of_service_stays_so_when_it_is_reset(void **state)
{
	struct api_session_message request = request_of(API_SESSION_AVAILABILITY, "E1");

	(void)state;
	request.data.operational = API_INOPERATIVE;
	hear(&request);
	assert_int_equal(answer_to(request_of(API_SESSION_RESET, "E1"))->verdict, API_ACCEPTED);
	request.data.operational = API_OPERATIVE;
	hear(&request);
	assert_true(effects.operates_anew[0]);
}

static void connector_is_not_unlocked_under_current(void **state)
{
	struct api_session_message request = request_of(API_SESSION_CONNECTOR, "E1");

	(void)state;
	request.data.connector.id = 1;
	request.data.connector.action = API_CONNECTOR_LOCK;
	assert_int_equal(answer_to(request)->data.connector.lock, API_LOCKED);
	charge();
	request.data.connector.action = API_CONNECTOR_UNLOCK;
	assert_int_equal(answer_to(request)->data.connector.lock, API_LOCK_ERROR);
	request.data.connector.action = API_CONNECTOR_STATUS;
	assert_int_equal(answer_to(request)->data.connector.lock, API_LOCKED);
}

static void connector_that_is_not_there_is_neither_locked_nor_unlocked(void **state)
{
	struct api_session_message request = request_of(API_SESSION_CONNECTOR, "E1");

	(void)state;
	request.data.connector.action = API_CONNECTOR_LOCK;
	for (request.data.connector.id = 0; request.data.connector.id < 99; request.data.connector.id++)
		if (request.data.connector.id != 1)
			assert_int_equal(answer_to(request)->data.connector.lock, API_LOCK_ERROR);
	assert_int_equal(e1->lock, API_UNLOCKED);
	e1->connectors[e1->connector_count++] = 7;
	request.data.connector.id = 7;
	assert_int_equal(answer_to(request)->data.connector.lock, API_LOCKED);
}

static void hear_hlc(bool active)
{
	struct api_session_message message = {.kind = API_SESSION_HLC, .type = API_UPDATE, .evse_id = "E1"};

	message.data.hlc.active = active;
	hear(&message);
}

static void hear_step(enum api_session_step step)
{
	struct api_session_message message = {.kind = API_SESSION_STATE_INFO, .type = API_UPDATE, .evse_id = "E1"};

	message.data.state_info.step = step;
	hear(&message);
}

static void iso15118_session_draws_what_the_setpoint_says(void **state)
{
	struct api_session_message request = request_of(API_SESSION_SETPOINT, "E1");

	(void)state;
	cs_outlet_plug(e1, now, &effects.out);
	cs_outlet_car(e1, 16, 3, now, &effects.out);
	pilot(CS_SIGNAL_HLC, 0);
	cs_outlet_authorize(e1, true, now, &effects.out);
	assert_true(cs_session_due(&session) == CS_NEVER_US);
	hear_hlc(true);
	hear_step(API_STEP_POWER_DELIVERY);
	now += CS_CAR_REACTION_US;
	cs_session_tick(&session, now, &effects.out);
	assert_true(current() == 16);
	request.data.setpoint.ac_power_w = (struct api_amount){.has = true, .value = 6900};
	assert_int_equal(answer_to(request)->verdict, API_ACCEPTED);
	assert_true(current() == 10);
	request.data.setpoint.dc_voltage_v.has = true;
	assert_int_equal(answer_to(request)->verdict, API_REJECTED);
	hear_hlc(false);
	assert_int_equal(said(0, API_SESSION_CONTACTOR, API_UPDATE)->data.contactor, API_CONTACTOR_OPENED);
}

static void direct_current_follows_check_precharge_and_setpoint(void **state)
{
	struct api_session_message check = request_of(API_SESSION_CABLE_CHECK, "E1");
	struct api_session_message request = request_of(API_SESSION_SETPOINT, "E1");
	struct api_setpoint *setpoint = &request.data.setpoint;

	(void)state;
	e1->dc = true;
	cs_outlet_plug(e1, now, &effects.out);
	cs_outlet_car(e1, 80, 3, now, &effects.out);
	pilot(CS_SIGNAL_HLC, 0);
	cs_outlet_authorize(e1, true, now, &effects.out);
	hear_hlc(true);
	hear_step(API_STEP_CABLE_CHECK);
	now += CS_CAR_REACTION_US;
	cs_session_tick(&session, now, &effects.out);
	assert_int_equal(answer_to(check)->data.cable_check.status, API_CABLE_CHECK_ONGOING);
	now += CS_CABLE_CHECK_US;
	check.data.cable_check.action = API_CABLE_CHECK_STATUS;
	assert_int_equal(answer_to(check)->data.cable_check.status, API_CABLE_CHECK_FINISHED);
	setpoint->ev_maximum_voltage_v = 450;
	setpoint->precharge = true;
	setpoint->dc_voltage_v = (struct api_amount){.has = true, .value = 400};
	setpoint->dc_current_a = (struct api_amount){.has = true, .value = 2};
	assert_int_equal(answer_to(request)->verdict, API_ACCEPTED);
	assert_true(current() == 0);
	setpoint->precharge = false;
	setpoint->dc_current_a.value = 100;
	assert_int_equal(answer_to(request)->verdict, API_ACCEPTED);
	assert_true(current() == 80); /* of 100 A: the car takes no more */
	now += HOUR;
	assert_true(answer_to(request_of(API_SESSION_METER, "E1"))->data.meter.energy_wh > 31999);
	setpoint->dc_voltage_v.value = 500; /* more than the car stands */
	assert_int_equal(answer_to(request)->verdict, API_REJECTED);
}

static void foreign_outlet_gets_no_answer(void **state)
{
	static const enum api_session_kind kinds[] = {
		API_SESSION_STOP,      API_SESSION_RESET,     API_SESSION_METER,   API_SESSION_AVAILABILITY,
		API_SESSION_CONTACTOR, API_SESSION_CONNECTOR, API_SESSION_SETPOINT};

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct api_session_message request = request_of(kinds[i], "DE*OTHER");
		hear(&request);
		assert_int_equal(effects.out.count, 0);
		assert_false(effects.restart);
		begin();
		cs_session_refuse(&session, &request, &effects);
		assert_int_equal(effects.out.count, 0);
	}
}

static void request_that_cannot_be_read_is_refused_as_its_message_allows(void **state)
{
	struct api_session_message request = request_of(API_SESSION_AVAILABILITY, "E1");

	(void)state;
	begin();
	cs_session_refuse(&session, &request, &effects);
	assert_int_equal(said(0, API_SESSION_AVAILABILITY, API_RESPONSE)->verdict, API_REJECTED);
	request.kind = API_SESSION_CONNECTOR;
	begin();
	cs_session_refuse(&session, &request, &effects);
	assert_int_equal(said(0, API_SESSION_CONNECTOR, API_RESPONSE)->data.connector.lock, API_LOCK_ERROR);
	request.kind = API_SESSION_METER; /* has no way to say no */
	begin();
	cs_session_refuse(&session, &request, &effects);
	assert_int_equal(effects.out.count, 0);
}

static void cable_of_the_driver_is_told_when_it_comes_and_goes(void **state)
{
	(void)state;
	begin();
	cs_outlet_cable(e1, 20, &effects.out);
	assert_int_equal(said(0, API_SESSION_CABLE_INFO, API_UPDATE)->data.cable.rated_a, 20);
	begin();
	cs_outlet_unplug(e1, now, &effects.out);
	said(0, API_SESSION_CP_STATUS, API_UPDATE);
	assert_int_equal(said(1, API_SESSION_CABLE_INFO, API_UPDATE)->data.cable.connection, API_CABLE_DISCONNECTED);
	begin();
	cs_outlet_unplug(e1, now, &effects.out);
	assert_int_equal(effects.out.count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(contactor_closes_when_an_authorized_car_is_ready, set_up),
		cmocka_unit_test_setup(car_without_authorization_draws_nothing, set_up),
		cmocka_unit_test_setup(car_draws_what_it_consumes_in_each_phase, set_up),
		cmocka_unit_test_setup(car_that_is_not_ready_goes_back_to_b_and_waits_there, set_up),
		cmocka_unit_test_setup(car_draws_the_least_of_offer_limit_cable_and_wish, set_up),
		cmocka_unit_test_setup(car_goes_back_to_b_when_nothing_is_offered_and_comes_again, set_up),
		cmocka_unit_test_setup(energy_is_current_times_voltage_times_time, set_up),
		cmocka_unit_test_setup(one_phase_of_the_car_or_of_the_outlet_is_counted_once, set_up),
		cmocka_unit_test_setup(stop_turns_the_pilot_off_and_is_kept_until_the_car_has_gone, set_up),
		cmocka_unit_test_setup(current_that_no_duty_cycle_codes_is_refused, set_up),
		cmocka_unit_test_setup(card_counts_by_the_answer_to_its_question, set_up),
		cmocka_unit_test_setup(remote_start_and_end_of_the_transaction_are_obeyed, set_up),
		cmocka_unit_test_setup(availability_changes_the_status_code_and_opens_the_contactor, set_up),
		cmocka_unit_test_setup(reset_is_of_the_station_or_of_one_outlet, set_up),
		cmocka_unit_test_setup(outlet_out_of_service_stays_so_when_it_is_reset, set_up),
		cmocka_unit_test_setup(connector_is_not_unlocked_under_current, set_up),
		cmocka_unit_test_setup(connector_that_is_not_there_is_neither_locked_nor_unlocked, set_up),
		cmocka_unit_test_setup(iso15118_session_draws_what_the_setpoint_says, set_up),
		cmocka_unit_test_setup(direct_current_follows_check_precharge_and_setpoint, set_up),
		cmocka_unit_test_setup(foreign_outlet_gets_no_answer, set_up),
		cmocka_unit_test_setup(request_that_cannot_be_read_is_refused_as_its_message_allows, set_up),
		cmocka_unit_test_setup(cable_of_the_driver_is_told_when_it_comes_and_goes, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
