/* SPDX-License-Identifier: Apache-2.0 */
/* What the service says over MQTT: builds each message, which service/outbound.h sends and logs. */
#ifndef TOOLS_SMART_CHARGING_SMART_CHARGING_OUTBOX_H
#define TOOLS_SMART_CHARGING_SMART_CHARGING_OUTBOX_H

#include "mqtt/api/api_charging.h"
#include "service/outbound.h"
#include "tools/smart-charging/charging_station.h"
#include "tools/smart-charging/smart_charging_options.h"

/* Of the broker client: a slot for each EVSE, and one for what the station as a whole is asked. */
#define CHARGING_OUTBOX_SLOTS (CHARGING_EVSES_MAX + 1)
/* Each EVSE may be told a limit and reported on at the same moment. */
#define CHARGING_OUTBOX_KEEP_MAX (2 * CHARGING_EVSES_MAX)
/* Answers. With more the oldest is dropped. */
#define CHARGING_OUTBOX_NOW_MAX     (2 * CHARGING_EVSES_MAX)
#define CHARGING_OUTBOX_INBOUND_MAX (8 * CHARGING_EVSES_MAX)

struct charging_outbox {
	const struct smart_charging_options *options;
	struct outbound out;
};

void charging_outbox_init(struct charging_outbox *outbox, const struct smart_charging_options *options);

/* Requests: false when there is no connection, or no memory; on true `id` holds the request's id. */
bool charging_outbox_ask_parameters(struct charging_outbox *outbox, char id[API_UUID_MAX]);
bool charging_outbox_ask_limits(struct charging_outbox *outbox, char id[API_UUID_MAX]);
/* cp_pwm for the EVSE of this index; takes the place of an earlier one of it that was not sent yet. */
bool charging_outbox_ask_current(struct charging_outbox *outbox, size_t evse, const char *evse_id, uint32_t current_da,
				 char id[API_UUID_MAX]);

/* iso15118_charge_limit: mA per phase, or mW. */
void charging_outbox_tell_limit(struct charging_outbox *outbox, const char *evse_id, enum charging_unit unit,
				uint64_t limit);

void charging_outbox_service_status(struct charging_outbox *outbox, enum api_service_state state);
/* Builds the last will, service_status error; returns its length. */
size_t charging_outbox_build_will(const struct charging_outbox *outbox, char *payload, size_t size);

/* Responses; `id` is the request's. */
void charging_outbox_answer_service_status(struct charging_outbox *outbox, const char *id,
					   enum api_service_state state);
void charging_outbox_answer_set(struct charging_outbox *outbox, const char *id, bool accepted,
				const struct api_charging_reason *reason);
void charging_outbox_answer_clear(struct charging_outbox *outbox, const char *id, bool cleared,
				  const struct api_charging_reason *reason);
/* schedule NULL: rejected. */
void charging_outbox_answer_composite(struct charging_outbox *outbox, const char *id,
				      const struct api_composite_schedule *schedule,
				      const struct api_charging_reason *reason);

#endif
