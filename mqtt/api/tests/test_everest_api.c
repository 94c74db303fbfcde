/* SPDX-License-Identifier: Apache-2.0 */
/* EVerest's messages: topics, strict payloads, and what is built. */
#include "mqtt/api/everest/everest_api.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* One more than an id may have. */
#define M16 "mmmmmmmmmmmmmmmm"
#define M64 M16 M16 M16 M16

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static struct everest_message message;
static struct api_error error;

static enum api_result parse(enum everest_kind kind, const char *payload)
{
	const struct everest_topic topic = {.kind = kind, .module = "m"};

	return everest_parse(&topic, payload, strlen(payload), &message, &error);
}

static void topics_are_read_with_the_prefix_before_them(void **state)
{
	struct everest_topic topic;

	(void)state;
	assert_true(everest_topic_read("", "r", "everest_api/1/slac/api_1/e2m/enter_bcd", &topic));
	assert_int_equal(topic.kind, EVEREST_ENTER_BCD);
	assert_string_equal(topic.module, "api_1");
	assert_true(everest_topic_read("site/", "r", "site/everest_api/1/slac/api_1/e2m/heartbeat", &topic));
	assert_int_equal(topic.kind, EVEREST_HEARTBEAT);
	assert_true(everest_topic_read("site/", "r", "site/everest_api/ready_beacon", &topic));
	assert_int_equal(topic.kind, EVEREST_READY_BEACON);
	assert_string_equal(topic.module, "");
	assert_true(everest_topic_read("site/", "r", "r", &topic));
	assert_int_equal(topic.kind, EVEREST_MODULES);
	assert_true(everest_topic_read("site/", "r", "site/r", &topic));
	assert_int_equal(topic.kind, EVEREST_MODULES);
}

static void other_topics_are_none_of_ours(void **state)
{
	static const char *const others[] = {
		"",
		"everest_api/1/slac/m/e2m/enter_bcd",           /* without the prefix */
		"site/everest_api/1/slac/m/m2e/state",          /* of a provider */
		"site/everest_api/2/slac/m/e2m/enter_bcd",      /* another version */
		"site/everest_api/1/slac//e2m/enter_bcd",       /* no module */
		"site/everest_api/1/slac/m/e2m/enter_bcd/more", /* deeper */
		"site/everest_api/1/slac/m/e2m/ready_beacon",   /* of no module */
		"site/everest_api/1/slac/m/e2m/modules",
		"site/everest_api/1/slac/m/e2m/",
		"site/everest_api/1/slac/m n/e2m/enter_bcd",
		("site/everest_api/1/slac/" M64 "/e2m/enter_bcd"),
		"site/everest_api/ready_beacon/",
	};
	struct everest_topic topic;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(others); i++)
		if (everest_topic_read("site/", "r", others[i], &topic))
			fail_msg("%s", others[i]);
}

static void topics_are_built_with_the_prefix_before_them(void **state)
{
	char out[EVEREST_TOPIC_MAX];

	(void)state;
	assert_string_equal(everest_topic_to("", "m", "state", out), "everest_api/1/slac/m/m2e/state");
	assert_string_equal(everest_topic_to("a/b/", "m", "dlink_ready", out),
			    "a/b/everest_api/1/slac/m/m2e/dlink_ready");
	assert_string_equal(everest_topic_of_modules("a/", out), "a/everest_api/1/slac/+/e2m/+");
	assert_string_equal(everest_topic_of_beacon("a/", out), "a/everest_api/ready_beacon");
	assert_string_equal(everest_topic_of_query("", out), "everest_api/query-modules/slac");
}

static void a_flag_is_true_or_false_and_nothing_else(void **state)
{
	static const char *const wrong[] = {"",     "0",  "1",  "null",   "\"false\"", "False", "false false",
					    "fals", "{}", "[]", "false,", "falsetrue"};

	(void)state;
	assert_int_equal(parse(EVEREST_RESET, "false"), API_OK);
	assert_false(message.flag);
	assert_int_equal(parse(EVEREST_RESET, " true\r\n"), API_OK);
	assert_true(message.flag);
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		if (parse(EVEREST_RESET, wrong[i]) != API_MALFORMED)
			fail_msg("%s", wrong[i]);
		assert_string_equal(error.name, "reset");
		assert_string_equal(error.expected, "true or false");
	}
}

static void a_heartbeat_is_an_unsigned_whole_number(void **state)
{
	static const char *const wrong[] = {
		"", "-1", "1.0", "01", "1e3", "true", "\"1\"", "{}", "null", "1 2", "+1", "0x1", "1000000000000000000"};

	(void)state;
	assert_int_equal(parse(EVEREST_HEARTBEAT, "0"), API_OK);
	assert_int_equal(message.count, 0);
	assert_int_equal(parse(EVEREST_HEARTBEAT, " 4294967296 "), API_OK);
	assert_int_equal(message.count, 4294967296);
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		if (parse(EVEREST_HEARTBEAT, wrong[i]) != API_MALFORMED)
			fail_msg("%s", wrong[i]);
}

static void a_command_is_an_object_of_which_nothing_is_read(void **state)
{
	static const enum everest_kind commands[] = {EVEREST_ENTER_BCD,   EVEREST_LEAVE_BCD,   EVEREST_DLINK_TERMINATE,
						     EVEREST_DLINK_ERROR, EVEREST_DLINK_PAUSE, EVEREST_READY_BEACON};
	static const char *const wrong[] = {"", "null", "true", "[]", "\"\"", "0", "{", "{}{}", "{} x"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(commands); i++) {
		assert_int_equal(parse(commands[i], "{}"), API_OK);
		assert_int_equal(message.kind, commands[i]);
		assert_string_equal(message.module, "m");
		assert_int_equal(parse(commands[i], "{\"later\": [1]}\n"), API_OK);
		for (size_t j = 0; j < COUNT_OF(wrong); j++)
			if (parse(commands[i], wrong[j]) != API_MALFORMED)
				fail_msg("%s", wrong[j]);
	}
}

static void a_payload_that_is_too_large_is_not_read(void **state)
{
	static char payload[API_PAYLOAD_MAX + 1];
	const struct everest_topic topic = {.kind = EVEREST_ENTER_BCD, .module = "m"};

	(void)state;
	memset(payload, ' ', sizeof(payload));
	memcpy(payload, "{}", 2);
	assert_int_equal(everest_parse(&topic, payload, API_PAYLOAD_MAX, &message, &error), API_OK);
	assert_int_equal(everest_parse(&topic, payload, sizeof(payload), &message, &error), API_TOO_LARGE);
}

#define PERIODS(heartbeat, check)                                                                                      \
	"\"communication_monitoring\":{\"heartbeat_period_ms\":" heartbeat ",\"communication_check_period_s\":" check  \
	"}"

static void modules_of_this_api_are_taken_from_an_answer(void **state)
{
	(void)state;
	assert_int_equal(
		parse(EVEREST_MODULES,
		      "{\"apis\":["
		      "{\"type\":\"slac\",\"module_id\":\"api_1\",\"version\":1," PERIODS(
			      "500", "10") "},"
					   "{\"type\":\"auth\",\"module_id\":\"api_2\",\"version\":1},"
					   "{\"type\":\"slac\",\"module_id\":\"api_3\",\"version\":2},"
					   "{\"type\":\"slac\",\"module_id\":\"api_4\",\"version\":1," PERIODS(
						   "0",
						   "-1") "},"
							 "{\"type\":\"slac\",\"module_id\":\"api_5\",\"version\":1}]}"),
		API_OK);
	assert_int_equal(message.module_count, 3);
	assert_string_equal(message.modules[0].id, "api_1");
	assert_true(message.modules[0].has_periods);
	assert_int_equal(message.modules[0].heartbeat_ms, 500);
	assert_int_equal(message.modules[0].check_s, 10);
	assert_string_equal(message.modules[1].id, "api_4");
	assert_int_equal(message.modules[1].heartbeat_ms, 0);
	assert_int_equal(message.modules[1].check_s, 0);
	assert_string_equal(message.modules[2].id, "api_5");
	assert_false(message.modules[2].has_periods);
}

/* What is wrong with one module, or with an API that is none of ours, must not keep the others from being found. */
static void a_wrong_entry_costs_itself_only(void **state)
{
	static const char *const wrong[] = {
		"{\"type\":\"slac\",\"module_id\":\"" M64 "\",\"version\":1}",
		"{\"type\":\"slac\",\"module_id\":\"a/b\",\"version\":1}",
		"{\"type\":\"slac\",\"module_id\":\"a\",\"version\":1,\"communication_monitoring\":5}",
		"{\"type\":\"slac\",\"version\":1}",
		"{\"type\":\"auth\",\"module_id\":\"b\"}",
		"{\"type\":\"" M64 "\",\"module_id\":\"b\",\"version\":1}",
		"7",
		"null",
	};
	char answer[512];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		snprintf(answer, sizeof(answer),
			 "{\"apis\":[%s,{\"type\":\"slac\",\"module_id\":\"api_1\",\"version\":1}]}", wrong[i]);
		if (parse(EVEREST_MODULES, answer) != API_OK)
			fail_msg("%s: %s", answer, error.member);
		assert_int_equal(message.module_count, 1);
		assert_string_equal(message.modules[0].id, "api_1");
		assert_int_equal(message.bad_count, 1);
		assert_ptr_equal(strstr(error.member, "apis[0]"), error.member);
		assert_true(strlen(error.expected) > 0);
	}
}

static void a_module_that_is_not_watched_may_say_so_with_null(void **state)
{
	(void)state;
	assert_int_equal(parse(EVEREST_MODULES, "{\"apis\":[{\"type\":\"slac\",\"module_id\":\"a\",\"version\":1,"
						"\"communication_monitoring\":null}]}"),
			 API_OK);
	assert_int_equal(message.module_count, 1);
	assert_int_equal(message.bad_count, 0);
	assert_false(message.modules[0].has_periods);
}

static void a_wrong_answer_is_refused_by_its_member(void **state)
{
	(void)state;
	assert_int_equal(parse(EVEREST_MODULES, "{}"), API_INVALID);
	assert_string_equal(error.member, "apis");
	assert_int_equal(parse(EVEREST_MODULES, "[]"), API_MALFORMED);
	assert_int_equal(parse(EVEREST_MODULES, "{\"apis\":[{\"type\":\"slac\",\"module_id\":\"a/b\",\"version\":1}]}"),
			 API_INVALID);
	assert_string_equal(error.member, "apis[0].module_id");
	assert_int_equal(
		parse(EVEREST_MODULES,
		      "{\"apis\":[{\"type\":\"slac\",\"module_id\":\"a\",\"version\":1," PERIODS("\"1\"", "1") "}]}"),
		API_INVALID);
	assert_string_equal(error.member, "apis[0].communication_monitoring.heartbeat_period_ms");
}

static void what_is_built_is_what_everest_takes(void **state)
{
	static const uint8_t mac[6] = {0x00, 0xb0, 0x52, 0xab, 0xcd, 0xef};
	char out[EVEREST_BUILD_MAX];

	(void)state;
	assert_int_equal(everest_build_state(out, sizeof(out), EVEREST_MATCHED), strlen("\"MATCHED\""));
	assert_string_equal(out, "\"MATCHED\"");
	everest_build_state(out, sizeof(out), EVEREST_MATCHING);
	assert_string_equal(out, "\"MATCHING\"");
	everest_build_state(out, sizeof(out), EVEREST_UNMATCHED);
	assert_string_equal(out, "\"UNMATCHED\"");
	everest_build_flag(out, sizeof(out), true);
	assert_string_equal(out, "true");
	everest_build_flag(out, sizeof(out), false);
	assert_string_equal(out, "false");
	assert_int_equal(everest_build_null(out, sizeof(out)), 4);
	assert_string_equal(out, "null");
	everest_build_mac(out, sizeof(out), mac);
	assert_string_equal(out, "\"00:B0:52:AB:CD:EF\"");
	everest_build_error(out, sizeof(out), EVEREST_COMMUNICATION_FAULT, "modem", "it is \"silent\"");
	assert_string_equal(out, "{\"type\":\"CommunicationFault\",\"sub_type\":\"modem\","
				 "\"message\":\"it is \\\"silent\\\"\"}");
	everest_build_error(out, sizeof(out), EVEREST_COMMUNICATION_FAULT, "modem", NULL);
	assert_string_equal(out, "{\"type\":\"CommunicationFault\",\"sub_type\":\"modem\"}");
	everest_build_query(out, sizeof(out), "slacd/x/everest");
	assert_string_equal(out, "{\"headers\":{\"replyTo\":\"slacd/x/everest\"}}");
	assert_int_equal(everest_build_state(out, 3, EVEREST_MATCHED), 0);
	assert_string_equal(out, "");
	assert_int_equal(everest_build_error(out, sizeof(out), EVEREST_VENDOR_ERROR, "m", "\xff"), 0);
}

static void ids_and_prefixes_are_checked(void **state)
{
	char id[EVEREST_MODULE_MAX];

	(void)state;
	assert_true(everest_take_module(id, "Api-1_b.c"));
	assert_string_equal(id, "Api-1_b.c");
	assert_false(everest_take_module(id, ""));
	assert_false(everest_take_module(id, "a/b"));
	assert_false(everest_take_module(id, "+"));
	assert_string_equal(id, "Api-1_b.c");
	assert_true(everest_prefix_is_valid(""));
	assert_true(everest_prefix_is_valid("site/1/"));
	assert_false(everest_prefix_is_valid("site/+/"));
	assert_false(everest_prefix_is_valid("#"));
	assert_false(everest_prefix_is_valid("$SYS/"));
	assert_false(everest_prefix_is_valid("a\nb"));
	assert_false(everest_prefix_is_valid("\xff"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(topics_are_read_with_the_prefix_before_them),
		cmocka_unit_test(other_topics_are_none_of_ours),
		cmocka_unit_test(topics_are_built_with_the_prefix_before_them),
		cmocka_unit_test(a_flag_is_true_or_false_and_nothing_else),
		cmocka_unit_test(a_heartbeat_is_an_unsigned_whole_number),
		cmocka_unit_test(a_command_is_an_object_of_which_nothing_is_read),
		cmocka_unit_test(a_payload_that_is_too_large_is_not_read),
		cmocka_unit_test(modules_of_this_api_are_taken_from_an_answer),
		cmocka_unit_test(a_wrong_entry_costs_itself_only),
		cmocka_unit_test(a_module_that_is_not_watched_may_say_so_with_null),
		cmocka_unit_test(a_wrong_answer_is_refused_by_its_member),
		cmocka_unit_test(what_is_built_is_what_everest_takes),
		cmocka_unit_test(ids_and_prefixes_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
