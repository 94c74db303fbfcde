/* SPDX-License-Identifier: Apache-2.0 */
/* The figures: each is printed as a row when it is known, and all of them are written as JSON at the end. */
#ifndef TOOLS_BENCH_SLAC_BENCH_TABLE_H
#define TOOLS_BENCH_SLAC_BENCH_TABLE_H

#include <stdbool.h>

struct json_object;

enum bench_goal {
	GOAL_NONE,
	GOAL_VALUE, /* slacd's figure is at most `goal` */
	GOAL_RATIO  /* its ratio to the floor's is */
};

struct bench_figure {
	const char *name;
	const char *unit;
	double slacd;
	double floor; /* of the bare responder in the same minutes; 0: it has none */
	enum bench_goal goal_of;
	double goal;
};

struct bench_table {
	struct json_object *figures;
	const char *part; /* that is being measured */
};

/* False without memory. */
bool table_open(struct bench_table *table);
void table_close(struct bench_table *table);

/* The rows that follow belong to this part, and were measured like this. Both texts must outlive the table. */
void table_part(struct bench_table *table, const char *part, const char *how);
void table_add(struct bench_table *table, const struct bench_figure *figure);
/* All figures so far, and the machine; false with the reason on stderr. */
bool table_write(const struct bench_table *table, const char *path);

#endif
