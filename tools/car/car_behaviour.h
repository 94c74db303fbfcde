/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How cars, line and the EVSE's modem behave, in words: one name each, the same for the options of slac-ev, for
 * --behaviour and for "behaviour" on stdin. `slac-ev --print-behaviours` prints the table. Pure.
 *
 *   LIST      NAME[:VALUE][,NAME[:VALUE]]...
 *   NAME      normal, a name of the table, or modem- and a fault of the modem (modem_sim_fault.h)
 */
#ifndef TOOLS_CAR_CAR_BEHAVIOUR_H
#define TOOLS_CAR_CAR_BEHAVIOUR_H

#include "tools/car/modem_sim_fault.h"
#include "tools/car/slac_ev.h"

#include <stdio.h>

#define CAR_BEHAVIOUR_ERROR_SIZE 200
/* Words of cars and line, at most. */
#define CAR_BEHAVIOURS_MAX 32

/* The step after which a car falls silent, as if it was unplugged. */
enum stop_at { STOP_NEVER, STOP_PARM, STOP_START, STOP_SOUND, STOP_RSP, STOP_MATCH };

struct car_behaviour {
	struct slac_ev_config car; /* but for ev_mac and run_id: who a car is */
	enum stop_at stop_at;
	bool silent;
	bool amp_map;           /* they send CM_AMP_MAP.REQ when they have joined */
	uint8_t amp_map_result; /* of their answer to the EVSE's */
	uint32_t lose_sounds;   /* the first of each run get lost on the line */
	uint32_t join_ms;
	uint8_t modem_result;
	uint32_t modem_delay_ms;
	struct modem_faults faults;
};

/* A whole number up to max: decimal, with 0x before it hexadecimal, with 0 before it octal. */
bool car_number_read(const char *text, uint32_t max, uint32_t *out);

/* "normal": nobody misbehaves. */
void car_behaviour_init(struct car_behaviour *behaviour);
/* False where its cars cannot match, and nobody should wait for that: silent, stop-at, no-match. */
bool car_behaviour_may_match(const struct car_behaviour *behaviour);
/*
 * Reads a LIST and adds it to *behaviour; "normal" begins anew. False, with `error` naming the word and what was expected,
 * for anything else; *behaviour is unchanged then.
 */
bool car_behaviour_parse(const char *list, struct car_behaviour *behaviour, char error[CAR_BEHAVIOUR_ERROR_SIZE]);

/* The words of cars and line by number, which are options of slac-ev as well. NULL after the last one. */
const char *car_behaviour_name(size_t index);
/* What its value is called, or NULL: it has none. */
const char *car_behaviour_argument(size_t index);
const char *car_behaviour_help(size_t index);
/* Sets one of them. `value` NULL: none is given. False when it is not what is expected. */
bool car_behaviour_set(struct car_behaviour *behaviour, size_t index, const char *value);

/* Every word, one a line: name, value and meaning. */
void car_behaviour_print(FILE *out);

#endif
