/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the simulated power line, shared by power_line*.c only. */
#ifndef TOOLS_CAR_POWER_LINE_INTERNAL_H
#define TOOLS_CAR_POWER_LINE_INTERNAL_H

#include "tools/car/power_line.h"

/* Sends a frame to this side's host; `error` is the shape of a message that is carried on as it came. */
void line_side_transmit(struct line_side *side, const char *from, const struct mme *mme, enum mme_error error,
			const uint8_t *frame, size_t len);
/* Writes it to the capture file, where there is one. */
void line_side_capture(struct line_side *side, const uint8_t *frame, size_t len);

/* power_line_modems.c. False when there are no timers. */
bool line_modems_open(struct power_line *line, struct event_base *base);
void line_modems_close(struct power_line *line);

#endif
