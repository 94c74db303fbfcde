/* SPDX-License-Identifier: Apache-2.0 */
/* What topics and payloads become. */
#include "tools/history/history_take.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NOW_US 1795770700000001
#define STATUS(data)                                                                                                   \
	"{\"id\":\"0d7e8b5e-1c1e-4b8e-9d3a-111111111111\",\"name\":\"slac_service_status\",\"type\":\"update\","       \
	"\"data\":" data "}"
#define MATCHED                                                                                                        \
	STATUS("{\"evse_id\":\"DE*SIM*E1\",\"run_id\":\"0x0011223344556677\",\"status\":\"matched\","                  \
	       "\"ev_mac\":\"00:18:87:00:A1:D6\",\"attenuation_db\":20.3}")

static struct history_filters filters;
static struct history_row row;

static int add_filters(void **state)
{
	(void)state;
	filters.count = 0;
	assert_null(history_filters_add_telemetry(&filters, "telemetry/+/+/+"));
	assert_null(history_filters_add_status(&filters, "stations/+/josev/cs"));
	assert_null(history_filters_add_status(&filters, "GARAGE=josev/cs"));
	return 0;
}

static enum history_taken take(const char *topic, const char *payload)
{
	memset(&row, 0xaa, sizeof(row));
	return history_take(&filters, topic, payload, strlen(payload), NOW_US, &row);
}

/* 64 octets. */
#define LONG "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void value_becomes_a_row(void **state)
{
	const struct history_telemetry *telemetry = &row.as.telemetry;

	(void)state;
	assert_int_equal(take("telemetry/DE-ABC-0017/DE*SIM%2FE1/attenuation_db",
			      "{\"value\":20.5,\"sampling_time\":\"2026-11-27T09:10:11.123Z\"}"),
			 HISTORY_TAKEN);
	assert_int_equal(row.kind, HISTORY_TELEMETRY);
	assert_string_equal(telemetry->station, "DE-ABC-0017");
	assert_string_equal(telemetry->evse_id, "DE*SIM/E1");
	assert_string_equal(telemetry->name, "attenuation_db");
	assert_int_equal(telemetry->sampling_us, 1795770611123000);
	assert_true(telemetry->has_number && telemetry->number == 20.5 && !telemetry->has_text);
	assert_int_equal(
		take("telemetry/S1/E1/state", "{\"value\":\"matched\",\"sampling_time\":\"2026-11-27T09:10:11.123Z\"}"),
		HISTORY_TAKEN);
	assert_true(telemetry->has_text && !telemetry->has_number);
	assert_string_equal(telemetry->text, "matched");
	assert_int_equal(take("telemetry/S1/E1/attenuation_db",
			      "{\"value\":null,\"sampling_time\":\"2026-11-27T09:10:11.123Z\"}"),
			 HISTORY_TAKEN);
	assert_false(telemetry->has_text || telemetry->has_number);
}

static void value_that_is_cleared_is_no_row(void **state)
{
	(void)state;
	assert_int_equal(take("telemetry/S1/E1/state", ""), HISTORY_TAKEN_NOT);
}

static void status_becomes_a_row(void **state)
{
	const struct history_status *status = &row.as.status;

	(void)state;
	assert_int_equal(take("stations/S1/josev/cs", MATCHED), HISTORY_TAKEN);
	assert_int_equal(row.kind, HISTORY_STATUS);
	assert_string_equal(status->station, "S1");
	assert_string_equal(status->message_id, "0d7e8b5e-1c1e-4b8e-9d3a-111111111111");
	assert_string_equal(status->evse_id, "DE*SIM*E1");
	assert_string_equal(status->status, "matched");
	assert_string_equal(status->reason, "");
	assert_string_equal(status->run_id, "0x0011223344556677");
	assert_string_equal(status->ev_mac, "00:18:87:00:A1:D6");
	assert_string_equal(status->record, "");
	assert_true(status->has_attenuation && status->attenuation_db == 20.3);
	assert_int_equal(status->received_us, NOW_US);
	assert_int_equal(status->sampling_us, NOW_US);
	assert_int_equal(take("josev/cs", MATCHED), HISTORY_TAKEN);
	assert_string_equal(status->station, "GARAGE");
}

/* One that waited in the queue of a bridge. */
static void status_that_tells_its_time_has_it(void **state)
{
	(void)state;
	assert_int_equal(
		take("josev/cs", STATUS("{\"evse_id\":\"E1\",\"run_id\":\"0x0011223344556677\",\"status\":\"failed\","
					"\"reason\":\"no_sounds\",\"sampling_time\":\"2026-11-27T09:10:11.123Z\"}")),
		HISTORY_TAKEN);
	assert_int_equal(row.as.status.sampling_us, 1795770611123000);
	assert_int_equal(row.as.status.received_us, NOW_US);
	assert_string_equal(row.as.status.reason, "no_sounds");
	assert_int_equal(
		take("josev/cs", STATUS("{\"evse_id\":\"E1\",\"run_id\":\"0x0011223344556677\",\"status\":\"failed\","
					"\"reason\":\"no_sounds\",\"sampling_time\":\"yesterday\"}")),
		HISTORY_TAKEN_REFUSED);
}

static void other_messages_on_a_status_topic_are_no_rows(void **state)
{
	(void)state;
	assert_int_equal(take("josev/cs", "{\"id\":\"1\",\"name\":\"cs_parameters\",\"type\":\"request\",\"data\":{}}"),
			 HISTORY_TAKEN_NOT);
	assert_int_equal(take("josev/cs", "{\"id\":\"1\",\"name\":\"cp_pwm\",\"type\":\"request\",\"data\":{}}"),
			 HISTORY_TAKEN_NOT);
	assert_int_equal(take("josev/cs", "{\"id\":\"1\",\"name\":\"something\",\"type\":\"update\",\"data\":{}}"),
			 HISTORY_TAKEN_NOT);
}

static void assert_refused(const char *topic, const char *payload, const char *why)
{
	assert_int_equal(take(topic, payload), HISTORY_TAKEN_REFUSED);
	assert_int_equal(row.kind, HISTORY_REFUSED);
	assert_int_equal(row.as.refused.received_us, NOW_US);
	assert_string_equal(row.as.refused.topic, topic);
	assert_int_equal(row.as.refused.len, strlen(payload));
	assert_memory_equal(row.as.refused.payload, payload, strlen(payload));
	if (strstr(row.as.refused.why, why) == NULL)
		fail_msg("'%s' is not in '%s'", why, row.as.refused.why);
}

static void bad_payload_is_put_aside_with_its_reason(void **state)
{
	static const char long_name[] =
		"stations/0123456789012345678901234567890123456789012345678901234567890123/josev/cs";

	(void)state;
	assert_refused("telemetry/S1/E1/humidity", "{}", "humidity: ");
	assert_refused("josev/cs",
		       "{\"id\":\"" LONG
		       "\",\"name\":\"slac_service_status\",\"type\":\"update\",\"data\":{\"evse_id\":\"E1\","
		       "\"run_id\":\"0x0011223344556677\",\"status\":\"matching\"}}",
		       "id: expected a text of 1 to 63 octets");
	assert_refused("telemetry/S1/E1/state", "{", "expected");
	assert_refused("telemetry/S1/E1/state", "{\"value\":\"matched\"}", "sampling_time");
	assert_refused("telemetry/S1/E1/attenuation_db",
		       "{\"value\":true,\"sampling_time\":\"2026-11-27T09:10:11.123Z\"}", "attenuation_db: value");
	assert_refused("telemetry/S1/E%ZZ/state", "{\"value\":\"x\",\"sampling_time\":\"2026-11-27T09:10:11.123Z\"}",
		       "topic");
	assert_refused("josev/cs", "not JSON", "expected");
	assert_refused("josev/cs", STATUS("{\"evse_id\":\"E1\"}"), "slac_service_status: data.run_id");
	assert_refused("josev/cs",
		       "{\"name\":\"slac_service_status\",\"type\":\"update\",\"data\":{\"evse_id\":\"E1\","
		       "\"run_id\":\"0x0011223344556677\",\"status\":\"matching\",\"ev_mac\":\"00:18:87:00:A1:D6\"}}",
		       "id");
	assert_refused(long_name, MATCHED, "1 to 63 octets");
	/* It turns the direction of writing, as it may not in the topic of a value. */
	assert_refused("stations/S\xe2\x80\xae"
		       "1/josev/cs",
		       MATCHED, "topic: expected a station's name");
}

static void large_payload_is_kept_in_part(void **state)
{
	static char payload[HISTORY_PAYLOAD_MAX + 100];

	(void)state;
	memset(payload, 'x', sizeof(payload));
	assert_int_equal(history_take(&filters, "josev/cs", payload, sizeof(payload), NOW_US, &row),
			 HISTORY_TAKEN_REFUSED);
	assert_int_equal(row.as.refused.len, HISTORY_PAYLOAD_MAX);
}

static void topic_of_no_filter_is_a_stray(void **state)
{
	static const char *const topics[] = {
		"telemetry/S1/E1",     "telemetry/S1/E1/state/x", "josev/cs/x", "josev", "",
		"stations/S1/josev/c", "Telemetry/S1/E1/state"};

	(void)state;
	for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]); i++)
		assert_int_equal(take(topics[i], MATCHED), HISTORY_TAKEN_STRAY);
}

static void filter_that_does_not_say_whose_it_is_is_refused(void **state)
{
	static const char *const telemetry[] = {"",       "telemetry/#", "telemetry/+/+",
						"/+/+/+", "a+/+/+/+",    "telemetry/+/+/x"};
	static const char *const status[] = {
		"", "josev/cs", "=josev/cs", "S1=", "stations/#", "S1=josev/#", "a+/josev"};

	(void)state;
	for (size_t i = 0; i < sizeof(telemetry) / sizeof(telemetry[0]); i++)
		assert_non_null(history_filters_add_telemetry(&filters, telemetry[i]));
	for (size_t i = 0; i < sizeof(status) / sizeof(status[0]); i++)
		assert_non_null(history_filters_add_status(&filters, status[i]));
	assert_int_equal(filters.count, 3);
	while (filters.count < HISTORY_FILTERS_MAX)
		assert_null(history_filters_add_telemetry(&filters, "sites/+/telemetry/+/+/+"));
	assert_non_null(history_filters_add_telemetry(&filters, "telemetry/+/+/+"));
	assert_non_null(history_filters_add_status(&filters, "S1=josev/cs"));
}

static void station_is_the_first_wildcard_of_a_status_filter(void **state)
{
	(void)state;
	assert_null(history_filters_add_status(&filters, "sites/north/+/+/cs"));
	assert_int_equal(take("sites/north/S7/josev/cs", MATCHED), HISTORY_TAKEN);
	assert_string_equal(row.as.status.station, "S7");
	assert_refused("sites/north//josev/cs", MATCHED, "topic");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(value_becomes_a_row, add_filters),
		cmocka_unit_test_setup(value_that_is_cleared_is_no_row, add_filters),
		cmocka_unit_test_setup(status_becomes_a_row, add_filters),
		cmocka_unit_test_setup(status_that_tells_its_time_has_it, add_filters),
		cmocka_unit_test_setup(other_messages_on_a_status_topic_are_no_rows, add_filters),
		cmocka_unit_test_setup(bad_payload_is_put_aside_with_its_reason, add_filters),
		cmocka_unit_test_setup(large_payload_is_kept_in_part, add_filters),
		cmocka_unit_test_setup(topic_of_no_filter_is_a_stray, add_filters),
		cmocka_unit_test_setup(filter_that_does_not_say_whose_it_is_is_refused, add_filters),
		cmocka_unit_test_setup(station_is_the_first_wildcard_of_a_status_filter, add_filters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
