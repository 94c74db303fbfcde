/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/tests/world/record.h"

#include "homeplug/mme/mme.h"
#include "homeplug/mme/modem_mme.h"
#include "slacd/tests/world/loop.h"
#include "slacd/tests/world/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct line {
	uint64_t time_us;
	char *text;
};

static struct {
	bool muted;
	size_t count;
	size_t room;
	struct line *lines;
} record;

void record_open(void)
{
	memset(&record, 0, sizeof(record));
	names_open();
}

void record_close(void)
{
	for (size_t i = 0; i < record.count; i++)
		free(record.lines[i].text);
	free(record.lines);
	memset(&record, 0, sizeof(record));
	names_close();
}

void record_mute(bool muted)
{
	record.muted = muted;
}

/* Takes over `text`. */
static void add(char *text)
{
	if (record.count == record.room) {
		record.room = record.room * 2 + 256;
		record.lines = realloc(record.lines, record.room * sizeof(record.lines[0]));
	}
	if (record.lines == NULL || text == NULL)
		abort();
	record.lines[record.count++] = (struct line){.time_us = loop_elapsed_us(), .text = text};
}

void record_line_va(const char *who, const char *format, va_list arguments)
{
	uint64_t now_us = loop_elapsed_us();
	char *said = NULL;
	char *line = NULL;

	if (record.muted)
		return;
	if (vasprintf(&said, format, arguments) < 0)
		abort();
	char *named = names_in_text(said);
	if (asprintf(&line, "%5llu.%06llu %-8s %s", (unsigned long long)(now_us / 1000000),
		     (unsigned long long)(now_us % 1000000), who, named) < 0)
		abort();
	free(named);
	free(said);
	add(line);
}

void record_line(const char *who, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	record_line_va(who, format, arguments);
	va_end(arguments);
}

static const char *name_of(const struct mme *header, const uint8_t *frame, size_t len)
{
	struct modem_mme message;

	if (modem_mme_decode(frame, len, &message) != MME_ERR_MMTYPE)
		return modem_message_text(message.message);
	return mme_name(header->mmtype);
}

void record_frame(const char *who, char direction, const uint8_t *frame, size_t len)
{
	struct mme header;

	if (record.muted)
		return;
	mme_decode(frame, len, &header);
	char *octets = names_in_octets(frame, len);
	record_line(who, "%c %s 0x%04x %s", direction, name_of(&header, frame, len), header.mmtype, octets);
	free(octets);
	explicit_bzero(&header, sizeof(header));
}

size_t record_count(void)
{
	return record.count;
}

const char *record_text(size_t line)
{
	return record.lines[line].text;
}

uint64_t record_time_us(size_t line)
{
	return record.lines[line].time_us;
}
