/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/tests/world/story.h"

#include "slacd/tests/world/record.h"
#include "slacd/tests/world/recorded.h"
#include "slacd/tests/world/script.h"
#include "slacd/tests/world/world.h"

#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TEXT_MAX 2048

/* Valgrind sees records in test_world_sessions. */
static bool keeps_records(void)
{
	return getenv("SLACD_VALGRIND") == NULL;
}

int story_begin(void **state)
{
	(void)state;
	world_open();
	if (keeps_records())
		recorded_begin();
	return 0;
}

int story_end(void **state)
{
	(void)state;
	if (keeps_records())
		recorded_end("story");
	return world_close() ? 0 : -1;
}

static void print_record(size_t from)
{
	for (size_t i = from; i < record_count(); i++)
		print_message("%s\n", record_text(i));
}

void play(const char *script)
{
	size_t before = record_count();

	script_run(script);
	assert_none(before, "script   did not see");
}

size_t play_until(const char *pattern)
{
	if (!world_await(pattern)) {
		print_record(0);
		fail_msg("there is no line like %s", pattern);
	}
	return world_awaited_line();
}

size_t mark(void)
{
	return record_count();
}

/* --- messages --- */

static struct json_object *member(struct json_object *object, const char *name)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(object, name, &value);
	return value;
}

static const char *text_of(struct json_object *object, const char *name)
{
	struct json_object *value = member(object, name);

	return value != NULL ? json_object_get_string(value) : "";
}

/* The message of slacd in this line, or NULL; what the broker did not take was never said. */
static struct json_object *message_in(size_t line)
{
	const char *text = strstr(record_text(line), " slacd    ");
	const char *json = text != NULL ? strchr(text, '{') : NULL;

	if (json == NULL || strstr(text, "(refused)") != NULL)
		return NULL;
	return json_tokener_parse(json);
}

typedef bool described(struct json_object *message, const char *evse, char *out, size_t size);

static bool is_update_of(struct json_object *message, const char *name, const char *evse)
{
	return strcmp(text_of(message, "name"), name) == 0 &&
	       (evse == NULL || strcmp(text_of(member(message, "data"), "evse_id"), evse) == 0);
}

static bool describe_status(struct json_object *message, const char *evse, char *out, size_t size)
{
	struct json_object *data = member(message, "data");
	const char *reason = text_of(data, "reason");

	if (!is_update_of(message, "slac_service_status", evse) && !is_update_of(message, "slac_status", evse))
		return false;
	snprintf(out, size, "%s%s%s", text_of(data, "status"), *reason != '\0' ? ":" : "", reason);
	return true;
}

static bool describe_pilot(struct json_object *message, const char *evse, char *out, size_t size)
{
	struct json_object *data = member(message, "data");

	if (!is_update_of(message, "cp_pwm", evse))
		return false;
	if (json_object_get_boolean(member(data, "hlc")))
		snprintf(out, size, "hlc");
	else if (json_object_get_boolean(member(data, "fault_state")))
		snprintf(out, size, "f");
	else if (json_object_get_double(member(data, "current")) > 0)
		snprintf(out, size, "x2:%.1f", json_object_get_double(member(data, "current")));
	else
		snprintf(out, size, "x1");
	return true;
}

static bool describe_service(struct json_object *message, const char *evse, char *out, size_t size)
{
	(void)evse;
	if (!is_update_of(message, "service_status", NULL) || strcmp(text_of(message, "type"), "update") != 0)
		return false;
	snprintf(out, size, "%s", text_of(member(message, "data"), "status"));
	return true;
}

static void assert_told(size_t from, const char *evse, described *describe, bool once, const char *expected)
{
	char told[TEXT_MAX] = "";
	char last[128] = "";
	char next[128];

	for (size_t line = from; line < record_count(); line++) {
		struct json_object *message = message_in(line);
		if (message != NULL && describe(message, evse, next, sizeof(next)) &&
		    !(once && strcmp(next, last) == 0)) {
			snprintf(told + strlen(told), sizeof(told) - strlen(told), "%s%s", *told != '\0' ? " " : "",
				 next);
			strcpy(last, next);
		}
		json_object_put(message);
	}
	if (strcmp(told, expected) != 0)
		print_record(from);
	assert_string_equal(told, expected);
}

void assert_statuses(size_t from, const char *evse, const char *expected)
{
	assert_told(from, evse, describe_status, false, expected);
}

void assert_pilots(size_t from, const char *evse, const char *expected)
{
	assert_told(from, evse, describe_pilot, true, expected);
}

void assert_services(size_t from, const char *expected)
{
	assert_told(from, NULL, describe_service, false, expected);
}

/* --- lines --- */

size_t line_of(size_t from, const char *pattern)
{
	size_t line = world_find(pattern, from);

	if (line == record_count()) {
		print_record(from);
		fail_msg("there is no line like %s", pattern);
	}
	return line;
}

void assert_none(size_t from, const char *pattern)
{
	size_t line = world_find(pattern, from);

	if (line < record_count())
		fail_msg("there is a line like %s: %s", pattern, record_text(line));
}

void assert_count(size_t from, const char *pattern, size_t expected)
{
	size_t count = 0;

	for (size_t line = world_find(pattern, from); line < record_count(); line = world_find(pattern, line + 1))
		count++;
	if (count != expected) {
		print_record(from);
		fail_msg("%zu lines like %s, expected %zu", count, pattern, expected);
	}
}

void assert_later_ms(size_t line, size_t than, double ms)
{
	int64_t came_us = (int64_t)(record_time_us(line) - record_time_us(than));
	int64_t due_us = (int64_t)(ms * 1000);

	if (came_us < due_us - STORY_SLACK_US || came_us > due_us + STORY_SLACK_US)
		fail_msg("%s\ncomes %lld us later than\n%s\nbut is due after %lld us", record_text(line),
			 (long long)came_us, record_text(than), (long long)due_us);
}

void assert_in_order(size_t from, const char *const *patterns)
{
	for (; *patterns != NULL; patterns++)
		from = line_of(from, *patterns) + 1;
}
