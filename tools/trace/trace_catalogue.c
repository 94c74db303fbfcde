/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/trace/trace_catalogue.h"

#include <stddef.h>

/* One row a verdict: who, the remedy, and behind a finer cause slacd's word for it. */
static const struct {
	enum trace_fault fault;
	const char *remedy;
	enum slac_reason refines;
} catalogue[SLAC_CAUSE_COUNT] = {
	/* --- slacd's words: how a session or an attempt ended --- */
	[SLAC_REASON_NO_PARM_REQ] =
		{TRACE_FAULT_CAR,
		 "Nothing, if the car knows no ISO 15118. Else check the modem's coupling to the pilot; a slow car: slac.tt_evse_slac_init_ms.",
		 SLAC_REASON_NONE},
	[SLAC_REASON_PARM_REQ_REFUSED] = {TRACE_FAULT_CAR, "Tell the car's maker: application and security type are 0.",
					  SLAC_REASON_NONE},
	[SLAC_REASON_NO_MATCH_IN_TIME] =
		{TRACE_FAULT_UNKNOWN,
		 "See each attempt. Nothing, if they are neighbours; if this car only needs longer: slac.tt_fallback_ms.",
		 SLAC_REASON_NONE},
	[SLAC_REASON_NO_START_ATTEN_CHAR] =
		{TRACE_FAULT_UNKNOWN,
		 "The car may not have heard the answer: check the station's transmit path and coupling.",
		 SLAC_REASON_NONE},
	[SLAC_REASON_START_ATTEN_CHAR_LOST] =
		{TRACE_FAULT_LINE, "Announcements got lost on the line: look for noise, and check the receive path.",
		 SLAC_REASON_NONE},
	[SLAC_REASON_START_ATTEN_CHAR_REFUSED] =
		{TRACE_FAULT_CAR,
		 "Tell the car's maker; let the station take it where it does no harm (slac.any_sound_counts, slac.any_forwarding_sta).",
		 SLAC_REASON_NONE},
	[SLAC_REASON_NO_SOUNDS] =
		{TRACE_FAULT_LINE,
		 "Not one sound arrived after the announcement: check the receive path, and look for noise.",
		 SLAC_REASON_NONE},
	[SLAC_REASON_SOUNDS_REFUSED] = {TRACE_FAULT_CAR, "Tell the car's maker: the station must drop such sounds.",
					SLAC_REASON_NONE},
	[SLAC_REASON_NO_PROFILES] =
		{TRACE_FAULT_STATION,
		 "The station's modem reports no attenuation: set it up as an EVSE (PIB), and look whether a bridge takes its frames.",
		 SLAC_REASON_NONE},
	[SLAC_REASON_NO_GROUPS] =
		{TRACE_FAULT_STATION,
		 "The modem cannot measure (a power-line adapter): use a Green PHY modem, or slac.missing_profile on a bench.",
		 SLAC_REASON_NONE},
	[SLAC_REASON_NO_ATTEN_CHAR_RSP] =
		{TRACE_FAULT_LINE,
		 "The car did not hear the result, or does not like it: check the station's transmit path.",
		 SLAC_REASON_NONE},
	[SLAC_REASON_ATTEN_CHAR_RSP_REFUSED] = {TRACE_FAULT_CAR,
						"Tell the car's maker: the station must drop such an answer.",
						SLAC_REASON_NONE},
	[SLAC_REASON_NO_MATCH_REQ] =
		{TRACE_FAULT_UNKNOWN,
		 "See which other stations the car has heard, and whether the measured attenuation is plausible.",
		 SLAC_REASON_NONE},
	[SLAC_REASON_MATCH_REQ_REFUSED] =
		{TRACE_FAULT_CAR,
		 "Tell the car's maker; let the station take the field where it does no harm (slac.any_ids).",
		 SLAC_REASON_NONE},
	[SLAC_REASON_NO_VALIDATE_REQ] = {TRACE_FAULT_CAR,
					 "Let the station answer NotRequired (slac.validation not_required).",
					 SLAC_REASON_NONE},
	[SLAC_REASON_VALIDATE_REQ_REFUSED] =
		{TRACE_FAULT_CAR,
		 "Tell the car's maker, or let the station answer NotRequired (slac.validation not_required).",
		 SLAC_REASON_NONE},
	[SLAC_REASON_VALIDATION_ENDED] =
		{TRACE_FAULT_CAR,
		 "The car gives its validation up: let the station answer NotRequired (slac.validation not_required).",
		 SLAC_REASON_NONE},
	[SLAC_REASON_VALIDATION_PUT_OFF] = {TRACE_FAULT_STATION, "Another car was validating: nothing, if it is rare.",
					    SLAC_REASON_NONE},
	[SLAC_REASON_NO_JOIN] =
		{TRACE_FAULT_LINE,
		 "Compare the NID that the car was given with the one that the station's modem is in, and check that the modem has confirmed the key.",
		 SLAC_REASON_NONE},
	[SLAC_REASON_JOIN_LOST] =
		{TRACE_FAULT_LINE,
		 "Look for noise of the power electronics, a loose pilot contact, and the modem's supply.",
		 SLAC_REASON_NONE},
	[SLAC_REASON_OTHER_EV_MATCHED] = {TRACE_FAULT_NONE, "Nothing: this car is plugged in elsewhere.",
					  SLAC_REASON_NONE},
	[SLAC_REASON_DISPLACED] =
		{TRACE_FAULT_NONE,
		 "Nothing, if it is rare. Else find out who sends so many CM_SLAC_PARM.REQ (slac.parallel_runs).",
		 SLAC_REASON_NONE},
	[SLAC_REASON_NEW_RUN] = {TRACE_FAULT_NONE, "Look at the car's next attempt.", SLAC_REASON_NONE},
	[SLAC_REASON_VEHICLE_LEFT] = {TRACE_FAULT_NONE, "Nothing, if it was unplugged.", SLAC_REASON_NONE},
	[SLAC_REASON_PILOT_FAULT] = {TRACE_FAULT_STATION,
				     "Look at the station: it reported state E or F that nobody had asked for.",
				     SLAC_REASON_NONE},
	[SLAC_REASON_EVSE_NOT_READY] = {TRACE_FAULT_STATION,
					"Look why the station took the outlet out of service (status_code).",
					SLAC_REASON_NONE},
	[SLAC_REASON_TERMINATED] = {TRACE_FAULT_NONE, "Nothing: the ISO 15118 side wanted it.", SLAC_REASON_NONE},
	[SLAC_REASON_RESET] = {TRACE_FAULT_NONE, "Nothing, if it was meant.", SLAC_REASON_NONE},
	[SLAC_REASON_LINK_LOST] =
		{TRACE_FAULT_STATION,
		 "Look for \"Interface is lost\" in slacd's log: cable, driver, the modem's supply, or a bridge that took the interface.",
		 SLAC_REASON_NONE},
	[SLAC_REASON_MODEM_RESTARTED] = {TRACE_FAULT_STATION, "Check the modem's supply and firmware.",
					 SLAC_REASON_NONE},
	[SLAC_REASON_AUTHORIZED_BY_EIM] = {TRACE_FAULT_NONE, "Nothing: pilot.basic_charging_on_eim asks for it.",
					   SLAC_REASON_NONE},
	[SLAC_REASON_TAKEN_OVER] = {TRACE_FAULT_NONE, "Nothing: the car was charging when slacd started.",
				    SLAC_REASON_NONE},
	[SLAC_REASON_PILOT_REFUSED] =
		{TRACE_FAULT_STATION, "Make the station carry out F (cp_pwm with fault_state), or look why it refuses.",
		 SLAC_REASON_NONE},
	[SLAC_REASON_PILOT_UNCONFIRMED] = {TRACE_FAULT_STATION,
					   "Make the station answer each cp_pwm, or report cp_status F.",
					   SLAC_REASON_NONE},

	/* --- slacd's words: why it did not answer the car --- */
	[SLAC_REASON_NO_VEHICLE] = {TRACE_FAULT_NONE,
				    "Nothing for a car at another outlet. Else see why the pilot is not in B, C or D.",
				    SLAC_REASON_NONE},
	[SLAC_REASON_KEY_NOT_SET] = {TRACE_FAULT_STATION,
				     "Look for \"Outlet cannot serve\" in slacd's log: doc/modems.md says what to do.",
				     SLAC_REASON_NONE},
	[SLAC_REASON_PAUSED] =
		{TRACE_FAULT_CAR,
		 "Nothing, if the car speaks in F. A slow car: slac.tt_evse_slac_init_ms, or pilot.slac_init_retries.",
		 SLAC_REASON_NONE},
	[SLAC_REASON_INIT_EXPIRED] = {TRACE_FAULT_CAR,
				      "A slow car: slac.tt_evse_slac_init_ms, or slac.dc_listens_after_init.",
				      SLAC_REASON_NONE},
	[SLAC_REASON_ALREADY_MATCHED] =
		{TRACE_FAULT_NONE,
		 "Nothing for another car. The matched one may begin again with slac.rematch_matched_ev.",
		 SLAC_REASON_NONE},
	[SLAC_REASON_RUN_FAILED] = {TRACE_FAULT_CAR,
				    "The attempt had failed: slac.listen_after_failure lets the car begin it again.",
				    SLAC_REASON_NONE},
	[SLAC_REASON_TABLE_FULL] = {TRACE_FAULT_NONE,
				    "Nothing, if it is rare: one that asks again gets a place (slac.parallel_runs).",
				    SLAC_REASON_NONE},
	[SLAC_REASON_UNKNOWN_RUN] = {TRACE_FAULT_NONE,
				     "Nothing for a car at another outlet, or after a reset: the car begins again.",
				     SLAC_REASON_NONE},
	[SLAC_REASON_OTHER_MODEM] = {TRACE_FAULT_STATION,
				     "Two modems report on this segment: one outlet, one interface, one modem.",
				     SLAC_REASON_NONE},

	/* --- finer causes --- */
	[SLAC_CAUSE_MATCHED] = {TRACE_FAULT_NONE, "Nothing to do.", SLAC_REASON_NONE},
	[SLAC_CAUSE_MATCHED_LINK_UP] = {TRACE_FAULT_NONE, "Nothing to do.", SLAC_REASON_NONE},
	[SLAC_CAUSE_MATCHED_STATION_HALF] =
		{TRACE_FAULT_NONE, "Nothing to do. To see the car's half capture at the car, or at the station's host.",
		 SLAC_REASON_NONE},
	[SLAC_CAUSE_MATCHED_SLOWLY] =
		{TRACE_FAULT_UNKNOWN,
		 "Look which gap is long; unanswered requests before the first answer mean that the station was not ready.",
		 SLAC_REASON_NONE},
	[SLAC_CAUSE_MATCHED_KEY_REUSED] =
		{TRACE_FAULT_STATION,
		 "Let the station make a new key for each session: whoever was there before can listen.",
		 SLAC_REASON_NONE},
	[SLAC_CAUSE_MATCHED_FOREIGN_NID] = {TRACE_FAULT_STATION,
					    "Derive the NID from the NMK: some modems join only then.",
					    SLAC_REASON_NONE},
	[SLAC_CAUSE_CAR_BEGAN_AGAIN] =
		{TRACE_FAULT_LINE,
		 "The car has most likely not found the network of its key: check that the station's modem has it.",
		 SLAC_REASON_NO_JOIN},
	[SLAC_CAUSE_MODEM_REFUSED_KEY] =
		{TRACE_FAULT_STATION,
		 "See what CM_SET_KEY.REQ carries: key type, NID, and the modem's security setting.",
		 SLAC_REASON_NO_JOIN},
	[SLAC_CAUSE_MATCH_CNF_FIELD] = {TRACE_FAULT_STATION, "Mend the named field of the station's CM_SLAC_MATCH.CNF.",
					SLAC_REASON_NO_JOIN},
	[SLAC_CAUSE_MATCH_CNF_LATE] =
		{TRACE_FAULT_STATION,
		 "Let the station answer CM_SLAC_MATCH.REQ within 100 ms: the car waits for 200 ms, and then gives up.",
		 SLAC_REASON_NO_JOIN},
	[SLAC_CAUSE_MATCH_CNF_OTHER_STATION] =
		{TRACE_FAULT_STATION,
		 "Another station than the chosen one gives out its key: let each answer only what names its own MAC.",
		 SLAC_REASON_NONE},
	[SLAC_CAUSE_OTHER_STATION_CHOSEN] =
		{TRACE_FAULT_NONE,
		 "Nothing, if the car is plugged in there. Else see why the other one measures less attenuation.",
		 SLAC_REASON_NO_MATCH_REQ},
	[SLAC_CAUSE_OTHER_STATION_NEARER] = {TRACE_FAULT_NONE, "Nothing, if the car is plugged in there.",
					     SLAC_REASON_NO_MATCH_REQ},
	[SLAC_CAUSE_ATTENUATION_HIGH] =
		{TRACE_FAULT_NONE,
		 "Nothing, if it is a car at a neighbour. Else check the coupling of the modem to the pilot, and the receive-path correction.",
		 SLAC_REASON_NO_MATCH_REQ},
	[SLAC_CAUSE_MATCH_REQ_LATE] = {TRACE_FAULT_CAR, "Tell the car's maker: TT_EVSE_match_session is 10 s.",
				       SLAC_REASON_NO_MATCH_REQ},
	[SLAC_CAUSE_MATCH_REQ_UNANSWERED] =
		{TRACE_FAULT_STATION,
		 "See the station's log: it has refused the request, did not hear it, or has ended the session.",
		 SLAC_REASON_NONE},
	[SLAC_CAUSE_VALIDATION_FAILED] = {TRACE_FAULT_STATION,
					  "Let the station answer NotRequired, or count the toggles (slac.validation).",
					  SLAC_REASON_NO_MATCH_REQ},
	[SLAC_CAUSE_VALIDATION_UNANSWERED] = {TRACE_FAULT_STATION,
					      "Let the station answer CM_VALIDATE.REQ, at least with NotRequired.",
					      SLAC_REASON_NONE},
	[SLAC_CAUSE_RSP_NEGATIVE] = {TRACE_FAULT_CAR,
				     "The car refuses the result: see what it carries, its number of groups above all.",
				     SLAC_REASON_ATTEN_CHAR_RSP_REFUSED},
	[SLAC_CAUSE_IND_LATE] =
		{TRACE_FAULT_STATION,
		 "Let the station send its result within 1.2 s of the first announcement; look what held it up.",
		 SLAC_REASON_NO_ATTEN_CHAR_RSP},
	[SLAC_CAUSE_IND_FIELD] = {TRACE_FAULT_STATION, "Mend the named field of the station's CM_ATTEN_CHAR.IND.",
				  SLAC_REASON_NO_ATTEN_CHAR_RSP},
	[SLAC_CAUSE_IND_WITHOUT_GROUPS] =
		{TRACE_FAULT_STATION,
		 "The station reports nothing measured: set its modem up as an EVSE, or use one that measures.",
		 SLAC_REASON_NO_ATTEN_CHAR_RSP},
	[SLAC_CAUSE_RESTARTED_IN_SOUNDS] = {TRACE_FAULT_STATION,
					    "The modem restarted while the car sounded: check its supply and firmware.",
					    SLAC_REASON_NO_ATTEN_CHAR_RSP},
	[SLAC_CAUSE_IND_OF_FEW_SOUNDS] =
		{TRACE_FAULT_LINE,
		 "Most sounds get lost, so that the result tells the car little: look for noise, and check the receive path.",
		 SLAC_REASON_NO_ATTEN_CHAR_RSP},
	[SLAC_CAUSE_NO_IND] = {TRACE_FAULT_STATION, "The station had all that it needs for its result: see its log.",
			       SLAC_REASON_NONE},
	[SLAC_CAUSE_SOUNDS_UNANSWERED] =
		{TRACE_FAULT_UNKNOWN,
		 "Captured at the station: its modem measures nothing, set it up as an EVSE (PIB). Captured at the car: see the station's log, or its session record.",
		 SLAC_REASON_NONE},
	[SLAC_CAUSE_FEW_SOUNDS] = {TRACE_FAULT_LINE,
				   "Sounds get lost on the line: look for noise, and check the receive path.",
				   SLAC_REASON_NONE},
	[SLAC_CAUSE_START_LATE] = {TRACE_FAULT_CAR, "Tell the car's maker: TT_match_sequence is 400 ms.",
				   SLAC_REASON_NO_START_ATTEN_CHAR},
	[SLAC_CAUSE_CNF_OTHER_RUN_ID] = {TRACE_FAULT_STATION, "Let the station echo the car's run_id octet for octet.",
					 SLAC_REASON_NO_START_ATTEN_CHAR},
	[SLAC_CAUSE_CNF_FIELD] = {TRACE_FAULT_STATION, "Mend the named field of the station's CM_SLAC_PARM.CNF.",
				  SLAC_REASON_NO_START_ATTEN_CHAR},
	[SLAC_CAUSE_CNF_LATE] = {TRACE_FAULT_STATION, "Let the station answer within 100 ms: the car waits for 200 ms.",
				 SLAC_REASON_NO_START_ATTEN_CHAR},
	[SLAC_CAUSE_PARM_REQ_UNANSWERED] =
		{TRACE_FAULT_STATION,
		 "See whether the station knew of the vehicle (cp_status B, C or D), had its key, and whether its window was open.",
		 SLAC_REASON_NONE},
	[SLAC_CAUSE_SAME_MAC_TWICE] =
		{TRACE_FAULT_CAR,
		 "Two modems of cars have one MAC, or a car mixes its attempts: see which cars are plugged in.",
		 SLAC_REASON_NONE},
	[SLAC_CAUSE_NO_PILOT_STATE] =
		{TRACE_FAULT_STATION,
		 "Let the station publish cp_status when slacd starts, and not only where the pilot changes.",
		 SLAC_REASON_NO_VEHICLE},
	[SLAC_CAUSE_NO_5_PERCENT] =
		{TRACE_FAULT_STATION,
		 "The car speaks at 5 %: see why the station does not carry the request out, or does not report it.",
		 SLAC_REASON_NO_PARM_REQ},
	[SLAC_CAUSE_PILOT_NOT_OBEYED] = {TRACE_FAULT_STATION,
					 "See why the station shows another pilot than the one that it has confirmed.",
					 SLAC_REASON_PILOT_UNCONFIRMED},
	[SLAC_CAUSE_PORT_REFUSED] =
		{TRACE_FAULT_STATION,
		 "slacd's log says why: the interface is missing, down, or a port of a bridge: take it out of the bridge.",
		 SLAC_REASON_KEY_NOT_SET},
	[SLAC_CAUSE_LINK_UNANSWERED] =
		{TRACE_FAULT_STATION,
		 "The modem answers none of slacd's questions for the link: check its supply, its firmware, and the interface that leads to it.",
		 SLAC_REASON_NO_JOIN},
	[SLAC_CAUSE_MODEM_SILENT] = {TRACE_FAULT_STATION,
				     "Check the modem's supply, its firmware, and the interface that leads to it.",
				     SLAC_REASON_KEY_NOT_SET},
	[SLAC_CAUSE_FRAMES_ARE_TAGGED] =
		{TRACE_FAULT_STATION,
		 "Let the interface or the switch deliver the frames without a VLAN tag, or listen on the VLAN's interface.",
		 SLAC_REASON_NONE},
	[SLAC_CAUSE_WRONG_VERSION] = {TRACE_FAULT_UNKNOWN,
				      "Messages of SLAC have MMV 1 and no fragments: see which side sends others.",
				      SLAC_REASON_NONE},
	[SLAC_CAUSE_FRAMES_ARE_CUT] = {TRACE_FAULT_UNKNOWN, "Capture whole frames (tcpdump -s 0).", SLAC_REASON_NONE},
	[SLAC_CAUSE_STATION_HALF_ONLY] =
		{TRACE_FAULT_UNKNOWN,
		 "Capture at the station's host or at the car: a third modem does not hear the car's frames.",
		 SLAC_REASON_NONE},
	[SLAC_CAUSE_CAR_HALF_ONLY] =
		{TRACE_FAULT_UNKNOWN,
		 "Capture where the station's frames are seen, too: the car goes on, so that there are answers.",
		 SLAC_REASON_NONE},
	[SLAC_CAUSE_CAPTURE_ENDED] = {TRACE_FAULT_UNKNOWN,
				      "Capture for longer: until 15 s after the last word of the car.",
				      SLAC_REASON_NONE},
};

bool trace_catalogue_has(enum slac_reason word)
{
	return (size_t)word < SLAC_CAUSE_COUNT && catalogue[word].remedy != NULL;
}

const char *trace_remedy(enum slac_reason word)
{
	return trace_catalogue_has(word) ? catalogue[word].remedy : "";
}

enum trace_fault trace_fault_of(enum slac_reason word)
{
	return trace_catalogue_has(word) ? catalogue[word].fault : TRACE_FAULT_UNKNOWN;
}

enum slac_reason trace_daemon_word(enum slac_reason word)
{
	if (word < SLAC_REASON_COUNT)
		return word;
	return word < SLAC_CAUSE_COUNT ? catalogue[word].refines : SLAC_REASON_NONE;
}

bool trace_word_is_match(enum slac_reason word)
{
	return word >= SLAC_CAUSE_MATCHED && word <= SLAC_CAUSE_MATCHED_FOREIGN_NID;
}

const char *trace_fault_text(enum trace_fault fault)
{
	static const char *const texts[] = {"nobody", "the car", "the station", "the line between them", "not known"};

	return (size_t)fault < sizeof(texts) / sizeof(texts[0]) ? texts[fault] : "?";
}
