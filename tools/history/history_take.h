/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a message: a row, a row of what is refused, or nothing. Pure. */
#ifndef TOOLS_HISTORY_HISTORY_TAKE_H
#define TOOLS_HISTORY_HISTORY_TAKE_H

#include "tools/history/history_filter.h"

enum history_taken {
	HISTORY_TAKEN,         /* *row is a value or a status */
	HISTORY_TAKEN_REFUSED, /* *row is the payload and what is wrong with it */
	HISTORY_TAKEN_NOT,     /* another message on a topic that is shared, or a value that is cleared */
	HISTORY_TAKEN_STRAY    /* of no filter: the broker has kept the subscription of a former run */
};

/* A message that was received at this time (microseconds since 1970, UTC). `payload` needs no NUL. */
enum history_taken history_take(const struct history_filters *filters, const char *topic, const char *payload,
				size_t len, int64_t received_us, struct history_row *row);

#endif
