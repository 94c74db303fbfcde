/* SPDX-License-Identifier: Apache-2.0 */
/* The exact octets of the messages slacd writes. */
#include "mqtt/api/api.h"
#include "mqtt/api/tests/messages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static char out[API_BUILD_MAX];
static const struct api_slac_status failed = {.state = API_SLAC_FAILED,
					      .run_id = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef},
					      .reason = "sounding_timeout",
					      .has_ev_mac = true,
					      .ev_mac = {0x00, 0x18, 0x87, 0x00, 0xa1, 0xd6},
					      .has_attenuation = true,
					      .attenuation_ddb = 125,
					      .record = "20231213T155819.979904Z-E1-failed.pcapng"};
static const struct api_network network = {{1, 2, 3, 4, 5, 6, 15}, 7, 1, 2, {0x02, 0x00, 0x00, 0x00, 0x00, 0xaa}};

static void assert_built(size_t len, const char *expected)
{
	assert_string_equal(out, expected);
	assert_int_equal(len, strlen(expected));
}

static void every_message_is_written_octet_for_octet(void **state)
{
	const struct api_cp_pwm pwm = {.evse_id = EVSE_1, .current_deciampere = 160};

	(void)state;
	assert_built(api_build_service_status(out, sizeof(out), MESSAGE_ID, API_UPDATE, "0.1.0", API_SERVICE_READY),
		     SERVICE_STATUS_UPDATE);
	assert_built(api_build_cs_parameters_request(out, sizeof(out), MESSAGE_ID), PARAMETERS_REQUEST);
	assert_built(api_build_cs_limits_request(out, sizeof(out), MESSAGE_ID), LIMITS_REQUEST);
	assert_built(api_build_cp_pwm_request(out, sizeof(out), MESSAGE_ID, &pwm), CP_PWM_REQUEST);
	assert_built(api_build_slac_status(out, sizeof(out), MESSAGE_ID, API_NAME_SLAC_SERVICE_STATUS, EVSE_1, &failed,
					   true),
		     SLAC_SERVICE_STATUS_UPDATE);
	assert_built(api_build_link_status_response(out, sizeof(out), MESSAGE_ID, EVSE_1, API_LINK_CONNECTED),
		     LINK_STATUS_RESPONSE);
	assert_built(api_build_network_info_response(out, sizeof(out), MESSAGE_ID, EVSE_1, &network, 1),
		     NETWORK_INFO_RESPONSE);
	assert_built(api_build_reset_response(out, sizeof(out), MESSAGE_ID, API_SLAC_RESET, API_RESET_ACCEPTED),
		     RESET_RESPONSE);
}

static void service_status_response_differs_in_its_type_only(void **state)
{
	(void)state;
	assert_built(api_build_service_status(out, sizeof(out), "1", API_RESPONSE, "0.1.0", API_SERVICE_STOPPING),
		     "{\"id\":\"1\",\"name\":\"service_status\",\"type\":\"response\",\"data\":{\"service\":"
		     "\"slac\","
		     "\"software_version\":\"0.1.0\",\"api_version\":\"3.11\",\"status\":\"stopping\"}}");
}

static void slac_status_always_has_its_run_id_and_leaves_out_what_is_not_known(void **state)
{
	const struct api_slac_status silent = {.state = API_SLAC_BASIC_CHARGING, .reason = ""};

	(void)state;
	assert_built(api_build_slac_status(out, sizeof(out), "1", API_NAME_SLAC_SERVICE_STATUS, "E", &silent, true),
		     "{\"id\":\"1\",\"name\":\"slac_service_status\",\"type\":\"update\",\"data\":{\"evse_id\":\"E\","
		     "\"run_id\":\"0x0000000000000000\",\"status\":\"basic_charging\"}}");
}

static void slac_status_has_the_time_when_it_happened_where_that_is_asked_for(void **state)
{
	const struct api_slac_status left = {.state = API_SLAC_UNMATCHED,
					     .reason = "vehicle_left",
					     .record = "r",
					     .has_sampling_time = true,
					     .sampling_ms = INT64_C(1795770611023)};

	(void)state;
	assert_built(api_build_slac_status(out, sizeof(out), "1", API_NAME_SLAC_SERVICE_STATUS, "E", &left, true),
		     "{\"id\":\"1\",\"name\":\"slac_service_status\",\"type\":\"update\",\"data\":{\"evse_id\":\"E\","
		     "\"run_id\":\"0x0000000000000000\",\"status\":\"unmatched\",\"reason\":\"vehicle_left\","
		     "\"record\":\"r\",\"sampling_time\":\"2026-11-27T09:10:11.023Z\"}}");
	assert_built(api_build_slac_status(out, sizeof(out), "1", API_NAME_SLAC_STATUS, "E", &left, false),
		     "{\"id\":\"1\",\"name\":\"slac_status\",\"type\":\"update\",\"data\":{\"evse_id\":\"E\","
		     "\"run_id\":\"0x0000000000000000\",\"status\":\"unmatched\"}}");
}

static void slac_status_of_the_josev_api_has_exactly_its_members(void **state)
{
	(void)state;
	assert_built(api_build_slac_status(out, sizeof(out), "1", API_NAME_SLAC_STATUS, "E", &failed, false),
		     "{\"id\":\"1\",\"name\":\"slac_status\",\"type\":\"update\",\"data\":{\"evse_id\":\"E\","
		     "\"run_id\":\"0x0123456789ABCDEF\",\"status\":\"failed\"}}");
}

/* Josev's page: `hlc` false demands a current, beside a forced state as well; `hlc` true forbids it. */
static void pilot_requests_have_a_current_unless_they_are_for_5_percent(void **state)
{
	const struct api_cp_pwm hlc = {.evse_id = "E", .hlc = true};
	const struct api_cp_pwm fault = {.evse_id = "E", .fault_state = true};
	const struct api_cp_pwm error = {.evse_id = "E", .error_state = true};

	(void)state;
	assert_built(api_build_cp_pwm_request(out, sizeof(out), "1", &hlc),
		     "{\"id\":\"1\",\"name\":\"cp_pwm\",\"type\":\"request\",\"data\":{\"evse_id\":\"E\","
		     "\"hlc\":true,"
		     "\"error_state\":false,\"fault_state\":false}}");
	assert_built(api_build_cp_pwm_request(out, sizeof(out), "1", &fault),
		     "{\"id\":\"1\",\"name\":\"cp_pwm\",\"type\":\"request\",\"data\":{\"evse_id\":\"E\","
		     "\"hlc\":false,\"current\":0.0,"
		     "\"error_state\":false,\"fault_state\":true}}");
	assert_built(api_build_cp_pwm_request(out, sizeof(out), "1", &error),
		     "{\"id\":\"1\",\"name\":\"cp_pwm\",\"type\":\"request\",\"data\":{\"evse_id\":\"E\","
		     "\"hlc\":false,\"current\":0.0,"
		     "\"error_state\":true,\"fault_state\":false}}");
}

static void reset_is_answered_under_either_name(void **state)
{
	(void)state;
	assert_built(api_build_reset_response(out, sizeof(out), "1", API_RESET, API_RESET_REJECTED),
		     "{\"id\":\"1\",\"name\":\"reset\",\"type\":\"response\",\"data\":{\"status\":\"rejected\"}}");
}

static void ids_of_ones_own_end_as_api_own_ids_says(void **state)
{
	uint8_t octets[16];
	char id[API_UUID_MAX];
	char own[API_OWN_IDS_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)(0xf0 + i);
	api_uuid_v4(octets, id);
	api_own_ids(octets + 10, own);
	assert_string_equal(id + strlen(id) - strlen(own), own);
	assert_int_equal(strlen(own), 12);
}

static void current_has_exactly_one_decimal(void **state)
{
	static const struct {
		uint32_t deciampere;
		const char *text;
	} cases[] = {{0, "\"current\":0.0,"},
		     {1, "\"current\":0.1,"},
		     {60, "\"current\":6.0,"},
		     {161, "\"current\":16.1,"},
		     {799, "\"current\":79.9,"},
		     {10000, "\"current\":1000.0,"},
		     {UINT32_MAX, "\"current\":429496729.5,"}};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct api_cp_pwm pwm = {

			.evse_id = "E", .current_deciampere = cases[i].deciampere};

		assert_true(api_build_cp_pwm_request(out, sizeof(out), "1", &pwm) > 0);
		assert_non_null(strstr(out, cases[i].text));
	}
}

static void texts_are_escaped_and_stay_on_one_line(void **state)
{
	(void)state;
	assert_built(api_build_link_status_response(out, sizeof(out), "1", "a/\"b\"\\\n\xc3\xa4\x01\b\f\r\t\x1f\x7f",
						    API_LINK_UNKNOWN),
		     "{\"id\":\"1\",\"name\":\"slac_link_status\",\"type\":\"response\",\"data\":{\"evse_id\":"
		     "\"a/\\\"b\\\"\\\\\\n\xc3\xa4\\u0001\\b\\f\\r\\t\\u001f\x7f\",\"status\":\"unknown\"}}");
}

static void text_that_is_not_utf8_builds_nothing(void **state)
{
	(void)state;
	assert_built(api_build_link_status_response(out, sizeof(out), "1", "\xff", API_LINK_UNKNOWN), "");
	assert_built(api_build_link_status_response(out, sizeof(out), "\xc3", "E", API_LINK_UNKNOWN), "");
	assert_built(api_build_link_status_response(out, sizeof(out), "1", NULL, API_LINK_UNKNOWN), "");
}

static void buffer_must_hold_the_text_and_its_nul(void **state)
{
	const size_t len = strlen(RESET_RESPONSE);
	char small[512];

	(void)state;
	for (size_t size = 0; size <= len; size++) {
		memset(small, 'x', sizeof(small));
		assert_int_equal(api_build_reset_response(small, size, MESSAGE_ID, API_SLAC_RESET, API_RESET_ACCEPTED),
				 0);
		assert_int_equal(small[0], size ? '\0' : 'x');
		assert_int_equal(small[size > 0 ? size : 1], 'x');
	}
	assert_int_equal(api_build_reset_response(small, len + 1, MESSAGE_ID, API_SLAC_RESET, API_RESET_ACCEPTED), len);
}

static void networks_may_be_none_and_are_bounded(void **state)
{
	struct api_network many[API_NETWORKS_MAX + 1];
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(many); i++) {
		many[i] = network;
		many[i].role = 255;
	}
	assert_true(api_build_network_info_response(out, sizeof(out), "1", "E", NULL, 0) > 0);
	assert_non_null(strstr(out, "\"networks\":[]"));
	assert_true(api_build_network_info_response(out, sizeof(out), MESSAGE_ID, "E", many, COUNT(many)) > 0);
	for (const char *at = out; (at = strstr(at, "\"role\":\"unknown\"")); at++)
		count++;
	assert_int_equal(count, API_NETWORKS_MAX);
}

static void uuid_has_version_4_and_the_variant(void **state)
{
	uint8_t random[16];
	char uuid[API_UUID_MAX];

	(void)state;
	memset(random, 0xff, sizeof(random));
	api_uuid_v4(random, uuid);
	assert_string_equal(uuid, "ffffffff-ffff-4fff-bfff-ffffffffffff");
	memset(random, 0, sizeof(random));
	api_uuid_v4(random, uuid);
	assert_string_equal(uuid, "00000000-0000-4000-8000-000000000000");
	for (uint8_t i = 0; i < 16; i++)
		random[i] = i;
	api_uuid_v4(random, uuid);
	assert_string_equal(uuid, "00010203-0405-4607-8809-0a0b0c0d0e0f");
}

static void text_of_a_value_outside_its_enum_is_unknown(void **state)
{
	(void)state;
	assert_string_equal(api_cp_state_text((enum api_cp_state)99), "unknown");
	assert_string_equal(api_slac_state_text((enum api_slac_state) - 1), "unknown");
	assert_string_equal(api_kind_text(API_RESET), "reset");
	assert_string_equal(api_kind_text(API_SLAC_RESET), "slac_reset");
	assert_string_equal(api_evse_status_text(API_EVSE_NOT_READY), "evse_not_ready");
	assert_string_equal(api_cp_pwm_status_text(API_CP_PWM_ERROR), "error");
	assert_string_equal(api_data_link_action_text(API_DATA_LINK_RESUME), "resume");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_message_is_written_octet_for_octet),
		cmocka_unit_test(service_status_response_differs_in_its_type_only),
		cmocka_unit_test(slac_status_always_has_its_run_id_and_leaves_out_what_is_not_known),
		cmocka_unit_test(slac_status_has_the_time_when_it_happened_where_that_is_asked_for),
		cmocka_unit_test(slac_status_of_the_josev_api_has_exactly_its_members),
		cmocka_unit_test(pilot_requests_have_a_current_unless_they_are_for_5_percent),
		cmocka_unit_test(reset_is_answered_under_either_name),
		cmocka_unit_test(ids_of_ones_own_end_as_api_own_ids_says),
		cmocka_unit_test(current_has_exactly_one_decimal),
		cmocka_unit_test(texts_are_escaped_and_stay_on_one_line),
		cmocka_unit_test(text_that_is_not_utf8_builds_nothing),
		cmocka_unit_test(buffer_must_hold_the_text_and_its_nul),
		cmocka_unit_test(networks_may_be_none_and_are_bounded),
		cmocka_unit_test(uuid_has_version_4_and_the_variant),
		cmocka_unit_test(text_of_a_value_outside_its_enum_is_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
