/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/car/tests/line_world.h"

#include "tools/car/modem_sim_vendor.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MS      UINT64_C(1000)
#define COUNTED 1000u

static void broken(struct line_world *world, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Only the first counts: what follows is its consequence. */
static void broken(struct line_world *world, const char *format, ...)
{
	va_list arguments;

	if (world->broken[0] != '\0')
		return;
	const int len = snprintf(world->broken, sizeof(world->broken), "%.6f s: ", (double)world->now_us / 1e6);
	va_start(arguments, format);
	vsnprintf(world->broken + len, sizeof(world->broken) - (size_t)len, format, arguments);
	va_end(arguments);
}

static void print(const struct line_world *world, const char *who, int index, const char *what, const char *more)
{
	if (world->print)
		printf("%11.6f %s%d %s %s\n", (double)world->now_us / 1e6, who, index, what, more);
}

/* --- chance --- */

/* xorshift64: the same numbers on every machine. */
static uint64_t next_random(struct line_world *world)
{
	world->random ^= world->random << 13;
	world->random ^= world->random >> 7;
	world->random ^= world->random << 17;
	return world->random;
}

uint32_t line_random(struct line_world *world, uint32_t min, uint32_t max)
{
	return min + (uint32_t)((next_random(world) >> 20) % ((uint64_t)max - min + 1));
}

static bool happens(struct line_world *world, uint32_t permille)
{
	return permille > 0 && line_random(world, 0, COUNTED - 1) < permille;
}

static bool random_of_world(void *ctx, uint8_t *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)line_random(ctx, 0, UINT8_MAX);
	return true;
}

/* --- what is to come: a binary heap by time, then by age --- */

static bool is_before(const struct line_slot *a, const struct line_slot *b)
{
	return a->time_us != b->time_us ? a->time_us < b->time_us : a->order < b->order;
}

static struct line_event *schedule(struct line_world *world, uint64_t time_us, enum line_event_kind kind, int index)
{
	assert(world->heap_count < LINE_EVENTS);
	const uint16_t event = world->free_events[world->heap_count];
	const struct line_slot slot = {.time_us = time_us, .order = world->order++, .event = event};
	size_t at = world->heap_count++;

	for (; at > 0 && is_before(&slot, &world->heap[(at - 1) / 2]); at = (at - 1) / 2)
		world->heap[at] = world->heap[(at - 1) / 2];
	world->heap[at] = slot;
	world->events[event].kind = kind;
	world->events[event].index = index;
	return &world->events[event];
}

static struct line_event take_next(struct line_world *world)
{
	const struct line_slot top = world->heap[0], last = world->heap[--world->heap_count];
	size_t at = 0;

	world->free_events[world->heap_count] = top.event;
	for (size_t child; (child = 2 * at + 1) < world->heap_count; at = child) {
		if (child + 1 < world->heap_count && is_before(&world->heap[child + 1], &world->heap[child]))
			child++;
		if (!is_before(&world->heap[child], &last))
			break;
		world->heap[at] = world->heap[child];
	}
	world->heap[at] = last;
	return world->events[top.event];
}

/* --- the line --- */

static uint8_t attenuation_db(const struct line_world *world, int car, int outlet)
{
	const struct line_path *path = &world->paths[car][outlet];

	return world->cars[car].outlet == outlet ? path->plugged_db : path->distant_db;
}

static uint8_t group_db(uint8_t mean_db, size_t group)
{
	return (uint8_t)(mean_db + group % 3 - 1);
}

static void through_the_codec(const struct mme *in, struct mme *out)
{
	uint8_t octets[256];
	size_t len;

	enum mme_error error = mme_encode(in, octets, sizeof(octets), &len);
	if (error == MME_OK)
		error = mme_decode(octets, len, out);
	assert(error == MME_OK);
}

/* One way of a frame: it may get lost, and it may arrive twice. */
static void transmit(struct line_world *world, int car, int outlet, enum line_event_kind kind, const struct mme *frame)
{
	const unsigned copies = happens(world, world->doubled_permille) ? 2 : 1;

	if (attenuation_db(world, car, outlet) == LINE_CUT_OFF)
		return;
	for (unsigned i = 0; i < copies; i++) {
		if (happens(world, world->paths[car][outlet].loss_permille))
			continue;
		const uint64_t time_us = world->now_us + MS + line_random(world, 0, world->delay_us);
		struct line_event *event = schedule(world, time_us, kind, kind == LINE_TO_CAR ? car : outlet);
		event->frame = *frame;
		event->value = attenuation_db(world, car, outlet);
	}
}

static void car_sends(struct line_world *world, int car, const struct mme *sent)
{
	const enum line_event_kind kind = sent->mmtype == CM_MNBC_SOUND_IND ? LINE_SOUND : LINE_TO_OUTLET;
	const bool is_broadcast = mac_equal(sent->dst, mac_broadcast);
	struct mme frame;

	print(world, "car", car, mme_name(sent->mmtype), "");
	through_the_codec(sent, &frame);
	for (int i = 0; i < (int)world->outlet_count; i++)
		if (is_broadcast || mac_equal(frame.dst, world->outlets[i].mac))
			transmit(world, car, i, kind, &frame);
	/* The other cars hear it as well; how far away they are makes no difference to what they do. */
	for (int i = 0; is_broadcast && i < (int)world->car_count; i++)
		if (i != car && happens(world, COUNTED / 4))
			schedule(world, world->now_us + MS, LINE_TO_CAR, i)->frame = frame;
}

static void outlet_sends(struct line_world *world, int outlet, const struct mme *sent)
{
	struct mme frame;

	print(world, "  outlet", outlet, mme_name(sent->mmtype), "");
	through_the_codec(sent, &frame);
	for (int i = 0; i < (int)world->car_count; i++)
		if (mac_equal(frame.dst, world->cars[i].config.ev_mac))
			transmit(world, i, outlet, LINE_TO_CAR, &frame);
}

static int car_of_mac(const struct line_world *world, const uint8_t mac[MAC_LEN])
{
	for (int i = 0; i < (int)world->car_count; i++)
		if (mac_equal(mac, world->cars[i].config.ev_mac))
			return i;
	return LINE_NONE;
}

/* The modem reports the sound to its host, and at some sites to other hosts too. */
static void report_profile(struct line_world *world, int outlet, const struct line_event *sound)
{
	struct mme sent, frame;

	mme_init(&sent, CM_ATTEN_PROFILE_IND, world->outlets[outlet].modem.mac, mac_broadcast);
	memcpy(sent.atten_profile_ind.pev_mac, sound->frame.src, MAC_LEN);
	sent.atten_profile_ind.num_groups = SLAC_GROUPS;
	for (size_t i = 0; i < SLAC_GROUPS; i++)
		sent.atten_profile_ind.aag_db[i] = group_db((uint8_t)sound->value, i);
	through_the_codec(&sent, &frame);
	for (int i = 0; i < (int)world->outlet_count; i++)
		if (i == outlet || happens(world, world->leak_permille))
			schedule(world, world->now_us + line_random(world, 0, MS), LINE_TO_OUTLET, i)->frame = frame;
}

/* --- the cars --- */

static int outlet_of_mac(const struct line_world *world, const uint8_t mac[MAC_LEN])
{
	for (int i = 0; i < (int)world->outlet_count; i++)
		if (mac_equal(mac, world->outlets[i].mac))
			return i;
	return LINE_NONE;
}

static void check_match_of_car(struct line_world *world, int index)
{
	struct line_car *car = &world->cars[index];
	const int chosen = outlet_of_mac(world, car->ev.evse_mac);

	if (car->outlet == LINE_NONE || car->outlet != chosen) {
		broken(world, "car %d of outlet %d chose outlet %d", index, car->outlet, chosen);
		return;
	}
	const struct line_outlet *outlet = &world->outlets[chosen];
	if (memcmp(&car->ev.key, &outlet->modem.key, sizeof(outlet->modem.key)) != 0)
		broken(world, "car %d has another key than outlet %d", index, chosen);
	car->matched = true;
}

static void car_steps(struct line_world *world, int index, const struct slac_ev_output *item)
{
	struct line_car *car = &world->cars[index];

	print(world, "car", index, slac_ev_state_text(item->step.state), item->step.text);
	world->validations += item->step.state == SLAC_EV_TOGGLING;
	if (item->step.state == SLAC_EV_MATCHED)
		check_match_of_car(world, index);
	if (item->step.state == SLAC_EV_FAILED && car->again_after_ms != 0)
		schedule(world, world->now_us + car->again_after_ms * MS, LINE_ATTEMPT, index)->serial = car->attempts;
}

static void s2_moves(struct line_world *world, int index, bool closed)
{
	const struct line_car *car = &world->cars[index];

	print(world, "car", index, "S2", closed ? "closed" : "open");
	if (car->outlet == LINE_NONE)
		return;
	const uint64_t time_us = world->now_us + world->outlets[car->outlet].pilot_ms * MS;
	struct line_event *event = schedule(world, time_us, LINE_S2, car->outlet);
	event->value = closed;
	event->serial = (uint32_t)index;
}

static void carry_out_of_car(struct line_world *world, int car, const struct slac_ev_outputs *out)
{
	for (size_t i = 0; i < out->count; i++) {
		const struct slac_ev_output *item = &out->items[i];
		if (item->kind == SLAC_EV_SEND)
			car_sends(world, car, &item->frame);
		else if (item->kind == SLAC_EV_S2)
			s2_moves(world, car, item->s2.closed);
		else
			car_steps(world, car, item);
	}
}

void line_world_attempt(struct line_world *world, int index)
{
	struct line_car *car = &world->cars[index];
	struct slac_ev_outputs out;

	random_of_world(world, car->config.run_id, RUN_ID_LEN);
	car->attempts++;
	car->has_spoken = true;
	slac_ev_init(&car->ev, &car->config, random_of_world, world);
	slac_ev_start(&car->ev, world->now_us, &out);
	carry_out_of_car(world, index, &out);
}

void line_world_silence(struct line_world *world, int index)
{
	struct line_car *car = &world->cars[index];

	if (car->ev.s2_closed)
		s2_moves(world, index, false);
	car->attempts++; /* an attempt that is to come does not */
	if (car->ev.state != SLAC_EV_MATCHED)
		slac_ev_init(&car->ev, &car->config, random_of_world, world);
}

void line_world_plug(struct line_world *world, int car, int outlet)
{
	const char number[] = {(char)('0' + outlet), '\0'};

	print(world, "car", car, "plugged in:", outlet == LINE_NONE ? "elsewhere" : number);
	line_world_silence(world, car);
	world->cars[car].outlet = outlet;
	world->cars[car].matched = false;
	world->cars[car].has_spoken = false;
	if (outlet == LINE_NONE)
		return;
	world->outlets[outlet].car = car;
	schedule(world, world->now_us + world->outlets[outlet].pilot_ms * MS, LINE_CONNECTED, outlet)->value = car;
}

void line_world_unplug(struct line_world *world, int index)
{
	struct line_car *car = &world->cars[index];
	const int outlet = car->outlet;

	print(world, "car", index, "unplugged", "");
	car->outlet = LINE_NONE;
	car->attempts++;
	slac_ev_init(&car->ev, &car->config, random_of_world, world);
	if (outlet == LINE_NONE)
		return;
	world->outlets[outlet].car = LINE_NONE;
	schedule(world, world->now_us + world->outlets[outlet].pilot_ms * MS, LINE_DISCONNECTED, outlet);
}

/* --- the outlets --- */

/* The count is what the pilot has shown, whoever toggled. */
static void check_count(struct line_world *world, int index, const struct mme *frame)
{
	const struct line_outlet *outlet = &world->outlets[index];
	const struct validate_cnf *cnf = &frame->validate_cnf;
	const int car = car_of_mac(world, frame->dst);

	/* A result that is sent again was checked the first time. */
	if (cnf->result != VALIDATE_SUCCESS || car == LINE_NONE || car != outlet->counts_for)
		return;
	if (cnf->toggle_num != outlet->toggles)
		broken(world, "outlet %d counted %u toggles, not %u", index, cnf->toggle_num, outlet->toggles);
	world->cars[car].counted_by = index;
	world->cars[car].counted = cnf->toggle_num;
}

/*
 * The limit of validation, where outlets are of different stations: while a car validates an outlet that is not its
 * own, the car that is plugged in there toggles for some third outlet, and this outlet sees just the number of toggles
 * that the first car expects.
 */
static bool is_crossed(const struct line_car *car, int outlet)
{
	return car->counted > 0 && car->counted_by == outlet && car->counted == car->ev.toggles;
}

/* The key is given to nobody but the car whose pilot the outlet sees. */
static void check_match_cnf(struct line_world *world, int index, const struct mme *cnf)
{
	const struct line_outlet *outlet = &world->outlets[index];
	const int car = car_of_mac(world, cnf->dst);

	if (outlet->pilot_car == LINE_NONE || car != outlet->pilot_car) {
		broken(world, "outlet %d of car %d gave its key to car %d", index, outlet->pilot_car, car);
		world->crossed = car != LINE_NONE && is_crossed(&world->cars[car], index);
	}
	if (memcmp(cnf->slac_match_cnf.nmk, outlet->modem.key.nmk, NMK_LEN) != 0)
		broken(world, "outlet %d sent another key than its modem has", index);
}

static bool is_attenuation(const struct atten_char_ind *ind, uint8_t mean_db)
{
	for (size_t i = 0; i < SLAC_GROUPS; i++)
		if (ind->aag_db[i] != group_db(mean_db, i))
			return false;
	return true;
}

/*
 * What is reported to the car is what the outlet's own modem measured: by the path as it is, or as it was
 * before the plug was put in or pulled.
 */
static void check_atten_char(struct line_world *world, int index, const struct mme *frame)
{
	const struct atten_char_ind *ind = &frame->atten_char_ind;
	const int car = car_of_mac(world, frame->dst);

	if (car == LINE_NONE || ind->num_sounds == 0 || ind->num_groups != SLAC_GROUPS)
		broken(world, "outlet %d reports an attenuation of nothing", index);
	else if (!is_attenuation(ind, world->paths[car][index].plugged_db) &&
		 !is_attenuation(ind, world->paths[car][index].distant_db))
		broken(world, "outlet %d reports %u dB to car %d, not %u", index, ind->aag_db[1], car,
		       attenuation_db(world, car, index));
}

static void check_status(struct line_world *world, int index, const struct outlet_status *status)
{
	const struct line_outlet *outlet = &world->outlets[index];

	print(world, "  outlet", index, outlet_status_text(status->kind), slac_reason_text(status->reason));
	if (status->kind != OUTLET_MATCHED)
		return;
	if (outlet->pilot_car == LINE_NONE || car_of_mac(world, status->ev_mac) != outlet->pilot_car)
		broken(world, "outlet %d of car %d is matched with car %d", index, outlet->pilot_car,
		       car_of_mac(world, status->ev_mac));
}

static void note_counting(struct line_world *world, int index, const struct outlet_note *note)
{
	struct line_outlet *outlet = &world->outlets[index];

	if (note->step.to == SLAC_RUN_TOGGLING) {
		outlet->counts_for = car_of_mac(world, note->from);
		outlet->toggles = 0;
		outlet->was_closed = false;
	} else if (note->step.from == SLAC_RUN_TOGGLING) {
		outlet->counts_for = LINE_NONE;
	}
}

static void take_note(struct line_world *world, int index, const struct outlet_note *note)
{
	if (note->kind == OUTLET_NOTE_RUN_STEP)
		note_counting(world, index, note);
	if (note->kind != OUTLET_NOTE_IGNORED)
		return;
	world->foreign_profiles += note->reason == SLAC_REASON_OTHER_MODEM;
	print(world, "  outlet", index, note->name, slac_reason_text(note->reason));
}

/* For the car, or a command for the modem. */
static void take_message(struct line_world *world, int index, const struct mme *frame)
{
	struct line_outlet *outlet = &world->outlets[index];

	if (modem_sim_is_meant(&outlet->modem, frame)) {
		const uint32_t delay_ms = frame->mmtype == CM_SET_KEY_REQ ? outlet->key_ms : 1;
		schedule(world, world->now_us + delay_ms * MS, LINE_KEY, index)->frame = *frame;
		return;
	}
	if (frame->mmtype == CM_SLAC_MATCH_CNF) {
		check_match_cnf(world, index, frame);
		outlet->join_us = world->now_us + outlet->join_ms * MS;
	}
	if (frame->mmtype == CM_ATTEN_CHAR_IND)
		check_atten_char(world, index, frame);
	if (frame->mmtype == CM_VALIDATE_CNF)
		check_count(world, index, frame);
	outlet_sends(world, index, frame);
}

/* A frame that is none of these is a question for the modem's vendor; this modem has none. */
static void take_octets(struct line_world *world, int index, const uint8_t *octets, size_t len)
{
	struct modem_mme question;
	struct mme frame;

	if (mme_decode(octets, len, &frame) == MME_OK)
		take_message(world, index, &frame);
	else if (modem_mme_decode(octets, len, &question) == MME_OK && question.message == MODEM_NW_STATS_REQ)
		schedule(world, world->now_us + MS, LINE_LINK, index);
}

static void carry_out_of_outlet(struct line_world *world, int index, const struct outlet_effect *effect)
{
	switch (effect->kind) {
	case OUTLET_SEND:
		take_octets(world, index, effect->frame.octets, effect->frame.len);
		break;
	case OUTLET_STATUS:
		check_status(world, index, &effect->status);
		break;
	case OUTLET_PILOT_REQUEST: {
		struct line_event *event = schedule(world, world->now_us + MS, LINE_STATION, index);
		event->serial = effect->pilot.number;
		event->value = (int)effect->pilot.request.kind;
		break;
	}
	case OUTLET_NOTE:
		take_note(world, index, &effect->note);
		break;
	case OUTLET_ANSWER_NETWORK:
	case OUTLET_WANTS_E_F:
	case OUTLET_SERVING:
		break;
	}
}

/* An effect never leads back into an outlet at once: all that follows is an event. */
static void give_outlet(struct line_world *world, int index, const struct outlet_input *input)
{
	struct line_outlet *outlet = &world->outlets[index];
	const char *rule = outlet_watch_input(&outlet->watch, &outlet->outlet, input, world->now_us, &world->out);

	if (rule != NULL)
		broken(world, "outlet %d: %s", index, rule);
	for (size_t i = 0; i < world->out.count; i++)
		carry_out_of_outlet(world, index, &world->out.items[i]);
}

static void give_kind(struct line_world *world, int index, enum outlet_input_kind kind)
{
	const struct outlet_input input = {.kind = kind};

	give_outlet(world, index, &input);
}

/* --- an outlet's modem and pilot --- */

static bool has_joined(const struct line_world *world, const struct line_outlet *outlet)
{
	for (size_t i = 0; i < world->car_count; i++)
		if (world->cars[i].ev.state == SLAC_EV_MATCHED &&
		    memcmp(&world->cars[i].ev.key, &outlet->modem.key, sizeof(outlet->modem.key)) == 0)
			return true;
	return false;
}

static void modem_takes_command(struct line_world *world, int index, const struct mme *command)
{
	uint8_t octets[512];
	struct outlet_input input = {.kind = OUTLET_FRAME, .frame = {.octets = octets}};
	struct mme answer;

	if (!modem_sim_answer(&world->outlets[index].modem, command, &answer))
		return;
	enum mme_error error = mme_encode(&answer, octets, sizeof(octets), &input.frame.len);
	assert(error == MME_OK);
	if (error == MME_OK)
		give_outlet(world, index, &input);
}

static void modem_tells_link(struct line_world *world, int index)
{
	struct line_outlet *outlet = &world->outlets[index];
	uint8_t octets[MME_FRAME_MAX];
	struct outlet_input input = {.kind = OUTLET_FRAME, .frame = {.octets = octets}};
	struct modem_mme question, answer;

	outlet->modem.linked = world->now_us >= outlet->join_us && has_joined(world, outlet);
	modem_mme_init(&question, MODEM_NW_STATS_REQ, outlet->mac, mac_local_modem);
	if (!modem_sim_tell(&outlet->modem, &question, &answer))
		return;
	enum mme_error error = modem_mme_encode(&answer, octets, sizeof(octets), &input.frame.len);
	assert(error == MME_OK);
	if (error == MME_OK)
		give_outlet(world, index, &input);
}

/* What the pilot shows now, when it has changed. */
static void show_pilot(struct line_world *world, int index)
{
	static const enum cp_state states[3][2] = {
		{CP_STATE_A1, CP_STATE_A2}, {CP_STATE_B1, CP_STATE_B2}, {CP_STATE_C1, CP_STATE_C2}};
	struct line_outlet *outlet = &world->outlets[index];
	const bool pwm = outlet->request == PILOT_HLC || outlet->request == PILOT_X2;
	const int car = outlet->pilot_car == LINE_NONE ? 0 : outlet->was_closed ? 2 : 1;
	const struct outlet_input input = {
		.kind = OUTLET_CP_STATUS,
		.cp_status = {.state = outlet->request == PILOT_F ? CP_STATE_F : states[car][pwm]}};

	if (input.cp_status.state == outlet->state)
		return;
	outlet->state = input.cp_status.state;
	print(world, "  outlet", index, "pilot", cp_state_text(input.cp_status.state));
	give_outlet(world, index, &input);
}

static void station_answers(struct line_world *world, int index, const struct line_event *event)
{
	const struct outlet_input input = {.kind = OUTLET_PILOT_ANSWER,
					   .pilot = {.number = event->serial, .answer = OUTLET_ANSWER_VALID}};

	world->outlets[index].request = (enum pilot_request_kind)event->value;
	give_outlet(world, index, &input);
	show_pilot(world, index);
}

void line_world_lose_link(struct line_world *world, int index)
{
	const struct line_outlet *outlet = &world->outlets[index];

	if (outlet->outlet.slac.state != SLAC_EVSE_MATCHED || outlet->outlet.modem.link.state != MODEM_LINK_IS_UP ||
	    !has_joined(world, outlet) || outlet->car == LINE_NONE)
		return;
	line_world_attempt(world, outlet->car); /* it has no key any more: the outlet's modem will tell */
}

bool line_world_is_settled(const struct line_world *world, int index)
{
	const struct outlet *outlet = &world->outlets[index].outlet;

	return outlet->slac.state != SLAC_EVSE_MATCHING && outlet->slac.state != SLAC_EVSE_JOINING &&
	       slac_evse_deadline(&outlet->slac) == SLAC_NEVER && modem_state(&outlet->modem) == MODEM_READY &&
	       control_pilot_deadline(&outlet->pilot) == CONTROL_PILOT_NEVER;
}

/* --- time --- */

static bool neighbour_validates(const struct line_world *world, int index, const uint8_t ev_mac[MAC_LEN])
{
	const uint64_t since_us = outlet_validation_waits_since(&world->outlets[index].outlet, ev_mac, world->now_us);

	for (int i = 0; i < (int)world->outlet_count && !world->separate_stations; i++)
		if (i != index && outlet_blocks_validation(&world->outlets[i].outlet, ev_mac, since_us, world->now_us))
			return true;
	return false;
}

static void give_frame_to_outlet(struct line_world *world, int index, const struct mme *frame)
{
	uint8_t octets[256], ev_mac[MAC_LEN];
	struct outlet_input input = {.kind = OUTLET_FRAME, .frame = {.octets = octets}};
	enum mme_error error = mme_encode(frame, octets, sizeof(octets), &input.frame.len);

	assert(error == MME_OK);
	if (error == MME_OK && outlet_frame_asks_validation(octets, input.frame.len, ev_mac))
		input.frame.neighbour_validates = neighbour_validates(world, index, ev_mac);
	give_outlet(world, index, &input);
}

static void give_frame_to_car(struct line_world *world, int car, const struct mme *frame)
{
	struct slac_ev_outputs out;

	slac_ev_frame(&world->cars[car].ev, frame, world->now_us, &out);
	carry_out_of_car(world, car, &out);
}

static void pilot_moves(struct line_world *world, int index, bool closed)
{
	struct line_outlet *outlet = &world->outlets[index];

	outlet->toggles += !closed && outlet->was_closed;
	outlet->was_closed = closed;
	show_pilot(world, index);
}

static void vehicle_moves(struct line_world *world, int index, int car)
{
	world->outlets[index].pilot_car = car;
	world->outlets[index].was_closed = false;
	show_pilot(world, index);
}

static void happen(struct line_world *world, const struct line_event *event)
{
	switch (event->kind) {
	case LINE_TO_CAR:
		give_frame_to_car(world, event->index, &event->frame);
		break;
	case LINE_SOUND:
		report_profile(world, event->index, event);
		give_frame_to_outlet(world, event->index, &event->frame);
		break;
	case LINE_TO_OUTLET:
		give_frame_to_outlet(world, event->index, &event->frame);
		break;
	case LINE_CONNECTED:
		vehicle_moves(world, event->index, event->value);
		break;
	case LINE_DISCONNECTED:
		vehicle_moves(world, event->index, LINE_NONE);
		break;
	case LINE_S2:
		if (world->outlets[event->index].pilot_car == (int)event->serial)
			pilot_moves(world, event->index, event->value != 0);
		break;
	case LINE_KEY:
		modem_takes_command(world, event->index, &event->frame);
		break;
	case LINE_LINK:
		modem_tells_link(world, event->index);
		break;
	case LINE_STATION:
		station_answers(world, event->index, event);
		break;
	case LINE_ATTEMPT:
		if (event->serial == world->cars[event->index].attempts)
			line_world_attempt(world, event->index);
		break;
	}
}

/* Whose turn it is: the car or outlet with the nearest deadline, before `next_us`. */
static uint64_t nearest_deadline(const struct line_world *world, uint64_t next_us, int *car, int *outlet)
{
	*car = *outlet = LINE_NONE;
	for (int i = 0; i < (int)world->car_count; i++) {
		if (slac_ev_deadline(&world->cars[i].ev) >= next_us)
			continue;
		next_us = slac_ev_deadline(&world->cars[i].ev);
		*car = i;
	}
	for (int i = 0; i < (int)world->outlet_count; i++) {
		if (outlet_deadline(&world->outlets[i].outlet) >= next_us)
			continue;
		next_us = outlet_deadline(&world->outlets[i].outlet);
		*outlet = i;
	}
	return next_us;
}

static void tick_car(struct line_world *world, int car)
{
	struct slac_ev_outputs out;

	slac_ev_tick(&world->cars[car].ev, world->now_us, &out);
	carry_out_of_car(world, car, &out);
}

bool line_world_run(struct line_world *world, uint64_t until_us)
{
	int car, outlet;

	while (world->broken[0] == '\0') {
		const uint64_t event_us = world->heap_count > 0 ? world->heap[0].time_us : SLAC_NEVER;
		const uint64_t next_us = nearest_deadline(world, event_us, &car, &outlet);
		if (next_us > until_us) {
			world->now_us = until_us;
			return true;
		}
		assert(next_us >= world->now_us);
		world->now_us = next_us;
		if (outlet != LINE_NONE) {
			give_kind(world, outlet, OUTLET_TICK);
		} else if (car != LINE_NONE) {
			tick_car(world, car);
		} else {
			const struct line_event event = take_next(world);
			happen(world, &event);
		}
	}
	return false;
}

/* --- the site --- */

void line_world_init(struct line_world *world, uint64_t seed)
{
	memset(world, 0, sizeof(*world));
	world->random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	for (uint16_t i = 0; i < LINE_EVENTS; i++)
		world->free_events[i] = i;
	for (int i = 0; i < 8; i++) /* neighbouring seeds begin alike */
		next_random(world);
}

void line_world_add_car(struct line_world *world, const struct slac_ev_config *config)
{
	assert(world->car_count < LINE_CARS);
	struct line_car *car = &world->cars[world->car_count];
	const uint8_t mac[MAC_LEN] = {0x02, 0xca, 0x00, 0x00, 0x00, (uint8_t)world->car_count};

	car->config = *config;
	memcpy(car->config.ev_mac, mac, MAC_LEN);
	car->outlet = LINE_NONE;
	slac_ev_init(&car->ev, &car->config, random_of_world, world);
	world->car_count++;
}

void line_world_add_outlet(struct line_world *world, const struct outlet_config *config, uint32_t pilot_ms,
			   uint32_t key_ms, uint32_t join_ms)
{
	assert(world->outlet_count < LINE_OUTLETS);
	const int index = (int)world->outlet_count++;
	struct line_outlet *outlet = &world->outlets[index];
	const uint8_t modem[MAC_LEN] = {0x02, 0xe0, 0x00, 0x00, 0x02, (uint8_t)index};
	struct outlet_input limits = {.kind = OUTLET_LIMITS,
				      .limits = {.current = {.has_ac = true, .phase_da = {160, 160, 160}}}};
	struct outlet_input up = {.kind = OUTLET_PORT_UP, .port_mac = {0x02, 0xe0, 0x00, 0x00, 0x01, (uint8_t)index}};

	memcpy(outlet->mac, up.port_mac, MAC_LEN);
	memcpy(outlet->modem.mac, modem, MAC_LEN);
	outlet->modem.family = MODEM_STANDARD;
	outlet->modem.set_key_result = SET_KEY_RESULT_TAKEN;
	outlet->pilot_ms = pilot_ms;
	outlet->key_ms = key_ms;
	outlet->join_ms = join_ms;
	outlet->car = outlet->pilot_car = outlet->counts_for = LINE_NONE;
	outlet->request = PILOT_X1;
	outlet->state = CP_STATE_A1;
	outlet_watch_init(&outlet->watch, next_random(world));
	outlet_init(&outlet->outlet, config, outlet_watch_fill, &outlet->watch);
	give_outlet(world, index, &limits);
	give_outlet(world, index, &up);
	give_kind(world, index, OUTLET_START);
}
