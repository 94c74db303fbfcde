/* SPDX-License-Identifier: Apache-2.0 */
/* slac-history report: what is in the database (doc/history.md). */
#ifndef TOOLS_HISTORY_REPORT_H
#define TOOLS_HISTORY_REPORT_H

#include "service/startup.h"

/* The command: argv[0] is the name that a wrong option is told with, its options follow. Writes the report. */
enum exit_code history_report(int argc, char **argv);

#endif
