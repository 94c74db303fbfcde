/* SPDX-License-Identifier: Apache-2.0 */
#include "service/log_sink.h"

#include "service/clock.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef SLACD_JOURNAL
#include <dlfcn.h>
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>
#endif

/* Of what stands around name and text: time, level, its two colours, spaces, colon and newline. */
#define LINE_REST (27 + 5 + 9 + 5)

_Static_assert(LOG_TEXT_MAX + LOG_NAME_MAX + LINE_REST <= LOG_SINK_OCTETS, "a whole line has room");

/* In a column of their own. */
static const char *const levels[] = {" TRACE", " DEBUG", "  INFO", "  WARN", " ERROR"};
static const char *const coloured_levels[] = {" \033[35mTRACE\033[0m", " \033[34mDEBUG\033[0m", " \033[32m INFO\033[0m",
					      " \033[33m WARN\033[0m", " \033[31mERROR\033[0m"};

#ifdef SLACD_JOURNAL

static bool leads_to_journal(int fd)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device;
	unsigned long long inode;
	struct stat info;

	return stream != NULL && sscanf(stream, "%llu:%llu", &device, &inode) == 2 && fstat(fd, &info) == 0 &&
	       info.st_dev == device && info.st_ino == inode;
}

/*
 * libsystemd is loaded where lines go to the journal, and only there: it brings seven more libraries, which any other start
 * would wait for and keep in memory.
 */
#define LIBSYSTEMD "libsystemd.so.0"

static int (*send_to_journal)(const struct iovec *fields, int count);

static bool load_journal(void)
{
	void *library = dlopen(LIBSYSTEMD, RTLD_NOW | RTLD_LOCAL);

	if (library == NULL)
		return false;
	/* The way that POSIX names for a function. */
	*(void **)&send_to_journal = dlsym(library, "sd_journal_sendv");
	return send_to_journal != NULL;
}

#define FIELD_TEXT_SIZE (LOG_TEXT_MAX + 32)

static struct iovec part(char *out, const char *name, const char *text, size_t len)
{
	const int used = snprintf(out, FIELD_TEXT_SIZE, "%s=%.*s", name, (int)len, text);

	return (struct iovec){.iov_base = out, .iov_len = (size_t)used};
}

static bool write_journal(const struct log_record *record, const char *text)
{
	static const char *const names[LOG_FIELDS] = {
		[LOG_FIELD_EVSE_ID] = "EVSE_ID",
		[LOG_FIELD_REASON] = "REASON",
		[LOG_FIELD_RUN_ID] = "RUN_ID",
		[LOG_FIELD_EV_MAC] = "EV_MAC",
	};
	/* Of syslog: debug, debug, info, warning, error. */
	static const char *const priorities[] = {"7", "7", "6", "4", "3"};
	char fields[3 + LOG_FIELDS][FIELD_TEXT_SIZE];
	struct iovec parts[3 + LOG_FIELDS];
	int count = 0;

	parts[count] = part(fields[count], "MESSAGE", text, record->len);
	count++;
	parts[count] = part(fields[count], "PRIORITY", priorities[record->level], 1);
	count++;
	parts[count] = part(fields[count], "SYSLOG_IDENTIFIER", log_name(), strlen(log_name()));
	count++;
	for (int i = 0; i < LOG_FIELDS; i++) {
		const struct log_place *place = &record->fields[i];
		if (place->len == 0)
			continue;
		parts[count] = part(fields[count], names[i], text + place->start, place->len);
		count++;
	}
	return send_to_journal(parts, count) >= 0;
}

#else

static bool leads_to_journal(int fd)
{
	(void)fd;
	return false;
}

static bool load_journal(void)
{
	return false;
}

static bool write_journal(const struct log_record *record, const char *text)
{
	(void)record;
	(void)text;
	return false;
}

#endif

void log_sink_init(struct log_sink *sink, int fd)
{
	const bool is_journal = leads_to_journal(fd);

	*sink = (struct log_sink){.fd = fd, .colour = isatty(fd) == 1, .journal = is_journal && load_journal()};
	sink->lacks_library = is_journal && !sink->journal;
}

/* Whoever shares the descriptor may have made it non-blocking: then it is waited for here. */
static bool wait_for_room(int fd)
{
	struct pollfd room = {.fd = fd, .events = POLLOUT};

	return poll(&room, 1, -1) >= 0 || errno == EINTR;
}

size_t log_sink_write_lines(const struct log_sink *sink, const char *lines, size_t len)
{
	size_t taken = 0;

	while (taken < len) {
		const ssize_t written = write(sink->fd, lines + taken, len - taken);
		if (written >= 0)
			taken += (size_t)written;
		else if (errno != EINTR && (errno != EAGAIN || !wait_for_room(sink->fd)))
			break;
	}
	return taken;
}

static char *append(char *at, const char *text, size_t len)
{
	memcpy(at, text, len);
	return at + len;
}

size_t log_sink_line(const struct log_sink *sink, const struct log_record *record, const char *text,
		     char out[LOG_SINK_OCTETS])
{
	const char *level = (sink->colour ? coloured_levels : levels)[record->level];
	char *end = out;

	clock_utc_text(record->wall_us, out);
	end += strlen(out);
	end = append(end, level, strlen(level));
	*end++ = ' ';
	end = append(end, log_name(), strnlen(log_name(), LOG_NAME_MAX));
	end = append(end, ": ", 2);
	end = append(end, text, record->len);
	*end++ = '\n';
	return (size_t)(end - out);
}

bool log_sink_write(const struct log_sink *sink, const struct log_record *record, const char *text)
{
	char line[LOG_SINK_OCTETS];

	if (sink->journal)
		return write_journal(record, text);
	const size_t len = log_sink_line(sink, record, text, line);
	return log_sink_write_lines(sink, line, len) == len;
}
