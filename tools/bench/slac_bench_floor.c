/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/slac_bench_floor.h"

#include "tools/bench/slac_bench_samples.h"

#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

bool floor_start(struct bench_process *process, const char *program, const char *interface)
{
	char *const argv[] = {(char *)program, (char *)interface, NULL};
	char *const environment[] = {NULL};

	process->exec_ns = bench_now_ns();
	int error = posix_spawn(&process->pid, program, NULL, NULL, argv, environment);
	if (error != 0)
		fprintf(stderr, "slac-bench: %s: %s\n", program, strerror(error));
	return error == 0;
}

void floor_stop(struct bench_process *process)
{
	if (process->pid <= 0)
		return;
	kill(process->pid, SIGKILL);
	waitpid(process->pid, NULL, 0);
	process->pid = 0;
}
