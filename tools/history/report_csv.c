/* SPDX-License-Identifier: Apache-2.0 */
/* A report's first table as RFC 4180 has it. */
#include "tools/history/report_document.h"

#include <string.h>

/*
 * A spreadsheet takes a cell that begins with one of these for a formula, and names come from others: it gets an
 * apostrophe in front, which makes a text of it.
 */
static bool looks_like_formula(const char *text)
{
	return *text != '\0' && strchr("=+-@\t\r", *text) != NULL;
}

static void write_cell(const char *text, bool is_number, FILE *out)
{
	const char *apostrophe = !is_number && looks_like_formula(text) ? "'" : "";

	if (strpbrk(text, "\",\r\n") == NULL) {
		fprintf(out, "%s%s", apostrophe, text);
		return;
	}
	fprintf(out, "\"%s", apostrophe);
	for (; *text != '\0'; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static void write_end(size_t column, size_t count, FILE *out)
{
	fputs(column + 1 < count ? "," : "\r\n", out);
}

void report_write_csv(const struct report_document *document, FILE *out)
{
	const struct report_table *table = &document->tables[0];
	const size_t count = table->column_count;

	for (size_t i = 0; i < count; i++) {
		write_cell(table->columns[i].head, false, out);
		write_end(i, count, out);
	}
	size_t column = 0;
	for (size_t i = 0; i < table->cell_count; i++) {
		write_cell(table->cells[i], table->columns[column].is_number, out);
		write_end(column, count, out);
		column = report_next_column(table, column);
	}
}
