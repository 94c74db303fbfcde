/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session record (doc/records.md) through today's outlet: what was recorded, and what the outlet does with the same
 * inputs at the same times and with the same random octets. With other settings it is a what-if: the outlet then also
 * gets a tick at each of its own deadlines.
 */
#ifndef TOOLS_REPLAY_RECORD_PLAY_H
#define TOOLS_REPLAY_RECORD_PLAY_H

#include "slacd/record/record_file.h"
#include "slacd/settings/settings.h"

/* One thing that an outlet did. */
struct record_decision {
	uint64_t time_us;
	size_t input;        /* the inputs are counted from 1 */
	bool is_note;        /* for the log: it decides nothing */
	bool reaches_others; /* a frame, or a pilot request: car, modem and station may answer otherwise */
	bool is_status;
	size_t len; /* of a frame; 0: it is none */
	uint8_t *octets;
	char *text; /* NULL: a frame */
};

struct record_decisions {
	struct record_decision *items;
	size_t count;
	size_t room;
};

struct record_play {
	struct record_about about;
	struct record_decisions recorded;
	struct record_decisions played;
	size_t inputs;
	uint64_t left_out;    /* inputs that are not in the record */
	size_t partial;       /* states of the outlet without the cars that were refused */
	size_t cut;           /* inputs whose effects are not all in the record */
	uint64_t begin_us;    /* of the outlet's clock */
	uint64_t end_us;      /* the last input */
	uint64_t deadline_us; /* when the outlet would act next, OUTLET_NEVER: it waits for others */
	size_t missing_draws; /* random octets that were asked for and are not in the record */
	size_t unknown;       /* values of the outlet's state that today's outlet does not have */
	char first_unknown[96];
	bool same_config; /* the what-if changes nothing for an outlet */
	bool bad_what_if; /* the error is about it */
	char refused
		[SETTINGS_ERROR_SIZE]; /* why slacd would not start with the settings of the what-if, "": it would */
	char error[SETTINGS_ERROR_SIZE];
};

/*
 * Plays the record of `len` octets; `source` names it in errors. `what_if`: settings "PATH=VALUE". False, and
 * out->error: it cannot be read, or a setting is wrong. record_play_free in any case.
 */
bool record_play(const uint8_t *octets, size_t len, const char *source, const char *const *what_if,
		 size_t what_if_count, struct record_play *out);
void record_play_free(struct record_play *play);

/*
 * The first pair of decisions that are not the same, notes left out: index into items of either, or the count behind
 * the last one. False: there is none. With slack_us their times may differ by so much, and inputs are not counted.
 */
bool record_play_difference(const struct record_play *play, uint64_t slack_us, size_t *recorded, size_t *played);
/* Whether the statuses are the same, whenever they were reported. */
bool record_play_same_statuses(const struct record_play *play);
/*
 * From the first frame or pilot request on that is behind a difference, of either: car, modem and station could notice
 * it. OUTLET_NEVER: there is none.
 */
uint64_t record_play_noticed_us(const struct record_play *play, size_t recorded, size_t played);
/* Notes that are not the same, in their order. */
size_t record_play_other_notes(const struct record_play *play);

#endif
