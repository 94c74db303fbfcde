/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must be true of an outlet whatever it is given: the rules that hold at every input, and above all the order of
 * effects that outlet.h promises. Used by the random sequences, the fuzzer, the simulated sites and the captures; needs
 * no test framework.
 */
#ifndef SLACD_OUTLET_TESTS_OUTLET_WATCH_H
#define SLACD_OUTLET_TESTS_OUTLET_WATCH_H

#include "slacd/outlet/outlet.h"

/* The most that one input gave. */
struct outlet_most {
	size_t effects;
	size_t errands;
	size_t octets;
};

struct outlet_watch {
	/* What the outlet was told and what it said, kept apart from its own memory. */
	bool port_is_up;
	uint8_t port_mac[MAC_LEN];
	bool serving;
	int vehicles;  /* VEHICLE_CONNECTED was noted, and no status has ended it yet: 0 or 1 after each input */
	int departed;  /* VEHICLE_LEFT was noted of one that had failed already, and `unmatched` was not reported yet */
	bool matching; /* `matching` was reported, and nothing that ends it since */
	bool matched;  /* likewise `matched` */
	bool resumed;  /* the end of a pause was said since the last `matched` */
	bool request_known;
	uint32_t request_number; /* of the last pilot request */
	unsigned questions;      /* open ones */
	/* The keys, made by outlet_watch_fill. Their serials count up. */
	uint64_t random;
	bool fill_fails;
	uint32_t keys;  /* made so far */
	uint32_t given; /* serial of the last key that an EV was told; 0: none */
	uint32_t spent; /* keys up to this one were told in sessions that have ended */
	uint8_t given_to[MAC_LEN];
	/* How far it came, for a test that must not be vacuous. */
	struct outlet_most most;
	unsigned long inputs;
	unsigned long effects[OUTLET_NOTE + 1];
	unsigned long statuses[OUTLET_BASIC_CHARGING + 1];
	unsigned long notes[OUTLET_NOTE_COUNT];
	uint64_t digest; /* of every effect and deadline */
};

void outlet_watch_init(struct outlet_watch *watch, uint64_t seed);
/* After OUTLET_STOP and another outlet_init: what was told is forgotten, the keys and counts stay. */
void outlet_watch_restart(struct outlet_watch *watch);

/* xorshift64: the same numbers on every machine. */
uint64_t outlet_watch_random(uint64_t *random);
/* A random_fill; `context` is the watch. It fails while watch->fill_fails. */
bool outlet_watch_fill(void *context, uint8_t *out, size_t n);
/* The serial of a key that outlet_watch_fill made, or 0. */
uint32_t outlet_watch_serial(const uint8_t nmk[NMK_LEN]);

/* outlet_input, and the rules. NULL, or the one that was broken. The outlet's `fill` is outlet_watch_fill. */
const char *outlet_watch_input(struct outlet_watch *watch, struct outlet *outlet, const struct outlet_input *input,
			       uint64_t now_us, struct outlet_effects *out);

#endif
