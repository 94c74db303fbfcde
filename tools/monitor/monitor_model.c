/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/monitor/monitor_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct monitor *monitor_new(const char *const *names, size_t count)
{
	struct monitor *monitor = calloc(1, sizeof(*monitor));

	if (monitor == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++)
		monitor->stations[i].name = names[i];
	monitor->station_count = count;
	monitor->change = 1; /* whoever has seen nothing has seen change 0 */
	return monitor;
}

void monitor_free(struct monitor *monitor)
{
	if (monitor == NULL)
		return;
	for (size_t i = 0; i < monitor->outlet_count; i++)
		free(monitor->outlets[i]);
	free(monitor);
}

/* --- the table of outlets --- */

static int compare(const struct monitor_outlet *outlet, size_t station, const char *evse_id)
{
	if (outlet->station != station)
		return outlet->station < station ? -1 : 1;
	return strcmp(outlet->evse_id, evse_id);
}

/* Where the outlet is, or would be. */
static size_t find_place(const struct monitor *monitor, size_t station, const char *evse_id)
{
	size_t low = 0;
	size_t high = monitor->outlet_count;

	while (low < high) {
		const size_t middle = (low + high) / 2;
		if (compare(monitor->outlets[middle], station, evse_id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct monitor_outlet *find_outlet(const struct monitor *monitor, size_t station, const char *evse_id)
{
	const size_t place = find_place(monitor, station, evse_id);

	if (place < monitor->outlet_count && compare(monitor->outlets[place], station, evse_id) == 0)
		return monitor->outlets[place];
	return NULL;
}

/* The outlet, a new one where it was not heard of before; NULL, and counted, where there is no room. */
static struct monitor_outlet *take_outlet(struct monitor *monitor, size_t station, const char *evse_id)
{
	const size_t place = find_place(monitor, station, evse_id);
	struct monitor_outlet *outlet = find_outlet(monitor, station, evse_id);

	if (outlet != NULL)
		return outlet;
	outlet = monitor->outlet_count < MONITOR_OUTLETS_MAX ? calloc(1, sizeof(*outlet)) : NULL;
	if (outlet == NULL) {
		monitor->no_room++;
		monitor->change++;
		return NULL;
	}
	outlet->station = station;
	snprintf(outlet->evse_id, sizeof(outlet->evse_id), "%s", evse_id);
	for (size_t i = monitor->outlet_count++; i > place; i--)
		monitor->outlets[i] = monitor->outlets[i - 1];
	monitor->outlets[place] = outlet;
	outlet->change = ++monitor->change;
	return outlet;
}

/* For what slacd says: how it ends with an outlet that the station has taken away must not bring that back. */
static struct monitor_outlet *take_outlet_of_slacd(struct monitor *monitor, size_t station, const char *evse_id)
{
	return monitor->stations[station].has_parameters ? find_outlet(monitor, station, evse_id)
							 : take_outlet(monitor, station, evse_id);
}

static void note_change(struct monitor *monitor, struct monitor_outlet *outlet)
{
	outlet->change = ++monitor->change;
}

/* What is shown of it is not from before the connection broke any more. */
static void note_heard(struct monitor *monitor, struct monitor_outlet *outlet)
{
	if (outlet->connection == monitor->connection)
		return;
	outlet->connection = monitor->connection;
	note_change(monitor, outlet);
}

/* --- what slacd says --- */

static void take_service(struct monitor *monitor, size_t index, const struct api_station_service_status *service,
			 uint64_t now_ms)
{
	struct monitor_station *station = &monitor->stations[index];

	if (strcmp(service->service, API_SERVICE) != 0)
		return;
	/* An answer repeats what is known. */
	if (station->has_service && station->service.state == service->state &&
	    strcmp(station->service.software_version, service->software_version) == 0)
		return;
	station->has_service = true;
	station->service = *service;
	station->service_at_ms = now_ms;
	monitor->change++;
	if (service->state != API_SERVICE_STARTING)
		return;
	/* It knows nothing of the sessions of the process before. */
	for (size_t i = 0; i < monitor->outlet_count; i++) {
		if (monitor->outlets[i]->station != index || !monitor->outlets[i]->has_slac)
			continue;
		monitor->outlets[i]->has_slac = false;
		note_change(monitor, monitor->outlets[i]);
	}
}

static bool is_same_status(const struct api_station_slac_status *one, const struct api_station_slac_status *other)
{
	return one->state == other->state && strcmp(one->run_id, other->run_id) == 0 &&
	       strcmp(one->reason, other->reason) == 0 && strcmp(one->ev_mac, other->ev_mac) == 0 &&
	       one->has_attenuation == other->has_attenuation && one->attenuation_ddb == other->attenuation_ddb &&
	       strcmp(one->record, other->record) == 0;
}

static void take_slac(struct monitor *monitor, size_t station, const struct api_station_slac_status *status,
		      uint64_t now_ms)
{
	struct monitor_outlet *outlet = take_outlet_of_slacd(monitor, station, status->evse_id);

	if (outlet == NULL)
		return;
	note_heard(monitor, outlet);
	/* A message whose acknowledgement was lost comes twice. */
	if (outlet->has_slac && is_same_status(&outlet->slac, status))
		return;
	outlet->has_slac = true;
	outlet->slac = *status;
	outlet->slac_at_ms = now_ms;
	if (status->state != API_SLAC_MATCHING)
		outlet->verdicts[outlet->verdict_count++ % MONITOR_VERDICTS_MAX] =
			(struct monitor_verdict){.at_ms = now_ms, .status = *status};
	note_change(monitor, outlet);
}

static void take_request(struct monitor *monitor, size_t station, const char *id, const struct api_cp_pwm *request,
			 uint64_t now_ms)
{
	struct monitor_outlet *outlet = take_outlet_of_slacd(monitor, station, request->evse_id);

	if (outlet == NULL)
		return;
	outlet->has_request = true;
	outlet->request = *request;
	snprintf(outlet->request_id, sizeof(outlet->request_id), "%s", id);
	outlet->answer = MONITOR_ANSWER_NONE;
	outlet->answer_info[0] = '\0';
	outlet->request_at_ms = now_ms;
	note_change(monitor, outlet);
}

static void take_from_slacd(struct monitor *monitor, size_t station, const struct api_station_message *message,
			    uint64_t now_ms)
{
	switch (message->kind) {
	case API_STATION_SERVICE_STATUS:
		take_service(monitor, station, &message->data.service_status, now_ms);
		break;
	case API_STATION_SLAC_STATUS:
		take_slac(monitor, station, &message->data.slac_status, now_ms);
		break;
	case API_STATION_CP_PWM:
		take_request(monitor, station, message->id, &message->data.cp_pwm, now_ms);
		break;
	default:
		break;
	}
}

/* --- what the station says --- */

static bool is_named(const struct api_message *message, const char *evse_id)
{
	return api_parameters_find(&message->data.parameters, evse_id) != NULL || api_message_is_bad(message, evse_id);
}

static void remove_unnamed(struct monitor *monitor, size_t station, const struct api_message *message)
{
	size_t kept = 0;

	for (size_t i = 0; i < monitor->outlet_count; i++) {
		struct monitor_outlet *outlet = monitor->outlets[i];
		if (outlet->station != station || is_named(message, outlet->evse_id))
			monitor->outlets[kept++] = outlet;
		else
			free(outlet);
	}
	if (kept < monitor->outlet_count)
		monitor->gone_change = ++monitor->change;
	monitor->outlet_count = kept;
}

static void take_parameters(struct monitor *monitor, size_t station, const struct api_message *message)
{
	monitor->stations[station].has_parameters = true;
	remove_unnamed(monitor, station, message);
	for (size_t i = 0; i < message->data.parameters.count; i++) {
		const struct api_evse_parameters *evse = &message->data.parameters.evses[i];
		struct monitor_outlet *outlet = take_outlet(monitor, station, evse->evse_id);
		if (outlet == NULL || strcmp(outlet->network_interface, evse->network_interface) == 0)
			continue;
		memcpy(outlet->network_interface, evse->network_interface, sizeof(outlet->network_interface));
		note_change(monitor, outlet);
	}
}

static bool is_same_limit(const struct api_evse_limits *one, const struct api_evse_limits *other)
{
	for (size_t i = 0; i < 3; i++)
		if (one->max_current_a[i] < other->max_current_a[i] || one->max_current_a[i] > other->max_current_a[i])
			return false;
	return one->status_code == other->status_code && one->has_ac == other->has_ac &&
	       one->rcd_error == other->rcd_error;
}

static void take_limits(struct monitor *monitor, size_t station, const struct api_limits *limits)
{
	for (size_t i = 0; i < limits->count; i++) {
		struct monitor_outlet *outlet = take_outlet(monitor, station, limits->evses[i].evse_id);
		if (outlet == NULL || (outlet->has_limits && is_same_limit(&outlet->limits, &limits->evses[i])))
			continue;
		outlet->has_limits = true;
		outlet->limits = limits->evses[i];
		note_change(monitor, outlet);
	}
}

static bool is_same_pilot(const struct api_cp_status *one, const struct api_cp_status *other)
{
	return one->state == other->state && one->has_duty_cycle == other->has_duty_cycle &&
	       !(one->duty_cycle_percent < other->duty_cycle_percent) &&
	       !(one->duty_cycle_percent > other->duty_cycle_percent);
}

static void take_pilot(struct monitor *monitor, size_t station, const struct api_cp_status *pilot, uint64_t now_ms)
{
	struct monitor_outlet *outlet = take_outlet(monitor, station, pilot->evse_id);

	if (outlet == NULL)
		return;
	note_heard(monitor, outlet);
	if (outlet->has_pilot && is_same_pilot(&outlet->pilot, pilot))
		return;
	outlet->has_pilot = true;
	outlet->pilot = *pilot;
	outlet->pilot_at_ms = now_ms;
	note_change(monitor, outlet);
}

/* The answer to the last request that was heard; any other one says nothing of the pilot as it is. */
static void take_answer(struct monitor *monitor, size_t station, const char *id,
			const struct api_cp_pwm_response *response)
{
	static const enum monitor_answer answers[] = {[API_CP_PWM_VALID] = MONITOR_ANSWER_VALID,
						      [API_CP_PWM_INVALID] = MONITOR_ANSWER_INVALID,
						      [API_CP_PWM_ERROR] = MONITOR_ANSWER_ERROR};
	struct monitor_outlet *outlet = find_outlet(monitor, station, response->evse_id);

	if (outlet == NULL || !outlet->has_request || strcmp(outlet->request_id, id) != 0)
		return;
	outlet->answer = answers[response->status];
	snprintf(outlet->answer_info, sizeof(outlet->answer_info), "%s", response->info);
	note_change(monitor, outlet);
}

static void take_from_station(struct monitor *monitor, size_t station, uint64_t now_ms)
{
	const struct api_message *message = &monitor->message;

	switch (message->kind) {
	case API_CS_PARAMETERS:
		take_parameters(monitor, station, message);
		break;
	case API_CS_STATUS_AND_LIMITS:
		take_limits(monitor, station, &message->data.limits);
		break;
	case API_CP_STATUS:
		take_pilot(monitor, station, &message->data.cp_status, now_ms);
		break;
	case API_CP_PWM:
		take_answer(monitor, station, message->id, &message->data.cp_pwm);
		break;
	default:
		break;
	}
}

/* --- messages --- */

static void note_unread(struct monitor *monitor, size_t station, enum monitor_from from, const struct api_error *error)
{
	const bool is_one = monitor->station_count == 1;

	monitor->unread++;
	snprintf(monitor->unread_why, sizeof(monitor->unread_why), "%s%s%s: %s%s%s%sexpected %s",
		 from == MONITOR_FROM_SLACD ? "slacd" : "the station", is_one ? "" : " of ",
		 is_one ? "" : monitor->stations[station].name, error->name, error->name[0] != '\0' ? ": " : "",
		 error->member, error->member[0] != '\0' ? ": " : "", error->expected);
	monitor->change++;
}

void monitor_take(struct monitor *monitor, size_t station, enum monitor_from from, const char *payload, size_t len,
		  uint64_t now_ms)
{
	struct api_error error = {.expected = "a message that is not too large"};
	struct api_station_message of_slacd;
	enum api_result result;

	if (from == MONITOR_FROM_SLACD)
		result = api_station_parse(payload, len, &of_slacd, &error);
	else
		result = api_parse(payload, len, API_FROM_STATION, &monitor->message, &error);
	if (result == API_OK && from == MONITOR_FROM_SLACD)
		take_from_slacd(monitor, station, &of_slacd, now_ms);
	else if (result == API_OK)
		take_from_station(monitor, station, now_ms);
	else if (result != API_IGNORED)
		note_unread(monitor, station, from, &error);
}

void monitor_take_too_large(struct monitor *monitor, uint64_t total)
{
	monitor->unread += total - monitor->too_large;
	monitor->too_large = total;
	snprintf(monitor->unread_why, sizeof(monitor->unread_why), "somebody at the broker: expected at most %d octets",
		 API_PAYLOAD_MAX);
	monitor->change++;
}

void monitor_take_connected(struct monitor *monitor, uint64_t now_ms)
{
	monitor->is_connected = true;
	monitor->connection++;
	monitor->broker_reason[0] = '\0';
	monitor->broker_at_ms = now_ms;
	monitor->change++;
}

void monitor_take_disconnected(struct monitor *monitor, const char *reason, uint64_t now_ms)
{
	/* With another reason it is still away since then. */
	if (monitor->is_connected || monitor->broker_at_ms == 0)
		monitor->broker_at_ms = now_ms;
	monitor->is_connected = false;
	snprintf(monitor->broker_reason, sizeof(monitor->broker_reason), "%s", reason);
	monitor->change++;
}

/* --- questions --- */

bool monitor_outlet_has_vehicle(const struct monitor_outlet *outlet)
{
	return !outlet->has_pilot || (outlet->pilot.state != API_CP_A1 && outlet->pilot.state != API_CP_A2);
}

size_t monitor_outlet_verdicts(const struct monitor_outlet *outlet)
{
	return outlet->verdict_count < MONITOR_VERDICTS_MAX ? (size_t)outlet->verdict_count : MONITOR_VERDICTS_MAX;
}

const struct monitor_verdict *monitor_outlet_verdict(const struct monitor_outlet *outlet, size_t age)
{
	return &outlet->verdicts[(outlet->verdict_count - 1 - age) % MONITOR_VERDICTS_MAX];
}
