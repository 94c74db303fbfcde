/* SPDX-License-Identifier: Apache-2.0 */
/* Any text: what is accepted has as many members as it has names, so none was given twice. */
#include "service/json_text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t count_members(struct json_object *value)
{
	size_t count = 0;

	if (json_object_is_type(value, json_type_array))
		for (size_t i = 0; i < json_object_array_length(value); i++)
			count += count_members(json_object_array_get_idx(value, i));
	if (!json_object_is_type(value, json_type_object))
		return count;
	json_object_object_foreach(value, name, member)
	{
		(void)name;
		count += 1 + count_members(member);
	}
	return count;
}

/* Outside of strings each name has one colon. */
static size_t count_colons(const char *text)
{
	size_t count = 0;
	bool in_string = false;

	for (; *text != '\0'; text++) {
		if (in_string && *text == '\\')
			text++;
		else if (*text == '"')
			in_string = !in_string;
		else if (!in_string && *text == ':')
			count++;
	}
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char error[JSON_TEXT_ERROR_SIZE] = "";
	char *text = malloc(size + 1);

	if (text == NULL)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	struct json_object *root = json_text_parse(text, size, error);
	if (root != NULL ? count_members(root) != count_colons(text) : error[0] == '\0')
		abort();
	json_object_put(root);
	free(text);
	return 0;
}
