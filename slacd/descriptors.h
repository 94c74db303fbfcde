/* SPDX-License-Identifier: Apache-2.0 */
/* How many files and sockets this process may have open: each outlet needs one for its interface. */
#ifndef SLACD_DESCRIPTORS_H
#define SLACD_DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>

#define DESCRIPTORS_ERROR_SIZE 256
/* What is open beside the interfaces: broker, log, timers, metrics and their readers. */
#define DESCRIPTORS_BESIDES 64

/*
 * Raises the limit (RLIMIT_NOFILE) as far as so many outlets need it: one interface each, and another one while the
 * former is being closed. False, and `error` says what is needed and what is allowed, when the system allows less; the
 * limit is then the greatest that it does.
 */
bool descriptors_allow(size_t outlets, char error[DESCRIPTORS_ERROR_SIZE]);

#endif
