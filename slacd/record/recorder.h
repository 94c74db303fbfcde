/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The records of one outlet (doc/records.md). A record begins when a vehicle comes, or with the vehicle that is still
 * there when the one before has ended. It ends with `failed`, `basic_charging` or `unmatched`, and is written where
 * record.when asks for it. Everything but the last step, for which the writer has its thread, is done in memory of a
 * fixed size; memory is allocated once for a record at most.
 */
#ifndef SLACD_RECORD_RECORDER_H
#define SLACD_RECORD_RECORDER_H

#include "slacd/outlet/outlet.h"
#include "slacd/settings/settings.h"

struct recorder;
struct record_writer;

/* What the records of an outlet tell of it. */
struct recorder_outlet {
	const char *evse_id;
	const char *interface;
	bool has_ac;
	bool single_phase;
};

/*
 * NULL where nothing is to be recorded (`writer` is NULL, or record.when is `never`), or without memory; every function
 * below takes NULL then. Settings and writer must outlive it, the texts of `outlet` too.
 */
struct recorder *recorder_new(struct record_writer *writer, const struct settings *settings,
			      const struct recorder_outlet *outlet);
/* The outlet has taken over what has changed in the settings. */
void recorder_configure(struct recorder *recorder);
/* A record that has not ended is not written. */
void recorder_free(struct recorder *recorder);

/* Before the outlet is given an input. */
void recorder_input(struct recorder *recorder, const struct outlet *outlet, const struct outlet_input *input,
		    uint64_t now_us);
/* A random_fill for the outlet; `context` is the recorder, or NULL. */
bool recorder_fill(void *context, uint8_t *out, size_t n);
/*
 * When a status is reported: the name of the file that will be written with it, or NULL. Valid until recorder_effects.
 */
const char *recorder_status(struct recorder *recorder, const struct outlet_status *status);
/* When the effects of that input have been carried out. */
void recorder_effects(struct recorder *recorder, const struct outlet_effects *effects, uint64_t now_us);

#endif
