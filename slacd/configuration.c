/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/configuration.h"

#include "slacd/manager.h"
#include "slacd/options.h"

#include <stdlib.h>

void configuration_warn(const struct settings *settings)
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

static void say_change(void *context, const char *path, bool live)
{
	size_t *changes = context;

	++*changes;
	if (live)
		log_line(LOG_LEVEL_INFO, "Setting has changed. setting=%s", path);
	else
		log_line(LOG_LEVEL_WARN, "Setting has changed and needs a restart. setting=%s", path);
}

/* The changes are said at the old level: one to ERROR would hide itself. */
static void take(struct settings *settings, const struct settings *fresh, struct manager *manager)
{
	size_t changes = 0;

	settings_take_live(settings, fresh, say_change, &changes);
	log_line(LOG_LEVEL_INFO, "Configuration was read again. changes=%zu", changes);
	log_set_level(settings->log_level);
	configuration_warn(settings);
	manager_take_settings(manager);
}

bool configuration_reload(int argc, char **argv, struct settings *settings, struct manager *manager)
{
	struct settings *fresh = calloc(1, sizeof(*fresh));
	char error[SETTINGS_ERROR_SIZE] = "no memory";
	const char *config_file;
	bool ok = fresh != NULL && options_read(argc, argv, fresh, &config_file, error) == OPTIONS_RUN;

	manager_report(manager);
	if (ok)
		take(settings, fresh, manager);
	else
		log_line(LOG_LEVEL_ERROR, "Configuration is wrong, everything stays as it was: %s", error);
	free(fresh);
	return ok;
}
