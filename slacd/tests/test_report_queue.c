/* SPDX-License-Identifier: Apache-2.0 */
/* What outlets say waits for frames, and not for long. */
#include "service/clock.h"
#include "service/log.h"
#include "slacd/report_queue.h"

#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define FLOOD_FRAMES 10

/* What happened: 'f' a frame was taken, or the value of a note. */
static char story[256];
static struct event_base *base;
static struct report_queue *queue;
static int wire[2];
static uint64_t busy_us; /* how long it takes to carry one out */
static unsigned frames_left;

static struct evse *outlet(void)
{
	return (struct evse *)(void *)&queue; /* only carried along */
}

static void happened(char what)
{
	const size_t used = strlen(story);

	assert_true(used + 1 < sizeof(story));
	story[used] = what;
	story[used + 1] = '\0';
}

static void carry_out(struct evse *evse, const struct outlet_effect *effect, uint64_t now_us)
{
	const uint64_t until_us = clock_now_us() + busy_us;

	assert_ptr_equal(evse, outlet());
	assert_int_equal(now_us, effect->note.value * 10);
	happened((char)effect->note.value);
	while (clock_now_us() < until_us)
		;
	if (effect->note.value == '*')
		report_queue_flush(queue);
	if (effect->note.value == 'l')
		log_line(LOG_LEVEL_INFO, "It happened.");
}

static void add(char value)
{
	const struct outlet_effect effect = {.kind = OUTLET_NOTE, .note = {.value = (uint32_t)value}};

	report_queue_add(queue, outlet(), &effect, (uint64_t)value * 10);
}

static void send_frame(void)
{
	assert_int_equal(write(wire[0], "f", 1), 1);
}

/* Each frame is followed by the next one at once. */
static void on_frame(evutil_socket_t fd, short what, void *context)
{
	char octet;

	(void)what;
	(void)context;
	assert_int_equal(read(fd, &octet, 1), 1);
	happened('f');
	if (frames_left > 0 && --frames_left > 0)
		send_frame();
}

static int begin(void **state)
{
	static struct event *readable;
	struct event_config *config = event_config_new();

	/* As main does. */
	event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER | EVENT_BASE_FLAG_NOLOCK);
	base = event_base_new_with_config(config);
	event_config_free(config);
	queue = report_queue_new(base, carry_out);
	story[0] = '\0';
	busy_us = 0;
	frames_left = 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, wire) != 0)
		return -1;
	readable = event_new(base, wire[1], EV_READ | EV_PERSIST, on_frame, NULL);
	event_add(readable, NULL);
	*state = readable;
	return queue != NULL ? 0 : -1;
}

static int end(void **state)
{
	event_free(*state);
	report_queue_free(queue);
	event_base_free(base);
	close(wire[0]);
	close(wire[1]);
	return 0;
}

/* Turns of the loop until nothing is left to do. */
static void run(unsigned reports)
{
	for (unsigned turns = 0; turns < 1000 && strlen(story) < reports; turns++)
		event_base_loop(base, EVLOOP_ONCE);
}

static void reports_are_carried_out_in_order(void **state)
{
	(void)state;
	add('1');
	add('2');
	add('3');
	assert_string_equal(story, "");
	run(3);
	assert_string_equal(story, "123");
	add('4');
	run(4);
	assert_string_equal(story, "1234");
}

static void a_frame_that_has_come_goes_first(void **state)
{
	(void)state;
	add('1');
	add('2');
	send_frame();
	run(3);
	assert_string_equal(story, "f12");
}

static void frames_that_come_meanwhile_wait_for_one_turn_only(void **state)
{
	(void)state;
	busy_us = REPORT_TURN_US;
	add('1');
	add('2');
	frames_left = 3;
	send_frame();
	run(5);
	assert_string_equal(story, "f1f2f");
}

static void frames_without_end_do_not_keep_reports_waiting(void **state)
{
	(void)state;
	busy_us = REPORT_TURN_US;
	for (char value = 'A'; value <= 'E'; value++)
		add(value);
	frames_left = FLOOD_FRAMES;
	send_frame();
	run(5 + FLOOD_FRAMES);
	assert_string_equal(story, "fAfBfCfDfEfffff");
}

static void a_flush_carries_out_all_at_once(void **state)
{
	(void)state;
	add('1');
	add('2');
	send_frame();
	report_queue_flush(queue);
	assert_string_equal(story, "12");
	report_queue_flush(queue);
	run(3);
	assert_string_equal(story, "12f");
}

static void a_flush_from_a_report_that_is_carried_out_does_nothing(void **state)
{
	(void)state;
	add('*');
	add('2');
	report_queue_flush(queue);
	assert_string_equal(story, "*2");
}

static void a_full_queue_carries_out_the_oldest(void **state)
{
	(void)state;
	for (unsigned i = 0; i < REPORTS_MAX; i++)
		add((char)(' ' + i));
	assert_string_equal(story, "");
	add('y');
	add('z');
	assert_string_equal(story, " !");
	report_queue_flush(queue);
	assert_int_equal(strlen(story), REPORTS_MAX + 2);
	assert_string_equal(story + REPORTS_MAX - 1, "_yz");
}

static void a_line_of_the_log_has_the_time_at_which_it_happened(void **state)
{
	const int saved = dup(STDERR_FILENO);
	char latest[CLOCK_TEXT_SIZE];
	char line[256] = "";
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	dup2(ends[1], STDERR_FILENO);
	add('l');
	clock_utc_text(clock_wall_us(), latest);
	busy_us = 2;
	run(1);
	dup2(saved, STDERR_FILENO);
	assert_true(read(ends[0], line, sizeof(line) - 1) > 0);
	assert_non_null(strstr(line, "It happened."));
	assert_true(strncmp(line, latest, strlen(latest)) <= 0);
	close(saved);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reports_are_carried_out_in_order, begin, end),
		cmocka_unit_test_setup_teardown(a_frame_that_has_come_goes_first, begin, end),
		cmocka_unit_test_setup_teardown(frames_that_come_meanwhile_wait_for_one_turn_only, begin, end),
		cmocka_unit_test_setup_teardown(frames_without_end_do_not_keep_reports_waiting, begin, end),
		cmocka_unit_test_setup_teardown(a_flush_carries_out_all_at_once, begin, end),
		cmocka_unit_test_setup_teardown(a_flush_from_a_report_that_is_carried_out_does_nothing, begin, end),
		cmocka_unit_test_setup_teardown(a_full_queue_carries_out_the_oldest, begin, end),
		cmocka_unit_test_setup_teardown(a_line_of_the_log_has_the_time_at_which_it_happened, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
