/* SPDX-License-Identifier: Apache-2.0 */
/* ISO 15118-3, table A.1: how long the waiting side waits for the next frame of the other. */
#ifndef TOOLS_TRACE_TRACE_LIMITS_H
#define TOOLS_TRACE_TRACE_LIMITS_H

#include "tools/trace/trace_session.h"

struct trace_limit {
	enum trace_kind from;
	enum trace_kind to;
	uint32_t most_ms;
	const char *name;
};

/* The limit for `to` directly after `from`, or NULL. */
const struct trace_limit *trace_limit_of(enum trace_kind from, enum trace_kind to);
/* The car sends frames of this kind; otherwise a station or a modem does. */
bool trace_kind_is_of_car(enum trace_kind kind);

#endif
