/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/card_requests.h"

#include <string.h>

void card_requests_note(struct card_requests *requests, const char *id, const struct api_authorization *request)
{
	struct card_request *place = &requests->ring[requests->next];

	requests->next = (requests->next + 1) % CARD_REQUESTS_MAX;
	memset(place->id, 0, sizeof(place->id));
	strncpy(place->id, id, sizeof(place->id) - 1);
	place->request = *request;
}

bool card_requests_take(struct card_requests *requests, const char *id, struct api_authorization *request)
{
	for (size_t i = 0; i < CARD_REQUESTS_MAX && *id != '\0'; i++) {
		struct card_request *place = &requests->ring[i];
		if (strcmp(place->id, id) != 0)
			continue;
		*request = place->request;
		place->id[0] = '\0';
		return true;
	}
	return false;
}
