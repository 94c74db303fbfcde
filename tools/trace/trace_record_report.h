/* SPDX-License-Identifier: Apache-2.0 */
/* A judged session record on stdout: as text, as one line, as one JSON object. It holds no key. */
#ifndef TOOLS_TRACE_TRACE_RECORD_REPORT_H
#define TOOLS_TRACE_TRACE_RECORD_REPORT_H

#include "tools/trace/trace_record_verdict.h"

#include <stdio.h>

void trace_record_text(FILE *out, const struct trace_record *record, unsigned number);
void trace_record_line(FILE *out, const struct trace_record *record, const char *file);
void trace_record_json(FILE *out, const struct trace_record *record, const char *file);

/* Calls `each` for each setting that the user had given: its path and its value, "" where it cannot be told. */
void trace_record_settings(const struct trace_record *record,
			   void (*each)(void *context, const char *path, const char *value), void *context);

#endif
