/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The record: one line for each thing that happens, with its time since the world began.
 *
 *   seconds   who      what
 *    0.000000 slacd    cs/josev {"id":"#1",...}              a message that was published
 *    0.000000 slacd    (retained) telemetry/S1/DE*TST*E1/state {"value":...}    a value, to be retained
 *    0.000000 evse0    > CM_SLAC_PARM.CNF 0245...            a frame that slacd sent
 *    0.000000 evse0    < CM_SLAC_PARM.REQ ffff...            a frame on its way to slacd
 *    0.000000 log      INFO Vehicle is connected. ...
 *
 * Message ids are #1, #2, ... and slacd's keys <nmk1>, <nid1>, nonces <nonce1> in the order in which they appear: two
 * versions that draw their random octets in another order have the same record.
 */
#ifndef SLACD_TESTS_WORLD_RECORD_H
#define SLACD_TESTS_WORLD_RECORD_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void record_open(void);
void record_close(void);
/* Nothing is written while it is muted: the end of what was killed is seen by nobody. */
void record_mute(bool muted);

/* Adds a line. */
__attribute__((format(printf, 2, 3))) void record_line(const char *who, const char *format, ...);
void record_line_va(const char *who, const char *format, va_list arguments);
/* Adds the line of a frame; `direction` is '<' or '>'. */
void record_frame(const char *who, char direction, const uint8_t *frame, size_t len);

/* The lines so far. */
size_t record_count(void);
const char *record_text(size_t line);
uint64_t record_time_us(size_t line);

#endif
