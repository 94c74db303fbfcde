/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/history/report_index.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 64

/* FNV-1a. Its input is not chosen to collide by anybody who could gain by a slow report. */
static uint32_t hash_of(const char *key)
{
	uint32_t hash = 2166136261U;

	for (; *key != '\0'; key++)
		hash = (hash ^ (unsigned char)*key) * 16777619U;
	return hash;
}

/* The slot of the key, or the free one where it belongs. */
static uint32_t *slot_of(const struct report_index *index, const char *key, uint32_t hash)
{
	size_t at = hash & (index->slot_count - 1);

	for (; index->slots[at] != 0; at = (at + 1) & (index->slot_count - 1)) {
		const struct report_entry *entry = &index->entries[index->slots[at] - 1];
		if (entry->hash == hash && strcmp(entry->key, key) == 0)
			break;
	}
	return &index->slots[at];
}

/* Twice as many entries, and twice as many slots as entries. */
static bool grow(struct report_index *index)
{
	const size_t room = index->room == 0 ? FIRST_ROOM : 2 * index->room;
	struct report_entry *entries = realloc(index->entries, room * sizeof(*entries));

	if (entries == NULL)
		return false;
	index->entries = entries;
	uint32_t *slots = calloc(2 * room, sizeof(*slots));
	if (slots == NULL)
		return false;
	free(index->slots);
	index->slots = slots;
	index->slot_count = 2 * room;
	index->room = room;
	for (size_t i = 0; i < index->count; i++)
		*slot_of(index, entries[i].key, entries[i].hash) = (uint32_t)(i + 1);
	return true;
}

static void *add(struct report_index *index, const char *key, uint32_t hash)
{
	const size_t len = strlen(key);

	if (index->count == index->room && !grow(index))
		return NULL;
	char *value = calloc(1, index->value_size + len + 1);
	if (value == NULL)
		return NULL;
	char *own_key = value + index->value_size;
	memcpy(own_key, key, len + 1);
	*slot_of(index, key, hash) = (uint32_t)(index->count + 1);
	index->entries[index->count++] = (struct report_entry){hash, own_key, value};
	return value;
}

void *report_index_get(struct report_index *index, const char *key)
{
	const uint32_t hash = hash_of(key);
	const uint32_t number = index->room > 0 ? *slot_of(index, key, hash) : 0;

	if (number != 0)
		return index->entries[number - 1].value;
	if (index->count == index->max)
		return NULL;
	void *value = add(index, key, hash);
	index->has_no_memory = index->has_no_memory || value == NULL;
	return value;
}

void report_index_free(struct report_index *index)
{
	for (size_t i = 0; i < index->count; i++)
		free(index->entries[i].value);
	free(index->entries);
	free(index->slots);
	index->entries = NULL;
	index->slots = NULL;
	index->count = 0;
	index->room = 0;
}
