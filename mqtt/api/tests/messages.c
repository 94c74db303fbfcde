/* SPDX-License-Identifier: Apache-2.0 */
#include "mqtt/api/tests/messages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

const char *message_changed(const char *valid, const char *from, const char *to)
{
	static char changed[4096];
	const char *at = strstr(valid, from);

	assert_non_null(at);
	snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - valid), valid, to, at + strlen(from));
	return changed;
}

/* How an example begins. */
#define EXAMPLE "    {\"id\":"

size_t messages_of_page(const char *path, const char *chapter, const char *placeholder,
			void (*example)(const char *message))
{
	FILE *page = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;
	size_t count = 0;
	bool inside = false;

	assert_non_null(page);
	while (getline(&line, &size, page) >= 0) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "## ", 3) == 0)
			inside = strcmp(line, chapter) == 0;
		if (!inside || strncmp(line, EXAMPLE, strlen(EXAMPLE)) != 0)
			continue;
		if (placeholder != NULL && strstr(line, placeholder) != NULL)
			continue;
		example(line + strspn(line, " "));
		count++;
	}
	free(line);
	fclose(page);
	return count;
}
