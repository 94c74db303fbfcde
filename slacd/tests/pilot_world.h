/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One outlet on virtual time for test_pilot_exploration: the pilot logic (the real one or a mutant), the
 * abstraction of matching and the repeating of the pilot request, joined as evse.c, evse_pilot.c and
 * evse_slac.c join them (a status leads back into the pilot logic in the middle of its list of outputs).
 *
 * A world fits into a key of 256 bits: times are kept relative to now, so that equal situations are equal
 * keys whenever they come about.
 */
#ifndef SLACD_TESTS_PILOT_WORLD_H
#define SLACD_TESTS_PILOT_WORLD_H

#include "cp/control_pilot.h"
#include "slacd/request_retry.h"
#include "slacd/tests/pilot_matching.h"
#include "slacd/tests/pilot_truth.h"

#include <stdio.h>

enum world_input {
	WORLD_STATE_A1, /* cp_status, in the order of enum cp_state */
	WORLD_STATE_F = WORLD_STATE_A1 + CP_STATE_F,
	WORLD_LIMIT_0,
	WORLD_LIMIT_59, /* 5.9 A */
	WORLD_LIMIT_60,
	WORLD_LIMIT_160,
	WORLD_LIMIT_320,
	WORLD_LIMIT_1000,
	WORLD_READY, /* in the order of enum control_pilot_availability */
	WORLD_NOT_READY,
	WORLD_OUT_OF_ORDER,
	WORLD_EIM_ON,
	WORLD_EIM_OFF,
	WORLD_HLC_ON,
	WORLD_HLC_OFF,
	WORLD_RESET,
	WORLD_TERMINATE,
	WORLD_KEY_LOST,
	WORLD_PARM_REQ,
	WORLD_MATCH_REQ,
	WORLD_RUN_FAILED,
	WORLD_LINK_LOST,
	WORLD_ANSWER_VALID,
	WORLD_ANSWER_REFUSED,
	WORLD_ANSWER_OLD, /* to a request that was given up */
	WORLD_BROKER_AWAY,
	WORLD_BROKER_BACK,
	WORLD_TIME,      /* to the next deadline */
	WORLD_OVERSLEEP, /* the timer comes a minute late */
	WORLD_INPUTS
};

/* Added to an input: it comes at the time of the next deadline, before the timer. */
#define WORLD_RACE 0x80u

struct world_config {
	const char *name;
	struct control_pilot_config pilot;
	struct matching_config matching;
	bool prompt_station; /* every pilot request is answered at once; otherwise only by an input */
	uint32_t request_timeout_ms;
	uint32_t request_backoff_max_ms;
	enum control_pilot_availability at_start;
	uint64_t inputs; /* one bit for each enum world_input that may come */
	bool races;
};

/* The pilot logic under test. */
struct pilot_logic {
	void (*init)(struct control_pilot *pilot, const struct control_pilot_config *config);
	void (*input)(struct control_pilot *pilot, const struct control_pilot_input *input, uint64_t now_us,
		      struct control_pilot_outputs *out);
	uint64_t (*deadline)(const struct control_pilot *pilot);
};

/* One call of the pilot logic, while its outputs are carried out. */
struct world_call {
	enum control_pilot_input_kind cause;
	bool said_basic, said_eim, said_fault, said_connected, asked_hlc;
};

struct world {
	const struct world_config *config;
	const struct pilot_logic *logic;
	uint64_t now_us;
	struct control_pilot pilot;
	struct matching matching;
	struct request_retry retry;
	struct pilot_request carried; /* what `retry` asks for */
	bool broker;
	bool f_unheard; /* the last F was not answered, and no 5 % was asked for since */
	struct pilot_truth truth;

	/* Of the present step, not part of the key. */
	unsigned outputs;      /* of the pilot logic */
	const char *violation; /* the first invariant that did not hold, NULL: all do */
	FILE *trace;           /* NULL: quiet */
};

struct world_key {
	uint64_t words[4];
};

/* The service has started. */
void world_init(struct world *world, const struct world_config *config, const struct pilot_logic *logic);
/*
 * One input (enum world_input, maybe | WORLD_RACE), then every deadline that is due; the invariants are
 * checked on the way and at the end. False when the input cannot come now (e.g. time without a deadline).
 */
bool world_step(struct world *world, unsigned input);
/* The nearest deadline, or UINT64_MAX. */
uint64_t world_deadline(const struct world *world);
/* Lets `us` pass, deadline by deadline. */
void world_pass(struct world *world, uint64_t us);
/* Notes that an invariant does not hold. */
void world_violation(struct world *world, const char *what);

/* False when a value lies outside of what is possible: a violation. */
bool world_pack(const struct world *world, struct world_key *key);
void world_unpack(struct world *world, const struct world_config *config, const struct pilot_logic *logic,
		  const struct world_key *key);
/* True when nothing but times that are equally far away differs. */
bool world_equal(const struct world *a, const struct world *b);

/* "B2", "limit 16.0 A", "race: EIM accepted". */
const char *world_input_text(unsigned input, char *text, size_t size);

#endif
