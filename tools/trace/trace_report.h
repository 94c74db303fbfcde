/* SPDX-License-Identifier: Apache-2.0 */
/* A judged session on stdout: as text, as one line, as one JSON object. Never the NMK. */
#ifndef TOOLS_TRACE_TRACE_REPORT_H
#define TOOLS_TRACE_TRACE_REPORT_H

#include "tools/trace/trace_verdict.h"

#include <stdio.h>

/* `origin_us`: time 0 of the printed times, the first frame of the file. `number`: of the session in the file, from 1. */
void trace_report_text(FILE *out, const struct trace_session *session, const struct trace_verdict *verdict,
		       uint64_t origin_us, unsigned number);
void trace_report_line(FILE *out, const struct trace_session *session, const struct trace_verdict *verdict,
		       uint64_t origin_us, const char *file);
void trace_report_json(FILE *out, const struct trace_session *session, const struct trace_verdict *verdict,
		       uint64_t origin_us, const char *file);

/* What holds for the whole file: tags, cut and doubled frames, its clock; nothing where there is nothing to say. */
void trace_report_file(FILE *out, const struct trace_file_counts *counts);

#endif
