/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A script: one command a line, carried out in order; `run` and `await` let time pass, everything else takes none.
 * An empty line and one that begins with # are passed over.
 *
 *   boot [CS] [/ [EV]]         a pair evse0 and plc0, cs-sim with these options and outlet DE*TST*E1 at evse0, slac-ev
 *                              with those at plc0, slacd, and two seconds: a car may come
 *   set PATH VALUE             a setting of slacd's next start, e.g. set pilot.step_f_ms 600
 *   log LEVEL                  lines of slacd's log from this level on are recorded [INFO]
 *   wire A B                   a pair of interfaces; slacd's is named evse...
 *   wire-remove NAME, wire-up NAME, wire-down NAME, wire-rename NAME NEW, wire-mac NAME MAC, wire-choke NAME on|off
 *   wire-address NAME ADDRESS|none
 *   wire-untold NAME on|off    slacd has too few files to ask for its addresses, or enough
 *   wire-jitter                frames take a little longer from now on, each another time
 *   watch refuse|miss|break    what the kernel does not tell about interfaces
 *   broker down|up|hang|go|full|room
 *   slacd start|stop|kill|statistics|metrics|reload
 *   random fail|work           slacd gets no random octets, or does
 *   station OPTIONS            starts cs-sim
 *   cs COMMAND                 a command of cs-sim
 *   ev INTERFACE OPTIONS       starts slac-ev
 *   car INTERFACE plug|unplug|fault LIST|kill
 *   frame INTERFACE HEX        somebody sends a frame there
 *   publish TOPIC TEXT         somebody publishes
 *   run MS                     time passes
 *   await PATTERN              until the record has such a line after what was awaited last, at most AWAIT_S; * and ?
 *                              stand for any text and any character
 */
#ifndef SLACD_TESTS_WORLD_SCRIPT_H
#define SLACD_TESTS_WORLD_SCRIPT_H

#include <stdbool.h>

#define SCRIPT_AWAIT_S 60

/* Carries out the lines of a text; aborts, and names the line, where one is no command. */
void script_run(const char *text);

#endif
