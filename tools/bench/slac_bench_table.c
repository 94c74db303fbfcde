/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/slac_bench_table.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

bool table_open(struct bench_table *table)
{
	*table = (struct bench_table){.figures = json_object_new_array(), .part = ""};
	return table->figures != NULL;
}

void table_close(struct bench_table *table)
{
	json_object_put(table->figures);
	table->figures = NULL;
}

void table_part(struct bench_table *table, const char *part, const char *how)
{
	table->part = part;
	printf("\n%s: %s\n%-60s %10s %10s %6s  %s\n", part, how, "", "slacd", "floor", "ratio", "goal");
}

static double ratio_of(const struct bench_figure *figure)
{
	return figure->floor > 0 ? figure->slacd / figure->floor : 0;
}

static bool is_met(const struct bench_figure *figure)
{
	return (figure->goal_of == GOAL_RATIO ? ratio_of(figure) : figure->slacd) <= figure->goal;
}

/* Small figures with more digits. */
static const char *digits(double value)
{
	if (value == (double)(long)value || value >= 1000)
		return "%.0f";
	return value >= 10 ? "%.1f" : "%9.2f";
}

static void print_value(double value)
{
	char text[32];

	/* NOLINTNEXTLINE(clang-diagnostic-format-nonliteral) ; one of the three above */
	snprintf(text, sizeof(text), digits(value), value);
	printf(" %10s", text);
}

static void print_row(const struct bench_figure *figure)
{
	char name[80];

	snprintf(name, sizeof(name), "%s%s%s", figure->name, figure->unit[0] != '\0' ? ", " : "", figure->unit);
	printf("%-60s", name);
	print_value(figure->slacd);
	if (figure->floor > 0) {
		print_value(figure->floor);
		printf(" %6.2f", ratio_of(figure));
	} else {
		printf(" %10s %6s", "", "");
	}
	if (figure->goal_of != GOAL_NONE)
		printf("  %s%g %s", figure->goal_of == GOAL_RATIO ? "ratio " : "", figure->goal,
		       is_met(figure) ? "met" : "NOT MET");
	printf("\n");
}

void table_add(struct bench_table *table, const struct bench_figure *figure)
{
	struct json_object *row = json_object_new_object();

	print_row(figure);
	json_object_object_add(row, "part", json_object_new_string(table->part));
	json_object_object_add(row, "name", json_object_new_string(figure->name));
	json_object_object_add(row, "unit", json_object_new_string(figure->unit));
	json_object_object_add(row, "slacd", json_object_new_double(figure->slacd));
	if (figure->floor > 0) {
		json_object_object_add(row, "floor", json_object_new_double(figure->floor));
		json_object_object_add(row, "ratio", json_object_new_double(ratio_of(figure)));
	}
	if (figure->goal_of != GOAL_NONE) {
		json_object_object_add(row, "goal", json_object_new_double(figure->goal));
		json_object_object_add(row, "goal_of",
				       json_object_new_string(figure->goal_of == GOAL_RATIO ? "ratio" : "slacd"));
		json_object_object_add(row, "met", json_object_new_boolean(is_met(figure)));
	}
	json_object_array_add(table->figures, row);
}

static void add_machine(struct json_object *document)
{
	struct utsname system;
	char date[32] = "";
	double load = 0;
	time_t now = time(NULL);
	struct tm tm;

	if (gmtime_r(&now, &tm) != NULL)
		strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &tm);
	json_object_object_add(document, "date", json_object_new_string(date));
	if (uname(&system) == 0)
		json_object_object_add(document, "kernel", json_object_new_string(system.release));
	json_object_object_add(document, "cpus", json_object_new_int((int)sysconf(_SC_NPROCESSORS_ONLN)));
	if (getloadavg(&load, 1) == 1)
		json_object_object_add(document, "load", json_object_new_double(load));
}

bool table_write(const struct bench_table *table, const char *path)
{
	struct json_object *document = json_object_new_object();

	add_machine(document);
	json_object_object_add(document, "figures", json_object_get(table->figures));
	bool ok =
		json_object_to_file_ext(path, document, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE) == 0;
	if (!ok)
		fprintf(stderr, "slac-bench: %s: %s\n", path, json_util_get_last_err());
	json_object_put(document);
	return ok;
}
