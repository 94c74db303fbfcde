/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keeper of one station: starts slacd, cs-sim and a slac-ev for each connector, watches them, tells them what users
 * want, and tells users how it goes (doc/fleet.md). It lives on without the launcher; its programs do not without it.
 */
#ifndef TOOLS_FLEET_FLEET_KEEPER_H
#define TOOLS_FLEET_FLEET_KEEPER_H

#include "tools/fleet/fleet_options.h"

/* Runs until the station is closed, or a signal; returns the exit code. */
int fleet_keeper_run(const struct fleet_options *options);

#endif
