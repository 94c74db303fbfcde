/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/record/recorder.h"

#include "homeplug/network_key.h"
#include "service/clock.h"
#include "service/log_budget.h"
#include "slacd/outlet/outlet_state.h"
#include "slacd/record/record_writer.h"
#include "slacd/version.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Sessions may end as fast as the station reports faults. */
#define LEFT_OUT_PER_MINUTE 60

struct recorder {
	struct record_writer *writer;
	const struct settings *settings;
	struct recorder_outlet outlet;
	char *settings_text;          /* in force for this outlet, as JSON */
	char given[RECORD_GIVEN_MAX]; /* the paths of those that the user has set */
	bool is_recording;
	bool matching;                   /* since the record began: `matching` was reported, */
	bool matched;                    /* `matched`, */
	bool ended;                      /* what ends it */
	bool left_out;                   /* it is one of too many, which the log was told */
	char name[RECORD_FILE_NAME_MAX]; /* "": not to be written */
	char outcome[RECORD_NAME_MAX];
	uint64_t begin_wall_us;
	uint64_t begin_us;
	struct record_ring ring;
	uint8_t *memory; /* of the ring; NULL: none yet */
	struct log_limit no_room;
	struct log_burst bad;             /* sessions that have ended badly */
	struct log_budget left_out_lines; /* of those that are not written */
};

/* --- beginning --- */

/* The settings that are for this outlet, in the form of the file. */
static char *print_settings(const struct settings *all, const char *evse_id)
{
	struct settings *own = malloc(sizeof(*own));
	const struct settings_outlet *outlet = settings_outlet(all, evse_id);
	char *text = NULL;
	size_t len;

	if (own == NULL)
		return NULL;
	memcpy(own, all, SETTINGS_HEAD_SIZE);
	own->outlet_count = outlet != NULL ? 1 : 0;
	if (outlet != NULL)
		own->outlets[0] = *outlet;
	FILE *out = open_memstream(&text, &len);
	if (out != NULL) {
		settings_print(own, out);
		fclose(out);
	}
	explicit_bzero(own, SETTINGS_HEAD_SIZE); /* the broker's password */
	free(own);
	return text;
}

struct recorder *recorder_new(struct record_writer *writer, const struct settings *settings,
			      const struct recorder_outlet *outlet)
{
	struct recorder *recorder;

	if (writer == NULL || settings->record_when == SETTINGS_RECORD_NEVER)
		return NULL;
	recorder = calloc(1, sizeof(*recorder));
	if (recorder == NULL)
		return NULL;
	recorder->writer = writer;
	recorder->settings = settings;
	recorder->outlet = *outlet;
	recorder_configure(recorder);
	if (recorder->settings_text != NULL)
		return recorder;
	free(recorder);
	return NULL;
}

void recorder_configure(struct recorder *recorder)
{
	if (recorder == NULL)
		return;
	char *text = print_settings(recorder->settings, recorder->outlet.evse_id);
	if (text == NULL)
		return;
	free(recorder->settings_text);
	recorder->settings_text = text;
	settings_print_given(recorder->settings, recorder->given, sizeof(recorder->given));
}

void recorder_free(struct recorder *recorder)
{
	if (recorder == NULL)
		return;
	if (recorder->memory != NULL)
		record_ring_wipe(&recorder->ring);
	free(recorder->memory);
	free(recorder->settings_text);
	free(recorder);
}

static bool has_memory(struct recorder *recorder)
{
	const size_t size = (size_t)recorder->settings->record_memory_kib * 1024;

	if (recorder->memory != NULL)
		return true;
	recorder->memory = malloc(size);
	if (recorder->memory != NULL)
		record_ring_init(&recorder->ring, recorder->memory, size);
	return recorder->memory != NULL;
}

static void begin(struct recorder *recorder, const struct outlet *outlet, uint64_t now_us)
{
	recorder->is_recording = has_memory(recorder);
	if (!recorder->is_recording)
		return;
	recorder->matching = recorder->matched = recorder->ended = recorder->left_out = false;
	recorder->name[0] = '\0';
	recorder->begin_us = now_us;
	recorder->begin_wall_us = clock_wall_us();
	record_ring_begin(&recorder->ring, outlet, now_us);
}

static bool brings_vehicle(const struct outlet_input *input)
{
	return input->kind == OUTLET_CP_STATUS && cp_state_has_vehicle(input->cp_status.state);
}

void recorder_input(struct recorder *recorder, const struct outlet *outlet, const struct outlet_input *input,
		    uint64_t now_us)
{
	if (recorder == NULL)
		return;
	/* A vehicle that an outlet out of service has not served leaves without a status: no record ends with it. */
	const bool comes = brings_vehicle(input) && (!recorder->is_recording || outlet_is_empty(outlet));
	const bool stays = !recorder->is_recording && outlet->pilot.vehicle_present;
	if (comes || stays)
		begin(recorder, outlet, now_us);
	if (recorder->is_recording)
		record_ring_input(&recorder->ring, outlet, input, now_us);
}

bool recorder_fill(void *context, uint8_t *out, size_t n)
{
	struct recorder *recorder = context;
	const bool filled = random_fill_csprng(NULL, out, n);

	if (recorder != NULL && recorder->is_recording)
		record_ring_random(&recorder->ring, filled ? out : NULL, n);
	return filled;
}

/* --- ending --- */

/* The station, or the ISO 15118 side, wanted it so; or the vehicle left after its match, or before it has spoken. */
static bool has_ended_well(const struct recorder *recorder, const struct outlet_status *status)
{
	switch (status->reason) {
	case SLAC_REASON_AUTHORIZED_BY_EIM:
	case SLAC_REASON_TAKEN_OVER:
	case SLAC_REASON_TERMINATED:
	case SLAC_REASON_RESET:
		return true;
	case SLAC_REASON_VEHICLE_LEFT:
		return recorder->matched || !recorder->matching;
	default:
		return false;
	}
}

/* Nobody is to look for a file that never was. */
static void say_left_out(struct recorder *recorder, const struct outlet_status *status)
{
	const char *reason = slac_reason_text(status->reason);

	if (recorder->left_out)
		return;
	recorder->left_out = true;
	log_line(log_budget_level(&recorder->left_out_lines, LEFT_OUT_PER_MINUTE, "session records that are left out",
				  recorder->outlet.evse_id, LOG_LEVEL_INFO, recorder->begin_us),
		 "Session record is left out: of sessions that end badly in quick succession record.when=failed writes "
		 "%d, then one a minute. evse_id=%s status=%s%s%s",
		 LOG_BURST_LOUD, recorder->outlet.evse_id, outlet_status_text(status->kind),
		 *reason == '\0' ? "" : " reason=", reason);
}

/* A car that fails again and again must not push out all other records: a burst leaves a few, then one a minute. */
static bool is_wanted(struct recorder *recorder, const struct outlet_status *status)
{
	if (recorder->settings->record_when == SETTINGS_RECORD_ALWAYS)
		return true;
	if (status->kind != OUTLET_FAILED && has_ended_well(recorder, status))
		return false;
	if (log_burst_pass(&recorder->bad, recorder->begin_us))
		return true;
	say_left_out(recorder, status);
	return false;
}

/* The time of its begin, the outlet and the outcome, in letters that every file system takes. */
static void name_file(struct recorder *recorder, const struct outlet_status *status)
{
	const time_t seconds = (time_t)(recorder->begin_wall_us / 1000000);
	const char *reason = slac_reason_text(status->reason);
	char utc_text[24];
	struct tm utc;

	gmtime_r(&seconds, &utc);
	strftime(utc_text, sizeof(utc_text), "%Y%m%dT%H%M%S", &utc);
	snprintf(recorder->name, sizeof(recorder->name), "%s.%06uZ-%.64s-%s%s%s.pcapng", utc_text,
		 (unsigned)(recorder->begin_wall_us % 1000000), recorder->outlet.evse_id,
		 outlet_status_text(status->kind), *reason == '\0' ? "" : "-", reason);
	for (char *c = recorder->name; *c != '\0'; c++)
		if (!isalnum((unsigned char)*c) && strchr("._-", *c) == NULL)
			*c = '_';
	snprintf(recorder->outcome, sizeof(recorder->outcome), "%s%s%s", outlet_status_text(status->kind),
		 *reason == '\0' ? "" : " ", reason);
}

const char *recorder_status(struct recorder *recorder, const struct outlet_status *status)
{
	if (recorder == NULL || !recorder->is_recording)
		return NULL;
	if (status->kind == OUTLET_MATCHING || status->kind == OUTLET_MATCHED) {
		recorder->matching = true;
		recorder->matched = recorder->matched || status->kind == OUTLET_MATCHED;
		return NULL;
	}
	recorder->ended = true;
	if (recorder->name[0] == '\0' && is_wanted(recorder, status)) {
		if (record_writer_has_room(recorder->writer))
			name_file(recorder, status);
		else if (log_limit_pass(&recorder->no_room, recorder->begin_us))
			log_line(LOG_LEVEL_WARN, "Session record is lost, too many wait to be written. evse_id=%s",
				 recorder->outlet.evse_id);
	}
	return recorder->name[0] != '\0' ? recorder->name : NULL;
}

/* A text of the header is one line. */
static void copy_text(char out[RECORD_NAME_MAX], const char *text)
{
	snprintf(out, RECORD_NAME_MAX, "%s", text);
	for (char *c = out; *c != '\0'; c++)
		if (iscntrl((unsigned char)*c))
			*c = '?';
}

static void describe(const struct recorder *recorder, struct record_about *about)
{
	snprintf(about->program, sizeof(about->program), "slacd %s", SLACD_VERSION);
	copy_text(about->evse_id, recorder->outlet.evse_id);
	copy_text(about->interface, recorder->outlet.interface);
	copy_text(about->outcome, recorder->outcome);
	about->has_ac = recorder->outlet.has_ac;
	about->single_phase = recorder->outlet.single_phase;
	about->clock_offset_us = (int64_t)(recorder->begin_wall_us - recorder->begin_us);
	about->state_version = OUTLET_STATE_VERSION;
	memcpy(about->given, recorder->given, sizeof(about->given));
}

/* The ring goes with it; the next record gets memory of its own. */
static void give_to_writer(struct recorder *recorder)
{
	struct record_job *job = calloc(1, sizeof(*job));

	if (job == NULL)
		return;
	snprintf(job->name, sizeof(job->name), "%s", recorder->name);
	describe(recorder, &job->about);
	job->settings = strdup(recorder->settings_text);
	if (job->settings == NULL || !random_fill_csprng(NULL, job->secret, sizeof(job->secret))) {
		log_line(LOG_LEVEL_WARN, "Session record is lost: no random octets, or no memory. evse_id=%s",
			 recorder->outlet.evse_id);
		record_job_free(job);
		return;
	}
	job->ring = recorder->ring;
	job->memory = recorder->memory;
	recorder->memory = NULL;
	if (record_writer_give(recorder->writer, job))
		log_line(LOG_LEVEL_INFO, "Session record. evse_id=%s file=%s", recorder->outlet.evse_id,
			 recorder->name);
}

void recorder_effects(struct recorder *recorder, const struct outlet_effects *effects, uint64_t now_us)
{
	if (recorder == NULL || !recorder->is_recording)
		return;
	for (size_t i = 0; i < effects->count; i++)
		record_ring_effect(&recorder->ring, &effects->items[i], now_us);
	if (!recorder->ended)
		return;
	if (recorder->name[0] != '\0')
		give_to_writer(recorder);
	if (recorder->memory != NULL)
		record_ring_wipe(&recorder->ring);
	recorder->is_recording = false;
}
