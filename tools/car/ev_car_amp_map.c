/* SPDX-License-Identifier: Apache-2.0 */
/* The exchange of amplitude maps, the EV's side: the state machine of the EVSE's side serves both. */
#include "tools/car/ev_car.h"

#include <string.h>

static void timer_follow(struct ev_car *car)
{
	const uint64_t deadline_us = amp_map_deadline(&car->amp_map);
	const uint64_t now_us = trace_now_us();

	evtimer_del(car->amp_map_timer);
	if (deadline_us == AMP_MAP_NEVER)
		return;
	const uint64_t wait_us = deadline_us > now_us ? deadline_us - now_us : 0;
	const struct timeval wait = {.tv_sec = (time_t)(wait_us / 1000000),
				     .tv_usec = (suseconds_t)(wait_us % 1000000)};
	evtimer_add(car->amp_map_timer, &wait);
}

static void execute(struct ev_car *car, struct amp_map_outputs *out)
{
	for (size_t i = 0; i < out->count; i++) {
		struct amp_map_output *item = &out->items[i];
		switch (item->kind) {
		case AMP_MAP_SEND:
			if (item->message.is_cnf)
				item->message.result = car->behaviour.amp_map_result;
			power_line_send_amp_map(car->line, car->name, &item->message);
			break;
		case AMP_MAP_CONFIRMED:
			trace_event(car->trace, car->name, "amplitude map confirmed");
			break;
		case AMP_MAP_NOT_CONFIRMED:
			trace_event(car->trace, car->name, "amplitude map not confirmed");
			break;
		case AMP_MAP_IGNORED:
			break;
		}
	}
	timer_follow(car);
}

static void on_due(evutil_socket_t fd, short what, void *ctx)
{
	struct ev_car *car = ctx;
	struct amp_map_outputs out;

	(void)fd;
	(void)what;
	amp_map_tick(&car->amp_map, trace_now_us(), &out);
	execute(car, &out);
}

bool ev_car_amp_map_open(struct ev_car *car, struct event_base *base)
{
	car->amp_map_timer = evtimer_new(base, on_due, car);
	return car->amp_map_timer != NULL;
}

void ev_car_amp_map_init(struct ev_car *car)
{
	struct amp_map_config config;

	amp_map_defaults(&config);
	config.initiate = car->behaviour.amp_map;
	memcpy(config.evse_mac, car->ev_mac, MAC_LEN); /* its own */
	amp_map_init(&car->amp_map, &config);
}

void ev_car_amp_map_begin(struct ev_car *car)
{
	struct amp_map_outputs out;

	amp_map_begin(&car->amp_map, car->ev.evse_mac);
	amp_map_link_up(&car->amp_map, trace_now_us(), &out);
	execute(car, &out);
}

void ev_car_amp_map_end(struct ev_car *car)
{
	amp_map_end(&car->amp_map);
	timer_follow(car);
}

void ev_car_amp_map(struct ev_car *car, const struct amp_map_mme *message)
{
	struct amp_map_outputs out;

	if (!mac_equal(message->dst, car->ev_mac))
		return;
	amp_map_frame(&car->amp_map, message, trace_now_us(), &out);
	execute(car, &out);
}
