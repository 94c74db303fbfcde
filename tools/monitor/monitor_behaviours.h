/* SPDX-License-Identifier: Apache-2.0 */
/* How cars behave in slac-ev (tools/car/car_behaviour.h), as the fleet's page offers it. */
#ifndef TOOLS_MONITOR_MONITOR_BEHAVIOURS_H
#define TOOLS_MONITOR_MONITOR_BEHAVIOURS_H

#include "tools/monitor/monitor_fleet.h"

const struct monitor_fleet_behaviours *monitor_behaviours(void);

#endif
