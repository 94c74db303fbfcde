/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/outbox.h"

#include "homeplug/network_key.h"
#include "service/clock.h"
#include "slacd/version.h"

#include <string.h>

static void fill(uint8_t *octets, size_t len)
{
	if (!random_fill_csprng(NULL, octets, len))
		log_line(LOG_LEVEL_ERROR, "No random octets for a message id.");
}

static void new_id(const struct outbox *outbox, char id[API_UUID_MAX])
{
	uint8_t octets[16] = {0};

	fill(octets, sizeof(octets));
	memcpy(octets + sizeof(octets) - OUTBOX_OWN_OCTETS, outbox->own_octets, OUTBOX_OWN_OCTETS);
	api_uuid_v4(octets, id);
}

void outbox_init(struct outbox *outbox, const struct settings *settings)
{
	*outbox = (struct outbox){.settings = settings, .log.direction = "Outbound"};
	fill(outbox->own_octets, sizeof(outbox->own_octets));
}

static bool was_built(const char *topic, size_t len)
{
	if (len == 0)
		log_line(LOG_LEVEL_ERROR, "MQTT message could not be built. topic=%s", topic);
	return len > 0;
}

static bool log_published(struct outbox *outbox, const char *topic, const struct message_about *about,
			  const char *payload, size_t len, bool taken)
{
	if (taken)
		message_log_add(&outbox->log, topic, about, payload, len, clock_now_us());
	return taken;
}

static bool publish(struct outbox *outbox, enum broker_publish_kind kind, const char *topic,
		    const struct message_about *about, const char *payload, size_t len)
{
	if (!was_built(topic, len) || outbox->broker == NULL)
		return false;
	return log_published(outbox, topic, about, payload, len,
			     broker_publish(outbox->broker, kind, topic, payload, len));
}

static const char *outlet_of(const struct message_about *about)
{
	return about->evse_id != NULL ? about->evse_id : "-";
}

/* The slot for what slacd asks the station as a whole. */
#define STATION_SLOT OUTBOX_PILOT_SLOTS

_Static_assert(STATION_SLOT < BROKER_SLOTS, "every request has a slot");

static bool publish_request(struct outbox *outbox, size_t slot, const struct message_about *about, const char *payload,
			    size_t len)
{
	const char *topic = outbox->settings->topics_to_station.topic[0].text;

	if (!was_built(topic, len) || outbox->broker == NULL)
		return false;
	if (log_published(outbox, topic, about, payload, len,
			  broker_publish_latest(outbox->broker, slot, topic, payload, len)))
		return true;
	if (outbox_is_connected(outbox) && log_limit_pass(&outbox->refused_requests, clock_now_us()))
		log_line(LOG_LEVEL_WARN,
			 "Request was not taken by the broker client. topic=%s name=%s evse_id=%s%s count=%llu", topic,
			 about->name, outlet_of(about), about->details,
			 (unsigned long long)outbox->refused_requests.count);
	return false;
}

bool outbox_is_connected(const struct outbox *outbox)
{
	return outbox->broker != NULL && broker_connected(outbox->broker);
}

static void publish_response(struct outbox *outbox, const struct message_about *about, const char *payload, size_t len)
{
	const char *topic = outbox->settings->topics_to_station.topic[0].text;

	if (!publish(outbox, BROKER_NOW, topic, about, payload, len) &&
	    log_limit_pass(&outbox->lost_responses, clock_now_us()))
		log_line(LOG_LEVEL_WARN, "Response is lost: %s. topic=%s name=%s evse_id=%s%s count=%llu",
			 outbox_is_connected(outbox) ? "too many wait to be sent" : "there is no connection", topic,
			 about->name, outlet_of(about), about->details,
			 (unsigned long long)outbox->lost_responses.count);
}

static void publish_status(struct outbox *outbox, const struct message_about *about, const char *payload, size_t len)
{
	for (size_t i = 0; i < outbox->settings->topics_to_station.count; i++) {
		const char *topic = outbox->settings->topics_to_station.topic[i].text;
		if (!publish(outbox, BROKER_KEEP, topic, about, payload, len))
			log_line(LOG_LEVEL_ERROR, "Status update is lost, the broker client did not take it. topic=%s",
				 topic);
	}
}

bool outbox_request_parameters(struct outbox *outbox, char id[API_UUID_MAX])
{
	const struct message_about about = {.name = api_kind_text(API_CS_PARAMETERS),
					    .type = api_type_text(API_REQUEST)};
	char payload[API_BUILD_MAX];

	new_id(outbox, id);
	return publish_request(outbox, STATION_SLOT, &about, payload,
			       api_build_cs_parameters_request(payload, sizeof(payload), id));
}

bool outbox_request_limits(struct outbox *outbox, char id[API_UUID_MAX])
{
	const struct message_about about = {.name = api_kind_text(API_CS_STATUS_AND_LIMITS),
					    .type = api_type_text(API_REQUEST)};
	char payload[API_BUILD_MAX];

	new_id(outbox, id);
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
	new_id(outbox, id);
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

	new_id(outbox, id);
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

void outbox_slac_status(struct outbox *outbox, const char *evse_id, const struct api_slac_status *status)
{
	enum api_slac_status_name name = outbox->settings->status_message;
	/* The Josev schema has no other members. */
	bool extra = name == API_NAME_SLAC_SERVICE_STATUS || outbox->settings->status_extra;
	struct message_about about = {
		.name = api_slac_status_name_text(name), .type = api_type_text(API_UPDATE), .evse_id = evse_id};
	char id[API_UUID_MAX];
	char payload[API_BUILD_MAX];

	message_about_add(&about, " status=%s", api_slac_state_text(status->state));
	if (extra && status->reason != NULL && *status->reason != '\0')
		message_about_add(&about, " reason=%s", status->reason);
	new_id(outbox, id);
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

	new_id(outbox, id);
	return api_build_service_status(payload, size, id, API_UPDATE, SLACD_VERSION, API_SERVICE_ERROR);
}
