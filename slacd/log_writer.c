/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/log_writer.h"

#include "slacd/log_sink.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Enough for the fields of a line to the journal and for what libsystemd does with them. */
#define STACK_OCTETS (256u * 1024u)

struct log_writer {
	pthread_t thread;
	pthread_mutex_t lock; /* of what follows up to the ring */
	pthread_cond_t changed;
	bool stopping;
	bool done;      /* the thread has written everything */
	bool abandoned; /* nobody waits for it any more */
	struct log_ring ring;
	struct log_sink sink;         /* of the thread */
	uint64_t lost_untold;         /* of the thread: lines lost since the last one that was written */
	_Atomic uint64_t lost_in_all; /* written by the thread */
};

/* --- the thread --- */

static bool write_lost(struct log_writer *writer)
{
	struct log_record record = {.level = LOG_LEVEL_WARN};
	char text[LOG_TEXT_MAX];

	const int len = snprintf(
		text, sizeof(text), "Lines of the log could not be written and were dropped. count=%llu total=%llu",
		(unsigned long long)writer->lost_untold, (unsigned long long)atomic_load(&writer->lost_in_all));
	record.len = (uint16_t)len;
	clock_utc_text(record.utc);
	return log_sink_write(&writer->sink, &record, text);
}

static void lose(struct log_writer *writer, uint64_t lines)
{
	writer->lost_untold += lines;
	writer->lost_in_all += lines;
}

static void tell_lost(struct log_writer *writer)
{
	if (writer->lost_untold > 0 && write_lost(writer))
		writer->lost_untold = 0;
}

static void write_record(struct log_writer *writer, const struct log_record *record)
{
	lose(writer, record->lost_before);
	tell_lost(writer);
	if (!log_sink_write(&writer->sink, record, record->text))
		lose(writer, 1);
}

uint64_t log_writer_lost(const struct log_writer *writer)
{
	return writer->lost_in_all;
}

static void destroy(struct log_writer *writer)
{
	pthread_cond_destroy(&writer->changed);
	pthread_mutex_destroy(&writer->lock);
	free(writer);
}

/* The lock is held. */
static void write_next(struct log_writer *writer)
{
	const struct log_record *record = log_ring_first(&writer->ring);
	const uint64_t lost = record == NULL ? log_ring_take_lost(&writer->ring) : 0;

	/* The record stays where it is: only this thread removes it. */
	pthread_mutex_unlock(&writer->lock);
	if (record != NULL) {
		write_record(writer, record);
	} else {
		lose(writer, lost);
		tell_lost(writer);
	}
	pthread_mutex_lock(&writer->lock);
	if (record != NULL)
		log_ring_remove_first(&writer->ring);
}

static void *run(void *context)
{
	struct log_writer *writer = context;

	pthread_mutex_lock(&writer->lock);
	for (;;) {
		if (log_ring_first(&writer->ring) != NULL || writer->ring.lost > 0)
			write_next(writer);
		else if (writer->stopping)
			break;
		else
			pthread_cond_wait(&writer->changed, &writer->lock);
	}
	pthread_mutex_unlock(&writer->lock);
	tell_lost(writer);
	pthread_mutex_lock(&writer->lock);
	writer->done = true;
	const bool abandoned = writer->abandoned;
	pthread_cond_signal(&writer->changed);
	pthread_mutex_unlock(&writer->lock);
	if (abandoned)
		destroy(writer);
	return NULL;
}

/* --- the event loop --- */

static void init_condition(pthread_cond_t *condition)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(condition, &attributes);
	pthread_condattr_destroy(&attributes);
}

/* The thread takes no signals: a closed reader is an error of write() to it, and the event loop's are not its own. */
static bool start_thread(struct log_writer *writer)
{
	pthread_attr_t attributes;
	sigset_t all;
	sigset_t before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_OCTETS);
	const int error = pthread_create(&writer->thread, &attributes, run, writer);
	pthread_attr_destroy(&attributes);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error == 0)
		pthread_setname_np(writer->thread, "log");
	return error == 0;
}

struct log_writer *log_writer_new(int fd)
{
	struct log_writer *writer = calloc(1, sizeof(*writer));

	if (writer == NULL)
		return NULL;
	log_sink_init(&writer->sink, fd);
	pthread_mutex_init(&writer->lock, NULL);
	init_condition(&writer->changed);
	return writer;
}

bool log_writer_start(struct log_writer *writer)
{
	return start_thread(writer);
}

void log_writer_write_all(struct log_writer *writer)
{
	pthread_mutex_lock(&writer->lock);
	while (log_ring_first(&writer->ring) != NULL || writer->ring.lost > 0)
		write_next(writer);
	pthread_mutex_unlock(&writer->lock);
	destroy(writer);
}

void log_writer_add(struct log_writer *writer, const struct log_record *record, const char *text)
{
	pthread_mutex_lock(&writer->lock);
	log_ring_add(&writer->ring, record, text);
	pthread_cond_signal(&writer->changed);
	pthread_mutex_unlock(&writer->lock);
}

bool log_writer_uses_fields(const struct log_writer *writer)
{
	return writer->sink.journal;
}

static struct timespec after_ms(unsigned ms)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	time.tv_nsec += (long)(ms % 1000) * 1000000;
	time.tv_sec += (time_t)(ms / 1000) + time.tv_nsec / 1000000000;
	time.tv_nsec %= 1000000000;
	return time;
}

bool log_writer_stop(struct log_writer *writer, unsigned timeout_ms)
{
	const struct timespec until = after_ms(timeout_ms);
	int error = 0;

	pthread_mutex_lock(&writer->lock);
	writer->stopping = true;
	pthread_cond_signal(&writer->changed);
	while (!writer->done && error == 0)
		error = pthread_cond_timedwait(&writer->changed, &writer->lock, &until);
	const bool done = writer->done;
	writer->abandoned = !done;
	const pthread_t thread = writer->thread;
	pthread_mutex_unlock(&writer->lock);
	if (!done) {
		pthread_detach(thread);
		return false;
	}
	pthread_join(thread, NULL);
	destroy(writer);
	return true;
}
