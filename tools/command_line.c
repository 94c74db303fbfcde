/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/command_line.h"

#include <stdio.h>

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
