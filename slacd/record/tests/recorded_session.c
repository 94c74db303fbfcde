/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/record/tests/recorded_session.h"

#include "homeplug/slac/tests/slac_car.h"

#include <stdlib.h>
#include <string.h>

#define BEGIN_US  UINT64_C(5000000000)
#define NONE_YET  2
#define SOUND_US  20000
#define SOUNDS    10
#define SECOND_US UINT64_C(1000000)

static void record_input(void *context, struct outlet *outlet, const struct outlet_input *input, uint64_t now_us,
			 struct outlet_effects *out)
{
	struct recorded_session *session = context;

	if (session->is_recording)
		record_ring_input(&session->ring, outlet, input, now_us);
	outlet_input(outlet, input, now_us, out);
	for (size_t i = 0; session->is_recording && i < out->count; i++)
		record_ring_effect(&session->ring, &out->items[i], now_us);
	session->inputs += session->is_recording;
}

/* xorshift64 */
static bool fill(void *context, uint8_t *out, size_t n)
{
	struct recorded_session *session = context;
	static uint64_t random = UINT64_C(0x9e3779b97f4a7c15);

	for (size_t i = 0; i < n; i++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		out[i] = (uint8_t)(random >> 24);
	}
	if (n == NMK_LEN && session->key_count < SESSION_KEYS)
		memcpy(session->keys[session->key_count++], out, n);
	if (session->is_recording)
		record_ring_random(&session->ring, out, n);
	return true;
}

void recorded_session_open(struct recorded_session *session, size_t size)
{
	static const struct outlet_limits limits = {.current = {.has_ac = true, .phase_da = {160, 160, 160}},
						    .availability = CONTROL_PILOT_READY};
	const struct replay_listener listener = {.context = session, .input = record_input};
	struct outlet_config config = {0};

	memset(session, 0, sizeof(*session));
	session->memory = malloc(size);
	if (session->memory == NULL)
		abort();
	record_ring_init(&session->ring, session->memory, size);
	slac_evse_defaults(&config.slac, false);
	modem_defaults(&config.modem, false);
	control_pilot_defaults(&config.pilot, false);
	amp_map_defaults(&config.amp_map);
	config.pilot.has_ac = true;
	config.slac.await_link = true;
	replay_site_init(&session->site, &config, test_modem_mac, fill, session, &listener);
	replay_site_start(&session->site, &limits, test_evse_mac, BEGIN_US);
	replay_site_run(&session->site, BEGIN_US + NONE_YET * SECOND_US);
}

void recorded_session_close(struct recorded_session *session)
{
	record_ring_wipe(&session->ring);
	free(session->memory);
}

static void say(struct recorded_session *session, const struct mme *message)
{
	uint8_t octets[256];
	size_t len;

	if (mme_encode(message, octets, sizeof(octets), &len) != MME_OK)
		abort();
	replay_site_frame(&session->site, octets, len);
	replay_site_run(&session->site, session->site.now_us + SOUND_US);
}

static void say_kind(struct recorded_session *session, const struct slac_car *car, enum mmtype type)
{
	const struct mme message = slac_car_message(car, type);

	say(session, &message);
}

/* Another outlet's comes first. */
static void ask_validation(struct recorded_session *session, const struct slac_car *car)
{
	const struct mme message = slac_car_validate(car, 0);
	struct outlet_input input = {.kind = OUTLET_FRAME, .frame = {.neighbour_validates = true}};
	uint8_t octets[256];

	if (mme_encode(&message, octets, sizeof(octets), &input.frame.len) != MME_OK)
		abort();
	input.frame.octets = octets;
	replay_site_give(&session->site, &input);
}

static void sound(struct recorded_session *session, const struct slac_car *car)
{
	say_kind(session, car, CM_SLAC_PARM_REQ);
	for (int i = 0; i < 3; i++)
		say_kind(session, car, CM_START_ATTEN_CHAR_IND);
	for (int i = 0; i < SOUNDS; i++)
		say_kind(session, car, CM_ATTEN_PROFILE_IND);
}

void recorded_session_play(struct recorded_session *session)
{
	const struct slac_car silent = slac_car(1);
	const struct slac_car car = slac_car_again(&silent);

	session->is_recording = true;
	record_ring_begin(&session->ring, &session->site.outlet, session->site.now_us);
	replay_site_plug(&session->site, true);
	sound(session, &silent);
	recorded_session_wait(session, 1);
	ask_validation(session, &silent);
	recorded_session_wait(session, 3);
	sound(session, &car);
	replay_site_run(&session->site, session->site.now_us + 400000);
	say_kind(session, &car, CM_ATTEN_CHAR_RSP);
	say_kind(session, &car, CM_SLAC_MATCH_REQ);
	recorded_session_wait(session, 1);
	replay_site_plug(&session->site, false);
	recorded_session_wait(session, 1);
}

void recorded_session_wait(struct recorded_session *session, unsigned seconds)
{
	replay_site_run(&session->site, session->site.now_us + seconds * SECOND_US);
}
