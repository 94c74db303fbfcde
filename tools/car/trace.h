/* SPDX-License-Identifier: Apache-2.0 */
/* The simulator's account on stdout: one line per frame and event, with the time since its start. */
#ifndef TOOLS_CAR_TRACE_H
#define TOOLS_CAR_TRACE_H

#include "homeplug/mme/mme.h"

struct trace {
	uint64_t start_us;
	bool colour;
	bool quiet; /* no frame lines */
};

/* Monotonic time in microseconds. */
uint64_t trace_now_us(void);

/* Starts the account now; stdout becomes line-buffered so that a script sees each line at once. */
void trace_init(struct trace *trace, bool colour, bool quiet);
/* "   12.345 ms  EV -> EVSE  CM_SLAC_PARM.REQ  run_id=0x..."; of a message with a wrong shape only `error`.
 */
void trace_frame(const struct trace *trace, const char *from, const char *to, const struct mme *mme,
		 enum mme_error error);
/* A frame that did not arrive, with the reason. */
void trace_lost(const struct trace *trace, const char *from, const struct mme *mme, const char *reason);
/* "   12.345 ms  EV  matched ..."; `who` is what it happened to. */
__attribute__((format(printf, 3, 4))) void trace_event(const struct trace *trace, const char *who, const char *format,
						       ...);

#endif
