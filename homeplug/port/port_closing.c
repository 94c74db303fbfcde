/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/port/port_closing.h"

#include "homeplug/port/port.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

#define THREAD_STACK (64 * 1024)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ended = PTHREAD_COND_INITIALIZER; /* the last thread has */
static int closing[PORT_CLOSING_MAX];
static size_t closing_count;
static unsigned thread_count;

static void *close_all(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&lock);
	while (closing_count > 0) {
		int fd = closing[--closing_count];
		pthread_mutex_unlock(&lock);
		close(fd);
		pthread_mutex_lock(&lock);
	}
	if (--thread_count == 0)
		pthread_cond_broadcast(&ended);
	pthread_mutex_unlock(&lock);
	return NULL;
}

/* Signals are for the caller's thread: the new one starts with them blocked, but for those of a defect in it. */
static bool start_thread(void)
{
	static const int of_defects[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV};
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all;
	sigset_t before;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, THREAD_STACK);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	/* A blocked one would end the process without what the log still has to say. */
	for (size_t i = 0; i < sizeof(of_defects) / sizeof(of_defects[0]); i++)
		sigdelset(&all, of_defects[i]);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int error = pthread_create(&thread, &attr, close_all, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return error == 0;
}

/* The threads that there are may all be busy, each with one socket: this one gets a thread of its own, up to the bound. */
static bool hand_over(int fd)
{
	bool taken = false;

	pthread_mutex_lock(&lock);
	if (thread_count < PORT_CLOSING_THREADS && start_thread())
		thread_count++;
	if (thread_count > 0 && closing_count < PORT_CLOSING_MAX) {
		closing[closing_count++] = fd;
		taken = true;
	}
	pthread_mutex_unlock(&lock);
	return taken;
}

void port_close_soon(int fd)
{
	int kept_errno = errno;

	if (!hand_over(fd))
		close(fd);
	errno = kept_errno;
}

bool port_await_closed(unsigned timeout_ms)
{
	struct timespec until;
	bool done;
	int error = 0;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += (time_t)(timeout_ms / 1000);
	until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&lock);
	while (thread_count > 0 && error == 0)
		error = pthread_cond_timedwait(&ended, &lock, &until);
	done = thread_count == 0;
	pthread_mutex_unlock(&lock);
	return done;
}
