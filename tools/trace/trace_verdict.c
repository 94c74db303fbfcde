/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/trace/trace_verdict.h"

#include "homeplug/mme/set_key.h"
#include "tools/trace/trace_limits.h"

#include <stdarg.h>
#include <string.h>

/* A capture shows a frame when it was seen there, not when it was sent. */
#define ALLOWANCE_US UINT64_C(50000)
/* A car that begins again so soon after its key has not found the network. */
#define BEGAN_AGAIN_US UINT64_C(20000000)
/* Real cars need about 1.5 s. */
#define SLOW_US UINT64_C(5000000)
/* Real couplings measure 10 to 30 dB, a neighbour's car about 50 dB. */
#define HIGH_DDB 450
/* C_EV_match_retry, and the first one: more are unanswered, whatever follows. */
#define PARM_REQ_REPEATS 3
/* A single message of the attempt before may just have been under way. */
#define MIXED_LEAST 2

/* --- helpers --- */

static void say(struct trace_verdict *out, enum slac_reason word, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void say(struct trace_verdict *out, enum slac_reason word, const char *format, ...)
{
	va_list arguments;

	out->word = word;
	va_start(arguments, format);
	vsnprintf(out->cause, sizeof(out->cause), format, arguments);
	va_end(arguments);
}

static void prove(struct trace_verdict *out, uint64_t number)
{
	if (number != 0 && out->proof_count < TRACE_PROOFS_MAX)
		out->proofs[out->proof_count++] = number;
}

static bool has(const struct trace_session *session, enum trace_kind kind)
{
	return session->count[kind] > 0;
}

/* Each of them had a wrong field. */
static bool is_wrong(const struct trace_session *session, enum trace_kind kind)
{
	return has(session, kind) && session->wrong[kind] == session->count[kind];
}

static double seconds(uint64_t us)
{
	return (double)us / 1e6;
}

/* From the first frame of one kind to the first of another, 0 where one is missing. */
static uint64_t gap_us(const struct trace_session *session, enum trace_kind from, enum trace_kind to)
{
	if (!has(session, from) || !has(session, to) || session->first_at_us[to] < session->first_at_us[from])
		return 0;
	return session->first_at_us[to] - session->first_at_us[from];
}

/* The file, or the car itself with its next attempt, has cut the session off before this time was over. */
static bool is_cut_off(const struct trace_session *session, uint64_t wait_us)
{
	return session->capture_end_us != 0 && session->capture_end_us - session->last_us < wait_us;
}

static bool is_superseded(const struct trace_session *session, uint64_t wait_us)
{
	return session->next_begin_us != 0 && session->next_begin_us - session->last_us < wait_us;
}

/* Says one of these, and true, where the next step need not have come any more. */
static bool was_not_awaited(const struct trace_session *session, uint64_t wait_us, const char *what,
			    struct trace_verdict *out)
{
	if (is_cut_off(session, wait_us))
		say(out, SLAC_CAUSE_CAPTURE_ENDED, "The capture ends %.2f s after the last frame, before %s.",
		    seconds(session->capture_end_us - session->last_us), what);
	else if (is_superseded(session, wait_us))
		say(out, SLAC_REASON_NEW_RUN, "The car began another attempt %.2f s later, before %s.",
		    seconds(session->next_begin_us - session->last_us), what);
	else
		return false;
	return true;
}

/* One that has measured nothing is near to no car. */
static bool is_nearer(const struct trace_evse *evse, const struct trace_evse *best)
{
	if (best == NULL || best->num_groups == 0)
		return best == NULL || evse->num_groups > 0;
	return evse->num_groups > 0 && evse->mean_ddb < best->mean_ddb;
}

static const struct trace_evse *nearest(const struct trace_session *session)
{
	const struct trace_evse *best = NULL;

	for (size_t i = 0; i < session->evse_count; i++)
		if (session->evses[i].inds > 0 && is_nearer(&session->evses[i], best))
			best = &session->evses[i];
	return best;
}

/* --- from the last step backwards --- */

/* The car had given up by then: that it does not join says nothing of the key or the line. */
static bool judge_late_match(const struct trace_session *session, struct trace_verdict *out)
{
	if (session->match_answer_us <= TT_MATCH_RESPONSE_US + ALLOWANCE_US)
		return false;
	say(out, SLAC_CAUSE_MATCH_CNF_LATE,
	    "The station answered the last of %u CM_SLAC_MATCH.REQ after %.0f ms, and the car did not join.",
	    session->count[TRACE_MATCH_REQ], seconds(session->match_answer_us) * 1e3);
	prove(out, session->first_number[TRACE_MATCH_REQ]);
	return true;
}

static bool judge_link(const struct trace_session *session, struct trace_verdict *out)
{
	const uint64_t given_us = session->first_at_us[TRACE_MATCH_CNF];
	const bool began_again = session->next_begin_us != 0 && session->next_begin_us - given_us < BEGAN_AGAIN_US;
	const bool is_down_for_long =
		has(session, TRACE_LINK_DOWN) && session->last_at_us[TRACE_LINK_DOWN] > given_us + TT_MATCH_JOIN_US / 2;

	if (has(session, TRACE_RESTART) && session->last_at_us[TRACE_RESTART] > given_us) {
		say(out, SLAC_REASON_MODEM_RESTARTED, "A modem restarted %.2f s after the car was given its key.",
		    seconds(session->last_at_us[TRACE_RESTART] - given_us));
		prove(out, session->first_number[TRACE_RESTART]);
		return true;
	}
	if (has(session, TRACE_LINK_UP) && session->last_at_us[TRACE_LINK_UP] > given_us) {
		if (has(session, TRACE_LINK_DOWN) &&
		    session->last_at_us[TRACE_LINK_DOWN] > session->last_at_us[TRACE_LINK_UP]) {
			say(out, SLAC_REASON_JOIN_LOST,
			    "The power-line link was up and is down again %.2f s after the key.",
			    seconds(session->last_at_us[TRACE_LINK_DOWN] - given_us));
			snprintf(out->unknown, sizeof(out->unknown),
				 "Whether the vehicle had left: no capture on Ethernet shows the pilot.");
			return true;
		}
		return false;
	}
	if ((began_again || is_down_for_long) && judge_late_match(session, out))
		return true;
	if (has(session, TRACE_SET_KEY_CNF) && session->last_at_us[TRACE_SET_KEY_CNF] > given_us &&
	    session->key_result != SET_KEY_RESULT_TAKEN && session->car_seen && began_again) {
		say(out, SLAC_CAUSE_MODEM_REFUSED_KEY, "A modem answered the key with result %u.", session->key_result);
		prove(out, session->first_number[TRACE_SET_KEY_CNF]);
		if (session->key_result == SET_KEY_RESULT_UNCLEAR)
			snprintf(out->unknown, sizeof(out->unknown),
				 "What this modem means with result 0: some refuse, to the standard it is success.");
		return true;
	}
	if (is_down_for_long) {
		say(out, SLAC_REASON_NO_JOIN,
		    "The car was given its key, and the modem still has no link %.1f s later.",
		    seconds(session->last_at_us[TRACE_LINK_DOWN] - given_us));
		return true;
	}
	if (began_again) {
		say(out, SLAC_CAUSE_CAR_BEGAN_AGAIN, "The car was given its key, and began again %.1f s later.",
		    seconds(session->next_begin_us - given_us));
		return true;
	}
	return false;
}

/* Each key that the car was given is that of a station that it has not chosen. */
static bool judge_foreign_match(const struct trace_session *session, struct trace_verdict *out)
{
	char chosen[MAC_TEXT_SIZE], answering[MAC_TEXT_SIZE];

	if (session->foreign_match_cnfs < session->count[TRACE_MATCH_CNF])
		return false;
	say(out, SLAC_CAUSE_MATCH_CNF_OTHER_STATION, "The car chose station %s, and %s sent CM_SLAC_MATCH.CNF.",
	    mac_text(session->chosen_mac, chosen), mac_text(session->match_cnf_mac, answering));
	prove(out, session->first_number[TRACE_MATCH_REQ]);
	return true;
}

static void judge_matched(const struct trace_session *session, struct trace_verdict *out)
{
	const uint64_t took_us = gap_us(session, TRACE_PARM_REQ, TRACE_MATCH_CNF);
	const bool is_up = has(session, TRACE_LINK_UP) &&
			   session->last_at_us[TRACE_LINK_UP] > session->first_at_us[TRACE_MATCH_CNF];

	prove(out, session->first_number[TRACE_PARM_REQ]);
	prove(out, session->first_number[TRACE_MATCH_CNF]);
	if (judge_foreign_match(session, out))
		return;
	if (is_wrong(session, TRACE_MATCH_CNF)) {
		say(out, SLAC_CAUSE_MATCH_CNF_FIELD, "A field of the station's CM_SLAC_MATCH.CNF is wrong: %s.",
		    mme_error_text(session->error[TRACE_MATCH_CNF]));
		prove(out, session->error_number[TRACE_MATCH_CNF]);
		return;
	}
	if (judge_link(session, out))
		return;
	if (!is_up)
		snprintf(out->unknown, sizeof(out->unknown),
			 "Whether the power-line link came up is not in this file.");
	if (!session->car_seen)
		say(out, SLAC_CAUSE_MATCHED_STATION_HALF,
		    "The station has confirmed the match; only the station's half is in this file.");
	else if (session->key_is_reused)
		say(out, SLAC_CAUSE_MATCHED_KEY_REUSED,
		    "Matched in %.2f s, with the key of an earlier session of this file.", seconds(took_us));
	else if (!session->nid_is_of_key)
		say(out, SLAC_CAUSE_MATCHED_FOREIGN_NID,
		    "Matched in %.2f s; the NID of the key does not belong to its NMK.", seconds(took_us));
	else if (took_us > SLOW_US)
		say(out, SLAC_CAUSE_MATCHED_SLOWLY,
		    "Matched after %.2f s, with %u CM_SLAC_PARM.REQ before the first answer.", seconds(took_us),
		    session->count[TRACE_PARM_REQ]);
	else if (is_up)
		say(out, SLAC_CAUSE_MATCHED_LINK_UP, "Matched in %.2f s, and the power-line link is up.",
		    seconds(took_us));
	else
		say(out, SLAC_CAUSE_MATCHED, "Matched in %.2f s.", seconds(took_us));
}

static bool is_own_evse(const struct trace_session *session)
{
	for (size_t i = 0; i < session->evse_count; i++)
		if (mac_equal(session->evses[i].mac, session->chosen_mac))
			return true;
	return false;
}

static void judge_match_req(const struct trace_session *session, struct trace_verdict *out)
{
	const uint64_t after_us = gap_us(session, TRACE_RSP, TRACE_MATCH_REQ);
	char mac[MAC_TEXT_SIZE];

	prove(out, session->first_number[TRACE_MATCH_REQ]);
	if (is_wrong(session, TRACE_MATCH_REQ)) {
		say(out, SLAC_REASON_MATCH_REQ_REFUSED, "A field of the car's CM_SLAC_MATCH.REQ is wrong: %s.",
		    mme_error_text(session->error[TRACE_MATCH_REQ]));
	} else if (session->evse_count > 0 && !is_own_evse(session)) {
		say(out, SLAC_CAUSE_OTHER_STATION_CHOSEN, "The car chose another station: %s.",
		    mac_text(session->chosen_mac, mac));
	} else if (!session->evse_seen) {
		say(out, SLAC_CAUSE_CAR_HALF_ONLY,
		    "The car goes on to CM_SLAC_MATCH.REQ; no frame of a station is in this file.");
	} else if (after_us > TT_EVSE_MATCH_SESSION_US) {
		say(out, SLAC_CAUSE_MATCH_REQ_LATE, "The car's CM_SLAC_MATCH.REQ came %.1f s after CM_ATTEN_CHAR.RSP.",
		    seconds(after_us));
	} else if (!was_not_awaited(session, TT_MATCH_RESPONSE_US, "the answer to CM_SLAC_MATCH.REQ", out)) {
		say(out, SLAC_CAUSE_MATCH_REQ_UNANSWERED,
		    "The car's CM_SLAC_MATCH.REQ, sent %u times, was not answered.", session->count[TRACE_MATCH_REQ]);
	}
}

/* After an answer another result than Ready is right: the car gives up. */
static bool is_validated_wrongly(const struct trace_session *session)
{
	const enum mme_error error = session->error[TRACE_VALIDATE_REQ];

	return error != MME_OK && (error != MME_ERR_RESULT || !has(session, TRACE_VALIDATE_CNF));
}

static void judge_validation(const struct trace_session *session, struct trace_verdict *out)
{
	prove(out, session->first_number[TRACE_VALIDATE_REQ]);
	prove(out, session->first_number[TRACE_VALIDATE_CNF]);
	if (is_validated_wrongly(session))
		say(out, SLAC_REASON_VALIDATE_REQ_REFUSED, "A field of the car's CM_VALIDATE.REQ is wrong: %s.",
		    mme_error_text(session->error[TRACE_VALIDATE_REQ]));
	else if (session->count[TRACE_VALIDATE_REQ] > 1 && session->asked_result != VALIDATE_READY)
		say(out, SLAC_REASON_VALIDATION_ENDED,
		    "The car asked for a validation, and then gave it up with result %u.", session->asked_result);
	else if (!has(session, TRACE_VALIDATE_CNF))
		say(out, SLAC_CAUSE_VALIDATION_UNANSWERED, "The car asked for a validation, and got no answer.");
	else if (session->validate_result == VALIDATE_FAILURE)
		say(out, SLAC_CAUSE_VALIDATION_FAILED,
		    "The station answered the validation with Failure, and the car ended there.");
	else if (session->validate_result == VALIDATE_NOT_READY)
		say(out, SLAC_REASON_VALIDATION_PUT_OFF, "The station was not ready for the validation.");
	else
		say(out, SLAC_REASON_NO_VALIDATE_REQ,
		    "The car asked for a validation, and did not go on after the answer %u.", session->validate_result);
}

static void judge_choice(const struct trace_session *session, struct trace_verdict *out)
{
	const struct trace_evse *best = nearest(session);

	prove(out, session->first_number[TRACE_IND]);
	prove(out, session->first_number[TRACE_RSP]);
	if (is_wrong(session, TRACE_RSP) && session->error[TRACE_RSP] != MME_ERR_RESULT)
		say(out, SLAC_REASON_ATTEN_CHAR_RSP_REFUSED, "A field of the car's CM_ATTEN_CHAR.RSP is wrong: %s.",
		    mme_error_text(session->error[TRACE_RSP]));
	else if (session->rsp_result != 0)
		say(out, SLAC_CAUSE_RSP_NEGATIVE, "The car answered the result with %u instead of 0.",
		    session->rsp_result);
	else if (!session->evse_seen)
		say(out, SLAC_CAUSE_CAR_HALF_ONLY, "The car answers a result; no frame of a station is in this file.");
	else if (was_not_awaited(session, TT_EVSE_MATCH_SESSION_US, "the car's choice", out))
		return;
	else if (session->evse_count > 1)
		say(out, SLAC_CAUSE_OTHER_STATION_NEARER,
		    "%zu stations answered the car, and it chose none in this file.", session->evse_count);
	else if (best != NULL && best->mean_ddb >= HIGH_DDB)
		say(out, SLAC_CAUSE_ATTENUATION_HIGH, "The attenuation is %u dB: probably a neighbour's car.",
		    best->mean_ddb / 10);
	else
		say(out, SLAC_REASON_NO_MATCH_REQ,
		    "The car did not choose the station within 10 s of its result (%u dB).",
		    best != NULL ? best->mean_ddb / 10 : 0);
}

static bool has_restarted_in_sounds(const struct trace_session *session)
{
	return has(session, TRACE_RESTART) && has(session, TRACE_START) &&
	       session->first_at_us[TRACE_RESTART] >= session->first_at_us[TRACE_START] &&
	       session->first_at_us[TRACE_RESTART] <= session->first_at_us[TRACE_IND];
}

/* A result that is not answered, of sounds that the station has hardly measured. */
static bool judge_lost_sounds(const struct trace_session *session, struct trace_verdict *out)
{
	const struct trace_evse *best = nearest(session);

	if (has_restarted_in_sounds(session)) {
		say(out, SLAC_CAUSE_RESTARTED_IN_SOUNDS, "A modem restarted %.2f s after the car's announcement.",
		    seconds(gap_us(session, TRACE_START, TRACE_RESTART)));
		prove(out, session->first_number[TRACE_RESTART]);
		return true;
	}
	if (best == NULL || 2u * best->num_sounds >= session->num_sounds)
		return false;
	say(out, SLAC_CAUSE_IND_OF_FEW_SOUNDS,
	    "The result is of %u of %u sounds, and the car did not answer it, sent %u times.", best->num_sounds,
	    session->num_sounds, session->count[TRACE_IND]);
	return true;
}

static void judge_ind(const struct trace_session *session, struct trace_verdict *out)
{
	const uint64_t after_us = gap_us(session, TRACE_START, TRACE_IND);
	const struct trace_evse *best = nearest(session);

	prove(out, session->first_number[TRACE_START]);
	prove(out, session->first_number[TRACE_IND]);
	if (!session->car_seen)
		say(out, SLAC_CAUSE_STATION_HALF_ONLY,
		    "The station has sent its result; only the station's half is in this file.");
	else if (is_wrong(session, TRACE_IND) && session->error[TRACE_IND] != MME_ERR_GROUPS_MISSING)
		say(out, SLAC_CAUSE_IND_FIELD, "A field of the station's CM_ATTEN_CHAR.IND is wrong: %s.",
		    mme_error_text(session->error[TRACE_IND]));
	else if (best != NULL && best->num_groups == 0)
		say(out, SLAC_CAUSE_IND_WITHOUT_GROUPS, "The station's result has no attenuation groups.");
	else if (after_us > TT_EV_ATTEN_RESULTS_US)
		say(out, SLAC_CAUSE_IND_LATE, "The station's result came %.2f s after the first announcement.",
		    seconds(after_us));
	else if (!was_not_awaited(session, TT_MATCH_RESPONSE_US, "the car's answer to the result", out) &&
		 !judge_lost_sounds(session, out))
		say(out, SLAC_REASON_NO_ATTEN_CHAR_RSP, "The car did not answer the result, sent %u times.",
		    session->count[TRACE_IND]);
}

/* A capture at the car never shows the profiles of the station's modem: there they accuse nobody. */
static void say_no_profiles(const struct trace_session *session, struct trace_verdict *out)
{
	if (session->profiles_are_shown) {
		say(out, SLAC_REASON_NO_PROFILES, "%u sounds, no profile of a modem, and no result.",
		    session->count[TRACE_SOUND]);
		return;
	}
	say(out, SLAC_CAUSE_SOUNDS_UNANSWERED, "%u sounds, and no result of the station.", session->count[TRACE_SOUND]);
	snprintf(out->unknown, sizeof(out->unknown),
		 "Whether the station's modem measured: only a capture at the station shows its profiles.");
}

static void judge_sounds(const struct trace_session *session, struct trace_verdict *out)
{
	prove(out, session->first_number[TRACE_START]);
	prove(out, session->first_number[TRACE_SOUND]);
	if (!has(session, TRACE_START))
		say(out, SLAC_REASON_START_ATTEN_CHAR_LOST,
		    "%u sounds arrived, and none of the three announcements before them.", session->count[TRACE_SOUND]);
	else if (is_wrong(session, TRACE_START))
		say(out, SLAC_REASON_START_ATTEN_CHAR_REFUSED,
		    "A field of the car's CM_START_ATTEN_CHAR.IND is wrong: %s.",
		    mme_error_text(session->error[TRACE_START]));
	else if (is_wrong(session, TRACE_SOUND))
		say(out, SLAC_REASON_SOUNDS_REFUSED, "A field of the car's CM_MNBC_SOUND.IND is wrong: %s.",
		    mme_error_text(session->error[TRACE_SOUND]));
	else if (!session->evse_seen)
		say(out, SLAC_CAUSE_CAR_HALF_ONLY, "The car sounds; no frame of a station is in this file.");
	else if (was_not_awaited(session, TT_EV_ATTEN_RESULTS_US, "the station's result", out))
		return;
	else if (has(session, TRACE_PROFILE) && session->profiles_without_groups == session->count[TRACE_PROFILE])
		say(out, SLAC_REASON_NO_GROUPS, "The modem's %u profiles have no attenuation groups.",
		    session->count[TRACE_PROFILE]);
	else if (session->foreign_profiles > 0)
		say(out, SLAC_REASON_OTHER_MODEM, "Two modems report profiles of this car, and no result was sent.");
	else if (!has(session, TRACE_PROFILE))
		say_no_profiles(session, out);
	else if (session->count[TRACE_SOUND] < session->num_sounds)
		say(out, SLAC_CAUSE_FEW_SOUNDS, "%u of %u sounds arrived, and no result was sent.",
		    session->count[TRACE_SOUND], session->num_sounds);
	else
		say(out, SLAC_CAUSE_NO_IND, "Sounds and profiles arrived, and the station sent no result.");
}

static void judge_start(const struct trace_session *session, struct trace_verdict *out)
{
	const uint64_t after_us = gap_us(session, TRACE_PARM_CNF, TRACE_START);

	prove(out, session->first_number[TRACE_START]);
	if (is_wrong(session, TRACE_START))
		say(out, SLAC_REASON_START_ATTEN_CHAR_REFUSED,
		    "A field of the car's CM_START_ATTEN_CHAR.IND is wrong: %s.",
		    mme_error_text(session->error[TRACE_START]));
	else if (after_us > TT_MATCH_SEQUENCE_US + ALLOWANCE_US)
		say(out, SLAC_CAUSE_START_LATE, "The car announced its sounds %.2f s after CM_SLAC_PARM.CNF.",
		    seconds(after_us));
	else if (!was_not_awaited(session, TT_MATCH_SEQUENCE_US, "the first sound", out))
		say(out, SLAC_REASON_NO_SOUNDS, "The car announced %u sounds, and not one is in this file.",
		    session->num_sounds);
}

static void judge_parm_cnf(const struct trace_session *session, struct trace_verdict *out)
{
	const uint64_t after_us = gap_us(session, TRACE_PARM_REQ, TRACE_PARM_CNF);
	char ours[RUN_ID_TEXT_SIZE], theirs[RUN_ID_TEXT_SIZE];

	prove(out, session->first_number[TRACE_PARM_REQ]);
	prove(out, session->first_number[TRACE_PARM_CNF]);
	if (!session->car_seen)
		say(out, SLAC_CAUSE_STATION_HALF_ONLY,
		    "The station has answered a car; only the station's half is in this file.");
	else if (is_wrong(session, TRACE_PARM_CNF) && session->error[TRACE_PARM_CNF] == MME_ERR_RUN_ID)
		say(out, SLAC_CAUSE_CNF_OTHER_RUN_ID, "The station echoed run_id %s, the car's is %s.",
		    run_id_text(session->cnf_run_id, theirs), run_id_text(session->run_id, ours));
	else if (is_wrong(session, TRACE_PARM_CNF) && session->error[TRACE_PARM_CNF] != MME_ERR_RESP_TYPE)
		say(out, SLAC_CAUSE_CNF_FIELD, "A field of the station's CM_SLAC_PARM.CNF is wrong: %s.",
		    mme_error_text(session->error[TRACE_PARM_CNF]));
	else if (session->count[TRACE_PARM_REQ] == 1 && after_us > TT_MATCH_RESPONSE_US)
		say(out, SLAC_CAUSE_CNF_LATE, "The station answered %.0f ms after the car's request.",
		    seconds(after_us) * 1e3);
	else if (!was_not_awaited(session, TT_MATCH_SEQUENCE_US, "the car's announcement", out))
		say(out, SLAC_REASON_NO_START_ATTEN_CHAR, "The car went silent after the station's first answer.");
}

/* The first message that was there and could not be read, where no other one of its kind could. */
static uint64_t unread(const struct trace_session *session)
{
	for (size_t kind = TRACE_PARM_CNF; kind < TRACE_KINDS; kind++)
		if (session->count[kind] == 0 && session->unread_number[kind] != 0)
			return session->unread_number[kind];
	return 0;
}

static void judge_unread(const struct trace_session *session, struct trace_verdict *out)
{
	if (session->bad_mmv > 0)
		say(out, SLAC_CAUSE_WRONG_VERSION, "%u messages have another version (MMV) or are fragments.",
		    session->bad_mmv);
	else
		say(out, SLAC_CAUSE_FRAMES_ARE_CUT, "%u frames are cut, so that answers cannot be read.", session->cut);
	prove(out, unread(session));
}

static void judge_parm_req(const struct trace_session *session, struct trace_verdict *out)
{
	prove(out, session->first_number[TRACE_PARM_REQ]);
	if (is_wrong(session, TRACE_PARM_REQ))
		say(out, SLAC_REASON_PARM_REQ_REFUSED, "A field of the car's CM_SLAC_PARM.REQ is wrong: %s.",
		    mme_error_text(session->error[TRACE_PARM_REQ]));
	else if (session->tagged > 0)
		say(out, SLAC_CAUSE_FRAMES_ARE_TAGGED, "The car's frames carry a VLAN tag, and nobody answers them.");
	else if (session->bad_mmv > 0 || session->cut > 0)
		judge_unread(session, out);
	else if (session->count[TRACE_PARM_REQ] > PARM_REQ_REPEATS ||
		 !was_not_awaited(session, TT_MATCH_RESPONSE_US, "an answer", out))
		say(out, SLAC_CAUSE_PARM_REQ_UNANSWERED, "The car asked %u times in %.1f s, and nobody answered.",
		    session->count[TRACE_PARM_REQ],
		    seconds(session->last_at_us[TRACE_PARM_REQ] - session->first_at_us[TRACE_PARM_REQ]));
}

static void judge_mixed(const struct trace_session *session, struct trace_verdict *out)
{
	char ours[RUN_ID_TEXT_SIZE], other[RUN_ID_TEXT_SIZE];

	say(out, SLAC_CAUSE_SAME_MAC_TWICE, "Messages of two attempts of this MAC are mixed: run_id %s and %s.",
	    run_id_text(session->before_run_id, other), run_id_text(session->run_id, ours));
	prove(out, session->first_number[TRACE_PARM_REQ]);
	prove(out, session->mixed_number);
}

static void judge_two_choices(const struct trace_session *session, struct trace_verdict *out)
{
	char first[MAC_TEXT_SIZE], second[MAC_TEXT_SIZE];

	say(out, SLAC_CAUSE_SAME_MAC_TWICE, "This MAC chooses two stations in one attempt: %s and %s.",
	    mac_text(session->first_chosen_mac, first), mac_text(session->chosen_mac, second));
	prove(out, session->first_number[TRACE_MATCH_REQ]);
	prove(out, session->mixed_number);
}

static bool is_mixed(const struct trace_session *session)
{
	return session->mixed >= MIXED_LEAST && (!has(session, TRACE_MATCH_CNF) || session->wrong[TRACE_MATCH_CNF] > 0);
}

static void judge_pushed_out(const struct trace_session *session, struct trace_verdict *out)
{
	say(out, SLAC_REASON_DISPLACED, "More than %d cars are in this file at once: slac-trace had no room for all.",
	    TRACE_OPEN_MAX);
	snprintf(out->unknown, sizeof(out->unknown), "What became of this car.");
	prove(out, session->events[0].number);
}

void trace_judge(const struct trace_session *session, struct trace_verdict *out)
{
	memset(out, 0, sizeof(*out));
	if (session->has_chosen_two)
		judge_two_choices(session, out);
	else if (is_mixed(session))
		judge_mixed(session, out);
	else if (has(session, TRACE_MATCH_CNF))
		judge_matched(session, out);
	else if (session->is_pushed_out)
		judge_pushed_out(session, out);
	else if (unread(session) != 0)
		judge_unread(session, out);
	else if (has(session, TRACE_MATCH_REQ))
		judge_match_req(session, out);
	else if (has(session, TRACE_VALIDATE_REQ))
		judge_validation(session, out);
	else if (has(session, TRACE_RSP))
		judge_choice(session, out);
	else if (has(session, TRACE_IND))
		judge_ind(session, out);
	else if (has(session, TRACE_SOUND))
		judge_sounds(session, out);
	else if (has(session, TRACE_START))
		judge_start(session, out);
	else if (has(session, TRACE_PARM_CNF))
		judge_parm_cnf(session, out);
	else
		judge_parm_req(session, out);
}
