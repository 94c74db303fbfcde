/* SPDX-License-Identifier: Apache-2.0 */
#include "service/outbound.h"

#include "service/clock.h"

#include <string.h>

static void fill(const struct outbound *outbound, uint8_t *octets, size_t len)
{
	if (!outbound->random(NULL, octets, len))
		log_line(LOG_LEVEL_ERROR, "No random octets for a message id.");
}

void outbound_new_id(const struct outbound *outbound, char id[API_UUID_MAX])
{
	uint8_t octets[16] = {0};

	fill(outbound, octets, sizeof(octets));
	memcpy(octets + sizeof(octets) - OUTBOUND_OWN_OCTETS, outbound->own_octets, OUTBOUND_OWN_OCTETS);
	api_uuid_v4(octets, id);
}

void outbound_init(struct outbound *outbound, outbound_random *random)
{
	*outbound = (struct outbound){.random = random, .log.direction = "Outbound"};
	fill(outbound, outbound->own_octets, sizeof(outbound->own_octets));
}

bool outbound_is_connected(const struct outbound *outbound)
{
	return outbound->broker != NULL && broker_connected(outbound->broker);
}

static bool was_built(const char *topic, size_t len)
{
	if (len == 0)
		log_line(LOG_LEVEL_ERROR, "MQTT message could not be built. topic=%s", topic);
	return len > 0;
}

static bool log_published(struct outbound *outbound, const char *topic, const struct message_about *about,
			  const char *payload, size_t len, bool taken)
{
	if (taken)
		message_log_add(&outbound->log, topic, about, payload, len, clock_now_us());
	return taken;
}

static bool publish(struct outbound *outbound, enum broker_publish_kind kind, const char *topic,
		    const struct message_about *about, const char *payload, size_t len)
{
	if (!was_built(topic, len) || outbound->broker == NULL)
		return false;
	return log_published(outbound, topic, about, payload, len,
			     broker_publish(outbound->broker, kind, topic, payload, len));
}

static const char *outlet_of(const struct message_about *about)
{
	return about->evse_id != NULL ? about->evse_id : "-";
}

bool outbound_request(struct outbound *outbound, size_t slot, const char *topic, const struct message_about *about,
		      const char *payload, size_t len)
{
	if (!was_built(topic, len) || outbound->broker == NULL)
		return false;
	if (log_published(outbound, topic, about, payload, len,
			  broker_publish_latest(outbound->broker, slot, topic, payload, len)))
		return true;
	if (outbound_is_connected(outbound) && log_limit_pass(&outbound->refused_requests, clock_now_us()))
		log_line(LOG_LEVEL_WARN,
			 "Request was not taken by the broker client. topic=%s name=%s evse_id=%s%s count=%llu", topic,
			 about->name, outlet_of(about), about->details,
			 (unsigned long long)outbound->refused_requests.count);
	return false;
}

void outbound_response(struct outbound *outbound, const char *topic, const struct message_about *about,
		       const char *payload, size_t len)
{
	if (!publish(outbound, BROKER_NOW, topic, about, payload, len) &&
	    log_limit_pass(&outbound->lost_responses, clock_now_us()))
		log_line(LOG_LEVEL_WARN, "Response is lost: %s. topic=%s name=%s evse_id=%s%s count=%llu",
			 outbound_is_connected(outbound) ? "too many wait to be sent" : "there is no connection", topic,
			 about->name, outlet_of(about), about->details,
			 (unsigned long long)outbound->lost_responses.count);
}

void outbound_update(struct outbound *outbound, const char *topic, const struct message_about *about,
		     const char *payload, size_t len)
{
	if (!publish(outbound, BROKER_KEEP, topic, about, payload, len))
		log_line(LOG_LEVEL_ERROR, "Status update is lost, the broker client did not take it. topic=%s", topic);
}
