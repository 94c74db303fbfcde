/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/history/history_writer.h"

#include "service/clock.h"
#include "service/worker.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

struct history_writer {
	struct worker worker;
	struct history_keeper *keeper;
	const struct history_batch *batch; /* to keep; under the worker's lock. NULL: none */
	int is_safe;                       /* eventfd */
	struct event *event;               /* of it */
	void (*safe)(void *context);
	void *context;
};

/* --- the thread --- */

static void wait_until(struct history_writer *writer, uint64_t until_us)
{
	const struct timespec until = {.tv_sec = (time_t)(until_us / 1000000),
				       .tv_nsec = (long)(until_us % 1000000) * 1000};

	if (until_us == HISTORY_KEEPER_NEVER)
		pthread_cond_wait(&writer->worker.changed, &writer->worker.lock);
	else
		pthread_cond_timedwait(&writer->worker.changed, &writer->worker.lock, &until);
}

/* Tries to keep the batch. Returns when the thread is to go on at the latest. */
static uint64_t keep(struct history_writer *writer, const struct history_batch *batch)
{
	const uint64_t one = 1;
	const uint64_t now_us = clock_now_us();

	if (!history_keeper_take(writer->keeper, batch, now_us))
		return now_us + HISTORY_WRITER_AGAIN_MS * 1000u;
	pthread_mutex_lock(&writer->worker.lock);
	writer->batch = NULL;
	pthread_mutex_unlock(&writer->worker.lock);
	/* It can always be written: one batch is told at a time. */
	if (write(writer->is_safe, &one, sizeof(one)) < 0)
		abort();
	return now_us;
}

static void *run(void *context)
{
	struct history_writer *writer = context;
	uint64_t again_us = 0; /* what cannot be kept is not tried before */

	pthread_mutex_lock(&writer->worker.lock);
	while (!writer->worker.stopping) {
		const struct history_batch *batch = writer->batch;
		pthread_mutex_unlock(&writer->worker.lock);
		if (batch != NULL && clock_now_us() >= again_us)
			again_us = keep(writer, batch);
		uint64_t until_us = history_keeper_work(writer->keeper, clock_now_us());
		pthread_mutex_lock(&writer->worker.lock);
		if (writer->batch != NULL && again_us < until_us)
			until_us = again_us;
		if (!writer->worker.stopping && until_us > clock_now_us())
			wait_until(writer, until_us);
	}
	pthread_mutex_unlock(&writer->worker.lock);
	history_keeper_end(writer->keeper);
	worker_finish(&writer->worker);
	return NULL;
}

/* --- the event loop --- */

static void on_safe(evutil_socket_t fd, short what, void *context)
{
	struct history_writer *writer = context;
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof(count)) > 0)
		writer->safe(writer->context);
}

static void free_writer(struct history_writer *writer)
{
	if (writer->event != NULL)
		event_free(writer->event);
	if (writer->is_safe >= 0)
		close(writer->is_safe);
	worker_destroy(&writer->worker);
	free(writer);
}

struct history_writer *history_writer_new(struct event_base *base, struct history_keeper *keeper,
					  void (*safe)(void *context), void *context)
{
	struct history_writer *writer = calloc(1, sizeof(*writer));

	if (writer == NULL)
		return NULL;
	writer->keeper = keeper;
	writer->safe = safe;
	writer->context = context;
	worker_init(&writer->worker);
	writer->is_safe = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (writer->is_safe >= 0)
		writer->event = event_new(base, writer->is_safe, EV_READ | EV_PERSIST, on_safe, writer);
	if (writer->event != NULL && event_add(writer->event, NULL) == 0 &&
	    worker_start(&writer->worker, "database", run, writer))
		return writer;
	free_writer(writer);
	return NULL;
}

void history_writer_give(struct history_writer *writer, const struct history_batch *batch)
{
	pthread_mutex_lock(&writer->worker.lock);
	writer->batch = batch;
	pthread_cond_signal(&writer->worker.changed);
	pthread_mutex_unlock(&writer->worker.lock);
}

bool history_writer_stop(struct history_writer *writer, unsigned timeout_ms)
{
	if (!worker_stop(&writer->worker, timeout_ms))
		return false;
	free_writer(writer);
	return true;
}
