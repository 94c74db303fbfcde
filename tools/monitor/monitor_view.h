/* SPDX-License-Identifier: Apache-2.0 */
/* What there is to show, as JSON for the page (doc/monitor.md has the members). Pure but for the memory. */
#ifndef TOOLS_MONITOR_MONITOR_VIEW_H
#define TOOLS_MONITOR_MONITOR_VIEW_H

#include "tools/monitor/monitor_model.h"

/* What is the same as long as the program runs. */
struct monitor_about {
	const char *broker; /* "localhost:1883" */
	bool has_records;   /* records can be opened */
	bool has_fleet;     /* there is a page of a fleet, too */
};

/*
 * One line of JSON with what has changed after the change number `since`: 0 is everything. Where an outlet went since
 * then it is everything, too, and "all" says so. *len is without the NUL. NULL without memory; otherwise the caller frees
 * it.
 */
char *monitor_view(const struct monitor *monitor, const struct monitor_about *about, uint64_t since, size_t *len);

#endif
