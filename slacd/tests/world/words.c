/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/tests/world/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void words_split(struct words *words, const char *program, const char *line)
{
	char *rest = NULL;

	*words = (struct words){0};
	if (asprintf(&words->line, "%s %s", program != NULL ? program : "", line) < 0)
		abort();
	for (char *word = strtok_r(words->line, " \t\n", &rest); word != NULL; word = strtok_r(NULL, " \t\n", &rest)) {
		if (words->count == WORDS_MAX)
			abort();
		words->items[words->count++] = word;
	}
}

void words_free(struct words *words)
{
	free(words->line);
	*words = (struct words){0};
}
