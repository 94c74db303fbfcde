/* SPDX-License-Identifier: Apache-2.0 */
/* slacd itself, all of it but its main function. */
#ifndef SLACD_TESTS_WORLD_DAEMON_H
#define SLACD_TESTS_WORLD_DAEMON_H

#include <stdbool.h>

void daemon_world_open(void);
void daemon_world_close(void);

/*
 * A setting of the next start: its path in the configuration file, e.g. "pilot.step_f_ms", and its value as JSON; what
 * is no JSON is a text.
 */
void daemon_set(const char *path, const char *value);

/* False, with the reason in the record, when it does not start. */
bool daemon_start(void);
/* As SIGTERM, SIGKILL and SIGUSR1 do. */
void daemon_stop(void);
void daemon_kill(void);
void daemon_log_statistics(void);
/* Into the record, without the lines that say what each is. */
void daemon_write_metrics(void);
/* The line that the service manager was told last. */
const char *daemon_told(void);
/* As SIGHUP does it, with what was set since the start. */
void daemon_reload(void);

#endif
