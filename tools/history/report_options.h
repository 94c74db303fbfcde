/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of slac-history report. */
#ifndef TOOLS_HISTORY_REPORT_OPTIONS_H
#define TOOLS_HISTORY_REPORT_OPTIONS_H

#include "tools/command_line.h"
#include "tools/history/report_model.h"

enum report_format { REPORT_FORMAT_TABLE, REPORT_FORMAT_CSV, REPORT_FORMAT_HTML };

/* Texts point into argv or the environment; NULL is "not given". */
struct report_options {
	struct report_query query;
	enum report_format format;
	const char *database;
	const char *station;
	const char *makers;
	const char *output;
};

/* argv[0] is not looked at. --database wins over the variable SLAC_HISTORY_DATABASE. */
enum command_line_action report_options_read(int argc, char **argv, struct report_options *options);

#endif
