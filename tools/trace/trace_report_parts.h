/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of the reports that captures and session records share. */
#ifndef TOOLS_TRACE_TRACE_REPORT_PARTS_H
#define TOOLS_TRACE_TRACE_REPORT_PARTS_H

#include "tools/trace/trace_verdict.h"

#include <json-c/json.h>
#include <stdio.h>

/* One line. `before`: the event that its gap is held against, NULL: none; `before_us`: the line before. */
void trace_report_event(FILE *out, const struct trace_event *event, const struct trace_event *before,
			uint64_t before_us, uint64_t origin_us);
void trace_report_attenuation(FILE *out, const struct trace_session *session);
void trace_report_verdict(FILE *out, const struct trace_verdict *verdict, bool is_match);

void trace_json_add(struct json_object *object, const char *name, struct json_object *value);
struct json_object *trace_json_us(uint64_t us);
void trace_json_add_event(struct json_object *item, const struct trace_event *event, uint64_t origin_us);
struct json_object *trace_json_stations(const struct trace_session *session);
void trace_json_add_verdict(struct json_object *root, const struct trace_verdict *verdict, bool is_match);
/* One line, and frees it. */
void trace_json_print(FILE *out, struct json_object *root);

#endif
