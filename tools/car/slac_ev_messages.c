/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/car/slac_ev_internal.h"

#include <string.h>

static struct mme *send(const struct slac_ev *ev, enum mmtype type, const uint8_t dst[MAC_LEN],
			struct slac_ev_outputs *out)
{
	struct mme *frame = &slac_ev_output_add(out, SLAC_EV_SEND)->frame;

	mme_init(frame, type, ev->config.ev_mac, dst);
	return frame;
}

void slac_ev_send_parm_req(const struct slac_ev *ev, struct slac_ev_outputs *out)
{
	struct slac_parm_req *req = &send(ev, CM_SLAC_PARM_REQ, mac_broadcast, out)->slac_parm_req;

	memcpy(req->run_id, ev->run_id, RUN_ID_LEN);
}

void slac_ev_send_start_atten_char(const struct slac_ev *ev, struct slac_ev_outputs *out)
{
	struct mme *frame = send(ev, CM_START_ATTEN_CHAR_IND, mac_broadcast, out);
	struct start_atten_char_ind *ind = &frame->start_atten_char_ind;

	ind->num_sounds = ev->config.num_sounds;
	ind->time_out = SLAC_TIME_OUT;
	ind->resp_type = SLAC_RESP_TYPE;
	memcpy(ind->forwarding_sta, ev->config.ev_mac, MAC_LEN);
	memcpy(ind->run_id, ev->run_id, RUN_ID_LEN);
}

bool slac_ev_send_sound(const struct slac_ev *ev, uint8_t remaining, struct slac_ev_outputs *out)
{
	uint8_t rnd[SOUND_RND_LEN];

	if (!ev->random(ev->random_ctx, rnd, sizeof(rnd)))
		return false;
	struct mnbc_sound_ind *ind = &send(ev, CM_MNBC_SOUND_IND, mac_broadcast, out)->mnbc_sound_ind;
	ind->cnt = remaining;
	memcpy(ind->run_id, ev->run_id, RUN_ID_LEN);
	memcpy(ind->rnd, rnd, SOUND_RND_LEN);
	return true;
}

void slac_ev_send_atten_char_rsp(const struct slac_ev *ev, const uint8_t evse_mac[MAC_LEN], struct slac_ev_outputs *out)
{
	struct atten_char_rsp *rsp = &send(ev, CM_ATTEN_CHAR_RSP, evse_mac, out)->atten_char_rsp;

	memcpy(rsp->source_address, ev->config.ev_mac, MAC_LEN);
	memcpy(rsp->run_id, ev->run_id, RUN_ID_LEN);
}

void slac_ev_send_validate_req(const struct slac_ev *ev, uint8_t timer, struct slac_ev_outputs *out)
{
	struct validate_req *req = &send(ev, CM_VALIDATE_REQ, ev->evse_mac, out)->validate_req;

	req->timer = timer;
	req->result = VALIDATE_READY;
}

void slac_ev_send_match_req(const struct slac_ev *ev, struct slac_ev_outputs *out)
{
	struct slac_match_req *req = &send(ev, CM_SLAC_MATCH_REQ, ev->evse_mac, out)->slac_match_req;

	req->mvf_length = SLAC_MATCH_REQ_MVF_LENGTH;
	memcpy(req->pev_mac, ev->config.ev_mac, MAC_LEN);
	memcpy(req->evse_mac, ev->evse_mac, MAC_LEN);
	memcpy(req->run_id, ev->run_id, RUN_ID_LEN);
}
