/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a service asks the station, one thing after the other: repeated until it is answered, and an answer that comes late
 * is known as such. Pure; used for cs_parameters and cs_status_and_limits.
 */
#ifndef SERVICE_QUESTION_H
#define SERVICE_QUESTION_H

#include "mqtt/api/api.h"
#include "service/request_retry.h"

/* Requests whose answer is known as late when it comes; the back-off makes this several minutes. */
#define QUESTION_IDS_MAX 8

struct question {
	struct request_retry retry;
	char id[API_UUID_MAX];                    /* of the request that was sent last */
	char ids[QUESTION_IDS_MAX][API_UUID_MAX]; /* the last requests made, a ring */
	size_t next;
};

/* A request with question->id was sent, and is waited for as request_retry_sent says. */
void question_sent(struct question *question, uint32_t timeout_ms, uint32_t max_ms, uint64_t now_us);
/* This response is the answer to the request that was sent last; it is awaited no longer. */
bool question_answered(struct question *question, const char *id);
/* This response is for one of the last requests. */
bool question_was_asked(const struct question *question, const char *id);

#endif
