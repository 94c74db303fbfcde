/* SPDX-License-Identifier: Apache-2.0 */
#include "service/worker.h"

#include <signal.h>
#include <sys/prctl.h>
#include <time.h>

/* Enough for a line to the journal with its fields, and for what libsystemd does with them; a record needs less. */
#define STACK_OCTETS (256u * 1024u)

static void init_condition(pthread_cond_t *condition)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(condition, &attributes);
	pthread_condattr_destroy(&attributes);
}

void worker_init(struct worker *worker)
{
	worker->stopping = worker->done = worker->abandoned = false;
	pthread_mutex_init(&worker->lock, NULL);
	init_condition(&worker->changed);
}

void worker_destroy(struct worker *worker)
{
	pthread_cond_destroy(&worker->changed);
	pthread_mutex_destroy(&worker->lock);
}

/* It names itself, which is one system call; another thread would write that into a file of /proc. */
static void *run_named(void *context)
{
	const struct worker *worker = context;

	prctl(PR_SET_NAME, worker->name);
	return worker->run(worker->context);
}

/*
 * The thread takes no signals but those of a defect in it: a closed reader is an error of write() to it, and the event
 * loop's are not its own.
 */
bool worker_start(struct worker *worker, const char *name, void *(*run)(void *context), void *context)
{
	static const int of_defects[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV};
	pthread_attr_t attributes;
	sigset_t all;
	sigset_t before;

	worker->name = name;
	worker->run = run;
	worker->context = context;
	sigfillset(&all);
	/* A blocked one would end the process without what the log still has to say. */
	for (size_t i = 0; i < sizeof(of_defects) / sizeof(of_defects[0]); i++)
		sigdelset(&all, of_defects[i]);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_OCTETS);
	const int error = pthread_create(&worker->thread, &attributes, run_named, worker);
	pthread_attr_destroy(&attributes);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error == 0;
}

bool worker_finish(struct worker *worker)
{
	pthread_mutex_lock(&worker->lock);
	worker->done = true;
	const bool abandoned = worker->abandoned;
	pthread_cond_signal(&worker->changed);
	pthread_mutex_unlock(&worker->lock);
	return abandoned;
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

bool worker_stop(struct worker *worker, unsigned timeout_ms)
{
	const struct timespec until = after_ms(timeout_ms);
	int error = 0;

	pthread_mutex_lock(&worker->lock);
	worker->stopping = true;
	pthread_cond_signal(&worker->changed);
	while (!worker->done && error == 0)
		error = pthread_cond_timedwait(&worker->changed, &worker->lock, &until);
	const bool done = worker->done;
	worker->abandoned = !done;
	const pthread_t thread = worker->thread;
	pthread_mutex_unlock(&worker->lock);
	if (done)
		pthread_join(thread, NULL);
	else
		pthread_detach(thread); /* from the unlocking on, the worker is the thread's own */
	return done;
}
