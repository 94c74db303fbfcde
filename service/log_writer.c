/* SPDX-License-Identifier: Apache-2.0 */
#include "service/log_writer.h"

#include "service/clock.h"
#include "service/log_sink.h"
#include "service/worker.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct log_writer {
	struct worker worker;
	struct log_ring ring;        /* behind the worker's lock */
	struct log_sink sink;        /* of the thread, as what follows */
	char batch[LOG_SINK_OCTETS]; /* lines that are written at once */
	size_t batch_len;
	uint64_t lost_untold;         /* lines lost since the last one that was written */
	_Atomic uint64_t lost_in_all; /* told or not: a thread that waits for a reader tells nothing */
	_Atomic bool all_written;     /* and the thread waits for more */
};

/* The calling thread wakes the writer's. */
static _Thread_local volatile sig_atomic_t is_waking;

/* --- the thread --- */

static void count_lost(struct log_writer *writer, uint64_t lines)
{
	writer->lost_untold += lines;
	writer->lost_in_all += lines;
}

/* The lines of the batch that the reader did not take as a whole are lost. */
static void write_batch(struct log_writer *writer)
{
	const size_t taken = log_sink_write_lines(&writer->sink, writer->batch, writer->batch_len);
	uint64_t lost = 0;

	for (size_t i = taken; i < writer->batch_len; i++)
		lost += writer->batch[i] == '\n';
	writer->batch_len = 0;
	count_lost(writer, lost);
}

static bool write_lost(struct log_writer *writer)
{
	struct log_record record = {.level = LOG_LEVEL_WARN, .wall_us = clock_wall_us()};
	char text[LOG_TEXT_MAX];

	const int len = snprintf(
		text, sizeof(text), "Lines of the log could not be written and were dropped. count=%llu total=%llu",
		(unsigned long long)writer->lost_untold, (unsigned long long)atomic_load(&writer->lost_in_all));
	record.len = (uint16_t)len;
	return log_sink_write(&writer->sink, &record, text);
}

/* Behind the lines that came before it. */
static void tell_lost(struct log_writer *writer)
{
	write_batch(writer);
	if (writer->lost_untold > 0 && write_lost(writer))
		writer->lost_untold = 0;
}

static void write_record(struct log_writer *writer, const struct log_record *record)
{
	char line[LOG_SINK_OCTETS];

	writer->lost_untold += record->lost_before;
	if (writer->lost_untold > 0)
		tell_lost(writer);
	if (writer->sink.journal) {
		if (!log_sink_write(&writer->sink, record, record->text))
			count_lost(writer, 1);
		return;
	}
	const size_t len = log_sink_line(&writer->sink, record, record->text, line);
	if (writer->batch_len + len > sizeof(writer->batch))
		write_batch(writer);
	memcpy(writer->batch + writer->batch_len, line, len);
	writer->batch_len += len;
}

uint64_t log_writer_lost(const struct log_writer *writer)
{
	return writer->lost_in_all;
}

static void destroy(struct log_writer *writer)
{
	worker_destroy(&writer->worker);
	free(writer);
}

/* Takes the next record, or writes what is gathered. False: there is nothing to do. The lock is held. */
static bool write_next(struct log_writer *writer)
{
	const struct log_record *record = log_ring_first(&writer->ring);
	const uint64_t lost = record == NULL ? log_ring_take_lost(&writer->ring) : 0;

	if (record == NULL && lost == 0 && writer->batch_len == 0)
		return false;
	/* The record stays where it is: only this thread removes it. */
	pthread_mutex_unlock(&writer->worker.lock);
	if (record != NULL) {
		write_record(writer, record);
	} else {
		writer->lost_untold += lost;
		tell_lost(writer);
	}
	pthread_mutex_lock(&writer->worker.lock);
	if (record != NULL)
		log_ring_remove_first(&writer->ring);
	return true;
}

static void *run(void *context)
{
	struct log_writer *writer = context;

	pthread_mutex_lock(&writer->worker.lock);
	for (;;) {
		while (write_next(writer))
			;
		if (writer->worker.stopping)
			break;
		writer->all_written = true;
		pthread_cond_wait(&writer->worker.changed, &writer->worker.lock);
	}
	pthread_mutex_unlock(&writer->worker.lock);
	tell_lost(writer);
	if (worker_finish(&writer->worker))
		destroy(writer);
	return NULL;
}

/* --- the event loop --- */

struct log_writer *log_writer_new(int fd)
{
	struct log_writer *writer = calloc(1, sizeof(*writer));

	if (writer == NULL)
		return NULL;
	log_sink_init(&writer->sink, fd);
	worker_init(&writer->worker);
	return writer;
}

bool log_writer_start(struct log_writer *writer)
{
	return worker_start(&writer->worker, "log", run, writer);
}

void log_writer_write_all(struct log_writer *writer)
{
	pthread_mutex_lock(&writer->worker.lock);
	while (write_next(writer))
		;
	pthread_mutex_unlock(&writer->worker.lock);
	destroy(writer);
}

void log_writer_add(struct log_writer *writer, const struct log_record *record, const char *text)
{
	pthread_mutex_lock(&writer->worker.lock);
	writer->all_written = false;
	if (!log_ring_add(&writer->ring, record, text))
		writer->lost_in_all++;
	pthread_mutex_unlock(&writer->worker.lock);
}

void log_writer_wake(struct log_writer *writer)
{
	/* Not behind the lock, for which the thread would wait at once. What is there to be written was added behind it. */
	is_waking = 1;
	pthread_cond_signal(&writer->worker.changed);
	is_waking = 0;
}

void log_writer_write_last(struct log_writer *writer, unsigned timeout_ms)
{
	const struct timespec moment = {.tv_nsec = 1000000};

	/* What it has interrupted would not let go of the condition. */
	if (!is_waking)
		log_writer_wake(writer);
	for (unsigned ms = 0; ms < timeout_ms && !writer->all_written; ms++)
		nanosleep(&moment, NULL);
}

bool log_writer_uses_fields(const struct log_writer *writer)
{
	return writer->sink.journal;
}

bool log_writer_lacks_library(const struct log_writer *writer)
{
	return writer->sink.lacks_library;
}

bool log_writer_stop(struct log_writer *writer, unsigned timeout_ms)
{
	if (!worker_stop(&writer->worker, timeout_ms))
		return false;
	destroy(writer);
	return true;
}
