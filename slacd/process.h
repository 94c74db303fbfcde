/* SPDX-License-Identifier: Apache-2.0 */
/* What this process may do, and what others may see of it. */
#ifndef SLACD_PROCESS_H
#define SLACD_PROCESS_H

#include <stdbool.h>

/* Whoever starts slacd as root gets a service that runs as this user. */
#define PROCESS_USER       "slacd"
#define PROCESS_ERROR_SIZE 384

/*
 * Keeps CAP_NET_RAW, where the process has it, and nothing else: the raw sockets of interfaces are opened again and again.
 * Started as root it becomes PROCESS_USER, with the groups of that user; with `stays_root` root keeps everything. False,
 * and `error` names the remedy, when that is not possible: then the process must end, its rights are not defined.
 *
 * It is about the calling thread: to be called before another one is started, and after what only root can read.
 */
bool process_give_up_rights(bool stays_root, char error[PROCESS_ERROR_SIZE]);

/*
 * The session key is in memory: no core file, also not through a helper program, no other process of the same user reads
 * it, and no program that is started gets more rights. To be called after process_give_up_rights.
 */
void process_protect(void);

#endif
