/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the broker to the writer's thread, batch by batch:
 *
 *     message   -> a row of the batch
 *     batch due -> broker_hold: nothing more is read
 *     held      -> the thread has the batch
 *     safe      -> broker_acknowledge: the broker forgets these messages, and reading goes on
 */
#include "tools/history/history_collect.h"

#include "service/broker_report.h"
#include "service/clock.h"
#include "service/event_loop.h"
#include "service/notice.h"
#include "service/timer.h"
#include "slacd/version.h"
#include "tools/history/history_options.h"
#include "tools/history/history_take.h"
#include "tools/history/history_writer.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

/* How long the end waits for whoever reads the log. */
#define LOG_FLUSH_MS 200
/* How long the end waits for rows to become safe, then for the broker, and then for the database. */
#define STOP_KEEP_MS     5000u
#define STOP_BROKER_MS   1000u
#define STOP_DATABASE_MS 1000u
/* A batch goes when nothing has come for so long: a broker may wait for acknowledgements before it sends more. */
#define QUIET_US 2000u
/* It goes at so many octets, too; what was read by then still has room. */
#define BATCH_OCTETS (512u * 1024u)
#define BATCH_ROOM   (BATCH_OCTETS + (BROKER_INBOUND_MAX + 1) * (HISTORY_RECORD_HEAD + HISTORY_RECORD_MAX))

struct collector {
	const struct history_options *options;
	struct event_base *base;
	struct broker *broker;
	struct history_writer *writer;
	struct history_keeper keeper;
	struct history_batch batch;
	struct notice *notice;
	struct event *due; /* the batch is, or the end is */
	bool waiting;      /* messages wait to become safe */
	uint64_t first_us; /* when the first of them came */
	uint64_t stop_us;  /* when rows that are not safe by then are left to the broker; 0: no end was asked for */
	bool holding;      /* between broker_hold and broker_acknowledge */
	uint64_t rows;
	uint64_t refused;
	struct log_limit refusals;
	struct log_limit strays;
};

/* --- batches --- */

static void hold(struct collector *collector)
{
	collector->holding = true;
	timer_arm(collector->due, collector->stop_us != 0 ? collector->stop_us : TIMER_NEVER);
	broker_hold(collector->broker);
}

static void end(struct collector *collector)
{
	event_base_loopbreak(collector->base);
}

/* Nothing was read meanwhile: what is acknowledged now is all there is. */
static void on_safe(void *context)
{
	struct collector *collector = context;

	history_batch_clear(&collector->batch);
	collector->holding = false;
	collector->waiting = false;
	broker_acknowledge(collector->broker);
	if (collector->stop_us != 0)
		end(collector);
}

static void on_held(void *context)
{
	struct collector *collector = context;

	if (collector->batch.rows > 0)
		history_writer_give(collector->writer, &collector->batch);
	else
		on_safe(collector);
}

static void on_due(evutil_socket_t fd, short what, void *context)
{
	struct collector *collector = context;

	(void)fd;
	(void)what;
	if (collector->stop_us != 0 && clock_now_us() >= collector->stop_us)
		end(collector);
	else if (!collector->holding)
		hold(collector);
}

static void add_row(struct collector *collector, const struct history_row *row)
{
	if (!history_batch_add(&collector->batch, row))
		log_line(LOG_LEVEL_ERROR, "A row is lost: the batch is full."); /* its bounds say that it is not */
	collector->rows++;
}

/* After each message, also one that makes no row: it is acknowledged with the others. */
static void arm(struct collector *collector)
{
	const struct history_options *options = collector->options;
	const struct history_batch *batch = &collector->batch;
	const uint64_t now_us = clock_now_us();

	if (collector->holding)
		return;
	if (!collector->waiting)
		collector->first_us = now_us;
	collector->waiting = true;
	const uint64_t latest_us = collector->first_us + options->batch_ms * (uint64_t)1000;
	if (batch->rows >= options->batch || batch->len >= BATCH_OCTETS || now_us >= latest_us)
		hold(collector);
	else
		timer_arm(collector->due, now_us + QUIET_US < latest_us ? now_us + QUIET_US : latest_us);
}

/* --- the broker --- */

static void tell_refused(struct collector *collector, const struct history_refused *refused)
{
	collector->refused++;
	if (log_limit_pass(&collector->refusals, clock_now_us()))
		log_line(LOG_LEVEL_WARN, "Payload put aside: %s topic=%s total=%llu", refused->why, refused->topic,
			 (unsigned long long)collector->refusals.count);
}

static void on_message(void *context, const char *topic, const char *payload, size_t len)
{
	struct collector *collector = context;
	struct history_row row;

	switch (history_take(&collector->options->filters, topic, payload, len, (int64_t)clock_wall_us(), &row)) {
	case HISTORY_TAKEN:
		add_row(collector, &row);
		break;
	case HISTORY_TAKEN_REFUSED:
		tell_refused(collector, &row.as.refused);
		add_row(collector, &row);
		break;
	case HISTORY_TAKEN_STRAY:
		if (log_limit_pass(&collector->strays, clock_now_us()))
			log_line(
				LOG_LEVEL_WARN,
				"The broker sends what a former run has subscribed to; another --mqtt-client-id ends that. topic=%s",
				topic);
		break;
	case HISTORY_TAKEN_NOT:
		break;
	}
	arm(collector);
}

static void describe(struct collector *collector, enum notice_state state, const char *text)
{
	notice_tell(collector->notice, state, text);
}

static void on_connected(void *context)
{
	const struct collector *collector = context;
	const struct mqtt_options *mqtt = &collector->options->mqtt;

	broker_report_connected(mqtt->host, mqtt->port, mqtt->client_id);
}

static void on_disconnected(void *context, const char *reason)
{
	const struct collector *collector = context;
	const struct mqtt_options *mqtt = &collector->options->mqtt;

	broker_report_disconnected(mqtt->host, mqtt->port, reason);
}

static void on_displaced(void *context)
{
	const struct collector *collector = context;

	broker_report_displaced(collector->options->mqtt.client_id, "--mqtt-client-id");
}

static bool open_broker(struct collector *collector)
{
	const struct history_options *own = collector->options;
	const struct mqtt_options *mqtt = &own->mqtt;
	const char *subscriptions[HISTORY_FILTERS_MAX];
	const struct broker_callbacks callbacks = {
		.connected = on_connected,
		.disconnected = on_disconnected,
		.message = on_message,
		.retained = on_message,
		.dropped = broker_report_dropped,
		.subscription_refused = broker_report_subscription_refused,
		.displaced = on_displaced,
		.held = on_held,
	};

	for (size_t i = 0; i < own->filters.count; i++)
		subscriptions[i] = own->filters.filters[i].topic;
	const struct broker_options options = {
		.host = mqtt->host,
		.port = mqtt->port,
		.client_id = mqtt->client_id,
		.username = mqtt->user,
		.password = mqtt->password[0] != '\0' ? mqtt->password : NULL,
		.tls = mqtt->tls.ca != NULL ? &mqtt->tls : NULL,
		.subscriptions = subscriptions,
		.subscription_count = own->filters.count,
		.keeps_session = true,
		.holds_acknowledgements = true,
		.needs_retained = true,
	};
	collector->broker = broker_open(collector->base, &options, &callbacks, collector);
	if (collector->broker == NULL)
		log_line(LOG_LEVEL_ERROR, "The MQTT client cannot be started: %s", strerror(errno));
	return collector->broker != NULL;
}

/* --- running --- */

static void say(void *context, enum log_level level, const char *text)
{
	(void)context;
	log_line(level, "%s", text);
}

/* What was read is kept first, and then acknowledged. */
static void on_signal(evutil_socket_t number, short what, void *context)
{
	struct collector *collector = context;

	(void)what;
	if (collector->stop_us != 0)
		return;
	log_line(LOG_LEVEL_INFO, "Stopping. signal=%s", number == SIGINT ? "INT" : "TERM");
	describe(collector, NOTICE_STOPPING, "stopping");
	collector->stop_us = clock_now_us() + STOP_KEEP_MS * 1000u;
	timer_arm(collector->due, collector->stop_us);
	if (!collector->holding)
		hold(collector);
}

static void tell_counts(const struct collector *collector)
{
	const struct history_counts counts = history_keeper_counts(&collector->keeper);

	log_line(LOG_LEVEL_INFO,
		 "Counters. rows=%llu refused=%llu stored=%llu spooled=%llu not_taken_by_database=%llu given_up=%llu",
		 (unsigned long long)collector->rows, (unsigned long long)collector->refused,
		 (unsigned long long)counts.stored, (unsigned long long)counts.spooled,
		 (unsigned long long)counts.unwilling, (unsigned long long)counts.given_up);
}

/* Rows that are not safe are not acknowledged: the broker sends them again to the next run. */
static bool stop(struct collector *collector)
{
	broker_stop(collector->broker, STOP_BROKER_MS);
	if (!history_writer_stop(collector->writer, STOP_DATABASE_MS)) {
		log_line(LOG_LEVEL_WARN, "The database does not let go; what is not stored yet comes again.");
		return false;
	}
	tell_counts(collector);
	return true;
}

/* False: the writer's thread is left behind, with all that it uses. */
static bool collect(struct collector *collector, enum exit_code *code)
{
	if (!history_keeper_init(&collector->keeper))
		return true;
	collector->writer = history_writer_new(collector->base, &collector->keeper, on_safe, collector);
	if (collector->writer == NULL) {
		log_line(LOG_LEVEL_ERROR, "The thread of the database cannot be started: %s", strerror(errno));
		history_keeper_end(&collector->keeper);
		return true;
	}
	if (!open_broker(collector))
		return history_writer_stop(collector->writer, STOP_DATABASE_MS);
	describe(collector, NOTICE_READY, "collecting");
	if (event_base_dispatch(collector->base) >= 0)
		*code = EXIT_CODE_OK;
	return stop(collector);
}

static bool run(struct collector *collector, enum exit_code *code)
{
	struct event *interrupt = event_loop_watch_signal(collector->base, SIGINT, on_signal, collector);
	struct event *terminate = event_loop_watch_signal(collector->base, SIGTERM, on_signal, collector);
	bool done = true;

	collector->notice = notice_open(collector->base);
	collector->due = evtimer_new(collector->base, on_due, collector);
	if (interrupt != NULL && terminate != NULL && collector->due != NULL &&
	    history_batch_init(&collector->batch, BATCH_ROOM))
		done = collect(collector, code);
	if (!done)
		return false;
	history_batch_free(&collector->batch);
	if (collector->due != NULL)
		event_free(collector->due);
	event_loop_unwatch_signal(interrupt);
	event_loop_unwatch_signal(terminate);
	notice_close(collector->notice);
	return true;
}

/* --- the start --- */

/* The database is asked for later, by the thread: it may be away for now. */
static bool prepare(struct collector *collector)
{
	const struct history_options *options = collector->options;
	const struct history_store_options store = {.database = options->database, .refused_max = options->refused_max};
	struct history_keeper *keeper = &collector->keeper;
	char why[HISTORY_SPOOL_WHY_SIZE];

	keeper->rows_max = options->batch;
	keeper->say = say;
	keeper->store = history_store_new(&store, why);
	if (keeper->store == NULL) {
		log_line(LOG_LEVEL_ERROR, "The database cannot be used: %s", why);
		return false;
	}
	keeper->spool = history_spool_open(options->spool, (uint64_t)options->spool_mib * 1024 * 1024, why);
	if (keeper->spool == NULL)
		log_line(LOG_LEVEL_ERROR, "The spool cannot be used: %s", why);
	return keeper->spool != NULL;
}

static enum exit_code run_on_base(struct collector *collector)
{
	enum exit_code code = EXIT_CODE_FAILURE;
	bool done = true;

	log_line(LOG_LEVEL_INFO, "slac-history %s starts.", SLACD_VERSION);
	if (!log_start_writing())
		log_line(LOG_LEVEL_WARN, "The log has no thread: whoever does not read it holds the service up.");
	collector->base = event_loop_new();
	if (collector->base == NULL)
		log_line(LOG_LEVEL_ERROR, "The event loop cannot be started.");
	else if (prepare(collector))
		done = run(collector, &code);
	if (!done)
		return code;
	history_store_free(collector->keeper.store);
	history_spool_close(collector->keeper.spool);
	if (collector->base != NULL)
		event_base_free(collector->base);
	libevent_global_shutdown();
	return code;
}

enum exit_code history_collect(int argc, char **argv)
{
	static struct history_options options;
	static struct collector collector = {.options = &options};
	const enum command_line_action action = history_options_read(argc, argv, &options);

	if (action != COMMAND_LINE_RUN)
		return action == COMMAND_LINE_EXIT ? EXIT_CODE_OK : EXIT_CODE_USAGE;
	log_set_name("slac-history");
	log_set_level(options.log_level);
	startup_prepare();
	signal(SIGXFSZ, SIG_IGN); /* a file that must not grow is a disk that is full */
	if (!log_open())
		log_line(LOG_LEVEL_WARN, "No memory for the log: whoever does not read it holds the service up.");
	const enum exit_code code = run_on_base(&collector);
	log_close(LOG_FLUSH_MS);
	return code;
}
