/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/car/ev_car.h"

#include <stdio.h>
#include <string.h>

/* C_EV_start_atten_char_inds */
#define START_ATTEN_CHARS 3
#define US_PER_S          1000000u
/* TT_match_join */
#define TT_MATCH_JOIN_S 12

static void attempt_over(struct ev_car *car, enum ev_car_state state)
{
	car->state = state;
	evtimer_del(car->timer);
	if (car->ended != NULL)
		car->ended(car->ctx);
}

/* After the match the car gives its modem the key; the modems then hear each other if the keys are the same. */
static void join(struct ev_car *car)
{
	char evse[MAC_TEXT_SIZE];
	char nid[NID_TEXT_SIZE];

	trace_event(car->trace, car->name, "matched with %s, nid=%s", mac_text(car->ev.evse_mac, evse),
		    nid_text(car->ev.key.nid, nid));
	if (!power_line_has_key(car->line, &car->ev.key) && !power_line_modem_is_lost(car->line)) {
		trace_event(car->trace, car->name, "link: keys differ%s",
			    car->line->evse.port.modem.has_key ? "" : " (the EVSE's modem was given none)");
		attempt_over(car, CAR_KEYS_DIFFER);
		return;
	}
	const struct timeval wait = {.tv_sec = TT_MATCH_JOIN_S};
	car->state = CAR_JOINING;
	evtimer_add(car->timer, &wait);
	power_line_join(car->line, car->ev_mac, &car->ev.key);
}

void ev_car_link_up(struct ev_car *car)
{
	if (car->state != CAR_JOINING)
		return;
	trace_event(car->trace, car->name, "link up");
	ev_car_amp_map_begin(car);
	attempt_over(car, CAR_LINK_UP);
}

static void join_failed(struct ev_car *car, const char *why)
{
	trace_event(car->trace, car->name, "failed: %s", why);
	power_line_leave(car->line, car->ev_mac);
	attempt_over(car, CAR_FAILED);
}

/* True when this was the last message of a car that shall stop. */
static bool stops_after(struct ev_car *car, const struct mme *mme)
{
	switch (mme->mmtype) {
	case CM_START_ATTEN_CHAR_IND:
		return ++car->starts == START_ATTEN_CHARS && car->behaviour.stop_at == STOP_START;
	case CM_MNBC_SOUND_IND:
		return mme->mnbc_sound_ind.cnt == 0 && car->behaviour.stop_at == STOP_SOUND;
	case CM_ATTEN_CHAR_RSP:
		return car->behaviour.stop_at == STOP_RSP;
	case CM_SLAC_MATCH_REQ:
		return car->behaviour.stop_at == STOP_MATCH;
	}
	return false;
}

static void stop(struct ev_car *car, uint16_t mmtype)
{
	trace_event(car->trace, car->name, "stopped after %s", mme_name(mmtype));
	attempt_over(car, CAR_STOPPED);
}

static void step(struct ev_car *car, const struct slac_ev_output *item)
{
	if (item->step.state == SLAC_EV_BEFORE_START && car->behaviour.stop_at == STOP_PARM) {
		stop(car, CM_SLAC_PARM_CNF);
	} else if (item->step.state == SLAC_EV_MATCHED) {
		join(car);
	} else if (item->step.state == SLAC_EV_FAILED) {
		trace_event(car->trace, car->name, "failed: %s", item->step.text);
		attempt_over(car, CAR_FAILED);
	}
}

static void deadline_arm(struct ev_car *car)
{
	uint64_t deadline_us = slac_ev_deadline(&car->ev);
	uint64_t now_us = trace_now_us();

	if (deadline_us == SLAC_EV_NEVER) {
		evtimer_del(car->timer);
		return;
	}
	uint64_t wait_us = deadline_us > now_us ? deadline_us - now_us : 0;
	struct timeval wait = {.tv_sec = (time_t)(wait_us / US_PER_S), .tv_usec = (suseconds_t)(wait_us % US_PER_S)};
	evtimer_add(car->timer, &wait);
}

static void execute(struct ev_car *car, const struct slac_ev_outputs *out)
{
	for (size_t i = 0; i < out->count; i++) {
		const struct slac_ev_output *item = &out->items[i];
		if (item->kind == SLAC_EV_STEP) {
			step(car, item);
			continue;
		}
		if (item->kind == SLAC_EV_S2) {
			/* The pilot is another program's: it has to follow this line. */
			trace_event(car->trace, car->name, "S2 %s", item->s2.closed ? "closed" : "open");
			continue;
		}
		power_line_send(car->line, car->name, &item->frame);
		if (stops_after(car, &item->frame)) {
			stop(car, item->frame.mmtype);
			return;
		}
	}
	if (car->state == CAR_MATCHING)
		deadline_arm(car);
}

static void on_deadline(evutil_socket_t fd, short what, void *ctx)
{
	struct ev_car *car = ctx;
	struct slac_ev_outputs out;

	(void)fd;
	(void)what;
	if (car->state == CAR_JOINING) {
		join_failed(car, "no link within TT_match_join");
		return;
	}
	slac_ev_tick(&car->ev, trace_now_us(), &out);
	execute(car, &out);
}

static void trace_attenuation(const struct ev_car *car, const char *what, const uint8_t *aag_db, unsigned groups)
{
	char values[4 * SLAC_GROUPS + 1] = "";
	unsigned sum_db = 0;
	size_t len = 0;

	for (unsigned i = 0; i < groups; i++) {
		sum_db += aag_db[i];
		len += (size_t)snprintf(values + len, sizeof(values) - len, " %u", aag_db[i]);
	}
	trace_event(car->trace, car->name, "attenuation %s: mean=%.1f dB groups=%u%s%s", what,
		    groups == 0 ? 0.0 : (double)sum_db / groups, groups, groups == 0 ? "" : ":", values);
}

/* What the EVSE's modem measured and what its host makes of it. */
static void report_attenuation(const struct ev_car *car, const struct mme *mme)
{
	const struct attenuation *measured = &car->line->evse.port.measured;

	if (mme->mmtype != CM_ATTEN_CHAR_IND || !mac_equal(mme->dst, car->ev_mac))
		return;
	trace_attenuation(car, "measured", measured->aag_db, measured->num_groups);
	trace_attenuation(car, "reported", mme->atten_char_ind.aag_db, mme->atten_char_ind.num_groups);
}

void ev_car_frame(struct ev_car *car, const struct mme *mme)
{
	struct slac_ev_outputs out;

	if (car->state != CAR_MATCHING)
		return;
	report_attenuation(car, mme);
	slac_ev_frame(&car->ev, mme, trace_now_us(), &out);
	execute(car, &out);
}

static bool run_id_choose(const struct ev_car *car, uint8_t run_id[RUN_ID_LEN])
{
	switch (car->options->run_id_kind) {
	case RUN_ID_RANDOM:
		return random_fill_csprng(NULL, run_id, RUN_ID_LEN);
	case RUN_ID_MAC:
		memcpy(run_id, car->ev_mac, MAC_LEN);
		memset(run_id + MAC_LEN, 0, RUN_ID_LEN - MAC_LEN);
		return true;
	case RUN_ID_FIXED:
		memcpy(run_id, car->options->run_id, RUN_ID_LEN);
		return true;
	}
	return false;
}

bool ev_car_plug(struct ev_car *car, const struct car_behaviour *behaviour)
{
	struct slac_ev_config config = behaviour->car;
	struct slac_ev_outputs out;
	char run_id[RUN_ID_TEXT_SIZE];
	char mac[MAC_TEXT_SIZE];

	if (!run_id_choose(car, config.run_id))
		return false;
	memcpy(config.ev_mac, car->ev_mac, MAC_LEN);
	car->behaviour = *behaviour;
	ev_car_amp_map_init(car);
	trace_event(car->trace, car->name, "plugged in, mac=%s run_id=%s%s", mac_text(car->ev_mac, mac),
		    run_id_text(config.run_id, run_id), behaviour->silent ? ", silent" : "");
	car->state = behaviour->silent ? CAR_SILENT : CAR_MATCHING;
	car->starts = 0;
	slac_ev_init(&car->ev, &config, random_fill_csprng, NULL);
	if (car->state == CAR_SILENT)
		return true;
	slac_ev_start(&car->ev, trace_now_us(), &out);
	execute(car, &out);
	return true;
}

void ev_car_unplug(struct ev_car *car)
{
	if (car->state == CAR_UNPLUGGED)
		return;
	trace_event(car->trace, car->name, "unplugged");
	evtimer_del(car->timer);
	ev_car_amp_map_end(car);
	power_line_leave(car->line, car->ev_mac);
	network_key_wipe(&car->ev.key);
	car->state = CAR_UNPLUGGED;
}

void ev_car_check_link(struct ev_car *car)
{
	if ((car->state != CAR_JOINING && car->state != CAR_LINK_UP) || power_line_has_key(car->line, &car->ev.key))
		return;
	if (car->state == CAR_JOINING) {
		join_failed(car, "the EVSE's modem was given another key");
		return;
	}
	trace_event(car->trace, car->name, "link down: the EVSE's modem was given another key");
	ev_car_amp_map_end(car);
	power_line_leave(car->line, car->ev_mac);
	car->state = CAR_UNPLUGGED;
}

bool ev_car_init(struct ev_car *car, uint32_t index, const struct slac_ev_options *options, struct power_line *line,
		 struct event_base *base)
{
	*car = (struct ev_car){.options = options, .trace = line->trace, .line = line, .behaviour = options->behaviour};
	if (options->cars > 1)
		snprintf(car->name, sizeof(car->name), "EV%u", index + 1);
	else
		snprintf(car->name, sizeof(car->name), "EV");
	memcpy(car->ev_mac, options->ev_mac, MAC_LEN);
	car->ev_mac[MAC_LEN - 1] = (uint8_t)(car->ev_mac[MAC_LEN - 1] + index);
	car->timer = evtimer_new(base, on_deadline, car);
	ev_car_amp_map_init(car);
	return ev_car_amp_map_open(car, base) && car->timer != NULL;
}

void ev_car_free(struct ev_car *car)
{
	if (car->timer != NULL)
		event_free(car->timer);
	if (car->amp_map_timer != NULL)
		event_free(car->amp_map_timer);
	network_key_wipe(&car->ev.key);
}
