/* SPDX-License-Identifier: Apache-2.0 */
/* What others ask of the service or tell it: its state, one outlet's link and network, sessions, reset. */
#include "mqtt/api/api_envelope.h"

#include <string.h>

enum api_result api_read_service_status(const struct api_node *data, void *out)
{
	char service[API_VERSION_MAX];

	(void)out;
	if (!api_json_text(data, "service", service, sizeof(service)))
		return API_INVALID;
	return strcmp(service, API_SERVICE) == 0 ? API_OK : API_IGNORED;
}

enum api_result api_read_data_link(const struct api_node *data, void *out)
{
	struct api_data_link *link = out;
	int action;

	if (!api_json_evse_id(data, link->evse_id) ||
	    !api_json_enum(data, "action", &api_texts_data_link_action, &action))
		return API_INVALID;
	link->action = (enum api_data_link_action)action;
	return API_OK;
}

enum api_result api_read_hlc_charging(const struct api_node *data, void *out)
{
	struct api_hlc_charging *hlc = out;

	if (!api_json_evse_id(data, hlc->evse_id) || !api_json_bool(data, "status", &hlc->active))
		return API_INVALID;
	return API_OK;
}

enum api_result api_read_authorization(const struct api_node *data, void *out)
{
	struct api_authorization *authorization = out;
	char text[API_VERSION_MAX] = "eim";

	if (!api_json_evse_id(data, authorization->evse_id))
		return API_INVALID;
	if (api_json_has(data, "type") && !api_json_text(data, "type", text, sizeof(text)))
		return API_INVALID;
	authorization->by_eim = strcmp(text, "eim") == 0;
	if (!api_json_text(data, "status", text, sizeof(text)))
		return API_INVALID;
	authorization->accepted = strcmp(text, "accepted") == 0;
	return API_OK;
}

enum api_result api_read_evse_request(const struct api_node *data, void *out)
{
	struct api_evse_request *request = out;

	return api_json_evse_id(data, request->evse_id) ? API_OK : API_INVALID;
}

enum api_result api_read_reset(const struct api_node *data, void *out)
{
	return api_json_has(data, "evse_id") ? api_read_evse_request(data, out) : API_OK;
}
