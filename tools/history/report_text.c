/* SPDX-License-Identifier: Apache-2.0 */
/* A report for a terminal: tables in columns. */
#include "tools/history/report_document.h"

#include <string.h>

/* Characters of UTF-8: octets that do not go on with one. */
static size_t width_of(const char *text)
{
	size_t width = 0;

	for (; *text != '\0'; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

static void write_cell(const char *text, size_t width, bool is_number, bool is_last, FILE *out)
{
	const int space = (int)(width - width_of(text));

	if (is_number)
		fprintf(out, "%*s%s", space, "", text);
	else
		fprintf(out, "%s%*s", text, is_last ? 0 : space, "");
	fputs(is_last ? "\n" : "  ", out);
}

static void measure(const struct report_table *table, size_t widths[REPORT_COLUMNS_MAX])
{
	size_t column = 0;

	for (size_t i = 0; i < table->column_count; i++)
		widths[i] = width_of(table->columns[i].head);
	for (size_t i = 0; i < table->cell_count; i++) {
		const size_t width = width_of(table->cells[i]);
		widths[column] = width > widths[column] ? width : widths[column];
		column = report_next_column(table, column);
	}
}

static void write_table(const struct report_table *table, FILE *out)
{
	size_t widths[REPORT_COLUMNS_MAX] = {0};
	size_t column = 0;

	measure(table, widths);
	for (size_t i = 0; i < table->column_count; i++)
		write_cell(table->columns[i].head, widths[i], table->columns[i].is_number, i + 1 == table->column_count,
			   out);
	for (size_t i = 0; i < table->cell_count; i++) {
		write_cell(table->cells[i], widths[column], table->columns[column].is_number,
			   column + 1 == table->column_count, out);
		column = report_next_column(table, column);
	}
}

void report_write_text(const struct report_document *document, FILE *out)
{
	fprintf(out, "%s\n", document->title);
	for (size_t i = 0; i < document->table_count; i++) {
		const struct report_table *table = &document->tables[i];
		fprintf(out, "\n%s\n", table->title);
		if (*table->about != '\0')
			fprintf(out, "%s\n", table->about);
		if (table->cell_count > 0)
			write_table(table, out);
		else
			fputs("none\n", out);
	}
	fputc('\n', out);
	for (size_t i = 0; i < document->note_count; i++)
		fprintf(out, "%s\n", document->notes[i]);
}
