/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must be true of an outlet whatever happens to it, and when. The sequences are the same in every run.
 *
 *   SLACD_OUTLET_INPUTS  at least so many inputs (default 200000, 4000 under valgrind)
 *   SLACD_OUTLET_SEED    the first sequence's seed (default 1); the seed of one that breaks a rule is printed
 */
#include "slacd/outlet/tests/outlet_player.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OCTETS 3000

static struct outlet_player player; /* too large for the stack */
static struct outlet_watch total;

static void play(uint64_t seed)
{
	uint8_t octets[PLAYER_CHOICE + OCTETS];

	outlet_player_octets(seed, octets, sizeof(octets));
	outlet_player_init(&player, octets, seed);
	const char *broken = outlet_player_play(&player, octets + PLAYER_CHOICE, OCTETS);
	if (broken != NULL)
		fail_msg("SLACD_OUTLET_SEED=%llu, input %lu: %s", (unsigned long long)seed, player.watch.inputs,
			 broken);
}

static void raise(size_t *most, size_t count)
{
	if (count > *most)
		*most = count;
}

static void add(const struct outlet_watch *watch)
{
	raise(&total.most.effects, watch->most.effects);
	raise(&total.most.errands, watch->most.errands);
	raise(&total.most.octets, watch->most.octets);
	total.inputs += watch->inputs;
	for (size_t i = 0; i <= OUTLET_NOTE; i++)
		total.effects[i] += watch->effects[i];
	for (size_t i = 0; i <= OUTLET_BASIC_CHARGING; i++)
		total.statuses[i] += watch->statuses[i];
	for (size_t i = 0; i < OUTLET_NOTE_COUNT; i++)
		total.notes[i] += watch->notes[i];
}

static unsigned long number_from(const char *name, unsigned long otherwise)
{
	const char *text = getenv(name);

	return text == NULL ? otherwise : strtoul(text, NULL, 10);
}

/* A frame of ours always fits; ten silent repeats of F, and three times A in F, are too rare
 * here: cp/tests have them. */
static bool is_out_of_reach(size_t note)
{
	return note == OUTLET_NOTE_NOT_ENCODED || note == OUTLET_NOTE_PULSE_GIVEN_UP ||
	       note == OUTLET_NOTE_A_BELONGS_TO_F;
}

/* The sequences must come through the whole house, or they prove nothing. */
static void expect_reached(void)
{
	for (size_t i = 0; i <= OUTLET_NOTE; i++)
		assert_true(total.effects[i] > 100);
	for (size_t i = 0; i <= OUTLET_BASIC_CHARGING; i++)
		assert_true(total.statuses[i] > 100);
	for (size_t i = 0; i < OUTLET_NOTE_COUNT; i++)
		if (!is_out_of_reach(i) && total.notes[i] == 0)
			fail_msg("note %zu was never said", i);
}

static void print_total(void)
{
	printf("%lu inputs; statuses:", total.inputs);
	for (size_t i = 0; i <= OUTLET_BASIC_CHARGING; i++)
		printf(" %lu %s", total.statuses[i], outlet_status_text((enum outlet_status_kind)i));
	printf("\n%lu frames, %lu pilot requests, %lu answers, %lu notes\n", total.effects[OUTLET_SEND],
	       total.effects[OUTLET_PILOT_REQUEST], total.effects[OUTLET_ANSWER_NETWORK], total.effects[OUTLET_NOTE]);
	printf("at most %zu effects of %d, %zu errands of %d, %zu octets of %d\n", total.most.effects, OUTLET_EFFECTS,
	       total.most.errands, OUTLET_QUEUE, total.most.octets, OUTLET_OCTETS);
}

static void no_sequence_of_inputs_breaks_a_rule(void **state)
{
	const unsigned long inputs =
		number_from("SLACD_OUTLET_INPUTS", getenv("SLACD_VALGRIND") == NULL ? 200000 : 4000);
	uint64_t seed = number_from("SLACD_OUTLET_SEED", 1);

	(void)state;
	for (; total.inputs < inputs; seed++) {
		play(seed);
		add(&player.watch);
	}
	print_total();
	if (inputs >= 200000)
		expect_reached();
}

static void the_same_inputs_give_the_same_effects(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		play(seed);
		const uint64_t digest = player.watch.digest;
		memset(&player, 0xa5, sizeof(player));
		play(seed);
		assert_true(player.watch.digest == digest);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_sequence_of_inputs_breaks_a_rule),
		cmocka_unit_test(the_same_inputs_give_the_same_effects),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
