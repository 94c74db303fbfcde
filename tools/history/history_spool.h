/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows that wait on disk for the database: files in a directory, of which the newest is written to and the oldest is read
 * from. Rows are on disk when they are in it, and come out in their order. One that is read again after a crash was stored
 * before, perhaps; the database takes each row once.
 *
 * Bound: octets_max, and one batch more. When it is full, the oldest file goes, a sixteenth of it, and its rows are
 * counted.
 *
 * One thread calls it.
 */
#ifndef TOOLS_HISTORY_HISTORY_SPOOL_H
#define TOOLS_HISTORY_HISTORY_SPOOL_H

#include "tools/history/history_batch.h"

#define HISTORY_SPOOL_WHY_SIZE 640

struct history_spool;

/*
 * Makes the directory where it is missing, and goes on with what is there. NULL, and `why` is one line: it cannot be made
 * or written, or another process has it.
 */
struct history_spool *history_spool_open(const char *directory, uint64_t octets_max, char why[HISTORY_SPOOL_WHY_SIZE]);
/* NULL: does nothing. Files stay. */
void history_spool_close(struct history_spool *spool);

/* Adds all rows, or none: then false, and `why` is one line. */
bool history_spool_append(struct history_spool *spool, const struct history_batch *batch,
			  char why[HISTORY_SPOOL_WHY_SIZE]);

bool history_spool_is_empty(const struct history_spool *spool);
uint64_t history_spool_octets(const struct history_spool *spool);

/*
 * Puts the first rows into the batch, which is empty: as many as have room, rows_max at most. They stay in the spool until
 * history_spool_forget. False: there are none, or, where the spool is not empty then, they cannot be read for now, and
 * `why` is one line.
 */
bool history_spool_first(struct history_spool *spool, struct history_batch *batch, size_t rows_max,
			 char why[HISTORY_SPOOL_WHY_SIZE]);
/* What history_spool_first has given last is stored. */
void history_spool_forget(struct history_spool *spool);

/* Since it was opened: rows that made room for newer ones, and octets between rows that are no row. */
uint64_t history_spool_given_up(const struct history_spool *spool);
uint64_t history_spool_broken(const struct history_spool *spool);

#endif
