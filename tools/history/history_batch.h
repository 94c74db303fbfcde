/* SPDX-License-Identifier: Apache-2.0 */
/* Rows on their way to the database or the spool, as records in one piece of memory. */
#ifndef TOOLS_HISTORY_HISTORY_BATCH_H
#define TOOLS_HISTORY_HISTORY_BATCH_H

#include "tools/history/history_row.h"

/* Memory that no row has touched costs nothing. */
struct history_batch {
	uint8_t *octets;
	size_t len;
	size_t size;
	size_t rows;
};

/* Room for `size` octets; the caller frees it with history_batch_free. False without memory. */
bool history_batch_init(struct history_batch *batch, size_t size);
void history_batch_free(struct history_batch *batch);
void history_batch_clear(struct history_batch *batch);

/* Adds a row. False: there is no room for it. */
bool history_batch_add(struct history_batch *batch, const struct history_row *row);

/* The row at *at, 0 for the first, which becomes the place of the next one. False: there is none. */
bool history_batch_next(const struct history_batch *batch, size_t *at, struct history_row *row);

#endif
