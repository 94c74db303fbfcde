/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/slac_bench_process.h"

#include "tools/bench/slac_bench_malloc.h"
#include "tools/bench/slac_bench_samples.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATH_SIZE        512
#define ENVIRONMENT_SIZE 4

/* A small environment of its own: what the caller's shell exports would change slacd's settings. */
static bool spawn(struct bench_process *process, const struct bench_command *command, char *const argv[],
		  char *const environment[])
{
	posix_spawn_file_actions_t actions;
	char log[PATH_SIZE];

	snprintf(log, sizeof(log), "%s/slacd.log", command->directory);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	process->exec_ns = bench_now_ns();
	int error = posix_spawn(&process->pid, command->program, &actions, NULL, argv, environment);
	posix_spawn_file_actions_destroy(&actions);
	if (error != 0)
		fprintf(stderr, "slac-bench: %s: %s\n", command->program, strerror(error));
	return error == 0;
}

bool process_start(struct bench_process *process, const struct bench_command *command)
{
	char config[PATH_SIZE], parameters[PATH_SIZE], limits[PATH_SIZE], preload[PATH_SIZE], count_file[PATH_SIZE],
		records[PATH_SIZE], port[16];
	char *environment[ENVIRONMENT_SIZE] = {NULL};
	char *argv[] = {(char *)command->program,
			"--no-drop",
			"--mqtt-host",
			"127.0.0.1",
			"--mqtt-port",
			port,
			"--cs-config-file",
			parameters,
			"--cs-limits-file",
			limits,
			"--config",
			config,
			NULL};

	snprintf(port, sizeof(port), "%d", command->mqtt_port);
	snprintf(config, sizeof(config), "%s/slacd.json", command->directory);
	snprintf(parameters, sizeof(parameters), "%s/parameters.json", command->directory);
	snprintf(limits, sizeof(limits), "%s/limits.json", command->directory);
	if (command->preload != NULL) {
		snprintf(preload, sizeof(preload), "LD_PRELOAD=%s", command->preload);
		snprintf(count_file, sizeof(count_file), MALLOC_COUNT_FILE "=%s", command->count_file);
		environment[0] = preload;
		environment[1] = count_file;
		/* As systemd has it: what recording allocates is counted, too. */
		snprintf(records, sizeof(records), "STATE_DIRECTORY=%s", command->directory);
		environment[2] = records;
	}
	return spawn(process, command, argv, environment);
}

bool process_stop(struct bench_process *process)
{
	int status = 0;

	if (process->pid <= 0)
		return false;
	kill(process->pid, SIGTERM);
	waitpid(process->pid, &status, 0);
	process->pid = 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	fprintf(stderr, "slac-bench: slacd did not end well\n");
	return false;
}

bool process_cpu_ns(const struct bench_process *process, uint64_t *ns)
{
	struct timespec time;
	clockid_t clock;

	if (clock_getcpuclockid(process->pid, &clock) != 0 || clock_gettime(clock, &time) != 0)
		return false;
	*ns = (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
	return true;
}

bool process_read_value(const char *path, const char *key, unsigned long *value)
{
	FILE *file = fopen(path, "re");
	size_t key_len = strlen(key);
	char line[256];
	bool found = false;

	if (file == NULL)
		return false;
	while (!found && fgets(line, sizeof(line), file) != NULL) {
		if (strncmp(line, key, key_len) != 0 || line[key_len] != ':')
			continue;
		*value = strtoul(line + key_len + 1, NULL, 10);
		found = true;
	}
	fclose(file);
	return found;
}

bool process_memory(const struct bench_process *process, struct bench_memory *memory)
{
	char path[64];

	/* Counted page by page, unlike status, whose sums may lag behind. */
	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)process->pid);
	return process_read_value(path, "Rss", &memory->rss_kib) &&
	       process_read_value(path, "Anonymous", &memory->anonymous_kib);
}

/* The sum over all threads of what `keys` name in their status. */
static bool sum_of_threads(const struct bench_process *process, const char *const *keys, unsigned long *sum,
			   unsigned *threads)
{
	char path[PATH_SIZE];
	const struct dirent *entry;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)process->pid);
	DIR *directory = opendir(path);
	if (directory == NULL)
		return false;
	*sum = 0;
	*threads = 0;
	while ((entry = readdir(directory)) != NULL) {
		unsigned long value;
		if (entry->d_name[0] == '.')
			continue;
		(*threads)++;
		snprintf(path, sizeof(path), "/proc/%d/task/%.32s/status", (int)process->pid, entry->d_name);
		for (const char *const *key = keys; *key != NULL; key++)
			*sum += process_read_value(path, *key, &value) ? value : 0;
	}
	closedir(directory);
	return *threads > 0;
}

bool process_wakeups(const struct bench_process *process, unsigned long *wakeups, unsigned *threads)
{
	static const char *const keys[] = {"voluntary_ctxt_switches", NULL};

	return sum_of_threads(process, keys, wakeups, threads);
}

bool process_preemptions(const struct bench_process *process, unsigned long *preemptions)
{
	static const char *const keys[] = {"nonvoluntary_ctxt_switches", NULL};
	unsigned threads;

	return sum_of_threads(process, keys, preemptions, &threads);
}

unsigned process_descriptors(const struct bench_process *process)
{
	char path[64];
	const struct dirent *entry;
	unsigned count = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)process->pid);
	DIR *directory = opendir(path);
	while (directory != NULL && (entry = readdir(directory)) != NULL)
		count += entry->d_name[0] != '.';
	if (directory != NULL)
		closedir(directory);
	return count;
}
