/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/history/report_document.h"
#include "service/log_text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 256

struct report_table *report_document_table(struct report_document *document, const char *title, const char *about)
{
	struct report_table *table = &document->tables[document->table_count++];

	*table = (struct report_table){.about = about};
	snprintf(table->title, sizeof(table->title), "%s", title);
	return table;
}

static struct report_table *last_table(struct report_document *document)
{
	return &document->tables[document->table_count - 1];
}

void report_document_column(struct report_document *document, const char *head, bool is_number)
{
	struct report_table *table = last_table(document);

	table->columns[table->column_count++] = (struct report_column){head, is_number};
}

static bool make_room(struct report_table *table)
{
	if (table->cell_count < table->cell_room)
		return true;
	const size_t room = table->cell_room == 0 ? FIRST_ROOM : 2 * table->cell_room;
	char **cells = realloc(table->cells, room * sizeof(*cells));
	if (cells == NULL)
		return false;
	table->cells = cells;
	table->cell_room = room;
	return true;
}

void report_document_cell(struct report_document *document, const char *text)
{
	struct report_table *table = last_table(document);
	char shown[REPORT_CELL_SIZE];

	log_text_line(shown, sizeof(shown), text, strlen(text));
	char *cell = make_room(table) ? strdup(shown) : NULL;
	if (cell != NULL)
		table->cells[table->cell_count++] = cell;
	else
		document->has_no_memory = true;
}

void report_document_number(struct report_document *document, unsigned long long number)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", number);
	report_document_cell(document, text);
}

void report_document_note(struct report_document *document, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(document->notes[document->note_count++], REPORT_NOTE_SIZE, format, arguments);
	va_end(arguments);
}

void report_document_free(struct report_document *document)
{
	for (size_t i = 0; i < document->table_count; i++) {
		for (size_t cell = 0; cell < document->tables[i].cell_count; cell++)
			free(document->tables[i].cells[cell]);
		free(document->tables[i].cells);
	}
	document->table_count = 0;
}
