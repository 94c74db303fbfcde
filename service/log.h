/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log on standard error, one line per event:
 *
 *   2023-12-13T15:58:19.979904Z  INFO slacd: Outbound MQTT message. topic=josev/cs ...
 *
 * A thread of its own writes the lines once log_start_writing was called: nothing here waits for whoever reads the log
 * (log_writer.h). Under systemd lines go to the journal with a priority and fields instead (log_sink.h).
 * The key material (NMK) is never given to a log function.
 */
#ifndef SERVICE_LOG_H
#define SERVICE_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_LEVEL_TRACE, LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };

/*
 * Lines are kept from now on, for the thread of log_start_writing. Before, each is written at once. False, and nothing
 * changes, when there is no memory. Call it once.
 */
bool log_open(void);
/*
 * Starts the thread, with the rights that the process has then. False when there is none: what was kept is written, and
 * lines are written at once again. A signal that ends the process for a defect (SIGSEGV, SIGABRT and the like) does so from
 * now on when the lines are written, held ones too, or 200 ms later.
 */
bool log_start_writing(void);
/*
 * Waits at most timeout_ms for the lines to be written, and ends the thread. Lines that come later are not logged.
 * Does nothing where log_open was not called or has failed.
 */
void log_close(unsigned timeout_ms);

/*
 * Lines of the calling thread wait for log_release, so that its loop hands over those of a turn at once. A warning, an
 * error or the 64th line is handed over with what waits. Holds nest. Without effect before log_open.
 */
void log_hold(void);
void log_release(void);
/*
 * What the calling thread logs happened at this time of the wall clock (clock_wall_us), 0: it happens as it is logged. For whoever
 * logs later than it happens.
 */
void log_set_time(uint64_t wall_us);

/* Lines that nobody could be given since the start: they did not fit, or could not be written. */
uint64_t log_dropped(void);

/* Lines below `level` are left out from now on; INFO before the first call. Colour on a terminal only. */
void log_set_level(enum log_level level);
/* Whether a line of this level would be written: ask before a costly argument. */
bool log_enabled(enum log_level level);

/*
 * The name of the service that each line has, of at most LOG_NAME_MAX octets; a longer one is cut. It stays the caller's.
 * "slacd" before the first call.
 */
#define LOG_NAME_MAX 14
void log_set_name(const char *name);
const char *log_name(void);

/* "TRACE" ... "ERROR", in the order of the levels; NULL at the end. */
extern const char *const log_level_texts[];

/* Reads one of them, in capitals or not. Returns what was expected instead, or NULL. */
const char *log_level_read(const char *text, enum log_level *level);

/*
 * Logs one line; a text longer than LOG_TEXT_MAX octets (log_ring.h) is cut. What others have sent is shown as log_text.h
 * says. For the journal the arguments of " evse_id=%s", " reason=%s", " run_id=%s" and " ev=%s" in the format are fields,
 * too.
 */
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

#endif
