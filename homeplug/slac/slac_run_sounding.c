/* SPDX-License-Identifier: Apache-2.0 */
/* Attenuation characterization (A.9.2): the profiles of the sounds, their mean, CM_ATTEN_CHAR.IND and its answer. */
#include "homeplug/slac/slac_run.h"

#include <string.h>

static void send_atten_char(const struct slac_run *run, const struct slac_run_context *ctx)
{
	struct atten_char_ind *ind = &slac_run_send(run, ctx, CM_ATTEN_CHAR_IND)->atten_char_ind;

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
	return run->sounds > 0 ? SLAC_REASON_NO_PROFILES : slac_run_missing(run, SLAC_REASON_NO_SOUNDS);
}

static uint8_t without_receive_path(uint8_t measured_db, int16_t attn_rx_db)
{
	int corrected_db = measured_db - attn_rx_db;

	return (uint8_t)(corrected_db < 0 ? 0 : corrected_db > 255 ? 255 : corrected_db);
}

/*
 * Fills in what CM_ATTEN_CHAR.IND reports: the mean of the profiles for each group, less the attenuation of the
 * receive path. Without profiles it is the configured constant. Returns false when there is neither.
 */
static bool take_average(struct slac_run *run, const struct slac_evse_config *config)
{
	uint8_t heard = run->empty_profiles > run->sounds ? run->empty_profiles : run->sounds;

	if (run->profiles > 0) {
		for (size_t i = 0; i < SLAC_GROUPS; i++) {
			run->measured_db[i] = (uint8_t)(run->sum_db[i] / run->profiles);
			run->average_db[i] = without_receive_path(run->measured_db[i], config->attn_rx_db[i]);
		}
		run->reported_sounds = run->profiles;
		return true;
	}
	if (heard == 0 || config->missing_profile_db < 0)
		return false;
	memset(run->average_db, config->missing_profile_db > 255 ? 255 : config->missing_profile_db, SLAC_GROUPS);
	run->reported_sounds = heard;
	return true;
}

void slac_on_sounding_over(struct slac_run *run, const struct slac_run_context *ctx, const struct mme *frame)
{
	(void)frame;
	if (!take_average(run, ctx->config)) {
		slac_run_fail(run, ctx, no_profile_reason(run));
		return;
	}
	send_atten_char(run, ctx);
	slac_run_step(run, ctx, SLAC_RUN_WAIT_RSP, ctx->config->tt_match_response_ms);
}

static bool start_is_refused(struct slac_run *run, const struct slac_run_context *ctx, const struct mme *frame)
{
	const struct start_atten_char_ind *ind = &frame->start_atten_char_ind;
	enum mme_error error = start_atten_char_ind_check(ind, run->run_id, !ctx->config->any_sound_counts);

	if (error == MME_OK && !ctx->config->any_forwarding_sta && !mac_equal(ind->forwarding_sta, run->ev_mac))
		error = MME_ERR_FORWARDING_STA;
	return slac_run_refuse_field(run, ctx, frame, error);
}

/* All of the three CM_START_ATTEN_CHAR.IND may be lost, and the sounds that follow are not. */
void slac_on_early_profile(struct slac_run *run, const struct slac_run_context *ctx, const struct mme *frame)
{
	(void)ctx;
	(void)frame;
	if (run->early_profiles < UINT8_MAX)
		run->early_profiles++;
}

void slac_on_start_atten_char(struct slac_run *run, const struct slac_run_context *ctx, const struct mme *frame)
{
	const struct start_atten_char_ind *ind = &frame->start_atten_char_ind;

	if (start_is_refused(run, ctx, frame))
		return;
	if (!mac_equal(ind->forwarding_sta, run->ev_mac))
		slac_message_append(SLAC_EVSE_ODD, frame, SLAC_REASON_FIELD, MME_ERR_FORWARDING_STA, ctx->out);
	run->num_sounds = ind->num_sounds;
	run->sounds = 0; /* those from before are not of this window */
	slac_run_step(run, ctx, SLAC_RUN_SOUNDING, ctx->config->tt_evse_match_mnbc_ms);
}

/* The second and the third of three CM_START_ATTEN_CHAR.IND change nothing. A wrong field is reported. */
void slac_on_further_start(struct slac_run *run, const struct slac_run_context *ctx, const struct mme *frame)
{
	start_is_refused(run, ctx, frame);
}

void slac_on_sound(struct slac_run *run, const struct slac_run_context *ctx, const struct mme *frame)
{
	if (slac_run_refuse_field(run, ctx, frame, mnbc_sound_ind_check(&frame->mnbc_sound_ind, run->run_id)))
		return;
	if (run->sounds < UINT8_MAX)
		run->sounds++;
}

static void count_profile(struct slac_run *run, const struct atten_profile_ind *ind)
{
	for (size_t i = 0; i < SLAC_GROUPS; i++)
		run->sum_db[i] = (uint16_t)(run->sum_db[i] + ind->aag_db[i]);
	run->profiles++;
}

void slac_on_profile(struct slac_run *run, const struct slac_run_context *ctx, const struct mme *frame)
{
	bool constant_instead = ctx->config->missing_profile_db >= 0;
	enum mme_error error = atten_profile_ind_check(&frame->atten_profile_ind, run->ev_mac);

	if (error == MME_OK) {
		count_profile(run, &frame->atten_profile_ind);
	} else {
		if (run->empty_profiles < UINT8_MAX)
			run->empty_profiles++;
		if (!constant_instead)
			slac_run_refuse_field(run, ctx, frame, error);
	}
	uint8_t counted = constant_instead && run->profiles == 0 ? run->empty_profiles : run->profiles;
	if (counted >= run->num_sounds)
		slac_on_sounding_over(run, ctx, frame);
}

void slac_on_atten_char_rsp(struct slac_run *run, const struct slac_run_context *ctx, const struct mme *frame)
{
	if (slac_run_refuse_field(run, ctx, frame,
				  atten_char_rsp_check(&frame->atten_char_rsp, run->ev_mac, run->run_id)))
		return;
	slac_run_step(run, ctx, SLAC_RUN_WAIT_MATCH, ctx->config->tt_evse_match_session_ms);
}

void slac_on_no_rsp(struct slac_run *run, const struct slac_run_context *ctx, const struct mme *frame)
{
	(void)frame;
	if (run->repeats >= ctx->config->c_ev_match_retry) {
		slac_run_fail(run, ctx, slac_run_missing(run, SLAC_REASON_NO_ATTEN_CHAR_RSP));
		return;
	}
	run->repeats++;
	send_atten_char(run, ctx);
	slac_run_wait(run, ctx, ctx->config->tt_match_response_ms);
}
