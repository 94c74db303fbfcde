/* SPDX-License-Identifier: Apache-2.0 */
/* slac-monitor: stations and their outlets as a page for a browser. */
#include "service/clock.h"
#include "service/http_server.h"
#include "service/startup.h"
#include "tools/monitor/monitor_behaviours.h"
#include "tools/monitor/monitor_http.h"
#include "tools/monitor/monitor_options.h"
#include "tools/monitor/monitor_records.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <event2/event.h>
#include <event2/util.h>

#define STOP_TIMEOUT_MS 200
#define PATIENCE_MS     10000
/* A password with the end of its line. */
#define PASSWORD_LINE_SIZE (PASSWORD_SIZE + 1)
/* A fleet is told of in bursts. */
#define FLEET_INBOUND_MAX 2048
/* By then the broker has sent what it has stored. */
#define STORED_S 10

struct program {
	const struct monitor_options *options;
	struct event_base *base;
	struct monitor *monitor;
	struct monitor_fleet *fleet; /* NULL: none */
	struct monitor_http *http;
	struct broker *broker;
	struct event *forget; /* of the fleet, when what the broker has stored has come */
};

static uint64_t wall_clock_ms(void)
{
	return clock_wall_us() / 1000;
}

/* --- the broker --- */

static void on_connected(void *context)
{
	struct program *program = context;

	const struct timeval later = {.tv_sec = STORED_S};

	monitor_take_connected(program->monitor, wall_clock_ms());
	if (program->fleet != NULL) {
		monitor_fleet_take_connected(program->fleet, wall_clock_ms());
		evtimer_add(program->forget, &later);
	}
	monitor_http_changed(program->http);
}

static void on_disconnected(void *context, const char *reason)
{
	struct program *program = context;

	fprintf(stderr, "slac-monitor: no connection to the MQTT broker %s: %s\n", program->options->mqtt.host, reason);
	monitor_take_disconnected(program->monitor, reason, wall_clock_ms());
	if (program->fleet != NULL) {
		monitor_fleet_take_disconnected(program->fleet, reason, wall_clock_ms());
		evtimer_del(program->forget);
	}
	monitor_http_changed(program->http);
}

static void on_forget(evutil_socket_t fd, short what, void *context)
{
	struct program *program = context;

	(void)fd;
	(void)what;
	monitor_fleet_forget_unheard(program->fleet);
	monitor_http_changed(program->http);
}

/* Of a fleet the broker has stored how it is. What it has stored of a station's own topics may be old. */
static void on_retained(void *context, const char *topic, const char *payload, size_t len)
{
	struct program *program = context;

	if (program->fleet != NULL && monitor_fleet_take(program->fleet, topic, payload, len, wall_clock_ms()))
		monitor_http_changed(program->http);
}

static void on_message(void *context, const char *topic, const char *payload, size_t len)
{
	struct program *program = context;
	const struct monitor_options *options = program->options;

	for (size_t i = 0; i < options->station_count; i++) {
		const bool is_from_slacd = strcmp(topic, options->from_slacd[i]) == 0;
		if (is_from_slacd || strcmp(topic, options->from_station[i]) == 0)
			monitor_take(program->monitor, i, is_from_slacd ? MONITOR_FROM_SLACD : MONITOR_FROM_STATION,
				     payload, len, wall_clock_ms());
	}
	if (program->fleet != NULL)
		monitor_fleet_take(program->fleet, topic, payload, len, wall_clock_ms());
	monitor_http_changed(program->http);
}

static void on_dropped(void *context, enum broker_drop what, uint64_t total)
{
	struct program *program = context;

	if (what != BROKER_DROP_INBOUND_TOO_LARGE)
		return; /* none that would be shown */
	monitor_take_too_large(program->monitor, total);
	monitor_http_changed(program->http);
}

static void on_refused(void *context, const char *topic)
{
	(void)context;
	fprintf(stderr, "slac-monitor: the broker refuses the subscription to '%s'\n", topic);
}

/* A broker ends the older of two connections with one id: several monitors have an id each. */
static void make_client_id(char id[24])
{
	uint32_t random;

	evutil_secure_rng_get_bytes(&random, sizeof(random));
	snprintf(id, 24, "slac-monitor-%08x", (unsigned)random);
}

static struct broker *open_broker(struct program *program, const char *password)
{
	const struct monitor_options *options = program->options;
	const struct broker_callbacks callbacks = {.connected = on_connected,
						   .disconnected = on_disconnected,
						   .message = on_message,
						   .retained = on_retained,
						   .dropped = on_dropped,
						   .subscription_refused = on_refused};
	const char *topics[BROKER_SUBSCRIPTIONS_MAX];
	char client_id[24];
	size_t count = 0;

	for (size_t i = 0; i < options->station_count; i++) {
		topics[count++] = options->from_slacd[i];
		topics[count++] = options->from_station[i];
	}
	for (size_t i = 0; i < monitor_fleet_filter_count && options->fleet; i++)
		topics[count++] = monitor_fleet_filters[i];
	make_client_id(client_id);
	const struct broker_options broker = {.host = options->mqtt.host,
					      .port = options->mqtt.port,
					      .client_id = client_id,
					      .username = options->mqtt.user,
					      .password = password,
					      .tls = options->mqtt.tls.ca != NULL ? &options->mqtt.tls : NULL,
					      .subscriptions = topics,
					      .subscription_count = count,
					      .needs_retained = options->fleet,
					      .bounds = {.inbound_max = options->fleet ? FLEET_INBOUND_MAX : 0}};
	return broker_open(program->base, &broker, &callbacks, program);
}

/* Only on the connection that is there now: what was asked for long ago must not happen later. */
static bool publish(void *context, const char *topic, const char *payload, size_t len)
{
	const struct program *program = context;

	return program->broker != NULL && broker_publish(program->broker, BROKER_NOW, topic, payload, len);
}

/* --- running --- */

static void on_signal(evutil_socket_t number, short what, void *context)
{
	(void)number;
	(void)what;
	event_base_loopbreak(context);
}

static bool dispatch(struct program *program, const char *password)
{
	struct event *interrupt = evsignal_new(program->base, SIGINT, on_signal, program->base);
	struct event *terminate = evsignal_new(program->base, SIGTERM, on_signal, program->base);
	bool done = false;

	if (interrupt != NULL && terminate != NULL && event_add(interrupt, NULL) == 0 &&
	    event_add(terminate, NULL) == 0)
		program->broker = open_broker(program, password);
	if (program->broker == NULL) {
		fprintf(stderr, "slac-monitor: the MQTT client cannot be started: %s\n", strerror(errno));
	} else {
		const char *listen = program->options->listen;
		printf("slac-monitor: %s%s%s\n", *listen == '/' ? "" : "http://", listen, *listen == '/' ? "" : "/");
		fflush(stdout);
		done = event_base_dispatch(program->base) >= 0;
		broker_stop(program->broker, STOP_TIMEOUT_MS);
		program->broker = NULL;
	}
	if (interrupt != NULL)
		event_free(interrupt);
	if (terminate != NULL)
		event_free(terminate);
	return done;
}

/* Where one is asked for. */
static bool make_fleet(struct program *program)
{
	if (!program->options->fleet)
		return true;
	program->fleet = monitor_fleet_new(monitor_behaviours());
	program->forget = evtimer_new(program->base, on_forget, program);
	return program->fleet != NULL && program->forget != NULL;
}

static bool run(struct program *program, const struct monitor_about *about, const char *password)
{
	const struct monitor_options *options = program->options;
	const struct monitor_fleet_about fleet_about = {.broker = about->broker,
							.has_outlets = options->station_count > 0};
	struct monitor_fleet_serving fleet = {.about = &fleet_about, .publish = publish, .context = program};
	const struct monitor_serving serving = {.where = options->listen,
						.records = options->records,
						.patience_ms = PATIENCE_MS,
						.fleet = options->fleet ? &fleet : NULL};
	char error[HTTP_SERVER_ERROR_SIZE] = "no memory";
	bool done = false;

	program->base = event_base_new();
	program->monitor = monitor_new(options->from_slacd, options->station_count);
	if (program->base != NULL && program->monitor != NULL && make_fleet(program)) {
		fleet.fleet = program->fleet;
		program->http = monitor_http_new(program->base, &serving, program->monitor, about, error);
	}
	if (program->http == NULL)
		fprintf(stderr, "slac-monitor: the page cannot be served: %s\n", error);
	else
		done = dispatch(program, password);
	monitor_http_free(program->http);
	monitor_free(program->monitor);
	monitor_fleet_free(program->fleet);
	if (program->forget != NULL)
		event_free(program->forget);
	if (program->base != NULL)
		event_base_free(program->base);
	libevent_global_shutdown();
	return done;
}

/* --- the start --- */

static bool read_password(const char *path, char password[PASSWORD_LINE_SIZE])
{
	FILE *file = fopen(path, "re");

	if (file == NULL) {
		fprintf(stderr, "slac-monitor: --mqtt-password-file '%s': %s\n", path, strerror(errno));
		return false;
	}
	bool is_read = fgets(password, PASSWORD_LINE_SIZE, file) != NULL;
	const size_t len = is_read ? strcspn(password, "\r\n") : 0;
	/* A full buffer without the end of the line would be a password that was cut. */
	is_read = len > 0 && (password[len] != '\0' || len + 1 < PASSWORD_LINE_SIZE);
	fclose(file);
	if (!is_read)
		fprintf(stderr,
			"slac-monitor: --mqtt-password-file '%s': expected a password of 1 to %d octets in its first line\n",
			path, PASSWORD_SIZE - 1);
	password[len] = '\0';
	return is_read;
}

/* The files that the options name. */
static bool check_files(const struct monitor_options *options, char password[PASSWORD_LINE_SIZE])
{
	char why[BROKER_REASON_MAX], error[MONITOR_RECORD_ERROR_MAX];
	enum broker_tls_file which;

	if (options->mqtt.tls.ca != NULL && !broker_tls_check(&options->mqtt.tls, &which, why, sizeof(why))) {
		fprintf(stderr, "slac-monitor: %s\n", why);
		return false;
	}
	if (options->records != NULL && !monitor_records_check(options->records, error)) {
		fprintf(stderr, "slac-monitor: --records %s\n", error);
		return false;
	}
	return options->mqtt.password_file == NULL || read_password(options->mqtt.password_file, password);
}

int main(int argc, char **argv)
{
	struct monitor_options options;
	struct program program = {.options = &options};
	char password[PASSWORD_LINE_SIZE] = "", where[MONITOR_TEXT_MAX];
	const enum command_line_action action = monitor_options_read(argc, argv, &options);

	if (action != COMMAND_LINE_RUN)
		return action == COMMAND_LINE_EXIT ? EXIT_CODE_OK : EXIT_CODE_USAGE;
	if (!check_files(&options, password))
		return EXIT_CODE_USAGE;
	signal(SIGPIPE, SIG_IGN);
	if (options.mqtt.port != 0)
		snprintf(where, sizeof(where), "%s:%u", options.mqtt.host, (unsigned)options.mqtt.port);
	else
		snprintf(where, sizeof(where), "%s", options.mqtt.host);
	const struct monitor_about about = {
		.broker = where, .has_records = options.records != NULL, .has_fleet = options.fleet};
	const bool done = run(&program, &about, options.mqtt.password_file != NULL ? password : NULL);
	explicit_bzero(password, sizeof(password));
	return done ? EXIT_CODE_OK : EXIT_CODE_FAILURE;
}
