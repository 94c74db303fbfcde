/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of the station, and what its answers mean. */
#include "tools/smart-charging/smart_charging_internal.h"

#include "service/clock.h"

#include <string.h>

/* Until a question is repeated: the first time, and at most. */
#define QUESTION_TIMEOUT_MS 2000
#define QUESTION_MAX_MS     30000

void smart_charging_ask_station(struct smart_charging *service)
{
	struct request_retry *retry = &service->question.retry;
	const bool parameters = service->boot == BOOT_PARAMETERS;

	if (retry->waiting)
		log_line(LOG_LEVEL_WARN, "The station does not answer, repeating the request. request=%s attempt=%u",
			 parameters ? "cs_parameters" : "cs_status_and_limits", retry->attempts);
	const bool sent = parameters ? charging_outbox_ask_parameters(&service->outbox, service->question.id)
				     : charging_outbox_ask_limits(&service->outbox, service->question.id);
	/* Without memory it is tried again like a request that is not answered. */
	if (!sent && !outbound_is_connected(&service->outbox.out))
		request_retry_unsent(retry);
	else
		question_sent(&service->question, QUESTION_TIMEOUT_MS, QUESTION_MAX_MS, clock_now_us());
}

void smart_charging_boot(struct smart_charging *service)
{
	if (service->boot == BOOT_DONE) {
		request_retry_end(&service->question.retry);
		smart_charging_set_state(service, API_SERVICE_READY);
		return;
	}
	request_retry_begin(&service->question.retry, clock_now_us());
	smart_charging_ask_station(service);
}

void smart_charging_ask_limits_again(struct smart_charging *service)
{
	if (service->boot == BOOT_DONE && !service->stopping)
		request_retry_begin(&service->question.retry, clock_now_us());
}

static bool is_answer(struct smart_charging *service, const struct api_charging_message *message, enum boot_phase phase)
{
	return service->boot == phase && message->type == API_RESPONSE &&
	       question_answered(&service->question, message->id);
}

/* Updates change what is known, and answers that nobody of ours has asked for, but for the boot. */
static bool is_change(const struct smart_charging *service, const struct api_charging_message *message)
{
	return message->type == API_UPDATE ||
	       (service->boot == BOOT_DONE && !question_was_asked(&service->question, message->id));
}

/* --- cs_parameters --- */

static uint32_t milli(double value)
{
	/* What is a little less than a whole number is meant to be that number. */
	const double thousandths = value * 1000 + 0.001;

	return thousandths < UINT32_MAX ? (uint32_t)thousandths : UINT32_MAX;
}

/* Which EVSEs there are, and what the core knows of them. */
static void begin_station(struct smart_charging *service)
{
	struct charging_station_evse evses[CHARGING_EVSES_MAX];
	const struct api_parameters *parameters = &service->parameters;
	struct current_limit_config config;
	size_t count = parameters->count;

	if (count > CHARGING_EVSES_MAX) {
		log_line(LOG_LEVEL_ERROR, "The station has %zu EVSEs, the first %d of them are served.", count,
			 CHARGING_EVSES_MAX);
		count = CHARGING_EVSES_MAX;
	}
	for (size_t i = 0; i < count; i++)
		evses[i] = (struct charging_station_evse){
			.is_dc = !parameters->evses[i].has_ac,
			.single_phase = parameters->evses[i].ac_single_phase,
			.voltage_mv = milli(parameters->evses[i].nominal_voltage_v),
		};
	current_limit_defaults(&config);
	charging_station_init(&service->station, &config, evses, count);
	memset(service->requests, 0, sizeof(service->requests));
	memset(service->status_ids, 0, sizeof(service->status_ids));
}

/* The same outlets in the same order, whatever else the message has. */
static bool is_same(const struct api_parameters *a, const struct api_parameters *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct api_evse_parameters *x = &a->evses[i];
		const struct api_evse_parameters *y = &b->evses[i];
		if (strcmp(x->evse_id, y->evse_id) != 0 || x->has_ac != y->has_ac ||
		    x->ac_single_phase != y->ac_single_phase || x->nominal_voltage_v != y->nominal_voltage_v)
			return false;
	}
	return true;
}

/* The EVSEs of a station that changes while it runs are those of another one: nothing is known of them. */
static void change_parameters(struct smart_charging *service, const struct api_parameters *parameters)
{
	if (is_same(&service->parameters, parameters))
		return;
	log_line(LOG_LEVEL_WARN,
		 "The station has other EVSEs than before: sessions and charging profiles are forgotten. evses=%zu",
		 parameters->count);
	api_parameters_copy(&service->parameters, parameters);
	begin_station(service);
	smart_charging_ask_limits_again(service);
}

void smart_charging_take_parameters(struct smart_charging *service, const struct api_charging_message *message)
{
	const struct api_message *told = &message->station;

	if (service->boot == BOOT_PARAMETERS && told->data.parameters.count == 0 && told->bad_count > 0)
		return; /* nothing is right: it is asked for again */
	if (is_answer(service, message, BOOT_PARAMETERS)) {
		api_parameters_copy(&service->parameters, &told->data.parameters);
		begin_station(service);
		service->boot = BOOT_LIMITS;
		smart_charging_boot(service);
	} else if (service->boot != BOOT_PARAMETERS && told->bad_count == 0 && is_change(service, message)) {
		change_parameters(service, &told->data.parameters);
	}
}

/* --- cs_status_and_limits --- */

static struct current_limit_hardware hardware_of(const struct api_evse_limits *limits, bool is_dc)
{
	struct current_limit_hardware hardware = {
		/* The second one is a part of each DC session. */
		.is_ready = limits->status_code == API_EVSE_READY ||
			    limits->status_code == API_EVSE_ISOLATION_MONITORING_ACTIVE,
		.rcd_error = limits->rcd_error,
		.is_dc = is_dc,
		.voltage_mv = milli(is_dc ? limits->dc_max_voltage_v : limits->nominal_voltage_v),
	};

	if (is_dc) {
		hardware.phase_ma[0] = milli(limits->dc_max_current_a);
		hardware.max_power_mw = (uint64_t)(limits->dc_max_power_w * 1000);
		return hardware;
	}
	for (size_t i = 0; i < 3; i++)
		hardware.phase_ma[i] = milli(limits->max_current_a[i]);
	return hardware;
}

static void give_hardware(struct smart_charging *service, size_t evse, const struct current_limit_hardware *hardware)
{
	const struct charging_station_input input = {
		.kind = CHARGING_STATION_LIMIT,
		.evse = evse,
		.limit = {.kind = CURRENT_LIMIT_HARDWARE, .hardware = *hardware},
	};

	smart_charging_give(service, &input);
}

/* An entry that cannot be read may have lowered the limit: it is no permission. */
static void take_bad_entries(struct smart_charging *service, const struct api_message *told)
{
	for (size_t i = 0; i < told->bad_count; i++) {
		const size_t evse = smart_charging_find(service, told->bad[i].evse_id);
		if (evse == CHARGING_WHOLE_STATION)
			continue;
		struct current_limit_hardware hardware = service->station.limits[evse].hardware;
		hardware.is_ready = false;
		give_hardware(service, evse, &hardware);
	}
}

static void apply_limits(struct smart_charging *service, const struct api_message *told)
{
	const struct api_limits *limits = &told->data.limits;

	for (size_t i = 0; i < limits->count; i++) {
		const size_t evse = smart_charging_find(service, limits->evses[i].evse_id);
		if (evse == CHARGING_WHOLE_STATION)
			continue;
		const struct current_limit_hardware hardware =
			hardware_of(&limits->evses[i], service->station.evses.items[evse].is_dc);
		give_hardware(service, evse, &hardware);
	}
	take_bad_entries(service, told);
}

void smart_charging_take_limits(struct smart_charging *service, const struct api_charging_message *message)
{
	const struct api_message *told = &message->station;

	if (service->boot == BOOT_LIMITS && told->data.limits.count == 0 && told->bad_count > 0)
		return;
	if (is_answer(service, message, BOOT_LIMITS)) {
		apply_limits(service, told);
		service->boot = BOOT_DONE;
		smart_charging_boot(service);
	} else if (service->boot != BOOT_PARAMETERS &&
		   (is_answer(service, message, BOOT_DONE) || is_change(service, message))) {
		apply_limits(service, told);
	}
}
