/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/outlet/tests/exploration_car.h"

#include <assert.h>
#include <string.h>

#define SOUNDS 10

const uint8_t car_evse_mac[MAC_LEN] = {0x02, 0, 0, 0, 0, 0x01};
const uint8_t car_mac[MAC_LEN] = {0x02, 0, 0, 0, 0, 0x02};
static const uint8_t modem_mac[MAC_LEN] = {0x02, 0, 0, 0, 0, 0x03};

void car_run_id(uint32_t number, uint8_t run_id[RUN_ID_LEN])
{
	memset(run_id, 0, RUN_ID_LEN);
	memcpy(run_id, &number, sizeof(number));
	run_id[RUN_ID_LEN - 1] = 1;
}

static void encode(const struct mme *message, struct car_frame *frame)
{
	enum mme_error error = mme_encode(message, frame->octets, sizeof(frame->octets), &frame->len);

	assert(error == MME_OK);
	(void)error;
}

static void begin_sounding(struct mme *message, const uint8_t run_id[RUN_ID_LEN])
{
	struct start_atten_char_ind *ind = &message->start_atten_char_ind;

	mme_init(message, CM_START_ATTEN_CHAR_IND, car_mac, mac_broadcast);
	ind->num_sounds = SOUNDS;
	ind->time_out = SLAC_TIME_OUT;
	ind->resp_type = SLAC_RESP_TYPE;
	memcpy(ind->forwarding_sta, car_mac, MAC_LEN);
	memcpy(ind->run_id, run_id, RUN_ID_LEN);
}

static void hear_sound(struct mme *message)
{
	mme_init(message, CM_ATTEN_PROFILE_IND, modem_mac, car_evse_mac);
	memcpy(message->atten_profile_ind.pev_mac, car_mac, MAC_LEN);
	message->atten_profile_ind.num_groups = SLAC_GROUPS;
	memset(message->atten_profile_ind.aag_db, 20, SLAC_GROUPS);
}

static void take_attenuation(struct mme *message, const uint8_t run_id[RUN_ID_LEN])
{
	mme_init(message, CM_ATTEN_CHAR_RSP, car_mac, car_evse_mac);
	memcpy(message->atten_char_rsp.source_address, car_mac, MAC_LEN);
	memcpy(message->atten_char_rsp.run_id, run_id, RUN_ID_LEN);
}

static void choose(struct mme *message, const uint8_t run_id[RUN_ID_LEN])
{
	mme_init(message, CM_SLAC_MATCH_REQ, car_mac, car_evse_mac);
	message->slac_match_req.mvf_length = SLAC_MATCH_REQ_MVF_LENGTH;
	memcpy(message->slac_match_req.pev_mac, car_mac, MAC_LEN);
	memcpy(message->slac_match_req.evse_mac, car_evse_mac, MAC_LEN);
	memcpy(message->slac_match_req.run_id, run_id, RUN_ID_LEN);
}

void car_frame(size_t which, const uint8_t run_id[RUN_ID_LEN], struct car_frame *frame)
{
	struct mme message;

	if (which == 0) {
		mme_init(&message, CM_SLAC_PARM_REQ, car_mac, mac_broadcast);
		memcpy(message.slac_parm_req.run_id, run_id, RUN_ID_LEN);
	} else if (which == 1) {
		begin_sounding(&message, run_id);
	} else if (which < 2 + SOUNDS) {
		hear_sound(&message);
	} else if (which == 2 + SOUNDS) {
		take_attenuation(&message, run_id);
	} else {
		choose(&message, run_id);
	}
	encode(&message, frame);
}

bool car_modem_answers(const uint8_t *octets, size_t len, struct car_frame *answer)
{
	struct mme req, cnf;

	if (mme_decode(octets, len, &req) != MME_OK || req.mmtype != CM_SET_KEY_REQ)
		return false;
	mme_init(&cnf, CM_SET_KEY_CNF, modem_mac, req.src);
	cnf.set_key_cnf.result = SET_KEY_RESULT_TAKEN;
	memcpy(cnf.set_key_cnf.your_nonce, req.set_key_req.my_nonce, NONCE_LEN);
	cnf.set_key_cnf.pid = KEY_PID_HLE;
	encode(&cnf, answer);
	return true;
}
