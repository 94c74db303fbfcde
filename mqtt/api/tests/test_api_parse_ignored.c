/* SPDX-License-Identifier: Apache-2.0 */
/* What is not for slacd, and members that it does not know. */
#include "mqtt/api/tests/api_parse_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void service_status_request_for_another_service_is_ignored(void **state)
{
	(void)state;
	assert_int_equal(parse_changed(SERVICE_STATUS_REQUEST, "\"slac\"", "\"iso15118\""), API_IGNORED);
}

static void unknown_names_are_ignored_whatever_else_they_carry(void **state)
{
	(void)state;
	memset(&parse_error, 0, sizeof(parse_error));
	assert_int_equal(parse(ENVELOPE("stop_charging", "update", "{\"evse_id\":5}")), API_IGNORED);
	assert_int_equal(parse("{\"name\":\"hello\"}"), API_IGNORED);
	assert_int_equal(parse("{\"name\":\"cp_status\\u0000\"}"), API_IGNORED);
	assert_int_equal(parse("{\"name\":\"\",\"data\":NaN}"), API_IGNORED);
	assert_string_equal(parse_error.expected, "");
}

static void messages_in_the_other_direction_are_ignored(void **state)
{
	static const char *const outbound[] = OUTBOUND_MESSAGES;

	(void)state;
	for (size_t i = 0; i < COUNT(outbound); i++) {
		/* Another service asks for the pilot with the same message: one's own is known by its id. */
		bool others_too = strstr(outbound[i], "cp_pwm") != NULL;
		assert_int_equal(parse(outbound[i]), others_too ? API_OK : API_IGNORED);
	}
}

static void unknown_members_are_skipped(void **state)
{
	(void)state;
	assert_int_equal(parse_changed(CP_STATUS_UPDATE, "\"evse_id\"", "\"future\":{\"a\":[1,NaN]},\"evse_id\""),
			 API_OK);
	assert_int_equal(parse_changed(CP_STATUS_UPDATE, "\"type\"", "\"version\":2,\"type\""), API_OK);
}

static void members_that_are_null_count_as_absent(void **state)
{
	static const struct {
		const char *valid;
		const char *from;
		const char *to;
	} cases[] = {
		{CP_PWM_RESPONSE, "\"too high\"", "null"},
		{CP_STATUS_UPDATE, "9.1", "null"},
		{CP_STATUS_UPDATE, "-11.9", "null"},
		{CP_STATUS_UPDATE, "\"duty_cycle\":5", "\"duty_cycle\":null"},
		{CP_STATUS_UPDATE, "\"" MESSAGE_ID "\"", "null"},
		{CP_STATUS_UPDATE, "\"connector_id\":\"1\"", "\"connector_id\":null"},
		{HLC_CHARGING_UPDATE, "true", "true,\"action\":null"},
		{AUTHORIZATION_REQUEST, "\"DE*ABC*E1\"", "null"},
		{AUTHORIZATION_REQUEST, "\"04A2B1C8\"", "null"},
		{RESET_REQUEST, "\"DE*ABC*E1\"", "null"},
		{LIMITS_RESPONSE, "15.5", "null"},
		{LIMITS_RESPONSE, "\"dc\":{", "\"ac\":null,\"dc\":{"},
		{PARAMETERS_RESPONSE, "\"scheduled\"", "null"},
		{PARAMETERS_RESPONSE, "\"supports_eim\":true", "\"supports_eim\":null"},
		{PARAMETERS_RESPONSE, "\"AC_three_phase_core\"", "null"},
		{PARAMETERS_RESPONSE, "230", "null"},
		{PARAMETERS_RESPONSE, "\"dc_bpt\":{}", "\"dc_bpt\":null"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (parse_changed(cases[i].valid, cases[i].from, cases[i].to) != API_OK || parsed.bad_count > 0)
			fail_msg("%s -> %s", cases[i].from, cases[i].to);
}

/* A pilot state, a limit or an answer is not lost for a member that nothing reads. */
static void members_that_slacd_does_not_use_may_be_missing_or_wrong(void **state)
{
	static const struct {
		const char *valid;
		const char *from;
		const char *to;
	} cases[] = {
		{CP_STATUS_UPDATE, "\"id\":", "\"ID\":"},
		{CP_STATUS_UPDATE, "\"" MESSAGE_ID "\"", "17"},
		{CP_STATUS_UPDATE, "\"connector_id\":\"1\",", ""},
		{CP_STATUS_UPDATE, "\"connector_id\":\"1\"", "\"connector_id\":[1.5]"},
		{CP_STATUS_UPDATE, "9.1", "9100"},
		{CP_STATUS_UPDATE, "-11.9", "\"low\""},
		{CP_PWM_RESPONSE, "\"too high\"", "5"},
		{CP_PWM_RESPONSE, "\"too high\"", "\"a\\u001bb\""},
		{PARAMETERS_RESPONSE, "\"supports_eim\":true,", ""},
		{PARAMETERS_RESPONSE, "true", "\"true\""},
		{PARAMETERS_RESPONSE, "230", "-1"},
		{PARAMETERS_RESPONSE, "\"scheduled\"", "3"},
		{PARAMETERS_RESPONSE, "400", "\"400\""},
		{PARAMETERS_RESPONSE, "\"DC_extended\"", "\"CHAdeMO\""},
		{PARAMETERS_RESPONSE, "\"number_of_evses\":2", "\"number_of_evses\":\"two\""},
		{PARAMETERS_RESPONSE, "\"sw_version\":\"1.0\",", ""},
		{LIMITS_RESPONSE, "\"nominal_voltage\":230,", ""},
		{LIMITS_RESPONSE, "230", "1501"},
		{AUTHORIZATION_UPDATE, "\"token_type\"", "\"type\":\"pnc\",\"token_type\""},
		{AUTHORIZATION_REQUEST, "\"04A2B1C8\"", "[]"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (parse_changed(cases[i].valid, cases[i].from, cases[i].to) != API_OK || parsed.bad_count > 0)
			fail_msg("%s -> %s: %s: expected %s", cases[i].from, cases[i].to, parse_error.member,
				 parse_error.expected);
}

static void what_services_say_to_each_other_is_ignored_where_it_is_not_for_slacd(void **state)
{
	(void)state;
	memset(&parse_error, 0, sizeof(parse_error));
	assert_int_equal(parse_from(API_FROM_SERVICES, ENVELOPE("reset", "request", "{\"evse_id\":\"E\"}")),
			 API_IGNORED);
	assert_int_equal(parse_from(API_FROM_SERVICES, AUTHORIZATION_REQUEST), API_IGNORED);
	/* What they, and slacd itself, say to the station. */
	assert_int_equal(parse_from(API_FROM_SERVICES, ENVELOPE("cs_parameters", "request", "{}")), API_IGNORED);
	assert_int_equal(parse_from(API_FROM_SERVICES, ENVELOPE("service_status", "update", "{}")), API_IGNORED);
	assert_int_equal(parse_from(API_FROM_SERVICES, ENVELOPE("slac_reset", "response", "{}")), API_IGNORED);
	assert_int_equal(parse_from(API_FROM_SERVICES, ENVELOPE("cp_status", "none", "{}")), API_IGNORED);
	assert_string_equal(parse_error.expected, "");
}

static void known_message_elsewhere_is_named_with_the_topic_that_it_belongs_to(void **state)
{
	(void)state;
	assert_int_equal(parse_from(API_FROM_STATION, DATA_LINK_UPDATE), API_ELSEWHERE);
	assert_string_equal(parse_error.name, "slac_data_link");
	assert_string_equal(parse_error.member, "topic");
	assert_string_equal(parse_error.expected, "the ISO 15118 service's topic");
	assert_int_equal(parse_from(API_FROM_ISO15118, RESET_REQUEST), API_ELSEWHERE);
	assert_int_equal(parse_from(API_FROM_ISO15118, CP_STATUS_UPDATE), API_ELSEWHERE);
	assert_int_equal(parse_from(API_FROM_STATION, AUTHORIZATION_RESPONSE), API_ELSEWHERE);
	assert_int_equal(parse_from(API_FROM_ISO15118, HLC_CHARGING_UPDATE), API_ELSEWHERE);
	assert_string_equal(parse_error.expected, "the station's or the other services' topic");
}

static void services_can_send_nothing_that_is_the_stations(void **state)
{
	static const char *const messages[] = {
		SERVICE_STATUS_REQUEST, PARAMETERS_RESPONSE, LIMITS_RESPONSE,      CP_PWM_RESPONSE,  CP_STATUS_UPDATE,
		RESET_REQUEST,          LINK_STATUS_REQUEST, NETWORK_INFO_REQUEST, DATA_LINK_UPDATE,
	};

	(void)state;
	for (size_t i = 0; i < COUNT(messages); i++) {
		memset(&parse_error, 0, sizeof(parse_error));
		if (parse_from(API_FROM_SERVICES, messages[i]) != API_ELSEWHERE)
			fail_msg("%s", messages[i]);
		assert_string_equal(parse_error.member, "topic");
	}
	assert_string_equal(parse_error.expected, "the ISO 15118 service's topic");
}

static void known_name_with_another_type_is_refused_where_only_its_sender_speaks(void **state)
{
	(void)state;
	assert_int_equal(parse_from(API_FROM_STATION, ENVELOPE("cp_status", "request", "{\"evse_id\":\"E\"}")),
			 API_INVALID);
	assert_string_equal(parse_error.name, "cp_status");
	assert_string_equal(parse_error.member, "type");
	assert_string_equal(parse_error.expected, "update");
	assert_int_equal(parse_from(API_FROM_STATION, ENVELOPE("cs_parameters", "request", "{}")), API_INVALID);
	assert_string_equal(parse_error.expected, "response or update");
	assert_int_equal(parse_from(API_FROM_ISO15118, ENVELOPE("slac_data_link", "request", "{}")), API_INVALID);
	/* Where the services speak to the station it is theirs. */
	assert_int_equal(parse_from(API_FROM_SERVICES, ENVELOPE("cs_parameters", "request", "{}")), API_IGNORED);
	assert_int_equal(parse_from(API_FROM_STATION | API_FROM_SERVICES, ENVELOPE("cp_status", "request", "{}")),
			 API_IGNORED);
	/* A station that answers its backend. */
	assert_int_equal(parse_from(API_FROM_STATION, ENVELOPE("reset", "response", "{\"status\":\"accepted\"}")),
			 API_IGNORED);
}

static void each_message_is_taken_from_its_own_topics(void **state)
{
	static const struct {
		const char *message;
		unsigned from;
	} cases[] = {
		{SERVICE_STATUS_REQUEST, API_FROM_STATION},
		{PARAMETERS_RESPONSE, API_FROM_STATION},
		{LIMITS_RESPONSE, API_FROM_STATION},
		{CP_PWM_RESPONSE, API_FROM_STATION},
		{CP_STATUS_UPDATE, API_FROM_STATION},
		{LINK_STATUS_REQUEST, API_FROM_STATION},
		{NETWORK_INFO_REQUEST, API_FROM_STATION},
		{RESET_REQUEST, API_FROM_STATION},
		{DATA_LINK_UPDATE, API_FROM_ISO15118},
		{HLC_CHARGING_UPDATE, API_FROM_STATION | API_FROM_SERVICES},
		{AUTHORIZATION_REQUEST, API_FROM_STATION},
		{AUTHORIZATION_RESPONSE, API_FROM_SERVICES},
		{AUTHORIZATION_UPDATE, API_FROM_STATION | API_FROM_SERVICES},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (unsigned from = 1; from <= EVERYWHERE; from++)
			if ((parse_from(from, cases[i].message) == API_OK) != ((from & cases[i].from) != 0))
				fail_msg("from=%u %s", from, cases[i].message);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(service_status_request_for_another_service_is_ignored),
		cmocka_unit_test(unknown_names_are_ignored_whatever_else_they_carry),
		cmocka_unit_test(messages_in_the_other_direction_are_ignored),
		cmocka_unit_test(unknown_members_are_skipped),
		cmocka_unit_test(members_that_are_null_count_as_absent),
		cmocka_unit_test(members_that_slacd_does_not_use_may_be_missing_or_wrong),
		cmocka_unit_test(what_services_say_to_each_other_is_ignored_where_it_is_not_for_slacd),
		cmocka_unit_test(known_message_elsewhere_is_named_with_the_topic_that_it_belongs_to),
		cmocka_unit_test(services_can_send_nothing_that_is_the_stations),
		cmocka_unit_test(known_name_with_another_type_is_refused_where_only_its_sender_speaks),
		cmocka_unit_test(each_message_is_taken_from_its_own_topics),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
