/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/history/report_makers.h"
#include "service/log_text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX_DIGITS        6
#define LOCALLY_ADMINISTERED 0x020000U
#define FIRST_ROOM           1024

/* Six hexadecimal digits, with at most one `separator` ('\0': none) between two octets. What is behind them, or NULL. */
static const char *read_prefix(const char *text, char separator, uint32_t *out)
{
	uint32_t prefix = 0;

	for (int i = 0; i < PREFIX_DIGITS; i++) {
		if (i > 0 && i % 2 == 0 && separator != '\0' && *text == separator)
			text++;
		if (!isxdigit((unsigned char)*text))
			return NULL;
		const char digit = (char)toupper((unsigned char)*text++);
		prefix = prefix << 4 | (uint32_t)(isdigit((unsigned char)digit) ? digit - '0' : digit - 'A' + 10);
	}
	*out = prefix;
	return text;
}

static bool make_room(struct report_makers *makers)
{
	if (makers->count < makers->room)
		return true;
	const size_t room = makers->room == 0 ? FIRST_ROOM : 2 * makers->room;
	struct report_maker *grown = realloc(makers->makers, room * sizeof(*grown));
	makers->has_no_memory = grown == NULL;
	if (grown == NULL)
		return false;
	makers->makers = grown;
	makers->room = room;
	return true;
}

static void add(struct report_makers *makers, uint32_t prefix, const char *name, size_t len)
{
	while (len > 0 && isspace((unsigned char)name[len - 1]))
		len--;
	if (len == 0 || makers->count == REPORT_MAKERS_MAX || !make_room(makers))
		return;
	struct report_maker *maker = &makers->makers[makers->count++];
	maker->prefix = prefix;
	log_text_line(maker->name, sizeof(maker->name), name, len);
	makers->is_sorted = false;
}

/* MA-L,002272,"Maker, Inc.",... */
static void take_csv(struct report_makers *makers, const char *line)
{
	uint32_t prefix;
	const char *name = read_prefix(line, '\0', &prefix);

	if (name == NULL || *name++ != ',')
		return;
	if (*name == '"')
		add(makers, prefix, name + 1, strcspn(name + 1, "\""));
	else
		add(makers, prefix, name, strcspn(name, ",\r\n"));
}

void report_makers_take_line(struct report_makers *makers, const char *line)
{
	static const char csv[] = "MA-L,";
	static const char hex[] = "(hex)";
	uint32_t prefix;

	if (strncmp(line, csv, strlen(csv)) == 0) {
		take_csv(makers, line + strlen(csv));
		return;
	}
	/* 00-22-72   (hex)		Maker, Inc. */
	const char *rest = read_prefix(line, '-', &prefix);
	if (rest == NULL)
		return;
	rest += strspn(rest, " \t");
	if (strncmp(rest, hex, strlen(hex)) != 0)
		return;
	rest += strlen(hex);
	rest += strspn(rest, " \t");
	add(makers, prefix, rest, strcspn(rest, "\r\n"));
}

bool report_makers_read(struct report_makers *makers, FILE *file)
{
	char line[512];
	bool is_begin = true; /* of a line: of a longer one the rest is passed over */

	while (fgets(line, sizeof(line), file) != NULL) {
		if (is_begin)
			report_makers_take_line(makers, line);
		is_begin = strchr(line, '\n') != NULL;
	}
	return !ferror(file) && !makers->has_no_memory;
}

void report_makers_free(struct report_makers *makers)
{
	free(makers->makers);
	*makers = (struct report_makers){0};
}

static int by_prefix(const void *a, const void *b)
{
	const struct report_maker *one = a;
	const struct report_maker *other = b;

	if (one->prefix != other->prefix)
		return one->prefix < other->prefix ? -1 : 1;
	return strcmp(one->name, other->name);
}

const char *report_makers_find(struct report_makers *makers, const char *mac)
{
	struct report_maker wanted = {.prefix = 0};

	if (*mac == '\0')
		return "none";
	if (read_prefix(mac, ':', &wanted.prefix) == NULL)
		return "unknown";
	if ((wanted.prefix & LOCALLY_ADMINISTERED) != 0)
		return "locally administered";
	if (!makers->is_sorted && makers->count > 0)
		qsort(makers->makers, makers->count, sizeof(wanted), by_prefix);
	makers->is_sorted = true;
	size_t low = 0;
	for (size_t high = makers->count; low < high;) {
		const size_t middle = (low + high) / 2;
		if (makers->makers[middle].prefix < wanted.prefix)
			low = middle + 1;
		else
			high = middle;
	}
	const bool is_there = low < makers->count && makers->makers[low].prefix == wanted.prefix;
	return is_there ? makers->makers[low].name : "unknown";
}
