/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/slac/slac_transitions.h"

/* A CM_SLAC_PARM.REQ that the outlet may not answer now (slac_evse.c, parm_req_refusal) does not come here. */
const struct slac_transition slac_transitions[] = {
	{SLAC_RUN_FREE, CM_SLAC_PARM_REQ, slac_on_parm_req, "WAIT_START", "CM_SLAC_PARM.CNF; TT_match_sequence starts"},
	{SLAC_RUN_WAIT_START, CM_SLAC_PARM_REQ, slac_on_parm_req, "=", "answered again, [V2G3-A09-16]"},
	{SLAC_RUN_WAIT_START, CM_START_ATTEN_CHAR_IND, slac_on_start_atten_char, "SOUNDING",
	 "TT_EVSE_match_MNBC starts"},
	{SLAC_RUN_WAIT_START, SLAC_DEADLINE, slac_on_no_start, "FAILED", "TT_match_sequence"},

	{SLAC_RUN_SOUNDING, CM_SLAC_PARM_REQ, slac_on_parm_req, "WAIT_START", "a new run, [V2G3-A09-16]"},
	{SLAC_RUN_SOUNDING, CM_START_ATTEN_CHAR_IND, slac_on_further_start, "=", "C_EV_start_atten_char_inds = 3"},
	{SLAC_RUN_SOUNDING, CM_MNBC_SOUND_IND, slac_on_sound, "=", "heard, for the diagnosis only"},
	{SLAC_RUN_SOUNDING, CM_ATTEN_PROFILE_IND, slac_on_profile, "= WAIT_RSP", "the last one: CM_ATTEN_CHAR.IND"},
	{SLAC_RUN_SOUNDING, SLAC_DEADLINE, slac_on_sounding_over, "WAIT_RSP FAILED",
	 "TT_EVSE_match_MNBC: CM_ATTEN_CHAR.IND, or nothing was measured"},

	{SLAC_RUN_WAIT_RSP, CM_SLAC_PARM_REQ, slac_on_parm_req, "WAIT_START", "a new run, [V2G3-A09-16]"},
	{SLAC_RUN_WAIT_RSP, CM_ATTEN_CHAR_RSP, slac_on_atten_char_rsp, "WAIT_MATCH", "TT_EVSE_match_session starts"},
	{SLAC_RUN_WAIT_RSP, SLAC_DEADLINE, slac_on_no_rsp, "= FAILED",
	 "TT_match_response: the IND again, C_EV_match_retry times, [V2G3-A09-47]"},

	{SLAC_RUN_WAIT_MATCH, CM_SLAC_PARM_REQ, slac_on_parm_req, "WAIT_START", "a new run, [V2G3-A09-16]"},
	{SLAC_RUN_WAIT_MATCH, CM_VALIDATE_REQ, slac_on_validate_req, "= WAIT_TOGGLE",
	 "step 1: CM_VALIDATE.CNF ready; or not ready, or refused, [V2G3-A09-51]"},
	{SLAC_RUN_WAIT_MATCH, CM_SLAC_MATCH_REQ, slac_on_match_req, "MATCHED", "CM_SLAC_MATCH.CNF, [V2G3-A09-98]"},
	{SLAC_RUN_WAIT_MATCH, SLAC_DEADLINE, slac_on_no_match_req, "FAILED", "TT_EVSE_match_session"},

	{SLAC_RUN_WAIT_TOGGLE, CM_SLAC_PARM_REQ, slac_on_parm_req, "WAIT_START", "a new run, [V2G3-A09-16]"},
	{SLAC_RUN_WAIT_TOGGLE, CM_VALIDATE_REQ, slac_on_validate_toggle,
	 "TOGGLING =", "step 2: the EV's timer starts; step 1 again: answered again"},
	{SLAC_RUN_WAIT_TOGGLE, SLAC_DEADLINE, slac_on_no_toggle, "= FAILED",
	 "TT_match_sequence: the CNF again, C_EV_match_retry times"},

	{SLAC_RUN_TOGGLING, CM_SLAC_PARM_REQ, slac_on_parm_req, "WAIT_START", "a new run, [V2G3-A09-16]"},
	{SLAC_RUN_TOGGLING, SLAC_DEADLINE, slac_on_toggling_over, "WAIT_MATCH",
	 "TT_EVSE_vald_toggle: CM_VALIDATE.CNF with the toggles; TT_EVSE_match_session starts again"},

	{SLAC_RUN_MATCHED, CM_SLAC_PARM_REQ, slac_on_parm_req, "WAIT_START", "a new matching, with rematch_matched_ev"},
	{SLAC_RUN_MATCHED, CM_SLAC_MATCH_REQ, slac_on_match_req, "=", "the CNF was lost: the same again"},

	{SLAC_RUN_FAILED, CM_SLAC_PARM_REQ, slac_on_parm_req, "WAIT_START", "a new run_id (field profile: any)"},
};

const size_t slac_transitions_count = sizeof(slac_transitions) / sizeof(slac_transitions[0]);

const struct slac_transition *slac_transition_find(enum slac_run_state state, uint16_t message)
{
	for (size_t i = 0; i < slac_transitions_count; i++)
		if (slac_transitions[i].state == state && slac_transitions[i].message == message)
			return &slac_transitions[i];
	return NULL;
}
