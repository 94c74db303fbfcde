/* SPDX-License-Identifier: Apache-2.0 */
/* What a station and its neighbours ask of slacd beside the pilot: data link, 15118 session, EIM, requests. */
#ifndef TOOLS_STATION_CS_SIM_ASK_H
#define TOOLS_STATION_CS_SIM_ASK_H

#include "tools/station/cs_sim_station.h"

/* Publishes the message of a HLC_CHARGING, DATA_LINK, AUTHORIZE, TAP or REQUEST command; false: no such outlet. */
bool cs_ask(struct cs_station *station, const struct cs_command *command);

#endif
