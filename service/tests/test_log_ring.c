/* SPDX-License-Identifier: Apache-2.0 */
/* The lines that wait to be written. */
#include "service/log_ring.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool add(struct log_ring *ring, unsigned number, uint16_t len)
{
	struct log_record record = {.level = LOG_LEVEL_INFO, .len = len};
	char text[LOG_TEXT_MAX];

	memset(text, 'x', sizeof(text));
	memcpy(text, &number, sizeof(number));
	return log_ring_add(ring, &record, text);
}

static unsigned number_of(const struct log_record *record)
{
	unsigned number;

	memcpy(&number, record->text, sizeof(number));
	return number;
}

/* How many fit; the last number is *next - 1. */
static unsigned fill(struct log_ring *ring, unsigned *next, uint16_t len)
{
	unsigned added = 0;

	for (; add(ring, *next, len); ++*next)
		added++;
	++*next;
	return added;
}

static void records_come_back_whole_and_in_order_wherever_the_ring_ends(void **state)
{
	struct log_ring *ring = calloc(1, sizeof(*ring));
	unsigned added = 0;
	unsigned taken = 0;

	(void)state;
	srand(1);
	for (unsigned turn = 0; turn < 200000; turn++) {
		const uint16_t len = (uint16_t)(5 + rand() % (LOG_TEXT_MAX - 5));
		/* It is kept between a third and the whole, and goes round many times. */
		if (ring->used < LOG_RING_OCTETS / 2 + (unsigned)rand() % 100000) {
			if (add(ring, added, len))
				added++;
		} else {
			const struct log_record *first = log_ring_first(ring);
			assert_int_equal(number_of(first), taken);
			assert_int_equal(first->text[first->len - 1], 'x');
			log_ring_remove_first(ring);
			taken++;
		}
	}
	for (; log_ring_first(ring) != NULL; log_ring_remove_first(ring))
		assert_int_equal(number_of(log_ring_first(ring)), taken++);
	assert_int_equal(taken, added);
	free(ring);
}

static void a_full_ring_keeps_the_old_lines_and_takes_none_until_half_of_it_is_free(void **state)
{
	struct log_ring *ring = calloc(1, sizeof(*ring));
	unsigned next = 0;
	unsigned removed = 0;

	(void)state;
	const unsigned held = fill(ring, &next, 200);
	assert_in_range(held, 700, 1500);
	assert_int_equal(number_of(log_ring_first(ring)), 0);
	for (; ring->used > LOG_RING_OCTETS / 2; removed++) {
		assert_false(add(ring, next, 200));
		log_ring_remove_first(ring);
	}
	assert_true(add(ring, next, 200));
	for (unsigned i = removed; i < held; i++) {
		assert_int_equal(log_ring_first(ring)->lost_before, 0);
		log_ring_remove_first(ring);
	}
	/* What was lost is known at its place: one when it was full, and one each time above. */
	assert_int_equal(number_of(log_ring_first(ring)), next);
	assert_int_equal(log_ring_first(ring)->lost_before, removed + 1);
	assert_int_equal(log_ring_take_lost(ring), 0);
	free(ring);
}

static void what_was_lost_last_is_told_without_a_further_line(void **state)
{
	struct log_ring *ring = calloc(1, sizeof(*ring));
	unsigned next = 0;

	(void)state;
	(void)fill(ring, &next, 100);
	assert_false(add(ring, next, 100));
	while (log_ring_first(ring) != NULL)
		log_ring_remove_first(ring);
	assert_int_equal(log_ring_take_lost(ring), 2);
	assert_int_equal(log_ring_take_lost(ring), 0);
	free(ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_come_back_whole_and_in_order_wherever_the_ring_ends),
		cmocka_unit_test(a_full_ring_keeps_the_old_lines_and_takes_none_until_half_of_it_is_free),
		cmocka_unit_test(what_was_lost_last_is_told_without_a_further_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
