/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The world in one process: slacd (its manager, its outlets, its outbox), cs-sim and slac-ev, with interfaces, a broker
 * and a clock that are made up. Nothing waits for real time: half a minute of a fallback takes a millisecond.
 *
 * A world is opened, a script (script.h) lets things happen, and the record (record.h) tells what did.
 */
#ifndef SLACD_TESTS_WORLD_WORLD_H
#define SLACD_TESTS_WORLD_WORLD_H

#include <stdbool.h>
#include <stddef.h>

void world_open(void);
/* Ends everything; false when something was left behind: an event, a port, the watch, a broker client. */
bool world_close(void);

/* Time passes. */
void world_run_ms(double ms);
/*
 * Time passes until the record has a line like this (shell pattern, * before and after it) behind the one that was
 * awaited last. False, with a line in the record, when there is none after SCRIPT_AWAIT_S.
 */
bool world_await(const char *pattern);
/* The line that was awaited last. */
size_t world_awaited_line(void);

/* From this line of the record on, the first one like the pattern; record_count() when there is none. */
size_t world_find(const char *pattern, size_t from);

#endif
