/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/hearing.h"

#include <string.h>

static void add(struct hearing *hearing, const struct settings_text *topic, enum api_from from)
{
	size_t place = 0;

	while (place < hearing->count && strcmp(hearing->topics[place].text, topic->text) != 0)
		place++;
	if (place == hearing->count) {
		hearing->topics[place] = *topic;
		hearing->from[place] = 0;
		hearing->count++;
	}
	hearing->from[place] |= from;
}

void hearing_init(struct hearing *hearing, const struct settings *settings, const char own_ids[API_OWN_IDS_SIZE])
{
	memset(hearing, 0, sizeof(*hearing));
	memcpy(hearing->own_ids, own_ids, API_OWN_IDS_SIZE);
	add(hearing, &settings->topic_from_station, API_FROM_STATION);
	add(hearing, &settings->topic_from_iso15118, API_FROM_ISO15118);
	for (size_t i = 0; i < settings->topics_from_services.count; i++)
		add(hearing, &settings->topics_from_services.topic[i], API_FROM_SERVICES);
}

unsigned hearing_from(const struct hearing *hearing, const char *topic)
{
	for (size_t i = 0; i < hearing->count; i++)
		if (strcmp(hearing->topics[i].text, topic) == 0)
			return hearing->from[i];
	return 0;
}
