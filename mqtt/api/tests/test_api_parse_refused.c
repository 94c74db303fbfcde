/* SPDX-License-Identifier: Apache-2.0 */
/* Messages with a wrong member are refused, and the error names it. */
#include "mqtt/api/tests/api_parse_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct wrong {
	const char *valid;
	const char *from;
	const char *to;
	const char *member;
};

static void assert_refused(const struct wrong *w)
{
	struct api_message before;

	memset(&parsed, 0x5a, sizeof(parsed));
	before = parsed;
	if (parse_changed(w->valid, w->from, w->to) != API_INVALID || strcmp(parse_error.member, w->member) != 0)
		fail_msg("%s -> %s: got member '%s', expected '%s'", w->from, w->to, parse_error.member, w->member);
	assert_true(parse_error.name[0] && parse_error.expected[0]);
	/* A refused message changes nothing. */
	assert_memory_equal(&parsed, &before, sizeof(parsed));
}

static void wrong_members_of_the_envelope_are_named(void **state)
{
	static const struct wrong cases[] = {
		{CP_STATUS_UPDATE, "\"" MESSAGE_ID "\"", "5", "id"},
		{CP_STATUS_UPDATE, "\"" MESSAGE_ID "\"", "\"\"", "id"},
		{CP_STATUS_UPDATE, "\"id\":", "\"ID\":", "id"},
		{CP_STATUS_UPDATE, "\"update\"", "\"event\"", "type"},
		{CP_STATUS_UPDATE, "\"update\"", "\"update\\u0000\"", "type"},
		{CP_STATUS_UPDATE, "\"update\"", "null", "type"},
		{CP_STATUS_UPDATE, "\"type\":", "\"kind\":", "type"},
		{CP_STATUS_UPDATE, "\"data\":", "\"payload\":", "data"},
		{CP_STATUS_UPDATE, "\"data\":", "\"data\":[],\"x\":", "data"},
		{SERVICE_STATUS_REQUEST, "\"slac\"", "[]", "data.service"},
		{SERVICE_STATUS_REQUEST, "\"service\"", "\"Service\"", "data.service"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_refused(&cases[i]);
}

static void wrong_members_of_cs_parameters_are_named(void **state)
{
	static const struct wrong cases[] = {
		{PARAMETERS_RESPONSE, "\"parameters\":", "\"evses\":", "data.parameters"},
		{PARAMETERS_RESPONSE, "\"parameters\":[", "\"parameters\":{},\"x\":[", "data.parameters"},
		{PARAMETERS_RESPONSE, "\"parameters\":[", "\"parameters\":[5,", "data.parameters[0]"},
		{PARAMETERS_RESPONSE, "\"parameters\":[", "\"parameters\":[null,", "data.parameters[0]"},
		{PARAMETERS_RESPONSE, "\"DE*ABC*E2\"", "17", "data.parameters[1].evse_id"},
		{PARAMETERS_RESPONSE, "\"DE*ABC*E2\"", "\"\"", "data.parameters[1].evse_id"},
		{PARAMETERS_RESPONSE, "\"DE*ABC*E2\"", "\"a\\nb\"", "data.parameters[1].evse_id"},
		{PARAMETERS_RESPONSE, "\"DE*ABC*E2\"", "\"a\\u0000b\"", "data.parameters[1].evse_id"},
		{PARAMETERS_RESPONSE, "DE*ABC*E2", "0123456789012345678901234567890123456789012345678901234567890123",
		 "data.parameters[1].evse_id"},
		{PARAMETERS_RESPONSE, "DE*ABC*E2", "DE*ABC*E1", "data.parameters[1].evse_id"},
		{PARAMETERS_RESPONSE, "true", "\"true\"", "data.parameters[0].supports_eim"},
		{PARAMETERS_RESPONSE, "true", "1", "data.parameters[0].supports_eim"},
		{PARAMETERS_RESPONSE, "\"supports_eim\"", "\"eim\"", "data.parameters[0].supports_eim"},
		{PARAMETERS_RESPONSE, "\"eth1\"", "null", "data.parameters[0].network_interface"},
		{PARAMETERS_RESPONSE, "eth1", "an-interface-16b", "data.parameters[0].network_interface"},
		{PARAMETERS_RESPONSE, "eth1", "../eth1", "data.parameters[0].network_interface"},
		{PARAMETERS_RESPONSE, "eth1", "..", "data.parameters[0].network_interface"},
		{PARAMETERS_RESPONSE, "\"connectors\"", "\"plugs\"", "data.parameters[0].connectors"},
		{PARAMETERS_RESPONSE, "\"connectors\":[", "\"connectors\":[[],", "data.parameters[0].connectors[0]"},
		{PARAMETERS_RESPONSE, "\"services\"", "\"s\"", "data.parameters[0].connectors[0].services"},
		{PARAMETERS_RESPONSE, "\"services\":{", "\"services\":[],\"x\":{",
		 "data.parameters[0].connectors[0].services"},
		{PARAMETERS_RESPONSE, "\"ac\":{", "\"ac\":true,\"x\":{",
		 "data.parameters[0].connectors[0].services.ac"},
		{PARAMETERS_RESPONSE, "\"AC_three_phase_core\"", "\"Schuko\"",
		 "data.parameters[0].connectors[0].services.ac.connector_type"},
		{PARAMETERS_RESPONSE, "230", "-1", "data.parameters[0].connectors[0].services.ac.nominal_voltage"},
		{PARAMETERS_RESPONSE, "400", "\"400\"", "data.parameters[1].connectors[0].services.dc.nominal_voltage"},
		{PARAMETERS_RESPONSE, "\"scheduled\"", "3",
		 "data.parameters[0].connectors[0].services.ac.control_mode"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_refused(&cases[i]);
}

static void wrong_members_of_cs_status_and_limits_are_named(void **state)
{
	static const struct wrong cases[] = {
		{LIMITS_RESPONSE, "\"evses\":", "\"parameters\":", "data.evses"},
		{LIMITS_RESPONSE, "\"evses\":[", "\"evses\":[\"\",", "data.evses[0]"},
		{LIMITS_RESPONSE, "\"DE*ABC*E1\"", "{}", "data.evses[0].evse_id"},
		{LIMITS_RESPONSE, "DE*ABC*E2", "DE*ABC*E1", "data.evses[1].evse_id"},
		{LIMITS_RESPONSE, "\"status_code\"", "\"status\"", "data.evses[0].status_code"},
		{LIMITS_RESPONSE, "\"evse_ready\"", "\"EVSE_Ready\"", "data.evses[0].status_code"},
		{LIMITS_RESPONSE, "\"evse_ready\"", "1", "data.evses[0].status_code"},
		{LIMITS_RESPONSE, "\"ac\":{", "\"ac\":[],\"x\":{", "data.evses[0].ac"},
		{LIMITS_RESPONSE, "\"max_current\"", "\"current\"", "data.evses[0].ac.max_current"},
		{LIMITS_RESPONSE, "\"max_current\":{", "\"max_current\":16,\"x\":{", "data.evses[0].ac.max_current"},
		{LIMITS_RESPONSE, "\"l1\"", "\"L1\"", "data.evses[0].ac.max_current.l1"},
		{LIMITS_RESPONSE, "16", "null", "data.evses[0].ac.max_current.l1"},
		{LIMITS_RESPONSE, "16", "\"16\"", "data.evses[0].ac.max_current.l1"},
		{LIMITS_RESPONSE, "16", "-0.1", "data.evses[0].ac.max_current.l1"},
		{LIMITS_RESPONSE, "16", "1000.1", "data.evses[0].ac.max_current.l1"},
		{LIMITS_RESPONSE, "16", "NaN", "data.evses[0].ac.max_current.l1"},
		{LIMITS_RESPONSE, "16", "Infinity", "data.evses[0].ac.max_current.l1"},
		{LIMITS_RESPONSE, "16", "-Infinity", "data.evses[0].ac.max_current.l1"},
		{LIMITS_RESPONSE, "16", "1e400", "data.evses[0].ac.max_current.l1"},
		{LIMITS_RESPONSE, "16", "99999999999999999999999999", "data.evses[0].ac.max_current.l1"},
		{LIMITS_RESPONSE, "16", "-99999999999999999999999999", "data.evses[0].ac.max_current.l1"},
		{LIMITS_RESPONSE, "15.5", "true", "data.evses[0].ac.max_current.l2"},
		{LIMITS_RESPONSE, "\"l3\":null", "\"l3\":{}", "data.evses[0].ac.max_current.l3"},
		{LIMITS_RESPONSE, "230", "1501", "data.evses[0].ac.nominal_voltage"},
		{LIMITS_RESPONSE, "\"nominal_voltage\"", "\"voltage\"", "data.evses[0].ac.nominal_voltage"},
		{LIMITS_RESPONSE, "false", "0", "data.evses[0].ac.rcd_error"},
		{LIMITS_RESPONSE, "\"rcd_error\"", "\"rcd\"", "data.evses[0].ac.rcd_error"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_refused(&cases[i]);
}

static void wrong_members_of_the_pilot_messages_are_named(void **state)
{
	static const struct wrong cases[] = {
		{CP_PWM_RESPONSE, "\"evse_id\"", "\"evse\"", "data.evse_id"},
		{CP_PWM_RESPONSE, "\"invalid\"", "\"refused\"", "data.status"},
		{CP_PWM_RESPONSE, "\"status\"", "\"state\"", "data.status"},
		{CP_PWM_RESPONSE, "\"too high\"", "5", "data.info"},
		{CP_PWM_RESPONSE, "\"too high\"", "\"a\\u001bb\"", "data.info"},
		{CP_STATUS_UPDATE, "\"DE*ABC*E1\"", "null", "data.evse_id"},
		{CP_STATUS_UPDATE, "\"connector_id\":\"1\"", "\"connector_id\":1.5", "data.connector_id"},
		{CP_STATUS_UPDATE, "\"connector_id\":\"1\"", "\"connector_id\":\"\"", "data.connector_id"},
		{CP_STATUS_UPDATE, "\"connector_id\"", "\"connector\"", "data.connector_id"},
		{CP_STATUS_UPDATE, "\"B2\"", "\"B\"", "data.state"},
		{CP_STATUS_UPDATE, "\"B2\"", "\"b2\"", "data.state"},
		{CP_STATUS_UPDATE, "\"B2\"", "\"B2\\u0000\"", "data.state"},
		{CP_STATUS_UPDATE, "\"B2\"", "2", "data.state"},
		{CP_STATUS_UPDATE, "\"state\"", "\"status\"", "data.state"},
		{CP_STATUS_UPDATE, "9.1", "9100", "data.max_voltage"},
		{CP_STATUS_UPDATE, "9.1", "NaN", "data.max_voltage"},
		{CP_STATUS_UPDATE, "-11.9", "\"low\"", "data.min_voltage"},
		{CP_STATUS_UPDATE, "-11.9", "-Infinity", "data.min_voltage"},
		{CP_STATUS_UPDATE, "\"duty_cycle\":5", "\"duty_cycle\":100.5", "data.duty_cycle"},
		{CP_STATUS_UPDATE, "\"duty_cycle\":5", "\"duty_cycle\":-1", "data.duty_cycle"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_refused(&cases[i]);
}

static void wrong_members_of_the_service_messages_are_named(void **state)
{
	static const struct wrong cases[] = {
		{DATA_LINK_UPDATE, "\"evse_id\"", "\"evse\"", "data.evse_id"},
		{DATA_LINK_UPDATE, "\"pause\"", "\"stop\"", "data.action"},
		{DATA_LINK_UPDATE, "\"pause\"", "false", "data.action"},
		{LINK_STATUS_REQUEST, "\"DE*ABC*E1\"", "1", "data.evse_id"},
		{LINK_STATUS_REQUEST, "\"evse_id\"", "\"evse\"", "data.evse_id"},
		{NETWORK_INFO_REQUEST, "\"DE*ABC*E1\"", "[]", "data.evse_id"},
		{HLC_CHARGING_UPDATE, "true", "\"true\"", "data.status"},
		{HLC_CHARGING_UPDATE, "\"status\"", "\"active\"", "data.status"},
		{HLC_CHARGING_UPDATE, "\"evse_id\"", "\"evse\"", "data.evse_id"},
		{RESET_REQUEST, "\"DE*ABC*E1\"", "1", "data.evse_id"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_refused(&cases[i]);
}

static void expectation_names_every_value_of_an_enum(void **state)
{
	(void)state;
	parse_changed(LIMITS_RESPONSE, "\"evse_ready\"", "\"x\"");
	assert_non_null(strstr(parse_error.expected, "evse_not_ready"));
	assert_non_null(strstr(parse_error.expected, "evse_malfunction"));
	parse_changed(LIMITS_RESPONSE, "16", "2000");
	assert_string_equal(parse_error.expected, "a number from 0 to 1000 A");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_members_of_the_envelope_are_named),
		cmocka_unit_test(wrong_members_of_cs_parameters_are_named),
		cmocka_unit_test(wrong_members_of_cs_status_and_limits_are_named),
		cmocka_unit_test(wrong_members_of_the_pilot_messages_are_named),
		cmocka_unit_test(wrong_members_of_the_service_messages_are_named),
		cmocka_unit_test(expectation_names_every_value_of_an_enum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
