/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/log.h"

#include "slacd/clock.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_OCTETS 4096

static enum log_level lowest = LOG_LEVEL_INFO;

const char *const log_level_texts[] = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", NULL};
static const char *const level_colours[] = {"\033[35m", "\033[34m", "\033[32m", "\033[33m", "\033[31m"};

void log_set_level(enum log_level level)
{
	lowest = level;
}

bool log_enabled(enum log_level level)
{
	return level >= lowest;
}

static size_t clamp(int written, size_t size)
{
	if (written < 0)
		return 0;
	return (size_t)written < size ? (size_t)written : size - 1;
}

void log_line(enum log_level level, const char *format, ...)
{
	char line[LINE_MAX_OCTETS];
	char utc[CLOCK_TEXT_SIZE];
	va_list args;

	if (!log_enabled(level))
		return;
	bool colour = isatty(STDERR_FILENO) == 1;
	size_t room = sizeof(line) - 1; /* the newline has its place */
	size_t len =
		clamp(snprintf(line, room, "%s %s%5s%s slacd: ", clock_utc_text(utc),
			       colour ? level_colours[level] : "", log_level_texts[level], colour ? "\033[0m" : ""),
		      room);
	size_t text = len;
	va_start(args, format);
	len += clamp(vsnprintf(line + len, room - len, format, args), room - len);
	va_end(args);
	for (size_t i = text; i < len; i++)
		if (iscntrl((unsigned char)line[i]))
			line[i] = '?';
	line[len++] = '\n';
	/* Nowhere to report a log that cannot be written. */
	ssize_t ignored = write(STDERR_FILENO, line, len);
	(void)ignored;
}

bool log_limit_pass(struct log_limit *limit, uint64_t now_us)
{
	limit->count++;
	if (limit->count > 1 && now_us - limit->last_us < LOG_LIMIT_US)
		return false;
	limit->last_us = now_us;
	return true;
}

bool log_burst_pass(struct log_burst *burst, uint64_t now_us)
{
	if (now_us - burst->last_us >= LOG_LIMIT_US)
		burst->count = 0;
	burst->count++;
	burst->last_us = now_us;
	if (log_burst_is_quiet(burst) && now_us - burst->written_us < LOG_LIMIT_US)
		return false;
	burst->written_us = now_us;
	return true;
}

bool log_burst_is_quiet(const struct log_burst *burst)
{
	return burst->count > LOG_BURST_LOUD;
}

uint64_t log_burst_over_us(const struct log_burst *burst)
{
	return log_burst_is_quiet(burst) ? burst->last_us + LOG_LIMIT_US : UINT64_MAX;
}

uint64_t log_budget_renew(struct log_budget *budget, uint64_t lines_max, uint64_t now_us)
{
	if (budget->lines > 0 && now_us - budget->began_us < LOG_LIMIT_US)
		return 0;
	uint64_t left_out = budget->lines > lines_max ? budget->lines - lines_max : 0;
	*budget = (struct log_budget){.began_us = now_us};
	return left_out;
}

bool log_budget_pass(struct log_budget *budget, uint64_t lines_max)
{
	return ++budget->lines <= lines_max;
}
