/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The station simulator's commands, from a script file first and then from stdin, carried out in order.
 * `wait` and `expect` hold the others up. An expectation looks at everything that came after what the last
 * one met, so a message that is faster than the script is not missed. A command that is wrong or cannot be carried out
 * ends a script; on stdin it is said, and the next one is taken.
 */
#ifndef TOOLS_STATION_CS_SIM_SCRIPT_H
#define TOOLS_STATION_CS_SIM_SCRIPT_H

#include "tools/station/cs_sim_station.h"

struct cs_script;

/*
 * Reads the script: a file, or one that cs-sim brings (NULL: none). NULL, and it says which line is wrong, when it is not
 * valid.
 */
struct cs_script *cs_script_new(struct event_base *base, const char *name);
void cs_script_free(struct cs_script *script);

/* Begins to carry out commands, and to read stdin. A second call does nothing. */
void cs_script_start(struct cs_script *script, struct cs_station *station);
/* Something an expectation may wait for came in. */
void cs_script_seen(struct cs_script *script, const struct cs_event *event);
/* Whether an expectation was not met, or a command of the script could not be carried out. */
bool cs_script_failed(const struct cs_script *script);

#endif
