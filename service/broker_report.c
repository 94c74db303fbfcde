/* SPDX-License-Identifier: Apache-2.0 */
#include "service/broker_report.h"

#include "service/log.h"

void broker_report_connected(const char *host, unsigned port, const char *client_id)
{
	log_line(LOG_LEVEL_INFO, "Connected to the MQTT broker. host=%s port=%u client_id=%s", host, port, client_id);
}

void broker_report_disconnected(const char *host, unsigned port, const char *reason)
{
	log_line(LOG_LEVEL_WARN, "No connection to the MQTT broker, trying again. host=%s port=%u reason=%s", host,
		 port, reason);
}

void broker_report_dropped(void *context, enum broker_drop what, uint64_t total)
{
	static const char *const texts[BROKER_DROPS] = {
		[BROKER_DROP_OUTBOUND_FULL] = "the oldest status update, the queue is full",
		[BROKER_DROP_OUTBOUND_NOW] = "the oldest answer, too many wait to be sent",
		[BROKER_DROP_OUTBOUND_STALE] = "a request that waited too long",
		[BROKER_DROP_OUTBOUND_REFUSED] = "a message that the MQTT library refused (is the topic valid?)",
		[BROKER_DROP_INBOUND_FULL] =
			"an inbound question or malformed message, they come faster than they can be handled",
		[BROKER_DROP_INBOUND_TOO_LARGE] = "an inbound message of more than 256 KiB",
	};
	const unsigned long long count = total;

	(void)context;
	if (what == BROKER_DROP_OUTBOUND_DENIED)
		log_line(
			LOG_LEVEL_WARN,
			"MQTT message dropped: one that the broker does not let %s publish, see its rights. total=%llu",
			log_name(), count);
	else
		log_line(LOG_LEVEL_WARN, "MQTT message dropped: %s. total=%llu", texts[what], count);
}

void broker_report_subscription_refused(void *context, const char *topic)
{
	(void)context;
	log_line(LOG_LEVEL_ERROR, "The MQTT broker refuses the subscription. topic=%s", topic);
}

void broker_report_displaced(const char *client_id, const char *setting)
{
	log_line(
		LOG_LEVEL_ERROR,
		"Another client has taken the connection to the MQTT broker away, most likely one with the same client id. Give each its own: %s. client_id=%s",
		setting, client_id);
}
