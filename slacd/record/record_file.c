/* SPDX-License-Identifier: Apache-2.0 */
/* Making the file. record_file_read.c reads it. */
#include "slacd/record/record_file.h"

#include "slacd/outlet/hex.h"
#include "slacd/outlet/outlet_state.h"
#include "slacd/record/record_blocks.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_MIN (64 * 1024)

/* --- octets --- */

static uint8_t *make_room(struct record_octets *out, size_t len)
{
	size_t room = out->room == 0 ? ROOM_MIN : out->room;

	while (room < out->len + len)
		room *= 2;
	if (room != out->room && !out->failed) {
		uint8_t *octets = realloc(out->octets, room);
		out->failed = octets == NULL;
		if (octets != NULL) {
			out->octets = octets;
			out->room = room;
		}
	}
	return out->failed ? NULL : out->octets + out->len;
}

static void put(struct record_octets *out, const void *octets, size_t len)
{
	uint8_t *place = make_room(out, len);

	if (place == NULL)
		return;
	if (len > 0)
		memcpy(place, octets, len);
	out->len += len;
}

static void put16(struct record_octets *out, uint16_t value)
{
	const uint8_t octets[] = {(uint8_t)value, (uint8_t)(value >> 8)};

	put(out, octets, sizeof(octets));
}

static void put32(struct record_octets *out, uint32_t value)
{
	put16(out, (uint16_t)value);
	put16(out, (uint16_t)(value >> 16));
}

static void pad(struct record_octets *out, size_t len)
{
	static const uint8_t zeros[3];

	put(out, zeros, (4 - len % 4) % 4);
}

__attribute__((format(printf, 2, 3))) static void print(struct record_octets *out, const char *format, ...)
{
	char text[OUTLET_STATE_NAME_MAX + OUTLET_STATE_VALUE_MAX + 16];
	va_list arguments;

	va_start(arguments, format);
	const int len = vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (len > 0)
		put(out, text, (size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1);
}

void record_octets_free(struct record_octets *octets)
{
	free(octets->octets);
	memset(octets, 0, sizeof(*octets));
}

/* --- blocks --- */

/* Returns where its length will be. */
static size_t begin_block(struct record_octets *out, uint32_t type)
{
	put32(out, type);
	put32(out, 0);
	return out->len;
}

static void end_block(struct record_octets *out, size_t begin)
{
	pad(out, out->len - begin);
	const size_t len = out->len - begin + 3 * sizeof(uint32_t);
	put32(out, (uint32_t)len);
	for (size_t i = 0; i < sizeof(uint32_t) && !out->failed; i++)
		out->octets[begin - sizeof(uint32_t) + i] = (uint8_t)(len >> 8 * i);
}

static void put_option(struct record_octets *out, uint16_t code, const void *octets, size_t len)
{
	put16(out, code);
	put16(out, (uint16_t)len);
	put(out, octets, len);
	pad(out, len);
}

static void put_section(struct record_octets *out, const struct record_about *about, const char *settings)
{
	char text[RECORD_GIVEN_MAX + 8 * RECORD_NAME_MAX];
	const size_t begin = begin_block(out, RECORD_BLOCK_SECTION);
	const int len = snprintf(text, sizeof(text),
				 RECORD_TITLE "%d\nevse_id=%s\noutcome=%s\nhas_ac=%u\nsingle_phase=%u\n"
					      "clock_offset_us=%" PRId64 "\nstate_version=%u\ngiven=%s\n",
				 RECORD_VERSION, about->evse_id, about->outcome, about->has_ac, about->single_phase,
				 about->clock_offset_us, about->state_version, about->given);

	put32(out, RECORD_BYTE_ORDER);
	put16(out, 1); /* version 1.0 */
	put16(out, 0);
	put32(out, UINT32_MAX); /* the section's length is not told */
	put32(out, UINT32_MAX);
	put_option(out, RECORD_OPTION_COMMENT, text, (size_t)len);
	put_option(out, RECORD_OPTION_PROGRAM, about->program, strlen(about->program));
	if (strlen(settings) <= RECORD_OPTION_MAX)
		put_option(out, RECORD_OPTION_COMMENT, settings, strlen(settings));
	put32(out, 0);
	end_block(out, begin);
}

static void put_interface(struct record_octets *out, const char *name)
{
	const size_t begin = begin_block(out, RECORD_BLOCK_INTERFACE);

	put16(out, RECORD_LINK_ETHERNET);
	put16(out, 0);
	put32(out, 0); /* frames are whole */
	put_option(out, RECORD_OPTION_NAME, name, strlen(name));
	put32(out, 0);
	end_block(out, begin);
}

/* --- entries --- */

struct build {
	struct record_octets *out;
	struct record_mask mask;
	uint64_t offset_us;
	uint64_t time_us; /* of the entry, or of the one before where it has none */
	bool failed;      /* something could not be masked */
};

static void put_frame(struct build *build, uint32_t direction, const char *comment, const uint8_t *octets, size_t len)
{
	const uint8_t flags[] = {(uint8_t)direction, 0, 0, 0};
	const uint64_t wall_us = build->time_us + build->offset_us;
	struct record_octets *out = build->out;
	const size_t begin = begin_block(out, RECORD_BLOCK_PACKET);

	put32(out, 0);
	put32(out, (uint32_t)(wall_us >> 32));
	put32(out, (uint32_t)wall_us);
	put32(out, (uint32_t)len);
	put32(out, (uint32_t)len);
	const size_t place = out->len;
	put(out, octets, len);
	if (!out->failed && !record_mask_frame(&build->mask, out->octets + place, len))
		build->failed = true;
	pad(out, len);
	put_option(out, RECORD_OPTION_FLAGS, flags, sizeof(flags));
	if (comment != NULL)
		put_option(out, RECORD_OPTION_COMMENT, comment, strlen(comment));
	put32(out, 0);
	end_block(out, begin);
}

/* Priorities of syslog: what is of no interest to most, the usual, and what has gone wrong. */
enum { QUIET = 7, USUAL = 6, BAD = 4 };

static size_t begin_message(struct build *build, int priority, const char *what, const char *text)
{
	const size_t begin = begin_block(build->out, RECORD_BLOCK_JOURNAL);

	print(build->out,
	      "__REALTIME_TIMESTAMP=%" PRIu64 "\nMESSAGE=%s\nPRIORITY=%d\nSYSLOG_IDENTIFIER=slacd\nSLACD=%s\n",
	      build->time_us + build->offset_us, text, priority, what);
	return begin;
}

static void put_message(struct build *build, int priority, const char *what, const char *text)
{
	end_block(build->out, begin_message(build, priority, what, text));
}

static void put_state_line(void *context, const char *name, const char *value)
{
	print(context, "STATE=%s %s\n", name, value);
}

static void put_state(struct build *build, const struct outlet *outlet)
{
	const size_t size = outlet_state_size(outlet);
	struct outlet *masked = calloc(1, sizeof(*masked));

	if (masked == NULL) {
		build->failed = true;
		return;
	}
	memcpy(masked, outlet, size);
	record_mask_octets(&build->mask, (uint8_t *)masked, size);
	const size_t begin = begin_message(build, QUIET, record_words[RECORD_STATE],
					   outlet->slac.any_refused ? RECORD_STATE_PARTIAL : RECORD_STATE_WHOLE);
	if (!outlet_state_write(masked, put_state_line, build->out))
		build->failed = true;
	end_block(build->out, begin);
	outlet_wipe(masked);
	free(masked);
}

static void put_input(struct build *build, const struct record_entry *entry)
{
	struct outlet_input input = entry->input;
	char text[RECORD_TEXT_MAX];

	if (input.kind == OUTLET_FRAME) {
		put_frame(build, RECORD_INBOUND, input.frame.neighbour_validates ? RECORD_NEIGHBOUR : NULL,
			  input.frame.octets, input.frame.len);
		return;
	}
	record_mask_octets(&build->mask, (uint8_t *)&input, sizeof(input));
	put_message(build, input.kind == OUTLET_TICK ? QUIET : USUAL, record_words[RECORD_INPUT],
		    record_input_text(&input, text));
}

static void put_random(struct build *build, const struct record_entry *entry)
{
	uint8_t octets[RECORD_RANDOM_MAX];
	char digits[2 * RECORD_RANDOM_MAX + 1] = "failed";
	char text[sizeof(RECORD_RANDOM_TEXT) + sizeof(digits)];

	memcpy(octets, entry->octets, entry->len);
	record_mask_octets(&build->mask, octets, entry->len);
	if (entry->len > 0)
		hex_write(octets, entry->len, digits);
	snprintf(text, sizeof(text), RECORD_RANDOM_TEXT "%s", digits);
	put_message(build, QUIET, record_words[RECORD_RANDOM], text);
	explicit_bzero(octets, sizeof(octets));
}

static void put_effect(struct build *build, const struct record_entry *entry)
{
	struct outlet_effect effect = entry->effect;
	const bool is_status = effect.kind == OUTLET_STATUS;
	char text[RECORD_TEXT_MAX];

	if (effect.kind == OUTLET_SEND) {
		put_frame(build, RECORD_OUTBOUND, NULL, effect.frame.octets, effect.frame.len);
		return;
	}
	record_mask_octets(&build->mask, (uint8_t *)&effect, sizeof(effect));
	put_message(build, is_status && effect.status.kind == OUTLET_FAILED ? BAD : USUAL, record_words[RECORD_EFFECT],
		    record_effect_text(&effect, text));
}

static void put_gap(struct build *build, uint64_t left_out)
{
	char text[64];

	snprintf(text, sizeof(text), "%" PRIu64 " inputs were left out here", left_out);
	put_message(build, BAD, record_words[RECORD_GAP], text);
}

static void put_entry(struct build *build, const struct record_entry *entry)
{
	if (entry->time_us != 0)
		build->time_us = entry->time_us;
	switch (entry->kind) {
	case RECORD_STATE:
		put_state(build, entry->outlet);
		break;
	case RECORD_INPUT:
		put_input(build, entry);
		break;
	case RECORD_RANDOM:
		put_random(build, entry);
		break;
	case RECORD_EFFECT:
		put_effect(build, entry);
		break;
	case RECORD_CUT:
		put_message(build, BAD, record_words[RECORD_CUT], "further effects of this input found no room");
		break;
	case RECORD_GAP:
		put_gap(build, entry->left_out);
		break;
	}
}

/* All keys of the outlet's own, before the first octet is written. */
static bool learn_keys(struct record_mask *mask, const struct record_ring *ring)
{
	struct record_place place = {0};
	struct record_entry entry;
	bool ok = true;

	while (ok && record_ring_next(ring, &place, &entry)) {
		if (entry.kind == RECORD_STATE)
			ok = record_mask_add(mask, entry.outlet->modem.key.given.nmk) &&
			     record_mask_add(mask, entry.outlet->slac.key.nmk);
		else if (entry.kind == RECORD_RANDOM && entry.len == NMK_LEN)
			ok = record_mask_add(mask, entry.octets);
	}
	return ok;
}

bool record_file_build(const struct record_about *about, const char *settings, const struct record_ring *ring,
		       const uint8_t secret[RECORD_SECRET_LEN], struct record_octets *out)
{
	struct build build = {.out = out, .offset_us = (uint64_t)about->clock_offset_us};
	struct record_place place = {0};
	struct record_entry entry;

	memset(out, 0, sizeof(*out));
	record_mask_init(&build.mask, secret);
	build.failed = !learn_keys(&build.mask, ring);
	if (!build.failed) {
		put_section(out, about, settings);
		put_interface(out, about->interface);
	}
	while (!build.failed && !out->failed && record_ring_next(ring, &place, &entry))
		put_entry(&build, &entry);
	record_mask_free(&build.mask);
	if (!build.failed && !out->failed)
		return true;
	record_octets_free(out);
	return false;
}
