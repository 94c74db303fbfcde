/* SPDX-License-Identifier: Apache-2.0 */
/* The store that is a PostgreSQL database, with TimescaleDB or without (history_store.h). */
#ifndef TOOLS_HISTORY_HISTORY_POSTGRES_H
#define TOOLS_HISTORY_HISTORY_POSTGRES_H

#include "tools/history/history_store.h"

/* Whether libpq can read the address at all; where it leads is seen when it is connected to. */
bool history_postgres_address_is_valid(const char *database);

/* NULL without memory. */
struct history_store *history_postgres_new(const struct history_store_options *options);

#endif
