/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/tests/world/station.h"

#include "slacd/tests/world/loop.h"
#include "slacd/tests/world/record.h"
#include "slacd/tests/world/words.h"
#include "tools/station/cs_sim_ask.h"
#include "tools/station/cs_sim_options.h"
#include "tools/station/cs_sim_output.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
	bool open;
	struct words words;
	struct cs_options options;
	struct cs_data data;
	struct cs_station *station;
} site;

/* --- its account: messages are recorded by the broker --- */

void cs_output_init(bool colour, bool quiet)
{
	(void)colour;
	(void)quiet;
}

void cs_output_received(const char *name, const char *type, const char *format, ...)
{
	(void)name;
	(void)type;
	(void)format;
}

void cs_output_sent(const char *name, const char *type, const char *format, ...)
{
	(void)name;
	(void)type;
	(void)format;
}

void cs_output_message(const char *sender, const char *receiver, const char *name, const char *type, const char *format,
		       ...)
{
	(void)sender;
	(void)receiver;
	(void)name;
	(void)type;
	(void)format;
}

void cs_output_event(const char *format, ...)
{
	(void)format;
}

void cs_output_error(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	record_line_va("station", format, arguments);
	va_end(arguments);
}

/* --- the whole --- */

static void on_connected(void *context)
{
	(void)context;
}

static void on_seen(void *context, const struct cs_event *event)
{
	(void)context;
	(void)event;
}

static void give_up(const char *what)
{
	fprintf(stderr, "cs-sim: %s\n", what);
	abort();
}

void station_open(const char *options)
{
	const struct cs_station_callbacks callbacks = {.connected = on_connected, .seen = on_seen};
	enum loop_owner before = loop_become(LOOP_STATION);
	char error[CS_DATA_ERROR_SIZE];

	words_split(&site.words, "cs-sim", options);
	optind = 0;
	if (cs_options_read(site.words.count, site.words.items, &site.options) != COMMAND_LINE_RUN)
		give_up(options);
	cs_data_init(&site.data);
	for (size_t i = 0; i < site.options.evse_count; i++)
		if (!cs_data_add_evse(&site.data, site.options.evses[i], site.options.station.max_current_a, error))
			give_up(error);
	if (site.options.config_file != NULL && !cs_data_read_parameters(&site.data, site.options.config_file, error))
		give_up(error);
	if (site.options.limits_file != NULL && !cs_data_read_limits(&site.data, site.options.limits_file, error))
		give_up(error);
	site.station = cs_station_new(loop_base(), &site.options.station, &site.data, &callbacks, NULL);
	site.open = true;
	loop_become(before);
}

void station_close(void)
{
	if (!site.open)
		return;
	cs_station_free(site.station);
	cs_data_free(&site.data);
	words_free(&site.words);
	memset(&site, 0, sizeof(site));
}

static bool for_outlet(const struct cs_command *command)
{
	switch (command->kind) {
	case CS_COMMAND_PLUG:
		return cs_station_plug(site.station, command->evse_id);
	case CS_COMMAND_UNPLUG:
		return cs_station_unplug(site.station, command->evse_id);
	case CS_COMMAND_STATE:
		return cs_station_force_state(site.station, command->evse_id, command->state);
	case CS_COMMAND_LIMIT:
		return cs_station_limit(site.station, command->evse_id, command->ampere);
	case CS_COMMAND_STATUS_CODE:
		return cs_station_status_code(site.station, command->evse_id, command->status_code);
	case CS_COMMAND_REMOVE:
		return cs_station_remove(site.station, command->evse_id);
	default:
		return cs_ask(site.station, command);
	}
}

static bool carry_out(const struct cs_command *command)
{
	switch (command->kind) {
	case CS_COMMAND_ADD:
		return cs_station_add(site.station, command->text);
	case CS_COMMAND_PARAMETERS:
		return cs_station_parameters(site.station, command->text);
	case CS_COMMAND_LIMITS:
		return cs_station_limits(site.station, command->text);
	case CS_COMMAND_RESTART:
		cs_station_restart(site.station);
		return true;
	case CS_COMMAND_ANSWER:
		cs_station_answer(site.station, command->answer, NULL);
		return true;
	case CS_COMMAND_REPORT:
		cs_station_report(site.station, command->on);
		return true;
	case CS_COMMAND_RAW:
		cs_station_raw(site.station, command->topic, command->text);
		return true;
	default:
		return for_outlet(command);
	}
}

void station_say(const char *text)
{
	enum loop_owner before = loop_become(LOOP_STATION);
	char error[CS_COMMAND_ERROR_SIZE] = "";
	struct cs_command command;
	char *line = strdup(text);

	if (!site.open || line == NULL || !cs_command_parse(line, &command, error))
		give_up(error);
	if (!carry_out(&command))
		record_line("station", "cannot: %s", text);
	free(line);
	loop_become(before);
}
