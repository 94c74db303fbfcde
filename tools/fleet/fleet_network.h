/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How slacd and the cars' modems of a station are joined: by Unix sockets in the station's directory, or by veth pairs in
 * a network namespace of the station's own, in which slacd reaches the broker through a Unix socket of the keeper.
 */
#ifndef TOOLS_FLEET_FLEET_NETWORK_H
#define TOOLS_FLEET_FLEET_NETWORK_H

#include "tools/fleet/fleet_place.h"

struct fleet_keeper;

/* Makes what the link needs. False, with what was expected in `error`. */
bool fleet_network_open(struct fleet_keeper *keeper, char error[FLEET_ERROR_SIZE]);
void fleet_network_close(struct fleet_keeper *keeper);

/* What stands before a connector's number in the name of slacd's port. */
void fleet_network_slacd_port(const struct fleet_keeper *keeper, char *out, size_t size);
/* The other end, whole. */
void fleet_network_car_port(const struct fleet_keeper *keeper, unsigned connector, char *out, size_t size);
/* False: slacd reaches the broker as everybody does. True: at this path. */
bool fleet_network_broker(const struct fleet_keeper *keeper, char path[FLEET_PATH_SIZE]);

#endif
