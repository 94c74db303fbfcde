/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/station/cs_sim_script.h"

#include "tools/station/cs_sim_ask.h"
#include "tools/station/cs_sim_output.h"
#include "tools/station/cs_sim_scripts.h"
#include "tools/station/cs_sim_session.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/stat.h>
#include <unistd.h>

/* Messages that no expectation has looked at yet; the oldest gives way. */
#define SEEN_MAX 256

struct item {
	STAILQ_ENTRY(item) entry;
	char *line;    /* what raw's topic and text point into */
	bool is_typed; /* it came on stdin: what cannot be carried out is said, and no reason to end */
	struct cs_command command;
};

struct cs_script {
	struct event_base *base;
	struct cs_station *station; /* NULL before the start */
	STAILQ_HEAD(, item) items;
	struct event *timer;   /* of a wait, or of an expectation's limit */
	struct event *input;   /* stdin, NULL when it has ended */
	struct evbuffer *text; /* of stdin, not yet a whole line */
	bool waiting;
	bool expecting;
	bool failed;
	struct cs_event expected;
	uint32_t within_ms;
	size_t seen_count;
	struct cs_event seen[SEEN_MAX];
};

static void run(struct cs_script *script);

static void item_free(struct item *item)
{
	free(item->line);
	free(item);
}

/* Takes over `line`. False, with the error, when it is no command. */
static bool add_line(struct cs_script *script, char *line, bool is_typed, char error[CS_COMMAND_ERROR_SIZE])
{
	struct item *item = calloc(1, sizeof(*item));

	if (item == NULL) {
		free(line);
		snprintf(error, CS_COMMAND_ERROR_SIZE, "no memory");
		return false;
	}
	item->line = line;
	item->is_typed = is_typed;
	if (!cs_command_parse(line, &item->command, error)) {
		item_free(item);
		return false;
	}
	STAILQ_INSERT_TAIL(&script->items, item, entry);
	return true;
}

static void stop(struct cs_script *script, bool failed)
{
	script->failed = script->failed || failed;
	event_base_loopbreak(script->base);
}

static void arm(struct cs_script *script, uint32_t ms)
{
	const struct timeval wait = {.tv_sec = (time_t)(ms / 1000), .tv_usec = (suseconds_t)(ms % 1000) * 1000};

	evtimer_add(script->timer, &wait);
}

/* Looks for what is expected; what came before it is not looked at again. */
static bool met(struct cs_script *script)
{
	for (size_t i = 0; i < script->seen_count; i++) {
		if (!cs_event_matches(&script->expected, &script->seen[i]))
			continue;
		script->seen_count -= i + 1;
		memmove(script->seen, script->seen + i + 1, script->seen_count * sizeof(script->seen[0]));
		return true;
	}
	return false;
}

static void expect(struct cs_script *script, const struct cs_command *command)
{
	script->expected = command->expected;
	script->within_ms = command->ms;
	script->expecting = !met(script);
	if (script->expecting)
		arm(script, command->ms);
}

/* A command about one outlet; false when there is no such one. */
static bool for_outlet(struct cs_station *station, const struct cs_command *command)
{
	switch (command->kind) {
	case CS_COMMAND_PLUG:
		return cs_station_plug(station, command->evse_id);
	case CS_COMMAND_UNPLUG:
		return cs_station_unplug(station, command->evse_id);
	case CS_COMMAND_STATE:
		return cs_station_force_state(station, command->evse_id, command->state);
	case CS_COMMAND_LIMIT:
		return cs_station_limit(station, command->evse_id, command->ampere);
	case CS_COMMAND_STATUS_CODE:
		return cs_station_status_code(station, command->evse_id, command->status_code);
	case CS_COMMAND_REMOVE:
		return cs_station_remove(station, command->evse_id);
	default:
		return cs_ask(station, command);
	}
}

static void carry_out(struct cs_script *script, const struct item *item)
{
	const struct cs_command *command = &item->command;
	struct cs_station *station = script->station;
	bool done = true;
	bool taken = true; /* otherwise the station has said why */

	switch (command->kind) {
	case CS_COMMAND_NOTHING:
		break;
	case CS_COMMAND_LIMITS:
		taken = cs_station_limits(station, command->text);
		break;
	case CS_COMMAND_PARAMETERS:
		taken = cs_station_parameters(station, command->text);
		break;
	case CS_COMMAND_ADD:
		taken = cs_station_add(station, command->text);
		break;
	case CS_COMMAND_CARD:
	case CS_COMMAND_CABLE:
	case CS_COMMAND_METER:
	case CS_COMMAND_AVAILABILITY:
	case CS_COMMAND_CAR_CONSUMES:
	case CS_COMMAND_CAR_READY:
	case CS_COMMAND_CAR:
	case CS_COMMAND_CSMS:
		taken = cs_station_session_command(station, command);
		break;
	case CS_COMMAND_RESTART:
		cs_station_restart(station);
		break;
	case CS_COMMAND_WAIT:
		script->waiting = true;
		arm(script, command->ms);
		break;
	case CS_COMMAND_EXPECT:
		expect(script, command);
		break;
	case CS_COMMAND_ANSWER:
		cs_station_answer(station, command->answer, command->has_signal ? &command->signal : NULL);
		break;
	case CS_COMMAND_REPORT:
		cs_station_report(station, command->on);
		break;
	case CS_COMMAND_RAW:
		cs_station_raw(station, command->topic, command->text);
		break;
	case CS_COMMAND_QUIT:
		stop(script, false);
		break;
	default:
		done = for_outlet(station, command);
		break;
	}
	if (!done)
		cs_output_error("the station has no outlet '%s' for this command", command->evse_id);
	if ((!done || !taken) && !item->is_typed)
		stop(script, true);
}

static void run(struct cs_script *script)
{
	while (!script->waiting && !script->expecting && !event_base_got_break(script->base)) {
		struct item *item = STAILQ_FIRST(&script->items);
		if (item == NULL)
			return;
		STAILQ_REMOVE_HEAD(&script->items, entry);
		bool quit = item->command.kind == CS_COMMAND_QUIT;
		carry_out(script, item);
		item_free(item);
		if (quit || script->failed)
			return;
	}
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	struct cs_script *script = context;
	char expected[CS_COMMAND_ERROR_SIZE];

	(void)fd;
	(void)what;
	if (script->expecting) {
		cs_event_text(&script->expected, expected, sizeof(expected));
		cs_output_error("expected %s within %u ms, but it did not come", expected, script->within_ms);
		stop(script, true);
		return;
	}
	script->waiting = false;
	run(script);
}

void cs_script_seen(struct cs_script *script, const struct cs_event *event)
{
	if (script->seen_count == SEEN_MAX)
		memmove(script->seen, script->seen + 1, --script->seen_count * sizeof(script->seen[0]));
	script->seen[script->seen_count++] = *event;
	if (!script->expecting || !met(script))
		return;
	script->expecting = false;
	evtimer_del(script->timer);
	run(script);
}

static void take_input(struct cs_script *script)
{
	char error[CS_COMMAND_ERROR_SIZE];
	char *line;

	while ((line = evbuffer_readln(script->text, NULL, EVBUFFER_EOL_LF)) != NULL)
		if (!add_line(script, line, true, error))
			cs_output_error("%s", error);
	if (evbuffer_get_length(script->text) > CS_COMMAND_LINE_MAX) {
		cs_output_error("a line of more than %u octets is dropped", (unsigned)CS_COMMAND_LINE_MAX);
		evbuffer_drain(script->text, evbuffer_get_length(script->text));
	}
	run(script);
}

static void on_input(evutil_socket_t fd, short what, void *context)
{
	struct cs_script *script = context;
	int n = evbuffer_read(script->text, fd, 4096);

	(void)what;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0)
		event_del(script->input);
	take_input(script);
}

/* Files (and /dev/null) are always readable and cannot be waited for: they are read at once. */
static void open_input(struct cs_script *script)
{
	struct stat info;
	bool can_wait = fstat(STDIN_FILENO, &info) == 0 &&
			(S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode) || isatty(STDIN_FILENO) == 1);

	if (can_wait) {
		script->input = event_new(script->base, STDIN_FILENO, EV_READ | EV_PERSIST, on_input, script);
		if (script->input != NULL)
			event_add(script->input, NULL);
		return;
	}
	while (evbuffer_read(script->text, STDIN_FILENO, 4096) > 0)
		continue;
	take_input(script);
}

static bool read_lines(struct cs_script *script, FILE *file, const char *name)
{
	char error[CS_COMMAND_ERROR_SIZE];
	char *line = NULL;
	size_t size = 0;
	unsigned number = 0;
	bool ok = true;

	while (ok && getline(&line, &size, file) >= 0) {
		number++;
		ok = add_line(script, line, false, error);
		if (!ok)
			cs_output_error("%s:%u: %s", name, number, error);
		line = NULL;
		size = 0;
	}
	free(line);
	return ok;
}

/* A file comes first: who has changed one of ours may have kept its name. */
static bool read_script(struct cs_script *script, const char *name)
{
	const char *builtin = cs_builtin_script(name);
	FILE *file = fopen(name, "re");
	bool ok;

	if (file == NULL && builtin != NULL)
		file = fmemopen((void *)(uintptr_t)builtin, strlen(builtin), "r");
	if (file == NULL) {
		cs_output_error("%s: neither a file that can be read (%s) nor a script of cs-sim", name,
				strerror(errno));
		return false;
	}
	ok = read_lines(script, file, name);
	fclose(file);
	return ok;
}

struct cs_script *cs_script_new(struct event_base *base, const char *name)
{
	struct cs_script *script = calloc(1, sizeof(*script));

	if (script == NULL)
		return NULL;
	STAILQ_INIT(&script->items);
	script->base = base;
	script->timer = evtimer_new(base, on_timer, script);
	script->text = evbuffer_new();
	if (script->timer == NULL || script->text == NULL || (name != NULL && !read_script(script, name))) {
		cs_script_free(script);
		return NULL;
	}
	return script;
}

void cs_script_free(struct cs_script *script)
{
	if (script == NULL)
		return;
	while (!STAILQ_EMPTY(&script->items)) {
		struct item *item = STAILQ_FIRST(&script->items);
		STAILQ_REMOVE_HEAD(&script->items, entry);
		item_free(item);
	}
	if (script->timer != NULL)
		event_free(script->timer);
	if (script->input != NULL)
		event_free(script->input);
	if (script->text != NULL)
		evbuffer_free(script->text);
	free(script);
}

void cs_script_start(struct cs_script *script, struct cs_station *station)
{
	if (script->station != NULL)
		return;
	script->station = station;
	run(script);
	open_input(script);
}

bool cs_script_failed(const struct cs_script *script)
{
	return script->failed;
}
