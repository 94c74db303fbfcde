/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/replay/replay_follow.h"

#include <assert.h>
#include <string.h>

#define TIME_OUT_UNIT_US 100000u
/* An outlet reports what it has at the end of TIME_OUT: the last profile comes so long before. */
#define BEFORE_TIME_OUT_US 1000u
/* A CM_ATTEN_CHAR.IND that comes later belongs to other sounds. */
#define IND_WITHIN_US 2000000u

/* --- what comes next --- */

static bool is_ind_of_station(const struct replay_follow *follow, const struct mme *frame)
{
	return frame->mmtype == CM_ATTEN_CHAR_IND && mac_equal(frame->src, follow->evse_mac) &&
	       mac_is_a_stations(frame->dst);
}

static void find_next_ind(struct replay_follow *follow)
{
	const uint8_t *octets;
	size_t len;

	follow->has_ind = false;
	follow->sounds = 0;
	while (!follow->has_ind && capture_next(follow->ahead, &octets, &len, &follow->ind_us) == PORT_FRAME)
		follow->has_ind =
			mme_decode(octets, len, &follow->ind) == MME_OK && is_ind_of_station(follow, &follow->ind);
}

/* --- profiles --- */

static void give_profile(struct replay_follow *follow)
{
	const struct atten_char_ind *ind = &follow->ind.atten_char_ind;
	uint8_t octets[MME_FRAME_MAX];
	struct mme profile;
	size_t len;

	mme_init(&profile, CM_ATTEN_PROFILE_IND, follow->modem_mac, mac_broadcast);
	memcpy(profile.atten_profile_ind.pev_mac, follow->ind.dst, MAC_LEN);
	profile.atten_profile_ind.num_groups = ind->num_groups;
	memcpy(profile.atten_profile_ind.aag_db, ind->aag_db, sizeof(ind->aag_db));
	const enum mme_error error = mme_encode(&profile, octets, sizeof(octets), &len);
	assert(error == MME_OK);
	if (error == MME_OK)
		follow->take(follow->context, REPLAY_FOLLOW_PROFILE, octets, len);
}

static void take_sound(struct replay_follow *follow, const struct mme *sound, uint64_t time_us)
{
	if (!follow->has_ind || !mac_equal(sound->src, follow->ind.dst) || follow->ind_us < time_us ||
	    follow->ind_us - time_us > IND_WITHIN_US)
		return;
	follow->sounds++;
	if (follow->sounds < follow->ind.atten_char_ind.num_sounds)
		give_profile(follow);
	follow->has_last = follow->has_last || follow->sounds == follow->ind.atten_char_ind.num_sounds;
	follow->last_us = follow->ind_us;
	if (follow->ind_us >= follow->window_us && follow->window_us > time_us + BEFORE_TIME_OUT_US)
		follow->last_us = follow->window_us - BEFORE_TIME_OUT_US;
}

static void take_start(struct replay_follow *follow, const struct mme *start, uint64_t time_us)
{
	if (follow->has_ind && !mac_equal(start->src, follow->ind.dst))
		return;
	/* The car says it three times; its sounds begin after that. */
	if (follow->sounds > 0 || time_us > follow->window_us)
		follow->window_us = time_us + start->start_atten_char_ind.time_out * (uint64_t)TIME_OUT_UNIT_US;
	follow->sounds = 0;
	follow->has_last = false;
}

/* --- requests --- */

static void remove_request(struct replay_follow *follow, size_t at, enum replay_follow_what what)
{
	struct replay_request request = follow->requests[at];

	follow->request_count--;
	memmove(&follow->requests[at], &follow->requests[at + 1],
		(follow->request_count - at) * sizeof(follow->requests[0]));
	follow->take(follow->context, what, request.octets, request.len);
}

static size_t find_request(const struct replay_follow *follow, const uint8_t ev_mac[MAC_LEN])
{
	size_t at = 0;

	while (at < follow->request_count && !mac_equal(follow->requests[at].ev_mac, ev_mac))
		at++;
	return at;
}

static void hold_request(struct replay_follow *follow, const uint8_t ev_mac[MAC_LEN], const uint8_t *octets, size_t len)
{
	const size_t before = find_request(follow, ev_mac);

	if (before < follow->request_count)
		remove_request(follow, before, REPLAY_FOLLOW_LEFT_OUT);
	else if (follow->request_count == REPLAY_FOLLOW_CARS)
		remove_request(follow, 0, REPLAY_FOLLOW_LEFT_OUT);
	struct replay_request *request = &follow->requests[follow->request_count++];
	memcpy(request->ev_mac, ev_mac, MAC_LEN);
	request->len = len < sizeof(request->octets) ? len : sizeof(request->octets);
	memcpy(request->octets, octets, request->len);
}

static void give_last(struct replay_follow *follow)
{
	if (follow->has_last)
		give_profile(follow);
	follow->has_last = false;
}

/* --- the file --- */

bool replay_follow_begin(struct replay_follow *follow, const char *path, const uint8_t evse_mac[MAC_LEN],
			 const uint8_t modem_mac[MAC_LEN], replay_follow_take *take, void *context,
			 char error[PORT_ERROR_SIZE])
{
	memset(follow, 0, sizeof(*follow));
	follow->take = take;
	follow->context = context;
	memcpy(follow->evse_mac, evse_mac, MAC_LEN);
	memcpy(follow->modem_mac, modem_mac, MAC_LEN);
	follow->ahead = capture_open(path, error);
	if (follow->ahead == NULL)
		return false;
	find_next_ind(follow);
	return true;
}

uint64_t replay_follow_deadline(const struct replay_follow *follow)
{
	return follow->has_last ? follow->last_us : UINT64_MAX;
}

void replay_follow_tick(struct replay_follow *follow)
{
	give_last(follow);
}

void replay_follow_car(struct replay_follow *follow, const uint8_t *octets, size_t len, uint64_t time_us)
{
	struct mme frame;
	const bool is_known = mme_decode(octets, len, &frame) == MME_OK;

	if (is_known && frame.mmtype == CM_SLAC_PARM_REQ) {
		hold_request(follow, frame.src, octets, len);
		return;
	}
	if (is_known && frame.mmtype == CM_START_ATTEN_CHAR_IND)
		take_start(follow, &frame, time_us);
	follow->take(follow->context, REPLAY_FOLLOW_GIVE, octets, len);
	if (is_known && frame.mmtype == CM_MNBC_SOUND_IND)
		take_sound(follow, &frame, time_us);
}

void replay_follow_station(struct replay_follow *follow, const uint8_t *octets, size_t len)
{
	struct mme frame;

	if (mme_decode(octets, len, &frame) != MME_OK)
		return;
	if (is_ind_of_station(follow, &frame)) {
		give_last(follow);
		find_next_ind(follow);
	} else if (frame.mmtype == CM_SLAC_PARM_CNF) {
		const size_t at = find_request(follow, frame.dst);
		if (at < follow->request_count)
			remove_request(follow, at, REPLAY_FOLLOW_GIVE);
	}
}

void replay_follow_end(struct replay_follow *follow)
{
	while (follow->request_count > 0)
		remove_request(follow, 0, REPLAY_FOLLOW_LEFT_OUT);
}

void replay_follow_close(struct replay_follow *follow)
{
	capture_close(follow->ahead);
	follow->ahead = NULL;
}
