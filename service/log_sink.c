/* SPDX-License-Identifier: Apache-2.0 */
#include "service/log_sink.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef SLACD_JOURNAL
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>
#endif

/* PIPE_BUF of Linux. */
#define LINE_OCTETS 4096

/* Of what stands around name and text: time, level, its two colours, spaces, colon and newline. */
#define LINE_REST (27 + 5 + 9 + 5)

_Static_assert(LOG_TEXT_MAX + LOG_NAME_MAX + LINE_REST <= LINE_OCTETS, "a whole line has room");

static const char *const level_colours[] = {"\033[35m", "\033[34m", "\033[32m", "\033[33m", "\033[31m"};

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
	return sd_journal_sendv(parts, count) >= 0;
}

#else

static bool leads_to_journal(int fd)
{
	(void)fd;
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
	*sink = (struct log_sink){.fd = fd, .colour = isatty(fd) == 1, .journal = leads_to_journal(fd)};
}

/* Whoever shares the descriptor may have made it non-blocking: then it is waited for here. */
static bool wait_for_room(int fd)
{
	struct pollfd room = {.fd = fd, .events = POLLOUT};

	return poll(&room, 1, -1) >= 0 || errno == EINTR;
}

static bool write_all(int fd, const char *octets, size_t len)
{
	while (len > 0) {
		const ssize_t written = write(fd, octets, len);
		if (written >= 0) {
			octets += written;
			len -= (size_t)written;
			continue;
		}
		if (errno != EINTR && (errno != EAGAIN || !wait_for_room(fd)))
			return false;
	}
	return true;
}

bool log_sink_write(const struct log_sink *sink, const struct log_record *record, const char *text)
{
	char line[LINE_OCTETS];

	if (sink->journal)
		return write_journal(record, text);
	const int len = snprintf(line, sizeof(line), "%s %s%5s%s %.*s: %.*s\n", record->utc,
				 sink->colour ? level_colours[record->level] : "", log_level_texts[record->level],
				 sink->colour ? "\033[0m" : "", LOG_NAME_MAX, log_name(), (int)record->len, text);
	return write_all(sink->fd, line, (size_t)len);
}
