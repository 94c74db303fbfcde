/* SPDX-License-Identifier: Apache-2.0 */
/* Any octets as a payload, in both directions and as a data file; what is read must satisfy the header's
 * promises. */
#include "mqtt/api/api_charging.h"
#include "mqtt/api/everest/everest_api.h"
#include "tools/station/api_station.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_message(const struct api_message *message)
{
	if ((!message->id[0] && message->type != API_UPDATE) || strlen(message->id) >= API_ID_MAX)
		abort();
	if (message->kind == API_CS_PARAMETERS && message->data.parameters.count > API_EVSES_MAX)
		abort();
	if (message->bad_count > API_EVSES_MAX)
		abort();
	for (size_t i = 0; i < message->bad_count; i++)
		if (!message->bad[i].member[0] || !message->bad[i].expected[0])
			abort();
	for (size_t i = 0; message->kind == API_CS_STATUS_AND_LIMITS && i < message->data.limits.count; i++) {
		const double *current_a = message->data.limits.evses[i].max_current_a;
		for (size_t phase = 0; phase < 3; phase++)
			if (!(current_a[phase] >= 0 && current_a[phase] <= 1000))
				abort();
	}
}

static void check_charging_message(const struct api_charging_message *message)
{
	if ((!message->id[0] && message->type != API_UPDATE) || (message->is_refused && !message->fault.member[0]))
		abort();
	if (message->kind == API_CHARGING_LIMITS && message->station.data.limits.count > API_EVSES_MAX)
		abort();
	for (size_t i = 0; message->kind == API_CHARGING_SET_PROFILE && i < API_CHARGING_SCHEDULES_MAX; i++) {
		const struct api_profile_schedule *schedule = &message->data.set_profile.profile.schedules[i];
		for (size_t period = 0; period < API_CHARGING_PERIODS_MAX; period++)
			if (!(schedule->periods[period].limit >= 0 && schedule->periods[period].limit <= 4000000))
				abort();
	}
}

static void parse_charging(const char *text, size_t size)
{
	static struct api_charging_message message;
	struct api_error error;
	const unsigned from = size % 15 + 1;
	const enum api_result result = api_charging_parse(text, size, from, &message, &error);
	const enum api_look look = api_charging_look(text, size, from, NULL);

	if (result == API_OK)
		check_charging_message(&message);
	if ((result == API_OK || result == API_INVALID || result == API_ELSEWHERE) && look == API_LOOK_FOREIGN)
		abort();
}

/* The octets as a payload of each of EVerest's messages, and as a topic. */
static void take_everest(const char *text, size_t size)
{
	static struct everest_message message;
	struct everest_topic topic = {.kind = (enum everest_kind)(size % EVEREST_KINDS)};
	struct api_error error;
	char name[EVEREST_TOPIC_MAX];

	if (everest_parse(&topic, text, size, &message, &error) != API_OK && error.expected[0] == '\0')
		abort();
	for (size_t i = 0; topic.kind == EVEREST_MODULES && i < message.module_count; i++)
		if (!everest_take_module(name, message.modules[i].id))
			abort();
	snprintf(name, sizeof(name), "%.*s", (int)(size < sizeof(name) ? size : sizeof(name) - 1), text);
	if (everest_topic_read("p/", "reply", name, &topic) && strlen(topic.module) >= EVEREST_MODULE_MAX)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct api_message message;
	static struct api_station_message station;
	static struct api_parameters parameters;
	static struct api_limits limits;
	static char out[2 * API_PAYLOAD_MAX];
	struct api_error error;
	const char *text = (const char *)data;

	/* Whose topic it is heard on is in the length, so that an input says it, too. */
	const unsigned from = size % 7 + 1;
	switch (api_parse(text, size, from, &message, &error)) {
	case API_OK:
		check_message(&message);
		/* fall through */
	case API_INVALID:
	case API_ELSEWHERE:
		if (api_look(text, size, from, NULL) == API_LOOK_FOREIGN)
			abort();
		break;
	default:
		api_look(text, size, from, "0123456789ab");
		break;
	}
	parse_charging(text, size);
	take_everest(text, size);
	api_station_parse(text, size, &station, &error);
	api_parse_parameters_data(text, size, &parameters, &error);
	api_parse_limits_data(text, size, &limits, &error);
	api_station_build_data(out, sizeof(out), "1", "cs_parameters", API_RESPONSE, text, size);
	return 0;
}
