/* SPDX-License-Identifier: Apache-2.0 */
/* What slacd reads from each parsed. */
#include "mqtt/api/tests/api_parse_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void service_status_request_for_slac_is_read(void **state)
{
	(void)state;
	assert_int_equal(parse(SERVICE_STATUS_REQUEST), API_OK);
	assert_int_equal(parsed.kind, API_SERVICE_STATUS);
	assert_int_equal(parsed.type, API_REQUEST);
	assert_string_equal(parsed.id, MESSAGE_ID);
}

#define OTHER_SERVICE(service, status)                                                                                 \
	ENVELOPE("service_status", "update", "{\"service\":\"" service "\",\"status\":\"" status "\"}")

static void smart_charging_service_that_becomes_ready_is_heard_and_no_other(void **state)
{
	static const char *const others[] = {
		OTHER_SERVICE("smart_charging", "starting"), OTHER_SERVICE("smart_charging", "much"),
		OTHER_SERVICE("ocpp", "ready"), OTHER_SERVICE("slac", "ready"),
		ENVELOPE("service_status", "update", "{\"service\":5,\"status\":\"ready\"}")};

	(void)state;
	assert_int_equal(parse_from(API_FROM_SERVICES, OTHER_SERVICE("smart_charging", "Ready")), API_OK);
	assert_int_equal(parsed.kind, API_SERVICE_STATUS);
	assert_int_equal(parsed.type, API_UPDATE);
	for (size_t i = 0; i < COUNT(others); i++)
		assert_int_equal(parse_from(API_FROM_SERVICES, others[i]), API_IGNORED);
}

static void cs_parameters_response_and_update_are_read(void **state)
{
	const struct api_parameters *p = &parsed.data.parameters;

	(void)state;
	assert_int_equal(parse(PARAMETERS_RESPONSE), API_OK);
	assert_int_equal(parsed.kind, API_CS_PARAMETERS);
	assert_int_equal(p->count, 2);
	assert_string_equal(p->evses[0].evse_id, EVSE_1);
	assert_string_equal(p->evses[0].network_interface, "eth1");
	assert_true(p->evses[0].has_ac && !p->evses[0].has_dc);
	assert_true(!p->evses[1].has_ac && p->evses[1].has_dc);
	assert_int_equal(parse_changed(PARAMETERS_RESPONSE, "response", "update"), API_OK);
	assert_int_equal(parsed.type, API_UPDATE);
}

static void every_service_of_a_connector_counts(void **state)
{
	static const struct {
		const char *services;
		bool ac;
		bool dc;
	} cases[] = {
		{"{\"ac\":{}}", true, false},     {"{\"ac_bpt\":{}}", true, false},      {"{\"dc\":{}}", false, true},
		{"{\"dc_bpt\":{}}", false, true}, {"{\"ac\":{},\"dc\":{}}", true, true}, {"{}", false, false},
		{"{\"ac\":null}", false, false},  {"{\"inductive\":5}", false, false},
	};
	char text[512];
	struct api_parameters p;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		snprintf(text, sizeof(text),
			 "{\"parameters\":[{\"evse_id\":\"E\",\"supports_eim\":true,\"network_interface\":"
			 "\"e\","
			 "\"connectors\":[{\"services\":%s}]}]}",
			 cases[i].services);
		assert_int_equal(api_parse_parameters_data(text, strlen(text), &p, &parse_error), API_OK);
		assert_int_equal(p.evses[0].has_ac, cases[i].ac);
		assert_int_equal(p.evses[0].has_dc, cases[i].dc);
	}
}

static void ac_is_single_phase_where_every_ac_service_is(void **state)
{
	static const struct {
		const char *services;
		bool single_phase;
	} cases[] = {
		{"{\"ac\":{\"connector_type\":\"AC_single_phase_core\"}}", true},
		{"{\"ac_bpt\":{\"connector_type\":\"AC_single_phase_core\"},\"dc\":{}}", true},
		{"{\"ac\":{\"connector_type\":\"AC_three_phase_core\"}}", false},
		{"{\"ac\":{}}", false},
		{"{\"ac\":{\"connector_type\":\"AC_single_phase_core\"},\"ac_bpt\":{}}", false},
		{"{\"ac\":{},\"ac_bpt\":{\"connector_type\":\"AC_single_phase_core\"}}", false},
		{"{\"dc\":{\"connector_type\":\"AC_single_phase_core\"}}", false},
	};
	char text[512];
	struct api_parameters p;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		snprintf(text, sizeof(text),
			 "{\"parameters\":[{\"evse_id\":\"E\",\"network_interface\":\"e\",\"connectors\":["
			 "{\"services\":%s}]}]}",
			 cases[i].services);
		assert_int_equal(api_parse_parameters_data(text, strlen(text), &p, &parse_error), API_OK);
		assert_int_equal(p.evses[0].ac_single_phase, cases[i].single_phase);
	}
}

static void cs_status_and_limits_response_and_update_are_read(void **state)
{
	const struct api_limits *l = &parsed.data.limits;

	(void)state;
	assert_int_equal(parse(LIMITS_RESPONSE), API_OK);
	assert_int_equal(parsed.kind, API_CS_STATUS_AND_LIMITS);
	assert_int_equal(l->count, 2);
	assert_int_equal(l->evses[0].status_code, API_EVSE_READY);
	assert_true(l->evses[0].has_ac);
	assert_true(l->evses[0].max_current_a[0] == 16 && l->evses[0].max_current_a[1] == 15.5 &&
		    l->evses[0].max_current_a[2] == 0);
	assert_false(l->evses[0].rcd_error);
	assert_int_equal(l->evses[1].status_code, API_EVSE_MALFUNCTION);
	assert_false(l->evses[1].has_ac);
	assert_int_equal(parse_changed(LIMITS_RESPONSE, "response", "update"), API_OK);
}

static void phases_that_are_absent_are_not_connected(void **state)
{
	(void)state;
	assert_int_equal(parse_changed(LIMITS_RESPONSE, ",\"l2\":15.5,\"l3\":null", ""), API_OK);
	assert_true(parsed.data.limits.evses[0].max_current_a[0] == 16);
	assert_true(parsed.data.limits.evses[0].max_current_a[1] == 0);
	assert_true(parsed.data.limits.evses[0].max_current_a[2] == 0);
}

static void cp_pwm_response_is_read(void **state)
{
	(void)state;
	assert_int_equal(parse(CP_PWM_RESPONSE), API_OK);
	assert_int_equal(parsed.kind, API_CP_PWM);
	assert_string_equal(parsed.data.cp_pwm.evse_id, EVSE_1);
	assert_int_equal(parsed.data.cp_pwm.status, API_CP_PWM_INVALID);
	assert_string_equal(parsed.data.cp_pwm.info, "too high");
	assert_int_equal(parse_changed(CP_PWM_RESPONSE, ",\"info\":\"too high\"", ""), API_OK);
	assert_string_equal(parsed.data.cp_pwm.info, "");
}

static void long_info_is_cut_between_characters(void **state)
{
	char info[400] = "x";

	(void)state;
	for (int i = 0; i < 90; i++)
		strcat(info, "\xc3\xa4");
	assert_int_equal(parse_changed(CP_PWM_RESPONSE, "too high", info), API_OK);
	assert_int_equal(strlen(parsed.data.cp_pwm.info), API_INFO_MAX - 1);
	info[0] = 'x';
	memmove(info + 2, info + 1, strlen(info + 1) + 1);
	info[1] = 'x';
	assert_int_equal(parse_changed(CP_PWM_RESPONSE, "too high", info), API_OK);
	assert_int_equal(strlen(parsed.data.cp_pwm.info), API_INFO_MAX - 2);
}

static void cp_status_is_read(void **state)
{
	const struct api_cp_status *cp = &parsed.data.cp_status;

	(void)state;
	assert_int_equal(parse(CP_STATUS_UPDATE), API_OK);
	assert_int_equal(parsed.kind, API_CP_STATUS);
	assert_string_equal(cp->evse_id, EVSE_1);
	assert_int_equal(cp->state, API_CP_B2);
	assert_true(cp->has_duty_cycle && cp->duty_cycle_percent == 5);
}

static void cp_status_needs_no_measurements(void **state)
{
	(void)state;
	assert_int_equal(parse(ENVELOPE("cp_status", "update",
					"{\"evse_id\":\"E\",\"connector_id\":7,\"state\":\"A1\",\"duty_cycle\":null}")),
			 API_OK);
	assert_false(parsed.data.cp_status.has_duty_cycle);
}

static void every_pilot_state_has_its_text(void **state)
{
	static const char *const texts[] = {"A1", "A2", "B1", "B2", "C1", "C2", "D1", "D2", "E", "F"};
	char quoted[8];

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		snprintf(quoted, sizeof(quoted), "\"%s\"", texts[i]);
		assert_int_equal(parse_changed(CP_STATUS_UPDATE, "\"B2\"", quoted), API_OK);
		assert_int_equal(parsed.data.cp_status.state, i);
		assert_string_equal(api_cp_state_text(parsed.data.cp_status.state), texts[i]);
	}
}

static void slac_data_link_is_read(void **state)
{
	(void)state;
	assert_int_equal(parse(DATA_LINK_UPDATE), API_OK);
	assert_int_equal(parsed.kind, API_SLAC_DATA_LINK);
	assert_string_equal(parsed.data.data_link.evse_id, EVSE_1);
	assert_int_equal(parsed.data.data_link.action, API_DATA_LINK_PAUSE);
	assert_int_equal(parse_changed(DATA_LINK_UPDATE, "pause", "terminate"), API_OK);
	assert_int_equal(parsed.data.data_link.action, API_DATA_LINK_TERMINATE);
	assert_int_equal(parse_changed(DATA_LINK_UPDATE, "pause", "resume"), API_OK);
	assert_int_equal(parsed.data.data_link.action, API_DATA_LINK_RESUME);
}

static void requests_about_one_outlet_are_read(void **state)
{
	(void)state;
	assert_int_equal(parse(LINK_STATUS_REQUEST), API_OK);
	assert_int_equal(parsed.kind, API_SLAC_LINK_STATUS);
	assert_string_equal(parsed.data.request.evse_id, EVSE_1);
	assert_int_equal(parse(NETWORK_INFO_REQUEST), API_OK);
	assert_int_equal(parsed.kind, API_SLAC_NETWORK_INFO);
	assert_string_equal(parsed.data.request.evse_id, EVSE_1);
}

static void hlc_charging_is_read(void **state)
{
	(void)state;
	assert_int_equal(parse(HLC_CHARGING_UPDATE), API_OK);
	assert_int_equal(parsed.kind, API_HLC_CHARGING);
	assert_true(parsed.data.hlc_charging.active);
	assert_int_equal(parse_changed(HLC_CHARGING_UPDATE, "true", "false"), API_OK);
	assert_false(parsed.data.hlc_charging.active);
}

static void session_that_pauses_is_not_over(void **state)
{
	(void)state;
	assert_int_equal(parse_changed(HLC_CHARGING_UPDATE, "true", "false,\"action\":\"pause\""), API_OK);
	assert_true(parsed.data.hlc_charging.active);
	assert_int_equal(parse_changed(HLC_CHARGING_UPDATE, "true", "true,\"action\":\"resume\""), API_OK);
	assert_true(parsed.data.hlc_charging.active);
	assert_int_equal(parse_changed(HLC_CHARGING_UPDATE, "true", "false,\"action\":\"resume\""), API_OK);
	assert_false(parsed.data.hlc_charging.active);
}

static void token_type_decides_what_is_by_external_means(void **state)
{
	static const struct {
		const char *token_type;
		bool by_eim;
	} cases[] = {{"ISO14443", true}, {"ISO15693", true},    {"key_code", true}, {"local", true},
		     {"central", true},  {"mac_address", true}, {"e_maid", false},  {"no_authorization", false},
		     {"iso14443", true}, {"E_MAID", false}};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(parse_changed(AUTHORIZATION_UPDATE, "ISO15693", cases[i].token_type), API_OK);
		assert_int_equal(parsed.data.authorization.by_eim, cases[i].by_eim);
		assert_int_equal(parse_changed(AUTHORIZATION_REQUEST, "ISO14443", cases[i].token_type), API_OK);
		assert_int_equal(parsed.data.authorization.by_eim, cases[i].by_eim);
	}
}

static void authorization_is_accepted_or_ends(void **state)
{
	static const char *const ends[] = {"rejected", "deauthorized", "expired", "accepted_"};

	(void)state;
	assert_int_equal(parse(AUTHORIZATION_UPDATE), API_OK);
	assert_int_equal(parsed.kind, API_AUTHORIZATION);
	assert_true(parsed.data.authorization.accepted);
	assert_string_equal(parsed.data.authorization.evse_id, EVSE_1);
	assert_int_equal(parse(AUTHORIZATION_RESPONSE), API_OK);
	assert_string_equal(parsed.id, MESSAGE_ID);
	assert_true(parsed.data.authorization.accepted);
	assert_int_equal(parse_changed(AUTHORIZATION_RESPONSE, "accepted", "Accepted"), API_OK);
	assert_true(parsed.data.authorization.accepted);
	for (size_t i = 0; i < COUNT(ends); i++) {
		assert_int_equal(parse_changed(AUTHORIZATION_UPDATE, "accepted", ends[i]), API_OK);
		assert_false(parsed.data.authorization.accepted);
		assert_int_equal(parse_changed(AUTHORIZATION_RESPONSE, "accepted", ends[i]), API_OK);
		assert_false(parsed.data.authorization.accepted);
	}
}

static void end_of_an_authorization_needs_no_token_type(void **state)
{
	(void)state;
	assert_int_equal(parse(ENVELOPE("authorization", "update", "{\"evse_id\":\"E\",\"status\":\"deauthorized\"}")),
			 API_OK);
	assert_true(parsed.data.authorization.by_eim && !parsed.data.authorization.accepted);
}

static void card_before_the_plug_in_names_no_outlet(void **state)
{
	(void)state;
	assert_int_equal(parse_changed(AUTHORIZATION_REQUEST, "\"evse_id\":\"DE*ABC*E1\",", ""), API_OK);
	assert_string_equal(parsed.data.authorization.evse_id, "");
	assert_int_equal(parse(AUTHORIZATION_REQUEST), API_OK);
	assert_string_equal(parsed.data.authorization.evse_id, EVSE_1);
}

static void reset_is_for_one_outlet_or_for_all(void **state)
{
	(void)state;
	assert_int_equal(parse(RESET_REQUEST), API_OK);
	assert_int_equal(parsed.kind, API_SLAC_RESET);
	assert_string_equal(parsed.data.request.evse_id, EVSE_1);
	assert_int_equal(parse(ENVELOPE("slac_reset", "request", "{}")), API_OK);
	assert_string_equal(parsed.data.request.evse_id, "");
	assert_int_equal(parse(ENVELOPE("reset", "request", "{}")), API_OK);
	assert_int_equal(parsed.kind, API_RESET);
	assert_string_equal(parsed.data.request.evse_id, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(service_status_request_for_slac_is_read),
		cmocka_unit_test(smart_charging_service_that_becomes_ready_is_heard_and_no_other),
		cmocka_unit_test(cs_parameters_response_and_update_are_read),
		cmocka_unit_test(every_service_of_a_connector_counts),
		cmocka_unit_test(ac_is_single_phase_where_every_ac_service_is),
		cmocka_unit_test(cs_status_and_limits_response_and_update_are_read),
		cmocka_unit_test(phases_that_are_absent_are_not_connected),
		cmocka_unit_test(cp_pwm_response_is_read),
		cmocka_unit_test(long_info_is_cut_between_characters),
		cmocka_unit_test(cp_status_is_read),
		cmocka_unit_test(cp_status_needs_no_measurements),
		cmocka_unit_test(every_pilot_state_has_its_text),
		cmocka_unit_test(slac_data_link_is_read),
		cmocka_unit_test(requests_about_one_outlet_are_read),
		cmocka_unit_test(hlc_charging_is_read),
		cmocka_unit_test(session_that_pauses_is_not_over),
		cmocka_unit_test(token_type_decides_what_is_by_external_means),
		cmocka_unit_test(authorization_is_accepted_or_ends),
		cmocka_unit_test(end_of_an_authorization_needs_no_token_type),
		cmocka_unit_test(card_before_the_plug_in_names_no_outlet),
		cmocka_unit_test(reset_is_for_one_outlet_or_for_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
