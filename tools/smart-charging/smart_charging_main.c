/* SPDX-License-Identifier: Apache-2.0 */
/* smart-charging-service: charging profiles become limits of an EV charging station. */
#include "service/event_loop.h"
#include "service/log.h"
#include "service/notice.h"
#include "service/startup.h"
#include "slacd/version.h"
#include "tools/smart-charging/smart_charging.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

/* How long the end waits for whoever reads the log. */
#define LOG_FLUSH_MS 200

struct daemon {
	const struct smart_charging_options *options;
	struct event_base *base;
	struct smart_charging *service;
	struct notice *notice;
};

static void on_signal(evutil_socket_t number, short what, void *context)
{
	struct daemon *daemon = context;

	(void)what;
	log_line(LOG_LEVEL_INFO, "Stopping. signal=%s", number == SIGINT ? "INT" : "TERM");
	smart_charging_begin_stop(daemon->service);
}

static enum notice_state notice_state(enum api_service_state state)
{
	switch (state) {
	case API_SERVICE_STARTING:
		return NOTICE_STARTING;
	case API_SERVICE_READY:
	case API_SERVICE_BUSY:
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

	smart_charging_describe(daemon->service, status, sizeof(status));
	notice_tell(daemon->notice, notice_state(smart_charging_state(daemon->service)), status);
}

static enum exit_code serve(struct daemon *daemon)
{
	enum exit_code code = EXIT_CODE_FAILURE;

	daemon->service = smart_charging_new(daemon->base, daemon->options);
	if (daemon->service == NULL)
		return code;
	smart_charging_observe(daemon->service, on_changed, daemon);
	if (smart_charging_start(daemon->service) && event_base_dispatch(daemon->base) >= 0)
		code = EXIT_CODE_OK;
	smart_charging_free(daemon->service);
	return code;
}

/* Signals are watched before anybody is told that the service starts: otherwise they would end it. */
static enum exit_code run(struct daemon *daemon)
{
	struct event *interrupt = event_loop_watch_signal(daemon->base, SIGINT, on_signal, daemon);
	struct event *terminate = event_loop_watch_signal(daemon->base, SIGTERM, on_signal, daemon);
	enum exit_code code = EXIT_CODE_FAILURE;

	daemon->notice = notice_open(daemon->base);
	if (daemon->notice == NULL)
		log_line(LOG_LEVEL_WARN, "The service manager cannot be told anything (NOTIFY_SOCKET): %s",
			 strerror(errno));
	if (interrupt != NULL && terminate != NULL)
		code = serve(daemon);
	event_loop_unwatch_signal(interrupt);
	event_loop_unwatch_signal(terminate);
	notice_close(daemon->notice);
	return code;
}

static enum exit_code run_on_base(struct daemon *daemon)
{
	enum exit_code code;

	log_line(LOG_LEVEL_INFO, "smart-charging-service %s starts.", SLACD_VERSION);
	if (!log_start_writing())
		log_line(LOG_LEVEL_WARN, "The log has no thread: whoever does not read it holds the service up.");
	daemon->base = event_loop_new();
	if (daemon->base == NULL) {
		log_line(LOG_LEVEL_ERROR, "The event loop cannot be started.");
		return EXIT_CODE_FAILURE;
	}
	code = run(daemon);
	event_base_free(daemon->base);
	libevent_global_shutdown();
	return code;
}

int main(int argc, char **argv)
{
	static struct smart_charging_options options;
	struct daemon daemon = {.options = &options};

	if (!startup_open_standard_descriptors())
		return EXIT_CODE_FAILURE;
	const enum command_line_action action = smart_charging_options_read(argc, argv, &options);
	if (action != COMMAND_LINE_RUN)
		return action == COMMAND_LINE_EXIT ? EXIT_CODE_OK : EXIT_CODE_USAGE;
	log_set_name("smart-charging");
	log_set_level(options.log_level);
	startup_prepare();
	if (!log_open())
		log_line(LOG_LEVEL_WARN, "No memory for the log: whoever does not read it holds the service up.");
	const enum exit_code code = run_on_base(&daemon);
	log_close(LOG_FLUSH_MS);
	return (int)code;
}
