/* SPDX-License-Identifier: Apache-2.0 */
/* Values by a text, at most so many of them, in the order in which the texts came. Pure. */
#ifndef TOOLS_HISTORY_REPORT_INDEX_H
#define TOOLS_HISTORY_REPORT_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct report_entry {
	uint32_t hash;
	const char *key;
	void *value;
};

struct report_index {
	size_t value_size;
	size_t max; /* entries; a further text has none */
	struct report_entry *entries;
	size_t count;
	bool has_no_memory; /* a text has no value for want of memory */

	size_t room;     /* internal from here on */
	uint32_t *slots; /* numbers of entries, from 1 on */
	size_t slot_count;
};

/* The value of the text; a new one is all zeros. NULL: there are `max`, or no memory. */
void *report_index_get(struct report_index *index, const char *key);
/* Frees what the index has, not the index itself. */
void report_index_free(struct report_index *index);

#endif
