/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/fleet/fleet_log.h"

#include "service/clock.h"
#include "service/log_text.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_SIZE 1200

struct fleet_log {
	char *path;
	char *older;
	size_t max;
	size_t used;
	int fd; /* -1: it is not open */
	uint64_t lost;
};

static void reopen(struct fleet_log *log)
{
	struct stat status;

	log->fd = open(log->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	log->used = log->fd >= 0 && fstat(log->fd, &status) == 0 ? (size_t)status.st_size : 0;
}

struct fleet_log *fleet_log_new(const char *path, size_t max)
{
	struct fleet_log *log = calloc(1, sizeof(*log));

	if (log == NULL)
		return NULL;
	log->fd = -1;
	log->max = max;
	log->path = strdup(path);
	if (log->path == NULL || asprintf(&log->older, "%s.1", path) < 0) {
		log->older = NULL;
		fleet_log_free(log);
		return NULL;
	}
	reopen(log);
	return log;
}

void fleet_log_free(struct fleet_log *log)
{
	if (log == NULL)
		return;
	if (log->fd >= 0)
		close(log->fd);
	free(log->path);
	free(log->older);
	free(log);
}

/* Whole or not at all: of a line that was cut by a full disk the rest is taken back. */
static bool put(struct fleet_log *log, const char *line, size_t len)
{
	const ssize_t n = log->fd >= 0 ? write(log->fd, line, len) : -1;

	if (n == (ssize_t)len) {
		log->used += len;
		return true;
	}
	if (n > 0 && ftruncate(log->fd, (off_t)log->used) != 0)
		log->used += (size_t)n;
	return false;
}

static void write_line(struct fleet_log *log, const char *line, size_t len)
{
	char said[96];

	if (log->fd >= 0 && log->used + len > log->max) {
		close(log->fd);
		log->fd = -1;
		rename(log->path, log->older);
	}
	if (log->fd < 0)
		reopen(log);
	if (log->lost > 0) {
		const int n = snprintf(said, sizeof(said), "keeper: %llu lines could not be written\n",
				       (unsigned long long)log->lost);
		log->lost = put(log, said, (size_t)n) ? 0 : log->lost;
	}
	log->lost += !put(log, line, len);
}

void fleet_log_line(struct fleet_log *log, const char *program, unsigned connector, const char *text, size_t len)
{
	char at[CLOCK_TEXT_SIZE];
	char line[LINE_SIZE];
	int used;

	clock_utc_text(clock_wall_us(), at);
	if (connector > 0)
		used = snprintf(line, sizeof(line), "%s %s %u: ", at, program, connector);
	else
		used = snprintf(line, sizeof(line), "%s %s: ", at, program);
	size_t all = (size_t)used + log_text_copy(line + used, sizeof(line) - (size_t)used - 1, text, len);
	line[all++] = '\n';
	write_line(log, line, all);
}

void fleet_log_say(struct fleet_log *log, const char *format, ...)
{
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	fleet_log_line(log, "keeper", 0, text, strlen(text));
}
