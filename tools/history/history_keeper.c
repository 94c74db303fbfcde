/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/history/history_keeper.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LINE_SIZE 1024
/* Rows of the spool go in pieces of so many octets. */
#define REPLAY_OCTETS (512u * 1024u)
/* After so many transactions that were taken twice as many rows are tried. */
#define REPLAY_GOOD 64

__attribute__((format(printf, 3, 4))) static void say(const struct history_keeper *keeper, enum log_level level,
						      const char *format, ...)
{
	char line[LINE_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	keeper->say(keeper->context, level, line);
}

bool history_keeper_init(struct history_keeper *keeper)
{
	keeper->back_off_us = HISTORY_BACKOFF_MIN_US;
	keeper->replay_max = keeper->rows_max;
	if (history_batch_init(&keeper->replayed, REPLAY_OCTETS) &&
	    history_batch_init(&keeper->single, HISTORY_RECORD_HEAD + HISTORY_RECORD_MAX))
		return true;
	history_batch_free(&keeper->replayed);
	return false;
}

static void close_store(struct history_keeper *keeper)
{
	if (keeper->is_open)
		keeper->store->class->close(keeper->store);
	keeper->is_open = false;
}

void history_keeper_end(struct history_keeper *keeper)
{
	close_store(keeper);
	history_batch_free(&keeper->replayed);
	history_batch_free(&keeper->single);
}

/* --- the database comes and goes --- */

/* Each reason is said once, until the database is back. */
static void tell_away(struct history_keeper *keeper, const char *why)
{
	if (strcmp(keeper->why, why) == 0)
		return;
	snprintf(keeper->why, sizeof(keeper->why), "%s", why);
	say(keeper, LOG_LEVEL_WARN, "The database is away, rows wait in the spool. reason=%s", why);
}

static void back_off(struct history_keeper *keeper, uint64_t now_us)
{
	keeper->again_us = now_us + keeper->back_off_us;
	keeper->back_off_us =
		2 * keeper->back_off_us < HISTORY_BACKOFF_MAX_US ? 2 * keeper->back_off_us : HISTORY_BACKOFF_MAX_US;
}

/* One that has worked was restarted, most often. One that opens and takes nothing would be opened without end. */
static void lose_store(struct history_keeper *keeper, const char *why, uint64_t now_us)
{
	close_store(keeper);
	tell_away(keeper, why);
	keeper->is_doubted = !keeper->is_proven;
	if (keeper->is_doubted)
		back_off(keeper, now_us);
	else
		keeper->again_us = now_us;
}

static void tell_open(struct history_keeper *keeper)
{
	if (!history_spool_is_empty(keeper->spool))
		say(keeper, LOG_LEVEL_INFO, "The database is there, rows of the spool follow. octets=%llu",
		    (unsigned long long)history_spool_octets(keeper->spool));
	else
		say(keeper, LOG_LEVEL_INFO, "The database is there%s.", keeper->was_open ? " again" : "");
	keeper->was_open = true;
	keeper->why[0] = '\0';
}

static void prove_store(struct history_keeper *keeper)
{
	keeper->back_off_us = HISTORY_BACKOFF_MIN_US;
	keeper->is_proven = true;
	if (!keeper->is_doubted)
		return;
	keeper->is_doubted = false;
	tell_open(keeper);
}

static void try_open(struct history_keeper *keeper, uint64_t now_us)
{
	char why[HISTORY_STORE_WHY_SIZE] = "";

	keeper->is_open = keeper->store->class->open(keeper->store, why);
	keeper->is_proven = false;
	if (keeper->is_open) {
		if (!keeper->is_doubted)
			tell_open(keeper);
		return;
	}
	tell_away(keeper, why);
	back_off(keeper, now_us);
}

/* --- rows that the database does not want --- */

/* In its place: what the row was about, and why the database has not taken it. One that was refused before stays so. */
static void make_refused(struct history_row *row, const char *why)
{
	const struct history_row told = *row;
	struct history_refused *refused = &row->as.refused;

	if (told.kind == HISTORY_REFUSED)
		return;
	*row = (struct history_row){.kind = HISTORY_REFUSED};
	snprintf(refused->why, sizeof(refused->why), "the database: %.300s", why);
	if (told.kind == HISTORY_TELEMETRY) {
		refused->received_us = told.as.telemetry.sampling_us;
		snprintf(refused->topic, sizeof(refused->topic), "%s/%s/%s", told.as.telemetry.station,
			 told.as.telemetry.evse_id, told.as.telemetry.name);
	} else if (told.kind == HISTORY_STATUS) {
		refused->received_us = told.as.status.received_us;
		snprintf(refused->topic, sizeof(refused->topic), "%s/%s", told.as.status.station,
			 told.as.status.message_id);
	}
}

/* A database of another encoding than UTF-8 does not take each character. */
static void make_ascii(char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text > 0x7e)
			*text = '?';
}

static enum history_stored write_single(struct history_keeper *keeper, const struct history_row *row, char *why)
{
	history_batch_clear(&keeper->single);
	history_batch_add(&keeper->single, row);
	return keeper->store->class->write(keeper->store, &keeper->single, why);
}

/* One row after another: those that the database does not take are put aside, and counted. */
static enum history_stored write_singly(struct history_keeper *keeper, const struct history_batch *batch, char *why)
{
	enum history_stored stored = HISTORY_STORED;
	struct history_row row;

	for (size_t at = 0; stored != HISTORY_STORE_AWAY && history_batch_next(batch, &at, &row);) {
		stored = write_single(keeper, &row, why);
		if (stored != HISTORY_STORE_UNWILLING)
			continue;
		if (keeper->counts.unwilling++ == 0)
			say(keeper, LOG_LEVEL_WARN, "The database does not take a row, which is put aside. reason=%s",
			    why);
		make_refused(&row, why);
		stored = write_single(keeper, &row, why);
		if (stored != HISTORY_STORE_UNWILLING)
			continue;
		make_ascii(row.as.refused.topic);
		make_ascii(row.as.refused.why);
		stored = write_single(keeper, &row, why);
	}
	return stored == HISTORY_STORE_AWAY ? HISTORY_STORE_AWAY : HISTORY_STORED;
}

/* False: the database is away. */
static bool store(struct history_keeper *keeper, const struct history_batch *batch, uint64_t now_us)
{
	char why[HISTORY_STORE_WHY_SIZE] = "";
	const uint64_t unwilling = keeper->counts.unwilling;
	enum history_stored stored = keeper->store->class->write(keeper->store, batch, why);

	if (stored == HISTORY_STORE_UNWILLING)
		stored = write_singly(keeper, batch, why);
	if (stored == HISTORY_STORED) {
		keeper->counts.stored += batch->rows - (keeper->counts.unwilling - unwilling);
		prove_store(keeper);
		return true;
	}
	lose_store(keeper, why, now_us);
	return false;
}

/* --- the spool --- */

/* Once for each time that the database is away. */
static void tell_given_up(struct history_keeper *keeper)
{
	const uint64_t given_up = history_spool_given_up(keeper->spool);

	if (given_up == keeper->told_given_up)
		return;
	if (!keeper->is_full)
		say(keeper, LOG_LEVEL_ERROR, "The spool is full: the oldest rows are given up. total=%llu",
		    (unsigned long long)given_up);
	keeper->is_full = true;
	keeper->told_given_up = given_up;
}

static bool spool(struct history_keeper *keeper, const struct history_batch *batch)
{
	char why[HISTORY_SPOOL_WHY_SIZE];

	if (!history_spool_append(keeper->spool, batch, why)) {
		if (!keeper->is_stuck)
			say(keeper, LOG_LEVEL_ERROR,
			    "Rows cannot be kept, and wait at the broker as far as it has room. reason=%s", why);
		keeper->is_stuck = true;
		return false;
	}
	keeper->counts.spooled += batch->rows;
	tell_given_up(keeper);
	return true;
}

static void tell_broken(struct history_keeper *keeper)
{
	const uint64_t broken = history_spool_broken(keeper->spool);

	if (broken != keeper->told_broken)
		say(keeper, LOG_LEVEL_WARN,
		    "Octets of the spool are no rows: a kill has left them half written, or they are damaged. total=%llu",
		    (unsigned long long)broken);
	keeper->told_broken = broken;
}

/* A database that is too slow for so many rows at once gets fewer, down to one, and after a while more again. */
static void adapt_replay(struct history_keeper *keeper, bool stored)
{
	if (stored && ++keeper->replay_good < REPLAY_GOOD)
		return;
	keeper->replay_good = 0;
	if (!stored)
		keeper->replay_max = (keeper->replayed.rows + 1) / 2;
	else
		keeper->replay_max =
			2 * keeper->replay_max < keeper->rows_max ? 2 * keeper->replay_max : keeper->rows_max;
}

/* Once for each row of failures. */
static void tell_unread(struct history_keeper *keeper, const char *why, uint64_t now_us)
{
	if (history_spool_is_empty(keeper->spool))
		return;
	if (keeper->unread_until_us == 0)
		say(keeper, LOG_LEVEL_ERROR, "The spool cannot be read, and is tried again. reason=%s", why);
	keeper->unread_until_us = now_us + HISTORY_BACKOFF_MIN_US;
}

static void follow(struct history_keeper *keeper, uint64_t now_us)
{
	char why[HISTORY_SPOOL_WHY_SIZE];

	history_batch_clear(&keeper->replayed);
	const bool has_rows = history_spool_first(keeper->spool, &keeper->replayed, keeper->replay_max, why);
	tell_broken(keeper);
	if (!has_rows) {
		tell_unread(keeper, why, now_us);
		return;
	}
	keeper->unread_until_us = 0;
	const bool stored = store(keeper, &keeper->replayed, now_us);
	adapt_replay(keeper, stored);
	if (!stored)
		return;
	history_spool_forget(keeper->spool);
	if (!history_spool_is_empty(keeper->spool))
		return;
	keeper->is_full = false;
	say(keeper, LOG_LEVEL_INFO, "The spool is empty. spooled=%llu given_up=%llu",
	    (unsigned long long)keeper->counts.spooled, (unsigned long long)history_spool_given_up(keeper->spool));
}

/* --- rows --- */

bool history_keeper_take(struct history_keeper *keeper, const struct history_batch *batch, uint64_t now_us)
{
	const bool safe = (keeper->is_open && store(keeper, batch, now_us)) || spool(keeper, batch);

	if (safe && keeper->is_stuck) {
		keeper->is_stuck = false;
		say(keeper, LOG_LEVEL_INFO, "Rows can be kept again.");
	}
	return safe;
}

uint64_t history_keeper_work(struct history_keeper *keeper, uint64_t now_us)
{
	if (!keeper->is_open && now_us >= keeper->again_us)
		try_open(keeper, now_us);
	if (keeper->is_open && !history_spool_is_empty(keeper->spool) && now_us >= keeper->unread_until_us)
		follow(keeper, now_us);
	if (!keeper->is_open)
		return keeper->again_us;
	if (history_spool_is_empty(keeper->spool))
		return HISTORY_KEEPER_NEVER;
	return keeper->unread_until_us > now_us ? keeper->unread_until_us : now_us;
}

struct history_counts history_keeper_counts(const struct history_keeper *keeper)
{
	struct history_counts counts = keeper->counts;

	counts.given_up = history_spool_given_up(keeper->spool);
	return counts;
}
