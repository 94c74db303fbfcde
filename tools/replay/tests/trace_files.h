/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The captures of real cars (folder $SLACD_TRACES, see README.md there). They are not part of the project: a test that
 * finds no folder is skipped. Needs no test framework.
 */
#ifndef TOOLS_REPLAY_TESTS_TRACE_FILES_H
#define TOOLS_REPLAY_TESTS_TRACE_FILES_H

#include "tools/replay/capture.h"

/* Exit code of a skipped test. */
#define TRACE_SKIPPED   77
#define TRACE_FILES     64
#define TRACE_NAME_SIZE 128

/* $SLACD_TRACES, or NULL when there is no such folder. */
const char *trace_folder(void);

/* The names of the captures, sorted; how many. */
size_t trace_list(char names[TRACE_FILES][TRACE_NAME_SIZE]);

typedef void trace_frame_function(const uint8_t *octets, size_t len, uint64_t time_us, void *ctx);

/* Calls for every 0x88E1 frame of a capture, in order. False, and `error`, for a capture that cannot be read. */
bool trace_each_frame(const char *file, trace_frame_function *call, void *ctx, char error[PORT_ERROR_SIZE]);

#endif
