/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/fleet/fleet_retained.h"

#include "mqtt/broker/broker.h"
#include "tools/fleet/fleet.h"

void fleet_retained_take_back(struct broker *broker, const char *id, unsigned connector)
{
	char topic[API_TELEMETRY_TOPIC_MAX], prefix[FLEET_TOPIC_SIZE], evse_id[FLEET_EVSE_ID_SIZE];

	if (connector == 0) {
		fleet_station_topic(id, "status", topic);
		broker_publish_retained(broker, topic, "", 0);
		return;
	}
	fleet_connector_topic(id, connector, "status", topic);
	broker_publish_retained(broker, topic, "", 0);
	fleet_telemetry_prefix(id, prefix);
	fleet_evse_id(id, connector, evse_id);
	for (unsigned kind = 0; kind < API_TELEMETRY_KINDS; kind++)
		if (api_telemetry_topic(topic, sizeof(topic), prefix, evse_id, (enum api_telemetry_kind)kind) > 0)
			broker_publish_retained(broker, topic, "", 0);
}
