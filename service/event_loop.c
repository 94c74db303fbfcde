/* SPDX-License-Identifier: Apache-2.0 */
#include "service/event_loop.h"

#include "service/log.h"

/* libevent's own words, which would go past the thread of the log. */
static void log_event(int severity, const char *message)
{
	log_line(severity >= EVENT_LOG_ERR    ? LOG_LEVEL_ERROR
		 : severity >= EVENT_LOG_WARN ? LOG_LEVEL_WARN
					      : LOG_LEVEL_DEBUG,
		 "libevent: %s", message);
}

struct event_base *event_loop_new(void)
{
	struct event_config *config;
	struct event_base *base = NULL;

	event_set_log_callback(log_event);
	config = event_config_new();
	if (config == NULL)
		return NULL;
	/* Not its precise timers, which cost a system call in each turn: precise_timer.h. */
	if (event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK) == 0)
		base = event_base_new_with_config(config);
	event_config_free(config);
	return base;
}

struct event *event_loop_watch_signal(struct event_base *base, int number, event_callback_fn callback, void *context)
{
	struct event *event = evsignal_new(base, number, callback, context);

	if (event != NULL && event_add(event, NULL) == 0)
		return event;
	if (event != NULL)
		event_free(event);
	return NULL;
}

void event_loop_unwatch_signal(struct event *event)
{
	if (event != NULL)
		event_free(event);
}
