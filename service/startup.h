/* SPDX-License-Identifier: Apache-2.0 */
/* What a service does before anything else. */
#ifndef SERVICE_STARTUP_H
#define SERVICE_STARTUP_H

#include <stdbool.h>

/* Exit codes of a service. */
enum exit_code { EXIT_CODE_OK = 0, EXIT_CODE_FAILURE = 1, EXIT_CODE_USAGE = 2 };

/*
 * Opens the standard descriptors that whoever started the service has closed: a socket that got one of these numbers would
 * be given log lines and errors of libraries. False where that is not possible.
 */
bool startup_open_standard_descriptors(void);

/*
 * Freed memory goes back to the system: a service is small for months, not only at start. And a connection that somebody
 * else has closed does not end the process.
 */
void startup_prepare(void);

/*
 * What was read for the start is no more: also what lies between memory that is in use goes back to the system. Before what
 * stays for months is made, which would otherwise lie scattered among it.
 */
void startup_give_back(void);

#endif
