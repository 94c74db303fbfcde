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

/* MQTT 3.1.1, section 4.7: "+" stands for one level, "#" for all that follow, also for none. */
static bool is_covered(const char *filter, const char *topic)
{
	while (*filter != '\0') {
		size_t level = strcspn(filter, "/");
		size_t heard = strcspn(topic, "/");
		if (*filter == '#')
			return true;
		if (*filter != '+' && (level != heard || memcmp(filter, topic, level) != 0))
			return false;
		filter += level;
		topic += heard;
		if (*topic == '\0')
			return *filter == '\0' || strcmp(filter, "/#") == 0;
		if (*filter == '\0')
			return false;
		filter++;
		topic++;
	}
	return *topic == '\0';
}

unsigned hearing_from(const struct hearing *hearing, const char *topic)
{
	unsigned from = 0;

	for (size_t i = 0; i < hearing->count; i++)
		if (is_covered(hearing->topics[i].text, topic))
			from |= hearing->from[i];
	return from;
}
