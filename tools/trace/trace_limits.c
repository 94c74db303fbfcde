/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/trace/trace_limits.h"

static const struct trace_limit limits[] = {
	{TRACE_PARM_REQ, TRACE_PARM_CNF, TT_MATCH_RESPONSE_US, "TT_match_response"},
	{TRACE_PARM_CNF, TRACE_START, TT_MATCH_SEQUENCE_US, "TT_match_sequence"},
	{TRACE_IND, TRACE_RSP, TT_MATCH_RESPONSE_US, "TT_match_response"},
	{TRACE_RSP, TRACE_MATCH_REQ, TT_EVSE_MATCH_SESSION_US, "TT_EVSE_match_session"},
	{TRACE_RSP, TRACE_VALIDATE_REQ, TT_EVSE_MATCH_SESSION_US, "TT_EVSE_match_session"},
	{TRACE_VALIDATE_REQ, TRACE_VALIDATE_CNF, TT_MATCH_RESPONSE_US, "TT_match_response"},
	{TRACE_MATCH_REQ, TRACE_MATCH_CNF, TT_MATCH_RESPONSE_US, "TT_match_response"},
};

const struct trace_limit *trace_limit_of(enum trace_kind from, enum trace_kind to)
{
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		if (limits[i].from == from && limits[i].to == to)
			return &limits[i];
	return NULL;
}

bool trace_kind_is_of_car(enum trace_kind kind)
{
	return kind == TRACE_PARM_REQ || kind == TRACE_START || kind == TRACE_SOUND || kind == TRACE_RSP ||
	       kind == TRACE_VALIDATE_REQ || kind == TRACE_MATCH_REQ;
}
