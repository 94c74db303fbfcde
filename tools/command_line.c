/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/command_line.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

enum command_line_action command_line_read(const struct command_line *line, int argc, char **argv, void *context)
{
	int option;
	int index = 0;

	while ((option = getopt_long(argc, argv, "hV", line->options, &index)) != -1) {
		if (option == '?') /* getopt has named it */
			return COMMAND_LINE_BAD;
		if (option == 'h') {
			fputs(line->help, stdout);
			return COMMAND_LINE_EXIT;
		}
		if (option == 'V') {
			printf("%s %s\n", line->name, SLACD_VERSION);
			return COMMAND_LINE_EXIT;
		}
		const char *expected = line->take(context, option, optarg);
		if (expected != NULL) {
			fprintf(stderr, "%s: --%s '%s': expected %s\n", line->name, line->options[index].name, optarg,
				expected);
			return COMMAND_LINE_BAD;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "%s: unexpected argument '%s'\n", line->name, argv[optind]);
		return COMMAND_LINE_BAD;
	}
	return COMMAND_LINE_RUN;
}

static bool read_environment(const struct command_line *line, const struct command_line_variable *variables,
			     void *context)
{
	for (const struct command_line_variable *variable = variables; variable->name != NULL; variable++) {
		char *value = getenv(variable->name);
		const char *expected =
			value != NULL && *value != '\0' ? line->take(context, variable->option, value) : NULL;
		if (expected == NULL)
			continue;
		fprintf(stderr, "%s: %s '%.200s': expected %s\n", line->name, variable->name, value, expected);
		return false;
	}
	return true;
}

enum command_line_action command_line_read_with_environment(const struct command_line *line,
							    const struct command_line_variable *variables, int argc,
							    char **argv, void *context, void *unread)
{
	const enum command_line_action action = command_line_read(line, argc, argv, unread);

	if (action != COMMAND_LINE_RUN)
		return action;
	if (!read_environment(line, variables, context))
		return COMMAND_LINE_BAD;
	optind = 0; /* getopt begins anew */
	return command_line_read(line, argc, argv, context);
}

bool command_line_take_whole(const char *text, uint32_t min, uint32_t max, uint32_t *number)
{
	char *end;
	const unsigned long value = strtoul(text, &end, 10);

	if (!isdigit((unsigned char)*text) || *end != '\0' || value < min || value > max)
		return false;
	*number = (uint32_t)value;
	return true;
}

const char *command_line_take_port(const char *text, uint16_t *port)
{
	uint32_t number;

	if (!command_line_take_whole(text, 1, UINT16_MAX, &number))
		return "a port from 1 to 65535";
	*port = (uint16_t)number;
	return NULL;
}

const char *command_line_take_text(const char *text, const char **out)
{
	*out = text;
	return *text != '\0' ? NULL : "a text";
}
