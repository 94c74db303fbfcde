/* SPDX-License-Identifier: Apache-2.0 */
/* Processes: keepers, which live on without whoever started them, and a keeper's programs, which do not. */
#ifndef TOOLS_FLEET_FLEET_PROCESS_H
#define TOOLS_FLEET_FLEET_PROCESS_H

#include "tools/fleet/fleet.h"

#include <sys/types.h>

/* A program with pipes to its standard input, and from its standard output and error. Both do not block. */
struct fleet_child {
	pid_t pid;
	int input;
	int output;
};

/*
 * Starts a program in a process group of its own that dies with this process, whatever it dies of (PR_SET_PDEATHSIG).
 * `network` is a descriptor of the network namespace that it is to live in, -1: this one. Of the environment it is given
 * nothing that would change settings. False with errno. A program that cannot be executed exits with
 * FLEET_EXIT_NOT_EXECUTED.
 */
#define FLEET_EXIT_NOT_EXECUTED 127
bool fleet_process_start(const char *program, char *const argv[], int network, struct fleet_child *child);
/* Runs a program that reads `input` and waits for its end. False: it did not exit with 0. */
bool fleet_process_run(char *const argv[], int network, const char *input);

/*
 * Starts a process in a session of its own, which lives on; what it says on standard error goes to the file
 * `complaints`, which is written anew, and in which there is room for it. 0 with errno.
 */
pid_t fleet_process_detach(const char *program, char *const argv[], const char *complaints);

/*
 * So many files and pipes may be open from now on. False, with what was expected in `error`: the system allows less.
 */
bool fleet_process_allow_descriptors(unsigned long needed, char error[FLEET_ERROR_SIZE]);

/* "exit code 1", "signal 9 (Killed)" */
void fleet_process_end_text(int status, char *out, size_t size);

#endif
