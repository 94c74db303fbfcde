/* SPDX-License-Identifier: Apache-2.0 */
#include "mqtt/api/text_index.h"

#include <string.h>

#define FNV_BASIS 2166136261u
#define FNV_PRIME 16777619u

/* The bucket where the search for a text begins (FNV-1a); a taken one leads on to the next. */
static size_t home_of(const char *text)
{
	uint32_t hash = FNV_BASIS;

	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * FNV_PRIME;
	return (hash ^ (hash >> 16)) % TEXT_INDEX_BUCKETS;
}

static size_t after(size_t bucket)
{
	return (bucket + 1) % TEXT_INDEX_BUCKETS;
}

size_t text_index_find(const struct text_index *index, const char *text, text_index_text *text_of, const void *list)
{
	for (size_t at = home_of(text); index->buckets[at] != 0; at = after(at)) {
		const size_t place = index->buckets[at] - 1u;
		if (strcmp(text_of(list, place), text) == 0)
			return place;
	}
	return TEXT_INDEX_NONE;
}

void text_index_add(struct text_index *index, size_t place, text_index_text *text_of, const void *list)
{
	size_t at = home_of(text_of(list, place));

	while (index->buckets[at] != 0)
		at = after(at);
	index->buckets[at] = (uint16_t)(place + 1);
}

/* An entry behind the gap moves into it, unless its search begins behind the gap: no search may end at a gap too early. */
void text_index_remove(struct text_index *index, size_t place, text_index_text *text_of, const void *list)
{
	size_t gap = home_of(text_of(list, place));

	while (index->buckets[gap] != place + 1)
		gap = after(gap);
	for (size_t at = after(gap); index->buckets[at] != 0; at = after(at)) {
		const size_t home = home_of(text_of(list, index->buckets[at] - 1u));
		const size_t way = (at - home + TEXT_INDEX_BUCKETS) % TEXT_INDEX_BUCKETS;
		if (way < (at - gap + TEXT_INDEX_BUCKETS) % TEXT_INDEX_BUCKETS)
			continue;
		index->buckets[gap] = index->buckets[at];
		gap = at;
	}
	index->buckets[gap] = 0;
}
