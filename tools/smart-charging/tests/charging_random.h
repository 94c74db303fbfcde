/* SPDX-License-Identifier: Apache-2.0 */
/* Random profiles around a moment, the same ones for the same seed. */
#ifndef TOOLS_SMART_CHARGING_TESTS_CHARGING_RANDOM_H
#define TOOLS_SMART_CHARGING_TESTS_CHARGING_RANDOM_H

#include "tools/smart-charging/tests/charging_fixture.h"

struct charging_random {
	uint64_t state;
};

void random_begin(struct charging_random *random, uint64_t seed);
/* 0 ... below - 1. */
uint32_t random_below(struct charging_random *random, uint32_t below);
/* True once in so many times. */
bool random_once_in(struct charging_random *random, uint32_t times);

/* The number in the environment, or otherwise. */
unsigned long number_from(const char *name, unsigned long otherwise);

/*
 * A profile that does something within the `span_s` from now_s on, mostly a good one: any purpose and kind, ids 0 ...
 * ids - 1, stack levels 0 ... 3.
 */
struct charging_profile random_profile(struct charging_random *random, uint32_t ids, int64_t now_s, uint32_t span_s);
/* An EVSE of `count`, or the whole station: mostly one that the purpose allows. */
size_t random_scope(struct charging_random *random, enum charging_purpose purpose, size_t count);

#endif
