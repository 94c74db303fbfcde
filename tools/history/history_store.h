/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A database that rows are written to. What it is made of (history_sqlite.c, history_postgres.c, or a test's own) stands
 * behind four functions, which one thread calls. They may block, for HISTORY_STORE_PATIENCE_MS at most.
 */
#ifndef TOOLS_HISTORY_HISTORY_STORE_H
#define TOOLS_HISTORY_HISTORY_STORE_H

#include "tools/history/history_batch.h"

#define HISTORY_STORE_PATIENCE_MS 5000
#define HISTORY_STORE_WHY_SIZE    512

enum history_stored {
	HISTORY_STORED, /* all of it, on disk */
	HISTORY_STORE_AWAY, /* nothing, or nobody knows: it is tried again later, and rows that are there stay as they are */
	HISTORY_STORE_UNWILLING /* nothing: the database takes none of it as long as one of its rows is there */
};

struct history_store;

struct history_store_class {
	/* Connects, and makes the tables where they are missing. False, and `why` is one line that says what is wrong. */
	bool (*open)(struct history_store *store, char why[HISTORY_STORE_WHY_SIZE]);
	/* Writes all rows, or none. `why` is written unless they are stored. */
	enum history_stored (*write)(struct history_store *store, const struct history_batch *batch,
				     char why[HISTORY_STORE_WHY_SIZE]);
	/* Ends the connection; open may follow. */
	void (*close)(struct history_store *store);
	/* Ends the connection and frees the store. */
	void (*free)(struct history_store *store);
};

/* The first member of what a class makes. */
struct history_store {
	const struct history_store_class *class;
};

struct history_store_options {
	const char *database; /* "postgresql://…", "postgres://…", or the path of a SQLite file; stays the caller's */
	unsigned refused_max; /* so many rows of the table `refused` are kept, the newest */
};

bool history_database_is_postgres(const char *database);
/*
 * False, and said on stderr as the option --database of that program: it names neither. Its text, which may have a password,
 * is not repeated. What has a colon or an equals sign before its first slash is no path: it would be an address of another
 * form, or of a kind that is not known, taken for a file.
 */
bool history_database_check(const char *database, const char *program);

/* One that is not open yet. NULL, and `why` says it: this program was built without that database, or no memory. */
struct history_store *history_store_new(const struct history_store_options *options, char why[HISTORY_STORE_WHY_SIZE]);
/* NULL: does nothing. */
void history_store_free(struct history_store *store);

#endif
