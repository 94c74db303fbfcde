/* SPDX-License-Identifier: Apache-2.0 */
/* What the ring keeps, in which order, and what it leaves out when it is full. */
#include "slacd/record/tests/recorded_session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct recorded_session session; /* too large for the stack */
static struct outlet_effects effects;

static int open_session(void **state)
{
	(void)state;
	recorded_session_open(&session, RECORD_MEMORY_MIN);
	return 0;
}

static int close_session(void **state)
{
	(void)state;
	recorded_session_close(&session);
	return 0;
}

/* What a reader finds. */
struct found {
	size_t entries[RECORD_GAP + 1];
	uint64_t left_out;
	uint64_t last_us;
};

static struct found read_all(void)
{
	struct record_place place = {0};
	struct record_entry entry;
	struct found found = {0};

	while (record_ring_next(&session.ring, &place, &entry)) {
		found.entries[entry.kind]++;
		found.left_out += entry.left_out;
		if (entry.time_us != 0) {
			assert_true(entry.time_us >= found.last_us);
			found.last_us = entry.time_us;
		}
	}
	return found;
}

static void a_session_that_fits_is_kept_whole(void **state)
{
	(void)state;
	recorded_session_play(&session);
	const struct found found = read_all();
	assert_int_equal(found.entries[RECORD_INPUT], session.inputs);
	assert_int_equal(found.entries[RECORD_STATE], 1);
	assert_int_equal(found.entries[RECORD_GAP], 0);
	assert_int_equal(found.entries[RECORD_CUT], 0);
	assert_true(found.entries[RECORD_EFFECT] > 30);
	assert_int_equal(found.entries[RECORD_RANDOM], 2); /* after the session: a key and a nonce */
}

static void give_cp_status(uint32_t duty)
{
	const struct outlet_input input = {.kind = OUTLET_CP_STATUS,
					   .cp_status = {.state = CP_STATE_B2, .has_duty = true, .duty = duty}};

	record_ring_input(&session.ring, &session.site.outlet, &input, 1000 + duty);
}

/* The numbers of the inputs that were kept, in the duty. */
static void the_middle_is_left_out_and_counted(void **state)
{
	const uint32_t inputs = 5000;
	struct record_place place = {0};
	struct record_entry entry;
	uint32_t next = 0;
	uint64_t left_out = 0;
	size_t states = 0;

	(void)state;
	record_ring_begin(&session.ring, &session.site.outlet, 1);
	for (uint32_t i = 0; i < inputs; i++)
		give_cp_status(i);
	while (record_ring_next(&session.ring, &place, &entry)) {
		states += entry.kind == RECORD_STATE;
		if (entry.kind == RECORD_GAP) {
			assert_true(next > 100);
			left_out = entry.left_out;
			next += (uint32_t)left_out;
		} else if (entry.kind == RECORD_INPUT) {
			assert_int_equal(entry.input.cp_status.duty, next);
			next++;
		}
	}
	assert_int_equal(next, inputs);
	assert_true(left_out > 0);
	assert_int_equal(states, 2); /* the first, and the one behind the gap */
}

static void each_length_up_to_the_gap_and_beyond_reads_without_one_missing(void **state)
{
	(void)state;
	record_ring_begin(&session.ring, &session.site.outlet, 1);
	for (uint32_t i = 0; i < 3000; i++) {
		give_cp_status(i);
		if (i % 7 != 0)
			continue;
		const struct found found = read_all();
		assert_int_equal(found.entries[RECORD_INPUT] + found.left_out, i + 1);
		assert_true(found.entries[RECORD_GAP] == (found.left_out > 0));
	}
}

static void effects_without_room_are_cut_off_and_the_mark_is_there(void **state)
{
	const struct outlet_input tick = {.kind = OUTLET_TICK};
	struct found found;

	(void)state;
	memset(&effects, 0, sizeof(effects));
	effects.items[0].kind = OUTLET_NOTE;
	effects.items[0].note.kind = OUTLET_NOTE_LIMIT;
	record_ring_begin(&session.ring, &session.site.outlet, 1);
	record_ring_input(&session.ring, &session.site.outlet, &tick, 2);
	for (size_t i = 0; i < 10000; i++)
		record_ring_effect(&session.ring, &effects.items[0], 2);
	found = read_all();
	assert_int_equal(found.entries[RECORD_CUT], 1);
	assert_true(found.entries[RECORD_EFFECT] < 10000);
	/* The next input has all of its room. */
	record_ring_input(&session.ring, &session.site.outlet, &tick, 3);
	record_ring_effect(&session.ring, &effects.items[0], 3);
	const size_t before = found.entries[RECORD_EFFECT];
	found = read_all();
	assert_int_equal(found.entries[RECORD_EFFECT], before + 1);
	assert_int_equal(found.entries[RECORD_INPUT], 2);
}

static void frames_of_any_length_are_taken(void **state)
{
	uint8_t octets[2 * MME_FRAME_MAX];
	struct record_place place = {0};
	struct record_entry entry;
	size_t next = 0;

	(void)state;
	memset(octets, 0x5a, sizeof(octets));
	record_ring_begin(&session.ring, &session.site.outlet, 1);
	for (size_t len = 0; len < sizeof(octets); len += 211) {
		const struct outlet_input frame = {
			.kind = OUTLET_FRAME,
			.frame = {.octets = octets, .len = len, .neighbour_validates = len % 2 == 0}};
		record_ring_input(&session.ring, &session.site.outlet, &frame, 1 + len);
	}
	while (record_ring_next(&session.ring, &place, &entry)) {
		if (entry.kind != RECORD_INPUT)
			continue;
		assert_int_equal(entry.input.kind, OUTLET_FRAME);
		assert_int_equal(entry.input.frame.len, next < MME_FRAME_MAX ? next : MME_FRAME_MAX);
		assert_int_equal(entry.input.frame.neighbour_validates, next % 2 == 0);
		assert_memory_equal(entry.input.frame.octets, octets, entry.input.frame.len);
		next += 211;
	}
	assert_true(next >= sizeof(octets));
}

static void nothing_is_left_in_memory(void **state)
{
	(void)state;
	memset(session.memory, 0, RECORD_MEMORY_MIN);
	recorded_session_play(&session);
	for (uint32_t i = 0; i < 5000; i++)
		give_cp_status(i);
	record_ring_wipe(&session.ring);
	for (size_t i = 0; i < RECORD_MEMORY_MIN; i++)
		assert_int_equal(session.memory[i], 0);
	assert_int_equal(read_all().last_us, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_session, close_session)
	const struct CMUnitTest tests[] = {
		TEST(a_session_that_fits_is_kept_whole),
		TEST(the_middle_is_left_out_and_counted),
		TEST(each_length_up_to_the_gap_and_beyond_reads_without_one_missing),
		TEST(effects_without_room_are_cut_off_and_the_mark_is_there),
		TEST(frames_of_any_length_are_taken),
		TEST(nothing_is_left_in_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
