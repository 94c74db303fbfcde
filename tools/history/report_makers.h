/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who made a network card, by the first three octets of its MAC: from a list of the form that IEEE publishes, oui.txt or
 * oui.csv, which is the system's (Debian: ieee-data) and no part of this project. Pure but for report_makers_read.
 */
#ifndef TOOLS_HISTORY_REPORT_MAKERS_H
#define TOOLS_HISTORY_REPORT_MAKERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define REPORT_MAKERS_MAX      65536 /* prefixes; further ones are passed over */
#define REPORT_MAKER_NAME_SIZE 48    /* a longer name is cut */

struct report_maker {
	uint32_t prefix;
	char name[REPORT_MAKER_NAME_SIZE];
};

struct report_makers {
	struct report_maker *makers;
	size_t count;
	bool has_no_memory;

	size_t room; /* internal from here on */
	bool is_sorted;
};

/* Takes a line of the list; one of another form is passed over. */
void report_makers_take_line(struct report_makers *makers, const char *line);
/* Takes all lines of a file. False: it cannot be read to its end, or there is no memory. */
bool report_makers_read(struct report_makers *makers, FILE *file);
void report_makers_free(struct report_makers *makers);

/*
 * The name for a MAC such as 00:18:87:00:A1:D6; of two for a prefix the first by the alphabet. "none" for "",
 * "locally administered" where the MAC says that no maker gave it, "unknown" otherwise. The text is the list's own.
 */
const char *report_makers_find(struct report_makers *makers, const char *mac);

#endif
