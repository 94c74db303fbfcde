/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The station's open authorization requests: the answer has the id of its request and nothing else that says whom it
 * is for. Pure.
 */
#ifndef SLACD_CARD_REQUESTS_H
#define SLACD_CARD_REQUESTS_H

#include "mqtt/api/api.h"

/* One for each outlet; when all places are taken, the oldest request is forgotten. Of two with one id the first is found. */
#define CARD_REQUESTS_MAX API_EVSES_MAX

struct card_request {
	char id[API_ID_MAX]; /* "": a free place */
	struct api_authorization request;
};

/* Zeroed it is empty. */
struct card_requests {
	size_t next;
	struct text_index by_id;
	struct card_request ring[CARD_REQUESTS_MAX];
};

/* Remembers a request until its answer. */
void card_requests_note(struct card_requests *requests, const char *id, const struct api_authorization *request);

/* Takes the request with this id out. False: there is none. */
bool card_requests_take(struct card_requests *requests, const char *id, struct api_authorization *request);

#endif
