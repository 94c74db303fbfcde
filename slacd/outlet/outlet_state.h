/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an outlet is between two inputs, as named values in text: it can be kept in a file and given to an outlet of
 * another build, another machine or another version. Pure.
 *
 * Only values that are not those of a new outlet are written, so that a value which a later version adds has its
 * beginning there. A name that this version does not know is refused by name. The configuration is not part of it but
 * for the port's MAC: who reads a state begins with outlet_init, with the settings of that time or with others.
 * Times are those of the monotonic clock that the outlet was given.
 */
#ifndef SLACD_OUTLET_OUTLET_STATE_H
#define SLACD_OUTLET_OUTLET_STATE_H

#include "slacd/outlet/outlet.h"

/* To be raised when an enum that is written as a number changes the order of its values. */
#define OUTLET_STATE_VERSION 1

/* With their NUL. */
#define OUTLET_STATE_NAME_MAX  64
#define OUTLET_STATE_VALUE_MAX 1280

/* One value, e.g. "slac.runs[2].ev_mac" and "00b052000001". */
typedef void outlet_state_line(void *context, const char *name, const char *value);

/*
 * The octets from the outlet's begin in which its state lies: a copy of so many is enough for outlet_state_write. The EVs
 * that were refused for want of a slot (slac.any_refused) are not in it.
 */
size_t outlet_state_size(const struct outlet *outlet);
/* Calls `line` for each value. The keys are among them. False, and nothing, without memory. */
bool outlet_state_write(const struct outlet *outlet, outlet_state_line *line, void *context);
/* Gives one value to an outlet that outlet_init made, in memory that was zero before. False: the name is not known, or the value is none of it. */
bool outlet_state_read(struct outlet *outlet, const char *name, const char *value);

/* For the test that no member is forgotten: marks the octets of struct outlet that are written. */
void outlet_state_mark(uint8_t marks[sizeof(struct outlet)]);

#endif
