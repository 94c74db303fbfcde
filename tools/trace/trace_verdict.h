/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a session went as it did: one verdict of a fixed catalogue (doc/trace.md lists it). Pure. What the capture cannot
 * show is said, not guessed.
 */
#ifndef TOOLS_TRACE_TRACE_VERDICT_H
#define TOOLS_TRACE_TRACE_VERDICT_H

#include "homeplug/slac/slac_reason.h"
#include "tools/trace/trace_session.h"

enum trace_verdict_kind {
	/* matched */
	TRACE_MATCHED,
	TRACE_MATCHED_LINK_UP,
	TRACE_MATCHED_SLOWLY,
	TRACE_MATCHED_STATION_HALF,
	TRACE_MATCHED_KEY_REUSED,
	TRACE_MATCHED_FOREIGN_NID,
	/* after CM_SLAC_MATCH.CNF */
	TRACE_LINK_NEVER_UP,
	TRACE_LINK_LOST,
	TRACE_CAR_BEGAN_AGAIN,
	TRACE_MODEM_REFUSED_KEY,
	TRACE_MATCH_CNF_FIELD,
	/* CM_SLAC_MATCH.REQ */
	TRACE_MATCH_REQ_FIELD,
	TRACE_MATCH_REQ_OTHER_STATION,
	TRACE_MATCH_REQ_LATE,
	TRACE_MATCH_REQ_UNANSWERED,
	TRACE_OTHER_STATION_NEARER,
	TRACE_ATTENUATION_HIGH,
	TRACE_NO_MATCH_REQ,
	/* validation */
	TRACE_VALIDATE_FIELD,
	TRACE_VALIDATION_FAILED,
	TRACE_VALIDATION_NOT_READY,
	TRACE_VALIDATION_UNANSWERED,
	TRACE_VALIDATION_NOT_CONTINUED,
	/* attenuation */
	TRACE_RSP_FIELD,
	TRACE_RSP_NEGATIVE,
	TRACE_NO_RSP_IND_LATE,
	TRACE_NO_RSP_IND_FIELD,
	TRACE_NO_RSP_NO_GROUPS,
	TRACE_NO_RSP,
	TRACE_NO_IND_NO_PROFILES,
	TRACE_NO_IND_NO_GROUPS,
	TRACE_NO_IND_TWO_MODEMS,
	TRACE_NO_IND_FEW_SOUNDS,
	TRACE_NO_IND,
	TRACE_START_LOST,
	TRACE_START_FIELD,
	TRACE_START_LATE,
	TRACE_SOUND_FIELD,
	TRACE_NO_SOUNDS,
	/* CM_SLAC_PARM */
	TRACE_CNF_OTHER_RUN_ID,
	TRACE_CNF_FIELD,
	TRACE_CNF_LATE,
	TRACE_CAR_WENT_SILENT,
	TRACE_PARM_FIELD,
	TRACE_PARM_TAGGED,
	TRACE_PARM_VERSION,
	TRACE_PARM_UNANSWERED,
	/* whatever it was, the file cannot tell */
	TRACE_MODEM_RESTARTED,
	TRACE_FRAMES_CUT,
	TRACE_STATION_HALF_ONLY,
	TRACE_CAR_HALF_ONLY,
	TRACE_SUPERSEDED,
	TRACE_CAPTURE_ENDED,

	TRACE_VERDICTS
};

/* Where the cause lies, as far as it can be told. */
enum trace_fault { TRACE_FAULT_NONE, TRACE_FAULT_CAR, TRACE_FAULT_STATION, TRACE_FAULT_LINE, TRACE_FAULT_UNKNOWN };

#define TRACE_PROOFS_MAX 4

struct trace_verdict {
	enum trace_verdict_kind kind;
	char cause[256];                   /* one sentence, with the numbers of this session */
	uint64_t proofs[TRACE_PROOFS_MAX]; /* numbers of the frames that prove it */
	size_t proof_count;
	char unknown[128]; /* what the file cannot show, or "" */
};

void trace_judge(const struct trace_session *session, struct trace_verdict *out);

/* Fixed parts of a verdict. Never NULL. */
const char *trace_verdict_word(enum trace_verdict_kind kind);   /* "cnf_other_run_id" */
const char *trace_verdict_remedy(enum trace_verdict_kind kind); /* one sentence */
enum trace_fault trace_verdict_fault(enum trace_verdict_kind kind);
const char *trace_fault_text(enum trace_fault fault);
/* What slacd would call it: the reason of its status and its log; SLAC_REASON_NONE where there is no such word. */
enum slac_reason trace_verdict_reason(enum trace_verdict_kind kind);
bool trace_verdict_is_match(enum trace_verdict_kind kind);

#endif
