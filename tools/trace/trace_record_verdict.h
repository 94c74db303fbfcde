/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verdict of a session record: slacd's own word for how the session ended, or the finer cause that the record shows
 * for it. Another word than slacd's, or than one that refines it, is never said. Pure.
 */
#ifndef TOOLS_TRACE_TRACE_RECORD_VERDICT_H
#define TOOLS_TRACE_TRACE_RECORD_VERDICT_H

#include "tools/trace/trace_record.h"
#include "tools/trace/trace_verdict.h"

void trace_judge_record(const struct trace_record *record, struct trace_verdict *out);
/* Of one attempt of a car in it. */
void trace_judge_attempt(const struct trace_record *record, const struct trace_attempt *attempt,
			 struct trace_verdict *out);
/* The car was matched, and nothing that went wrong ended that. */
bool trace_record_is_match(const struct trace_record *record);

#endif
