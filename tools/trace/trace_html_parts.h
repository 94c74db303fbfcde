/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of the page that captures and session records share. The sequence: two lifelines, time downwards, in pixels. */
#ifndef TOOLS_TRACE_TRACE_HTML_PARTS_H
#define TOOLS_TRACE_TRACE_HTML_PARTS_H

#include "tools/trace/trace_verdict.h"

#include <stdio.h>

#define WIDTH      860
#define CAR_X      250
#define STATION_X  610
#define TOP_Y      40
#define ROW_LEAST  15  /* so that no text covers another */
#define ROW_MOST   150 /* a longer gap is broken */
#define MS_PER_PX  2
#define BAND_WIDTH 7

/* With <, >, & and quotes as entities. */
void trace_html_text(FILE *out, const char *text);
void trace_html_verdict(FILE *out, const struct trace_verdict *verdict, bool is_match);
void trace_html_attenuation(FILE *out, const struct trace_session *session);
/* How far down the next frame stands; a gap that is too long is broken. */
unsigned trace_html_row(uint64_t gap_us, bool *is_broken);
void trace_html_break(FILE *out, unsigned y, uint64_t gap_us);
void trace_html_lifeline(FILE *out, unsigned x, unsigned height, const char *name);
/* The time that the other side has, from the frame before on; red where it was not enough. Nothing without a limit. */
void trace_html_band(FILE *out, const struct trace_event *before, const struct trace_event *event, unsigned from_y);
void trace_html_arrow(FILE *out, const struct trace_event *event, unsigned y);

#endif
