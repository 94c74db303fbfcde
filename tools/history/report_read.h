/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of a database into a report's model. */
#ifndef TOOLS_HISTORY_REPORT_READ_H
#define TOOLS_HISTORY_REPORT_READ_H

#include "tools/history/history_reader.h"
#include "tools/history/report_model.h"

/* A session is read whole if its beginning and its end are so far outside of the days that are asked for. */
#define REPORT_MARGIN_S (7 * 86400)

/* `station` NULL: all of them. False, and `error` is one line: it cannot be read. */
bool report_read(struct report_model *model, struct history_reader *reader, const char *station,
		 char error[HISTORY_READER_ERROR_SIZE]);

#endif
