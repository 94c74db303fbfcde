/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a session went as it did: one verdict of a fixed catalogue (trace_catalogue.h). Pure. What the capture cannot show
 * is said, not guessed.
 */
#ifndef TOOLS_TRACE_TRACE_VERDICT_H
#define TOOLS_TRACE_TRACE_VERDICT_H

#include "tools/trace/trace_catalogue.h"
#include "tools/trace/trace_session.h"

#define TRACE_PROOFS_MAX 4

struct trace_verdict {
	enum slac_reason word;
	char cause[512];                   /* one sentence, with the numbers of this session */
	uint64_t proofs[TRACE_PROOFS_MAX]; /* numbers of the frames that prove it */
	size_t proof_count;
	char unknown[128]; /* what the file cannot show, or "" */
};

void trace_judge(const struct trace_session *session, struct trace_verdict *out);

#endif
