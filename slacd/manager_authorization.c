/* SPDX-License-Identifier: Apache-2.0 */
/* Who may charge: authorizations that OCPP, or the station itself, tells of (doc/mqtt.md, section 6.9). */
#include "slacd/manager_internal.h"

#include <string.h>

/* A card that was shown before the plug-in names no outlet. With one outlet it is clear which one is meant. */
static const char *outlet_of(const struct manager *manager, const struct api_authorization *request)
{
	if (request->evse_id[0] != '\0')
		return request->evse_id;
	return manager->evse_count == 1 ? evse_id(manager->evses[0]) : NULL;
}

static void authorize(struct manager *manager, const char *id, bool accepted)
{
	struct evse *evse = manager_find(manager, id);

	if (evse != NULL)
		evse_authorization(evse, accepted);
	else
		manager_say_unknown_outlet(manager, API_AUTHORIZATION, id);
}

static void take_response(struct manager *manager, const struct api_message *message)
{
	struct api_authorization request;

	if (!card_requests_take(&manager->card_requests, message->id, &request)) {
		log_line(LOG_LEVEL_DEBUG, "authorization response without a request of the station ignored. id=%s",
			 message->id);
		return;
	}
	const char *id = outlet_of(manager, &request);
	if (!request.by_eim)
		log_line(LOG_LEVEL_DEBUG, "authorization ignored, it is not by external means. id=%s", message->id);
	else if (id == NULL)
		log_line(LOG_LEVEL_WARN,
			 "authorization ignored: its request names no outlet, and there are several. id=%s",
			 message->id);
	else
		authorize(manager, id, message->data.authorization.accepted);
}

void manager_authorization(struct manager *manager, const struct api_message *message)
{
	const struct api_authorization *authorization = &message->data.authorization;

	if (message->type == API_REQUEST)
		card_requests_note(&manager->card_requests, message->id, authorization);
	else if (message->type == API_RESPONSE)
		take_response(manager, message);
	else if (authorization->by_eim)
		authorize(manager, authorization->evse_id, authorization->accepted);
}
