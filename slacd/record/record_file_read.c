/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/record/record_blocks.h"
#include "slacd/record/record_file.h"

#include "service/log_text.h"
#include "slacd/outlet/hex.h"
#include "slacd/outlet/outlet_state.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
/* Type and length before, length after. */
#define BLOCK_FRAME 12
#define PACKET_HEAD 20

static uint16_t get16(const uint8_t *octets)
{
	return (uint16_t)(octets[0] | octets[1] << 8);
}

static uint32_t get32(const uint8_t *octets)
{
	return get16(octets) | (uint32_t)get16(octets + 2) << 16;
}

__attribute__((format(printf, 2, 3))) static bool fail(struct record_file *file, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(file->error, sizeof(file->error), format, arguments);
	va_end(arguments);
	return false;
}

/* --- blocks and options --- */

struct block {
	uint32_t type;
	const uint8_t *body;
	size_t len;
};

/* False at the end, and with an error where the block is none. */
static bool next_block(struct record_file *file, struct block *block)
{
	const uint8_t *place = file->octets + file->offset;
	const size_t left = file->len - file->offset;

	if (left == 0)
		return false;
	const uint32_t len = left < BLOCK_FRAME ? 0 : get32(place + 4);
	if (len < BLOCK_FRAME || len % 4 != 0 || len > left || get32(place + len - 4) != len)
		return fail(file, "the file is damaged, or cut off, at octet %zu", file->offset);
	*block = (struct block){.type = get32(place), .body = place + 8, .len = len - BLOCK_FRAME};
	file->offset += len;
	return true;
}

struct option {
	uint16_t code;
	const uint8_t *value;
	size_t len;
};

/* From *offset of the block on; false after the last one, or where it is none. */
static bool next_option(const struct block *block, size_t *offset, struct option *option)
{
	if (block->len < *offset || block->len - *offset < 4)
		return false;
	const uint8_t *place = block->body + *offset;
	*option = (struct option){.code = get16(place), .value = place + 4, .len = get16(place + 2)};
	if (option->code == 0 || block->len - *offset - 4 < option->len)
		return false;
	*offset += 4 + (option->len + 3) / 4 * 4;
	return true;
}

/* --- the header --- */

/* The value of the line "name=..." in a text that is not terminated. Whoever made the file must not command a terminal. */
static bool find_line(const char *text, size_t len, const char *name, char *out, size_t size)
{
	const size_t name_len = strlen(name);
	const char *end = text + len;

	while (text < end) {
		const char *line_end = memchr(text, '\n', (size_t)(end - text));
		if (line_end == NULL)
			line_end = end;
		const size_t line_len = (size_t)(line_end - text);
		if (line_len > name_len && memcmp(text, name, name_len) == 0 && text[name_len] == '=') {
			const size_t value_len = line_len - name_len - 1;
			log_text_line(out, size, text + name_len + 1, value_len);
			return true;
		}
		text = line_end + 1;
	}
	*out = '\0';
	return false;
}

static bool has_title(const uint8_t *text, size_t len)
{
	return len >= strlen(RECORD_TITLE) && memcmp(text, RECORD_TITLE, strlen(RECORD_TITLE)) == 0;
}

static bool read_about(struct record_file *file, const char *text, size_t len)
{
	struct record_about *about = &file->about;
	char number[24] = "";
	const char *digits = text + strlen(RECORD_TITLE);
	const size_t left = len - strlen(RECORD_TITLE);

	snprintf(number, sizeof(number), "%.*s", (int)(left < 8 ? left : 8), digits);
	if (atoi(number) != RECORD_VERSION)
		return fail(file, "it is a record of version %d, expected %d", atoi(number), RECORD_VERSION);
	find_line(text, len, "evse_id", about->evse_id, sizeof(about->evse_id));
	find_line(text, len, "outcome", about->outcome, sizeof(about->outcome));
	find_line(text, len, "given", about->given, sizeof(about->given));
	find_line(text, len, "has_ac", number, sizeof(number));
	about->has_ac = strcmp(number, "1") == 0;
	find_line(text, len, "single_phase", number, sizeof(number));
	about->single_phase = strcmp(number, "1") == 0;
	find_line(text, len, "state_version", number, sizeof(number));
	about->state_version = (uint32_t)strtoul(number, NULL, 10);
	if (!find_line(text, len, "clock_offset_us", number, sizeof(number)))
		return fail(file, "the comment of its section does not tell clock_offset_us");
	about->clock_offset_us = (int64_t)strtoll(number, NULL, 10);
	return true;
}

static bool read_section(struct record_file *file, const struct block *block)
{
	size_t offset = 16;
	struct option option;
	bool has_about = false;

	while (next_option(block, &offset, &option)) {
		const char *text = (const char *)option.value;
		if (option.code == RECORD_OPTION_PROGRAM) {
			log_text_line(file->about.program, RECORD_NAME_MAX, text, option.len);
		} else if (option.code == RECORD_OPTION_COMMENT && has_title(option.value, option.len)) {
			has_about = true;
			if (!read_about(file, text, option.len))
				return false;
		} else if (option.code == RECORD_OPTION_COMMENT) {
			file->settings = text;
			file->settings_len = option.len;
		}
	}
	return has_about || fail(file, "it is a pcapng file, but no session record: the comment \"%s%d\" is missing",
				 RECORD_TITLE, RECORD_VERSION);
}

static bool is_section(const uint8_t *octets, size_t len)
{
	return len >= 12 && get32(octets) == RECORD_BLOCK_SECTION && get32(octets + 8) == RECORD_BYTE_ORDER;
}

bool record_file_is_one(const uint8_t *octets, size_t len)
{
	struct record_file file;

	return record_file_open(&file, octets, len);
}

bool record_file_open(struct record_file *file, const uint8_t *octets, size_t len)
{
	struct block block;

	memset(file, 0, sizeof(*file));
	file->octets = octets;
	file->len = len;
	if (!is_section(octets, len))
		return fail(file, "it is no pcapng file in little endian");
	return next_block(file, &block) && read_section(file, &block);
}

/* --- packets --- */

static bool read_packet(struct record_file *file, const struct block *block, struct record_item *item)
{
	struct option option;

	if (block->len < PACKET_HEAD)
		return fail(file, "a packet before octet %zu is damaged", file->offset);
	const size_t len = get32(block->body + 12);
	const uint64_t wall_us = (uint64_t)get32(block->body + 4) << 32 | get32(block->body + 8);
	if (len > MME_FRAME_MAX || len > block->len - PACKET_HEAD)
		return fail(file, "a packet before octet %zu is damaged", file->offset);
	size_t offset = PACKET_HEAD + (len + 3) / 4 * 4;
	bool is_sent = false;
	bool neighbour_validates = false;
	while (next_option(block, &offset, &option)) {
		if (option.code == RECORD_OPTION_FLAGS && option.len == 4)
			is_sent = (get32(option.value) & 3) == RECORD_OUTBOUND;
		else if (option.code == RECORD_OPTION_COMMENT && option.len == strlen(RECORD_NEIGHBOUR))
			neighbour_validates = memcmp(option.value, RECORD_NEIGHBOUR, option.len) == 0;
	}
	item->time_us = wall_us - (uint64_t)file->about.clock_offset_us;
	item->kind = is_sent ? RECORD_EFFECT : RECORD_INPUT;
	item->octets = block->body + PACKET_HEAD;
	item->len = len;
	item->input.kind = OUTLET_FRAME;
	item->input.frame.octets = item->octets;
	item->input.frame.len = len;
	item->input.frame.neighbour_validates = neighbour_validates;
	return true;
}

/* --- messages --- */

static bool read_random(struct record_item *item)
{
	const size_t begin = strlen(RECORD_RANDOM_TEXT);

	if (strncmp(item->text, RECORD_RANDOM_TEXT, begin) != 0)
		return false;
	const char *digits = item->text + begin;
	const size_t len = strlen(digits) / 2;
	if (strcmp(digits, "failed") == 0)
		return true;
	if (len > RECORD_RANDOM_MAX || !hex_read(digits, item->random, len))
		return false;
	item->octets = item->random;
	item->len = len;
	return true;
}

static bool find_state(const char *text, size_t len, struct record_item *item)
{
	const char *place = memmem(text, len, "\nSTATE=", strlen("\nSTATE="));

	item->state = place != NULL ? place + 1 : text + len;
	item->is_partial = strcmp(item->text, RECORD_STATE_PARTIAL) == 0;
	item->state_len = (size_t)(text + len - item->state);
	return true;
}

static bool read_kind(const char *word, const char *text, size_t len, struct record_item *item)
{
	for (size_t i = 0; i < COUNT_OF(record_words); i++) {
		if (strcmp(record_words[i], word) != 0)
			continue;
		item->kind = (enum record_kind)i;
		switch (item->kind) {
		case RECORD_INPUT:
			return record_input_read(item->text, &item->input);
		case RECORD_RANDOM:
			return read_random(item);
		case RECORD_STATE:
			return find_state(text, len, item);
		case RECORD_GAP:
			item->left_out = strtoull(item->text, NULL, 10);
			return true;
		case RECORD_EFFECT:
		case RECORD_CUT:
			return true;
		}
	}
	return false;
}

static bool read_message(struct record_file *file, const struct block *block, struct record_item *item)
{
	const char *text = (const char *)block->body;
	char number[24], word[16];

	if (!find_line(text, block->len, "__REALTIME_TIMESTAMP", number, sizeof(number)) ||
	    !find_line(text, block->len, "MESSAGE", item->text, sizeof(item->text)) ||
	    !find_line(text, block->len, "SLACD", word, sizeof(word)) || !read_kind(word, text, block->len, item))
		return fail(file, "the message before octet %zu is not known: %.60s", file->offset, item->text);
	item->time_us = strtoull(number, NULL, 10) - (uint64_t)file->about.clock_offset_us;
	return true;
}

enum record_read record_file_next(struct record_file *file, struct record_item *item)
{
	struct block block;

	while (next_block(file, &block)) {
		memset(item, 0, sizeof(*item));
		if (block.type == RECORD_BLOCK_PACKET)
			return read_packet(file, &block, item) ? RECORD_READ_ITEM : RECORD_READ_BAD;
		if (block.type == RECORD_BLOCK_JOURNAL)
			return read_message(file, &block, item) ? RECORD_READ_ITEM : RECORD_READ_BAD;
	}
	return file->error[0] == '\0' ? RECORD_READ_END : RECORD_READ_BAD;
}

bool record_item_state(const struct record_item *item, bool (*line)(void *context, const char *name, const char *value),
		       void *context)
{
	const char *text = item->state;
	const char *end = text + item->state_len;

	while (text < end && *text == 'S') {
		char name[OUTLET_STATE_NAME_MAX], value[OUTLET_STATE_VALUE_MAX];
		const char *line_end = memchr(text, '\n', (size_t)(end - text));
		const char *blank = line_end == NULL ? NULL : memchr(text, ' ', (size_t)(line_end - text));
		if (blank == NULL || strncmp(text, "STATE=", strlen("STATE=")) != 0)
			return false;
		text += strlen("STATE=");
		if (blank < text || (size_t)(blank - text) >= sizeof(name) ||
		    (size_t)(line_end - blank) > sizeof(value))
			return false;
		snprintf(name, sizeof(name), "%.*s", (int)(blank - text), text);
		snprintf(value, sizeof(value), "%.*s", (int)(line_end - blank - 1), blank + 1);
		if (!line(context, name, value))
			return false;
		text = line_end + 1;
	}
	return true;
}
