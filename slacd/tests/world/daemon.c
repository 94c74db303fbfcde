/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/tests/world/daemon.h"

#include "service/clock.h"
#include "service/log.h"
#include "slacd/configuration.h"
#include "slacd/manager.h"
#include "slacd/options.h"
#include "slacd/tests/world/broker.h"
#include "slacd/tests/world/loop.h"
#include "slacd/tests/world/record.h"

#include <event2/buffer.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* manager.h: every outlet has stopped after a second at the latest. */
#define STOP_MAX_US 1500000u

static struct {
	struct json_object *configuration;
	struct settings *settings;
	struct manager *manager;
	char told[512]; /* to the service manager, last */
} site;

/* --- the edges of the shell --- */

uint64_t clock_now_us(void)
{
	return loop_now_us();
}

/* 2023-12-13T15:00:00Z when the world begins. */
uint64_t clock_wall_us(void)
{
	return UINT64_C(1702479600000000) + loop_elapsed_us();
}

const char *clock_utc_text(uint64_t wall_us, char out[CLOCK_TEXT_SIZE])
{
	(void)wall_us;
	out[0] = '\0';
	return out;
}

__attribute__((format(printf, 2, 3))) void __wrap_log_line(enum log_level level, const char *format, ...);

void __wrap_log_line(enum log_level level, const char *format, ...)
{
	static const char *const texts[] = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR"};
	char *text = NULL;
	va_list arguments;

	if (!log_enabled(level))
		return;
	va_start(arguments, format);
	int len = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (len < 0)
		abort();
	if (strncmp(text, "Inbound MQTT", 12) != 0 && strncmp(text, "Outbound MQTT", 13) != 0) /* recorded already */
		record_line("log", "%s %s", texts[level], text);
	free(text);
}

/* --- its configuration --- */

void daemon_world_open(void)
{
	memset(&site, 0, sizeof(site));
	site.configuration = json_object_new_object();
}

void daemon_world_close(void)
{
	daemon_kill();
	json_object_put(site.configuration);
	site.configuration = NULL;
}

/* The object `name` of `parent`, made where it is missing. */
static struct json_object *inner(struct json_object *parent, const char *name)
{
	struct json_object *object = NULL;

	if (!json_object_object_get_ex(parent, name, &object)) {
		object = json_object_new_object();
		json_object_object_add(parent, name, object);
	}
	return object;
}

void daemon_set(const char *path, const char *value)
{
	struct json_object *object = site.configuration;
	struct json_object *json = json_tokener_parse(value);
	char *names = strdup(path);
	char *rest = NULL;
	char *name = strtok_r(names, ".", &rest);

	if (name == NULL)
		abort();
	for (char *next = strtok_r(NULL, ".", &rest); next != NULL; next = strtok_r(NULL, ".", &rest)) {
		object = inner(object, name);
		name = next;
	}
	json_object_object_add(object, name, json != NULL ? json : json_object_new_string(value));
	free(names);
}

/* The command line of slacd, with the configuration as it is now in a file. */
struct command_line {
	int file;
	char path[64];
	char *arguments[4];
};

static void write_configuration(struct command_line *line)
{
	static char program[] = "slacd";
	static char option[] = "--config";
	const char *text = json_object_to_json_string(site.configuration);

	line->file = memfd_create("configuration", 0);
	if (line->file < 0 || write(line->file, text, strlen(text)) != (ssize_t)strlen(text))
		abort();
	snprintf(line->path, sizeof(line->path), "/proc/self/fd/%d", line->file);
	line->arguments[0] = program;
	line->arguments[1] = option;
	line->arguments[2] = line->path;
	line->arguments[3] = NULL;
}

static bool read_configuration(void)
{
	char error[SETTINGS_ERROR_SIZE];
	struct command_line line;
	const char *config_file;

	write_configuration(&line);
	site.settings = calloc(1, sizeof(*site.settings));
	if (site.settings == NULL)
		abort();
	bool ok = options_read(3, line.arguments, site.settings, &config_file, error) == OPTIONS_RUN;
	close(line.file);
	if (!ok)
		record_line("slacd", "does not start: %s",
			    strstr(error, ": ") != NULL ? strstr(error, ": ") + 2 : error);
	return ok;
}

void daemon_reload(void)
{
	enum loop_owner before = loop_become(LOOP_SLACD);
	struct command_line line;

	write_configuration(&line);
	(void)configuration_reload(3, line.arguments, site.settings, site.manager);
	close(line.file);
	loop_become(before);
}

static void on_changed(void *context)
{
	(void)context;
	manager_describe(site.manager, site.told, sizeof(site.told));
}

const char *daemon_told(void)
{
	return site.told;
}

bool daemon_start(void)
{
	enum loop_owner before = loop_become(LOOP_SLACD);
	bool bad_file = false;

	if (read_configuration())
		site.manager = manager_new(loop_base(), site.settings, &bad_file);
	if (site.manager != NULL)
		manager_observe(site.manager, on_changed, NULL);
	if (site.manager != NULL && !manager_start(site.manager)) {
		manager_free(site.manager);
		site.manager = NULL;
	}
	if (site.manager == NULL) {
		free(site.settings);
		site.settings = NULL;
	}
	loop_become(before);
	return site.manager != NULL;
}

static void end(void)
{
	enum loop_owner before = loop_become(LOOP_SLACD);

	manager_free(site.manager);
	free(site.settings);
	site.manager = NULL;
	site.settings = NULL;
	loop_become(before);
}

/* As main.c does it at a signal. */
void daemon_stop(void)
{
	enum loop_owner before = loop_become(LOOP_SLACD);

	loop_forget_break();
	if (site.manager != NULL)
		manager_begin_stop(site.manager);
	loop_become(before);
	if (site.manager != NULL)
		loop_run(clock_now_us() + STOP_MAX_US, loop_is_broken, NULL);
	end();
}

void daemon_kill(void)
{
	if (site.manager == NULL)
		return;
	broker_world_kill_slacd();
	record_mute(true);
	end();
	record_mute(false);
}

void daemon_log_statistics(void)
{
	enum loop_owner before = loop_become(LOOP_SLACD);

	manager_log_statistics(site.manager);
	loop_become(before);
}

static void record_lines(char *text)
{
	char *rest = NULL;

	for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest))
		if (*line != '#')
			record_line("metrics", "%s", line);
}

void daemon_write_metrics(void)
{
	struct evbuffer *page = evbuffer_new();
	enum loop_owner before = loop_become(LOOP_SLACD);

	if (page == NULL || !manager_write_metrics(site.manager, page) || evbuffer_add(page, "", 1) != 0)
		abort();
	loop_become(before);
	record_lines((char *)evbuffer_pullup(page, -1));
	evbuffer_free(page);
}
