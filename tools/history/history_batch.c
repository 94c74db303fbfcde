/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/history/history_batch.h"

#include <stdlib.h>

bool history_batch_init(struct history_batch *batch, size_t size)
{
	*batch = (struct history_batch){.octets = malloc(size), .size = size};
	return batch->octets != NULL;
}

void history_batch_free(struct history_batch *batch)
{
	free(batch->octets);
	*batch = (struct history_batch){0};
}

void history_batch_clear(struct history_batch *batch)
{
	batch->len = 0;
	batch->rows = 0;
}

bool history_batch_add(struct history_batch *batch, const struct history_row *row)
{
	const size_t len = history_record_write(row, batch->octets + batch->len, batch->size - batch->len);

	batch->len += len;
	batch->rows += len > 0;
	return len > 0;
}

bool history_batch_next(const struct history_batch *batch, size_t *at, struct history_row *row)
{
	size_t used;
	const enum history_record record = history_record_read(batch->octets + *at, batch->len - *at, row, &used);

	*at += used;
	return record == HISTORY_RECORD_OK;
}
