/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/slac/slac_reason.h"

#include <stddef.h>

static const char *const texts[SLAC_CAUSE_COUNT] = {
	[SLAC_REASON_NONE] = "",
	[SLAC_REASON_NO_PARM_REQ] = "no_parm_req",
	[SLAC_REASON_PARM_REQ_REFUSED] = "parm_req_refused",
	[SLAC_REASON_NO_MATCH_IN_TIME] = "no_match_in_time",
	[SLAC_REASON_NO_START_ATTEN_CHAR] = "no_start_atten_char",
	[SLAC_REASON_START_ATTEN_CHAR_LOST] = "start_atten_char_lost",
	[SLAC_REASON_START_ATTEN_CHAR_REFUSED] = "start_atten_char_refused",
	[SLAC_REASON_NO_SOUNDS] = "no_sounds",
	[SLAC_REASON_SOUNDS_REFUSED] = "sounds_refused",
	[SLAC_REASON_NO_PROFILES] = "no_profiles_from_modem",
	[SLAC_REASON_NO_GROUPS] = "profiles_without_groups",
	[SLAC_REASON_NO_ATTEN_CHAR_RSP] = "no_atten_char_rsp",
	[SLAC_REASON_ATTEN_CHAR_RSP_REFUSED] = "atten_char_rsp_refused",
	[SLAC_REASON_NO_MATCH_REQ] = "no_match_req",
	[SLAC_REASON_MATCH_REQ_REFUSED] = "match_req_refused",
	[SLAC_REASON_NO_VALIDATE_REQ] = "no_validate_req",
	[SLAC_REASON_VALIDATE_REQ_REFUSED] = "validate_req_refused",
	[SLAC_REASON_VALIDATION_ENDED] = "validation_ended",
	[SLAC_REASON_VALIDATION_PUT_OFF] = "validation_put_off",
	[SLAC_REASON_NO_JOIN] = "no_power_line_link",
	[SLAC_REASON_JOIN_LOST] = "power_line_link_lost",
	[SLAC_REASON_OTHER_EV_MATCHED] = "other_ev_matched",
	[SLAC_REASON_DISPLACED] = "displaced",
	[SLAC_REASON_NEW_RUN] = "new_run",
	[SLAC_REASON_VEHICLE_LEFT] = "vehicle_left",
	[SLAC_REASON_PILOT_FAULT] = "pilot_fault",
	[SLAC_REASON_EVSE_NOT_READY] = "evse_not_ready",
	[SLAC_REASON_TERMINATED] = "terminated",
	[SLAC_REASON_RESET] = "reset",
	[SLAC_REASON_LINK_LOST] = "link_lost",
	[SLAC_REASON_MODEM_RESTARTED] = "modem_restarted",
	[SLAC_REASON_AUTHORIZED_BY_EIM] = "authorized_by_eim",
	[SLAC_REASON_TAKEN_OVER] = "taken_over",
	[SLAC_REASON_PILOT_REFUSED] = "pilot_refused",
	[SLAC_REASON_PILOT_UNCONFIRMED] = "pilot_unconfirmed",
	[SLAC_REASON_FIELD] = "field",
	[SLAC_REASON_NO_VEHICLE] = "no_vehicle",
	[SLAC_REASON_KEY_NOT_SET] = "key_not_set",
	[SLAC_REASON_PAUSED] = "paused",
	[SLAC_REASON_INIT_EXPIRED] = "init_expired",
	[SLAC_REASON_ALREADY_MATCHED] = "already_matched",
	[SLAC_REASON_RUN_FAILED] = "run_failed",
	[SLAC_REASON_TABLE_FULL] = "table_full",
	[SLAC_REASON_UNKNOWN_RUN] = "unknown_run",
	[SLAC_REASON_UNEXPECTED] = "unexpected",
	[SLAC_REASON_OTHER_MODEM] = "other_modem",
	[SLAC_REASON_NOT_FOR_EVSE] = "not_for_evse",

	/* Finer causes of slac-trace. */
	[SLAC_CAUSE_MATCHED] = "matched",
	[SLAC_CAUSE_MATCHED_LINK_UP] = "matched_link_up",
	[SLAC_CAUSE_MATCHED_STATION_HALF] = "matched_station_half",
	[SLAC_CAUSE_MATCHED_SLOWLY] = "matched_slowly",
	[SLAC_CAUSE_MATCHED_KEY_REUSED] = "matched_key_reused",
	[SLAC_CAUSE_MATCHED_FOREIGN_NID] = "matched_foreign_nid",
	[SLAC_CAUSE_CAR_BEGAN_AGAIN] = "car_began_again",
	[SLAC_CAUSE_MODEM_REFUSED_KEY] = "modem_refused_key",
	[SLAC_CAUSE_MATCH_CNF_FIELD] = "match_cnf_field",
	[SLAC_CAUSE_MATCH_CNF_LATE] = "match_cnf_late",
	[SLAC_CAUSE_MATCH_CNF_OTHER_STATION] = "match_cnf_other_station",
	[SLAC_CAUSE_OTHER_STATION_CHOSEN] = "other_station_chosen",
	[SLAC_CAUSE_OTHER_STATION_NEARER] = "other_station_nearer",
	[SLAC_CAUSE_ATTENUATION_HIGH] = "attenuation_high",
	[SLAC_CAUSE_MATCH_REQ_LATE] = "match_req_late",
	[SLAC_CAUSE_MATCH_REQ_UNANSWERED] = "match_req_unanswered",
	[SLAC_CAUSE_VALIDATION_FAILED] = "validation_failed",
	[SLAC_CAUSE_VALIDATION_UNANSWERED] = "validation_unanswered",
	[SLAC_CAUSE_RSP_NEGATIVE] = "atten_char_rsp_negative",
	[SLAC_CAUSE_IND_LATE] = "atten_char_ind_late",
	[SLAC_CAUSE_IND_FIELD] = "atten_char_ind_field",
	[SLAC_CAUSE_IND_WITHOUT_GROUPS] = "atten_char_ind_without_groups",
	[SLAC_CAUSE_RESTARTED_IN_SOUNDS] = "modem_restarted_in_sounds",
	[SLAC_CAUSE_IND_OF_FEW_SOUNDS] = "atten_char_ind_of_few_sounds",
	[SLAC_CAUSE_NO_IND] = "no_atten_char_ind",
	[SLAC_CAUSE_SOUNDS_UNANSWERED] = "sounds_unanswered",
	[SLAC_CAUSE_FEW_SOUNDS] = "few_sounds",
	[SLAC_CAUSE_START_LATE] = "start_atten_char_late",
	[SLAC_CAUSE_CNF_OTHER_RUN_ID] = "parm_cnf_other_run_id",
	[SLAC_CAUSE_CNF_FIELD] = "parm_cnf_field",
	[SLAC_CAUSE_CNF_LATE] = "parm_cnf_late",
	[SLAC_CAUSE_PARM_REQ_UNANSWERED] = "parm_req_unanswered",
	[SLAC_CAUSE_SAME_MAC_TWICE] = "same_mac_twice",
	[SLAC_CAUSE_NO_PILOT_STATE] = "no_pilot_state",
	[SLAC_CAUSE_NO_5_PERCENT] = "no_5_percent",
	[SLAC_CAUSE_PILOT_NOT_OBEYED] = "pilot_not_obeyed",
	[SLAC_CAUSE_PORT_REFUSED] = "port_refused",
	[SLAC_CAUSE_LINK_UNANSWERED] = "link_unanswered",
	[SLAC_CAUSE_MODEM_SILENT] = "modem_silent",
	[SLAC_CAUSE_FRAMES_ARE_TAGGED] = "frames_are_tagged",
	[SLAC_CAUSE_WRONG_VERSION] = "wrong_version",
	[SLAC_CAUSE_FRAMES_ARE_CUT] = "frames_are_cut",
	[SLAC_CAUSE_STATION_HALF_ONLY] = "station_half_only",
	[SLAC_CAUSE_CAR_HALF_ONLY] = "car_half_only",
	[SLAC_CAUSE_CAPTURE_ENDED] = "capture_ended",
};

const char *slac_reason_text(enum slac_reason reason)
{
	if ((size_t)reason >= SLAC_CAUSE_COUNT || texts[reason] == NULL)
		return "unknown";
	return texts[reason];
}

const char *slac_reason_field_text(enum slac_reason reason)
{
	switch (reason) {
	case SLAC_REASON_START_ATTEN_CHAR_REFUSED:
		return "start_atten_char_field";
	case SLAC_REASON_SOUNDS_REFUSED:
		return "sounds_field";
	case SLAC_REASON_ATTEN_CHAR_RSP_REFUSED:
		return "atten_char_rsp_field";
	case SLAC_REASON_MATCH_REQ_REFUSED:
		return "match_req_field";
	case SLAC_REASON_VALIDATE_REQ_REFUSED:
		return "validate_req_field";
	default:
		return "field";
	}
}
