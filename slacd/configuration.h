/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration while slacd runs: what is worth a warning, and reading it again. */
#ifndef SLACD_CONFIGURATION_H
#define SLACD_CONFIGURATION_H

#include "slacd/settings/settings.h"

struct manager;

/* Warns of settings that are not for the field. */
void configuration_warn(const struct settings *settings);

/*
 * Reads file, environment and command line again, as at the start, and puts into *settings, which the manager uses, what
 * can change without a restart; the log names each change, and which of them need one. A configuration that is wrong is
 * an ERROR in the log, and changes nothing. False then.
 */
bool configuration_reload(int argc, char **argv, struct settings *settings, struct manager *manager);

#endif
