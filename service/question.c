/* SPDX-License-Identifier: Apache-2.0 */
#include "service/question.h"

#include <string.h>

void question_sent(struct question *question, uint32_t timeout_ms, uint32_t max_ms, uint64_t now_us)
{
	memcpy(question->ids[question->next++ % QUESTION_IDS_MAX], question->id, sizeof(question->id));
	request_retry_sent(&question->retry, timeout_ms, max_ms, now_us);
}

bool question_answered(struct question *question, const char *id)
{
	return strcmp(question->id, id) == 0 && request_retry_answered(&question->retry);
}

bool question_was_asked(const struct question *question, const char *id)
{
	for (size_t i = 0; i < QUESTION_IDS_MAX; i++)
		if (strcmp(question->ids[i], id) == 0)
			return true;
	return false;
}
