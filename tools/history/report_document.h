/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report as it is written: tables of texts, with what of them is drawn. It is made of a model, and each of the three
 * writers has nothing but it. Pure but for the stream that is written to.
 */
#ifndef TOOLS_HISTORY_REPORT_DOCUMENT_H
#define TOOLS_HISTORY_REPORT_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define REPORT_COLUMNS_MAX   13
#define REPORT_TABLES_MAX    9
#define REPORT_NOTES_MAX     8
#define REPORT_NOTE_SIZE     400
#define REPORT_SERIES_MAX    2
#define REPORT_CELL_SIZE     200  /* a longer text is cut */
#define REPORT_HTML_ROWS_MAX 1000 /* of a table of the page; a line says how many there are */
#define REPORT_PLOT_ROWS_MAX 92   /* of a plot, the last ones; its title says so */

struct report_column {
	const char *head;
	bool is_number;
};

enum report_plot {
	REPORT_PLOT_NONE,
	REPORT_PLOT_BARS,    /* one beside each name */
	REPORT_PLOT_COLUMNS, /* what has an order: days, classes */
};

struct report_table {
	char title[REPORT_NOTE_SIZE];
	const char *about; /* a sentence; "" */
	enum report_plot plot;
	size_t series[REPORT_SERIES_MAX]; /* columns that are drawn, stacked; the first column names them */
	size_t series_count;
	struct report_column columns[REPORT_COLUMNS_MAX];
	size_t column_count;
	char **cells; /* row by row; text that can be shown (log_text_line), "" where there is nothing */
	size_t cell_count;

	size_t cell_room; /* internal */
};

struct report_document {
	char title[REPORT_NOTE_SIZE];
	struct report_table tables[REPORT_TABLES_MAX]; /* the first one is what was asked for with --by */
	size_t table_count;
	char notes[REPORT_NOTES_MAX][REPORT_NOTE_SIZE];
	size_t note_count;
	bool has_no_memory;
};

struct report_model;

/* Makes the document of a model; `about` is where the sessions come from. False: no memory. */
bool report_document_make(struct report_document *document, struct report_model *model, const char *about);
void report_document_free(struct report_document *document);

/* Adds a table, or rows to the last one, cell by cell. */
struct report_table *report_document_table(struct report_document *document, const char *title, const char *about);
void report_document_column(struct report_document *document, const char *head, bool is_number);
void report_document_cell(struct report_document *document, const char *text);
void report_document_number(struct report_document *document, unsigned long long number);
void report_document_note(struct report_document *document, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Each writes the document; whether all of it was written, ferror knows. CSV: the first table, and nothing else. */
void report_write_text(const struct report_document *document, FILE *out);
void report_write_csv(const struct report_document *document, FILE *out);
void report_write_html(const struct report_document *document, FILE *out);

/* The column of the next cell. */
static inline size_t report_next_column(const struct report_table *table, size_t column)
{
	return column + 1 < table->column_count ? column + 1 : 0;
}

/* Internal to report_html.c: a picture of a table, and text as HTML. */
void report_plot_write(const struct report_table *table, size_t number, FILE *out);
void report_html_text(const char *text, FILE *out);

#endif
