/* SPDX-License-Identifier: Apache-2.0 */
/* The messages of a charging session: what is built has the text of the interface, and is read back the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/station/api_session.h"

#define E       "\"evse_id\":\"DE*SIM*E1\""
#define EXAMPLE "    {\"id\":"

static struct api_session_message read_back;
static struct api_error error;
static char out[API_BUILD_MAX];

static enum api_result parse(const char *payload)
{
	memset(&read_back, 0, sizeof(read_back));
	memset(&error, 0, sizeof(error));
	return api_session_parse(payload, strlen(payload), &read_back, &error);
}

static struct api_session_message message_of(enum api_session_kind kind, enum api_type type)
{
	return (struct api_session_message){.kind = kind, .type = type, .id = "1", .evse_id = "DE*SIM*E1"};
}

/* Its data object is this text. */
static void assert_built(const struct api_session_message *message, const char *data)
{
	char expected[API_BUILD_MAX];

	snprintf(expected, sizeof(expected), "{\"id\":\"1\",\"name\":\"%s\",\"type\":\"%s\",\"data\":{%s}}",
		 api_session_name(message->kind), api_type_text(message->type), data);
	assert_int_equal(api_session_build(out, sizeof(out), message), strlen(expected));
	assert_string_equal(out, expected);
}

/* Built, and read back as the same kind, type and id. */
static void assert_read_back(const struct api_session_message *message, const char *data)
{
	assert_built(message, data);
	if (parse(out) != API_OK)
		fail_msg("%s: %s: expected %s", out, error.member, error.expected);
	assert_int_equal(read_back.kind, message->kind);
	assert_int_equal(read_back.type, message->type);
	assert_string_equal(read_back.id, "1");
}

static void authorization_is_asked_answered_and_told(void **state)
{
	struct api_session_message message = message_of(API_SESSION_AUTHORIZATION, API_REQUEST);

	(void)state;
	message.data.token = (struct api_token){.id = "03459512", .type = API_TOKEN_ISO14443};
	assert_read_back(&message, E ",\"id_token\":\"03459512\",\"token_type\":\"ISO14443\"");
	assert_string_equal(read_back.data.token.id, "03459512");
	message.type = API_UPDATE;
	message.data.token.type = API_TOKEN_CENTRAL;
	assert_read_back(&message, E ",\"id_token\":\"03459512\",\"token_type\":\"central\",\"status\":\"accepted\"");
	assert_int_equal(read_back.data.token.type, API_TOKEN_CENTRAL);
	message.type = API_RESPONSE;
	message.verdict = API_REJECTED;
	assert_read_back(&message, "\"status\":\"rejected\"");
	assert_int_equal(read_back.verdict, API_REJECTED);
}

static void session_is_stopped_reset_and_taken_out_of_service(void **state)
{
	struct api_session_message message = message_of(API_SESSION_STOP, API_REQUEST);

	(void)state;
	assert_read_back(&message, E);
	message.type = API_RESPONSE;
	assert_read_back(&message, E ",\"status\":\"accepted\"");
	message = message_of(API_SESSION_RESET, API_REQUEST);
	assert_read_back(&message, E);
	message.evse_id[0] = '\0';
	assert_read_back(&message, "");
	assert_string_equal(read_back.evse_id, "");
	message.type = API_RESPONSE;
	assert_built(&message, "\"status\":\"accepted\"");
	message = message_of(API_SESSION_AVAILABILITY, API_REQUEST);
	message.data.operational = API_INOPERATIVE;
	assert_read_back(&message, E ",\"operational_status\":\"inoperative\"");
	assert_int_equal(read_back.data.operational, API_INOPERATIVE);
	message.type = API_UPDATE;
	assert_read_back(&message, E ",\"operational_status\":\"inoperative\"");
	assert_int_equal(read_back.data.operational, API_INOPERATIVE);
}

static void station_tells_contactor_connector_and_cable(void **state)
{
	struct api_session_message message = message_of(API_SESSION_CONTACTOR, API_UPDATE);

	(void)state;
	message.data.contactor = API_CONTACTOR_OPENED;
	assert_read_back(&message, E ",\"status\":\"opened\"");
	assert_int_equal(read_back.data.contactor, API_CONTACTOR_OPENED);
	message = message_of(API_SESSION_CONNECTOR, API_REQUEST);
	message.data.connector.id = 1;
	message.data.connector.action = API_CONNECTOR_UNLOCK;
	assert_read_back(&message, E ",\"connector_id\":1,\"action\":\"unlock\"");
	message.type = API_RESPONSE;
	message.data.connector.lock = API_LOCK_ERROR;
	strcpy(message.info, "why");
	assert_built(&message, E ",\"connector_id\":1,\"status\":\"error\",\"info\":\"why\"");
	message = message_of(API_SESSION_CABLE_INFO, API_UPDATE);
	message.data.cable.rated_a = 20;
	assert_built(&message, E ",\"connection_status\":\"connected\",\"rated_cable_current\":20,\"lock\":\"locked\"");
	message = message_of(API_SESSION_CABLE_CHECK, API_RESPONSE);
	assert_read_back(&message, E ",\"cable_check_status\":\"ongoing\"");
	message.data.cable_check.status = API_CABLE_CHECK_FINISHED;
	assert_read_back(&message, E ",\"cable_check_status\":\"finished\",\"isolation_level\":\"valid\"");
}

static void meter_is_asked_and_tells_thousandths(void **state)
{
	struct api_session_message message = message_of(API_SESSION_METER, API_REQUEST);
	struct api_meter_values *meter = &message.data.meter;

	(void)state;
	strcpy(meter->timestamp, "2025-01-06T22:50:00Z");
	assert_read_back(&message, E ",\"timestamp\":\"2025-01-06T22:50:00Z\"");
	assert_string_equal(read_back.data.meter.timestamp, "2025-01-06T22:50:00Z");
	message.type = API_UPDATE;
	meter->voltage_v[0] = 230;
	meter->current_a[0] = 16;
	meter->energy_wh = 1.23456;
	assert_built(&message, E ",\"timestamp\":\"2025-01-06T22:50:00Z\",\"voltage\":{\"l1\":230,\"l2\":0,\"l3\":0},"
				 "\"current\":{\"l1\":16,\"l2\":0,\"l3\":0},\"power_factor\":1,\"frequency\":50,"
				 "\"total_active_energy_imported\":1.235,\"total_reactive_energy_imported\":0,"
				 "\"total_active_energy_exported\":0");
	meter->dc_voltage_v = (struct api_amount){.has = true, .value = 400};
	meter->dc_current_a = 100;
	assert_true(api_session_build(out, sizeof(out), &message) > 0);
	assert_non_null(strstr(out, "\"dc_current\":100,\"dc_voltage\":400}"));
}

static void iso15118_session_is_told(void **state)
{
	struct api_session_message message = message_of(API_SESSION_HLC, API_UPDATE);

	(void)state;
	message.data.hlc.active = true;
	assert_read_back(&message, E ",\"status\":true");
	message.data.hlc.active = false;
	message.data.hlc.action = API_HLC_PAUSE;
	assert_read_back(&message, E ",\"status\":false,\"action\":\"pause\"");
	assert_int_equal(read_back.data.hlc.action, API_HLC_PAUSE);
	message = message_of(API_SESSION_STATE_INFO, API_UPDATE);
	message.data.state_info.step = API_STEP_SESSION_STOP;
	message.data.state_info.payment = API_PAYMENT_PNC;
	message.data.state_info.stop = API_STOP_TERMINATE;
	assert_read_back(&message,
			 E ",\"session_status\":\"SessionStop\",\"info\":{\"selected_payment_option\":\"PNC\","
			   "\"stop_action\":\"Terminate\"}");
	assert_int_equal(read_back.data.state_info.payment, API_PAYMENT_PNC);
	message = message_of(API_SESSION_TRANSACTION, API_UPDATE);
	strcpy(message.data.transaction.id, "T1");
	message.data.transaction.token = (struct api_token){.type = API_TOKEN_E_MAID};
	message.data.transaction.status = API_TX_ENDED;
	assert_read_back(&message, E ",\"transaction_id\":\"T1\",\"status\":\"ended\",\"token_type\":\"e_maid\"");
	assert_int_equal(read_back.data.transaction.status, API_TX_ENDED);
}

static void setpoint_is_alternating_or_direct(void **state)
{
	struct api_session_message message = message_of(API_SESSION_SETPOINT, API_REQUEST);
	struct api_setpoint *setpoint = &message.data.setpoint;

	(void)state;
	setpoint->ev_maximum_voltage_v = 450;
	setpoint->ac_current_a = (struct api_amount){.has = true, .value = 10.5};
	assert_read_back(&message, E ",\"ev_limits\":{\"maximum_voltage\":450},\"is_precharge\":false,"
				     "\"ac\":{\"charge_current\":10.5}");
	assert_true(read_back.data.setpoint.ac_current_a.has);
	assert_false(read_back.data.setpoint.dc_voltage_v.has);
	setpoint->precharge = true;
	setpoint->dc_voltage_v = (struct api_amount){.has = true, .value = 400};
	setpoint->dc_current_a = (struct api_amount){.has = true, .value = 2};
	assert_read_back(&message, E ",\"ev_limits\":{\"maximum_voltage\":450},\"is_precharge\":true,"
				     "\"dc\":{\"voltage\":400,\"charge_current\":2}");
	assert_true(read_back.data.setpoint.precharge);
	assert_true(read_back.data.setpoint.dc_current_a.value == 2);
}

static void profiles_are_of_the_transaction_or_by_default(void **state)
{
	struct api_session_message message = message_of(API_SESSION_PROFILE, API_REQUEST);
	struct api_profile *profile = &message.data.profile;

	(void)state;
	*profile = (struct api_profile){.id = 1, .purpose = "TxProfile", .transaction_id = "T1", .limit_a = 10};
	assert_built(&message,
		     E ",\"charging_profile\":{\"id\":1,\"stack_level\":0,"
		       "\"charging_profile_purpose\":\"TxProfile\",\"charging_profile_kind\":\"Relative\","
		       "\"transaction_id\":\"T1\",\"charging_schedule\":[{\"id\":1,\"charging_rate_unit\":\"A\","
		       "\"charging_schedule_period\":[{\"start_period\":0,\"limit\":10}]}]}");
	*profile = (struct api_profile){
		.id = 2, .purpose = "TxDefaultProfile", .start = "2025-01-06T22:50:00Z", .limit_a = 8};
	assert_true(api_session_build(out, sizeof(out), &message) > 0);
	assert_non_null(strstr(out, "\"charging_profile_kind\":\"Absolute\""));
	assert_non_null(strstr(out, "\"start_schedule\":\"2025-01-06T22:50:00Z\""));
	message = message_of(API_SESSION_CLEAR_PROFILE, API_REQUEST);
	message.data.profile.id = 2;
	assert_built(&message, "\"charging_profile_id\":2");
	message = message_of(API_SESSION_COMPOSITE, API_REQUEST);
	message.data.duration_s = 3600;
	assert_built(&message, E ",\"duration\":3600,\"charging_rate_unit\":\"A\"");
	message = message_of(API_SESSION_CHARGE_LIMIT, API_UPDATE);
	message.data.charge_limit.limit = 6900;
	message.data.charge_limit.watt = true;
	assert_read_back(&message, E ",\"limit\":6900,\"unit\":\"W\"");
	assert_true(read_back.data.charge_limit.watt);
}

/* Letters of either case, null for what is absent, the other spelling of the payment. */
static void what_services_write_differently_is_read(void **state)
{
	(void)state;
	assert_int_equal(parse("{\"id\":\"1\",\"name\":\"authorization\",\"type\":\"response\","
			       "\"data\":{\"status\":\"Accepted\"}}"),
			 API_OK);
	assert_int_equal(read_back.verdict, API_ACCEPTED);
	assert_int_equal(parse("{\"id\":\"1\",\"name\":\"reset\",\"type\":\"request\",\"data\":{\"evse_id\":null}}"),
			 API_OK);
	assert_string_equal(read_back.evse_id, "");
	assert_int_equal(parse("{\"id\":\"1\",\"name\":\"iso15118_state_info\",\"type\":\"update\",\"data\":{" E
			       ",\"session_status\":\"Authorization\",\"info\":{\"selectedPaymentOption\":\"EIM\"}}}"),
			 API_OK);
	assert_int_equal(read_back.data.state_info.payment, API_PAYMENT_EIM);
	assert_int_equal(parse("{\"id\":\"1\",\"name\":\"authorization\",\"type\":\"update\",\"data\":{" E
			       ",\"status\":\"deauthorized\"}}"),
			 API_OK);
}

static void request_that_cannot_be_read_keeps_what_its_refusal_needs(void **state)
{
	(void)state;
	assert_int_equal(parse("{\"id\":\"7\",\"name\":\"change_availability\",\"type\":\"request\",\"data\":{" E
			       ",\"operational_status\":\"maybe\"}}"),
			 API_INVALID);
	assert_int_equal(read_back.kind, API_SESSION_AVAILABILITY);
	assert_string_equal(read_back.id, "7");
	assert_string_equal(read_back.evse_id, "DE*SIM*E1");
	assert_string_equal(error.member, "data.operational_status");
	assert_int_equal(parse("{\"id\":\"7\",\"name\":\"display_message\",\"type\":\"request\",\"data\":{}}"),
			 API_IGNORED);
	assert_int_equal(parse("{\"id\":\"7\",\"name\":\"stop_charging\",\"type\":\"update\",\"data\":{}}"),
			 API_IGNORED);
	assert_int_equal(parse("{"), API_MALFORMED);
}

/* There is nothing to answer, and nothing of the caller's memory that would be taken for it. */
static void message_of_no_type_has_no_id(void **state)
{
	static const char text[] = "{\"id\":\"7\",\"name\":\"stop_charging\",\"type\":\"maybe\",\"data\":{" E "}}";

	(void)state;
	memset(&read_back, 'x', sizeof(read_back));
	assert_int_equal(api_session_parse(text, strlen(text), &read_back, &error), API_INVALID);
	assert_string_equal(error.member, "type");
	assert_int_equal(read_back.id[0], '\0');
	assert_int_equal(read_back.evse_id[0], '\0');
}

static void every_truncation_is_refused(void **state)
{
	static const char whole[] =
		"{\"id\":\"1\",\"name\":\"power_electronics_setpoint\",\"type\":\"request\",\"data\":{" E
		",\"ev_limits\":{\"maximum_voltage\":450},\"dc\":{\"voltage\":400}}}";

	(void)state;
	for (size_t len = 0; len < strlen(whole); len++)
		assert_int_equal(api_session_parse(whole, len, &read_back, &error), API_MALFORMED);
	assert_int_equal(parse(whole), API_OK);
}

/* Each example of the page is one of these messages. */
static void examples_of_the_page_are_read(void **state)
{
	FILE *page = fopen(SLACD_DOC_CS_SIM, "r");
	bool seen[API_SESSION_KINDS] = {false};
	char *line = NULL;
	size_t size = 0;
	size_t count = 0;

	(void)state;
	assert_non_null(page);
	while (getline(&line, &size, page) >= 0) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, EXAMPLE, strlen(EXAMPLE)) != 0)
			continue;
		enum api_result result = parse(line + 4);
		if (result == API_INVALID || result == API_MALFORMED)
			fail_msg("%s: %s: expected %s", line, error.member, error.expected);
		seen[read_back.kind] = true;
		count++;
	}
	free(line);
	fclose(page);
	assert_true(count >= 20);
	assert_true(seen[API_SESSION_STOP] && seen[API_SESSION_METER] && seen[API_SESSION_AVAILABILITY]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(authorization_is_asked_answered_and_told),
		cmocka_unit_test(session_is_stopped_reset_and_taken_out_of_service),
		cmocka_unit_test(station_tells_contactor_connector_and_cable),
		cmocka_unit_test(meter_is_asked_and_tells_thousandths),
		cmocka_unit_test(iso15118_session_is_told),
		cmocka_unit_test(setpoint_is_alternating_or_direct),
		cmocka_unit_test(profiles_are_of_the_transaction_or_by_default),
		cmocka_unit_test(what_services_write_differently_is_read),
		cmocka_unit_test(request_that_cannot_be_read_keeps_what_its_refusal_needs),
		cmocka_unit_test(message_of_no_type_has_no_id),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(examples_of_the_page_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
