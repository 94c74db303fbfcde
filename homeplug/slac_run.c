/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/slac_run.h"

#include <assert.h>
#include <string.h>

static uint64_t after_ms(uint64_t now_us, uint32_t ms)
{
	return now_us + (uint64_t)ms * 1000;
}

static struct slac_evse_output *append(struct slac_evse_outputs *out, enum slac_evse_output_kind kind)
{
	assert(out->count < SLAC_EVSE_OUTPUTS);
	struct slac_evse_output *item = &out->items[out->count++];
	memset(item, 0, sizeof(*item));
	item->kind = kind;
	return item;
}

struct slac_evse_output *slac_run_output(const struct slac_run *run, enum slac_evse_output_kind kind,
					 struct slac_evse_outputs *out)
{
	struct slac_evse_output *item = append(out, kind);

	item->has_run_id = true;
	memcpy(item->run_id, run->run_id, RUN_ID_LEN);
	memcpy(item->ev_mac, run->ev_mac, MAC_LEN);
	return item;
}

void slac_message_output(enum slac_evse_output_kind kind, const struct mme *frame, enum slac_reason reason,
			 enum mme_error error, struct slac_evse_outputs *out)
{
	struct slac_evse_output *item = append(out, kind);

	memcpy(item->ev_mac, frame->src, MAC_LEN);
	item->reason = reason;
	item->message.mmtype = frame->mmtype;
	item->message.error = error;
}

static void refuse(const struct mme *frame, enum slac_reason reason, struct slac_evse_outputs *out)
{
	slac_message_output(SLAC_EVSE_IGNORED, frame, reason, MME_OK, out);
}

static void refuse_field(const struct mme *frame, enum mme_error error, struct slac_evse_outputs *out)
{
	slac_message_output(SLAC_EVSE_IGNORED, frame, SLAC_REASON_FIELD, error, out);
}

bool slac_run_is_active(const struct slac_run *run)
{
	return run->state != SLAC_RUN_FREE && run->state != SLAC_RUN_MATCHED && run->state != SLAC_RUN_FAILED;
}

static void step(struct slac_run *run, enum slac_run_state to, enum slac_reason reason, struct slac_evse_outputs *out)
{
	struct slac_evse_output *item = slac_run_output(run, SLAC_EVSE_RUN_STEP, out);

	item->reason = reason;
	item->step.from = run->state;
	item->step.to = to;
	run->state = to;
}

static struct mme *send_to_ev(const struct slac_run *run, const struct slac_evse_config *config, enum mmtype type,
			      struct slac_evse_outputs *out)
{
	struct slac_evse_output *item = slac_run_output(run, SLAC_EVSE_SEND, out);

	mme_init(&item->frame, type, config->evse_mac, run->ev_mac);
	return &item->frame;
}

static void send_parm_cnf(const struct slac_run *run, const struct slac_evse_config *config,
			  struct slac_evse_outputs *out)
{
	struct slac_parm_cnf *cnf = &send_to_ev(run, config, CM_SLAC_PARM_CNF, out)->slac_parm_cnf;

	memcpy(cnf->m_sound_target, mac_broadcast, MAC_LEN);
	cnf->num_sounds = SLAC_NUM_SOUNDS;
	cnf->time_out = SLAC_TIME_OUT;
	cnf->resp_type = SLAC_RESP_TYPE;
	memcpy(cnf->forwarding_sta, run->ev_mac, MAC_LEN);
	memcpy(cnf->run_id, run->run_id, RUN_ID_LEN);
}

void slac_run_begin(struct slac_run *run, const struct slac_evse_config *config, const struct mme *req,
		    uint64_t now_us, struct slac_evse_outputs *out)
{
	enum slac_run_state from = run->state;
	bool repeated = from == SLAC_RUN_WAIT_START && mac_equal(run->ev_mac, req->src) &&
			memcmp(run->run_id, req->slac_parm_req.run_id, RUN_ID_LEN) == 0;

	memset(run, 0, sizeof(*run));
	run->state = from == SLAC_RUN_FAILED ? SLAC_RUN_FREE : from;
	memcpy(run->ev_mac, req->src, MAC_LEN);
	memcpy(run->run_id, req->slac_parm_req.run_id, RUN_ID_LEN);
	send_parm_cnf(run, config, out);
	if (!repeated)
		step(run, SLAC_RUN_WAIT_START, from == SLAC_RUN_FREE ? SLAC_REASON_NONE : SLAC_REASON_NEW_RUN, out);
	run->deadline_us = after_ms(now_us, config->tt_match_sequence_ms);
}

void slac_run_fail(struct slac_run *run, enum slac_reason reason, uint64_t now_us, struct slac_evse_outputs *out)
{
	step(run, SLAC_RUN_FAILED, reason, out);
	run->ended_us = now_us;
	run->failure = reason;
	run->deadline_us = SLAC_NEVER;
}

static void send_atten_char(const struct slac_run *run, const struct slac_evse_config *config,
			    struct slac_evse_outputs *out)
{
	struct atten_char_ind *ind = &send_to_ev(run, config, CM_ATTEN_CHAR_IND, out)->atten_char_ind;

	memcpy(ind->source_address, run->ev_mac, MAC_LEN);
	memcpy(ind->run_id, run->run_id, RUN_ID_LEN);
	ind->num_sounds = run->reported_sounds;
	ind->num_groups = SLAC_GROUPS;
	memcpy(ind->aag_db, run->average_db, SLAC_GROUPS);
}

static enum slac_reason no_profile_reason(const struct slac_run *run)
{
	if (run->empty_profiles > 0)
		return SLAC_REASON_NO_GROUPS;
	return run->sounds > 0 ? SLAC_REASON_NO_PROFILES : SLAC_REASON_NO_SOUNDS;
}

/* Per-group mean of what was measured, or the configured constant where the modem measures nothing. */
static bool take_average(struct slac_run *run, const struct slac_evse_config *config)
{
	uint8_t heard = run->empty_profiles > run->sounds ? run->empty_profiles : run->sounds;

	if (run->profiles > 0) {
		for (size_t i = 0; i < SLAC_GROUPS; i++)
			run->average_db[i] = (uint8_t)(run->sum_db[i] / run->profiles);
		run->reported_sounds = run->profiles;
		return true;
	}
	if (heard == 0 || config->missing_profile_db < 0)
		return false;
	memset(run->average_db, config->missing_profile_db > 255 ? 255 : config->missing_profile_db, SLAC_GROUPS);
	run->reported_sounds = heard;
	return true;
}

static void finish_sounding(struct slac_run *run, const struct slac_evse_config *config, uint64_t now_us,
			    struct slac_evse_outputs *out)
{
	if (!take_average(run, config)) {
		slac_run_fail(run, no_profile_reason(run), now_us, out);
		return;
	}
	send_atten_char(run, config, out);
	step(run, SLAC_RUN_WAIT_RSP, SLAC_REASON_NONE, out);
	run->deadline_us = after_ms(now_us, config->tt_match_response_ms);
}

static void on_start_atten_char(struct slac_run *run, const struct slac_evse_config *config, const struct mme *frame,
				uint64_t now_us, struct slac_evse_outputs *out)
{
	const struct start_atten_char_ind *ind = &frame->start_atten_char_ind;
	enum mme_error error = start_atten_char_ind_check(ind, run->run_id, !config->any_sound_counts);

	if (error != MME_OK) {
		refuse_field(frame, error, out);
		return;
	}
	if (run->state == SLAC_RUN_SOUNDING)
		return; /* the second and third of the three */
	if (run->state != SLAC_RUN_WAIT_START) {
		refuse(frame, SLAC_REASON_UNEXPECTED, out);
		return;
	}
	if (!mac_equal(ind->forwarding_sta, run->ev_mac))
		slac_message_output(SLAC_EVSE_ODD, frame, SLAC_REASON_FIELD, MME_ERR_FORWARDING_STA, out);
	run->num_sounds = ind->num_sounds;
	step(run, SLAC_RUN_SOUNDING, SLAC_REASON_NONE, out);
	run->deadline_us = after_ms(now_us, config->tt_evse_match_mnbc_ms);
}

static void on_sound(struct slac_run *run, const struct mme *frame, struct slac_evse_outputs *out)
{
	enum mme_error error = mnbc_sound_ind_check(&frame->mnbc_sound_ind, run->run_id);

	if (error != MME_OK)
		refuse_field(frame, error, out);
	else if (run->state != SLAC_RUN_SOUNDING)
		refuse(frame, SLAC_REASON_UNEXPECTED, out);
	else if (run->sounds < UINT8_MAX)
		run->sounds++;
}

static void on_profile(struct slac_run *run, const struct slac_evse_config *config, const struct mme *frame,
		       uint64_t now_us, struct slac_evse_outputs *out)
{
	const struct atten_profile_ind *ind = &frame->atten_profile_ind;

	if (run->state != SLAC_RUN_SOUNDING) {
		refuse(frame, SLAC_REASON_UNEXPECTED, out);
		return;
	}
	enum mme_error error = atten_profile_ind_check(ind, run->ev_mac);
	if (error == MME_OK) {
		for (size_t i = 0; i < SLAC_GROUPS; i++)
			run->sum_db[i] = (uint16_t)(run->sum_db[i] + ind->aag_db[i]);
		run->profiles++;
	} else {
		if (run->empty_profiles < UINT8_MAX)
			run->empty_profiles++;
		if (config->missing_profile_db < 0)
			refuse_field(frame, error, out);
	}
	uint8_t counted = config->missing_profile_db >= 0 && run->profiles == 0 ? run->empty_profiles : run->profiles;
	if (counted >= run->num_sounds)
		finish_sounding(run, config, now_us, out);
}

static void on_atten_char_rsp(struct slac_run *run, const struct slac_evse_config *config, const struct mme *frame,
			      uint64_t now_us, struct slac_evse_outputs *out)
{
	enum mme_error error = atten_char_rsp_check(&frame->atten_char_rsp, run->ev_mac, run->run_id);

	if (error != MME_OK) {
		refuse_field(frame, error, out);
		return;
	}
	if (run->state != SLAC_RUN_WAIT_RSP) {
		refuse(frame, SLAC_REASON_UNEXPECTED, out);
		return;
	}
	step(run, SLAC_RUN_WAIT_MATCH, SLAC_REASON_NONE, out);
	run->deadline_us = after_ms(now_us, config->tt_evse_match_session_ms);
}

static void on_validate_req(struct slac_run *run, const struct slac_evse_config *config, const struct mme *frame,
			    struct slac_evse_outputs *out)
{
	enum mme_error error = validate_req_check(&frame->validate_req);

	if (error != MME_OK) {
		refuse_field(frame, error, out);
		return;
	}
	if (run->state != SLAC_RUN_WAIT_MATCH) {
		refuse(frame, SLAC_REASON_UNEXPECTED, out);
		return;
	}
	/* Validation is optional for an EVSE ([V2G3-A09-51]); "not required" lets the EV go on to match. */
	struct validate_cnf *cnf = &send_to_ev(run, config, CM_VALIDATE_CNF, out)->validate_cnf;
	cnf->result = VALIDATE_NOT_REQUIRED;
}

void slac_run_frame(struct slac_run *run, const struct slac_evse_config *config, const struct mme *frame,
		    uint64_t now_us, struct slac_evse_outputs *out)
{
	if (run->state == SLAC_RUN_FAILED) {
		refuse(frame, SLAC_REASON_RUN_FAILED, out);
		return;
	}
	switch (frame->mmtype) {
	case CM_START_ATTEN_CHAR_IND:
		on_start_atten_char(run, config, frame, now_us, out);
		break;
	case CM_MNBC_SOUND_IND:
		on_sound(run, frame, out);
		break;
	case CM_ATTEN_PROFILE_IND:
		on_profile(run, config, frame, now_us, out);
		break;
	case CM_ATTEN_CHAR_RSP:
		on_atten_char_rsp(run, config, frame, now_us, out);
		break;
	case CM_VALIDATE_REQ:
		on_validate_req(run, config, frame, out);
		break;
	default:
		refuse(frame, SLAC_REASON_NOT_FOR_EVSE, out);
	}
}

bool slac_run_match(struct slac_run *run, const struct slac_evse_config *config, const struct network_key *key,
		    const struct mme *req, struct slac_evse_outputs *out)
{
	enum mme_error error = slac_match_req_check(&req->slac_match_req, run->ev_mac, config->evse_mac, run->run_id,
						    config->any_ids);

	if (error != MME_OK) {
		refuse_field(req, error, out);
		return false;
	}
	if (run->state != SLAC_RUN_WAIT_MATCH && run->state != SLAC_RUN_MATCHED) {
		refuse(req, run->state == SLAC_RUN_FAILED ? SLAC_REASON_RUN_FAILED : SLAC_REASON_UNEXPECTED, out);
		return false;
	}
	struct slac_match_cnf *cnf = &send_to_ev(run, config, CM_SLAC_MATCH_CNF, out)->slac_match_cnf;
	cnf->mvf_length = SLAC_MATCH_CNF_MVF_LENGTH;
	memcpy(cnf->pev_mac, run->ev_mac, MAC_LEN);
	memcpy(cnf->evse_mac, config->evse_mac, MAC_LEN);
	memcpy(cnf->run_id, run->run_id, RUN_ID_LEN);
	memcpy(cnf->nid, key->nid, NID_LEN);
	memcpy(cnf->nmk, key->nmk, NMK_LEN);
	if (run->state != SLAC_RUN_MATCHED)
		step(run, SLAC_RUN_MATCHED, SLAC_REASON_NONE, out);
	run->deadline_us = SLAC_NEVER;
	return true;
}

static void expire_wait_rsp(struct slac_run *run, const struct slac_evse_config *config, uint64_t now_us,
			    struct slac_evse_outputs *out)
{
	if (run->repeats >= config->c_ev_match_retry) {
		slac_run_fail(run, SLAC_REASON_NO_ATTEN_CHAR_RSP, now_us, out);
		return;
	}
	run->repeats++;
	send_atten_char(run, config, out);
	run->deadline_us = after_ms(now_us, config->tt_match_response_ms);
}

void slac_run_expire(struct slac_run *run, const struct slac_evse_config *config, uint64_t now_us,
		     struct slac_evse_outputs *out)
{
	switch (run->state) {
	case SLAC_RUN_WAIT_START:
		slac_run_fail(run, SLAC_REASON_NO_START_ATTEN_CHAR, now_us, out);
		break;
	case SLAC_RUN_SOUNDING:
		finish_sounding(run, config, now_us, out);
		break;
	case SLAC_RUN_WAIT_RSP:
		expire_wait_rsp(run, config, now_us, out);
		break;
	case SLAC_RUN_WAIT_MATCH:
		slac_run_fail(run, SLAC_REASON_NO_MATCH_REQ, now_us, out);
		break;
	case SLAC_RUN_FREE:
	case SLAC_RUN_MATCHED:
	case SLAC_RUN_FAILED:
		break; /* these wait for nothing */
	}
}
