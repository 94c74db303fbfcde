/* SPDX-License-Identifier: Apache-2.0 */
/* The messages of the smart-charging service, those of doc/smart-charging.md among them. */
#include "mqtt/api/api_charging.h"
#include "mqtt/api/api_time.h"
#include "mqtt/api/tests/messages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ANYWHERE (API_FROM_STATION | API_FROM_ISO15118 | API_FROM_SERVICES | API_FROM_OCPP)

static struct api_charging_message parsed;
static struct api_error parse_error;

static enum api_result parse_from(unsigned from, const char *text)
{
	memset(&parse_error, 0, sizeof(parse_error));
	return api_charging_parse(text, strlen(text), from, &parsed, &parse_error);
}

static void assert_ok(unsigned from, const char *text)
{
	if (parse_from(from, text) != API_OK)
		fail_msg("%s: %s: expected %s", text, parse_error.member, parse_error.expected);
}

#define MESSAGE(name, type, data) "{\"id\":\"7\",\"name\":\"" name "\",\"type\":\"" type "\",\"data\":" data "}"

/* --- the document --- */

static bool seen[API_CHARGING_COMPOSITE + 1];

static void assert_taken(const char *message)
{
	assert_ok(ANYWHERE, message);
	assert_false(parsed.is_refused);
	seen[parsed.kind] = true;
}

/* The requests for the pilot are those of other services as well: one's own are known by their ids. */
static void assert_not_taken(const char *message)
{
	if (parse_from(API_FROM_SERVICES, message) != API_IGNORED && parsed.kind != API_CHARGING_CP_PWM_REQUEST)
		fail_msg("the service would take its own message: %s", message);
}

static void every_message_has_an_example_that_is_taken(void **state)
{
	(void)state;
	messages_of_page(SLACD_DOC_SMART_CHARGING, "## 6 Messages to the service", NULL, assert_taken);
	for (int kind = 0; kind <= API_CHARGING_COMPOSITE; kind++)
		if (!seen[kind])
			fail_msg("doc/smart-charging.md has no example of kind %d, %s", kind,
				 api_charging_kind_text((enum api_charging_kind)kind));
}

static void its_own_messages_are_not_for_it(void **state)
{
	(void)state;
	assert_true(messages_of_page(SLACD_DOC_SMART_CHARGING, "## 5 Messages of the service", NULL, assert_not_taken) >
		    0);
}

/* --- what is heard --- */

static void status_of_slacd_is_taken_under_either_name(void **state)
{
	(void)state;
	assert_ok(API_FROM_SERVICES, MESSAGE("slac_status", "update", "{\"evse_id\":\"E1\",\"status\":\"matched\"}"));
	assert_string_equal(parsed.data.slac_status.evse_id, "E1");
	assert_int_equal(parsed.data.slac_status.state, API_SLAC_MATCHED);
	assert_int_equal(parsed.data.slac_status.name, API_NAME_SLAC_STATUS);
	assert_ok(API_FROM_SERVICES,
		  MESSAGE("slac_service_status", "update", "{\"evse_id\":\"E1\",\"status\":\"Unmatched\"}"));
	assert_int_equal(parsed.data.slac_status.state, API_SLAC_UNMATCHED);
	assert_int_equal(parsed.data.slac_status.name, API_NAME_SLAC_SERVICE_STATUS);
}

static void services_other_than_slacd_are_ignored(void **state)
{
	(void)state;
	assert_ok(API_FROM_SERVICES,
		  MESSAGE("service_status", "update", "{\"service\":\"slac\",\"status\":\"starting\"}"));
	assert_int_equal(parsed.kind, API_CHARGING_SLAC_SERVICE);
	assert_int_equal(parsed.data.slac_service, API_SERVICE_STARTING);
	assert_int_equal(parse_from(API_FROM_SERVICES, MESSAGE("service_status", "update",
							       "{\"service\":\"ocpp\",\"status\":\"starting\"}")),
			 API_IGNORED);
	assert_int_equal(parse_from(API_FROM_STATION, MESSAGE("service_status", "request", "{\"service\":\"slac\"}")),
			 API_IGNORED);
	assert_ok(API_FROM_STATION, MESSAGE("service_status", "request", "{\"service\":\"smart_charging\"}"));
	assert_int_equal(parsed.kind, API_CHARGING_SERVICE_STATUS);
}

static void message_on_a_foreign_topic_is_not_taken(void **state)
{
	(void)state;
	assert_int_equal(
		parse_from(API_FROM_OCPP, MESSAGE("cp_status", "update", "{\"evse_id\":\"E1\",\"state\":\"C2\"}")),
		API_ELSEWHERE);
	assert_int_equal(parse_from(API_FROM_STATION, MESSAGE("clear_charging_profile", "request", "{}")),
			 API_ELSEWHERE);
	assert_string_equal(parse_error.expected, "OCPP's topic");
	/* Questions of others stand where the services speak. */
	assert_int_equal(parse_from(API_FROM_SERVICES, MESSAGE("cs_parameters", "request", "{}")), API_IGNORED);
}

static void what_slacd_hears_as_well_is_as_api_parse_gives_it(void **state)
{
	(void)state;
	assert_ok(API_FROM_SERVICES, MESSAGE("cp_pwm", "request", "{\"evse_id\":\"E1\",\"hlc\":true}"));
	assert_int_equal(parsed.kind, API_CHARGING_CP_PWM_REQUEST);
	assert_int_equal(parsed.station.kind, API_CP_PWM);
	assert_int_equal(parsed.station.type, API_REQUEST);
	assert_true(parsed.station.data.cp_pwm_request.hlc);
}

static void cable_without_a_current_is_no_mistake(void **state)
{
	(void)state;
	assert_ok(API_FROM_STATION,
		  MESSAGE("cable_info", "update",
			  "{\"evse_id\":\"E1\",\"connection_status\":\"connected\",\"rated_cable_current\":20}"));
	assert_true(parsed.data.cable.is_connected && parsed.data.cable.has_rated_current);
	assert_true(parsed.data.cable.rated_current_a == 20);
	assert_ok(API_FROM_STATION,
		  MESSAGE("cable_info", "update",
			  "{\"evse_id\":\"E1\",\"connection_status\":\"unknown\",\"rated_cable_current\":null}"));
	assert_false(parsed.data.cable.is_connected || parsed.data.cable.has_rated_current);
}

static void voltages_and_dc_limits_are_read_and_refuse_nothing(void **state)
{
	const struct api_evse_limits *limits = &parsed.station.data.limits.evses[0];

	(void)state;
	assert_ok(
		API_FROM_STATION,
		MESSAGE("cs_status_and_limits", "update",
			"{\"evses\":[{\"evse_id\":\"E1\",\"status_code\":\"evse_ready\",\"dc\":{\"max_current\":200,"
			"\"max_voltage\":920,\"max_power\":150000}},{\"evse_id\":\"E2\",\"status_code\":\"evse_ready\",\"dc\":7,"
			"\"ac\":{\"max_current\":{\"l1\":16},\"nominal_voltage\":\"high\",\"rcd_error\":false}}]}"));
	assert_int_equal(parsed.station.data.limits.count, 2);
	assert_true(limits[0].has_dc && !limits[0].has_ac);
	assert_true(limits[0].dc_max_current_a == 200 && limits[0].dc_max_voltage_v == 920 &&
		    limits[0].dc_max_power_w == 150000);
	assert_true(limits[1].has_ac && !limits[1].has_dc && limits[1].nominal_voltage_v == 0);
	assert_ok(
		API_FROM_STATION,
		MESSAGE("cs_parameters", "response",
			"{\"parameters\":[{\"evse_id\":\"E1\",\"network_interface\":\"a\",\"connectors\":[{\"services\":{"
			"\"dc\":{\"nominal_voltage\":400},\"ac\":{\"nominal_voltage\":240}}}]}]}"));
	assert_true(parsed.station.data.parameters.evses[0].nominal_voltage_v == 240);
}

/* --- profiles --- */

#define PERIOD   "{\"start_period\":0,\"limit\":16.1}"
#define SCHEDULE "{\"id\":1,\"charging_rate_unit\":\"A\",\"charging_schedule_period\":[" PERIOD "]}"
#define PROFILE(members, schedules)                                                                                    \
	MESSAGE("set_charging_profile", "request",                                                                     \
		"{\"evse_id\":\"E1\",\"charging_profile\":{" members "\"charging_schedule\":[" schedules "]}}")
#define HEAD                                                                                                           \
	"\"id\":3,\"stack_level\":2,\"charging_profile_purpose\":\"TxDefaultProfile\","                                \
	"\"charging_profile_kind\":\"Recurring\",\"recurrency_kind\":\"Weekly\","

static void profile_is_read_with_all_its_members(void **state)
{
	const struct api_profile *profile = &parsed.data.set_profile.profile;

	(void)state;
	assert_ok(
		API_FROM_OCPP,
		PROFILE(HEAD
			"\"valid_from\":\"2023-05-15T17:00:00+01:00\",\"valid_to\":null,\"transaction_id\":\"T1\",",
			"{\"id\":1,\"charging_rate_unit\":\"W\",\"start_schedule\":\"1970-01-02T00:00:00.25Z\",\"duration\":86400,"
			"\"charging_schedule_period\":[" PERIOD ",{\"start_period\":60,\"limit\":0,\"number_phases\":1,"
			"\"phase_to_use\":3}]}," SCHEDULE));
	assert_false(parsed.is_refused);
	assert_string_equal(parsed.data.set_profile.evse_id, "E1");
	assert_int_equal(profile->id, 3);
	assert_int_equal(profile->stack_level, 2);
	assert_int_equal(profile->purpose, API_PROFILE_TX_DEFAULT);
	assert_int_equal(profile->kind, API_PROFILE_RECURRING);
	assert_true(profile->has_recurrency && profile->recurrency == API_PROFILE_WEEKLY);
	assert_true(profile->has_valid_from && !profile->has_valid_to);
	assert_int_equal(profile->valid_from_s, 1684166400);
	assert_string_equal(profile->transaction_id, "T1");
	assert_int_equal(profile->schedule_count, 2);
	assert_int_equal(profile->schedules[0].unit, API_RATE_W);
	assert_int_equal(profile->schedules[0].start_s, 86400);
	assert_int_equal(profile->schedules[0].duration_s, 86400);
	assert_int_equal(profile->schedules[0].period_count, 2);
	assert_true(profile->schedules[0].periods[0].limit > 16.09 && profile->schedules[0].periods[0].limit < 16.11);
	assert_int_equal(profile->schedules[0].periods[1].phases, 1);
	assert_int_equal(profile->schedules[0].periods[1].phase_to_use, 3);
	assert_false(profile->schedules[1].has_start || profile->schedules[1].has_duration);
}

static void request_with_a_wrong_member_is_answered_with_what_is_wrong(void **state)
{
	static const struct {
		const char *message;
		const char *member;
		bool is_missing;
	} cases[] = {
		{PROFILE("\"id\":3,", SCHEDULE), "data.charging_profile.stack_level", true},
		{PROFILE(HEAD "\"valid_from\":\"yesterday\",", SCHEDULE), "data.charging_profile.valid_from", false},
		{PROFILE(HEAD, "7"), "data.charging_profile.charging_schedule[0]", false},
		{PROFILE(HEAD, "{\"charging_rate_unit\":\"kW\"}"),
		 "data.charging_profile.charging_schedule[0].charging_rate_unit", false},
		{PROFILE(HEAD,
			 "{\"charging_rate_unit\":\"A\",\"charging_schedule_period\":[{\"start_period\":0,\"limit\":-1}]}"),
		 "data.charging_profile.charging_schedule[0].charging_schedule_period[0].limit", false},
		{PROFILE(HEAD,
			 "{\"charging_rate_unit\":\"A\",\"charging_schedule_period\":[{\"start_period\":0.5,\"limit\":1}]}"),
		 "data.charging_profile.charging_schedule[0].charging_schedule_period[0].start_period", false},
		{MESSAGE("set_charging_profile", "request", "{}"), "data.charging_profile", true},
		{MESSAGE("clear_charging_profile", "request", "{\"charging_profile_id\":\"7\"}"),
		 "data.charging_profile_id", false},
		{MESSAGE("get_composite_schedule", "request", "{\"evse_id\":\"E1\"}"), "data.duration", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_ok(API_FROM_OCPP, cases[i].message);
		assert_true(parsed.is_refused);
		assert_string_equal(parsed.id, "7");
		assert_string_equal(parsed.fault.member, cases[i].member);
		assert_int_equal(parsed.fault.is_missing, cases[i].is_missing);
	}
	/* Without an id there is nobody to answer. */
	assert_int_equal(
		parse_from(API_FROM_OCPP, "{\"name\":\"clear_charging_profile\",\"type\":\"request\",\"data\":{}}"),
		API_INVALID);
}

static void request_without_data_is_answered(void **state)
{
	static const char *const names[] = {"set_charging_profile", "clear_charging_profile", "get_composite_schedule"};
	static const char *const ends[] = {"", ",\"data\":null", ",\"data\":7"};
	char text[256];

	(void)state;
	for (size_t i = 0; i < 9; i++) {
		snprintf(text, sizeof(text), "{\"id\":\"7\",\"name\":\"%s\",\"type\":\"request\"%s}", names[i / 3],
			 ends[i % 3]);
		assert_ok(API_FROM_OCPP, text);
		assert_true(parsed.is_refused);
		assert_string_equal(parsed.id, "7");
		assert_string_equal(parsed.fault.member, "data");
		assert_string_equal(parsed.fault.expected, "an object");
		assert_int_equal(parsed.fault.is_missing, i % 3 < 2);
	}
	/* What nobody waits for is refused as ever. */
	assert_int_equal(parse_from(API_FROM_STATION, "{\"name\":\"cp_status\",\"type\":\"update\"}"), API_INVALID);
}

static void what_was_expected_is_said(void **state)
{
	static const struct {
		const char *message;
		const char *expected;
	} cases[] = {
		{PROFILE(HEAD "\"valid_from\":\"1969-12-31T23:59:59Z\",", SCHEDULE),
		 "a time as in RFC 3339 from 1970 on, e.g. 2023-05-15T17:00:00+01:00"},
		{MESSAGE("set_charging_profile", "request",
			 "{\"charging_profile\":{" HEAD "\"charging_schedule\":{}}}"),
		 "an array of at most 3 entries"},
		{PROFILE(HEAD, "{\"charging_rate_unit\":\"A\",\"charging_schedule_period\":7}"),
		 "an array of at most 96 entries"},
		{MESSAGE("get_composite_schedule", "request", "{\"duration\":0}"),
		 "a whole number from 1 to 1000000000"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_ok(API_FROM_OCPP, cases[i].message);
		assert_true(parsed.is_refused);
		assert_string_equal(parsed.fault.expected, cases[i].expected);
	}
}

static void schedules_and_periods_beyond_the_bounds_are_counted(void **state)
{
	char text[16384];
	size_t used = (size_t)snprintf(
		text, sizeof(text),
		"{\"id\":\"7\",\"name\":\"set_charging_profile\",\"type\":\"request\",\"data\":{\"charging_profile\":{" HEAD
		"\"charging_schedule\":[" SCHEDULE "," SCHEDULE "," SCHEDULE ",5,{\"charging_rate_unit\":\"A\","
		"\"charging_schedule_period\":[");

	(void)state;
	snprintf(text + used, sizeof(text) - used, "]}]}}}");
	assert_ok(API_FROM_OCPP, text);
	assert_false(parsed.is_refused);
	assert_int_equal(parsed.data.set_profile.profile.schedule_count, 5);
	used = (size_t)snprintf(
		text, sizeof(text),
		"{\"id\":\"7\",\"name\":\"set_charging_profile\",\"type\":\"request\",\"data\":{\"charging_profile\":{" HEAD
		"\"charging_schedule\":[{\"charging_rate_unit\":\"A\",\"charging_schedule_period\":[");
	for (int i = 0; i < 100; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s{\"start_period\":%d,\"limit\":6}",
					 i > 0 ? "," : "", i);
	snprintf(text + used, sizeof(text) - used, "]}]}}}");
	assert_ok(API_FROM_OCPP, text);
	assert_false(parsed.is_refused);
	assert_int_equal(parsed.data.set_profile.profile.schedules[0].period_count, 100);
	assert_int_equal(parsed.data.set_profile.profile.schedules[0].periods[95].start_s, 95);
}

static void clearing_tells_what_is_given(void **state)
{
	(void)state;
	assert_ok(API_FROM_OCPP, MESSAGE("clear_charging_profile", "request", "{\"charging_profile_criteria\":{}}"));
	assert_true(!parsed.data.clear_profile.has_id && parsed.data.clear_profile.has_criteria);
	assert_false(parsed.data.clear_profile.has_purpose || parsed.data.clear_profile.has_stack_level);
	assert_ok(API_FROM_OCPP, MESSAGE("clear_charging_profile", "request",
					 "{\"charging_profile_id\":4,\"charging_profile_criteria\":null}"));
	assert_true(parsed.data.clear_profile.has_id && !parsed.data.clear_profile.has_criteria);
	assert_int_equal(parsed.data.clear_profile.id, 4);
}

/* --- times --- */

static void times_are_read_and_written(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} right[] = {
		{"1970-01-01T00:00:00Z", 0},
		{"2025-01-06T23:20:00Z", 1736205600},
		{"2024-02-29t12:00:00.999z", 1709208000},
		{"2024-03-01 00:30:00+01:00", 1709249400},
		{"1969-12-31T23:30:00-00:30", -1}, /* no year before 1970 */
		{"2000-12-31T23:59:60Z", 978307200},
	};
	static const char *const wrong[] = {"",
					    "2025-01-06",
					    "2025-01-06T23:20Z",
					    "2025-13-06T23:20:00Z",
					    "2025-02-29T23:20:00Z",
					    "2025-01-06T24:00:00Z",
					    "2025-01-06T23:60:00Z",
					    "2025-01-06T23:20:00",
					    "2025-01-06T23:20:00.Z",
					    "2025-01-06T23:20:00+1:00",
					    "2025-01-06T23:20:00Z ",
					    "x025-01-06T23:20:00Z"};
	char text[API_TIME_SIZE];
	int64_t seconds;

	(void)state;
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		assert_int_equal(api_time_read(right[i].text, &seconds), right[i].seconds >= 0);
		if (right[i].seconds >= 0)
			assert_int_equal(seconds, right[i].seconds);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(api_time_read(wrong[i], &seconds));
	/* Each day of four centuries, and what follows it. */
	for (int64_t day = 0; day < 146097; day++) {
		api_time_write(day * 86400 + 3661, text);
		assert_true(api_time_read(text, &seconds));
		assert_int_equal(seconds, day * 86400 + 3661);
	}
}

/* --- what is said --- */

static void answers_have_the_letter_case_of_the_josev_api(void **state)
{
	static const struct api_composite_period periods[] = {{0, 10000, 3}, {600, 5000, 0}, {3000, 16050, 1}};
	const struct api_composite_schedule schedule = {.evse_id = "E1",
							.duration_s = 3600,
							.start_s = 1736205600,
							.unit = API_RATE_A,
							.count = 3,
							.periods = periods};
	const struct api_charging_reason none = {"", ""};
	const struct api_charging_reason why = {"TxNotFound", "transaction_id: no such"};
	char out[API_CHARGING_BUILD_MAX];

	(void)state;
	api_charging_build_set_profile(out, sizeof(out), "7", true, &none);
	assert_string_equal(out, MESSAGE("set_charging_profile", "response", "{\"status\":\"accepted\"}"));
	api_charging_build_set_profile(out, sizeof(out), "7", false, &why);
	assert_string_equal(out, MESSAGE("set_charging_profile", "response",
					 "{\"status\":\"rejected\",\"status_info\":{\"reason_code\":\"TxNotFound\","
					 "\"additional_info\":\"transaction_id: no such\"}}"));
	api_charging_build_clear_profile(out, sizeof(out), "7", false, &none);
	assert_string_equal(out, MESSAGE("clear_charging_profile", "response", "{\"status\":\"unknown\"}"));
	api_charging_build_composite(out, sizeof(out), "7", &schedule, &none);
	assert_string_equal(out,
			    MESSAGE("get_composite_schedule", "response",
				    "{\"status\":\"Accepted\",\"schedule\":{\"evse_id\":\"E1\",\"duration\":3600,"
				    "\"schedule_start\":\"2025-01-06T23:20:00Z\",\"charging_rate_unit\":\"A\","
				    "\"charging_schedule_period\":[{\"start_period\":0,\"limit\":10.0,"
				    "\"number_of_phases_available\":3},{\"start_period\":600,\"limit\":5.0},"
				    "{\"start_period\":3000,\"limit\":16.05,\"number_of_phases_available\":1}]}}"));
	api_charging_build_composite(out, sizeof(out), "7", NULL, &none);
	assert_string_equal(out, MESSAGE("get_composite_schedule", "response", "{\"status\":\"Rejected\"}"));
}

static void limit_of_a_session_has_the_decimals_that_it_needs(void **state)
{
	static const struct {
		enum api_rate_unit unit;
		uint64_t milli;
		const char *text;
	} cases[] = {{API_RATE_W, 6900000, "\"limit\":6900,\"unit\":\"W\""},
		     {API_RATE_W, 3450500, "\"limit\":3450.5,\"unit\":\"W\""},
		     {API_RATE_W, 0, "\"limit\":0,\"unit\":\"W\""},
		     {API_RATE_A, 32000, "\"limit\":32.0,\"unit\":\"A\""},
		     {API_RATE_A, 10007, "\"limit\":10.007,\"unit\":\"A\""}};
	char out[API_BUILD_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(api_charging_build_charge_limit(out, sizeof(out), "7", "E1", cases[i].unit,
							    cases[i].milli) > 0);
		assert_non_null(strstr(out, cases[i].text));
	}
	assert_int_equal(api_charging_build_charge_limit(out, 20, "7", "E1", API_RATE_A, 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_message_has_an_example_that_is_taken),
		cmocka_unit_test(its_own_messages_are_not_for_it),
		cmocka_unit_test(status_of_slacd_is_taken_under_either_name),
		cmocka_unit_test(services_other_than_slacd_are_ignored),
		cmocka_unit_test(message_on_a_foreign_topic_is_not_taken),
		cmocka_unit_test(what_slacd_hears_as_well_is_as_api_parse_gives_it),
		cmocka_unit_test(cable_without_a_current_is_no_mistake),
		cmocka_unit_test(voltages_and_dc_limits_are_read_and_refuse_nothing),
		cmocka_unit_test(profile_is_read_with_all_its_members),
		cmocka_unit_test(request_with_a_wrong_member_is_answered_with_what_is_wrong),
		cmocka_unit_test(request_without_data_is_answered),
		cmocka_unit_test(what_was_expected_is_said),
		cmocka_unit_test(schedules_and_periods_beyond_the_bounds_are_counted),
		cmocka_unit_test(clearing_tells_what_is_given),
		cmocka_unit_test(times_are_read_and_written),
		cmocka_unit_test(answers_have_the_letter_case_of_the_josev_api),
		cmocka_unit_test(limit_of_a_session_has_the_decimals_that_it_needs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
