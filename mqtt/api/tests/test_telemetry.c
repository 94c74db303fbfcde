/* SPDX-License-Identifier: Apache-2.0 */
/* Telemetry on the wire: topics and payloads, both ways. */
#include "mqtt/api/telemetry/api_telemetry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define A16             "aaaaaaaaaaaaaaaa"
#define A63             A16 A16 A16 "aaaaaaaaaaaaaaa"
#define A64             A63 "a"
#define A128            A64 A64
#define TIME            "\"sampling_time\":\"2026-11-27T09:10:11.123Z\""
#define TIME_MS         INT64_C(1795770611123)

static struct api_telemetry_sample sample;
static struct api_error error;

static enum api_result parse(enum api_telemetry_kind kind, const char *payload)
{
	return api_telemetry_parse(kind, payload, strlen(payload), &sample, &error);
}

static const char *build(enum api_telemetry_kind kind, const struct api_telemetry_sample *what)
{
	static char out[API_TELEMETRY_BUILD_MAX];

	const size_t len = api_telemetry_build(out, sizeof(out), kind, what);

	assert_int_equal(len, strlen(out));
	return out;
}

/* --- topics --- */

static void prefix_is_root_and_station(void **state)
{
	static const char *const right[] = {"telemetry/DE-ABC-0017", "fleet/telemetry/S1", "a b/c", "x/" A63};
	static const char *const wrong[] = {
		"",     "telemetry", "/S1",     "telemetry/", "/telemetry/S1", "a//S1",  "a/+",
		"#/S1", "a/b#",      "$SYS/S1", "a/\n",       "a/\xff",        "x/" A64, (A128 "/" A64 "/" A63 "/x")};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(right); i++)
		if (!api_telemetry_prefix_is_valid(right[i]))
			fail_msg("%s", right[i]);
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		if (api_telemetry_prefix_is_valid(wrong[i]))
			fail_msg("%s", wrong[i]);
}

static void topic_ends_with_outlet_and_value(void **state)
{
	char out[API_TELEMETRY_TOPIC_MAX];

	(void)state;
	assert_int_equal(api_telemetry_topic(out, sizeof(out), "telemetry/S1", "DE*ABC*E1", API_TELEMETRY_STATE),
			 strlen("telemetry/S1/DE*ABC*E1/state"));
	assert_string_equal(out, "telemetry/S1/DE*ABC*E1/state");
	assert_int_not_equal(api_telemetry_topic(out, sizeof(out), "t/S1", "a/b+c#d%e", API_TELEMETRY_LAST_MATCH), 0);
	assert_string_equal(out, "t/S1/a%2Fb%2Bc%23d%25e/last_match_ms");
	assert_int_equal(api_telemetry_topic(out, 8, "t/S1", "E1", API_TELEMETRY_STATE), 0);
	assert_string_equal(out, "");
	assert_int_equal(api_telemetry_topic(out, sizeof(out), "t/S1", "", API_TELEMETRY_STATE), 0);
}

/* The longest prefix and the longest outlet, all of it to be written as three octets. */
static void longest_topic_fits(void **state)
{
	char out[API_TELEMETRY_TOPIC_MAX];
	char prefix[API_TELEMETRY_PREFIX_MAX];
	char evse_id[API_EVSE_ID_MAX];

	(void)state;
	memset(prefix, 'p', sizeof(prefix) - 1);
	prefix[sizeof(prefix) - 1] = '\0';
	memset(evse_id, '/', sizeof(evse_id) - 1);
	evse_id[sizeof(evse_id) - 1] = '\0';
	for (size_t i = 0; i < API_TELEMETRY_KINDS; i++)
		assert_int_not_equal(api_telemetry_topic(out, sizeof(out), prefix, evse_id, (enum api_telemetry_kind)i),
				     0);
}

static void topics_are_read_as_they_were_written(void **state)
{
	static const char *const outlets[] = {"DE*ABC*E1", "a/b+c#d%e", "%2F", "E 1", "\xc3\xa4", A63};
	struct api_telemetry_topic topic;
	char out[API_TELEMETRY_TOPIC_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(outlets); i++) {
		for (size_t kind = 0; kind < API_TELEMETRY_KINDS; kind++) {
			api_telemetry_topic(out, sizeof(out), "fleet/telemetry/S1", outlets[i],
					    (enum api_telemetry_kind)kind);
			assert_true(api_telemetry_topic_read(out, &topic));
			assert_string_equal(topic.station, "S1");
			assert_string_equal(topic.evse_id, outlets[i]);
			assert_int_equal(topic.kind, kind);
			assert_string_equal(topic.name, api_telemetry_name(topic.kind));
		}
	}
	assert_true(api_telemetry_topic_read("S1/E1/of_later", &topic));
	assert_int_equal(topic.kind, API_TELEMETRY_UNKNOWN);
	assert_string_equal(topic.name, "of_later");
}

static void other_topics_are_not_read(void **state)
{
	static const char *const others[] = {"",
					     "state",
					     "E1/state",
					     "t//E1/state",
					     "t/S1//state",
					     "t/S1/E1/",
					     "t/S1/E1/State",
					     "t/S1/E1/a b",
					     "t/S1/%2f/state",
					     "t/S1/%41/state",
					     "t/S1/E1%/state",
					     "t/S1/%2/state",
					     "t/S1/a#/state",
					     "t/S1/a+/state",
					     "t/S1/\xff/state",
					     "t/S1/a\x01/state",
					     "t/\n/E1/state",
					     "t/" A64 "/E1/state",
					     "t/S1/" A64 "/state",
					     ("t/S1/E1/" A16 A16)};
	struct api_telemetry_topic topic = {.kind = API_TELEMETRY_PILOT};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(others); i++)
		if (api_telemetry_topic_read(others[i], &topic))
			fail_msg("%s", others[i]);
	assert_int_equal(topic.kind, API_TELEMETRY_PILOT);
}

/* --- payloads --- */

static const struct api_telemetry_sample matched = {.value = {.type = API_TELEMETRY_TEXT, .text = "matched"},
						    .sampling_ms = TIME_MS};

static struct api_telemetry_sample number(double value)
{
	return (struct api_telemetry_sample){.value = {.type = API_TELEMETRY_NUMBER, .number = value},
					     .sampling_ms = TIME_MS};
}

static void payload_is_value_and_time_and_nothing_else(void **state)
{
	const struct api_telemetry_sample none = {.sampling_ms = 0};
	const struct api_telemetry_sample current = number(16), attenuation = number(20.25), count = number(3);

	(void)state;
	assert_string_equal(build(API_TELEMETRY_STATE, &matched), "{\"value\":\"matched\"," TIME "}");
	assert_string_equal(build(API_TELEMETRY_OFFERED_CURRENT, &current), "{\"value\":16.0," TIME "}");
	assert_string_equal(build(API_TELEMETRY_ATTENUATION, &attenuation), "{\"value\":20.2," TIME "}");
	assert_string_equal(build(API_TELEMETRY_SESSIONS_MATCHED, &count), "{\"value\":3," TIME "}");
	assert_string_equal(build(API_TELEMETRY_ATTENUATION, &none),
			    "{\"value\":null,\"sampling_time\":\"1970-01-01T00:00:00.000Z\"}");
}

static void payload_that_cannot_be_built_is_empty(void **state)
{
	struct api_telemetry_sample broken = matched;
	char out[API_TELEMETRY_BUILD_MAX] = "x";

	(void)state;
	assert_int_equal(api_telemetry_build(out, 20, API_TELEMETRY_STATE, &matched), 0);
	assert_string_equal(out, "");
	strcpy(broken.value.text, "\xff");
	assert_int_equal(api_telemetry_build(out, sizeof(out), API_TELEMETRY_STATE, &broken), 0);
}

static void texts_are_read(void **state)
{
	(void)state;
	assert_int_equal(parse(API_TELEMETRY_STATE, "{\"value\":\"matched\"," TIME "}"), API_OK);
	assert_int_equal(sample.value.type, API_TELEMETRY_TEXT);
	assert_string_equal(sample.value.text, "matched");
	assert_int_equal(sample.sampling_ms, TIME_MS);
	assert_int_equal(parse(API_TELEMETRY_REASON, "{\"value\":\"\"," TIME "}"), API_OK);
	assert_string_equal(sample.value.text, "");
	assert_int_equal(parse(API_TELEMETRY_PILOT, "{\"value\":\"C2\"," TIME ",\"later\":[]}"), API_OK);
	assert_string_equal(sample.value.text, "C2");
	assert_int_equal(parse(API_TELEMETRY_EV_MAC, "{\"value\":\"00:18:87:00:A1:D6\"," TIME "}"), API_OK);
	assert_int_equal(parse(API_TELEMETRY_EV_MAC, "{\"value\":\"\"," TIME "}"), API_OK);
	assert_int_equal(parse(API_TELEMETRY_MODEM_VERSION, "{\"value\":\"MAC-QCA7000\"," TIME "}"), API_OK);
}

static void numbers_are_read(void **state)
{
	(void)state;
	assert_int_equal(parse(API_TELEMETRY_ATTENUATION, "{\"value\":20.5," TIME "}"), API_OK);
	assert_int_equal(sample.value.type, API_TELEMETRY_NUMBER);
	assert_true(sample.value.number > 20.49 && sample.value.number < 20.51);
	assert_string_equal(sample.value.text, "");
	assert_int_equal(parse(API_TELEMETRY_ATTENUATION, "{\"value\":null," TIME "}"), API_OK);
	assert_int_equal(sample.value.type, API_TELEMETRY_NULL);
	assert_int_equal(parse(API_TELEMETRY_LAST_MATCH, "{\"value\":null," TIME "}"), API_OK);
	assert_int_equal(parse(API_TELEMETRY_SESSIONS_FAILED, "{\"value\":4294967296," TIME "}"), API_OK);
	assert_true(sample.value.number > 4294967295.0);
	assert_int_equal(parse(API_TELEMETRY_SESSIONS_FAILED, "{\"value\":9007199254740991," TIME "}"), API_OK);
	assert_true(sample.value.number > 9007199254740990.0);
}

/* An older reader keeps what a later version says. */
static void values_of_a_later_version_are_read(void **state)
{
	(void)state;
	assert_int_equal(parse(API_TELEMETRY_UNKNOWN, "{\"value\":-1.5," TIME "}"), API_OK);
	assert_int_equal(parse(API_TELEMETRY_UNKNOWN, "{\"value\":\"x\"," TIME "}"), API_OK);
	assert_int_equal(parse(API_TELEMETRY_UNKNOWN, "{\"value\":null," TIME "}"), API_OK);
	assert_int_equal(sample.value.type, API_TELEMETRY_NULL);
	assert_int_equal(parse(API_TELEMETRY_UNKNOWN, "{\"value\":[]," TIME "}"), API_INVALID);
	assert_string_equal(error.expected, "a number, a text or null");
	assert_int_equal(parse(API_TELEMETRY_UNKNOWN, "{\"value\":true," TIME "}"), API_INVALID);
	assert_int_equal(parse(API_TELEMETRY_UNKNOWN, "{\"value\":-9007199254740991," TIME "}"), API_OK);
	assert_int_equal(parse(API_TELEMETRY_UNKNOWN, "{\"value\":9007199254740993," TIME "}"), API_INVALID);
	assert_string_equal(error.expected, "a number from -9007199254740991 to 9007199254740991");
}

static void times_are_read_in_milliseconds(void **state)
{
	(void)state;
	assert_int_equal(parse(API_TELEMETRY_REASON, "{\"value\":\"\",\"sampling_time\":\"1970-01-01T00:00:01Z\"}"),
			 API_OK);
	assert_int_equal(sample.sampling_ms, 1000);
	assert_int_equal(
		parse(API_TELEMETRY_REASON, "{\"value\":\"\",\"sampling_time\":\"1970-01-01T01:00:01.0579+01:00\"}"),
		API_OK);
	assert_int_equal(sample.sampling_ms, 1057);
}

static void wrong_members_are_named(void **state)
{
	static const struct {
		enum api_telemetry_kind kind;
		const char *payload;
		const char *member;
	} wrong[] = {
		{API_TELEMETRY_STATE, "{\"value\":\"lost\"," TIME "}", "value"},
		{API_TELEMETRY_STATE, "{\"value\":\"\"," TIME "}", "value"},
		{API_TELEMETRY_STATE, "{\"value\":\"matched\\u0000\"," TIME "}", "value"},
		{API_TELEMETRY_STATE, "{\"value\":null," TIME "}", "value"},
		{API_TELEMETRY_STATE, "{" TIME "}", "value"},
		{API_TELEMETRY_REASON, "{\"value\":7," TIME "}", "value"},
		{API_TELEMETRY_REASON, "{\"value\":\"" A64 "\"," TIME "}", "value"},
		{API_TELEMETRY_REASON, "{\"value\":\"a\\nb\"," TIME "}", "value"},
		{API_TELEMETRY_PILOT, "{\"value\":\"A\"," TIME "}", "value"},
		{API_TELEMETRY_EV_MAC, "{\"value\":\"00:18:87:00:a1:d6\"," TIME "}", "value"},
		{API_TELEMETRY_EV_MAC, "{\"value\":\"00:18:87:00:A1:D\"," TIME "}", "value"},
		{API_TELEMETRY_EV_MAC, "{\"value\":\"00:18:87:00:A1:D60\"," TIME "}", "value"},
		{API_TELEMETRY_ATTENUATION, "{\"value\":\"20\"," TIME "}", "value"},
		{API_TELEMETRY_ATTENUATION, "{\"value\":-1," TIME "}", "value"},
		{API_TELEMETRY_ATTENUATION, "{\"value\":NaN," TIME "}", "value"},
		{API_TELEMETRY_SESSIONS_MATCHED, "{\"value\":1.5," TIME "}", "value"},
		{API_TELEMETRY_SESSIONS_MATCHED, "{\"value\":-1," TIME "}", "value"},
		{API_TELEMETRY_SESSIONS_MATCHED, "{\"value\":null," TIME "}", "value"},
		{API_TELEMETRY_OFFERED_CURRENT, "{\"value\":1001," TIME "}", "value"},
		{API_TELEMETRY_SESSIONS_MATCHED, "{\"value\":9007199254740993," TIME "}", "value"},
		{API_TELEMETRY_UNKNOWN, "{\"value\":18446744073709551616," TIME "}", "value"},
		{API_TELEMETRY_UNKNOWN, "{\"value\":-1e300," TIME "}", "value"},
		{API_TELEMETRY_UNKNOWN, "{\"value\":1e400," TIME "}", "value"},
		{API_TELEMETRY_REASON, "{\"value\":\"\"}", "sampling_time"},
		{API_TELEMETRY_REASON, "{\"value\":\"\",\"sampling_time\":1795770611}", "sampling_time"},
		{API_TELEMETRY_REASON, "{\"value\":\"\",\"sampling_time\":\"yesterday\"}", "sampling_time"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		const enum api_result result = parse(wrong[i].kind, wrong[i].payload);
		if (result == API_OK || strcmp(error.member, wrong[i].member) != 0 || error.expected[0] == '\0')
			fail_msg("%s", wrong[i].payload);
		assert_string_equal(error.name, api_telemetry_name(wrong[i].kind));
	}
}

static void cleared_value_is_none(void **state)
{
	(void)state;
	assert_int_equal(parse(API_TELEMETRY_STATE, ""), API_IGNORED);
}

static void what_is_no_object_is_malformed(void **state)
{
	static char large[API_TELEMETRY_PAYLOAD_MAX + 1];
	static const char *const wrong[] = {"7", "[]", "null", "{", "{} x", "matched", "\xff"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		if (parse(API_TELEMETRY_STATE, wrong[i]) != API_MALFORMED || error.expected[0] == '\0')
			fail_msg("%s", wrong[i]);
	memset(large, ' ', sizeof(large));
	assert_int_equal(api_telemetry_parse(API_TELEMETRY_STATE, large, sizeof(large), &sample, &error),
			 API_TOO_LARGE);
	assert_string_equal(error.expected, "at most 1024 octets");
	assert_string_equal(error.name, "state");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prefix_is_root_and_station),
		cmocka_unit_test(topic_ends_with_outlet_and_value),
		cmocka_unit_test(longest_topic_fits),
		cmocka_unit_test(topics_are_read_as_they_were_written),
		cmocka_unit_test(other_topics_are_not_read),
		cmocka_unit_test(payload_is_value_and_time_and_nothing_else),
		cmocka_unit_test(payload_that_cannot_be_built_is_empty),
		cmocka_unit_test(texts_are_read),
		cmocka_unit_test(numbers_are_read),
		cmocka_unit_test(values_of_a_later_version_are_read),
		cmocka_unit_test(times_are_read_in_milliseconds),
		cmocka_unit_test(wrong_members_are_named),
		cmocka_unit_test(cleared_value_is_none),
		cmocka_unit_test(what_is_no_object_is_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
