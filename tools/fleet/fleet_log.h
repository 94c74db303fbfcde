/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the programs of a station say, in one file, each line with the time and the program's name. At FLEET_LOG_MAX octets
 * the file becomes FILE.1, in the place of the one before, and a new one begins: a station has twice as much at most. What
 * cannot be written, as on a full disk, is counted, and told once there is room again.
 */
#ifndef TOOLS_FLEET_FLEET_LOG_H
#define TOOLS_FLEET_FLEET_LOG_H

#include <stddef.h>
#include <stdint.h>

#define FLEET_LOG_MAX (1024u * 1024u)

struct fleet_log;

/* NULL where there is no memory. A file that cannot be opened is tried again with each line. */
struct fleet_log *fleet_log_new(const char *path, size_t max);
/* NULL is allowed. */
void fleet_log_free(struct fleet_log *log);

/* One line of `len` octets, without its end, of this program ("slacd"), with the number of its connector, 0: none. */
void fleet_log_line(struct fleet_log *log, const char *program, unsigned connector, const char *text, size_t len);
/* What the keeper itself has to say. */
__attribute__((format(printf, 2, 3))) void fleet_log_say(struct fleet_log *log, const char *format, ...);

#endif
