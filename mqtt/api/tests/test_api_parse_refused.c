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

/* Every outlet in `parsed` is as the valid message has it, and at least one is there. */
static void assert_good_entries(const struct api_message *valid)
{
	const struct api_limits *limits = &parsed.data.limits;
	const struct api_parameters *parameters = &parsed.data.parameters;
	size_t same = 0;

	for (size_t i = 0; parsed.kind == API_CS_STATUS_AND_LIMITS && i < limits->count; i++)
		for (size_t k = 0; k < 2; k++)
			same += memcmp(&limits->evses[i], &valid->data.limits.evses[k], sizeof(limits->evses[i])) == 0;
	for (size_t i = 0; parsed.kind == API_CS_PARAMETERS && i < parameters->count; i++)
		for (size_t k = 0; k < 2; k++)
			same += memcmp(&parameters->evses[i], &valid->data.parameters.evses[k],
				       sizeof(parameters->evses[i])) == 0;
	assert_true(same > 0);
	assert_int_equal(same, parsed.kind == API_CS_PARAMETERS ? parameters->count : limits->count);
}

/* One of the entries of the message is wrong: it is named, and the others are read as if they stood alone. */
static void assert_entry_refused(const struct wrong *w, const char *evse_id)
{
	static struct api_message valid;
	const struct api_bad_entry *bad = &parsed.bad[0];

	assert_int_equal(parse(w->valid), API_OK);
	valid = parsed;
	memset(&parsed, 0x5a, sizeof(parsed));
	if (parse_changed(w->valid, w->from, w->to) != API_OK || parsed.bad_count != 1 ||
	    strcmp(bad->member, w->member) != 0)
		fail_msg("%s -> %s: got member '%s', expected '%s'", w->from, w->to, bad->member, w->member);
	assert_true(bad->expected[0]);
	assert_string_equal(bad->evse_id, evse_id);
	assert_good_entries(&valid);
}

static void wrong_members_of_the_envelope_are_named(void **state)
{
	static const struct wrong cases[] = {
		{CP_PWM_RESPONSE, "\"" MESSAGE_ID "\"", "5", "id"},
		{CP_PWM_RESPONSE, "\"" MESSAGE_ID "\"", "\"\"", "id"},
		{CP_PWM_RESPONSE, "\"id\":", "\"ID\":", "id"},
		{LINK_STATUS_REQUEST, "\"id\":", "\"ID\":", "id"},
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
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_refused(&cases[i]);
}

static void entries_of_cs_parameters_without_a_readable_evse_id_are_named(void **state)
{
	static const struct wrong cases[] = {
		{PARAMETERS_RESPONSE, "\"parameters\":[", "\"parameters\":[5,", "data.parameters[0]"},
		{PARAMETERS_RESPONSE, "\"parameters\":[", "\"parameters\":[null,", "data.parameters[0]"},
		{PARAMETERS_RESPONSE, "\"DE*ABC*E2\"", "17", "data.parameters[1].evse_id"},
		{PARAMETERS_RESPONSE, "\"DE*ABC*E2\"", "\"\"", "data.parameters[1].evse_id"},
		{PARAMETERS_RESPONSE, "\"DE*ABC*E2\"", "\"a\\nb\"", "data.parameters[1].evse_id"},
		{PARAMETERS_RESPONSE, "\"DE*ABC*E2\"", "\"a\\u0000b\"", "data.parameters[1].evse_id"},
		{PARAMETERS_RESPONSE, "DE*ABC*E2", "0123456789012345678901234567890123456789012345678901234567890123",
		 "data.parameters[1].evse_id"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_entry_refused(&cases[i], "");
}

static void wrong_entries_of_cs_parameters_are_named_with_their_outlet(void **state)
{
	static const struct wrong cases[] = {
		{PARAMETERS_RESPONSE, "DE*ABC*E2", "DE*ABC*E1", "data.parameters[1].evse_id"},
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
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_entry_refused(&cases[i], EVSE_1);
}

static void wrong_second_entry_of_cs_parameters_is_named_with_its_outlet(void **state)
{
	static const struct wrong cases[] = {
		{PARAMETERS_RESPONSE, "\"eth2\"", "\"\"", "data.parameters[1].network_interface"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_entry_refused(&cases[i], "DE*ABC*E2");
}

static void wrong_members_of_cs_status_and_limits_are_named(void **state)
{
	static const struct wrong cases[] = {
		{LIMITS_RESPONSE, "\"evses\":", "\"parameters\":", "data.evses"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_refused(&cases[i]);
}

static void entries_of_cs_status_and_limits_without_a_readable_evse_id_are_named(void **state)
{
	static const struct wrong cases[] = {
		{LIMITS_RESPONSE, "\"evses\":[", "\"evses\":[\"\",", "data.evses[0]"},
		{LIMITS_RESPONSE, "\"DE*ABC*E1\"", "{}", "data.evses[0].evse_id"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_entry_refused(&cases[i], "");
}

static void wrong_entries_of_cs_status_and_limits_are_named_with_their_outlet(void **state)
{
	static const struct wrong cases[] = {
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
		{LIMITS_RESPONSE, "false", "0", "data.evses[0].ac.rcd_error"},
		{LIMITS_RESPONSE, "\"rcd_error\"", "\"rcd\"", "data.evses[0].ac.rcd_error"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_entry_refused(&cases[i], EVSE_1);
}

static void wrong_members_of_the_pilot_messages_are_named(void **state)
{
	static const struct wrong cases[] = {
		{CP_PWM_RESPONSE, "\"evse_id\"", "\"evse\"", "data.evse_id"},
		{CP_PWM_RESPONSE, "\"invalid\"", "\"refused\"", "data.status"},
		{CP_PWM_RESPONSE, "\"status\"", "\"state\"", "data.status"},
		{CP_STATUS_UPDATE, "\"DE*ABC*E1\"", "null", "data.evse_id"},
		{CP_STATUS_UPDATE, "\"B2\"", "\"B\"", "data.state"},
		{CP_STATUS_UPDATE, "\"B2\"", "\"b2\"", "data.state"},
		{CP_STATUS_UPDATE, "\"B2\"", "\"B2\\u0000\"", "data.state"},
		{CP_STATUS_UPDATE, "\"B2\"", "2", "data.state"},
		{CP_STATUS_UPDATE, "\"state\"", "\"status\"", "data.state"},
		{CP_STATUS_UPDATE, "\"duty_cycle\":5", "\"duty_cycle\":\"5\"", "data.duty_cycle"},
		{CP_STATUS_UPDATE, "\"duty_cycle\":5", "\"duty_cycle\":NaN", "data.duty_cycle"},
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
		{HLC_CHARGING_UPDATE, "true", "true,\"action\":\"stop\"", "data.action"},
		{AUTHORIZATION_REQUEST, "\"ISO14443\"", "\"eim\"", "data.token_type"},
		{AUTHORIZATION_REQUEST, "\"token_type\"", "\"type\"", "data.token_type"},
		{AUTHORIZATION_REQUEST, "\"DE*ABC*E1\"", "1", "data.evse_id"},
		{AUTHORIZATION_RESPONSE, "\"accepted\"", "true", "data.status"},
		{AUTHORIZATION_RESPONSE, "\"status\"", "\"state\"", "data.status"},
		{AUTHORIZATION_UPDATE, "\"evse_id\"", "\"evse\"", "data.evse_id"},
		{AUTHORIZATION_UPDATE, "\"token_type\"", "\"type\"", "data.token_type"},
		{AUTHORIZATION_UPDATE, "\"ISO15693\"", "5", "data.token_type"},
		{AUTHORIZATION_UPDATE, "\"status\"", "\"state\"", "data.status"},
		{RESET_REQUEST, "\"DE*ABC*E1\"", "1", "data.evse_id"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_refused(&cases[i]);
}

static void every_wrong_entry_is_named_and_none_is_taken(void **state)
{
	static const char message[] =
		ENVELOPE("cs_status_and_limits", "update",
			 "{\"evses\":[{\"evse_id\":\"E1\",\"status_code\":\"fine\"},null,{\"evse_id\":\"E2\"}]}");

	(void)state;
	assert_int_equal(parse(message), API_OK);
	assert_int_equal(parsed.data.limits.count, 0);
	assert_int_equal(parsed.bad_count, 3);
	assert_string_equal(parsed.bad[0].evse_id, "E1");
	assert_string_equal(parsed.bad[1].evse_id, "");
	assert_string_equal(parsed.bad[2].evse_id, "E2");
	assert_string_equal(parsed.bad[2].member, "data.evses[2].status_code");
	assert_int_equal(parse(LIMITS_RESPONSE), API_OK);
	assert_int_equal(parsed.bad_count, 0);
}

static void expectation_names_every_value_of_an_enum(void **state)
{
	(void)state;
	parse_changed(LIMITS_RESPONSE, "\"evse_ready\"", "\"x\"");
	assert_non_null(strstr(parsed.bad[0].expected, "evse_not_ready"));
	assert_non_null(strstr(parsed.bad[0].expected, "evse_malfunction"));
	parse_changed(LIMITS_RESPONSE, "16", "2000");
	assert_string_equal(parsed.bad[0].expected, "a number from 0 to 1000 A");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_members_of_the_envelope_are_named),
		cmocka_unit_test(wrong_members_of_cs_parameters_are_named),
		cmocka_unit_test(entries_of_cs_parameters_without_a_readable_evse_id_are_named),
		cmocka_unit_test(wrong_entries_of_cs_parameters_are_named_with_their_outlet),
		cmocka_unit_test(wrong_second_entry_of_cs_parameters_is_named_with_its_outlet),
		cmocka_unit_test(wrong_members_of_cs_status_and_limits_are_named),
		cmocka_unit_test(entries_of_cs_status_and_limits_without_a_readable_evse_id_are_named),
		cmocka_unit_test(wrong_entries_of_cs_status_and_limits_are_named_with_their_outlet),
		cmocka_unit_test(wrong_members_of_the_pilot_messages_are_named),
		cmocka_unit_test(wrong_members_of_the_service_messages_are_named),
		cmocka_unit_test(every_wrong_entry_is_named_and_none_is_taken),
		cmocka_unit_test(expectation_names_every_value_of_an_enum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
