/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/port/port_closer.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

#define THREAD_STACK (64 * 1024)

/* The thread lives only while there is something to close. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int waiting[PORT_CLOSER_MAX];
static size_t waiting_count;
static bool thread_runs;

static void *close_waiting(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&lock);
	while (waiting_count > 0) {
		int fd = waiting[--waiting_count];
		pthread_mutex_unlock(&lock);
		close(fd);
		pthread_mutex_lock(&lock);
	}
	thread_runs = false;
	pthread_mutex_unlock(&lock);
	return NULL;
}

/* Signals are for the caller's thread: the new one starts with all of them blocked. */
static bool start_thread(void)
{
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all;
	sigset_t before;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, THREAD_STACK);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int error = pthread_create(&thread, &attr, close_waiting, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return error == 0;
}

static bool hand_over(int fd)
{
	bool taken = false;

	pthread_mutex_lock(&lock);
	thread_runs = thread_runs || start_thread();
	if (thread_runs && waiting_count < PORT_CLOSER_MAX) {
		waiting[waiting_count++] = fd;
		taken = true;
	}
	pthread_mutex_unlock(&lock);
	return taken;
}

void port_closer_close(int fd)
{
	int kept_errno = errno;

	if (!hand_over(fd))
		close(fd);
	errno = kept_errno;
}
