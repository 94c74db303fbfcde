/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/outbox.h"

#include "homeplug/network_key.h"
#include "slacd/version.h"

#include <string.h>

void outbox_init(struct outbox *outbox, const struct settings *settings)
{
	outbox->settings = settings;
	outbound_init(&outbox->out, random_fill_csprng);
}

bool outbox_is_connected(const struct outbox *outbox)
{
	return outbound_is_connected(&outbox->out);
}

/* The slot for what slacd asks the station as a whole. */
#define STATION_SLOT OUTBOX_PILOT_SLOTS

_Static_assert(STATION_SLOT < OUTBOX_SLOTS, "every request has a slot");

static const char *first_topic(const struct outbox *outbox)
{
	return outbox->settings->topics_to_station.topic[0].text;
}

static bool publish_request(struct outbox *outbox, size_t slot, const struct message_about *about, const char *payload,
			    size_t len)
{
	return outbound_request(&outbox->out, slot, first_topic(outbox), about, payload, len);
}

static void publish_response(struct outbox *outbox, const struct message_about *about, const char *payload, size_t len)
{
	outbound_response(&outbox->out, first_topic(outbox), about, payload, len);
}

static void publish_status(struct outbox *outbox, const struct message_about *about, const char *payload, size_t len)
{
	const struct settings_topics *topics = &outbox->settings->topics_to_station;

	for (size_t i = 0; i < topics->count; i++)
		outbound_update(&outbox->out, topics->topic[i].text, about, payload, len);
}

bool outbox_request_parameters(struct outbox *outbox, char id[API_UUID_MAX])
{
	const struct message_about about = {.name = api_kind_text(API_CS_PARAMETERS),
					    .type = api_type_text(API_REQUEST)};
	char payload[API_BUILD_MAX];

	outbound_new_id(&outbox->out, id);
	return publish_request(outbox, STATION_SLOT, &about, payload,
			       api_build_cs_parameters_request(payload, sizeof(payload), id));
}

bool outbox_request_limits(struct outbox *outbox, char id[API_UUID_MAX])
{
	const struct message_about about = {.name = api_kind_text(API_CS_STATUS_AND_LIMITS),
					    .type = api_type_text(API_REQUEST)};
	char payload[API_BUILD_MAX];

	outbound_new_id(&outbox->out, id);
	return publish_request(outbox, STATION_SLOT, &about, payload,
			       api_build_cs_limits_request(payload, sizeof(payload), id));
}

static void tell_pilot(const struct pilot_request *request, struct message_about *about)
{
	if (request->kind == PILOT_X2)
		message_about_add(about, " pilot=X2 current=%u.%u", request->current_da / 10, request->current_da % 10);
	else if (request->kind == PILOT_HLC)
		message_about_add(about, " pilot=\"%s\"", pilot_request_text(request->kind)); /* it has a space */
	else
		message_about_add(about, " pilot=%s", pilot_request_text(request->kind));
}

bool outbox_request_pilot(struct outbox *outbox, size_t slot, const char *evse_id, const struct pilot_request *request,
			  char id[API_UUID_MAX])
{
	char payload[API_BUILD_MAX];
	struct api_cp_pwm pwm = {
		.hlc = request->kind == PILOT_HLC,
		.fault_state = request->kind == PILOT_F,
		.current_deciampere = request->kind == PILOT_X2 ? request->current_da : 0,
	};

	struct message_about about = {
		.name = api_kind_text(API_CP_PWM), .type = api_type_text(API_REQUEST), .evse_id = evse_id};

	tell_pilot(request, &about);
	snprintf(pwm.evse_id, sizeof(pwm.evse_id), "%s", evse_id);
	outbound_new_id(&outbox->out, id);
	return publish_request(outbox, slot, &about, payload,
			       api_build_cp_pwm_request(payload, sizeof(payload), id, &pwm));
}

static struct message_about about_service(enum api_type type, enum api_service_state state)
{
	struct message_about about = {.name = api_kind_text(API_SERVICE_STATUS), .type = api_type_text(type)};

	message_about_add(&about, " status=%s", api_service_state_text(state));
	return about;
}

void outbox_service_status(struct outbox *outbox, enum api_service_state state)
{
	const struct message_about about = about_service(API_UPDATE, state);
	char id[API_UUID_MAX];
	char payload[API_BUILD_MAX];

	outbound_new_id(&outbox->out, id);
	publish_status(outbox, &about, payload,
		       api_build_service_status(payload, sizeof(payload), id, API_UPDATE, SLACD_VERSION, state));
}

void outbox_service_status_response(struct outbox *outbox, const char *id, enum api_service_state state)
{
	const struct message_about about = about_service(API_RESPONSE, state);
	char payload[API_BUILD_MAX];
	size_t len = api_build_service_status(payload, sizeof(payload), id, API_RESPONSE, SLACD_VERSION, state);

	publish_response(outbox, &about, payload, len);
}

void outbox_slac_status(struct outbox *outbox, const char *evse_id, const struct api_slac_status *status,
			char id[API_UUID_MAX])
{
	enum api_slac_status_name name = outbox->settings->status_message;
	/* The Josev schema has no other members. */
	bool extra = name == API_NAME_SLAC_SERVICE_STATUS || outbox->settings->status_extra;
	struct message_about about = {
		.name = api_slac_status_name_text(name), .type = api_type_text(API_UPDATE), .evse_id = evse_id};
	char payload[API_BUILD_MAX];

	message_about_add(&about, " status=%s", api_slac_state_text(status->state));
	if (extra && status->reason != NULL && *status->reason != '\0')
		message_about_add(&about, " reason=%s", status->reason);
	if (id[0] == '\0')
		outbound_new_id(&outbox->out, id);
	publish_status(outbox, &about, payload,
		       api_build_slac_status(payload, sizeof(payload), id, name, evse_id, status, extra));
}

static struct message_about about_response(enum api_kind kind, const char *evse_id)
{
	return (struct message_about){
		.name = api_kind_text(kind), .type = api_type_text(API_RESPONSE), .evse_id = evse_id};
}

void outbox_link_status(struct outbox *outbox, const char *id, const char *evse_id, enum api_link_state state)
{
	struct message_about about = about_response(API_SLAC_LINK_STATUS, evse_id);
	char payload[API_BUILD_MAX];

	message_about_add(&about, " status=%s", api_link_state_text(state));
	publish_response(outbox, &about, payload,
			 api_build_link_status_response(payload, sizeof(payload), id, evse_id, state));
}

void outbox_network_info(struct outbox *outbox, const char *id, const char *evse_id, const struct api_network *networks,
			 size_t count)
{
	struct message_about about = about_response(API_SLAC_NETWORK_INFO, evse_id);
	char payload[API_BUILD_MAX];

	message_about_add(&about, " networks=%zu", count);
	publish_response(outbox, &about, payload,
			 api_build_network_info_response(payload, sizeof(payload), id, evse_id, networks, count));
}

void outbox_reset(struct outbox *outbox, const char *id, enum api_kind asked, enum api_reset_status status)
{
	/* On the station's topic a `reset` looks like one for the station. */
	enum api_kind name = outbox->settings->reset_has_former_name ? asked : API_SLAC_RESET;
	struct message_about about = about_response(name, NULL);
	char payload[API_BUILD_MAX];

	message_about_add(&about, " status=%s", api_reset_status_text(status));
	publish_response(outbox, &about, payload, api_build_reset_response(payload, sizeof(payload), id, name, status));
}

size_t outbox_build_will(const struct outbox *outbox, char *payload, size_t size)
{
	char id[API_UUID_MAX];

	outbound_new_id(&outbox->out, id);
	return api_build_service_status(payload, size, id, API_UPDATE, SLACD_VERSION, API_SERVICE_ERROR);
}
