/* SPDX-License-Identifier: Apache-2.0 */
/* The charging station: cs-sim itself (tools/station) on virtual time. */
#ifndef SLACD_TESTS_WORLD_STATION_H
#define SLACD_TESTS_WORLD_STATION_H

#include <stdbool.h>

/* Starts it with cs-sim's options, e.g. "--evse DE*TST*E1=evse0 --answer none". */
void station_open(const char *options);
void station_close(void);
/* One of cs-sim's commands, e.g. "plug" or "limit 16". */
void station_say(const char *command);

#endif
