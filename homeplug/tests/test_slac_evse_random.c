/* SPDX-License-Identifier: Apache-2.0 */
/* What must be true of an outlet whatever happens to it. The sequences are the same in every run. */
#include "homeplug/tests/slac_car.h"
#include "homeplug/tests/slac_evse_watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SEQUENCES 400
#define OCTETS	  4000

/* xorshift64: the same numbers on every machine. */
static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

struct reached {
	unsigned long matched;
	unsigned long failed;
	unsigned long refused;
	unsigned long outputs_max;
};

static void play_sequence(const struct slac_evse_config *config, uint64_t seed, struct reached *reached)
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
	if (watch.outputs_max > reached->outputs_max)
		reached->outputs_max = watch.outputs_max;
}

static void play_all(const struct slac_evse_config *config)
{
	struct reached reached = {0};

	for (uint64_t seed = 1; seed <= SEQUENCES; seed++)
		play_sequence(config, seed, &reached);
	printf("%d sequences: matched %lu, failed %lu, refused %lu, at most %lu outputs\n", SEQUENCES,
	       reached.matched, reached.failed, reached.refused, reached.outputs_max);
	/* The sequences must come through the whole house, or they prove nothing. */
	assert_true(reached.matched > SEQUENCES / 2);
	assert_true(reached.failed > SEQUENCES);
	assert_true(reached.refused > SEQUENCES);
}

static void no_sequence_of_events_breaks_a_rule_of_the_strict_profile(void **state)
{
	struct slac_evse_config config;

	(void)state;
	slac_evse_defaults(&config, true);
	memcpy(config.evse_mac, test_evse_mac, MAC_LEN);
	play_all(&config);
}

static void no_sequence_of_events_breaks_a_rule_of_the_field_profile(void **state)
{
	struct slac_evse_config config;

	(void)state;
	slac_evse_defaults(&config, false);
	memcpy(config.evse_mac, test_evse_mac, MAC_LEN);
	config.missing_profile_db = 10;
	config.listen_after_init = true;
	play_all(&config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_sequence_of_events_breaks_a_rule_of_the_strict_profile),
		cmocka_unit_test(no_sequence_of_events_breaks_a_rule_of_the_field_profile),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
