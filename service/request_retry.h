/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request that is repeated until it is answered: when to send it (again). Which response answers which request is
 * known to whoever sends it. Pure; used for cs_parameters and cs_status_and_limits (doc/mqtt.md, section 3).
 */
#ifndef SERVICE_REQUEST_RETRY_H
#define SERVICE_REQUEST_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#define REQUEST_NEVER UINT64_MAX

struct request_retry {
	bool wanted;          /* not answered yet */
	bool waiting;         /* sent, an answer may come */
	unsigned attempts;    /* sent so far */
	uint32_t wait_ms;     /* of the present attempt */
	uint64_t deadline_us; /* when it is to be sent (again) */
};

/* A new request: due at once; an outstanding one is given up. */
void request_retry_begin(struct request_retry *retry, uint64_t now_us);
/* Nothing is wanted any more. */
void request_retry_end(struct request_retry *retry);
/* True when the request is to be sent now. */
bool request_retry_due(const struct request_retry *retry, uint64_t now_us);
/* It was sent: waits timeout_ms the first time, doubled each time up to max_ms. */
void request_retry_sent(struct request_retry *retry, uint32_t timeout_ms, uint32_t max_ms, uint64_t now_us);
/* It could not be sent (no connection): waits for request_retry_reconnected. */
void request_retry_unsent(struct request_retry *retry);
/* There is a connection (again): an unanswered request is due at once, with the wait of a first attempt. */
void request_retry_reconnected(struct request_retry *retry, uint64_t now_us);
/* The answer to the request that was sent last has come. False when none was awaited. */
bool request_retry_answered(struct request_retry *retry);
/* When it is due, or REQUEST_NEVER. */
uint64_t request_retry_deadline(const struct request_retry *retry);

#endif
