/* SPDX-License-Identifier: Apache-2.0 */
/* What the broker retains of a station that is closed is taken back. */
#ifndef TOOLS_FLEET_FLEET_RETAINED_H
#define TOOLS_FLEET_FLEET_RETAINED_H

#include "mqtt/api/telemetry/api_telemetry.h"

/* Messages for a connector: its status, and each value of its telemetry. */
#define FLEET_RETAINED_EACH (1 + API_TELEMETRY_KINDS)

struct broker;

/* Of a connector; 0: of the station itself, which comes last. */
void fleet_retained_take_back(struct broker *broker, const char *id, unsigned connector);

#endif
