/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that an outlet was given and did in its present session, in memory of a fixed size. Pure, and without an
 * allocation: the memory is the caller's.
 *
 * The memory is cut into RECORD_BLOCKS blocks. Each begins with a copy of the outlet as it was then, so that what
 * follows can be replayed without what came before. When all are full the first one is kept, which has the begin of
 * the session (plug-in and matching), and the others are used again in turn: what is left out is between the begin and
 * the last blocks, and is counted. An input and what follows from it lie in one block.
 */
#ifndef SLACD_RECORD_RECORD_RING_H
#define SLACD_RECORD_RECORD_RING_H

#include "slacd/outlet/outlet.h"

#define RECORD_BLOCKS 4
/* A block holds an outlet, and an input with what usually follows from it. */
#define RECORD_MEMORY_MIN (256 * 1024)
#define RECORD_RANDOM_MAX 32 /* octets of one draw that are kept: more than a key has */

enum record_kind {
	RECORD_STATE,  /* `outlet`: as it is before the next input */
	RECORD_INPUT,  /* `input` */
	RECORD_RANDOM, /* the outlet has drawn random octets in the course of this input: `octets`, none: it failed */
	RECORD_EFFECT, /* `effect` */
	RECORD_CUT,    /* further effects of this input found no room */
	RECORD_GAP     /* inputs were left out here: `left_out`; a RECORD_STATE follows */
};

/* One entry, as record_ring_next gives it. Pointers are into the ring. */
struct record_entry {
	enum record_kind kind;
	uint64_t time_us;
	const struct outlet *outlet; /* its first outlet_state_size octets */
	struct outlet_input input;   /* frame.octets point into the ring */
	struct outlet_effect effect; /* frame.octets likewise */
	const uint8_t *octets;
	size_t len;
	uint64_t left_out;
};

struct record_block {
	uint8_t *octets;
	size_t used;
	uint64_t inputs; /* in it */
	uint64_t serial; /* of the blocks of the session: 0 for the first, then 1 ... */
};

struct record_ring {
	size_t block_size;
	struct record_block blocks[RECORD_BLOCKS];
	size_t current;
	uint64_t last_serial;
	uint64_t left_out; /* inputs */
	bool is_cut;       /* the input that is being taken */
};

/* Uses `size` octets at `memory`, RECORD_MEMORY_MIN at least, aligned as malloc does. */
void record_ring_init(struct record_ring *ring, uint8_t *memory, size_t size);
/* Overwrites what was used, as it may hold keys. */
void record_ring_wipe(struct record_ring *ring);

/* A session begins with this outlet. What was there is overwritten. */
void record_ring_begin(struct record_ring *ring, const struct outlet *outlet, uint64_t now_us);
/* The outlet, as it is, will be given `input`. */
void record_ring_input(struct record_ring *ring, const struct outlet *outlet, const struct outlet_input *input,
		       uint64_t now_us);
/* It has drawn `len` random octets; NULL: there were none. */
void record_ring_random(struct record_ring *ring, const uint8_t *octets, size_t len);
/* An effect of that input. Notes that say no more than the frame does are not kept. */
void record_ring_effect(struct record_ring *ring, const struct outlet_effect *effect, uint64_t now_us);

/* False for a note that says no more than the frame does. */
bool record_ring_keeps(const struct outlet_effect *effect);

/* Where a reader is. All zero: at the begin. */
struct record_place {
	size_t blocks; /* read */
	size_t offset; /* in the present one */
	uint64_t serial;
	bool gap_told;
};

/* The next entry in the order of time. False after the last one. */
bool record_ring_next(const struct record_ring *ring, struct record_place *place, struct record_entry *entry);

#endif
