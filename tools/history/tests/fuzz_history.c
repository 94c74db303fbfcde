/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any topic and payload, the first line and the rest: what they become is a row that comes back as it was as a record.
 * And the same octets as records, as a spool might have them after a bad disk.
 */
#include "mqtt/api/api_text.h"
#include "tools/history/history_take.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_row(const struct history_row *row)
{
	static uint8_t octets[HISTORY_RECORD_HEAD + HISTORY_RECORD_MAX];
	static uint8_t again[HISTORY_RECORD_HEAD + HISTORY_RECORD_MAX];
	static struct history_row read;
	size_t used;
	const size_t len = history_record_write(row, octets, sizeof(octets));

	check(len > HISTORY_RECORD_HEAD && len <= sizeof(octets));
	check(history_record_read(octets, len, &read, &used) == HISTORY_RECORD_OK && used == len);
	check(history_record_write(&read, again, sizeof(again)) == len && memcmp(octets, again, len) == 0);
	if (row->kind == HISTORY_REFUSED) {
		check(api_utf8_valid(row->as.refused.topic, strlen(row->as.refused.topic)));
		check(api_utf8_valid(row->as.refused.why, strlen(row->as.refused.why)));
	}
}

static void take_records(const uint8_t *data, size_t size)
{
	static struct history_row row;
	size_t used;

	while (history_record_read(data, size, &row, &used) == HISTORY_RECORD_OK) {
		check(used > HISTORY_RECORD_HEAD && used <= size);
		check_row(&row);
		data += used;
		size -= used;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct history_filters filters;
	static struct history_row row;
	const uint8_t *end = memchr(data, '\n', size);
	char topic[1024];

	if (filters.count == 0) {
		check(history_filters_add_telemetry(&filters, "telemetry/+/+/+") == NULL);
		check(history_filters_add_status(&filters, "stations/+/josev/cs") == NULL);
		check(history_filters_add_status(&filters, "S=josev/cs") == NULL);
	}
	take_records(data, size);
	if (end == NULL || (size_t)(end - data) >= sizeof(topic))
		return 0;
	memcpy(topic, data, (size_t)(end - data));
	topic[end - data] = '\0';
	const enum history_taken taken = history_take(&filters, topic, (const char *)end + 1,
						      size - (size_t)(end - data) - 1, 1795770700000000, &row);
	if (taken == HISTORY_TAKEN || taken == HISTORY_TAKEN_REFUSED)
		check_row(&row);
	return 0;
}
