/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps rows safe: in the database, or in the spool while the database is away, from where they follow in their order
 * when it is back. It says each trouble once, as a line for the log. One thread calls it; a call may block as the store
 * does (history_store.h).
 */
#ifndef TOOLS_HISTORY_HISTORY_KEEPER_H
#define TOOLS_HISTORY_HISTORY_KEEPER_H

#include "service/log.h"
#include "tools/history/history_spool.h"
#include "tools/history/history_store.h"

#define HISTORY_KEEPER_NEVER UINT64_MAX

/* Connecting again: first after a second, doubled up to half a minute. */
#define HISTORY_BACKOFF_MIN_US 1000000u
#define HISTORY_BACKOFF_MAX_US 30000000u

struct history_counts {
	uint64_t stored;    /* rows, those from the spool too, and those that were there already */
	uint64_t spooled;   /* rows */
	uint64_t unwilling; /* rows that the database has not taken, and never will: they are not among the stored */
	uint64_t given_up;  /* rows that made room in the spool */
};

struct history_keeper {
	/* --- given --- */
	struct history_store *store;
	struct history_spool *spool;
	size_t rows_max; /* from the spool, in one transaction */
	void (*say)(void *context, enum log_level level, const char *text);
	void *context;
	/* --- its own --- */
	bool is_open;    /* the database is there */
	bool was_open;   /* it has been, since the start */
	bool is_full;    /* the spool was, and that was said */
	bool is_stuck;   /* neither database nor spool takes rows, and that was said */
	bool is_proven;  /* the database has taken rows since it was opened */
	bool is_doubted; /* it was opened and has taken none: it is said to be there when it takes some */
	uint64_t again_us;
	uint64_t back_off_us;
	uint64_t told_given_up;
	uint64_t told_broken;
	uint64_t unread_until_us; /* the spool cannot be read, and is not tried before; 0: it can */
	size_t replay_max;        /* rows_max, or fewer while the database is too slow for so many */
	unsigned replay_good;     /* transactions of so many rows in a row that it has taken */
	struct history_batch replayed;
	struct history_batch single;
	struct history_counts counts;
	char why[HISTORY_STORE_WHY_SIZE]; /* the database is away; was said last */
};

/* Fills in what is its own. False without memory. */
bool history_keeper_init(struct history_keeper *keeper);
/* Closes the database. Store and spool stay the caller's. */
void history_keeper_end(struct history_keeper *keeper);

/* Stores the batch, or spools it. False: neither was possible, the rows are not safe. */
bool history_keeper_take(struct history_keeper *keeper, const struct history_batch *batch, uint64_t now_us);

/*
 * Does what there is to do beside: connects, or stores some rows of the spool. Returns when it wants to be called again,
 * HISTORY_KEEPER_NEVER: there is nothing to do.
 */
uint64_t history_keeper_work(struct history_keeper *keeper, uint64_t now_us);

struct history_counts history_keeper_counts(const struct history_keeper *keeper);

#endif
