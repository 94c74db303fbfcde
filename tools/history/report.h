/* SPDX-License-Identifier: Apache-2.0 */
/* slac-history report: what is in the database (doc/history.md). */
#ifndef TOOLS_HISTORY_REPORT_H
#define TOOLS_HISTORY_REPORT_H

#include "service/startup.h"

/* The command, with argv[0] "report": reads its options, and writes the report to standard output. */
enum exit_code history_report(int argc, char **argv);

#endif
