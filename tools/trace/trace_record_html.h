/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A judged session record in the page that trace_html.h begins and ends: the verdict, the sequence with all that lies
 * between the frames, and beside it the pilot as bands in time.
 */
#ifndef TOOLS_TRACE_TRACE_RECORD_HTML_H
#define TOOLS_TRACE_TRACE_RECORD_HTML_H

#include "tools/trace/trace_record_verdict.h"

#include <stdio.h>

/* `number`: of the session in the page, from 1. */
void trace_record_html(FILE *out, const struct trace_record *record, const char *file, unsigned number);

#endif
