/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/card_requests.h"

#include <string.h>

static const char *id_of(const void *list, size_t place)
{
	return ((const struct card_request *)list)[place].id;
}

static void forget(struct card_requests *requests, size_t place)
{
	struct card_request *request = &requests->ring[place];

	if (request->id[0] == '\0')
		return;
	text_index_remove(&requests->by_id, place, id_of, requests->ring);
	request->id[0] = '\0';
}

void card_requests_note(struct card_requests *requests, const char *id, const struct api_authorization *request)
{
	const size_t next = requests->next;
	struct card_request *place = &requests->ring[next];

	requests->next = (next + 1) % CARD_REQUESTS_MAX;
	forget(requests, next);
	memset(place->id, 0, sizeof(place->id));
	strncpy(place->id, id, sizeof(place->id) - 1);
	place->request = *request;
	if (place->id[0] != '\0')
		text_index_add(&requests->by_id, next, id_of, requests->ring);
}

bool card_requests_take(struct card_requests *requests, const char *id, struct api_authorization *request)
{
	const size_t place =
		*id != '\0' ? text_index_find(&requests->by_id, id, id_of, requests->ring) : TEXT_INDEX_NONE;

	if (place == TEXT_INDEX_NONE)
		return false;
	*request = requests->ring[place].request;
	forget(requests, place);
	return true;
}
