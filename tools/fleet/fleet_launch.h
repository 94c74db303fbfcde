/* SPDX-License-Identifier: Apache-2.0 */
/* The launcher as a process: at the broker, and starting keepers. What it decides is in fleet_launcher.h. */
#ifndef TOOLS_FLEET_FLEET_LAUNCH_H
#define TOOLS_FLEET_FLEET_LAUNCH_H

#include "tools/fleet/fleet_options.h"

/* Runs until close_launcher, a signal, or another launcher; returns the exit code. */
int fleet_launch_run(const struct fleet_options *options);

#endif
