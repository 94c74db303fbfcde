/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/slac/tests/slac_car.h"

#include <string.h>

const uint8_t test_evse_mac[MAC_LEN] = {0x02, 0x11, 0x22, 0x33, 0x44, 0xaa};
const uint8_t test_modem_mac[MAC_LEN] = {0x02, 0x11, 0x22, 0x33, 0x44, 0xbb};

struct slac_car slac_car(uint8_t number)
{
	return (struct slac_car){
		.mac = {0x02, 0xa1, 0xb2, 0xc3, 0xd4, number},
		.run_id = {1, 2, 3, 4, 5, 6, 7, number},
	};
}

struct slac_car slac_car_again(const struct slac_car *car)
{
	struct slac_car again = *car;

	again.run_id[0]++;
	return again;
}

static void fill_start_atten_char(const struct slac_car *car, struct start_atten_char_ind *ind)
{
	ind->num_sounds = SLAC_NUM_SOUNDS;
	ind->time_out = SLAC_TIME_OUT;
	ind->resp_type = SLAC_RESP_TYPE;
	memcpy(ind->forwarding_sta, car->mac, MAC_LEN);
	memcpy(ind->run_id, car->run_id, RUN_ID_LEN);
}

static void fill_atten_char_rsp(const struct slac_car *car, struct atten_char_rsp *rsp)
{
	memcpy(rsp->source_address, car->mac, MAC_LEN);
	memcpy(rsp->run_id, car->run_id, RUN_ID_LEN);
}

static void fill_match_req(const struct slac_car *car, struct slac_match_req *req)
{
	req->mvf_length = SLAC_MATCH_REQ_MVF_LENGTH;
	memcpy(req->pev_mac, car->mac, MAC_LEN);
	memcpy(req->evse_mac, test_evse_mac, MAC_LEN);
	memcpy(req->run_id, car->run_id, RUN_ID_LEN);
}

struct mme slac_car_message(const struct slac_car *car, enum mmtype type)
{
	struct mme frame;

	mme_init(&frame, type, car->mac, test_evse_mac);
	switch (type) {
	case CM_SLAC_PARM_REQ:
		memcpy(frame.dst, mac_broadcast, MAC_LEN);
		memcpy(frame.slac_parm_req.run_id, car->run_id, RUN_ID_LEN);
		break;
	case CM_START_ATTEN_CHAR_IND:
		memcpy(frame.dst, mac_broadcast, MAC_LEN);
		fill_start_atten_char(car, &frame.start_atten_char_ind);
		break;
	case CM_MNBC_SOUND_IND:
		memcpy(frame.dst, mac_broadcast, MAC_LEN);
		memcpy(frame.mnbc_sound_ind.run_id, car->run_id, RUN_ID_LEN);
		break;
	case CM_ATTEN_PROFILE_IND:
		frame = slac_car_profile(car, SLAC_GROUPS, 20);
		break;
	case CM_ATTEN_CHAR_RSP:
		fill_atten_char_rsp(car, &frame.atten_char_rsp);
		break;
	case CM_VALIDATE_REQ:
		frame.validate_req.result = VALIDATE_READY;
		break;
	case CM_SLAC_MATCH_REQ:
		fill_match_req(car, &frame.slac_match_req);
		break;
	default:
		break; /* an EVSE receives no other */
	}
	return frame;
}

struct mme slac_car_validate(const struct slac_car *car, uint8_t timer)
{
	struct mme frame = slac_car_message(car, CM_VALIDATE_REQ);

	frame.validate_req.timer = timer;
	return frame;
}

struct mme slac_car_profile(const struct slac_car *car, uint8_t groups, uint8_t db)
{
	struct mme frame;

	mme_init(&frame, CM_ATTEN_PROFILE_IND, test_modem_mac, mac_broadcast);
	memcpy(frame.atten_profile_ind.pev_mac, car->mac, MAC_LEN);
	frame.atten_profile_ind.num_groups = groups;
	memset(frame.atten_profile_ind.aag_db, db, groups);
	return frame;
}
