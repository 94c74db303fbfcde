/* SPDX-License-Identifier: Apache-2.0 */
/* A capture, played to an outlet at its recorded times. */
#ifndef TOOLS_REPLAY_REPLAY_H
#define TOOLS_REPLAY_REPLAY_H

#include "tools/replay/slac_replay_options.h"

#include <stdio.h>

/*
 * Plays options->capture and prints the account; what was not found in the file goes to `notes`. False and `error`
 * (names the file) on failure.
 */
bool replay_run(const struct replay_options *options, FILE *notes, char error[REPLAY_ERROR_SIZE]);

#endif
