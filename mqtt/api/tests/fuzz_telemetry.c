/* SPDX-License-Identifier: Apache-2.0 */
/* Any octets as a topic and as a payload of telemetry. The first one says which kind the payload is of. */
#include "mqtt/api/api_text.h"
#include "mqtt/api/telemetry/api_telemetry.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_text(const char *text, size_t size)
{
	const size_t len = strnlen(text, size);

	check(len < size && api_utf8_valid(text, len) && api_text_printable(text, len));
}

/* What is read of a topic is what the same end of a topic is made of. */
static void take_topic(const char *text, size_t len)
{
	struct api_telemetry_topic topic;
	char whole[2 * API_TELEMETRY_TOPIC_MAX];
	char again[API_TELEMETRY_TOPIC_MAX];

	snprintf(whole, sizeof(whole), "%.*s", (int)len, text);
	(void)api_telemetry_prefix_is_valid(whole);
	if (!api_telemetry_topic_read(whole, &topic))
		return;
	check_text(topic.station, sizeof(topic.station));
	check_text(topic.evse_id, sizeof(topic.evse_id));
	check(topic.station[0] != '\0' && topic.evse_id[0] != '\0');
	if (topic.kind == API_TELEMETRY_UNKNOWN)
		return;
	const size_t made = api_telemetry_topic(again, sizeof(again), topic.station, topic.evse_id, topic.kind);
	check(made > 0 && made <= strlen(whole) && strcmp(whole + strlen(whole) - made, again) == 0);
}

static void take_payload(enum api_telemetry_kind kind, const char *text, size_t len)
{
	struct api_telemetry_sample sample;
	struct api_telemetry_sample again;
	struct api_error error;
	char built[API_TELEMETRY_BUILD_MAX];
	const enum api_result result = api_telemetry_parse(kind, text, len, &sample, &error);

	check(result == API_OK || result == API_IGNORED || error.expected[0] != '\0');
	if (result != API_OK)
		return;
	check_text(sample.value.text, sizeof(sample.value.text));
	check(isfinite(sample.value.number) && sample.sampling_ms >= -86400000);
	if (kind == API_TELEMETRY_UNKNOWN || sample.sampling_ms < 0)
		return;
	const size_t made = api_telemetry_build(built, sizeof(built), kind, &sample);
	check(made > 0 && api_telemetry_parse(kind, built, made, &again, &error) == API_OK);
	check(again.sampling_ms == sample.sampling_ms && again.value.type == sample.value.type);
	check(strcmp(again.value.text, sample.value.text) == 0);
	check(fabs(again.value.number - sample.value.number) <= 0.051);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	take_topic((const char *)data + 1, size - 1);
	take_payload((enum api_telemetry_kind)(data[0] % (API_TELEMETRY_KINDS + 1)), (const char *)data + 1, size - 1);
	return 0;
}
