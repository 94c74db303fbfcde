/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/outlet/tests/outlet_player.h"

#include "homeplug/slac/tests/slac_car.h"
#include "tools/car/modem_sim_vendor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
/* One more than the outlet has room for, and one more. */
#define CARS (SLAC_C_EVSE_MATCH_PARALLEL + 2)

static const enum mmtype types[] = {CM_SLAC_PARM_REQ,  CM_START_ATTEN_CHAR_IND, CM_MNBC_SOUND_IND, CM_ATTEN_PROFILE_IND,
				    CM_ATTEN_CHAR_RSP, CM_VALIDATE_REQ,         CM_SLAC_MATCH_REQ};

struct tape {
	const uint8_t *next;
	const uint8_t *end;
};

/* 0 after the end. */
static uint8_t take(struct tape *tape)
{
	return tape->next < tape->end ? *tape->next++ : 0;
}

/* --- the modem --- */

static void put_answer(struct outlet_player *player, const uint8_t *octets, size_t len)
{
	if (player->answer_count == PLAYER_ANSWERS)
		return;
	struct player_answer *answer = &player->answers[player->answer_count++];
	memcpy(answer->octets, octets, len);
	answer->len = len;
}

static void answer_key_command(struct outlet_player *player, const struct mme *command)
{
	uint8_t octets[512];
	struct mme answer;
	size_t len;

	if (!modem_sim_answer(&player->modem, command, &answer))
		return;
	/* Its own nonce is a random number that nobody looks at. */
	memset(answer.mmtype == CM_SET_KEY_CNF ? answer.set_key_cnf.my_nonce : answer.get_key_cnf.my_nonce, 0,
	       NONCE_LEN);
	if (mme_encode(&answer, octets, sizeof(octets), &len) == MME_OK)
		put_answer(player, octets, len);
}

/* The modem hears what the outlet sends, and prepares its answer. */
static void hear(struct outlet_player *player, const uint8_t *octets, size_t len)
{
	uint8_t answer[MME_FRAME_MAX];
	struct modem_mme question, told;
	struct mme command;
	size_t answer_len;

	if (mme_decode(octets, len, &command) == MME_OK) {
		if (modem_sim_is_meant(&player->modem, &command))
			answer_key_command(player, &command);
	} else if (modem_mme_decode(octets, len, &question) == MME_OK) {
		const bool kept_back = player->tells_no_link && modem_sim_asks_link(&question, true);
		if (!kept_back && modem_sim_tell(&player->modem, &question, &told) &&
		    modem_mme_encode(&told, answer, sizeof(answer), &answer_len) == MME_OK)
			put_answer(player, answer, answer_len);
	} else if (modem_sim_tell_network(&player->modem, octets, len, player->question % 2 == 0, answer,
					  &answer_len)) {
		put_answer(player, answer, answer_len);
	}
}

/* --- for the search of a fault --- */

static void print_effect(const struct outlet_effect *effect)
{
	if (effect->kind == OUTLET_SEND)
		printf("    send %s\n", effect->frame.name);
	else if (effect->kind == OUTLET_STATUS)
		printf("    status %s %s\n", outlet_status_text(effect->status.kind),
		       slac_reason_text(effect->status.reason));
	else if (effect->kind == OUTLET_PILOT_REQUEST)
		printf("    request %u %s\n", effect->pilot.number, pilot_request_text(effect->pilot.request.kind));
	else if (effect->kind == OUTLET_NOTE)
		printf("    note %d %s\n", effect->note.kind, slac_reason_text(effect->note.reason));
	else
		printf("    effect %d\n", effect->kind);
}

static void print_input(const struct outlet_player *player, const struct outlet_input *input, const char *broken)
{
	const struct outlet *outlet = &player->outlet;

	printf("%llu us, input %lu: kind %d", (unsigned long long)player->now_us, player->watch.inputs, input->kind);
	if (input->kind == OUTLET_CP_STATUS)
		printf(" %s", cp_state_text(input->cp_status.state));
	printf("; %s, pilot %s, modem %d%s%s\n", slac_evse_state_text(outlet->slac.state),
	       control_pilot_phase_text(outlet->pilot.phase), modem_state(&outlet->modem), broken != NULL ? ": " : "",
	       broken != NULL ? broken : "");
	for (size_t i = 0; i < player->out.count; i++)
		print_effect(&player->out.items[i]);
}

/* --- inputs --- */

static const char *give(struct outlet_player *player, const struct outlet_input *input)
{
	const char *broken = outlet_watch_input(&player->watch, &player->outlet, input, player->now_us, &player->out);

	if (player->print)
		print_input(player, input, broken);
	for (size_t i = 0; i < player->out.count; i++) {
		const struct outlet_effect *effect = &player->out.items[i];
		if (effect->kind == OUTLET_SEND)
			hear(player, effect->frame.octets, effect->frame.len);
		player->request_open = player->request_open || effect->kind == OUTLET_PILOT_REQUEST;
	}
	return broken;
}

static const char *give_kind(struct outlet_player *player, enum outlet_input_kind kind)
{
	const struct outlet_input input = {.kind = kind};

	return give(player, &input);
}

static const char *give_octets(struct outlet_player *player, const uint8_t *octets, size_t len)
{
	const struct outlet_input input = {
		.kind = OUTLET_FRAME,
		.frame = {.octets = octets, .len = len, .neighbour_validates = player->neighbour_validates}};

	return give(player, &input);
}

static const char *give_frame(struct outlet_player *player, const struct mme *frame)
{
	uint8_t octets[256];
	size_t len;

	if (mme_encode(frame, octets, sizeof(octets), &len) != MME_OK)
		return "a valid message cannot be encoded";
	return give_octets(player, octets, len);
}

static const char *open_port(struct outlet_player *player)
{
	struct outlet_input input = {.kind = OUTLET_PORT_UP};

	memcpy(input.port_mac, test_evse_mac, MAC_LEN);
	return give(player, &input);
}

static const char *show_state(struct outlet_player *player, enum cp_state state)
{
	const struct outlet_input input = {.kind = OUTLET_CP_STATUS, .cp_status = {.state = state}};

	player->s2_closed =
		state == CP_STATE_C1 || state == CP_STATE_C2 || state == CP_STATE_D1 || state == CP_STATE_D2;
	return give(player, &input);
}

/* --- what is awaited: a match needs some twenty such inputs in a row --- */

static const char *give_answer(struct outlet_player *player)
{
	const struct player_answer answer = player->answers[0];

	player->answer_count--;
	memmove(&player->answers[0], &player->answers[1], player->answer_count * sizeof(player->answers[0]));
	return give_octets(player, answer.octets, answer.len);
}

static const char *answer_request(struct outlet_player *player, uint32_t number, enum outlet_answer answer)
{
	const struct outlet_input input = {.kind = OUTLET_PILOT_ANSWER, .pilot = {number, answer}};

	player->request_open = false;
	return give(player, &input);
}

static const char *give_sounds(struct outlet_player *player, struct tape *tape, const struct slac_car *car)
{
	const struct mme sound = slac_car_message(car, CM_MNBC_SOUND_IND);
	const uint8_t octet = take(tape);
	const struct mme profile = slac_car_profile(car, octet & 1 ? SLAC_GROUPS : 0, octet);
	const char *broken = NULL;

	for (unsigned i = 0; i < SLAC_NUM_SOUNDS && broken == NULL; i++) {
		broken = give_frame(player, &sound);
		if (broken == NULL)
			broken = give_frame(player, &profile);
	}
	return broken;
}

static const char *give_edge(struct outlet_player *player)
{
	return show_state(player, player->s2_closed ? CP_STATE_B2 : CP_STATE_C2);
}

/* The car's run, or NULL. */
static const struct slac_run *find_run(const struct outlet_player *player, const struct slac_car *car)
{
	for (size_t i = 0; i < player->outlet.slac.run_count; i++)
		if (player->outlet.slac.runs[i].state != SLAC_RUN_FREE &&
		    mac_equal(player->outlet.slac.runs[i].ev_mac, car->mac))
			return &player->outlet.slac.runs[i];
	return NULL;
}

static struct mme awaited(struct tape *tape, const struct slac_car *car, enum slac_run_state state)
{
	const uint8_t octet = take(tape);

	switch (state) {
	case SLAC_RUN_WAIT_START:
		return slac_car_message(car, CM_START_ATTEN_CHAR_IND);
	case SLAC_RUN_WAIT_RSP:
		return slac_car_message(car, CM_ATTEN_CHAR_RSP);
	case SLAC_RUN_WAIT_MATCH:
		return octet < 0x30 ? slac_car_validate(car, 0) : slac_car_message(car, CM_SLAC_MATCH_REQ);
	case SLAC_RUN_WAIT_TOGGLE:
		return slac_car_validate(car, octet % 8);
	default:
		return slac_car_message(car, CM_SLAC_PARM_REQ);
	}
}

static const char *give_awaited(struct outlet_player *player, struct tape *tape)
{
	struct slac_car car = slac_car(take(tape) % 4 == 0 ? (uint8_t)(take(tape) % CARS) : 0);
	const struct slac_run *run = find_run(player, &car);
	const enum slac_run_state state = run != NULL ? run->state : SLAC_RUN_FREE;

	if (run != NULL && state != SLAC_RUN_FAILED)
		memcpy(car.run_id, run->run_id, RUN_ID_LEN);
	else
		car.run_id[1] = take(tape);
	if (state == SLAC_RUN_SOUNDING)
		return give_sounds(player, tape, &car);
	if (state == SLAC_RUN_TOGGLING)
		return give_edge(player);
	const struct mme frame = awaited(tape, &car, state);
	return give_frame(player, &frame);
}

static const char *progress(struct outlet_player *player, struct tape *tape)
{
	struct outlet *outlet = &player->outlet;

	if (!player->watch.port_is_up)
		return open_port(player);
	if (outlet->pilot.phase == CONTROL_PILOT_OFF)
		return give_kind(player, OUTLET_START);
	if (player->answer_count > 0)
		return give_answer(player);
	if (player->request_open)
		return answer_request(player, player->watch.request_number, OUTLET_ANSWER_VALID);
	if (player->watch.vehicles == 0)
		return show_state(player, player->outlet.pilot.faulted ? CP_STATE_A2 : CP_STATE_B2);
	player->modem.linked = outlet->slac.state == SLAC_EVSE_JOINING || outlet->slac.state == SLAC_EVSE_MATCHED;
	if (outlet->slac.state == SLAC_EVSE_JOINING || modem_state(&outlet->modem) != MODEM_READY) {
		if (outlet_deadline(outlet) != OUTLET_NEVER)
			player->now_us = outlet_deadline(outlet);
		return give_kind(player, OUTLET_TICK);
	}
	return give_awaited(player, tape);
}

/* --- what else may come --- */

static const char *pass_time(struct outlet_player *player, struct tape *tape)
{
	const uint64_t deadline_us = outlet_deadline(&player->outlet);
	const uint8_t how = take(tape);

	if (how < 0x60 && deadline_us != OUTLET_NEVER)
		player->now_us = deadline_us;
	else if (how < 0x80 && deadline_us != OUTLET_NEVER)
		player->now_us = deadline_us - 1;
	else if (how < 0xf0)
		player->now_us += (uint64_t)take(tape) * 1000;
	else
		player->now_us += (uint64_t)take(tape) * 1000000;
	return give_kind(player, OUTLET_TICK);
}

static const char *tell_limits(struct outlet_player *player, struct tape *tape)
{
	static const uint32_t currents_da[] = {0, 59, 60, 160, 320, 1000};
	static const enum control_pilot_availability availabilities[] = {
		CONTROL_PILOT_READY, CONTROL_PILOT_READY, CONTROL_PILOT_NOT_READY, CONTROL_PILOT_OUT_OF_ORDER};
	struct outlet_input input = {.kind = OUTLET_LIMITS};

	input.limits.current.has_ac = take(tape) % 8 != 0;
	input.limits.current.rcd_error = take(tape) % 8 == 0;
	for (size_t i = 0; i < 3; i++)
		input.limits.current.phase_da[i] = currents_da[take(tape) % COUNT_OF(currents_da)];
	input.limits.availability = availabilities[take(tape) % COUNT_OF(availabilities)];
	return give(player, &input);
}

static const char *answer_anyhow(struct outlet_player *player, struct tape *tape)
{
	const uint8_t octet = take(tape);
	const uint32_t number = octet % 4 == 0 ? take(tape) : player->watch.request_number;
	const struct outlet_input unsent = {.kind = OUTLET_PILOT_NOT_SENT, .active = number % 2 == 0};

	if (octet < 0x40)
		return give(player, &unsent);
	return answer_request(player, number, (enum outlet_answer)(octet % 3));
}

static const char *tell_active(struct outlet_player *player, struct tape *tape)
{
	const uint8_t octet = take(tape);
	const struct outlet_input other = {.kind = OUTLET_OTHER_REQUEST,
					   .other = {.hlc = (octet & 1) != 0, .current_da = octet * 2U}};
	const struct outlet_input input = {.kind = octet < 0x80 ? OUTLET_AUTHORIZATION : OUTLET_HLC_CHARGING,
					   .active = (octet & 1) != 0};

	return give(player, octet % 4 == 2 || octet % 16 == 1 ? &other : &input);
}

static const char *ask_network(struct outlet_player *player)
{
	const struct outlet_input input = {.kind = OUTLET_NETWORK_QUESTION, .question = player->question++};

	return give(player, &input);
}

static const char *move_port(struct outlet_player *player)
{
	return player->watch.port_is_up ? give_kind(player, OUTLET_PORT_DOWN) : open_port(player);
}

/* The service ends and begins again. */
static const char *restart(struct outlet_player *player)
{
	const char *broken = give_kind(player, OUTLET_STOP);

	outlet_wipe(&player->outlet);
	outlet_init(&player->outlet, &player->config, outlet_watch_fill, &player->watch);
	outlet_watch_restart(&player->watch);
	player->request_open = false;
	player->answer_count = 0;
	return broken;
}

static const char *act(struct outlet_player *player, struct tape *tape)
{
	static const enum outlet_input_kind kinds[] = {OUTLET_START,
						       OUTLET_BROKER_CONNECTED,
						       OUTLET_BROKER_CONNECTED,
						       OUTLET_LINK_TERMINATE,
						       OUTLET_LINK_PAUSE,
						       OUTLET_LINK_PAUSE,
						       OUTLET_LINK_RESUME,
						       OUTLET_LINK_RESUME,
						       OUTLET_LINK_RESUME,
						       OUTLET_RESET,
						       OUTLET_TICK};

	const uint8_t octet = take(tape);

	return octet < 8 ? restart(player) : give_kind(player, kinds[octet % COUNT_OF(kinds)]);
}

/* A car that nobody answers repeats its request. */
static const char *insist(struct outlet_player *player, struct tape *tape)
{
	const struct slac_car car = slac_car((uint8_t)(take(tape) % CARS));
	const struct mme request = slac_car_message(&car, CM_SLAC_PARM_REQ);
	const char *broken = NULL;

	for (int i = 0; i < OUTLET_LATE_REQUESTS && broken == NULL; i++)
		broken = give_frame(player, &request);
	return broken;
}

/* The modem restarts, its link comes or goes, an answer is lost or comes twice, random octets cannot be had, or a car insists. */
static const char *trouble(struct outlet_player *player, struct tape *tape)
{
	uint8_t octets[MME_FRAME_MIN];
	struct modem_mme ind;
	size_t len;

	switch (take(tape) % 8) {
	case 0:
		modem_sim_announce(&player->modem, test_evse_mac, &ind);
		if (modem_mme_encode(&ind, octets, sizeof(octets), &len) != MME_OK)
			return "a restart cannot be announced";
		return give_octets(player, octets, len);
	case 1:
		modem_sim_lose_key(&player->modem);
		return NULL;
	case 2:
		player->watch.fill_fails = take(tape) < 0x20;
		return NULL;
	case 3:
		player->answer_count = 0;
		return NULL;
	case 4:
		player->modem.mac[5] ^= take(tape) < 0x20;
		return NULL;
	case 5:
		player->neighbour_validates = take(tape) < 0x20;
		return NULL;
	case 6:
		return insist(player, tape);
	default:
		player->modem.linked = !player->modem.linked;
		return NULL;
	}
}

/* What is awaited of any car, or another message, with up to three octets turned over. */
static const char *give_garbled(struct outlet_player *player, struct tape *tape)
{
	struct slac_car car = slac_car((uint8_t)(take(tape) % CARS));
	const uint8_t kind = take(tape);
	const struct slac_run *run = find_run(player, &car);
	struct mme valid = slac_car_message(&car, types[kind % COUNT_OF(types)]);
	uint8_t octets[256];
	size_t len;

	if (run != NULL && kind < 0xc0) {
		memcpy(car.run_id, run->run_id, RUN_ID_LEN);
		valid = awaited(tape, &car, run->state);
	}
	if (mme_encode(&valid, octets, sizeof(octets), &len) != MME_OK)
		return "a valid message cannot be encoded";
	for (unsigned i = 0; i < kind / 64; i++) {
		const uint8_t at = take(tape);
		octets[at % len] ^= take(tape);
	}
	return give_octets(player, octets, len);
}

static const char *give_raw(struct outlet_player *player, struct tape *tape)
{
	const size_t wanted = take(tape), left = (size_t)(tape->end - tape->next);
	const uint8_t *octets = tape->next;
	const size_t len = wanted < left ? wanted : left;

	tape->next += len;
	return give_octets(player, octets, len);
}

static const char *give_amp_map(struct outlet_player *player, struct tape *tape)
{
	const struct slac_car car = slac_car((uint8_t)(take(tape) % 2));
	struct amp_map_mme message = {.is_cnf = take(tape) < 0x80, .carriers = take(tape), .result = take(tape) % 2};
	uint8_t octets[MME_FRAME_MAX];
	size_t len;

	memcpy(message.src, car.mac, MAC_LEN);
	memcpy(message.dst, test_evse_mac, MAC_LEN);
	if (amp_map_encode(&message, 0, octets, sizeof(octets), &len) != MME_OK)
		return "an amplitude map cannot be encoded";
	return give_octets(player, octets, len);
}

static const char *play_input(struct outlet_player *player, struct tape *tape)
{
	const uint8_t event = take(tape) % 64;

	if (event < 38)
		return progress(player, tape);
	if (event < 46)
		return pass_time(player, tape);
	switch (event) {
	case 46:
	case 47:
		return show_state(player, (enum cp_state)(take(tape) % CP_STATE_COUNT));
	case 48:
		return tell_limits(player, tape);
	case 49:
	case 50:
		return answer_anyhow(player, tape);
	case 51:
		return tell_active(player, tape);
	case 52:
		return ask_network(player);
	case 53:
		return take(tape) < 0x80 ? move_port(player) : NULL;
	case 54:
	case 55:
	case 56:
		return act(player, tape);
	case 57:
	case 58:
		return trouble(player, tape);
	case 59:
	case 60:
		return give_garbled(player, tape);
	case 61:
		return give_raw(player, tape);
	default:
		return give_amp_map(player, tape);
	}
}

void outlet_player_octets(uint64_t seed, uint8_t *octets, size_t len)
{
	uint64_t random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;

	for (size_t i = 0; i < len; i++)
		octets[i] = (uint8_t)(outlet_watch_random(&random) >> 24);
}

const char *outlet_player_play(struct outlet_player *player, const uint8_t *octets, size_t len)
{
	struct tape tape = {.next = octets, .end = octets + len};
	const char *broken = NULL;

	while (broken == NULL && tape.next < tape.end)
		broken = play_input(player, &tape);
	return broken;
}

/* --- the outlet --- */

static void choose_modem(struct modem_config *config, const uint8_t choice[PLAYER_CHOICE])
{
	modem_defaults(config, choice[6] % 2 == 0);
	config->family = (enum modem_family)(choice[0] % 4);
	config->link_detection = (enum modem_link_detection)(choice[1] % 3);
	config->key_repeat_ms = choice[0] & 0x40 ? config->response_ms : config->key_repeat_ms;
	config->reset_after_key = choice[2] % 8 == 0;
	config->reset_after_session = choice[2] % 4 == 1;
	config->unclear_key_is_taken = choice[2] % 16 == 5;
}

static void choose_pilot(struct control_pilot_config *config, const uint8_t choice[PLAYER_CHOICE])
{
	*config = (struct control_pilot_config){
		.has_ac = choice[3] % 4 != 0,
		.hlc_at_start = choice[3] % 16 < 12,
		.step_f_ms = 5000,
		.step_x1_ms = 500,
		.step_x1_hlc_ms = 3000,
		.init_retries = choice[4] % 3,
		.failed_pulses = choice[4] / 4 % 3,
		.pulse_on_link_loss = (choice[4] & 0x80) != 0,
		.pulse_unless_nominal = (choice[4] & 0x40) != 0,
		.rematch_from_basic = (choice[5] & 8) != 0,
		.nominal_needs_eim = (choice[5] & 1) != 0,
		.basic_charging_on_eim = (choice[5] & 2) != 0,
		.nominal_current_da = (choice[5] & 4) != 0 ? 160 : 0,
	};
}

static void choose_slac(struct slac_evse_config *config, const uint8_t choice[PLAYER_CHOICE])
{
	slac_evse_defaults(config, choice[6] % 2 == 0);
	config->await_link = choice[1] % 3 != MODEM_LINK_OFF;
	config->parallel_runs = choice[6] / 2 % SLAC_C_EVSE_MATCH_PARALLEL + 1;
	config->dc_only = choice[3] % 4 == 0;
	config->missing_profile_db = (choice[6] & 0x40) != 0 ? 20 : -1;
	config->attn_rx_db[3] = choice[6] % 16;
}

void outlet_player_init(struct outlet_player *player, const uint8_t choice[PLAYER_CHOICE], uint64_t seed)
{
	struct outlet_config *config = &player->config;

	memset(player, 0, sizeof(*player));
	player->print = getenv("SLACD_OUTLET_PRINT") != NULL;
	choose_modem(&config->modem, choice);
	choose_pilot(&config->pilot, choice);
	config->pilot.request_timeout_ms = 1000;
	config->pilot.request_backoff_max_ms = 30000;
	config->pilot.is_elsewhere = choice[5] % 8 == 7;
	config->pilot.keep_at_exit = choice[5] % 2 == 0;
	config->pilot.single_phase = choice[5] % 3 == 0;
	choose_slac(&config->slac, choice);
	amp_map_defaults(&config->amp_map);
	config->amp_map.initiate = choice[7] % 2 == 0;
	config->amp_map.carriers = choice[7] % 4 == 0 ? AMP_MAP_CARRIERS_MAX : AMP_MAP_CARRIERS;
	player->modem.family = (enum modem_family)(MODEM_QUALCOMM + choice[7] / 4 % 3);
	player->modem.set_key_result = choice[7] >= 0xf0 ? SET_KEY_RESULT_UNCLEAR : SET_KEY_RESULT_TAKEN;
	player->tells_no_link = choice[7] / 16 % 4 == 0;
	memcpy(player->modem.mac, test_modem_mac, MAC_LEN);
	outlet_watch_init(&player->watch, seed);
	player->now_us = seed * 1000;
	outlet_init(&player->outlet, config, outlet_watch_fill, &player->watch);
}
