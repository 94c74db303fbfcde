/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/station/cs_outbox.h"

#include <assert.h>
#include <string.h>

struct api_session_message *cs_outbox_add(struct cs_outbox *outbox, enum cs_topic topic, enum api_session_kind kind,
					  enum api_type type, const char *evse_id)
{
	struct cs_outgoing *item;

	assert(outbox->count < CS_OUTBOX_MAX);
	item = &outbox->items[outbox->count++];
	memset(item, 0, sizeof(*item));
	item->topic = topic;
	item->message.kind = kind;
	item->message.type = type;
	if (evse_id != NULL)
		strcpy(item->message.evse_id, evse_id);
	return &item->message;
}

struct api_session_message *cs_outbox_answer(struct cs_outbox *outbox, enum cs_topic topic,
					     const struct api_session_message *request)
{
	struct api_session_message *answer =
		cs_outbox_add(outbox, topic, request->kind, API_RESPONSE, request->evse_id);

	memcpy(answer->id, request->id, sizeof(answer->id));
	return answer;
}
