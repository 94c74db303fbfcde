/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Publishes telemetry (telemetry.h): takes what outlets do, and hands the broker client what is to be told, in turns of
 * the event loop of its own. Each turn is behind the events that are due by then and begins no value after
 * TELEMETRY_TURN_US: no car, and no message of the station, waits for more than that. While nothing is to be told, nothing
 * wakes the process.
 */
#ifndef SLACD_TELEMETRY_PUBLISHER_H
#define SLACD_TELEMETRY_PUBLISHER_H

#include "service/outbound.h"
#include "slacd/telemetry.h"

/* Values that may wait in the broker client (broker_bounds.values). */
#define TELEMETRY_QUEUE_MAX API_EVSES_MAX
#define TELEMETRY_TURN_US   50u

struct event_base;
struct telemetry_publisher;

/*
 * `prefix` is that of the topics (api_telemetry_prefix_is_valid). base, prefix and outbound must outlive it. NULL without
 * memory. The caller owns it; NULL may be freed.
 */
struct telemetry_publisher *telemetry_publisher_new(struct event_base *base, const char *prefix,
						    const struct outbound *outbound);
void telemetry_publisher_free(struct telemetry_publisher *publisher);

/* As the functions of telemetry.h. Where the publisher is NULL, telemetry is off, and they do nothing. */
void telemetry_publisher_add(struct telemetry_publisher *publisher, const char *evse_id);
void telemetry_publisher_keep(struct telemetry_publisher *publisher, telemetry_stays *stays, const void *context);
/* The outlet had this status at now_us, which may be past. */
void telemetry_publisher_status(struct telemetry_publisher *publisher, const char *evse_id,
				const struct outlet_status *status, uint64_t connected_us, uint64_t now_us);
void telemetry_publisher_look(struct telemetry_publisher *publisher, const char *evse_id,
			      const struct telemetry_view *view);
void telemetry_publisher_connected(struct telemetry_publisher *publisher);
void telemetry_publisher_disconnected(struct telemetry_publisher *publisher);
/* The broker client has room again. */
void telemetry_publisher_room(struct telemetry_publisher *publisher);
/* The broker client takes none for a while: says why. */
void telemetry_publisher_paused(const struct telemetry_publisher *publisher);
/* The service ends: hands over what waits, as far as the broker client has room, before it is stopped. */
void telemetry_publisher_end(struct telemetry_publisher *publisher);

#endif
