/* SPDX-License-Identifier: Apache-2.0 */
/* The files of page/, as they were when the program was built. */
#ifndef TOOLS_MONITOR_MONITOR_PAGES_H
#define TOOLS_MONITOR_MONITOR_PAGES_H

#include <stddef.h>

struct monitor_page {
	const char *name; /* "page.css" */
	const unsigned char *octets;
	size_t len;
};

extern const struct monitor_page monitor_pages[];
extern const size_t monitor_page_count;

#endif
