/* SPDX-License-Identifier: Apache-2.0 */
/* How the service is, in one line. */
#include "slacd/manager_internal.h"

#include <stdio.h>
#include <string.h>

void manager_tell_changed(const struct manager *manager)
{
	if (manager->changed != NULL)
		manager->changed(manager->changed_context);
}

void manager_observe(struct manager *manager, void (*changed)(void *context), void *context)
{
	manager->changed = changed;
	manager->changed_context = context;
	manager_tell_changed(manager);
}

enum api_service_state manager_state(const struct manager *manager)
{
	return manager->service_state;
}

/* Where the line goes on. */
struct line {
	char *at;
	size_t room;
};

__attribute__((format(printf, 2, 3))) static void add(struct line *line, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	const int len = vsnprintf(line->at, line->room, format, args);
	va_end(args);
	const size_t used = len < 0 ? 0 : (size_t)len < line->room ? (size_t)len : line->room - 1;
	line->at += used;
	line->room -= used;
}

static void add_outlets(const struct manager *manager, struct line *line)
{
	size_t serving = 0;

	for (size_t i = 0; i < manager->evse_count; i++)
		serving += evse_available(manager->evses[i]);
	add(line, "%zu of %zu outlets can serve", serving, manager->evse_count);
	for (size_t i = 0; i < manager->evse_count && line->room > 1; i++) {
		const struct evse *evse = manager->evses[i];
		const char *trouble = evse_trouble(evse);
		if (!evse_available(evse))
			add(line, "; %s cannot%s%s", evse_id(evse), *trouble != '\0' ? ": " : "", trouble);
	}
}

void manager_describe(const struct manager *manager, char *out, size_t size)
{
	struct line line = {out, size};

	add(&line, "%s: ", api_service_state_text(manager->service_state));
	if (!outbox_is_connected(&manager->outbox))
		add(&line, "no connection to the MQTT broker; ");
	if (manager->stopping)
		add(&line, "%zu outlets end", manager->ending_places.count);
	else if (manager->boot != BOOT_DONE)
		add(&line, "the station has not told %s",
		    manager->boot == BOOT_PARAMETERS ? "cs_parameters" : "cs_status_and_limits");
	else
		add_outlets(manager, &line);
}
