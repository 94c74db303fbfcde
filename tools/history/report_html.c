/* SPDX-License-Identifier: Apache-2.0 */
/* A report as a page of its own: it loads nothing and runs nothing. */
#include "tools/history/report_document.h"

static const char head[] =
	"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	"<style>\n"
	":root { color-scheme: light dark; --back: #f4f5f7; --paper: #fff; --ink: #1b1f24; --muted: #57606a;\n"
	"  --line: #d5d9de; --good: #2f6fb5; --bad: #d1651b; }\n"
	"@media (prefers-color-scheme: dark) { :root { --back: #0e1116; --paper: #171b21; --ink: #e6e9ed;\n"
	"  --muted: #9da7b3; --line: #343b45; --good: #6cb0f5; --bad: #f0945a; } }\n"
	"* { box-sizing: border-box; }\n"
	"body { margin: 0 auto; max-width: 64rem; padding: 1rem; background: var(--back); color: var(--ink);\n"
	"  font: 1rem/1.45 system-ui, sans-serif; font-variant-numeric: tabular-nums; }\n"
	"h1 { font-size: 1.4rem; overflow-wrap: anywhere; }\n"
	"h2 { font-size: 1.1rem; margin: 0 0 .5rem; }\n"
	"section { background: var(--paper); border: 1px solid var(--line); border-radius: .5rem; margin: 1rem 0;\n"
	"  padding: 1rem; }\n"
	"section p { color: var(--muted); margin: 0 0 .5rem; }\n"
	"svg { display: block; width: 100%; min-width: 30rem; max-width: 45rem; height: auto; margin-bottom: .75rem; }\n"
	"svg text { fill: var(--ink); font-size: 12px; }\n"
	"svg .right { text-anchor: end; }\nsvg .middle { text-anchor: middle; }\n"
	"svg .grid { stroke: var(--line); fill: none; }\n"
	"svg .good { fill: var(--good); }\nsvg .bad { fill: var(--bad); }\n"
	".legend span { display: inline-block; width: .8em; height: .8em; margin: 0 .35em 0 0; }\n"
	".legend span + span, .legend span:not(:first-child) { margin-left: 1em; }\n"
	".legend .good { background: var(--good); }\n.legend .bad { background: var(--bad); }\n"
	".wide { overflow-x: auto; }\n"
	"table { border-collapse: collapse; }\n"
	"th, td { border-bottom: 1px solid var(--line); padding: .2rem .75rem .2rem 0; text-align: left; max-width: 24rem;\n"
	"  overflow-wrap: break-word; vertical-align: top; font-weight: normal; }\n"
	"thead th { color: var(--muted); white-space: nowrap; }\n"
	".n { text-align: right; white-space: nowrap; }\n"
	"caption { text-align: left; color: var(--muted); padding-bottom: .25rem; }\n"
	"</style>\n";

void report_html_text(const char *text, FILE *out)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			fputc(*text, out);
			break;
		}
	}
}

static void write_element(const char *name, const char *text, FILE *out)
{
	fprintf(out, "<%s>", name);
	report_html_text(text, out);
	fprintf(out, "</%s>\n", name);
}

static void write_row(const struct report_table *table, size_t row, FILE *out)
{
	fputs("<tr>", out);
	for (size_t i = 0; i < table->column_count; i++) {
		const bool is_number = table->columns[i].is_number;
		fputs(is_number ? "<td class=\"n\">" : i == 0 ? "<th scope=\"row\">" : "<td>", out);
		report_html_text(table->cells[row * table->column_count + i], out);
		fputs(!is_number && i == 0 ? "</th>" : "</td>", out);
	}
	fputs("</tr>\n", out);
}

static void write_heads(const struct report_table *table, FILE *out)
{
	fputs("<thead><tr>", out);
	for (size_t i = 0; i < table->column_count; i++)
		fprintf(out, "<th scope=\"col\"%s>%s</th>", table->columns[i].is_number ? " class=\"n\"" : "",
			table->columns[i].head);
	fputs("</tr></thead>\n<tbody>\n", out);
}

/* What is wider than the window is moved by keys, too: it can have the focus. */
static void write_table(const struct report_table *table, size_t number, FILE *out)
{
	const size_t rows = table->cell_count / table->column_count;
	const size_t shown = rows < REPORT_HTML_ROWS_MAX ? rows : REPORT_HTML_ROWS_MAX;

	fprintf(out,
		"<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-labelledby=\"t%zu\"><table aria-labelledby=\"t%zu\">\n",
		number, number);
	if (shown < rows)
		fprintf(out, "<caption>The first %zu of %zu rows; --format csv has all of them.</caption>\n", shown,
			rows);
	write_heads(table, out);
	for (size_t i = 0; i < shown; i++)
		write_row(table, i, out);
	fputs("</tbody></table></div>\n", out);
}

/* On a phone a picture is wider than the window, as its text would be too small otherwise; keys move it. */
static void write_plot(const struct report_table *table, size_t number, FILE *out)
{
	fprintf(out, "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-labelledby=\"p%zu\">\n", number);
	report_plot_write(table, number, out);
	fputs("</div>\n", out);
}

static void write_section(const struct report_table *table, size_t number, FILE *out)
{
	fprintf(out, "<section>\n<h2 id=\"t%zu\">", number);
	report_html_text(table->title, out);
	fputs("</h2>\n", out);
	if (*table->about != '\0')
		write_element("p", table->about, out);
	if (table->cell_count == 0)
		write_element("p", "None.", out);
	else if (table->plot != REPORT_PLOT_NONE)
		write_plot(table, number, out);
	if (table->cell_count > 0)
		write_table(table, number, out);
	fputs("</section>\n", out);
}

void report_write_html(const struct report_document *document, FILE *out)
{
	fputs(head, out);
	write_element("title", document->title, out);
	fputs("</head>\n<body>\n<main>\n", out);
	write_element("h1", document->title, out);
	/* What was asked for may be long: it stands at the end. */
	for (size_t i = 1; i < document->table_count; i++)
		write_section(&document->tables[i], i, out);
	write_section(&document->tables[0], 0, out);
	fputs("<section>\n<h2>Notes</h2>\n", out);
	for (size_t i = 0; i < document->note_count; i++)
		write_element("p", document->notes[i], out);
	fputs("</section>\n</main>\n</body>\n</html>\n", out);
}
