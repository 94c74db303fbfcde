/* SPDX-License-Identifier: Apache-2.0 */
/* slacd: SLAC service of an EV charging station. */
#include "service/event_loop.h"
#include "service/log.h"
#include "service/notice.h"
#include "service/startup.h"
#include "slacd/configuration.h"
#include "slacd/manager.h"
#include "slacd/metrics_server.h"
#include "slacd/options.h"
#include "slacd/process.h"
#include "slacd/version.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>

/* How long the end waits for whoever reads the log. */
#define LOG_FLUSH_MS 200

struct daemon {
	int argc;
	char **argv;
	struct settings *settings;
	const char *config_file; /* NULL: none */
	struct event_base *base;
	struct manager *manager;
	struct notice *notice;
	bool stopping;
};

/* The first signal begins the stop, which the manager ends; a second one does not wait for the outlets. */
static void on_signal(evutil_socket_t number, short what, void *context)
{
	struct daemon *daemon = context;

	(void)what;
	manager_report(daemon->manager);
	log_line(LOG_LEVEL_INFO, "Stopping%s. signal=%s", daemon->stopping ? " at once" : "",
		 number == SIGINT ? "INT" : "TERM");
	if (daemon->stopping)
		event_base_loopbreak(daemon->base);
	else
		manager_begin_stop(daemon->manager);
	daemon->stopping = true;
}

static enum notice_state notice_state(enum api_service_state state)
{
	switch (state) {
	case API_SERVICE_STARTING:
		return NOTICE_STARTING;
	case API_SERVICE_READY:
	case API_SERVICE_BUSY: /* it has booted, and gets ready again by itself */
		return NOTICE_READY;
	case API_SERVICE_STOPPING:
	case API_SERVICE_ERROR:
		break;
	}
	return NOTICE_STOPPING;
}

static void on_changed(void *context)
{
	const struct daemon *daemon = context;
	char status[NOTICE_STATUS_SIZE];

	manager_describe(daemon->manager, status, sizeof(status));
	notice_tell(daemon->notice, notice_state(manager_state(daemon->manager)), status);
}

static void on_statistics_wanted(evutil_socket_t number, short what, void *context)
{
	const struct daemon *daemon = context;

	(void)number;
	(void)what;
	manager_log_statistics(daemon->manager);
}

static void on_reload_wanted(evutil_socket_t number, short what, void *context)
{
	struct daemon *daemon = context;

	(void)number;
	(void)what;
	if (daemon->stopping)
		return;
	notice_tell_reload(daemon->notice);
	(void)configuration_reload(daemon->argc, daemon->argv, daemon->settings, daemon->manager);
	on_changed(daemon);
}

/* NULL where none are wanted, or can be served: cars are matched all the same. */
static struct metrics_server *serve_metrics(const struct daemon *daemon)
{
	const char *where = daemon->settings->metrics.text;
	char error[HTTP_SERVER_ERROR_SIZE];
	struct metrics_server *server;

	if (*where == '\0')
		return NULL;
	server = metrics_server_new(daemon->base, where, manager_write_metrics, daemon->manager, error);
	if (server == NULL)
		log_line(LOG_LEVEL_ERROR, "The metrics cannot be served (service.metrics), slacd goes on without. %s",
			 error);
	return server;
}

/* First what only root may read, then what listens to others. A thread that began earlier would keep its rights. */
static enum exit_code begin(struct daemon *daemon)
{
	char error[PROCESS_ERROR_SIZE];
	bool bad_file;

	daemon->manager = manager_new(daemon->base, daemon->settings, &bad_file);
	if (daemon->manager == NULL)
		return bad_file ? EXIT_CODE_USAGE : EXIT_CODE_FAILURE;
	if (!process_give_up_rights(daemon->settings->stays_root, error)) {
		log_line(LOG_LEVEL_ERROR, "%s", error);
		return EXIT_CODE_USAGE;
	}
	process_protect();
	if (!log_start_writing())
		log_line(LOG_LEVEL_WARN, "The log has no thread: whoever does not read it holds slacd up.");
	manager_observe(daemon->manager, on_changed, daemon);
	return manager_start(daemon->manager) ? EXIT_CODE_OK : EXIT_CODE_FAILURE;
}

/* One turn of the loop: waits for something, and does all that has happened. False: it is over. */
static bool turn(struct event_base *base, bool *ok)
{
	log_hold();
	const int result = event_base_loop(base, EVLOOP_ONCE);
	log_release();
	*ok = result >= 0;
	return result == 0 && !event_base_got_break(base);
}

/* Runs until the end; false: it could not begin. */
static bool serve(const struct daemon *daemon)
{
	struct metrics_server *metrics = serve_metrics(daemon);
	bool ok;

	while (turn(daemon->base, &ok))
		;
	metrics_server_free(metrics);
	return ok;
}

static enum exit_code begin_and_serve(struct daemon *daemon)
{
	enum exit_code code = begin(daemon);

	if (code == EXIT_CODE_OK && !serve(daemon))
		code = EXIT_CODE_FAILURE;
	manager_free(daemon->manager);
	return code;
}

/* Signals are watched before anybody is told that slacd starts: otherwise they would end it. */
static enum exit_code run(struct daemon *daemon)
{
	struct event *const signals[] = {
		event_loop_watch_signal(daemon->base, SIGINT, on_signal, daemon),
		event_loop_watch_signal(daemon->base, SIGTERM, on_signal, daemon),
		event_loop_watch_signal(daemon->base, SIGUSR1, on_statistics_wanted, daemon),
		event_loop_watch_signal(daemon->base, SIGHUP, on_reload_wanted, daemon),
	};
	enum exit_code code = EXIT_CODE_FAILURE;
	bool all_watched = true;

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		all_watched = all_watched && signals[i] != NULL;
	daemon->notice = notice_open(daemon->base);
	if (daemon->notice == NULL)
		log_line(LOG_LEVEL_WARN, "The service manager cannot be told anything (NOTIFY_SOCKET): %s",
			 strerror(errno));
	if (all_watched)
		code = begin_and_serve(daemon);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		event_loop_unwatch_signal(signals[i]);
	notice_close(daemon->notice);
	return code;
}

static enum exit_code run_on_base(struct daemon *daemon)
{
	const struct settings *settings = daemon->settings;

	log_line(LOG_LEVEL_INFO, "slacd %s starts. config=%s profile=%s", SLACD_VERSION,
		 daemon->config_file != NULL ? daemon->config_file : "(defaults)",
		 settings_profile_text(settings->profile));
	configuration_warn(settings);
	daemon->base = event_loop_new();
	if (daemon->base == NULL) {
		log_line(LOG_LEVEL_ERROR, "The event loop cannot be started.");
		return EXIT_CODE_FAILURE;
	}
	enum exit_code code = run(daemon);
	event_base_free(daemon->base);
	libevent_global_shutdown();
	return code;
}

static int start(struct daemon *daemon)
{
	log_set_level(daemon->settings->log_level);
	startup_prepare();
	if (!log_open())
		log_line(LOG_LEVEL_WARN, "No memory for the log: whoever does not read it holds slacd up.");
	enum exit_code code = run_on_base(daemon);
	log_close(LOG_FLUSH_MS);
	return (int)code;
}

int main(int argc, char **argv)
{
	static struct settings settings;
	struct daemon daemon = {.argc = argc, .argv = argv, .settings = &settings};
	char error[SETTINGS_ERROR_SIZE];

	if (!startup_open_standard_descriptors())
		return EXIT_CODE_FAILURE;
	switch (options_read(argc, argv, &settings, &daemon.config_file, error)) {
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
	return start(&daemon);
}
