/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where lines of the log end up: a descriptor, in the classic form of one line an event, or the journal of systemd with
 * a priority and fields. Both block while nobody takes what is written; the log's own thread calls them (log_writer.h).
 */
#ifndef SERVICE_LOG_SINK_H
#define SERVICE_LOG_SINK_H

#include "service/log_ring.h"

/* PIPE_BUF of Linux: a write of so many octets to a pipe is not mixed with those of others. */
#define LOG_SINK_OCTETS 4096

struct log_sink {
	int fd;
	bool colour;        /* fd is a terminal */
	bool journal;       /* fd leads to the journal, and libsystemd was found when slacd was built and now */
	bool lacks_library; /* fd leads to the journal, and libsystemd, known when slacd was built, cannot be loaded */
};

/*
 * Looks once what fd is. It leads to the journal when JOURNAL_STREAM names its device and inode, as systemd sets it for
 * the output of a service.
 */
void log_sink_init(struct log_sink *sink, int fd);

/*
 * Writes one line, in one piece. Waits until it is taken, also where somebody made fd non-blocking. False: it could not be
 * written (the disk is full, the reader is gone).
 */
bool log_sink_write(const struct log_sink *sink, const struct log_record *record, const char *text);

/* For a descriptor: the line with its newline, as log_sink_write has it; returns its length. */
size_t log_sink_line(const struct log_sink *sink, const struct log_record *record, const char *text,
		     char out[LOG_SINK_OCTETS]);
/* Writes whole lines. How many octets were taken: with less than len, the rest could not be written. */
size_t log_sink_write_lines(const struct log_sink *sink, const char *lines, size_t len);

#endif
