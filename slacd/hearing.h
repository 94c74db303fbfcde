/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The topics that slacd listens on, and whose they are (enum api_from). One topic may be configured for several. Holds
 * no pointer, so that the thread of the broker client can have a copy.
 */
#ifndef SLACD_HEARING_H
#define SLACD_HEARING_H

#include "slacd/settings/settings.h"

#define HEARING_TOPICS_MAX (2 + SETTINGS_TOPICS_MAX)

struct hearing {
	char own_ids[API_OWN_IDS_SIZE]; /* how the ids of slacd's own messages end */
	size_t count;
	unsigned from[HEARING_TOPICS_MAX];
	struct settings_text topics[HEARING_TOPICS_MAX]; /* each once */
};

void hearing_init(struct hearing *hearing, const struct settings *settings, const char own_ids[API_OWN_IDS_SIZE]);

/* Whose topic a message came on; 0: none that is listened to. */
unsigned hearing_from(const struct hearing *hearing, const char *topic);

#endif
