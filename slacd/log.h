/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log on standard error, one line per event:
 *
 *   2023-12-13T15:58:19.979904Z  INFO slacd: Outbound MQTT message. topic=josev/cs ...
 *
 * A line is written with one write(). The key material (NMK) is never given to a log function.
 */
#ifndef SLACD_LOG_H
#define SLACD_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_LEVEL_TRACE, LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };

/* Lines below `level` are dropped from now on; INFO before the first call. Colour on a terminal only. */
void log_set_level(enum log_level level);
/* Whether a line of this level would be written: ask before a costly argument. */
bool log_enabled(enum log_level level);

/* "TRACE" ... "ERROR", in the order of the levels; NULL at the end. */
extern const char *const log_level_texts[];

/* Writes one line; a line longer than 4096 octets is cut. Control characters are shown as '?'. */
__attribute__((format(printf, 2, 3))) void log_line(enum log_level level, const char *format, ...);

/*
 * Lets one of many similar events through: the first, then one in `LOG_LIMIT_US`. Counts all. Keep one per
 * kind of event, zeroed at the start.
 */
#define LOG_LIMIT_US 60000000u
struct log_limit {
	uint64_t count;   /* events so far, the unwritten ones included */
	uint64_t last_us; /* when one was let through last */
};

/* Counts one event at now_us; true when it is to be written. */
bool log_limit_pass(struct log_limit *limit, uint64_t now_us);

/*
 * The same for an event that is worth every line unless it comes again and again. Events less than LOG_LIMIT_US apart
 * are one burst: LOG_BURST_LOUD of it are let through, then one in LOG_LIMIT_US.
 */
#define LOG_BURST_LOUD 3
struct log_burst {
	uint64_t count; /* events of the burst, the unwritten ones included; 0: none */
	uint64_t last_us;
	uint64_t written_us;
};

/* Counts one event at now_us; true when it is to be written. */
bool log_burst_pass(struct log_burst *burst, uint64_t now_us);
/* Events are left out: so is what follows from them. */
bool log_burst_is_quiet(const struct log_burst *burst);
/* When a burst that is quiet is over, UINT64_MAX: none is. Then clear it and say what has become of it. */
uint64_t log_burst_over_us(const struct log_burst *burst);

/* At most so many lines in LOG_LIMIT_US, whatever they say. Zeroed at the start. */
struct log_budget {
	uint64_t began_us;
	uint64_t lines; /* asked for since then, the unwritten ones included */
};

/* Begins another LOG_LIMIT_US when the last one is over; how many lines that one has left out, 0 otherwise. */
uint64_t log_budget_renew(struct log_budget *budget, uint64_t lines_max, uint64_t now_us);
/* Counts one line; true when it is to be written. */
bool log_budget_pass(struct log_budget *budget, uint64_t lines_max);

#endif
