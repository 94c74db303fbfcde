/* SPDX-License-Identifier: Apache-2.0 */
/* The EV has chosen this outlet: CM_SLAC_MATCH.CNF gives it the network's key (A.9.4). */
#include "homeplug/slac/slac_run.h"

#include <string.h>

void slac_on_match_req(struct slac_run *run, const struct slac_run_context *ctx, const struct mme *frame)
{
	const struct slac_evse_config *config = ctx->config;

	if (slac_run_refuse_field(ctx, frame,
				  slac_match_req_check(&frame->slac_match_req, run->ev_mac, config->evse_mac,
						       run->run_id, config->any_ids)))
		return;
	struct slac_match_cnf *cnf = &slac_run_send(run, ctx, CM_SLAC_MATCH_CNF)->slac_match_cnf;
	cnf->mvf_length = SLAC_MATCH_CNF_MVF_LENGTH;
	memcpy(cnf->pev_mac, run->ev_mac, MAC_LEN);
	memcpy(cnf->evse_mac, config->evse_mac, MAC_LEN);
	memcpy(cnf->run_id, run->run_id, RUN_ID_LEN);
	memcpy(cnf->nid, ctx->key->nid, NID_LEN);
	memcpy(cnf->nmk, ctx->key->nmk, NMK_LEN);
	if (run->state != SLAC_RUN_MATCHED)
		slac_run_step(run, ctx, SLAC_RUN_MATCHED, SLAC_RUN_NO_DEADLINE);
}

void slac_on_no_match_req(struct slac_run *run, const struct slac_run_context *ctx, const struct mme *frame)
{
	bool never_its_turn = run->put_off > 0 && run->validations == 0;

	(void)frame;
	slac_run_fail(run, ctx, never_its_turn ? SLAC_REASON_VALIDATION_PUT_OFF : SLAC_REASON_NO_MATCH_REQ);
}
