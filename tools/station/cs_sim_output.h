/* SPDX-License-Identifier: Apache-2.0 */
/* The station simulator's account on stdout: one line per message and event, with the time since its start.
 */
#ifndef TOOLS_STATION_CS_SIM_OUTPUT_H
#define TOOLS_STATION_CS_SIM_OUTPUT_H

#include <stdbool.h>

/* Starts the account now; stdout becomes line-buffered so that a script sees each line at once. */
void cs_output_init(bool colour, bool quiet);

/* "   12.345 ms  slacd -> cs     cp_pwm request        DE*1 f"; nothing when quiet. */
__attribute__((format(printf, 3, 4))) void cs_output_received(const char *name, const char *type, const char *format,
							      ...);
__attribute__((format(printf, 3, 4))) void cs_output_sent(const char *name, const char *type, const char *format, ...);
/* A message between others, or of another one than slacd: "   12.345 ms  ocpp -> cs  stop_charging request  DE*1". */
__attribute__((format(printf, 5, 6))) void cs_output_message(const char *sender, const char *receiver, const char *name,
							     const char *type, const char *format, ...);
/* What happened to the simulator itself; nothing when quiet. */
__attribute__((format(printf, 1, 2))) void cs_output_event(const char *format, ...);
/* What went wrong: also when quiet, and on stderr. */
__attribute__((format(printf, 1, 2))) void cs_output_error(const char *format, ...);

#endif
