/* SPDX-License-Identifier: Apache-2.0 */
#include "service/request_retry.h"

#include <string.h>

void request_retry_begin(struct request_retry *retry, uint64_t now_us)
{
	memset(retry, 0, sizeof(*retry));
	retry->wanted = true;
	retry->deadline_us = now_us;
}

void request_retry_end(struct request_retry *retry)
{
	memset(retry, 0, sizeof(*retry));
	retry->deadline_us = REQUEST_NEVER;
}

bool request_retry_due(const struct request_retry *retry, uint64_t now_us)
{
	return retry->wanted && retry->deadline_us <= now_us;
}

void request_retry_sent(struct request_retry *retry, uint32_t timeout_ms, uint32_t max_ms, uint64_t now_us)
{
	uint32_t doubled = retry->wait_ms > max_ms / 2 ? max_ms : retry->wait_ms * 2;

	retry->wait_ms = retry->wait_ms == 0 ? timeout_ms : doubled;
	retry->attempts++;
	retry->waiting = true;
	retry->deadline_us = now_us + (uint64_t)retry->wait_ms * 1000;
}

void request_retry_unsent(struct request_retry *retry)
{
	retry->waiting = false;
	retry->deadline_us = REQUEST_NEVER;
}

void request_retry_reconnected(struct request_retry *retry, uint64_t now_us)
{
	if (!retry->wanted)
		return;
	retry->waiting = false;
	retry->wait_ms = 0;
	retry->deadline_us = now_us;
}

bool request_retry_answered(struct request_retry *retry)
{
	if (!retry->waiting)
		return false;
	retry->waiting = false;
	retry->wanted = false;
	return true;
}

uint64_t request_retry_deadline(const struct request_retry *retry)
{
	return retry->wanted ? retry->deadline_us : REQUEST_NEVER;
}
