/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/record/record_ring.h"

#include "slacd/outlet/outlet_state.h"

#include <stdalign.h>
#include <string.h>

/* An input of any size, its random octets and 4 KiB of effects: more is rare, and is cut off. */
#define INPUT_ROOM (MME_FRAME_MAX + 6 * 1024)

/* In front of each entry, and aligned like everything in the ring. */
struct head {
	uint64_t time_us;
	uint32_t len; /* of what follows, without what fills it up */
	uint8_t kind;
	uint8_t part; /* RECORD_EFFECT: 1 for the octets of a frame */
};

#define ALIGNED(len) (((len) + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t))
#define HEAD         ALIGNED(sizeof(struct head))

_Static_assert(RECORD_MEMORY_MIN / RECORD_BLOCKS > HEAD + ALIGNED(offsetof(struct outlet, slac.refused)) + INPUT_ROOM,
	       "a block holds an outlet and an input");

/* What of an input that is no frame; and what of a frame besides its octets. */
struct frame_head {
	uint32_t len;
	bool neighbour_validates;
};

void record_ring_init(struct record_ring *ring, uint8_t *memory, size_t size)
{
	memset(ring, 0, sizeof(*ring));
	ring->block_size = size / RECORD_BLOCKS / alignof(max_align_t) * alignof(max_align_t);
	for (size_t i = 0; i < RECORD_BLOCKS; i++)
		ring->blocks[i].octets = memory + i * ring->block_size;
}

static void empty_block(struct record_block *block)
{
	explicit_bzero(block->octets, block->used);
	block->used = 0;
	block->inputs = 0;
	block->serial = 0;
}

void record_ring_wipe(struct record_ring *ring)
{
	for (size_t i = 0; i < RECORD_BLOCKS; i++)
		empty_block(&ring->blocks[i]);
	ring->current = 0;
	ring->last_serial = 0;
	ring->left_out = 0;
}

/* --- writing --- */

static bool has_room(const struct record_ring *ring, size_t len)
{
	return ring->block_size - ring->blocks[ring->current].used >= HEAD + ALIGNED(len);
}

/* Room for an entry of `len` octets; the caller has seen that it is there. */
static uint8_t *append(struct record_ring *ring, enum record_kind kind, uint8_t part, size_t len, uint64_t now_us)
{
	struct record_block *block = &ring->blocks[ring->current];
	const struct head head = {.time_us = now_us, .len = (uint32_t)len, .kind = (uint8_t)kind, .part = part};
	uint8_t *place = block->octets + block->used;

	memcpy(place, &head, sizeof(head));
	block->used += HEAD + ALIGNED(len);
	return place + HEAD;
}

static void append_state(struct record_ring *ring, const struct outlet *outlet, uint64_t now_us)
{
	const size_t size = outlet_state_size(outlet);

	memcpy(append(ring, RECORD_STATE, 0, size, now_us), outlet, size);
}

void record_ring_begin(struct record_ring *ring, const struct outlet *outlet, uint64_t now_us)
{
	record_ring_wipe(ring);
	append_state(ring, outlet, now_us);
}

/* The first block is kept, the others take turns. */
static void begin_block(struct record_ring *ring, const struct outlet *outlet, uint64_t now_us)
{
	const size_t next = ring->current + 1 < RECORD_BLOCKS ? ring->current + 1 : 1;
	struct record_block *block = &ring->blocks[next];

	ring->left_out += block->inputs;
	empty_block(block);
	block->serial = ++ring->last_serial;
	ring->current = next;
	append_state(ring, outlet, now_us);
}

void record_ring_input(struct record_ring *ring, const struct outlet *outlet, const struct outlet_input *input,
		       uint64_t now_us)
{
	if (!has_room(ring, INPUT_ROOM))
		begin_block(ring, outlet, now_us);
	ring->is_cut = false;
	ring->blocks[ring->current].inputs++;
	if (input->kind != OUTLET_FRAME) {
		memcpy(append(ring, RECORD_INPUT, 0, sizeof(*input), now_us), input, sizeof(*input));
		return;
	}
	/* What is longer than a frame is refused by the outlet for other reasons: its begin tells them. */
	const size_t len = input->frame.len <= MME_FRAME_MAX ? input->frame.len : MME_FRAME_MAX;
	const struct frame_head head = {.len = (uint32_t)len, .neighbour_validates = input->frame.neighbour_validates};
	uint8_t *place = append(ring, RECORD_INPUT, 1, sizeof(head) + len, now_us);
	memcpy(place, &head, sizeof(head));
	memcpy(place + sizeof(head), input->frame.octets, len);
}

/* Room is left for the mark that some were cut off. */
static bool may_append(struct record_ring *ring, size_t len, uint64_t now_us)
{
	if (ring->is_cut)
		return false;
	if (has_room(ring, ALIGNED(len) + HEAD))
		return true;
	append(ring, RECORD_CUT, 0, 0, now_us);
	ring->is_cut = true;
	return false;
}

void record_ring_random(struct record_ring *ring, const uint8_t *octets, size_t len)
{
	const size_t kept = octets == NULL ? 0 : len <= RECORD_RANDOM_MAX ? len : RECORD_RANDOM_MAX;

	if (!may_append(ring, kept, 0))
		return;
	uint8_t *place = append(ring, RECORD_RANDOM, 0, kept, 0);
	if (kept > 0)
		memcpy(place, octets, kept);
}

bool record_ring_keeps(const struct outlet_effect *effect)
{
	return effect->kind != OUTLET_NOTE ||
	       (effect->note.kind != OUTLET_NOTE_RECEIVED && effect->note.kind != OUTLET_NOTE_RECEIVED_MODEM &&
		effect->note.kind != OUTLET_NOTE_OTHER_KIND);
}

void record_ring_effect(struct record_ring *ring, const struct outlet_effect *effect, uint64_t now_us)
{
	const bool is_frame = effect->kind == OUTLET_SEND;
	const size_t len = is_frame ? effect->frame.len : sizeof(*effect);

	if (!record_ring_keeps(effect) || !may_append(ring, len, now_us))
		return;
	memcpy(append(ring, RECORD_EFFECT, is_frame, len, now_us),
	       is_frame ? (const void *)effect->frame.octets : effect, len);
}

/* --- reading --- */

/* The block that was begun next after `serial`; NULL: none. */
static const struct record_block *block_after(const struct record_ring *ring, const struct record_place *place)
{
	const struct record_block *next = NULL;

	for (size_t i = 0; i < RECORD_BLOCKS; i++) {
		const struct record_block *block = &ring->blocks[i];
		const bool is_later = place->blocks == 0 || block->serial > place->serial;
		if (block->used > 0 && is_later && (next == NULL || block->serial < next->serial))
			next = block;
	}
	return next;
}

static const struct record_block *block_of(const struct record_ring *ring, uint64_t serial)
{
	for (size_t i = 0; i < RECORD_BLOCKS; i++)
		if (ring->blocks[i].used > 0 && ring->blocks[i].serial == serial)
			return &ring->blocks[i];
	return NULL;
}

static void take_input(const uint8_t *place, uint8_t part, struct record_entry *entry)
{
	struct frame_head head;

	if (part == 0) {
		memcpy(&entry->input, place, sizeof(entry->input));
		return;
	}
	memcpy(&head, place, sizeof(head));
	entry->input.kind = OUTLET_FRAME;
	entry->input.frame.octets = place + sizeof(head);
	entry->input.frame.len = head.len;
	entry->input.frame.neighbour_validates = head.neighbour_validates;
}

static void take_entry(const uint8_t *place, const struct head *head, struct record_entry *entry)
{
	memset(entry, 0, sizeof(*entry));
	entry->kind = (enum record_kind)head->kind;
	entry->time_us = head->time_us;
	entry->octets = place;
	entry->len = head->len;
	if (entry->kind == RECORD_STATE)
		entry->outlet = (const void *)place;
	else if (entry->kind == RECORD_INPUT)
		take_input(place, head->part, entry);
	else if (entry->kind == RECORD_EFFECT && head->part == 0)
		memcpy(&entry->effect, place, sizeof(entry->effect));
	else if (entry->kind == RECORD_EFFECT)
		entry->effect =
			(struct outlet_effect){.kind = OUTLET_SEND, .frame = {.octets = place, .len = head->len}};
}

bool record_ring_next(const struct record_ring *ring, struct record_place *place, struct record_entry *entry)
{
	const struct record_block *block = place->blocks == 0 ? NULL : block_of(ring, place->serial);
	struct head head;

	if (block == NULL || place->offset == block->used) {
		const struct record_block *next = block_after(ring, place);
		if (next == NULL)
			return false;
		const bool follows = block == NULL || next->serial == block->serial + 1;
		memcpy(&head, next->octets, sizeof(head));
		if (!follows && !place->gap_told) {
			memset(entry, 0, sizeof(*entry));
			entry->kind = RECORD_GAP;
			entry->time_us = head.time_us;
			entry->left_out = ring->left_out;
			place->gap_told = true;
			return true;
		}
		place->blocks++;
		place->serial = next->serial;
		/* Where nothing is missing, a copy of the outlet tells nothing new. */
		place->offset = place->blocks > 1 && follows ? HEAD + ALIGNED(head.len) : 0;
		return record_ring_next(ring, place, entry);
	}
	memcpy(&head, block->octets + place->offset, sizeof(head));
	take_entry(block->octets + place->offset + HEAD, &head, entry);
	place->offset += HEAD + ALIGNED(head.len);
	return true;
}
