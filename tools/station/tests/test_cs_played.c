/* SPDX-License-Identifier: Apache-2.0 */
/* Station, played OCPP and played ISO 15118 service on one bus, without a broker: whole sessions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tools/station/cs_iso15118.h"
#include "tools/station/cs_session.h"

#define NOON        "2025-01-06T12:00:00Z"
#define BUS_MAX     256
#define HISTORY_MAX 4096

static const char evse_ids[][API_EVSE_ID_MAX] = {"E1"};

static struct cs_session session;
static struct cs_ocpp ocpp;
static struct cs_iso15118 iso15118;
static uint64_t now;
static unsigned ids;

/* Messages that are on the way, and what was said so far: "stop_charging,request,6 ". */
static struct cs_outgoing bus[BUS_MAX];
static size_t on_the_way;
static char history[HISTORY_MAX];

static struct cs_outlet *const outlet = &session.outlets[0];

static void new_id(char id[API_UUID_MAX])
{
	snprintf(id, API_UUID_MAX, "%u", ++ids);
}

static void send(const struct cs_outbox *out)
{
	for (size_t i = 0; i < out->count; i++) {
		struct cs_outgoing *item = &bus[on_the_way++];
		char gist[128];
		assert_true(on_the_way < BUS_MAX);
		*item = out->items[i];
		if (item->message.id[0] == '\0')
			new_id(item->message.id);
		api_session_gist(&item->message, gist, sizeof(gist));
		if (item->topic != CS_TOPIC_ISO15118_OCPP || item->message.kind == API_SESSION_STOP)
			snprintf(history + strlen(history), sizeof(history) - strlen(history), "%s %s %s\n",
				 api_session_name(item->message.kind), api_type_text(item->message.type),
				 item->message.kind == API_SESSION_CP_STATUS
					 ? api_cp_state_text(item->message.data.cp_state)
					 : gist);
	}
}

static void deliver(const struct cs_outgoing *item)
{
	struct cs_session_effects effects;
	struct cs_outbox out;

	memset(&effects, 0, sizeof(effects));
	memset(&out, 0, sizeof(out));
	if (item->topic == CS_TOPIC_TO_STATION)
		cs_session_heard(&session, &item->message, now, NOON, &effects);
	send(&effects.out);
	cs_ocpp_heard(&ocpp, item->topic, &item->message, NOON, &out);
	send(&out);
	memset(&out, 0, sizeof(out));
	cs_iso15118_heard(&iso15118, item->topic, &item->message, now, &out);
	send(&out);
}

/* Everything arrives, and time goes on until nobody waits. */
static void settle(void)
{
	for (;;) {
		struct cs_outbox out;
		uint64_t due_us;

		while (on_the_way > 0) {
			struct cs_outgoing item = bus[0];
			memmove(bus, bus + 1, --on_the_way * sizeof(bus[0]));
			deliver(&item);
		}
		due_us = cs_session_due(&session);
		if (cs_iso15118_due(&iso15118) < due_us)
			due_us = cs_iso15118_due(&iso15118);
		if (due_us == CS_NEVER_US)
			return;
		now = due_us;
		memset(&out, 0, sizeof(out));
		cs_session_tick(&session, now, &out);
		cs_iso15118_tick(&iso15118, now, &out);
		send(&out);
	}
}

static void heard(enum cs_topic topic, struct api_session_message message)
{
	struct cs_outgoing item = {.topic = topic, .message = message};

	strcpy(item.message.evse_id, "E1");
	deliver(&item);
	settle();
}

static void slac(enum api_slac_state state)
{
	struct api_session_message message = {.kind = API_SESSION_SLAC_STATUS, .type = API_UPDATE};

	message.data.slac = state;
	heard(CS_TOPIC_TO_STATION, message);
}

static void pilot(bool hlc, unsigned current_da)
{
	const struct api_cp_pwm pwm = {.evse_id = "E1", .hlc = hlc, .current_deciampere = current_da};
	struct cs_outbox out = {0};

	cs_outlet_pilot(outlet, &pwm, now, &out);
	send(&out);
	settle();
}

static void plug(void)
{
	struct cs_outbox out = {0};

	cs_outlet_car(outlet, 16, 3, now, &out);
	cs_outlet_plug(outlet, now, &out);
	send(&out);
	settle();
}

static void unplug(void)
{
	struct cs_outbox out = {0};

	cs_outlet_unplug(outlet, now, &out);
	send(&out);
	settle();
}

static void card(const char *token)
{
	struct cs_outbox out = {0};
	char id[API_UUID_MAX];

	new_id(id);
	cs_outlet_card(outlet, token, id, &out);
	send(&out);
	settle();
}

static void csms(enum cs_csms_order order, double value)
{
	struct cs_outbox out = {0};

	assert_true(cs_ocpp_order(&ocpp, order, "", value, NOON, &out));
	send(&out);
	settle();
}

static void car(enum cs_car_order order)
{
	struct cs_outbox out = {0};

	assert_true(cs_iso15118_order(&iso15118, order, "", &out));
	send(&out);
	settle();
}

static void start(bool dc)
{
	struct cs_outbox out = {0};

	memset(&session, 0, sizeof(session));
	on_the_way = 0;
	now = 1000000;
	session.count = 1;
	cs_outlet_init(outlet, "E1");
	outlet->dc = dc;
	cs_outlet_limit(outlet, 32, 3, now, &out);
	cs_ocpp_init(&ocpp, new_id);
	cs_iso15118_init(&iso15118, new_id);
	cs_iso15118_boot(&iso15118, evse_ids, &dc, 1);
	cs_ocpp_boot(&ocpp, evse_ids, 1, &out);
	send(&out);
	settle();
	pilot(true, 0);
	history[0] = '\0';
}

static int set_up(void **state)
{
	(void)state;
	start(false);
	return 0;
}

/* These lines were said, in this order, whatever was said between them. Forgets what was said up to the last. */
static void assert_said(const char *const *lines)
{
	const char *rest = history;

	for (; *lines != NULL; lines++) {
		const char *found = strstr(rest, *lines);
		if (found == NULL)
			fail_msg("'%s' is not in:\n%s", *lines, rest);
		rest = found + strlen(*lines);
	}
	memmove(history, rest, strlen(rest) + 1);
}

#define SAID(...) assert_said((const char *const[]){__VA_ARGS__, NULL})

static void card_starts_and_stops_a_session_with_iso15118(void **state)
{
	(void)state;
	plug();
	slac(API_SLAC_MATCHED);
	SAID("hlc_charging update true", "iso15118_state_info update Authorization");
	card("A");
	SAID("authorization request", "authorization response accepted", "transaction_status update started T1",
	     "iso15118_state_info update PowerDelivery", "cs_contactor_status response opened", "cp_status update C2",
	     "cs_contactor_status update closed", "transaction_status update in_progress",
	     "iso15118_state_info update ChargingLoop");
	assert_true(cs_meter_current(&outlet->meter) == 16);
	card("B");
	SAID("authorization response rejected");
	assert_true(cs_meter_current(&outlet->meter) == 16);
	card("A");
	SAID("authorization response accepted", "stop_charging request", "stop_charging response accepted",
	     "iso15118_state_info update SessionStop", "hlc_charging update false", "slac_data_link update terminate",
	     "transaction_status update ended T1", "cs_contactor_status update opened", "cp_status update B2");
	assert_true(cs_meter_current(&outlet->meter) == 0);
}

static void contract_pays_and_the_car_ends_the_session(void **state)
{
	(void)state;
	assert_true(cs_iso15118_order(&iso15118, CS_CAR_CONTRACT, "", NULL));
	plug();
	slac(API_SLAC_MATCHED);
	SAID("iso15118_authorization response accepted", "authorization update accepted",
	     "transaction_status update started", "iso15118_state_info update ChargingLoop");
	car(CS_CAR_STOP);
	SAID("SessionStop", "slac_data_link update terminate", "cp_status update B2");
	slac(API_SLAC_UNMATCHED);
	unplug();
	SAID("transaction_status update ended");
}

static void contract_that_the_backend_rejects_gets_nothing(void **state)
{
	(void)state;
	assert_true(cs_iso15118_order(&iso15118, CS_CAR_CONTRACT, "", NULL));
	csms(CS_CSMS_REJECT, 0);
	plug();
	slac(API_SLAC_MATCHED);
	SAID("iso15118_authorization response rejected");
	assert_null(strstr(history, "PowerDelivery"));
	assert_int_equal(cs_pilot_state(&outlet->pilot), API_CP_B2);
}

static void session_sleeps_and_goes_on(void **state)
{
	(void)state;
	plug();
	slac(API_SLAC_MATCHED);
	card("A");
	SAID("ChargingLoop");
	car(CS_CAR_PAUSE);
	SAID("hlc_charging update false pause", "slac_data_link update pause", "cs_contactor_status update opened",
	     "cp_status update B2");
	car(CS_CAR_RESUME);
	SAID("slac_data_link update resume");
	slac(API_SLAC_MATCHED);
	SAID("hlc_charging update true resume", "PowerDelivery", "cp_status update C2", "ChargingLoop");
	assert_null(strstr(history, "transaction_status update ended"));
}

/* Steps 13 to 26 of the sequence. */
static void basic_charging_is_stopped_by_the_backend(void **state)
{
	(void)state;
	plug();
	slac(API_SLAC_BASIC_CHARGING);
	pilot(false, 320);
	csms(CS_CSMS_START, 0);
	SAID("authorization update accepted", "transaction_status update started",
	     "transaction_status update in_progress", "cs_contactor_status update closed");
	csms(CS_CSMS_STOP, 0);
	SAID("stop_charging request", "stop_charging response accepted", "cp_status update C1",
	     "cs_contactor_status update opened", "transaction_status update ended", "cp_status update B1");
	unplug();
	SAID("cp_status update A1");
}

static void direct_current_has_its_own_steps(void **state)
{
	(void)state;
	start(true);
	plug();
	slac(API_SLAC_MATCHED);
	card("A");
	SAID("CableCheck", "cable_check request start", "cable_check response ongoing", "cable_check request status",
	     "cable_check response finished", "PreCharge",
	     "power_electronics_setpoint request 400 V, 2.0 A DC (precharge)", "PowerDelivery", "ChargingLoop",
	     "power_electronics_setpoint request 400 V, 100.0 A DC", "power_electronics_setpoint response accepted");
	assert_true(cs_meter_current(&outlet->meter) == 16);
}

static void limit_of_smart_charging_becomes_a_setpoint(void **state)
{
	struct api_session_message limit = {.kind = API_SESSION_CHARGE_LIMIT, .type = API_UPDATE};

	(void)state;
	plug();
	slac(API_SLAC_MATCHED);
	limit.data.charge_limit.limit = 13;
	heard(CS_TOPIC_SMART_ISO15118, limit); /* before the loop: kept */
	card("A");
	SAID("ChargingLoop", "power_electronics_setpoint request 13.0 A");
	assert_true(cs_meter_current(&outlet->meter) == 13);
	limit.data.charge_limit.limit = 6900;
	limit.data.charge_limit.watt = true;
	heard(CS_TOPIC_SMART_ISO15118, limit);
	SAID("power_electronics_setpoint request 6900 W", "power_electronics_setpoint response accepted");
	assert_true(cs_meter_current(&outlet->meter) == 10);
}

static void profiles_are_of_the_transaction_once_it_runs(void **state)
{
	(void)state;
	csms(CS_CSMS_LIMIT, 10);
	SAID("set_charging_profile request TxDefaultProfile 10.0 A");
	plug();
	card("A");
	csms(CS_CSMS_LIMIT, 8);
	SAID("set_charging_profile request TxProfile 8.0 A");
	csms(CS_CSMS_CLEAR, 0);
	csms(CS_CSMS_SCHEDULE, 3600);
	SAID("clear_charging_profile request", "get_composite_schedule request");
}

static void backend_asks_for_meter_availability_and_reset(void **state)
{
	struct cs_outbox out = {0};

	(void)state;
	csms(CS_CSMS_METER, 0);
	SAID("meter_values request " NOON, "meter_values response");
	csms(CS_CSMS_INOPERATIVE, 0);
	SAID("change_availability request inoperative", "change_availability response accepted");
	assert_true(outlet->inoperative);
	csms(CS_CSMS_OPERATIVE, 0);
	assert_false(outlet->inoperative);
	csms(CS_CSMS_RESET, 0);
	SAID("reset request", "reset response accepted");
	assert_false(cs_ocpp_order(&ocpp, CS_CSMS_STOP, "DE*OTHER", 0, NOON, &out));
	assert_false(cs_iso15118_order(&iso15118, CS_CAR_STOP, "", &out)); /* no session */
}

/* Section 2.14 of the interface: what the station takes out of service stops a running transaction. */
static void outlet_that_goes_out_of_service_ends_its_transaction(void **state)
{
	struct api_session_message update = {.kind = API_SESSION_AVAILABILITY, .type = API_UPDATE};
	char gist[32];

	(void)state;
	plug();
	pilot(false, 320);
	card("A");
	SAID("transaction_status update started T1");
	heard(CS_TOPIC_FROM_STATION, update); /* operative: nothing changes */
	assert_null(strstr(history, "transaction_status update ended"));
	update.data.operational = API_INOPERATIVE;
	heard(CS_TOPIC_FROM_STATION, update);
	SAID("transaction_status update ended T1");
	api_session_gist(&update, gist, sizeof(gist));
	assert_string_equal(gist, "inoperative");
}

static void outlet_that_the_backend_takes_out_of_service_ends_its_transaction(void **state)
{
	(void)state;
	plug();
	pilot(false, 320);
	card("A");
	csms(CS_CSMS_INOPERATIVE, 0);
	SAID("transaction_status update started T1", "change_availability response accepted",
	     "transaction_status update ended T1");
	assert_false(ocpp.outlets[0].running);
	card("A"); /* it begins again with the next card, not before */
	SAID("transaction_status update started T2");
}

/* A transaction at every outlet: what all of them say is so much for one outbox. */
static void station_that_goes_out_of_service_ends_all_its_transactions(void **state)
{
	static char many[API_EVSES_MAX][API_EVSE_ID_MAX];
	struct api_session_message answer = {.kind = API_SESSION_AVAILABILITY, .type = API_RESPONSE};
	struct cs_outbox out = {0};

	(void)state;
	for (size_t i = 0; i < API_EVSES_MAX; i++)
		snprintf(many[i], sizeof(many[i]), "E%zu", i);
	cs_ocpp_boot(&ocpp, many, API_EVSES_MAX, &out);
	for (size_t i = 0; i < API_EVSES_MAX; i++)
		ocpp.outlets[i].plugged = ocpp.outlets[i].authorized = ocpp.outlets[i].running = true;
	out.count = 0;
	assert_true(cs_ocpp_order(&ocpp, CS_CSMS_INOPERATIVE, "", 0, NOON, &out));
	strcpy(answer.id, out.items[0].message.id);
	answer.verdict = API_REJECTED;
	out.count = 0;
	cs_ocpp_heard(&ocpp, CS_TOPIC_FROM_STATION, &answer, NOON, &out);
	assert_int_equal(out.count, 0);
	assert_true(cs_ocpp_order(&ocpp, CS_CSMS_INOPERATIVE, "", 0, NOON, &out));
	strcpy(answer.id, out.items[0].message.id);
	answer.verdict = API_ACCEPTED;
	out.count = 0;
	cs_ocpp_heard(&ocpp, CS_TOPIC_FROM_STATION, &answer, NOON, &out);
	assert_int_equal(out.count, API_EVSES_MAX + 1);
	assert_int_equal(out.items[0].message.data.transaction.status, API_TX_ENDED);
	assert_int_equal(out.items[API_EVSES_MAX].message.kind, API_SESSION_METER);
	assert_false(ocpp.outlets[API_EVSES_MAX - 1].running);
}

/* Whoever asks with one id for many outlets: the answer is to one of them, and is so much for one outbox. */
static void one_answer_to_a_card_is_for_one_outlet(void **state)
{
	static char many[API_EVSES_MAX][API_EVSE_ID_MAX];
	static const bool dc[API_EVSES_MAX];
	struct api_session_message matched = {.kind = API_SESSION_SLAC_STATUS, .type = API_UPDATE};
	struct api_session_message card = {.kind = API_SESSION_AUTHORIZATION, .type = API_REQUEST, .id = "same"};
	struct cs_outbox out = {0};

	(void)state;
	matched.data.slac = API_SLAC_MATCHED;
	for (size_t i = 0; i < API_EVSES_MAX; i++)
		snprintf(many[i], sizeof(many[i]), "E%zu", i);
	cs_iso15118_boot(&iso15118, many, dc, API_EVSES_MAX);
	for (size_t i = 0; i < API_EVSES_MAX; i++) {
		strcpy(matched.evse_id, many[i]);
		strcpy(card.evse_id, many[i]);
		out.count = 0;
		cs_iso15118_heard(&iso15118, CS_TOPIC_TO_STATION, &matched, now, &out);
		cs_iso15118_heard(&iso15118, CS_TOPIC_FROM_STATION, &card, now, &out);
	}
	card.type = API_RESPONSE;
	card.evse_id[0] = '\0';
	out.count = 0;
	cs_iso15118_heard(&iso15118, CS_TOPIC_TO_STATION, &card, now, &out);
	assert_true(out.count > 0);
	for (size_t i = 0; i < out.count; i++)
		assert_string_equal(out.items[i].message.evse_id, "E0");
}

/* Steps 2 to 7 of the sequence; answers to other services' questions do not count. */
static void boot_asks_one_question_after_the_other(void **state)
{
	struct api_session_message answer = {.kind = API_SESSION_DEVICE_MODEL, .type = API_RESPONSE, .id = "foreign"};
	struct cs_outbox out = {0};

	(void)state;
	cs_ocpp_boot(&ocpp, evse_ids, 1, &out);
	assert_int_equal(out.count, 2);
	assert_int_equal(out.items[1].message.kind, API_SESSION_DEVICE_MODEL);
	cs_ocpp_heard(&ocpp, CS_TOPIC_FROM_STATION, &answer, NOON, &out);
	assert_int_equal(out.count, 2);
	for (size_t asked = 1; asked < 4; asked++) {
		answer.kind = out.items[asked].message.kind;
		strcpy(answer.id, out.items[asked].message.id);
		cs_ocpp_heard(&ocpp, CS_TOPIC_FROM_STATION, &answer, NOON, &out);
	}
	assert_int_equal(out.items[2].message.kind, API_SESSION_LIMITS);
	assert_int_equal(out.items[3].message.kind, API_SESSION_PARAMETERS);
	assert_int_equal(out.items[out.count - 1].message.kind, API_SESSION_SERVICE_STATUS);
	assert_int_equal(out.items[out.count - 1].message.data.service.state, API_SERVICE_READY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(card_starts_and_stops_a_session_with_iso15118, set_up),
		cmocka_unit_test_setup(contract_pays_and_the_car_ends_the_session, set_up),
		cmocka_unit_test_setup(contract_that_the_backend_rejects_gets_nothing, set_up),
		cmocka_unit_test_setup(session_sleeps_and_goes_on, set_up),
		cmocka_unit_test_setup(basic_charging_is_stopped_by_the_backend, set_up),
		cmocka_unit_test_setup(direct_current_has_its_own_steps, set_up),
		cmocka_unit_test_setup(limit_of_smart_charging_becomes_a_setpoint, set_up),
		cmocka_unit_test_setup(profiles_are_of_the_transaction_once_it_runs, set_up),
		cmocka_unit_test_setup(backend_asks_for_meter_availability_and_reset, set_up),
		cmocka_unit_test_setup(outlet_that_goes_out_of_service_ends_its_transaction, set_up),
		cmocka_unit_test_setup(outlet_that_the_backend_takes_out_of_service_ends_its_transaction, set_up),
		cmocka_unit_test_setup(station_that_goes_out_of_service_ends_all_its_transactions, set_up),
		cmocka_unit_test_setup(one_answer_to_a_card_is_for_one_outlet, set_up),
		cmocka_unit_test_setup(boot_asks_one_question_after_the_other, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
