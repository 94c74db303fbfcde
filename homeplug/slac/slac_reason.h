/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a matching ended or a message was refused. One word each, the same in the log, in the status message's `reason`,
 * in session records, slac-replay and slac-trace.
 */
#ifndef HOMEPLUG_SLAC_SLAC_REASON_H
#define HOMEPLUG_SLAC_SLAC_REASON_H

enum slac_reason {
	SLAC_REASON_NONE = 0,

	/* A run or the whole matching ended. */
	SLAC_REASON_NO_PARM_REQ,      /* TT_EVSE_SLAC_init is over, the car did not speak */
	SLAC_REASON_PARM_REQ_REFUSED, /* likewise, and each CM_SLAC_PARM.REQ had a wrong field; enum mme_error tells which */
	SLAC_REASON_NO_MATCH_IN_TIME,         /* tt_fallback_ms is over; cars were heard, and none was matched */
	SLAC_REASON_NO_START_ATTEN_CHAR,      /* TT_match_sequence is over after CM_SLAC_PARM.CNF */
	SLAC_REASON_START_ATTEN_CHAR_LOST,    /* likewise, but sounds came: none of the announcements has arrived */
	SLAC_REASON_START_ATTEN_CHAR_REFUSED, /* likewise, and CM_START_ATTEN_CHAR.IND had a wrong field */
	SLAC_REASON_NO_SOUNDS,                /* TT_EVSE_match_MNBC is over and not one sound was heard */
	SLAC_REASON_SOUNDS_REFUSED,           /* likewise, and CM_MNBC_SOUND.IND had a wrong field */
	SLAC_REASON_NO_PROFILES,              /* sounds were heard, but the modem reported no attenuation profile */
	SLAC_REASON_NO_GROUPS,                /* the modem's profiles have no attenuation groups (no SLAC support) */
	SLAC_REASON_NO_ATTEN_CHAR_RSP,        /* TT_match_response is over, C_EV_match_retry repeats are used up */
	SLAC_REASON_ATTEN_CHAR_RSP_REFUSED, /* likewise, and CM_ATTEN_CHAR.RSP had a wrong field, or a result other than 0 */
	SLAC_REASON_NO_MATCH_REQ, /* TT_EVSE_match_session is over; in strict after a validation TT_match_sequence */
	SLAC_REASON_MATCH_REQ_REFUSED, /* likewise, and CM_SLAC_MATCH.REQ had a wrong field; enum mme_error tells which */
	SLAC_REASON_NO_VALIDATE_REQ,   /* step 2 of the validation did not come, and the repeats are used up */
	SLAC_REASON_VALIDATE_REQ_REFUSED, /* likewise, or as NO_MATCH_REQ, and CM_VALIDATE.REQ had a wrong field */
	SLAC_REASON_VALIDATION_ENDED,     /* step 2 of the validation says another result than Ready: the EV gives up */
	SLAC_REASON_VALIDATION_PUT_OFF, /* TT_EVSE_match_session is over, and other cars always validated before this one;
					  * also why CM_VALIDATE.REQ was answered with NotReady */
	SLAC_REASON_NO_JOIN,            /* TT_match_join is over and the power-line link is not up */
	SLAC_REASON_JOIN_LOST,          /* the power-line link was up and is lost */
	SLAC_REASON_OTHER_EV_MATCHED,   /* another candidate won the outlet */
	SLAC_REASON_DISPLACED,          /* all slots were taken, and a car that asked again got this run's */
	SLAC_REASON_NEW_RUN,            /* the same EV began a new run */
	SLAC_REASON_VEHICLE_LEFT,       /* cp_state A */
	SLAC_REASON_PILOT_FAULT,        /* cp_state E or F that slacd did not ask for */
	SLAC_REASON_EVSE_NOT_READY,     /* the station took the outlet out of service */
	SLAC_REASON_TERMINATED,         /* the 15118 side ended the data link (slac_data_link) */
	SLAC_REASON_RESET,              /* the station asked for a reset */
	SLAC_REASON_LINK_LOST,          /* the interface to the modem went away */
	SLAC_REASON_MODEM_RESTARTED,    /* the modem restarted, or was found with another key */
	SLAC_REASON_AUTHORIZED_BY_EIM, /* basic charging although the car did not fail to speak */
	SLAC_REASON_TAKEN_OVER,        /* basic charging was found going on at the start */
	SLAC_REASON_PILOT_REFUSED,     /* the station refuses F: no basic charging, X1 stays */
	SLAC_REASON_PILOT_UNCONFIRMED, /* nothing shows that the station carries out F: likewise */

	/* A message was refused although it decoded. */
	SLAC_REASON_FIELD,           /* a field check failed; enum mme_error tells which */
	SLAC_REASON_NO_VEHICLE,      /* the pilot is not in B, C or D */
	SLAC_REASON_KEY_NOT_SET,     /* the modem has not confirmed the NMK, or not before TT_EVSE_SLAC_init was over */
	SLAC_REASON_PAUSED,          /* the pilot is in F or at a nominal duty cycle on our request */
	SLAC_REASON_INIT_EXPIRED,    /* CM_SLAC_PARM.REQ after TT_EVSE_SLAC_init */
	SLAC_REASON_ALREADY_MATCHED, /* the outlet is matched with another run */
	SLAC_REASON_RUN_FAILED,      /* this run has failed; it stays silent */
	SLAC_REASON_TABLE_FULL,      /* all slots are taken */
	SLAC_REASON_UNKNOWN_RUN,     /* no run of this EV and run_id */
	SLAC_REASON_UNEXPECTED,      /* the run does not wait for this message now */
	SLAC_REASON_OTHER_MODEM,     /* an attenuation profile that is not the local modem's */
	SLAC_REASON_NOT_FOR_EVSE,    /* a message an EVSE never receives, or for another station */

	/* Up to here: what slacd itself says. */
	SLAC_REASON_COUNT,

	/*
	 * Finer causes, which show only to somebody who sees a whole capture or record: slac-trace says them, and slacd never.
	 * Which of the words above each of them refines stands in tools/trace/trace_catalogue.c.
	 */

	/* Matched, and what is worth to be told of it. */
	SLAC_CAUSE_MATCHED,
	SLAC_CAUSE_MATCHED_LINK_UP,
	SLAC_CAUSE_MATCHED_STATION_HALF, /* the car's frames are not in the file */
	SLAC_CAUSE_MATCHED_SLOWLY,
	SLAC_CAUSE_MATCHED_KEY_REUSED,  /* the key of an earlier session */
	SLAC_CAUSE_MATCHED_FOREIGN_NID, /* the NID is not that of the NMK */

	/* After CM_SLAC_MATCH.CNF. */
	SLAC_CAUSE_CAR_BEGAN_AGAIN,
	SLAC_CAUSE_MODEM_REFUSED_KEY,
	SLAC_CAUSE_MATCH_CNF_FIELD,
	SLAC_CAUSE_MATCH_CNF_LATE,          /* after TT_match_response of the car's last request */
	SLAC_CAUSE_MATCH_CNF_OTHER_STATION, /* than the one that the car has chosen */
	/* The car's choice. */
	SLAC_CAUSE_OTHER_STATION_CHOSEN,
	SLAC_CAUSE_OTHER_STATION_NEARER,
	SLAC_CAUSE_ATTENUATION_HIGH,
	SLAC_CAUSE_MATCH_REQ_LATE,
	SLAC_CAUSE_MATCH_REQ_UNANSWERED,
	SLAC_CAUSE_VALIDATION_FAILED,
	SLAC_CAUSE_VALIDATION_UNANSWERED,
	/* Attenuation. */
	SLAC_CAUSE_RSP_NEGATIVE,
	SLAC_CAUSE_IND_LATE,
	SLAC_CAUSE_IND_FIELD,
	SLAC_CAUSE_IND_WITHOUT_GROUPS,
	SLAC_CAUSE_RESTARTED_IN_SOUNDS, /* a modem, between announcement and result */
	SLAC_CAUSE_IND_OF_FEW_SOUNDS,   /* less than half of the announced ones */
	SLAC_CAUSE_NO_IND,
	SLAC_CAUSE_SOUNDS_UNANSWERED, /* no result, and the file shows no profile of any car: it may be the car's side */
	SLAC_CAUSE_FEW_SOUNDS,
	SLAC_CAUSE_START_LATE,
	/* CM_SLAC_PARM. */
	SLAC_CAUSE_CNF_OTHER_RUN_ID,
	SLAC_CAUSE_CNF_FIELD,
	SLAC_CAUSE_CNF_LATE,
	SLAC_CAUSE_PARM_REQ_UNANSWERED,
	SLAC_CAUSE_SAME_MAC_TWICE, /* two cars, or one that does not know its own attempt */
	/* The station: only a session record shows these. */
	SLAC_CAUSE_NO_PILOT_STATE,   /* it has reported none, and a car speaks */
	SLAC_CAUSE_NO_5_PERCENT,     /* the pilot never had the duty at which the car speaks */
	SLAC_CAUSE_PILOT_NOT_OBEYED, /* it confirms a request, and shows another pilot */
	SLAC_CAUSE_PORT_REFUSED,     /* no interface to the modem: missing, down, or a port of a bridge */
	SLAC_CAUSE_LINK_UNANSWERED,  /* the car has the key, and the modem answers no question */
	SLAC_CAUSE_MODEM_SILENT,     /* it has answered nothing */
	/* The file. */
	SLAC_CAUSE_FRAMES_ARE_TAGGED,
	SLAC_CAUSE_WRONG_VERSION,
	SLAC_CAUSE_FRAMES_ARE_CUT,
	SLAC_CAUSE_STATION_HALF_ONLY,
	SLAC_CAUSE_CAR_HALF_ONLY,
	SLAC_CAUSE_CAPTURE_ENDED,

	SLAC_CAUSE_COUNT
};

/* Fixed text, e.g. "no_parm_req"; "" for SLAC_REASON_NONE. Never NULL. */
const char *slac_reason_text(enum slac_reason reason);

/* What a log calls the wrong field of a message that was refused: "match_req_field" for MATCH_REQ_REFUSED. Never NULL. */
const char *slac_reason_field_text(enum slac_reason reason);

#endif
