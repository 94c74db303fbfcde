/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An outlet under arbitrary inputs: takes octets as events and holds every step against what must always be
 * true. Used by the randomized test and by the fuzzer; needs no test framework.
 */
#ifndef HOMEPLUG_SLAC_TESTS_SLAC_EVSE_WATCH_H
#define HOMEPLUG_SLAC_TESTS_SLAC_EVSE_WATCH_H

#include "homeplug/slac/slac_evse.h"

/* Slots of the outlet, at most: few enough that its cars often find none. */
#define SLAC_WATCH_RUNS SLAC_C_EVSE_MATCH_PARALLEL

struct slac_watch {
	struct slac_evse evse;
	struct slac_evse_outputs out; /* of the last input */
	uint64_t now_us;
	/* What the outlet was told, kept apart from its own memory. */
	bool connected;
	bool has_key;
	uint8_t nmk[NMK_LEN];
	/* What it reported last; `reported` false before the first status of a vehicle. */
	bool reported;
	enum slac_status status;
	/* Joining since REJOIN, not since CM_SLAC_MATCH.CNF: the last report is still `matched`. */
	bool rejoining;
	/* The 15118 side ended the link: no window of TT_EVSE_SLAC_init, the car may speak at any time. */
	bool terminated;
	/* The pilot as it was told: B-C-B of the validation window that is open or was last. */
	bool s2_closed;
	unsigned s2_toggles;
	unsigned most_toggles; /* of any window since the vehicle was connected */
	/* Some other outlet of the station validates. */
	bool neighbour_validates;
	/* How far the events came, for a test that must not be vacuous. */
	unsigned long matched;
	unsigned long failed;
	unsigned long refused;
	unsigned long outputs_max;
	unsigned long validated; /* validations that ended with a result */
	unsigned long toggled;   /* of those, with a toggle */
	unsigned long not_ready; /* validations put off for another's */
	unsigned long put_off;   /* of those, for a neighbouring outlet's */
	unsigned long joined;    /* links that came up after they were awaited */
	unsigned long not_joined;
	unsigned long rejoined;
	unsigned long paused_again; /* links that were awaited after a pause, and paused once more */
	unsigned long terminations;
	unsigned long pauses;
};

/* The config is copied. The events of slac_watch_play are for test_evse_mac, its modem is test_modem_mac. */
void slac_watch_init(struct slac_watch *watch, const struct slac_evse_config *config);

/* One input now. NULL, or the rule that was broken. */
const char *slac_watch_input(struct slac_watch *watch, const struct slac_evse_input *input);

/* The octets as a sequence of events (see slac_evse_watch.c). NULL, or the rule that was broken. */
const char *slac_watch_play(struct slac_watch *watch, const uint8_t *octets, size_t len);

#endif
