/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/replay/replay_site.h"

#include <assert.h>
#include <string.h>

/* --- the modem's stand-in --- */

static void answer_key_question(struct replay_site *site, const uint8_t *octets, size_t len)
{
	struct replay_answer *answer = &site->answers[site->answer_count];
	struct mme question, confirmation;

	if (site->modem_is_silent || mme_decode(octets, len, &question) != MME_OK ||
	    !modem_sim_is_meant(&site->modem, &question) || !modem_sim_answer(&site->modem, &question, &confirmation))
		return;
	assert(site->answer_count < REPLAY_ANSWERS);
	enum mme_error error = mme_encode(&confirmation, answer->octets, sizeof(answer->octets), &answer->len);
	assert(error == MME_OK);
	site->answer_count += error == MME_OK;
}

/* --- the station's stand-in --- */

static enum cp_state state_of_pilot(const struct replay_site *site)
{
	const bool pwm = site->request == PILOT_HLC || site->request == PILOT_X2;

	if (site->request == PILOT_F)
		return CP_STATE_F;
	if (site->has_vehicle)
		return pwm ? CP_STATE_B2 : CP_STATE_B1;
	return pwm ? CP_STATE_A2 : CP_STATE_A1;
}

/* --- effects --- */

static void carry_out(struct replay_site *site, const struct outlet_effect *effect)
{
	if (site->listener.effect != NULL)
		site->listener.effect(site->listener.context, effect);
	if (effect->kind == OUTLET_SEND) {
		answer_key_question(site, effect->frame.octets, effect->frame.len);
	} else if (effect->kind == OUTLET_PILOT_REQUEST) {
		site->asked = true;
		site->request_number = effect->pilot.number;
		site->request = effect->pilot.request.kind;
	}
}

static void give_once(struct replay_site *site, const struct outlet_input *input)
{
	struct outlet_effects effects;

	if (site->listener.input != NULL)
		site->listener.input(site->listener.context, &site->outlet, input, site->now_us, &effects);
	else
		outlet_input(&site->outlet, input, site->now_us, &effects);
	for (size_t i = 0; i < effects.count; i++)
		carry_out(site, &effects.items[i]);
	outlet_effects_wipe(&effects);
}

static void give_next_answer(struct replay_site *site)
{
	struct replay_answer answer = site->answers[0];
	const struct outlet_input input = {.kind = OUTLET_FRAME, .frame = {.octets = answer.octets, .len = answer.len}};

	site->answer_count--;
	memmove(&site->answers[0], &site->answers[1], site->answer_count * sizeof(site->answers[0]));
	if (site->listener.answer != NULL)
		site->listener.answer(site->listener.context, answer.octets, answer.len);
	give_once(site, &input);
	explicit_bzero(&answer, sizeof(answer)); /* CM_GET_KEY.CNF holds the key */
}

static void answer_request(struct replay_site *site)
{
	const struct outlet_input input = {.kind = OUTLET_PILOT_ANSWER,
					   .pilot = {.number = site->request_number, .answer = OUTLET_ANSWER_VALID}};

	site->asked = false;
	give_once(site, &input);
}

static void report_state(struct replay_site *site)
{
	const struct outlet_input input = {.kind = OUTLET_CP_STATUS, .cp_status = {.state = state_of_pilot(site)}};

	site->state = input.cp_status.state;
	if (site->listener.pilot != NULL)
		site->listener.pilot(site->listener.context, site->state);
	give_once(site, &input);
}

static void settle(struct replay_site *site)
{
	for (;;) {
		if (site->asked)
			answer_request(site);
		else if (site->state != state_of_pilot(site))
			report_state(site);
		else if (site->answer_count > 0)
			give_next_answer(site);
		else
			return;
	}
}

/* --- what the owner does --- */

void replay_site_init(struct replay_site *site, const struct outlet_config *config, const uint8_t modem_mac[MAC_LEN],
		      random_fill fill, void *fill_context, const struct replay_listener *listener)
{
	memset(site, 0, sizeof(*site));
	site->listener = *listener;
	site->modem.family = MODEM_STANDARD;
	site->modem.set_key_result = SET_KEY_RESULT_TAKEN;
	memcpy(site->modem.mac, modem_mac, MAC_LEN);
	site->state = CP_STATE_A1;
	site->request = PILOT_X1; /* no PWM before the first request */
	outlet_init(&site->outlet, config, fill, fill_context);
}

void replay_site_start(struct replay_site *site, const struct outlet_limits *limits, const uint8_t port_mac[MAC_LEN],
		       uint64_t now_us)
{
	const struct outlet_input known = {.kind = OUTLET_LIMITS, .limits = *limits};
	const struct outlet_input start = {.kind = OUTLET_START};
	struct outlet_input up = {.kind = OUTLET_PORT_UP};

	memcpy(up.port_mac, port_mac, MAC_LEN);
	site->now_us = now_us;
	replay_site_give(site, &known);
	replay_site_give(site, &up);
	replay_site_give(site, &start);
}

void replay_site_give(struct replay_site *site, const struct outlet_input *input)
{
	give_once(site, input);
	settle(site);
}

void replay_site_frame(struct replay_site *site, const uint8_t *octets, size_t len)
{
	const struct outlet_input input = {.kind = OUTLET_FRAME, .frame = {.octets = octets, .len = len}};

	replay_site_give(site, &input);
}

void replay_site_plug(struct replay_site *site, bool plugged)
{
	site->has_vehicle = plugged;
	settle(site);
}

void replay_site_run(struct replay_site *site, uint64_t until_us)
{
	const struct outlet_input tick = {.kind = OUTLET_TICK};

	while (outlet_deadline(&site->outlet) <= until_us) {
		site->now_us = outlet_deadline(&site->outlet);
		replay_site_give(site, &tick);
	}
	site->now_us = until_us;
}
