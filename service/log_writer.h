/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thread "log", which writes the lines. The event loop only puts them into a bounded ring (log_ring.h), behind a
 * mutex that is held for a copy of one line; it never waits for whoever reads the log.
 *
 *     event loop --> log_writer_add --> ring --condition--> thread "log" --> log_sink_write
 *
 * Why a thread. Standard error is shared: O_NONBLOCK belongs to the open file and would be set for every other process
 * that has it, the shell included. Opening /proc/self/fd/2 anew gives an open file of one's own, but not for a socket
 * (journal, ssh), nor for a service that may not open the terminal or pipe of its starter. poll() says nothing about a
 * file on a disk that hangs, and of a pipe not how much fits. And sd_journal_sendv waits while the journal's socket is
 * full. A thread that may block is right for all of them. It costs no wake-up while nothing is logged.
 *
 * The thread is woken once for the lines of a turn of the event loop (log_hold), and gives a descriptor as many of them in one
 * write as a pipe takes in one piece.
 *
 * What does not fit is dropped and counted, and the count is written as a line at its place among the others. So are
 * lines that cannot be written (no space, no reader), as soon as one can.
 */
#ifndef SERVICE_LOG_WRITER_H
#define SERVICE_LOG_WRITER_H

#include "service/log_ring.h"

struct log_writer;

/* Lines are kept for fd until the thread is there. NULL without memory. */
struct log_writer *log_writer_new(int fd);
/* Starts the thread. False where there can be none. */
bool log_writer_start(struct log_writer *writer);
/* The lines that are kept are written here and now; it is freed. For where log_writer_start was not called, or failed. */
void log_writer_write_all(struct log_writer *writer);

/*
 * Hands a line over (log_ring_add), which is written after log_writer_wake. Neither waits for the reader. Both may be
 * called on any thread.
 */
void log_writer_add(struct log_writer *writer, const struct log_record *record, const char *text);
void log_writer_wake(struct log_writer *writer);

/*
 * For a process that dies: wakes the thread, and waits until all is written, at most timeout_ms. Takes no lock: it is for a
 * handler of the signal that ends the process, whatever it has interrupted.
 */
void log_writer_write_last(struct log_writer *writer, unsigned timeout_ms);

/* Lines that were dropped, also while the thread waits for a reader. May be called on any thread. */
uint64_t log_writer_lost(const struct log_writer *writer);

/* The fields of a line are used: lines go to the journal. */
bool log_writer_uses_fields(const struct log_writer *writer);
/* Whether lines go to the journal as text only, since libsystemd cannot be loaded. */
bool log_writer_lacks_library(const struct log_writer *writer);

/*
 * Waits until what was handed over is written, at most timeout_ms, and ends the thread. Where that is not enough, the
 * thread is left behind with the lines that nobody reads; it frees what it owns should it ever come back. False then.
 */
bool log_writer_stop(struct log_writer *writer, unsigned timeout_ms);

#endif
