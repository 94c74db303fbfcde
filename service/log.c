/* SPDX-License-Identifier: Apache-2.0 */
#include "service/log.h"

#include "service/clock.h"
#include "service/log_sink.h"
#include "service/log_text.h"
#include "service/log_writer.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum log_level lowest = LOG_LEVEL_INFO;
static const char *own_name = "slacd";
static struct log_writer *writer; /* NULL: lines are written at once */
static bool has_thread;
static bool closed;

/* How long a process that dies waits for whoever reads the log. */
#define LAST_WORDS_MS 200

/* Lines that a hold may keep from being written: of more the thread is told at once. */
#define HELD_MAX 64

static _Thread_local unsigned holds;
static _Thread_local unsigned held;         /* lines since the first of them */
static _Thread_local uint64_t happening_us; /* log_set_time */

const char *const log_level_texts[] = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", NULL};

const char *log_level_read(const char *text, enum log_level *level)
{
	for (int i = 0; log_level_texts[i] != NULL; i++) {
		if (strcasecmp(log_level_texts[i], text) != 0)
			continue;
		*level = (enum log_level)i;
		return NULL;
	}
	return "TRACE, DEBUG, INFO, WARN or ERROR";
}

bool log_open(void)
{
	writer = log_writer_new(STDERR_FILENO);
	closed = has_thread = false;
	if (writer != NULL && log_writer_lacks_library(writer))
		log_line(LOG_LEVEL_WARN,
			 "libsystemd.so.0 cannot be loaded: entries of the journal are text without fields.");
	return writer != NULL;
}

/* The process dies, of a defect or since the watchdog of its supervisor ends it: as it would have, but a moment later. */
static void on_fatal_signal(int number)
{
	if (writer != NULL && !closed)
		log_writer_write_last(writer, LAST_WORDS_MS);
	raise(number);
}

/* Who has a handler already keeps it: a sanitizer has more to say. */
static void watch_fatal_signals(void)
{
	static const int numbers[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV};
	const struct sigaction own = {.sa_handler = on_fatal_signal, .sa_flags = (int)SA_RESETHAND};
	struct sigaction before;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler == SIG_DFL)
			sigaction(numbers[i], &own, NULL);
}

bool log_start_writing(void)
{
	if (writer == NULL || has_thread)
		return has_thread;
	has_thread = log_writer_start(writer);
	if (has_thread) {
		watch_fatal_signals();
		return true;
	}
	log_writer_write_all(writer);
	writer = NULL;
	return false;
}

void log_close(unsigned timeout_ms)
{
	/* Of a start that has failed the thread writes the reason, so that a log that nobody reads cannot hold its end up. */
	if (!log_start_writing())
		return;
	closed = true;
	log_writer_stop(writer, timeout_ms);
	writer = NULL;
}

void log_hold(void)
{
	holds++;
}

static void wake_writer(void)
{
	held = 0;
	log_writer_wake(writer);
}

void log_release(void)
{
	if (--holds == 0 && held > 0 && writer != NULL)
		wake_writer();
}

void log_set_time(uint64_t wall_us)
{
	happening_us = wall_us;
}

uint64_t log_dropped(void)
{
	return writer != NULL ? log_writer_lost(writer) : 0;
}

void log_set_level(enum log_level level)
{
	lowest = level;
}

void log_set_name(const char *name)
{
	own_name = name;
}

const char *log_name(void)
{
	return own_name;
}

bool log_enabled(enum log_level level)
{
	return level >= lowest;
}

static uint16_t clamp(int written)
{
	if (written < 0)
		return 0;
	return written < LOG_TEXT_MAX ? (uint16_t)written : LOG_TEXT_MAX - 1;
}

/*
 * Where in the text the argument of " <key>=%s" stands. The length of what comes before it tells, so that nothing in an
 * argument is taken for a field.
 */
static struct log_place find_field(const char *format, const char *key, va_list args, uint16_t len)
{
	const char *found = strstr(format, key);
	char before[LOG_TEXT_MAX];
	va_list copy;

	if (found == NULL || (size_t)(found - format) + strlen(key) >= sizeof(before))
		return (struct log_place){0};
	snprintf(before, sizeof(before), "%.*s", (int)((size_t)(found - format) + strlen(key)), format);
	va_copy(copy, args);
	const int end = vsnprintf(NULL, 0, before, copy);
	va_end(copy);
	before[strlen(before) - strlen("%s")] = '\0';
	va_copy(copy, args);
	const int start = vsnprintf(NULL, 0, before, copy);
	va_end(copy);
	if (start < 0 || end <= start || end > len)
		return (struct log_place){0};
	return (struct log_place){.start = (uint16_t)start, .len = (uint16_t)(end - start)};
}

static void find_fields(struct log_record *record, const char *format, va_list args)
{
	static const char *const keys[LOG_FIELDS] = {
		[LOG_FIELD_EVSE_ID] = " evse_id=%s",
		[LOG_FIELD_REASON] = " reason=%s",
		[LOG_FIELD_RUN_ID] = " run_id=%s",
		[LOG_FIELD_EV_MAC] = " ev=%s",
	};

	for (int i = 0; i < LOG_FIELDS; i++)
		record->fields[i] = find_field(format, keys[i], args, record->len);
}

static void write_at_once(const struct log_record *record, const char *text)
{
	static struct log_sink sink = {.fd = -1};

	if (sink.fd < 0)
		log_sink_init(&sink, STDERR_FILENO);
	/* Nowhere to report a log that cannot be written. */
	(void)log_sink_write(&sink, record, text);
}

/* Where the field is in the text that log_text_copy makes of `raw`. */
static struct log_place moved(const struct log_place *place, const char raw[LOG_TEXT_MAX])
{
	char before[LOG_TEXT_MAX];
	const size_t start = log_text_copy(before, sizeof(before), raw, place->start);
	const size_t end = log_text_copy(before, sizeof(before), raw, (size_t)place->start + place->len);

	return (struct log_place){.start = (uint16_t)start, .len = (uint16_t)(end - start)};
}

/* What others have sent is made harmless, which may make it longer: the fields move along. `copy` is room for that. */
static const char *make_printable(struct log_record *record, const char raw[LOG_TEXT_MAX], char copy[LOG_TEXT_MAX])
{
	const uint16_t raw_len = record->len;

	if (log_text_is_plain(raw, raw_len))
		return raw;
	record->len = (uint16_t)log_text_copy(copy, LOG_TEXT_MAX, raw, raw_len);
	for (int i = 0; i < LOG_FIELDS && record->len != raw_len; i++)
		record->fields[i] = moved(&record->fields[i], raw);
	return copy;
}

static void hand_over(const struct log_record *record, const char *text)
{
	log_writer_add(writer, record, text);
	held++;
	if (holds == 0 || held >= HELD_MAX || record->level >= LOG_LEVEL_WARN)
		wake_writer();
}

void log_line(enum log_level level, const char *format, ...)
{
	struct log_record record = {.level = level};
	char raw[LOG_TEXT_MAX], copy[LOG_TEXT_MAX];
	va_list args;

	if (!log_enabled(level) || closed)
		return;
	record.wall_us = happening_us != 0 ? happening_us : clock_wall_us();
	va_start(args, format);
	va_list again;
	va_copy(again, args);
	record.len = clamp(vsnprintf(raw, sizeof(raw), format, again));
	va_end(again);
	if (writer != NULL && log_writer_uses_fields(writer))
		find_fields(&record, format, args);
	va_end(args);
	const char *text = make_printable(&record, raw, copy);
	if (writer != NULL)
		hand_over(&record, text);
	else
		write_at_once(&record, text);
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
