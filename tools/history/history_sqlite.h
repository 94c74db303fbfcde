/* SPDX-License-Identifier: Apache-2.0 */
/* The store that is a SQLite file (history_store.h). */
#ifndef TOOLS_HISTORY_HISTORY_SQLITE_H
#define TOOLS_HISTORY_HISTORY_SQLITE_H

#include "tools/history/history_store.h"

/* NULL without memory. */
struct history_store *history_sqlite_new(const struct history_store_options *options);

#endif
