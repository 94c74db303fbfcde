/* SPDX-License-Identifier: Apache-2.0 */
/* ISO 15118-3, table A.1: how long the waiting side waits for what comes next. */
#ifndef TOOLS_TRACE_TRACE_LIMITS_H
#define TOOLS_TRACE_TRACE_LIMITS_H

#include "tools/trace/trace_session.h"

#define TT_MATCH_RESPONSE_US     UINT64_C(200000)
#define TT_MATCH_SEQUENCE_US     UINT64_C(400000)
#define TT_EV_ATTEN_RESULTS_US   UINT64_C(1200000)
#define TT_EVSE_MATCH_SESSION_US UINT64_C(10000000)
#define TT_MATCH_JOIN_US         UINT64_C(12000000)

struct trace_limit {
	enum trace_kind from;
	enum trace_kind to;
	uint64_t most_us;
	const char *name;
};

/* The limit for `to` directly after `from`, or NULL. */
const struct trace_limit *trace_limit_of(enum trace_kind from, enum trace_kind to);
/* The car sends frames of this kind; otherwise a station or a modem does. */
bool trace_kind_is_of_car(enum trace_kind kind);

#endif
