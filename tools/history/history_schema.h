/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of slac-history (doc/history.md), as SQL. A later version of them makes of an earlier one what it needs; an
 * earlier program does not touch a later version.
 */
#ifndef TOOLS_HISTORY_HISTORY_SCHEMA_H
#define TOOLS_HISTORY_HISTORY_SCHEMA_H

#define HISTORY_SCHEMA_VERSION 1

/* Makes all tables, and says the version. */
extern const char history_schema_sqlite[];
extern const char history_schema_postgres[];

/* Where TimescaleDB is present: telemetry is cut into pieces by time. */
extern const char history_schema_has_timescale[]; /* a row, where it is present */
extern const char history_schema_hypertable[];

/* What is wrong with a database of a later version. */
#define HISTORY_SCHEMA_ERROR                                                                                           \
	"it has tables of version %lld, and this slac-history knows version %d: expected a slac-history as new as they are"

#endif
