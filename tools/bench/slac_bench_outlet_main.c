/* SPDX-License-Identifier: Apache-2.0 */
/*
 * slac-bench-outlet KIND COUNT: plays matches, runs or foreign frames into a pure outlet on virtual time, for slac-bench to
 * count instructions. The same arguments execute the same instructions: also random octets are the same ones.
 */
#include "slacd/outlet/outlet.h"
#include "tools/bench/slac_bench_foreign.h"
#include "tools/bench/slac_bench_messages.h"
#include "tools/car/modem_sim_vendor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP_US     20000
#define STARTS      3
#define ANSWERS_MAX 8
#define UNPLUG_US   3000000 /* the modem is given its next key in it */

static struct outlet outlet;
static struct outlet_effects effects;
static struct modem_sim modem = {.mac = {0x00, 0xb0, 0x52, 0x5b, 0xe7, 0xc1},
				 .family = MODEM_QUALCOMM,
				 .set_key_result = SET_KEY_RESULT_TAKEN,
				 .linked = true};
static const uint8_t evse_mac[MAC_LEN] = {2, 0, 0, 0, 0, 1}, ev_mac[MAC_LEN] = {2, 0, 0, 0, 0, 2};
static uint64_t now_us = 1000000;
static bool is_matched;

static void give_frame(const uint8_t *octets, size_t len);
static void give(const struct outlet_input *input);

static bool fill_counting(void *context, uint8_t *out, size_t len)
{
	static uint8_t next = 1;

	(void)context;
	for (size_t i = 0; i < len; i++)
		out[i] = next++;
	return true;
}

/* What the modem answers to a frame of its host; its length, or 0. */
static size_t answer_of_modem(const uint8_t *octets, size_t len, uint8_t answer[MME_FRAME_MAX])
{
	struct modem_mme question, told;
	struct mme command, confirmed;
	size_t answer_len = 0;

	if (modem_mme_decode(octets, len, &question) == MME_OK && modem_sim_tell(&modem, &question, &told))
		return modem_mme_encode(&told, answer, MME_FRAME_MAX, &answer_len) == MME_OK ? answer_len : 0;
	if (mme_decode(octets, len, &command) == MME_OK && modem_sim_is_meant(&modem, &command) &&
	    modem_sim_answer(&modem, &command, &confirmed))
		return mme_encode(&confirmed, answer, MME_FRAME_MAX, &answer_len) == MME_OK ? answer_len : 0;
	return 0;
}

/* The station and the modem answer when the outlet has finished. */
static void give(const struct outlet_input *input)
{
	struct outlet_input done = {.kind = OUTLET_PILOT_ANSWER, .pilot = {.answer = OUTLET_ANSWER_VALID}};
	uint8_t answers[ANSWERS_MAX][MME_FRAME_MAX];
	size_t lens[ANSWERS_MAX], count = 0;

	outlet_input(&outlet, input, now_us, &effects);
	for (size_t i = 0; i < effects.count; i++) {
		const struct outlet_effect *effect = &effects.items[i];
		if (effect->kind == OUTLET_PILOT_REQUEST)
			done.pilot.number = effect->pilot.number;
		if (effect->kind == OUTLET_STATUS)
			is_matched = effect->status.kind == OUTLET_MATCHED;
		if (effect->kind == OUTLET_SEND && count < ANSWERS_MAX &&
		    (lens[count] = answer_of_modem(effect->frame.octets, effect->frame.len, answers[count])) > 0)
			count++;
	}
	for (size_t i = 0; i < count; i++)
		give_frame(answers[i], lens[i]);
	if (done.pilot.number != 0)
		give(&done);
}

static void give_frame(const uint8_t *octets, size_t len)
{
	give(&(const struct outlet_input){.kind = OUTLET_FRAME, .frame = {.octets = octets, .len = len}});
}

static void give_message(const struct mme *message)
{
	uint8_t octets[MME_FRAME_MAX];
	size_t len;

	if (mme_encode(message, octets, sizeof(octets), &len) == MME_OK)
		give_frame(octets, len);
}

static void give_pilot(enum cp_state state)
{
	give(&(const struct outlet_input){.kind = OUTLET_CP_STATUS, .cp_status = {.state = state}});
}

static void pass(uint64_t us)
{
	const struct outlet_input tick = {.kind = OUTLET_TICK};

	for (uint64_t end_us = now_us + us; now_us < end_us; give(&tick)) {
		uint64_t deadline_us = outlet_deadline(&outlet);
		now_us = deadline_us < end_us ? deadline_us : end_us;
	}
}

static void begin(void)
{
	struct outlet_config config = {.pilot.request_timeout_ms = 1000, .pilot.request_backoff_max_ms = 30000};
	struct outlet_input limits = {.kind = OUTLET_LIMITS,
				      .limits = {.current = {.has_ac = true, .phase_da = {160, 160, 160}}}};
	struct outlet_input up = {.kind = OUTLET_PORT_UP};

	slac_evse_defaults(&config.slac, false);
	control_pilot_defaults(&config.pilot, false);
	config.pilot.has_ac = true;
	modem_defaults(&config.modem, false);
	amp_map_defaults(&config.amp_map);
	outlet_init(&outlet, &config, fill_counting, NULL);
	give(&limits);
	memcpy(up.port_mac, evse_mac, MAC_LEN);
	give(&up);
	give(&(const struct outlet_input){.kind = OUTLET_START});
	pass(UNPLUG_US);
}

/* From CM_SLAC_PARM.REQ to CM_ATTEN_CHAR.RSP. */
static void play_run(uint64_t number)
{
	struct mme message = message_parm_req(ev_mac, number);

	give_message(&message);
	for (int i = 0; i < STARTS; i++) {
		message = message_start_ind(ev_mac, number);
		pass(STEP_US);
		give_message(&message);
	}
	for (uint8_t remaining = SLAC_NUM_SOUNDS; remaining-- > 0;) {
		pass(STEP_US);
		message = message_sound_ind(ev_mac, number, remaining);
		give_message(&message);
		message = message_profile_ind(&modem, ev_mac);
		give_message(&message);
	}
	message = message_atten_char_rsp(ev_mac, evse_mac, number);
	give_message(&message);
	pass(STEP_US);
}

static bool play_match(uint64_t number)
{
	const struct mme request = message_match_req(ev_mac, evse_mac, number);

	give_pilot(CP_STATE_B2);
	play_run(number);
	give_message(&request);
	bool matched = is_matched;
	give_pilot(CP_STATE_A1);
	pass(UNPLUG_US);
	return matched;
}

static bool play_foreign(enum foreign_kind kind, unsigned long count)
{
	uint8_t octets[MME_FRAME_MAX];

	for (unsigned long i = 0; i < count; i++)
		give_frame(octets, foreign_frame(kind, i, octets));
	return true;
}

static bool play(const char *kind, unsigned long count)
{
	static const char *const foreign[FOREIGN_KINDS] = {NULL, "unknown", "parm", "sound", "vendor"};
	bool ok = true;

	if (strcmp(kind, "match") == 0) {
		for (unsigned long i = 1; ok && i <= count; i++)
			ok = play_match(i);
		return ok;
	}
	give_pilot(CP_STATE_B2);
	for (unsigned long i = 1; strcmp(kind, "run") == 0 && i <= count; i++)
		play_run(i);
	for (enum foreign_kind i = FOREIGN_UNKNOWN; i < FOREIGN_KINDS; i++)
		if (strcmp(kind, foreign[i]) == 0)
			return play_foreign(i, count);
	return strcmp(kind, "run") == 0;
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: slac-bench-outlet match|run|unknown|parm|sound|vendor COUNT\n");
		return 2;
	}
	begin();
	if (play(argv[1], strtoul(argv[2], NULL, 10)))
		return EXIT_SUCCESS;
	fprintf(stderr, "slac-bench-outlet: a car was not matched, or there is no such kind: %s\n", argv[1]);
	return EXIT_FAILURE;
}
