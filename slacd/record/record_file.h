/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session record as the octets of a pcapng file (doc/records.md), both ways. Pure but for the memory that it
 * allocates.
 *
 *   Section Header     comments: "slacd session record 1" and what it is about; the settings in force, as JSON
 *   Interface          Ethernet, the outlet's port
 *   Enhanced Packet    a frame, received or sent
 *   systemd Journal    anything else, one line a MESSAGE (record_text.h); SLACD= says what it is
 *
 * Wireshark shows the frames and, between them at their times, each message. Numbers are little endian, times are
 * those of the wall clock; clock_offset_us of the header leads back to the outlet's monotonic ones. Keys are masked
 * (record_mask.h).
 */
#ifndef SLACD_RECORD_RECORD_FILE_H
#define SLACD_RECORD_RECORD_FILE_H

#include "slacd/record/record_mask.h"
#include "slacd/record/record_ring.h"
#include "slacd/record/record_text.h"

#define RECORD_VERSION   1
#define RECORD_NAME_MAX  96   /* of a text of the header, with its NUL */
#define RECORD_GIVEN_MAX 4096 /* of the paths of all settings that were given */
#define RECORD_ERROR_MAX 160

/* What a record is about. */
struct record_about {
	char program[RECORD_NAME_MAX]; /* "slacd 0.1.0" */
	char evse_id[RECORD_NAME_MAX];
	char interface[RECORD_NAME_MAX];
	char outcome[RECORD_NAME_MAX]; /* "failed no_sounds": words of the status */
	bool has_ac;
	bool single_phase;
	int64_t clock_offset_us;      /* wall clock less monotonic clock */
	uint32_t state_version;       /* of outlet_state.h */
	char given[RECORD_GIVEN_MAX]; /* paths of the settings that the user has set, separated by commas */
};

struct record_octets {
	uint8_t *octets; /* allocated */
	size_t len;
	size_t room;
	bool failed; /* no memory */
};

/*
 * The file of what the ring holds. `settings`: the effective settings as JSON. `secret`: random octets, used for this
 * record only. False, and nothing in *out, without memory or when libcrypto fails.
 */
bool record_file_build(const struct record_about *about, const char *settings, const struct record_ring *ring,
		       const uint8_t secret[RECORD_SECRET_LEN], struct record_octets *out);
void record_octets_free(struct record_octets *octets);

/* --- reading --- */

/* One thing of a record. Pointers are into the file's octets. */
struct record_item {
	enum record_kind kind;
	uint64_t time_us;          /* of the outlet's clock */
	struct outlet_input input; /* RECORD_INPUT */
	const uint8_t *octets; /* of a frame that is sent (RECORD_EFFECT), or of a draw (RECORD_RANDOM); NULL: none */
	size_t len;
	uint8_t random[RECORD_RANDOM_MAX];
	char text[RECORD_TEXT_MAX]; /* RECORD_EFFECT: any but a frame; RECORD_INPUT likewise */
	const char *state;          /* RECORD_STATE: lines "STATE=name value", each with its end */
	size_t state_len;
	bool is_partial;   /* RECORD_STATE: the cars that were refused for want of a slot are not in it */
	uint64_t left_out; /* RECORD_GAP */
};

struct record_file {
	const uint8_t *octets;
	size_t len;
	size_t offset; /* of the next block */
	struct record_about about;
	const char *settings; /* not terminated */
	size_t settings_len;
	char error[RECORD_ERROR_MAX];
};

enum record_read { RECORD_READ_ITEM, RECORD_READ_END, RECORD_READ_BAD };

/* Whether the octets begin as a pcapng file that slacd has made does. */
bool record_file_is_one(const uint8_t *octets, size_t len);
/* Begins to read. False, and `error` of *file says why. The octets must outlive *file. */
bool record_file_open(struct record_file *file, const uint8_t *octets, size_t len);
/* The next thing; RECORD_READ_BAD and file->error where the file is damaged. */
enum record_read record_file_next(struct record_file *file, struct record_item *item);
/* Calls `line` for each value of a RECORD_STATE. False where a line is none. */
bool record_item_state(const struct record_item *item, bool (*line)(void *context, const char *name, const char *value),
		       void *context);

#endif
