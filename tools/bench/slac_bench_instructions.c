/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/slac_bench_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define FEW  10
#define MANY 110

/* Plays so many in a valgrind that counts what outlet_input executes; 0, or an error. */
static int play(const struct bench *bench, const char *kind, unsigned count, unsigned long *instructions)
{
	char out[512], out_option[544], number[16];
	/* Valgrind counts each octet that a repeated string instruction moves: plain copies are compared. */
	char *const environment[] = {"GLIBC_TUNABLES=glibc.cpu.hwcaps=-ERMS,-FSRM", NULL};
	char *const argv[] = {"valgrind",
			      "--tool=callgrind",
			      "--toggle-collect=outlet_input",
			      out_option,
			      (char *)bench->options->outlet,
			      (char *)kind,
			      number,
			      NULL};
	posix_spawn_file_actions_t actions;
	int status = 0;
	pid_t pid;

	snprintf(out, sizeof(out), "%s/callgrind", bench->options->directory);
	snprintf(out_option, sizeof(out_option), "--callgrind-out-file=%s", out);
	snprintf(number, sizeof(number), "%u", count);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	int error = posix_spawnp(&pid, "valgrind", &actions, NULL, argv, environment);
	posix_spawn_file_actions_destroy(&actions);
	if (error != 0)
		return error;
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return ECHILD;
	return process_read_value(out, "summary", instructions) ? 0 : ENODATA;
}

bool bench_instructions(struct bench *bench)
{
	static const struct {
		const char *kind, *name;
		unsigned frames;
	} played[] = {
		{"match", "a match: plug, keys, 26 frames, unplug", 1},
		{"run", "a frame of a car or its modem", BENCH_RUN_FRAMES},
		{"unknown", "a foreign frame: unknown MME", 1},
		{"parm", "a foreign frame: CM_SLAC_PARM.REQ of 40 cars", 1},
		{"sound", "a foreign frame: sound of 40 cars", 1},
		{"vendor", "a foreign frame: vendor's", 1},
	};

	for (size_t i = 0; i < sizeof(played) / sizeof(played[0]); i++) {
		unsigned long few = 0, many = 0;
		int error = play(bench, played[i].kind, FEW, &few);
		if (error == ENOENT) {
			printf("valgrind is not installed: not measured\n");
			return true;
		}
		if (error != 0 || play(bench, played[i].kind, MANY, &many) != 0)
			return bench_fail("the outlet could not be played in callgrind");
		table_add(&bench->table, &(const struct bench_figure){.name = played[i].name,
								      .unit = "",
								      .slacd = (double)(many - few) / (MANY - FEW) /
									       played[i].frames});
	}
	return true;
}
