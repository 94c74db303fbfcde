/* SPDX-License-Identifier: Apache-2.0 */
/* slacd: SLAC service of an EV charging station. */
#include "slacd/log.h"
#include "slacd/manager.h"
#include "slacd/metrics_server.h"
#include "slacd/options.h"
#include "slacd/process.h"
#include "slacd/version.h"

#include <event2/event.h>
#include <malloc.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>

enum exit_code { EXIT_CODE_OK = 0, EXIT_CODE_FAILURE = 1, EXIT_CODE_USAGE = 2 };

/* Freed memory above this goes back to the system: the daemon is small for months, not only at start. */
#define TRIM_THRESHOLD (64 * 1024)

struct daemon {
	struct event_base *base;
	struct manager *manager;
	struct metrics_server *metrics; /* NULL: none are wanted */
	bool stopping;
};

/* The first signal begins the stop, which the manager ends; a second one does not wait for the outlets. */
static void on_signal(evutil_socket_t number, short what, void *context)
{
	struct daemon *daemon = context;

	(void)what;
	log_line(LOG_LEVEL_INFO, "Stopping%s. signal=%s", daemon->stopping ? " at once" : "",
		 number == SIGINT ? "INT" : "TERM");
	if (daemon->stopping)
		event_base_loopbreak(daemon->base);
	else
		manager_begin_stop(daemon->manager);
	daemon->stopping = true;
}

static void on_statistics_wanted(evutil_socket_t number, short what, void *context)
{
	(void)number;
	(void)what;
	manager_log_statistics(context);
}

static struct event_base *new_base(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base = NULL;

	if (config == NULL)
		return NULL;
	/* A precise timer: the default may be late by the kernel's coarse tick, 4 to 10 ms. */
	if (event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER | EVENT_BASE_FLAG_NOLOCK) == 0)
		base = event_base_new_with_config(config);
	event_config_free(config);
	return base;
}

static struct event *watch_signal(struct event_base *base, int number, event_callback_fn callback, void *context)
{
	struct event *event = evsignal_new(base, number, callback, context);

	if (event != NULL && event_add(event, NULL) == 0)
		return event;
	if (event != NULL)
		event_free(event);
	return NULL;
}

static void unwatch_signal(struct event *event)
{
	if (event != NULL)
		event_free(event);
}

/* Nothing where none are wanted. False where they are, and cannot be served. */
static bool serve_metrics(struct event_base *base, const struct settings *settings, const struct manager *manager,
			  struct metrics_server **server)
{
	char error[METRICS_SERVER_ERROR_SIZE];

	if (settings->metrics.text[0] == '\0')
		return true;
	*server = metrics_server_new(base, settings->metrics.text, manager_write_metrics, manager, error);
	if (*server == NULL)
		log_line(LOG_LEVEL_ERROR, "The metrics cannot be served (service.metrics). %s", error);
	return *server != NULL;
}

/* First what only root may read, then what listens to others. */
static enum exit_code begin(struct daemon *daemon, const struct settings *settings)
{
	char error[PROCESS_ERROR_SIZE];
	bool bad_file;

	daemon->manager = manager_new(daemon->base, settings, &bad_file);
	if (daemon->manager == NULL)
		return bad_file ? EXIT_CODE_USAGE : EXIT_CODE_FAILURE;
	if (!process_give_up_rights(settings->stays_root, error)) {
		log_line(LOG_LEVEL_ERROR, "%s", error);
		return EXIT_CODE_USAGE;
	}
	process_protect();
	return manager_start(daemon->manager) ? EXIT_CODE_OK : EXIT_CODE_FAILURE;
}

static enum exit_code run(struct event_base *base, const struct settings *settings)
{
	struct daemon daemon = {.base = base};
	struct event *interrupt = watch_signal(base, SIGINT, on_signal, &daemon);
	struct event *terminate = watch_signal(base, SIGTERM, on_signal, &daemon);
	struct event *statistics = NULL;
	enum exit_code code = EXIT_CODE_FAILURE;

	if (interrupt != NULL && terminate != NULL)
		code = begin(&daemon, settings);
	if (code == EXIT_CODE_OK) {
		statistics = watch_signal(base, SIGUSR1, on_statistics_wanted, daemon.manager);
		if (statistics == NULL || !serve_metrics(base, settings, daemon.manager, &daemon.metrics) ||
		    event_base_dispatch(base) < 0)
			code = EXIT_CODE_FAILURE;
	}
	metrics_server_free(daemon.metrics);
	unwatch_signal(statistics);
	manager_free(daemon.manager);
	unwatch_signal(interrupt);
	unwatch_signal(terminate);
	return code;
}

/* Other C libraries than glibc have no such switches. */
static void keep_heap_small(void)
{
#ifdef M_TRIM_THRESHOLD
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_TRIM_THRESHOLD, TRIM_THRESHOLD);
#endif
}

static void warn_of_settings(const struct settings *settings)
{
	char bench[SETTINGS_BENCH_SIZE];
	const char *timer;

	if (settings_nonstandard_timer(settings, &timer))
		log_line(LOG_LEVEL_WARN,
			 "Timers outside the standard are allowed and used, not for the field. timer=%s", timer);
	else if (settings->allow_nonstandard_timers)
		log_line(LOG_LEVEL_WARN, "Timers outside the standard are allowed, not for the field.");
	if (settings_bench_used(settings, bench))
		log_line(LOG_LEVEL_WARN, "Settings for benches and tests are set, not for the field. settings=%s",
			 bench);
}

static int start(const struct settings *settings, const char *config_file)
{
	log_set_level(settings->log_level);
	keep_heap_small();
	signal(SIGPIPE, SIG_IGN);
	log_line(LOG_LEVEL_INFO, "slacd %s starts. config=%s profile=%s", SLACD_VERSION,
		 config_file != NULL ? config_file : "(defaults)", settings_profile_text(settings->profile));
	warn_of_settings(settings);
	struct event_base *base = new_base();
	if (base == NULL) {
		log_line(LOG_LEVEL_ERROR, "The event loop cannot be started.");
		return EXIT_CODE_FAILURE;
	}
	enum exit_code code = run(base, settings);
	event_base_free(base);
	libevent_global_shutdown();
	return (int)code;
}

int main(int argc, char **argv)
{
	static struct settings settings;
	const char *config_file;
	char error[SETTINGS_ERROR_SIZE];

	switch (options_read(argc, argv, &settings, &config_file, error)) {
	case OPTIONS_HELP:
		options_print_help();
		return EXIT_CODE_OK;
	case OPTIONS_VERSION:
		printf("slacd %s\n", SLACD_VERSION);
		return EXIT_CODE_OK;
	case OPTIONS_PRINT_CONFIG:
		settings_print(&settings, stdout);
		return EXIT_CODE_OK;
	case OPTIONS_BAD:
		fprintf(stderr, "slacd: %s\n", error);
		return EXIT_CODE_USAGE;
	case OPTIONS_RUN:
		break;
	}
	return start(&settings, config_file);
}
