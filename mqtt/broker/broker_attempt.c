/* SPDX-License-Identifier: Apache-2.0 */
#include "mqtt/broker/broker_attempt.h"

#include <arpa/inet.h>
#include <errno.h>
#include <mosquitto.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define ADDRESSES_MAX 8
#define THREAD_STACK  (256u * 1024u) /* name look-up and its modules need most of it */

struct broker_attempt {
	struct broker_settings *settings;
	pthread_t thread;
	int over;      /* eventfd of the event loop */
	int to_thread; /* eventfd: it shall stop */
	pthread_mutex_t lock;
	/* --- under lock --- */
	pthread_cond_t finished_cond;
	bool stopping;
	uint64_t stop_deadline_ms;
	bool finished;  /* the thread does not touch the attempt any more, except to free one that was left behind */
	bool abandoned; /* nobody waits for it */
	/* --- the thread's, and once it has finished of whoever waits for it --- */
	struct broker_session *session; /* that the broker has accepted */
	struct broker_session_end end;
};

/* Numeric, with room for an IPv6 scope ("%eth0"). */
struct address {
	char text[INET6_ADDRSTRLEN + 17];
};

/* --- The library --- */

static pthread_mutex_t library_lock = PTHREAD_MUTEX_INITIALIZER;

void broker_library_use(void)
{
	pthread_mutex_lock(&library_lock);
	mosquitto_lib_init();
	pthread_mutex_unlock(&library_lock);
}

void broker_library_release(void)
{
	pthread_mutex_lock(&library_lock);
	mosquitto_lib_cleanup();
	pthread_mutex_unlock(&library_lock);
}

/* --- The thread --- */

bool broker_attempt_is_out_of_time(struct broker_attempt *attempt)
{
	bool result;

	pthread_mutex_lock(&attempt->lock);
	result = attempt->stopping && broker_now_ms() >= attempt->stop_deadline_ms;
	pthread_mutex_unlock(&attempt->lock);
	return result;
}

short broker_attempt_wait(struct broker_attempt *attempt, int fd, short events, uint64_t until_ms)
{
	struct pollfd fds[2] = {{.fd = fd, .events = events}, {.fd = attempt->to_thread, .events = POLLIN}};
	const uint64_t now_ms = broker_now_ms();

	pthread_mutex_lock(&attempt->lock);
	if (attempt->stopping) {
		/* It has been told, and stays readable. */
		fds[1].fd = -1;
		if (attempt->stop_deadline_ms < until_ms)
			until_ms = attempt->stop_deadline_ms;
	}
	pthread_mutex_unlock(&attempt->lock);
	if (poll(fds, 2, until_ms > now_ms ? (int)(until_ms - now_ms) : 0) <= 0)
		return 0;
	return fds[0].revents;
}

/*
 * Looks the host up and returns the number of addresses. libmosquitto could do so itself, but its connect without
 * waiting tries the first address only: "localhost" would always be ::1, and a broker on 127.0.0.1 would never be
 * reached.
 */
static size_t look_up(struct broker_attempt *attempt, struct address *addresses)
{
	const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	const char *host = attempt->settings->host;
	struct addrinfo *list;
	size_t count = 0;
	int error = getaddrinfo(host, NULL, &hints, &list);

	if (error) {
		snprintf(attempt->end.reason, sizeof(attempt->end.reason), "%s: %s", host,
			 error == EAI_SYSTEM ? strerror(errno) : gai_strerror(error));
		return 0;
	}
	for (struct addrinfo *info = list; info != NULL && count < ADDRESSES_MAX; info = info->ai_next)
		if (getnameinfo(info->ai_addr, info->ai_addrlen, addresses[count].text, sizeof(addresses[count].text),
				NULL, 0, NI_NUMERICHOST) == 0)
			count++;
	freeaddrinfo(list);
	return count;
}

/* Each try has an instance of the library of its own, so that it does not send messages of the last one again. */
static bool try(struct broker_attempt *attempt, const char *address, bool mqtt5)
{
	struct broker_session *session = broker_session_new(attempt->settings, address, mqtt5);

	if (session == NULL) {
		snprintf(attempt->end.reason, sizeof(attempt->end.reason), "%s", strerror(ENOMEM));
		return false;
	}
	broker_session_connect(session, attempt);
	attempt->end = session->end;
	if (!session->broken) {
		attempt->session = session;
		return true;
	}
	broker_session_free(session);
	return false;
}

/* With MQTT 5 where it is of use, and at once again without it when that may be what the broker does not speak. */
static bool try_versions(struct broker_attempt *attempt, const char *address)
{
	const bool mqtt5 = attempt->settings->no_local;

	return try(attempt, address, mqtt5) ||
	       (mqtt5 && attempt->end.other_mqtt && !broker_attempt_is_out_of_time(attempt) &&
		try(attempt, address, false));
}

/* Tries the addresses in turn until the broker accepts a connection. */
static void run(struct broker_attempt *attempt)
{
	struct address addresses[ADDRESSES_MAX];
	size_t count;

	if (attempt->settings->port == 0) {
		try_versions(attempt, attempt->settings->host);
		return;
	}
	count = look_up(attempt, addresses);
	for (size_t i = 0; i < count && (i == 0 || !broker_attempt_is_out_of_time(attempt)); i++)
		if (try_versions(attempt, addresses[i].text))
			return;
}

static void release(struct broker_attempt *attempt)
{
	if (attempt->to_thread >= 0)
		close(attempt->to_thread);
	pthread_cond_destroy(&attempt->finished_cond);
	pthread_mutex_destroy(&attempt->lock);
	free(attempt);
}

static void *run_thread(void *context)
{
	struct broker_attempt *attempt = context;
	const uint64_t one = 1;
	bool abandoned;

	pthread_setname_np(pthread_self(), "mqtt");
	run(attempt);

	pthread_mutex_lock(&attempt->lock);
	attempt->finished = true;
	abandoned = attempt->abandoned;
	/* It can always be written: there is one attempt at a time. */
	if (!abandoned && write(attempt->over, &one, sizeof(one)) < 0)
		abort();
	pthread_cond_signal(&attempt->finished_cond);
	pthread_mutex_unlock(&attempt->lock);
	if (abandoned) {
		broker_session_free(attempt->session);
		broker_settings_free(attempt->settings);
		broker_library_release();
		release(attempt);
	}
	return NULL;
}

/* --- Its beginning and its end --- */

static bool init(struct broker_attempt *attempt, struct broker_settings *settings, int over)
{
	pthread_condattr_t attr;

	attempt->settings = settings;
	attempt->over = over;
	pthread_mutex_init(&attempt->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&attempt->finished_cond, &attr);
	pthread_condattr_destroy(&attr);
	attempt->to_thread = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return attempt->to_thread >= 0;
}

/* Signals are for the event loop's thread: the new one starts with them blocked, but for those of a defect in it. */
static bool start_thread(struct broker_attempt *attempt)
{
	static const int of_defects[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV};
	pthread_attr_t attr;
	sigset_t all;
	sigset_t before;
	int error;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, THREAD_STACK);
	sigfillset(&all);
	/* A blocked one would end the process without what the log still has to say. */
	for (size_t i = 0; i < sizeof(of_defects) / sizeof(of_defects[0]); i++)
		sigdelset(&all, of_defects[i]);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&attempt->thread, &attr, run_thread, attempt);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	errno = error;
	return error == 0;
}

struct broker_attempt *broker_attempt_new(struct broker_settings *settings, int over)
{
	struct broker_attempt *attempt = calloc(1, sizeof(*attempt));
	int error;

	if (attempt == NULL)
		return NULL;
	if (init(attempt, settings, over) && start_thread(attempt))
		return attempt;
	error = errno;
	release(attempt);
	errno = error;
	return NULL;
}

struct broker_session *broker_attempt_finish(struct broker_attempt *attempt, struct broker_session_end *end)
{
	struct broker_session *session;

	pthread_join(attempt->thread, NULL);
	session = attempt->session;
	*end = attempt->end;
	release(attempt);
	return session;
}

void broker_attempt_stop(struct broker_attempt *attempt, uint64_t deadline_ms)
{
	const uint64_t one = 1;

	pthread_mutex_lock(&attempt->lock);
	attempt->stopping = true;
	attempt->stop_deadline_ms = deadline_ms;
	pthread_mutex_unlock(&attempt->lock);
	if (write(attempt->to_thread, &one, sizeof(one)) < 0)
		abort();
}

bool broker_attempt_await(struct broker_attempt *attempt, uint64_t until_ms)
{
	struct timespec until = {.tv_sec = (time_t)(until_ms / 1000), .tv_nsec = (long)(until_ms % 1000) * 1000000};
	const pthread_t thread = attempt->thread;
	bool finished;

	pthread_mutex_lock(&attempt->lock);
	while (!attempt->finished &&
	       pthread_cond_timedwait(&attempt->finished_cond, &attempt->lock, &until) != ETIMEDOUT)
		;
	finished = attempt->finished;
	attempt->abandoned = !finished;
	pthread_mutex_unlock(&attempt->lock);
	if (!finished)
		pthread_detach(thread);
	return finished;
}
