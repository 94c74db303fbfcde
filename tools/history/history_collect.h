/* SPDX-License-Identifier: Apache-2.0 */
/* slac-history collect: from the broker to the database, until SIGTERM or SIGINT. */
#ifndef TOOLS_HISTORY_HISTORY_COLLECT_H
#define TOOLS_HISTORY_HISTORY_COLLECT_H

#include "service/startup.h"

enum exit_code history_collect(int argc, char **argv);

#endif
