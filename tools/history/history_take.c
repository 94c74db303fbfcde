/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/history/history_take.h"

#include "mqtt/api/api_text.h"
#include "mqtt/api/telemetry/api_telemetry.h"
#include "tools/station/api_station.h"

#include <stdio.h>
#include <string.h>

struct message {
	const char *topic;
	const char *payload;
	size_t len;
	int64_t received_us;
};

_Static_assert(API_TELEMETRY_STATION_MAX <= HISTORY_STATION_SIZE, "a station's name is not cut");
_Static_assert(API_TELEMETRY_NAME_MAX <= HISTORY_NAME_SIZE, "the name of a value is not cut");
_Static_assert(API_TELEMETRY_TEXT_MAX <= HISTORY_TEXT_SIZE, "a value is not cut");
_Static_assert(API_STATION_RUN_ID_SIZE <= HISTORY_NAME_SIZE, "a run_id is not cut");
_Static_assert(API_STATION_MAC_SIZE <= HISTORY_NAME_SIZE, "a MAC is not cut");
_Static_assert(API_STATION_RECORD_SIZE <= HISTORY_TEXT_SIZE, "a record's name is not cut");

static enum history_taken refuse(const struct message *message, const char *why, struct history_row *row)
{
	struct history_refused *refused = &row->as.refused;

	row->kind = HISTORY_REFUSED;
	refused->received_us = message->received_us;
	snprintf(refused->why, sizeof(refused->why), "%s", why);
	/* A topic is UTF-8 as the broker has it, and a cut must leave it so. */
	const size_t topic_len =
		api_utf8_valid(message->topic, strlen(message->topic))
			? api_utf8_cut(message->topic, strlen(message->topic), sizeof(refused->topic) - 1)
			: 0;
	memcpy(refused->topic, message->topic, topic_len);
	refused->topic[topic_len] = '\0';
	refused->len = message->len < sizeof(refused->payload) ? message->len : sizeof(refused->payload);
	memcpy(refused->payload, message->payload, refused->len);
	return HISTORY_TAKEN_REFUSED;
}

static enum history_taken refuse_payload(const struct message *message, const struct api_error *error,
					 enum api_result result, struct history_row *row)
{
	char why[HISTORY_WHY_SIZE];

	if (result == API_TOO_LARGE)
		return refuse(message, "too many octets", row);
	if (error->member[0] != '\0')
		snprintf(why, sizeof(why), "%.31s: %.95s: expected %.191s", error->name, error->member,
			 error->expected);
	else
		snprintf(why, sizeof(why), "%s%sexpected %s", error->name, error->name[0] != '\0' ? ": " : "",
			 error->expected);
	return refuse(message, why, row);
}

/* --- telemetry --- */

static enum history_taken take_telemetry(const struct message *message, struct history_row *row)
{
	struct api_telemetry_topic topic;
	struct api_telemetry_sample sample;
	struct api_error error = {0};

	if (message->len == 0)
		return HISTORY_TAKEN_NOT;
	if (!api_telemetry_topic_read(message->topic, &topic))
		return refuse(message, "topic: expected the levels of station, outlet and value at its end", row);
	const enum api_result result = api_telemetry_parse(topic.kind, message->payload, message->len, &sample, &error);
	if (result == API_IGNORED)
		return HISTORY_TAKEN_NOT;
	if (result != API_OK) {
		snprintf(error.name, sizeof(error.name), "%s", topic.name);
		return refuse_payload(message, &error, result, row);
	}

	struct history_telemetry *telemetry = &row->as.telemetry;
	row->kind = HISTORY_TELEMETRY;
	telemetry->sampling_us = sample.sampling_ms * 1000;
	telemetry->has_number = sample.value.type == API_TELEMETRY_NUMBER;
	telemetry->number = sample.value.number;
	telemetry->has_text = sample.value.type == API_TELEMETRY_TEXT;
	memcpy(telemetry->text, sample.value.text, sizeof(sample.value.text));
	memcpy(telemetry->station, topic.station, sizeof(topic.station));
	memcpy(telemetry->evse_id, topic.evse_id, sizeof(topic.evse_id));
	memcpy(telemetry->name, topic.name, sizeof(topic.name));
	return HISTORY_TAKEN;
}

/* --- statuses --- */

static bool is_of_status(const struct api_error *error)
{
	return strcmp(error->name, "slac_service_status") == 0 || strcmp(error->name, "slac_status") == 0;
}

static void write_status(const struct message *message, const struct api_station_message *told, struct history_row *row)
{
	const struct api_station_slac_status *slac = &told->data.slac_status;
	struct history_status *status = &row->as.status;

	row->kind = HISTORY_STATUS;
	status->received_us = message->received_us;
	status->sampling_us = slac->has_sampling_time ? slac->sampling_ms * 1000 : message->received_us;
	status->has_attenuation = slac->has_attenuation;
	status->attenuation_db = slac->attenuation_ddb / 10.0;
	memcpy(status->message_id, told->id, sizeof(told->id));
	memcpy(status->evse_id, slac->evse_id, sizeof(slac->evse_id));
	snprintf(status->status, sizeof(status->status), "%s", api_texts_word(&api_texts_slac_state, slac->state));
	memcpy(status->reason, slac->reason, sizeof(slac->reason));
	memcpy(status->run_id, slac->run_id, sizeof(slac->run_id));
	memcpy(status->ev_mac, slac->ev_mac, sizeof(slac->ev_mac));
	memcpy(status->record, slac->record, sizeof(slac->record));
}

static enum history_taken take_status(const struct history_filter *filter, const struct message *message,
				      struct history_row *row)
{
	struct api_station_message told;
	struct api_error error = {0};
	const enum api_result result = api_station_parse(message->payload, message->len, &told, &error);

	if (result == API_IGNORED || (result == API_INVALID && !is_of_status(&error)) ||
	    (result == API_OK && told.kind != API_STATION_SLAC_STATUS))
		return HISTORY_TAKEN_NOT;
	if (result != API_OK)
		return refuse_payload(message, &error, result, row);
	if (told.id[0] == '\0')
		return refuse(
			message,
			"slac_service_status: id: expected a text of 1 to 63 octets, by which it is known when it comes again",
			row);
	if (!history_filter_station(filter, message->topic, row->as.status.station))
		return refuse(message, "topic: expected a station's name of 1 to 63 octets", row);
	write_status(message, &told, row);
	return HISTORY_TAKEN;
}

enum history_taken history_take(const struct history_filters *filters, const char *topic, const char *payload,
				size_t len, int64_t received_us, struct history_row *row)
{
	const struct history_filter *filter = history_filters_find(filters, topic);
	const struct message message = {topic, payload, len, received_us};

	if (filter == NULL)
		return HISTORY_TAKEN_STRAY;
	return filter->is_status ? take_status(filter, &message, row) : take_telemetry(&message, row);
}
