/* SPDX-License-Identifier: Apache-2.0 */
/* The charging session over the broker: the station's part, and the services that are played beside it. */
#ifndef TOOLS_STATION_CS_SIM_SESSION_H
#define TOOLS_STATION_CS_SIM_SESSION_H

#include "tools/station/cs_sim_station.h"

/* Carries out a CARD, CABLE, METER, AVAILABILITY, CAR_DRAWS, CAR or CSMS command; false, and it is said why. */
bool cs_station_session_command(struct cs_station *station, const struct cs_command *command);

#endif
