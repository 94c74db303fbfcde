/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures of a report's tables: SVG within the page. What they show stands in the table below each. */
#include "tools/history/report_document.h"

#include <stdlib.h>
#include <string.h>

#define WIDTH       720.0
#define LEFT        48.0 /* of columns: room for the scale */
#define TOP         12.0
#define HEIGHT      180.0 /* of the highest column */
#define LABELS_MAX  7
#define NAME_WIDTH  230.0 /* of bars: room for the name */
#define NAME_CHARS  30
#define VALUE_WIDTH 70.0
#define BAR_STEP    26.0
#define BAR_HEIGHT  18.0
#define SCALE_STEPS 4

static size_t rows_of(const struct report_table *table)
{
	return table->cell_count / table->column_count;
}

static const char *cell(const struct report_table *table, size_t row, size_t column)
{
	return table->cells[row * table->column_count + column];
}

static double value(const struct report_table *table, size_t row, size_t series)
{
	return strtod(cell(table, row, table->series[series]), NULL);
}

static double sum(const struct report_table *table, size_t row)
{
	double total = 0;

	for (size_t i = 0; i < table->series_count; i++)
		total += value(table, row, i);
	return total;
}

/* The least of 4, 8, 20, 40, 80, 200 ... that no row exceeds: its quarters are whole. */
static double scale_end(const struct report_table *table, size_t first)
{
	static const double steps[] = {4, 8, 20};
	double most = 1;
	double power = 1;
	size_t step = 0;

	for (size_t row = first; row < rows_of(table); row++)
		most = sum(table, row) > most ? sum(table, row) : most;
	while (steps[step] * power < most) {
		step = (step + 1) % (sizeof(steps) / sizeof(steps[0]));
		power = step == 0 ? power * 10 : power;
	}
	return steps[step] * power;
}

/* At most `max` characters; what is cut is marked. */
static void write_name(const char *name, size_t max, FILE *out)
{
	char cut[REPORT_CELL_SIZE];
	size_t characters = 0;
	size_t len = 0;

	for (; name[len] != '\0'; len++) {
		characters += ((unsigned char)name[len] & 0xc0) != 0x80;
		if (characters > max)
			break;
	}
	snprintf(cut, sizeof(cut), "%.*s", (int)len, name);
	report_html_text(cut, out);
	if (name[len] != '\0')
		fputs("…", out);
}

static const char *class_of(const struct report_table *table, size_t series)
{
	return strcmp(table->columns[table->series[series]].head, "failed") == 0 ? "bad" : "good";
}

static void begin(const struct report_table *table, size_t number, double height, FILE *out)
{
	fprintf(out, "<svg role=\"img\" aria-labelledby=\"p%zu\" viewBox=\"0 0 %.0f %.0f\"><title id=\"p%zu\">", number,
		WIDTH, height, number);
	report_html_text(table->title, out);
	fputs(". The table below has the numbers.</title>\n", out);
}

static void write_scale(double end, FILE *out)
{
	for (int i = 0; i <= SCALE_STEPS; i++) {
		const double y = TOP + HEIGHT - HEIGHT * i / SCALE_STEPS;
		fprintf(out,
			"<path class=\"grid\" d=\"M%.0f %.1fH%.0f\"/><text class=\"right\" x=\"%.0f\" y=\"%.1f\">%.0f</text>\n",
			LEFT, y, WIDTH, LEFT - 6, y + 4, end * i / SCALE_STEPS);
	}
}

static void write_column(const struct report_table *table, size_t row, double x, double width, double end, FILE *out)
{
	double y = TOP + HEIGHT;

	for (size_t i = 0; i < table->series_count; i++) {
		const double height = HEIGHT * value(table, row, i) / end;
		y -= height;
		if (height > 0)
			fprintf(out, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
				class_of(table, i), x + width * 0.1, y, width * 0.8, height);
	}
}

static void write_columns(const struct report_table *table, size_t number, size_t first, FILE *out)
{
	const size_t count = rows_of(table) - first;
	const double width = (WIDTH - LEFT) / (double)count;
	const double end = scale_end(table, first);
	const size_t every = (count + LABELS_MAX - 1) / LABELS_MAX;

	begin(table, number, TOP + HEIGHT + 28, out);
	write_scale(end, out);
	for (size_t i = 0; i < count; i++) {
		const double x = LEFT + width * (double)i;
		write_column(table, first + i, x, width, end, out);
		if (i % every != 0)
			continue;
		/* The outer ones must not stand beyond the picture. */
		fprintf(out, "<text class=\"middle\" x=\"%.1f\" y=\"%.0f\">",
			x + width / 2 > WIDTH - 34 ? WIDTH - 34 : x + width / 2, TOP + HEIGHT + 18);
		report_html_text(cell(table, first + i, 0), out);
		fputs("</text>\n", out);
	}
	fputs("</svg>\n", out);
}

static void write_bar(const struct report_table *table, size_t row, double y, double end, FILE *out)
{
	double x = NAME_WIDTH;

	fprintf(out, "<text class=\"right\" x=\"%.0f\" y=\"%.1f\">", NAME_WIDTH - 8, y + 13);
	write_name(cell(table, row, 0), NAME_CHARS, out);
	fputs("</text>\n", out);
	for (size_t i = 0; i < table->series_count; i++) {
		const double width = (WIDTH - NAME_WIDTH - VALUE_WIDTH) * value(table, row, i) / end;
		if (width > 0)
			fprintf(out, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.0f\"/>\n",
				class_of(table, i), x, y, width, BAR_HEIGHT);
		x += width;
	}
	fprintf(out, "<text x=\"%.1f\" y=\"%.1f\">", x + 6, y + 13);
	for (size_t i = 0; i < table->series_count; i++)
		fprintf(out, "%s%s", i > 0 ? " / " : "", cell(table, row, table->series[i]));
	fputs("</text>\n", out);
}

static void write_bars(const struct report_table *table, size_t number, size_t first, FILE *out)
{
	const size_t count = rows_of(table) - first;
	const double end = scale_end(table, first);

	begin(table, number, BAR_STEP * (double)count + 8, out);
	for (size_t i = 0; i < count; i++)
		write_bar(table, first + i, BAR_STEP * (double)i + 4, end, out);
	fputs("</svg>\n", out);
}

static void write_legend(const struct report_table *table, FILE *out)
{
	fputs("<p class=\"legend\">", out);
	for (size_t i = 0; i < table->series_count; i++)
		fprintf(out, "<span class=\"%s\"></span>%s ", class_of(table, i),
			table->columns[table->series[i]].head);
}

void report_plot_write(const struct report_table *table, size_t number, FILE *out)
{
	const size_t rows = rows_of(table);
	const bool is_bars = table->plot == REPORT_PLOT_BARS;
	/* Of days the last ones tell most, of a list in its order the first ones do, and no such list is that long. */
	const size_t first = rows > REPORT_PLOT_ROWS_MAX ? rows - REPORT_PLOT_ROWS_MAX : 0;

	write_legend(table, out);
	if (first > 0)
		fprintf(out, "(the last %d of %zu)", REPORT_PLOT_ROWS_MAX, rows);
	fputs("</p>\n", out);
	if (is_bars)
		write_bars(table, number, first, out);
	else
		write_columns(table, number, first, out);
}
