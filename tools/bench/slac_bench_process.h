/* SPDX-License-Identifier: Apache-2.0 */
/* The slacd under test as a process: started, looked at from outside, ended. */
#ifndef TOOLS_BENCH_SLAC_BENCH_PROCESS_H
#define TOOLS_BENCH_SLAC_BENCH_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct bench_process {
	pid_t pid;
	uint64_t exec_ns; /* just before it was started */
};

/* What to start, and how. */
struct bench_command {
	const char *program;
	const char *directory; /* holds parameters.json and limits.json, takes slacd.log */
	int mqtt_port;
	const char *preload;    /* library for LD_PRELOAD, or NULL; with it, sessions are recorded */
	const char *count_file; /* for that library */
};

struct bench_memory {
	unsigned long rss_kib;
	unsigned long anonymous_kib;
};

bool process_start(struct bench_process *process, const struct bench_command *command);
/* SIGTERM, and waits for the end. False when it did not exit with 0. */
bool process_stop(struct bench_process *process);

/* The number behind "key:" in a file, as those of /proc; false without it. */
bool process_read_value(const char *path, const char *key, unsigned long *value);
/* CPU time of all threads so far, living and ended. */
bool process_cpu_ns(const struct bench_process *process, uint64_t *ns);
bool process_memory(const struct bench_process *process, struct bench_memory *memory);
/* Context switches of all living threads so far that another process forced upon them. */
bool process_preemptions(const struct bench_process *process, unsigned long *preemptions);
unsigned process_descriptors(const struct bench_process *process);
/* How often a thread went to sleep on its own, hence was woken, and how many threads there are. */
bool process_wakeups(const struct bench_process *process, unsigned long *wakeups, unsigned *threads);

#endif
