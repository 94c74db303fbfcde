/* SPDX-License-Identifier: Apache-2.0 */
/* The station's side: it reads what slacd writes, and slacd reads what it writes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants them first. */
#include <cmocka.h>

#include <string.h>

#include "tools/station/api_station.h"
#include "mqtt/api/tests/messages.h"

static struct api_station_message message;
static struct api_message read_back;
static struct api_error error;
static char out[API_BUILD_MAX];

static enum api_result parse(const char *payload)
{
	return api_station_parse(payload, strlen(payload), &message, &error);
}

static enum api_result parse_changed(const char *valid, const char *from, const char *to)
{
	return parse(message_changed(valid, from, to));
}

static void station_reads_every_message_of_slacd(void **state)
{
	(void)state;
	assert_int_equal(parse(SERVICE_STATUS_UPDATE), API_OK);
	assert_int_equal(message.kind, API_STATION_SERVICE_STATUS);
	assert_string_equal(message.data.service_status.service, "slac");
	assert_int_equal(message.data.service_status.state, API_SERVICE_READY);
	assert_int_equal(parse(PARAMETERS_REQUEST), API_OK);
	assert_int_equal(message.kind, API_STATION_CS_PARAMETERS);
	assert_string_equal(message.id, MESSAGE_ID);
	assert_int_equal(parse(LIMITS_REQUEST), API_OK);
	assert_int_equal(message.kind, API_STATION_CS_STATUS_AND_LIMITS);
	assert_int_equal(parse(CP_PWM_REQUEST), API_OK);
	assert_int_equal(message.kind, API_STATION_CP_PWM);
	assert_int_equal(message.data.cp_pwm.current_deciampere, 160);
	assert_int_equal(parse(SLAC_SERVICE_STATUS_UPDATE), API_OK);
	assert_int_equal(message.kind, API_STATION_SLAC_STATUS);
	assert_int_equal(message.data.slac_status.state, API_SLAC_FAILED);
	assert_string_equal(message.data.slac_status.run_id, "0x0123456789ABCDEF");
	assert_string_equal(message.data.slac_status.ev_mac, "00:18:87:00:A1:D6");
	assert_string_equal(message.data.slac_status.reason, "sounding_timeout");
	assert_true(message.data.slac_status.has_attenuation);
	assert_int_equal(message.data.slac_status.attenuation_ddb, 125);
	assert_string_equal(message.data.slac_status.record, "20231213T155819.979904Z-E1-failed.pcapng");
	assert_int_equal(parse(LINK_STATUS_RESPONSE), API_OK);
	assert_int_equal(message.data.link_status.state, API_LINK_CONNECTED);
	assert_int_equal(parse(NETWORK_INFO_RESPONSE), API_OK);
	assert_int_equal(message.data.network_info.count, 1);
	assert_int_equal(parse(RESET_RESPONSE), API_OK);
	assert_int_equal(message.data.reset, API_RESET_ACCEPTED);
	assert_int_equal(parse_changed(RESET_RESPONSE, "slac_reset", "reset"), API_OK);
	assert_int_equal(message.kind, API_STATION_RESET);
}

static void slac_status_is_read_under_either_name(void **state)
{
	(void)state;
	assert_int_equal(parse(SLAC_SERVICE_STATUS_UPDATE), API_OK);
	assert_int_equal(message.data.slac_status.name, API_NAME_SLAC_SERVICE_STATUS);
	assert_int_equal(parse_changed(SLAC_SERVICE_STATUS_UPDATE, "slac_service_status", "slac_status"), API_OK);
	assert_int_equal(message.data.slac_status.name, API_NAME_SLAC_STATUS);
}

static void measured_values_are_written_with_one_decimal_or_two(void **state)
{
	const struct api_station_cp_status cp = {
		.status = {.evse_id = EVSE_1, .state = API_CP_C2, .has_duty_cycle = true, .duty_cycle_percent = 53.33},
		.connector_id = 1,
		.has_voltages = true,
		.max_voltage_v = 6,
		.min_voltage_v = -11.999,
	};

	(void)state;
	assert_true(api_station_build_cp_status(out, sizeof(out), MESSAGE_ID, &cp) > 0);
	assert_non_null(strstr(out, "\"max_voltage\":6.0,\"min_voltage\":-12.0,\"duty_cycle\":53.33}"));
}

static void what_slacd_may_leave_out_of_a_status_is_bounded(void **state)
{
	(void)state;
	assert_int_equal(parse_changed(SLAC_SERVICE_STATUS_UPDATE, "\"attenuation_db\":12.5,", ""), API_OK);
	assert_false(message.data.slac_status.has_attenuation);
	assert_int_equal(parse_changed(SLAC_SERVICE_STATUS_UPDATE, "12.5", "255.1"), API_INVALID);
	assert_string_equal(error.member, "data.attenuation_db");
	assert_int_equal(parse_changed(SLAC_SERVICE_STATUS_UPDATE, "12.5", "-1"), API_INVALID);
	assert_int_equal(parse_changed(SLAC_SERVICE_STATUS_UPDATE,
				       "\"record\":\"20231213T155819.979904Z-E1-failed.pcapng\"", "\"record\":3"),
			 API_INVALID);
	assert_string_equal(error.member, "data.record");
}

static void pwm_current_is_there_exactly_when_it_counts(void **state)
{
	(void)state;
	assert_int_equal(parse_changed(CP_PWM_REQUEST, "\"hlc\":false", "\"hlc\":true"), API_INVALID);
	assert_string_equal(error.member, "data.current");
	assert_int_equal(parse_changed(CP_PWM_REQUEST, "\"current\":16.0,", ""), API_INVALID);
	assert_string_equal(error.member, "data.current");
	assert_int_equal(parse_changed(CP_PWM_REQUEST, "16.0", "NaN"), API_INVALID);
	assert_int_equal(parse_changed(CP_PWM_REQUEST, "\"fault_state\":false", "\"fault_state\":true"), API_INVALID);
	assert_string_equal(error.member, "data.current");
	assert_int_equal(parse_changed(CP_PWM_REQUEST, "16.0", "15.96"), API_OK);
	assert_int_equal(message.data.cp_pwm.current_deciampere, 160);
}

static void wrong_run_ids_are_refused(void **state)
{
	static const char *const wrong[] = {"",
					    "0x",
					    "0x0123456789ABCDE",
					    "0x0123456789ABCDEF0",
					    "0X0123456789ABCDEF",
					    "0x0123456789abcdef",
					    "000123456789ABCDEF"};

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		assert_int_equal(parse_changed(SLAC_SERVICE_STATUS_UPDATE, "0x0123456789ABCDEF", wrong[i]),
				 API_INVALID);
		assert_string_equal(error.member, "data.run_id");
	}
}

static void every_truncation_of_every_message_is_malformed(void **state)
{
	static const char *const messages[] = OUTBOUND_MESSAGES;

	(void)state;
	for (size_t i = 0; i < COUNT(messages); i++) {
		for (size_t cut = 0; cut < strlen(messages[i]); cut++)
			assert_int_equal(api_station_parse(messages[i], cut, &message, &error), API_MALFORMED);
	}
}

static void messages_in_the_other_direction_are_ignored(void **state)
{
	static const char *const inbound[] = INBOUND_MESSAGES;

	(void)state;
	for (size_t i = 0; i < COUNT(inbound); i++)
		assert_int_equal(parse(inbound[i]), API_IGNORED);
}

static void read_by_slacd(size_t len, const char *expected)
{
	assert_true(len > 0);
	if (expected)
		assert_string_equal(out, expected);
	assert_int_equal(api_parse(out, len, API_FROM_STATION | API_FROM_ISO15118, &read_back, &error), API_OK);
}

static void slacd_reads_every_message_of_the_station(void **state)
{
	const struct api_cp_pwm_response pwm = {EVSE_1, API_CP_PWM_INVALID, "too high"};
	const struct api_station_cp_status cp = {.status = {.evse_id = EVSE_1, .state = API_CP_C2},
						 .connector_id = 1,
						 .has_voltages = true,
						 .max_voltage_v = 6.1,
						 .min_voltage_v = -12};

	(void)state;
	read_by_slacd(api_station_build_cp_pwm_response(out, sizeof(out), MESSAGE_ID, &pwm), CP_PWM_RESPONSE);
	read_by_slacd(api_station_build_data_link(out, sizeof(out), MESSAGE_ID, EVSE_1, API_DATA_LINK_PAUSE),
		      DATA_LINK_UPDATE);
	read_by_slacd(api_station_build_hlc_charging(out, sizeof(out), MESSAGE_ID, EVSE_1, true), HLC_CHARGING_UPDATE);
	read_by_slacd(api_station_build_service_status_request(out, sizeof(out), MESSAGE_ID, "slac"),
		      SERVICE_STATUS_REQUEST);
	read_by_slacd(api_station_build_evse_request(out, sizeof(out), MESSAGE_ID, API_SLAC_LINK_STATUS, EVSE_1),
		      LINK_STATUS_REQUEST);
	read_by_slacd(api_station_build_evse_request(out, sizeof(out), MESSAGE_ID, API_SLAC_RESET, NULL), NULL);
	read_by_slacd(api_station_build_evse_request(out, sizeof(out), MESSAGE_ID, API_RESET, NULL), NULL);
	read_by_slacd(api_station_build_cp_status(out, sizeof(out), MESSAGE_ID, &cp), NULL);
	assert_int_equal(read_back.data.cp_status.state, API_CP_C2);
	assert_non_null(strstr(out, "\"connector_id\":1,\"state\":\"C2\""));
	assert_non_null(strstr(out, "\"min_voltage\":-12.0"));
	assert_false(read_back.data.cp_status.has_duty_cycle);
}

static void data_from_a_file_becomes_one_line(void **state)
{
	static const char pretty[] = "{\n  \"parameters\": []\n}\n";

	(void)state;
	read_by_slacd(
		api_station_build_data(out, sizeof(out), "1", "cs_parameters", API_RESPONSE, pretty, strlen(pretty)),
		"{\"id\":\"1\",\"name\":\"cs_parameters\",\"type\":\"response\",\"data\":{"
		"\"parameters\":[]}}");
	read_by_slacd(api_station_build_data(out, sizeof(out), MESSAGE_ID, "cs_status_and_limits", API_UPDATE,
					     LIMITS_DATA, strlen(LIMITS_DATA)),
		      NULL);
	assert_int_equal(read_back.data.limits.count, 2);
}

static void data_that_is_no_object_builds_nothing(void **state)
{
	(void)state;
	assert_int_equal(api_station_build_data(out, sizeof(out), "1", "x", API_UPDATE, "[]", 2), 0);
	assert_int_equal(api_station_build_data(out, sizeof(out), "1", "x", API_UPDATE, "{", 1), 0);
	assert_string_equal(out, "");
}

static void pilot_states_are_found_by_their_text(void **state)
{
	enum api_cp_state cp = API_CP_A1;

	(void)state;
	assert_true(api_station_cp_state("D2", &cp));
	assert_int_equal(cp, API_CP_D2);
	assert_false(api_station_cp_state("G", &cp));
	assert_int_equal(cp, API_CP_D2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(station_reads_every_message_of_slacd),
		cmocka_unit_test(slac_status_is_read_under_either_name),
		cmocka_unit_test(what_slacd_may_leave_out_of_a_status_is_bounded),
		cmocka_unit_test(pwm_current_is_there_exactly_when_it_counts),
		cmocka_unit_test(wrong_run_ids_are_refused),
		cmocka_unit_test(measured_values_are_written_with_one_decimal_or_two),
		cmocka_unit_test(every_truncation_of_every_message_is_malformed),
		cmocka_unit_test(messages_in_the_other_direction_are_ignored),
		cmocka_unit_test(slacd_reads_every_message_of_the_station),
		cmocka_unit_test(data_from_a_file_becomes_one_line),
		cmocka_unit_test(data_that_is_no_object_builds_nothing),
		cmocka_unit_test(pilot_states_are_found_by_their_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
