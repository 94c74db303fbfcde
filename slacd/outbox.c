/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/outbox.h"

#include "homeplug/network_key.h"
#include "slacd/clock.h"
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
	*outbox = (struct outbox){.settings = settings};
	fill(outbox->own_octets, sizeof(outbox->own_octets));
}

static bool was_built(const char *topic, size_t len)
{
	if (len == 0)
		log_line(LOG_LEVEL_ERROR, "MQTT message could not be built. topic=%s", topic);
	return len > 0;
}

static bool log_published(const char *topic, const char *payload, bool taken)
{
	if (taken)
		log_line(LOG_LEVEL_INFO, "Outbound MQTT message. topic=%s message=%s", topic, payload);
	return taken;
}

static bool publish(struct outbox *outbox, enum broker_publish_kind kind, const char *topic, const char *payload,
		    size_t len)
{
	if (!was_built(topic, len) || outbox->broker == NULL)
		return false;
	return log_published(topic, payload, broker_publish(outbox->broker, kind, topic, payload, len));
}

/* The slot for what slacd asks the station as a whole. */
#define STATION_SLOT OUTBOX_PILOT_SLOTS

_Static_assert(STATION_SLOT < BROKER_SLOTS, "every request has a slot");

static bool publish_request(struct outbox *outbox, size_t slot, const char *payload, size_t len)
{
	const char *topic = outbox->settings->topics_to_station.topic[0].text;

	if (!was_built(topic, len) || outbox->broker == NULL)
		return false;
	if (log_published(topic, payload, broker_publish_latest(outbox->broker, slot, topic, payload, len)))
		return true;
	if (outbox_is_connected(outbox) && log_limit_pass(&outbox->refused_requests, clock_now_us()))
		log_line(LOG_LEVEL_WARN, "Request was not taken by the broker client. topic=%s count=%llu message=%s",
			 topic, (unsigned long long)outbox->refused_requests.count, payload);
	return false;
}

bool outbox_is_connected(const struct outbox *outbox)
{
	return outbox->broker != NULL && broker_connected(outbox->broker);
}

static void publish_response(struct outbox *outbox, const char *payload, size_t len)
{
	const char *topic = outbox->settings->topics_to_station.topic[0].text;

	if (!publish(outbox, BROKER_NOW, topic, payload, len) &&
	    log_limit_pass(&outbox->lost_responses, clock_now_us()))
		log_line(LOG_LEVEL_WARN, "Response is lost: %s. topic=%s count=%llu message=%s",
			 outbox_is_connected(outbox) ? "too many wait to be sent" : "there is no connection", topic,
			 (unsigned long long)outbox->lost_responses.count, payload);
}

static void publish_status(struct outbox *outbox, const char *payload, size_t len)
{
	for (size_t i = 0; i < outbox->settings->topics_to_station.count; i++) {
		const char *topic = outbox->settings->topics_to_station.topic[i].text;
		if (!publish(outbox, BROKER_KEEP, topic, payload, len))
			log_line(LOG_LEVEL_ERROR, "Status update is lost, the broker client did not take it. topic=%s",
				 topic);
	}
}

bool outbox_request_parameters(struct outbox *outbox, char id[API_UUID_MAX])
{
	char payload[API_BUILD_MAX];

	new_id(outbox, id);
	return publish_request(outbox, STATION_SLOT, payload,
			       api_build_cs_parameters_request(payload, sizeof(payload), id));
}

bool outbox_request_limits(struct outbox *outbox, char id[API_UUID_MAX])
{
	char payload[API_BUILD_MAX];

	new_id(outbox, id);
	return publish_request(outbox, STATION_SLOT, payload,
			       api_build_cs_limits_request(payload, sizeof(payload), id));
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

	snprintf(pwm.evse_id, sizeof(pwm.evse_id), "%s", evse_id);
	new_id(outbox, id);
	return publish_request(outbox, slot, payload, api_build_cp_pwm_request(payload, sizeof(payload), id, &pwm));
}

void outbox_service_status(struct outbox *outbox, enum api_service_state state)
{
	char id[API_UUID_MAX];
	char payload[API_BUILD_MAX];

	new_id(outbox, id);
	publish_status(outbox, payload,
		       api_build_service_status(payload, sizeof(payload), id, API_UPDATE, SLACD_VERSION, state));
}

void outbox_service_status_response(struct outbox *outbox, const char *id, enum api_service_state state)
{
	char payload[API_BUILD_MAX];
	size_t len = api_build_service_status(payload, sizeof(payload), id, API_RESPONSE, SLACD_VERSION, state);

	publish_response(outbox, payload, len);
}

void outbox_slac_status(struct outbox *outbox, const char *evse_id, const struct api_slac_status *status)
{
	enum api_slac_status_name name = outbox->settings->status_message;
	/* The Josev schema has no other members. */
	bool extra = name == API_NAME_SLAC_SERVICE_STATUS || outbox->settings->status_extra;
	char id[API_UUID_MAX];
	char payload[API_BUILD_MAX];

	new_id(outbox, id);
	publish_status(outbox, payload,
		       api_build_slac_status(payload, sizeof(payload), id, name, evse_id, status, extra));
}

void outbox_link_status(struct outbox *outbox, const char *id, const char *evse_id, enum api_link_state state)
{
	char payload[API_BUILD_MAX];

	publish_response(outbox, payload, api_build_link_status_response(payload, sizeof(payload), id, evse_id, state));
}

void outbox_network_info(struct outbox *outbox, const char *id, const char *evse_id, const struct api_network *networks,
			 size_t count)
{
	char payload[API_BUILD_MAX];

	publish_response(outbox, payload,
			 api_build_network_info_response(payload, sizeof(payload), id, evse_id, networks, count));
}

void outbox_reset(struct outbox *outbox, const char *id, enum api_kind asked, enum api_reset_status status)
{
	/* On the station's topic a `reset` looks like one for the station. */
	enum api_kind name = outbox->settings->reset_has_former_name ? asked : API_SLAC_RESET;
	char payload[API_BUILD_MAX];

	publish_response(outbox, payload, api_build_reset_response(payload, sizeof(payload), id, name, status));
}

size_t outbox_build_will(const struct outbox *outbox, char *payload, size_t size)
{
	char id[API_UUID_MAX];

	new_id(outbox, id);
	return api_build_service_status(payload, size, id, API_UPDATE, SLACD_VERSION, API_SERVICE_ERROR);
}
