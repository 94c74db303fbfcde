/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a line, as a program gets them. */
#ifndef SLACD_TESTS_WORLD_WORDS_H
#define SLACD_TESTS_WORLD_WORDS_H

#include <stddef.h>

#define WORDS_MAX 544 /* as many as 256 outlets of a station need */

struct words {
	char *line; /* allocated; the words lie in it */
	int count;
	char *items[WORDS_MAX + 1]; /* a NULL follows the last one */
};

/* `program` is the first word; NULL: there is none before the line's own. */
void words_split(struct words *words, const char *program, const char *line);
void words_free(struct words *words);

#endif
