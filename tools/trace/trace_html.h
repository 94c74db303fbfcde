/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judged sessions as one HTML page that needs nothing else: no script, no file, no network. Per session the verdict, the
 * sequence with its gaps to scale and the timers as bands, and the attenuation by group and by sound. Never the NMK.
 */
#ifndef TOOLS_TRACE_TRACE_HTML_H
#define TOOLS_TRACE_TRACE_HTML_H

#include "tools/trace/trace_verdict.h"

#include <stdio.h>

void trace_html_begin(FILE *out);
/* `number`: of the session in the page, from 1. */
void trace_html_session(FILE *out, const struct trace_session *session, const struct trace_verdict *verdict,
			uint64_t origin_us, const char *file, unsigned number);
void trace_html_end(FILE *out);

#endif
