/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/fleet/fleet_process.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define KEPT_MAX        12
#define COMPLAINTS_ROOM 4096

extern char **environ;

/* What the loader, the C library and sanitizers read. */
static const char *const kept[] = {
	"PATH=",          "HOME=",         "TMPDIR=",          "TZ=", "LD_LIBRARY_PATH=", "ASAN_OPTIONS=",
	"UBSAN_OPTIONS=", "LSAN_OPTIONS=", "MALLOC_ARENA_MAX="};

static void choose_environment(char *chosen[KEPT_MAX])
{
	size_t count = 0;

	for (char **variable = environ; *variable != NULL; variable++)
		for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
			if (strncmp(*variable, kept[i], strlen(kept[i])) == 0 && count < KEPT_MAX - 1)
				chosen[count++] = *variable;
	chosen[count] = NULL;
}

/* Between fork and exec: only what is safe in a signal handler. */
static void reset_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGCHLD, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void become(const char *program, char *const argv[], char *const environment[], int input, int output,
		   int network, pid_t parent)
{
	reset_signals();
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* It may have died before that. */
	if (getppid() != parent || (network >= 0 && setns(network, CLONE_NEWNET) != 0) ||
	    dup2(input, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0)
		_exit(FLEET_EXIT_NOT_EXECUTED);
	close_range(STDERR_FILENO + 1, ~0u, 0);
	execve(program, argv, environment);
	_exit(FLEET_EXIT_NOT_EXECUTED);
}

static void close_pipe(int ends[2])
{
	if (ends[0] >= 0)
		close(ends[0]);
	if (ends[1] >= 0)
		close(ends[1]);
}

bool fleet_process_start(const char *program, char *const argv[], int network, struct fleet_child *child)
{
	const pid_t parent = getpid();
	char *environment[KEPT_MAX];
	int input[2] = {-1, -1}, output[2] = {-1, -1};
	pid_t pid = -1;

	choose_environment(environment);
	if (pipe2(input, O_CLOEXEC) == 0 && pipe2(output, O_CLOEXEC) == 0)
		pid = fork();
	if (pid == 0)
		become(program, argv, environment, input[0], output[1], network, parent);
	if (pid < 0) {
		const int why = errno;
		close_pipe(input);
		close_pipe(output);
		errno = why;
		return false;
	}
	close(input[0]);
	close(output[1]);
	/* Only these ends: the program's own may block. */
	fcntl(input[1], F_SETFL, O_NONBLOCK);
	fcntl(output[0], F_SETFL, O_NONBLOCK);
	*child = (struct fleet_child){.pid = pid, .input = input[1], .output = output[0]};
	return true;
}

bool fleet_process_run(char *const argv[], int network, const char *text)
{
	int input[2];
	int status = -1;

	if (pipe2(input, O_CLOEXEC) != 0)
		return false;
	const pid_t pid = fork();
	if (pid == 0) {
		reset_signals();
		if ((network >= 0 && setns(network, CLONE_NEWNET) != 0) || dup2(input[0], STDIN_FILENO) < 0)
			_exit(FLEET_EXIT_NOT_EXECUTED);
		execvp(argv[0], argv);
		_exit(FLEET_EXIT_NOT_EXECUTED);
	}
	close(input[0]);
	const bool was_written = pid > 0 && write(input[1], text, strlen(text)) == (ssize_t)strlen(text);
	close(input[1]);
	return pid > 0 && waitpid(pid, &status, 0) == pid && was_written && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 0;
}

/* On a full disk the process could not say that it is full. File systems that know no such reservation go without. */
static bool has_room(int file)
{
	return fallocate(file, FALLOC_FL_KEEP_SIZE, 0, COMPLAINTS_ROOM) == 0 || errno != ENOSPC;
}

pid_t fleet_process_detach(const char *program, char *const argv[], const char *complaints)
{
	const int file = open(complaints, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	pid_t pid = -1;

	if (file >= 0 && nothing >= 0 && has_room(file))
		pid = fork();
	if (pid == 0) {
		reset_signals();
		if (setsid() < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(nothing, STDOUT_FILENO) < 0 ||
		    dup2(file, STDERR_FILENO) < 0)
			_exit(FLEET_EXIT_NOT_EXECUTED);
		/* A connection to the broker that lived on would keep the last will of this process. */
		close_range(STDERR_FILENO + 1, ~0u, 0);
		execv(program, argv);
		_exit(FLEET_EXIT_NOT_EXECUTED);
	}
	const int why = errno;
	if (file >= 0)
		close(file);
	if (nothing >= 0)
		close(nothing);
	errno = why;
	return pid > 0 ? pid : 0;
}

bool fleet_process_allow_descriptors(unsigned long needed, char error[FLEET_ERROR_SIZE])
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed)
		return true;
	limit.rlim_cur = needed;
	if (limit.rlim_max >= needed && setrlimit(RLIMIT_NOFILE, &limit) == 0)
		return true;
	snprintf(error, FLEET_ERROR_SIZE, "expected %lu open files to be allowed, not %lu (ulimit -Hn)", needed,
		 (unsigned long)limit.rlim_max);
	return false;
}

void fleet_process_end_text(int status, char *out, size_t size)
{
	if (WIFSIGNALED(status))
		snprintf(out, size, "signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) == FLEET_EXIT_NOT_EXECUTED)
		snprintf(out, size, "it could not be executed");
	else
		snprintf(out, size, "exit code %d", WEXITSTATUS(status));
}
