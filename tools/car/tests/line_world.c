/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/car/tests/line_world.h"

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
		if (is_broadcast || mac_equal(frame.dst, world->outlets[i].watch.evse.config.evse_mac))
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

	mme_init(&sent, CM_ATTEN_PROFILE_IND, world->outlets[outlet].modem_mac, mac_broadcast);
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
		if (mac_equal(mac, world->outlets[i].watch.evse.config.evse_mac))
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
	if (memcmp(&car->ev.key, &outlet->key, sizeof(outlet->key)) != 0)
		broken(world, "car %d has another key than outlet %d", index, chosen);
	if (outlet->key_serial <= outlet->spent_serial)
		broken(world, "car %d was given a key of an earlier vehicle by outlet %d", index, chosen);
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
	if (memcmp(cnf->slac_match_cnf.nmk, outlet->key.nmk, NMK_LEN) != 0)
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

static void check_status(struct line_world *world, int index, const struct slac_evse_output *item)
{
	const struct line_outlet *outlet = &world->outlets[index];

	print(world, "  outlet", index, slac_status_text(item->status), slac_reason_text(item->reason));
	if (item->status != SLAC_STATUS_MATCHED)
		return;
	if (outlet->pilot_car == LINE_NONE || car_of_mac(world, item->ev_mac) != outlet->pilot_car)
		broken(world, "outlet %d of car %d is matched with car %d", index, outlet->pilot_car,
		       car_of_mac(world, item->ev_mac));
}

static void note_counting(struct line_world *world, int index, const struct slac_evse_output *item)
{
	struct line_outlet *outlet = &world->outlets[index];

	if (item->step.to == SLAC_RUN_TOGGLING) {
		outlet->counts_for = car_of_mac(world, item->ev_mac);
		outlet->toggles = 0;
		outlet->was_closed = false;
	} else if (item->step.from == SLAC_RUN_TOGGLING) {
		outlet->counts_for = LINE_NONE;
	}
}

static void carry_out_of_outlet(struct line_world *world, int index, const struct slac_evse_outputs *out)
{
	for (size_t i = 0; i < out->count; i++) {
		const struct slac_evse_output *item = &out->items[i];
		if (item->kind == SLAC_EVSE_SEND) {
			if (item->frame.mmtype == CM_SLAC_MATCH_CNF)
				check_match_cnf(world, index, &item->frame);
			if (item->frame.mmtype == CM_ATTEN_CHAR_IND)
				check_atten_char(world, index, &item->frame);
			if (item->frame.mmtype == CM_VALIDATE_CNF)
				check_count(world, index, &item->frame);
			outlet_sends(world, index, &item->frame);
		} else if (item->kind == SLAC_EVSE_STATUS) {
			check_status(world, index, item);
		} else if (item->kind == SLAC_EVSE_RUN_STEP) {
			note_counting(world, index, item);
		} else if (item->kind == SLAC_EVSE_WATCH_LINK) {
			schedule(world, world->now_us + world->outlets[index].join_ms * MS, LINE_LINK, index)->serial =
				world->outlets[index].key_serial;
		} else if (item->kind == SLAC_EVSE_IGNORED) {
			world->foreign_profiles += item->reason == SLAC_REASON_OTHER_MODEM;
			print(world, "  outlet", index, mme_name(item->message.mmtype), slac_reason_text(item->reason));
		}
	}
}

static void give_outlet(struct line_world *world, int index, const struct slac_evse_input *input)
{
	struct slac_watch *watch = &world->outlets[index].watch;

	watch->now_us = world->now_us;
	const char *rule = slac_watch_input(watch, input);
	if (rule != NULL)
		broken(world, "outlet %d: %s", index, rule);
	carry_out_of_outlet(world, index, &watch->out);
}

static void give_kind(struct line_world *world, int index, enum slac_evse_input_kind kind, enum slac_reason reason)
{
	const struct slac_evse_input input = {.kind = kind, .reason = reason};

	give_outlet(world, index, &input);
}

static void set_key(struct line_world *world, int index)
{
	struct line_outlet *outlet = &world->outlets[index];
	const struct slac_evse_input input = {
		.kind = SLAC_EVSE_KEY_SET, .key = &outlet->key, .modem_mac = outlet->modem_mac};

	outlet->key_serial++;
	memset(&outlet->key, index + 1, sizeof(outlet->key));
	memcpy(outlet->key.nmk, &outlet->key_serial, sizeof(outlet->key_serial));
	give_outlet(world, index, &input);
}

/* The vehicle has left: its key is worth nothing any more. */
static void end_of_vehicle(struct line_world *world, int index)
{
	struct line_outlet *outlet = &world->outlets[index];

	outlet->pilot_car = LINE_NONE;
	outlet->spent_serial = outlet->key_serial;
	give_kind(world, index, SLAC_EVSE_DISCONNECTED, SLAC_REASON_VEHICLE_LEFT);
	give_kind(world, index, SLAC_EVSE_KEY_LOST, SLAC_REASON_VEHICLE_LEFT);
	schedule(world, world->now_us + outlet->key_ms * MS, LINE_KEY, index);
}

static bool has_joined(const struct line_world *world, const struct line_outlet *outlet)
{
	for (size_t i = 0; i < world->car_count; i++)
		if (world->cars[i].ev.state == SLAC_EV_MATCHED &&
		    memcmp(&world->cars[i].ev.key, &outlet->key, sizeof(outlet->key)) == 0)
			return true;
	return false;
}

void line_world_lose_link(struct line_world *world, int index)
{
	const struct line_outlet *outlet = &world->outlets[index];

	if (outlet->watch.evse.state != SLAC_EVSE_MATCHED || !has_joined(world, outlet) || outlet->car == LINE_NONE)
		return;
	give_kind(world, index, SLAC_EVSE_LINK_LOST, SLAC_REASON_NONE);
	line_world_attempt(world, outlet->car);
}

bool line_world_is_settled(const struct line_world *world, int outlet)
{
	const struct slac_evse *evse = &world->outlets[outlet].watch.evse;

	return evse->state != SLAC_EVSE_MATCHING && evse->state != SLAC_EVSE_JOINING &&
	       slac_evse_deadline(evse) == SLAC_NEVER;
}

/* --- time --- */

static bool neighbour_validates(const struct line_world *world, int outlet, const uint8_t ev_mac[MAC_LEN])
{
	const struct slac_validation *own = &world->outlets[outlet].watch.evse.validation;
	const uint64_t since_us = slac_validation_waits_since(own, ev_mac, world->now_us);

	for (int i = 0; i < (int)world->outlet_count && !world->separate_stations; i++)
		if (i != outlet &&
		    slac_validation_blocks(&world->outlets[i].watch.evse.validation, ev_mac, since_us, world->now_us))
			return true;
	return false;
}

static void give_frame_to_outlet(struct line_world *world, int outlet, const struct mme *frame)
{
	const struct slac_evse_input input = {.kind = SLAC_EVSE_FRAME,
					      .frame = frame,
					      .neighbour_validates = neighbour_validates(world, outlet, frame->src)};

	give_outlet(world, outlet, &input);
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

	give_kind(world, index, closed ? SLAC_EVSE_S2_CLOSED : SLAC_EVSE_S2_OPEN, SLAC_REASON_NONE);
	outlet->toggles += !closed && outlet->was_closed;
	outlet->was_closed = closed;
}

static void happen(struct line_world *world, const struct line_event *event)
{
	struct line_outlet *outlet = &world->outlets[event->index];

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
		outlet->pilot_car = event->value;
		give_kind(world, event->index, SLAC_EVSE_CONNECTED, SLAC_REASON_NONE);
		break;
	case LINE_DISCONNECTED:
		end_of_vehicle(world, event->index);
		break;
	case LINE_S2:
		if (outlet->pilot_car == (int)event->serial)
			pilot_moves(world, event->index, event->value != 0);
		break;
	case LINE_KEY:
		set_key(world, event->index);
		break;
	case LINE_LINK:
		if (event->serial == outlet->key_serial && has_joined(world, outlet))
			give_kind(world, event->index, SLAC_EVSE_LINK_UP, SLAC_REASON_NONE);
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
		if (slac_evse_deadline(&world->outlets[i].watch.evse) >= next_us)
			continue;
		next_us = slac_evse_deadline(&world->outlets[i].watch.evse);
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
			give_kind(world, outlet, SLAC_EVSE_TICK, SLAC_REASON_NONE);
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

void line_world_add_outlet(struct line_world *world, const struct slac_evse_config *config)
{
	assert(world->outlet_count < LINE_OUTLETS);
	const int index = (int)world->outlet_count++;
	struct line_outlet *outlet = &world->outlets[index];
	struct slac_evse_config own = *config;
	const uint8_t host[MAC_LEN] = {0x02, 0xe0, 0x00, 0x00, 0x01, (uint8_t)index};
	const uint8_t modem[MAC_LEN] = {0x02, 0xe0, 0x00, 0x00, 0x02, (uint8_t)index};

	memcpy(own.evse_mac, host, MAC_LEN);
	memcpy(outlet->modem_mac, modem, MAC_LEN);
	outlet->car = outlet->pilot_car = outlet->counts_for = LINE_NONE;
	slac_watch_init(&outlet->watch, &own);
	set_key(world, index);
}
