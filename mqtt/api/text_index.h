/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds an entry of a list by its text, in the same time however long the list is. The list stays the caller's, who
 * says which text the entry at a place has. Pure.
 *
 * Texts that somebody has chosen so that all of them have the same hash cost what a walk through the list costs.
 */
#ifndef MQTT_API_TEXT_INDEX_H
#define MQTT_API_TEXT_INDEX_H

#include <stddef.h>
#include <stdint.h>

/* Entries that an index has room for: one for each outlet (API_EVSES_MAX). More must not be added. */
#define TEXT_INDEX_MAX     256
#define TEXT_INDEX_BUCKETS (2 * TEXT_INDEX_MAX)
#define TEXT_INDEX_NONE    SIZE_MAX

/* Zeroed it is empty. */
struct text_index {
	uint16_t buckets[TEXT_INDEX_BUCKETS]; /* 0: free; otherwise an entry's place and 1 */
};

/* The text of the entry at `place`. */
typedef const char *text_index_text(const void *list, size_t place);

/* The place of the entry with this text, or TEXT_INDEX_NONE. */
size_t text_index_find(const struct text_index *index, const char *text, text_index_text *text_of, const void *list);
/* Adds the entry at `place` (0 ... TEXT_INDEX_MAX-1). Of several with the same text the first one added is found. */
void text_index_add(struct text_index *index, size_t place, text_index_text *text_of, const void *list);
/* Takes the entry at `place`, which was added and still has the text that it had then, out. */
void text_index_remove(struct text_index *index, size_t place, text_index_text *text_of, const void *list);

#endif
