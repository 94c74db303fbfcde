/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets that take their time to close, as packet sockets do: close() waits until the test lets it. */
#include "homeplug/port/port.h"
#include "homeplug/port/port_closing.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define FIRST_FD 100000 /* no descriptor of this process */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static unsigned inside; /* calls of close() that wait */
static unsigned closed;
static bool let_go;
static pthread_t test_thread;
static unsigned closed_by_test;

int __wrap_close(int fd);
int __wrap_close(int fd)
{
	assert_true(fd >= FIRST_FD);
	pthread_mutex_lock(&lock);
	inside++;
	pthread_cond_broadcast(&changed);
	if (pthread_equal(pthread_self(), test_thread))
		closed_by_test++;
	while (!let_go && !pthread_equal(pthread_self(), test_thread))
		pthread_cond_wait(&changed, &lock);
	inside--;
	closed++;
	pthread_mutex_unlock(&lock);
	errno = EIO;
	return 0;
}

static int begin(void **state)
{
	(void)state;
	inside = closed = closed_by_test = 0;
	let_go = false;
	test_thread = pthread_self();
	return 0;
}

static void hand_over(int count)
{
	for (int i = 0; i < count; i++) {
		errno = ENODEV;
		port_close_soon(FIRST_FD + i);
		assert_int_equal(errno, ENODEV);
	}
}

static void await_inside(unsigned count)
{
	pthread_mutex_lock(&lock);
	while (inside < count)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
}

static void release(void)
{
	pthread_mutex_lock(&lock);
	let_go = true;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	assert_true(port_await_closed(10000));
}

static void as_many_as_there_are_threads_close_at_the_same_time(void **state)
{
	(void)state;
	hand_over(2 * PORT_CLOSING_THREADS);
	await_inside(PORT_CLOSING_THREADS);
	assert_false(port_await_closed(1));
	release();
	assert_int_equal(closed, 2 * PORT_CLOSING_THREADS);
	assert_int_equal(closed_by_test, 0);
}

static void the_caller_closes_what_has_no_room(void **state)
{
	(void)state;
	hand_over(PORT_CLOSING_THREADS);
	await_inside(PORT_CLOSING_THREADS);
	hand_over(PORT_CLOSING_MAX + 3);
	assert_int_equal(closed_by_test, 3);
	release();
	assert_int_equal(closed, PORT_CLOSING_THREADS + PORT_CLOSING_MAX + 3);
}

static void nothing_to_close_is_not_waited_for(void **state)
{
	(void)state;
	assert_true(port_await_closed(0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(as_many_as_there_are_threads_close_at_the_same_time, begin),
		cmocka_unit_test_setup(the_caller_closes_what_has_no_room, begin),
		cmocka_unit_test_setup(nothing_to_close_is_not_waited_for, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
