/* SPDX-License-Identifier: Apache-2.0 */
#include "service/hearing.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

void hearing_init(struct hearing *hearing, const char own_ids[API_OWN_IDS_SIZE])
{
	memset(hearing, 0, sizeof(*hearing));
	memcpy(hearing->own_ids, own_ids, API_OWN_IDS_SIZE);
}

void hearing_add(struct hearing *hearing, const char *topic, enum api_from from)
{
	size_t place = 0;

	while (place < hearing->count && strcmp(hearing->topics[place], topic) != 0)
		place++;
	assert(place < HEARING_TOPICS_MAX);
	if (place == hearing->count) {
		snprintf(hearing->topics[place], HEARING_TOPIC_SIZE, "%s", topic);
		hearing->from[place] = 0;
		hearing->count++;
	}
	hearing->from[place] |= from;
}

unsigned hearing_from(const struct hearing *hearing, const char *topic)
{
	for (size_t i = 0; i < hearing->count; i++)
		if (strcmp(hearing->topics[i], topic) == 0)
			return hearing->from[i];
	return 0;
}

enum broker_worth hearing_worth(enum api_look look)
{
	switch (look) {
	case API_LOOK_FOREIGN:
	case API_LOOK_OWN:
		return BROKER_WORTHLESS;
	case API_LOOK_NEWS:
		return BROKER_PRECIOUS;
	case API_LOOK_QUESTION:
	case API_LOOK_UNCLEAR:
		break;
	}
	return BROKER_DROPPABLE;
}
