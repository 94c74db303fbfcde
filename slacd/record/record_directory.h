/* SPDX-License-Identifier: Apache-2.0 */
/* Files of session records in their directory. Blocks as long as the disk does: of the writer's thread only. */
#ifndef SLACD_RECORD_RECORD_DIRECTORY_H
#define SLACD_RECORD_RECORD_DIRECTORY_H

#include "slacd/record/record_writer.h"

#define RECORD_TROUBLE_MAX 128

/* Whether files can be made in it. False, and `trouble` says why not. */
bool record_directory_check(const char *directory, char trouble[RECORD_TROUBLE_MAX]);
/* Removes what a process that was killed has left half written. */
void record_directory_clean(const char *directory);
/*
 * Writes a file under its name, when it is whole and on the disk. The oldest records make room before. False, and
 * `trouble` says why; nothing is left then.
 */
bool record_directory_write(const char *directory, const struct record_limits *limits, const char *name,
			    const uint8_t *octets, size_t len, char trouble[RECORD_TROUBLE_MAX]);

#endif
