/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/ev_car.h"

#include <stdio.h>
#include <string.h>

/* C_EV_start_atten_char_inds */
#define START_ATTEN_CHARS 3
#define US_PER_S	  1000000u

static void attempt_over(struct ev_car *car, enum ev_car_state state)
{
	car->state = state;
	evtimer_del(car->timer);
	if (car->ended != NULL)
		car->ended(car->ctx);
}

/* After the match the car gives its modem the key; the modems then hear each other if the keys are the same.
 */
static void join(struct ev_car *car)
{
	bool same = power_line_has_key(car->line, &car->ev.key);
	char evse[MAC_TEXT_SIZE];
	char nid[NID_TEXT_SIZE];

	trace_event(car->trace, car->name, "matched with %s, nid=%s", mac_text(car->ev.evse_mac, evse),
		    nid_text(car->ev.key.nid, nid));
	if (same)
		trace_event(car->trace, car->name, "link up");
	else
		trace_event(car->trace, car->name, "link: keys differ%s",
			    car->line->evse.modem.has_key ? "" : " (the EVSE's modem was given none)");
	attempt_over(car, same ? CAR_LINK_UP : CAR_KEYS_DIFFER);
}

/* True when this was the last message of a car that shall stop. */
static bool stops_after(struct ev_car *car, const struct mme *mme)
{
	switch (mme->mmtype) {
	case CM_START_ATTEN_CHAR_IND:
		return ++car->starts == START_ATTEN_CHARS && car->options->stop_at == STOP_START;
	case CM_MNBC_SOUND_IND:
		return mme->mnbc_sound_ind.cnt == 0 && car->options->stop_at == STOP_SOUND;
	case CM_ATTEN_CHAR_RSP:
		return car->options->stop_at == STOP_RSP;
	case CM_SLAC_MATCH_REQ:
		return car->options->stop_at == STOP_MATCH;
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
	if (item->step.state == SLAC_EV_BEFORE_START && car->options->stop_at == STOP_PARM) {
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
	struct timeval wait = {.tv_sec = (time_t)(wait_us / US_PER_S),
			       .tv_usec = (suseconds_t)(wait_us % US_PER_S)};
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
	slac_ev_tick(&car->ev, trace_now_us(), &out);
	execute(car, &out);
}

void ev_car_frame(struct ev_car *car, const struct mme *mme)
{
	struct slac_ev_outputs out;

	if (car->state != CAR_MATCHING)
		return;
	slac_ev_frame(&car->ev, mme, trace_now_us(), &out);
	execute(car, &out);
}

static bool run_id_choose(struct ev_car *car)
{
	uint8_t *run_id = car->config.run_id;

	switch (car->options->run_id_kind) {
	case RUN_ID_RANDOM:
		return random_fill_csprng(NULL, run_id, RUN_ID_LEN);
	case RUN_ID_MAC:
		memcpy(run_id, car->config.ev_mac, MAC_LEN);
		memset(run_id + MAC_LEN, 0, RUN_ID_LEN - MAC_LEN);
		return true;
	case RUN_ID_FIXED:
		return true;
	}
	return false;
}

bool ev_car_plug(struct ev_car *car)
{
	struct slac_ev_outputs out;
	char run_id[RUN_ID_TEXT_SIZE];
	char mac[MAC_TEXT_SIZE];

	if (!run_id_choose(car))
		return false;
	trace_event(car->trace, car->name, "plugged in, mac=%s run_id=%s%s",
		    mac_text(car->config.ev_mac, mac), run_id_text(car->config.run_id, run_id),
		    car->options->silent ? ", silent" : "");
	car->state = car->options->silent ? CAR_SILENT : CAR_MATCHING;
	car->starts = 0;
	slac_ev_init(&car->ev, &car->config, random_fill_csprng, NULL);
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
	network_key_wipe(&car->ev.key);
	car->state = CAR_UNPLUGGED;
}

void ev_car_check_link(struct ev_car *car)
{
	if (car->state != CAR_LINK_UP || power_line_has_key(car->line, &car->ev.key))
		return;
	trace_event(car->trace, car->name, "link down: the EVSE's modem was given another key");
	car->state = CAR_UNPLUGGED;
}

bool ev_car_init(struct ev_car *car, uint32_t index, const struct slac_ev_options *options,
		 struct power_line *line, struct event_base *base)
{
	*car = (struct ev_car){
		.options = options, .trace = line->trace, .line = line, .config = options->car};
	if (options->cars > 1)
		snprintf(car->name, sizeof(car->name), "EV%u", index + 1);
	else
		snprintf(car->name, sizeof(car->name), "EV");
	car->config.ev_mac[MAC_LEN - 1] = (uint8_t)(car->config.ev_mac[MAC_LEN - 1] + index);
	car->timer = evtimer_new(base, on_deadline, car);
	return car->timer != NULL;
}

void ev_car_free(struct ev_car *car)
{
	if (car->timer != NULL)
		event_free(car->timer);
	network_key_wipe(&car->ev.key);
}
