/* SPDX-License-Identifier: Apache-2.0 */
/* What must be true of an outlet whatever happens to it. The sequences are the same in every run. */
#include "homeplug/slac/tests/slac_car.h"
#include "homeplug/slac/tests/slac_evse_watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SEQUENCES          200
#define SEQUENCES_VALGRIND 40 /* too few to tell what they reached */
#define OCTETS             4000

/* xorshift64: the same numbers on every machine. */
static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* The rules of every sequence, and how far all of them came together. */
static void play_sequence(const struct slac_evse_config *config, uint64_t seed, struct slac_watch *reached)
{
	struct slac_watch watch;
	uint8_t octets[OCTETS];
	uint64_t random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;

	for (size_t i = 0; i < OCTETS; i++)
		octets[i] = (uint8_t)(next_random(&random) >> 24);
	slac_watch_init(&watch, config);
	const char *broken = slac_watch_play(&watch, octets, OCTETS);
	if (broken != NULL)
		fail_msg("seed %llu: %s", (unsigned long long)seed, broken);
	reached->matched += watch.matched;
	reached->failed += watch.failed;
	reached->refused += watch.refused;
	reached->validated += watch.validated;
	reached->toggled += watch.toggled;
	reached->not_ready += watch.not_ready;
	reached->put_off += watch.put_off;
	reached->joined += watch.joined;
	reached->not_joined += watch.not_joined;
	reached->rejoined += watch.rejoined;
	reached->paused_again += watch.paused_again;
	reached->terminations += watch.terminations;
	reached->pauses += watch.pauses;
	if (watch.outputs_max > reached->outputs_max)
		reached->outputs_max = watch.outputs_max;
}

/* The sequences must come through the whole house, or they prove nothing. */
static void expect_reached(const struct slac_evse_config *config, const struct slac_watch *reached)
{
	printf("%d sequences: matched %lu, failed %lu, refused %lu, at most %lu outputs\n", SEQUENCES, reached->matched,
	       reached->failed, reached->refused, reached->outputs_max);
	printf("validated %lu, with toggles %lu, put off %lu, for a neighbour %lu; ", reached->validated,
	       reached->toggled, reached->not_ready, reached->put_off);
	printf("joined %lu, in vain %lu; rejoined %lu; ended %lu, paused %lu\n", reached->joined, reached->not_joined,
	       reached->rejoined, reached->terminations, reached->pauses);
	assert_true(reached->matched > SEQUENCES / 2);
	assert_true(reached->failed > SEQUENCES);
	assert_true(reached->refused > SEQUENCES);
	assert_true(reached->rejoined > SEQUENCES / 10);
	assert_int_equal(reached->paused_again != 0, config->await_link);
	assert_true(reached->terminations > SEQUENCES / 10);
	assert_true(reached->pauses > SEQUENCES / 10);
	bool validates = config->validation != SLAC_VALIDATION_OFF;
	if (validates) {
		bool required = config->validation == SLAC_VALIDATION_ON;
		assert_true(reached->validated > SEQUENCES / (required ? 4 : 8));
		assert_true(reached->toggled > SEQUENCES / (required ? 10 : 32));
		assert_true(reached->put_off > SEQUENCES / (required ? 20 : 40));
	}
	if (validates && config->parallel_runs > 1)
		assert_true(reached->not_ready > SEQUENCES / (config->validation == SLAC_VALIDATION_ON ? 20 : 40));
	if (config->await_link) {
		assert_true(reached->joined > SEQUENCES / 2);
		assert_true(reached->not_joined > SEQUENCES / 20);
	}
	assert_int_equal(reached->validated != 0, validates);
	assert_int_equal(reached->joined != 0, config->await_link);
}

/* With the link awaited and not, validation carried out, not required and not carried out, and as many runs as are allowed. */
static void play_all(struct slac_evse_config config)
{
	const bool is_slow = getenv("SLACD_VALGRIND") != NULL;
	const uint64_t sequences = is_slow ? SEQUENCES_VALGRIND : SEQUENCES;

	for (unsigned i = 0; i < 6; i++) {
		struct slac_watch reached = {0};
		config.await_link = (i & 1) != 0;
		config.validation = (enum slac_validation_mode)(i / 2);
		for (uint64_t seed = 1; seed <= sequences; seed++) {
			config.parallel_runs = (uint32_t)(seed % SLAC_WATCH_RUNS) + 1;
			play_sequence(&config, seed, &reached);
		}
		if (!is_slow)
			expect_reached(&config, &reached);
	}
}

static void no_sequence_of_events_breaks_a_rule_of_the_strict_profile(void **state)
{
	struct slac_evse_config config;

	(void)state;
	slac_evse_defaults(&config, true);
	memcpy(config.evse_mac, test_evse_mac, MAC_LEN);
	play_all(config);
}

static void no_sequence_of_events_breaks_a_rule_of_the_field_profile(void **state)
{
	struct slac_evse_config config;

	(void)state;
	slac_evse_defaults(&config, false);
	memcpy(config.evse_mac, test_evse_mac, MAC_LEN);
	config.missing_profile_db = 10;
	config.attn_rx_db[7] = 12;
	config.dc_only = true;
	play_all(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_sequence_of_events_breaks_a_rule_of_the_strict_profile),
		cmocka_unit_test(no_sequence_of_events_breaks_a_rule_of_the_field_profile),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
