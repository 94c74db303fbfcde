/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/smart-charging/smart_charging_internal.h"

#include "service/clock.h"
#include "service/timer.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

/* How long smart_charging_free waits for the broker to take the last messages. */
#define STOP_TIMEOUT_MS 1000

struct charging_time smart_charging_now(void)
{
	return (struct charging_time){.monotonic_us = clock_now_us(), .wall_us = (int64_t)clock_wall_us()};
}

/* --- what the core wants --- */

static const char *id_of(const struct smart_charging *service, size_t evse)
{
	return service->parameters.evses[evse].evse_id;
}

/* False: it was not handed over. */
static bool ask_for_current(struct smart_charging *service, size_t evse, const struct current_limit_output *output)
{
	struct pilot_requests *requests = &service->requests[evse];
	const size_t place = output->number % REQUESTS_KEPT;

	requests->numbers[place] = output->number;
	if (charging_outbox_ask_current(&service->outbox, evse, id_of(service, evse), output->current_da,
					requests->ids[place]))
		return true;
	requests->ids[place][0] = '\0';
	return false;
}

static bool carry_out(struct smart_charging *service, const struct charging_station_effect *effect)
{
	const struct current_limit_output *output = &effect->output;
	const char *evse_id = id_of(service, effect->evse);

	switch (output->kind) {
	case CURRENT_LIMIT_CP_PWM:
		return ask_for_current(service, effect->evse, output);
	case CURRENT_LIMIT_CHARGE_LIMIT:
		charging_outbox_tell_limit(&service->outbox, evse_id, output->unit, output->limit);
		break;
	case CURRENT_LIMIT_REFUSED:
		log_line(LOG_LEVEL_WARN, "The station refuses the current, it is asked for again. evse_id=%s", evse_id);
		break;
	case CURRENT_LIMIT_NO_ANSWER:
		log_line(LOG_LEVEL_WARN, "The station does not answer cp_pwm, it is asked for again. evse_id=%s",
			 evse_id);
		break;
	}
	return true;
}

void smart_charging_act(struct smart_charging *service)
{
	bool unsent[CHARGING_EVSES_MAX] = {false};

	for (size_t i = 0; i < service->effects.count; i++) {
		const struct charging_station_effect *effect = &service->effects.items[i];
		unsent[effect->evse] |= !carry_out(service, effect);
	}
	for (size_t i = 0; i < CHARGING_EVSES_MAX; i++) {
		const struct charging_station_input input = {
			.kind = CHARGING_STATION_LIMIT,
			.evse = i,
			.limit = {.kind = CURRENT_LIMIT_NOT_SENT,
				  .active = outbound_is_connected(&service->outbox.out)},
		};
		/* It is tried again later, so that this ends. */
		if (unsent[i])
			smart_charging_give(service, &input);
	}
}

void smart_charging_give(struct smart_charging *service, const struct charging_station_input *input)
{
	charging_station_input(&service->station, input, smart_charging_now(), &service->effects);
	smart_charging_act(service);
}

/* --- time --- */

static void tick(struct smart_charging *service)
{
	const struct charging_station_input input = {.kind = CHARGING_STATION_TICK};

	smart_charging_give(service, &input);
}

void smart_charging_arm(struct smart_charging *service)
{
	const struct charging_station_next next = charging_station_next(&service->station);
	uint64_t due_us = request_retry_deadline(&service->question.retry);

	if (next.monotonic_us < due_us)
		due_us = next.monotonic_us;
	timer_arm(service->timer, service->stopping ? TIMER_NEVER : due_us);
	wall_timer_arm(service->wall_timer, service->stopping ? WALL_TIMER_NEVER : next.wall_s);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	struct smart_charging *service = context;

	(void)fd;
	(void)what;
	if (request_retry_due(&service->question.retry, clock_now_us()))
		smart_charging_ask_station(service);
	tick(service);
	smart_charging_arm(service);
}

static void on_wall_time(void *context)
{
	struct smart_charging *service = context;

	tick(service);
	smart_charging_arm(service);
}

/* --- the service's own state --- */

void smart_charging_tell_changed(const struct smart_charging *service)
{
	if (service->changed != NULL)
		service->changed(service->changed_context);
}

void smart_charging_set_state(struct smart_charging *service, enum api_service_state state)
{
	service->state = state;
	log_line(LOG_LEVEL_INFO, "Service status. status=%s", api_service_state_text(state));
	charging_outbox_service_status(&service->outbox, state);
	smart_charging_tell_changed(service);
}

void smart_charging_observe(struct smart_charging *service, void (*changed)(void *context), void *context)
{
	service->changed = changed;
	service->changed_context = context;
	smart_charging_tell_changed(service);
}

enum api_service_state smart_charging_state(const struct smart_charging *service)
{
	return service->state;
}

void smart_charging_describe(const struct smart_charging *service, char *out, size_t size)
{
	static const char *const awaited[] = {[BOOT_PARAMETERS] = ", the station has not told cs_parameters",
					      [BOOT_LIMITS] = ", the station has not told cs_status_and_limits",
					      [BOOT_DONE] = ""};

	snprintf(out, size, "%s: %zu EVSEs, %zu charging profiles%s%s", api_service_state_text(service->state),
		 service->station.evses.count, service->station.profiles.count, awaited[service->boot],
		 outbound_is_connected(&service->outbox.out) ? "" : ", no connection to the MQTT broker");
}

/* --- begin and end --- */

static void forget(struct smart_charging *service)
{
	wall_timer_free(service->wall_timer);
	if (service->timer != NULL)
		event_free(service->timer);
	free(service);
}

struct smart_charging *smart_charging_new(struct event_base *base, const struct smart_charging_options *options)
{
	struct smart_charging *service = calloc(1, sizeof(*service));
	struct current_limit_config config;

	if (service == NULL)
		return NULL;
	service->base = base;
	service->options = options;
	service->inbound_log.direction = "Inbound";
	request_retry_end(&service->question.retry);
	charging_outbox_init(&service->outbox, options);
	current_limit_defaults(&config);
	charging_station_init(&service->station, &config, NULL, 0);
	service->timer = evtimer_new(base, on_timer, service);
	service->wall_timer = wall_timer_new(base, on_wall_time, service);
	if (service->timer != NULL && service->wall_timer != NULL)
		return service;
	log_line(LOG_LEVEL_ERROR, "The timers cannot be made: %s", strerror(errno));
	forget(service);
	return NULL;
}

bool smart_charging_start(struct smart_charging *service)
{
	if (!smart_charging_open_broker(service))
		return false;
	smart_charging_set_state(service, API_SERVICE_STARTING);
	smart_charging_boot(service);
	smart_charging_arm(service);
	return true;
}

void smart_charging_begin_stop(struct smart_charging *service)
{
	service->stopping = true;
	smart_charging_set_state(service, API_SERVICE_STOPPING);
	smart_charging_arm(service);
	event_base_loopbreak(service->base);
}

void smart_charging_free(struct smart_charging *service)
{
	if (service == NULL)
		return;
	if (service->outbox.out.broker != NULL && !broker_stop(service->outbox.out.broker, STOP_TIMEOUT_MS))
		log_line(LOG_LEVEL_WARN, "The MQTT broker did not take the last messages in time.");
	forget(service);
}
