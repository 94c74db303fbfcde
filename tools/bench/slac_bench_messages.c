/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/slac_bench_messages.h"

#include <string.h>

void message_run_id(uint64_t number, uint8_t run_id[RUN_ID_LEN])
{
	for (size_t i = 0; i < RUN_ID_LEN; i++)
		run_id[i] = (uint8_t)(number >> (8 * i));
}

struct mme message_parm_req(const uint8_t ev[MAC_LEN], uint64_t number)
{
	struct mme frame;

	mme_init(&frame, CM_SLAC_PARM_REQ, ev, mac_broadcast);
	message_run_id(number, frame.slac_parm_req.run_id);
	return frame;
}

struct mme message_start_ind(const uint8_t ev[MAC_LEN], uint64_t number)
{
	struct mme frame;

	mme_init(&frame, CM_START_ATTEN_CHAR_IND, ev, mac_broadcast);
	frame.start_atten_char_ind.num_sounds = SLAC_NUM_SOUNDS;
	frame.start_atten_char_ind.time_out = SLAC_TIME_OUT;
	frame.start_atten_char_ind.resp_type = SLAC_RESP_TYPE;
	memcpy(frame.start_atten_char_ind.forwarding_sta, ev, MAC_LEN);
	message_run_id(number, frame.start_atten_char_ind.run_id);
	return frame;
}

struct mme message_sound_ind(const uint8_t ev[MAC_LEN], uint64_t number, uint8_t remaining)
{
	struct mme frame;

	mme_init(&frame, CM_MNBC_SOUND_IND, ev, mac_broadcast);
	frame.mnbc_sound_ind.cnt = remaining;
	message_run_id(number, frame.mnbc_sound_ind.run_id);
	return frame;
}

struct mme message_profile_ind(const struct modem_sim *modem, const uint8_t ev[MAC_LEN])
{
	struct attenuation attenuation = {.num_groups = SLAC_GROUPS};
	struct mme frame;

	memset(attenuation.aag_db, MESSAGE_ATTENUATION, SLAC_GROUPS);
	modem_sim_profile(modem, &attenuation, ev, &frame);
	return frame;
}

struct mme message_atten_char_rsp(const uint8_t ev[MAC_LEN], const uint8_t evse[MAC_LEN], uint64_t number)
{
	struct mme frame;

	mme_init(&frame, CM_ATTEN_CHAR_RSP, ev, evse);
	memcpy(frame.atten_char_rsp.source_address, ev, MAC_LEN);
	message_run_id(number, frame.atten_char_rsp.run_id);
	return frame;
}

struct mme message_match_req(const uint8_t ev[MAC_LEN], const uint8_t evse[MAC_LEN], uint64_t number)
{
	struct mme frame;

	mme_init(&frame, CM_SLAC_MATCH_REQ, ev, evse);
	frame.slac_match_req.mvf_length = SLAC_MATCH_REQ_MVF_LENGTH;
	memcpy(frame.slac_match_req.pev_mac, ev, MAC_LEN);
	memcpy(frame.slac_match_req.evse_mac, evse, MAC_LEN);
	message_run_id(number, frame.slac_match_req.run_id);
	return frame;
}
