/* SPDX-License-Identifier: Apache-2.0 */
/* Cars, the EVSE's modem and the power line between them: slac-ev itself (tools/car) on virtual time. */
#ifndef SLACD_TESTS_WORLD_CAR_H
#define SLACD_TESTS_WORLD_CAR_H

/* Starts one at an interface with slac-ev's options, e.g. "--join-ms 50 --modem-fault slow:20". It waits for "plug". */
void car_open(const char *interface, const char *options);
/* Ends the one at this interface, or all. */
void car_close(const char *interface);
void car_close_all(void);
/* "plug", "unplug" or "fault LIST". */
void car_say(const char *interface, const char *command);

#endif
