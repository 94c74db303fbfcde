/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/monitor/tests/page_view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
/* cmocka wants them first. */
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct json_object *view;

void see(char *line, size_t len)
{
	assert_non_null(line);
	assert_int_equal(strlen(line), len);
	assert_null(strchr(line, '\n')); /* one line, as an event has it */
	json_object_put(view);
	view = json_tokener_parse(line);
	assert_non_null(view);
	free(line);
}

void see_nothing(void)
{
	json_object_put(view);
	view = NULL;
}

struct json_object *at(const char *path)
{
	char parts[128];
	struct json_object *value = view;

	snprintf(parts, sizeof(parts), "%s", path);
	for (char *part = strtok(parts, "."); part != NULL; part = strtok(NULL, ".")) {
		if (json_object_is_type(value, json_type_array))
			value = json_object_array_get_idx(value, strtoul(part, NULL, 10));
		else if (!json_object_object_get_ex(value, part, &value))
			return NULL;
	}
	return value;
}

void is(const char *path, const char *expected)
{
	if (at(path) == NULL)
		fail_msg("no %s in %.2000s", path, json_object_to_json_string(view));
	if (strcmp(json_object_get_string(at(path)), expected) != 0)
		fail_msg("%s is %s, not %s", path, json_object_get_string(at(path)), expected);
}

void is_not_there(const char *path)
{
	if (at(path) != NULL)
		fail_msg("%s is %s", path, json_object_get_string(at(path)));
}

size_t count(const char *path)
{
	return json_object_array_length(at(path));
}
