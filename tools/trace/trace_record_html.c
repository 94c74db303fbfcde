/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/trace/trace_record_html.h"

#include "tools/trace/trace_html_parts.h"
#include "tools/trace/trace_record_report.h"

#include <inttypes.h>
#include <string.h>

/* The pilot stands between the times and the car. */
#define PILOT_X     100
#define PILOT_WIDTH 62
/* Of a line between the lifelines; a longer text goes on below. */
#define LINE_X      (CAR_X + 12)
#define LINE_MAX    54
#define LINE_HEIGHT 13
#define TEXT_MAX    (TRACE_ROW_TEXT + 16)

static const char *colour_of_band(enum trace_pilot_band band)
{
	static const char *const colours[] = {"#eeeeee", "#cfe0f5", "#bfe3cf", "#ffe3a8", "#f3b9b9", "#e0a0b8"};

	return colours[band];
}

static const char *colour_of_row(enum trace_row_kind kind)
{
	static const char *const colours[TRACE_ROW_KINDS] = {"#666", "#164", "#840", "#840",
							     "#04a", "#444", "#555", "#c33"};

	return colours[kind];
}

static void text_of(const struct trace_row *row, char text[TEXT_MAX])
{
	snprintf(text, TEXT_MAX, "%s%s", trace_row_direction(row), row->text);
}

/* Octets of the first line of a text: up to a space where there is one, and never through the middle of a character. */
static size_t line_len(const char *text)
{
	size_t len = strlen(text);

	if (len <= LINE_MAX)
		return len;
	for (len = LINE_MAX; len > 0 && text[len] != ' '; len--)
		;
	if (len > 0)
		return len;
	for (len = LINE_MAX; len > 1 && ((unsigned char)text[len] & 0xc0) == 0x80; len--)
		;
	return len;
}

static unsigned lines_of(const struct trace_row *row)
{
	char text[TEXT_MAX];
	unsigned lines = 0;

	if (row->event != NULL)
		return 1;
	text_of(row, text);
	for (const char *rest = text; *rest != '\0'; rest += line_len(rest))
		lines++;
	return lines > 0 ? lines : 1;
}

/* How far down a row stands below the one before it; above the first one the pilot is as it was at the begin. */
static unsigned step_of(const struct trace_record *record, size_t index, bool *is_broken)
{
	*is_broken = false;
	if (index == 0)
		return ROW_LEAST;
	const unsigned gap = trace_html_row(record->rows[index].time_us - record->rows[index - 1].time_us, is_broken);
	const unsigned least = ROW_LEAST + (lines_of(&record->rows[index - 1]) - 1) * LINE_HEIGHT;
	return gap > least ? gap : least;
}

static unsigned height_of(const struct trace_record *record)
{
	unsigned height = TOP_Y + 2 * ROW_LEAST;
	bool is_broken;

	for (size_t i = 0; i < record->row_count; i++)
		height += step_of(record, i, &is_broken);
	if (record->row_count > 0)
		height += (lines_of(&record->rows[record->row_count - 1]) - 1) * LINE_HEIGHT;
	return height;
}

/* --- the pilot --- */

static void put_pilot_band(FILE *out, const struct outlet_cp_status *pilot, unsigned from_y, unsigned to_y)
{
	const enum trace_pilot_band band = trace_pilot_band_of(pilot);
	const bool has_pwm = band == TRACE_PILOT_5_PERCENT || band == TRACE_PILOT_NOMINAL;
	char duty[32] = "";

	if (to_y <= from_y)
		return;
	if (has_pwm && pilot->has_duty)
		snprintf(duty, sizeof(duty), " %u %%", (pilot->duty + 50) / 100);
	fprintf(out,
		"<rect class=\"pilot\" x=\"%d\" y=\"%u\" width=\"%d\" height=\"%u\" fill=\"%s\"><title>%s: %s</title></rect>"
		"<text x=\"%d\" y=\"%u\">%s%s</text>\n",
		PILOT_X, from_y, PILOT_WIDTH, to_y - from_y, colour_of_band(band), cp_state_text(pilot->state),
		trace_pilot_band_text(band), PILOT_X + 3, from_y + 11, cp_state_text(pilot->state), duty);
}

static void put_pilot(FILE *out, const struct trace_record *record, unsigned height)
{
	struct outlet_cp_status pilot = record->pilot;
	bool is_known = record->pilot_is_known;
	unsigned y = TOP_Y, from_y = TOP_Y;
	bool is_broken;

	fprintf(out,
		"<g role=\"img\" aria-label=\"pilot\"><text x=\"%d\" y=\"16\" text-anchor=\"middle\">pilot</text>\n",
		PILOT_X + PILOT_WIDTH / 2);
	for (size_t i = 0; i < record->row_count; i++) {
		const struct trace_row *row = &record->rows[i];
		y += step_of(record, i, &is_broken);
		const bool is_other = !is_known || row->pilot.state != pilot.state ||
				      row->pilot.has_duty != pilot.has_duty || row->pilot.duty != pilot.duty;
		if (!row->tells_pilot || !is_other)
			continue;
		if (is_known)
			put_pilot_band(out, &pilot, from_y, y);
		pilot = row->pilot;
		is_known = true;
		from_y = y;
	}
	if (is_known)
		put_pilot_band(out, &pilot, from_y, height);
	fputs("</g>\n", out);
}

/* What the colours mean, between the names of the lifelines. */
static void put_legend(FILE *out)
{
	static const int places[] = {280, 315, 355, 405, 480, 515};

	for (int i = TRACE_PILOT_A; i <= TRACE_PILOT_F; i++) {
		const int x = places[i];
		fprintf(out,
			"<rect x=\"%d\" y=\"7\" width=\"10\" height=\"10\" fill=\"%s\" stroke=\"#999\"/><text x=\"%d\" y=\"16\">%s</text>\n",
			x, colour_of_band((enum trace_pilot_band)i), x + 13,
			trace_pilot_band_text((enum trace_pilot_band)i));
	}
}

/* --- rows --- */

static void put_line(FILE *out, const struct trace_row *row, unsigned y)
{
	char text[TEXT_MAX], line[LINE_MAX + 1];
	size_t len;

	text_of(row, text);
	fprintf(out, "<text y=\"%u\" class=\"line\" style=\"fill:%s\">", y, colour_of_row(row->kind));
	for (const char *rest = text; *rest != '\0'; rest += len) {
		len = line_len(rest);
		snprintf(line, sizeof(line), "%.*s", (int)len, rest);
		fprintf(out, "<tspan x=\"%d\" dy=\"%d\">", LINE_X, rest == text ? 0 : LINE_HEIGHT);
		trace_html_text(out, line);
		fputs("</tspan>", out);
	}
	fputs("</text>\n", out);
}

static void put_row(FILE *out, const struct trace_record *record, size_t index, unsigned y)
{
	const struct trace_row *row = &record->rows[index];

	fprintf(out, "<text x=\"5\" y=\"%u\">%.6f s</text>", y, (double)row->time_us / 1e6);
	if (row->event == NULL) {
		put_line(out, row, y);
		return;
	}
	trace_html_arrow(out, row->event, y);
	fprintf(out, "<text x=\"%d\" y=\"%u\" class=\"gap\">frame %" PRIu64, STATION_X + 20, y, row->number);
	if (index > 0)
		fprintf(out, ", +%.1f ms", (double)(row->time_us - record->rows[index - 1].time_us) / 1e3);
	fputs("</text>\n", out);
}

static void put_rows(FILE *out, const struct trace_record *record)
{
	const struct trace_event *event = NULL;
	unsigned y = TOP_Y, event_y = TOP_Y;

	for (size_t i = 0; i < record->row_count; i++) {
		const struct trace_row *row = &record->rows[i];
		bool is_broken;
		const unsigned step = step_of(record, i, &is_broken);
		if (is_broken)
			trace_html_break(out, y + step / 2, row->time_us - record->rows[i - 1].time_us);
		y += step;
		if (row->event != NULL && event != NULL)
			trace_html_band(out, event, row->event, event_y);
		put_row(out, record, i, y);
		if (row->event != NULL) {
			event = row->event;
			event_y = y;
		}
	}
}

static void put_sequence(FILE *out, const struct trace_record *record)
{
	const unsigned height = height_of(record);

	fprintf(out, "<svg viewBox=\"0 0 %d %u\" role=\"img\" aria-label=\"sequence of messages\">\n", WIDTH, height);
	put_pilot(out, record, height);
	put_legend(out);
	trace_html_lifeline(out, CAR_X, height, "car");
	trace_html_lifeline(out, STATION_X, height, "station");
	put_rows(out, record);
	fputs("</svg>\n", out);
	if (record->rows_left_out > 0)
		fprintf(out, "<p>... and %" PRIu64 " further lines.</p>\n", record->rows_left_out);
}

/* --- the whole --- */

static void put_setting(void *context, const char *path, const char *value)
{
	fputs("<li><code>", context);
	trace_html_text(context, path);
	fputs(*value == '\0' ? "" : " = ", context);
	trace_html_text(context, value);
	fputs("</code></li>\n", context);
}

static void put_attempts(FILE *out, const struct trace_record *record)
{
	char mac[MAC_TEXT_SIZE], run_id[RUN_ID_TEXT_SIZE];
	struct trace_verdict verdict;

	for (size_t i = 0; i < record->attempt_count; i++) {
		const struct trace_session *session = &record->attempts[i].session;
		trace_judge_attempt(record, &record->attempts[i], &verdict);
		fprintf(out, "<p>Attempt %zu: car %s, run_id %s, from %.3f s: <strong>%s</strong>. ", i + 1,
			mac_text(session->ev_mac, mac), run_id_text(session->run_id, run_id),
			(double)session->first_us / 1e6, slac_reason_text(verdict.word));
		trace_html_text(out, verdict.cause);
		fputs("</p>\n", out);
		trace_html_attenuation(out, session);
	}
	if (record->attempts_left_out > 0)
		fprintf(out, "<p>... and %" PRIu64 " attempts before the last one</p>\n", record->attempts_left_out);
}

void trace_record_html(FILE *out, const struct trace_record *record, const char *file, unsigned number)
{
	struct trace_verdict verdict;

	trace_judge_record(record, &verdict);
	fprintf(out, "<h2>%u: ", number);
	trace_html_text(out, file);
	fputs(", outlet ", out);
	trace_html_text(out, record->about.evse_id);
	fputs(", ", out);
	trace_html_text(out, record->about.outcome);
	fputs("</h2>\n", out);
	trace_html_verdict(out, &verdict, trace_record_is_match(record));
	put_attempts(out, record);
	fputs("<p>By ", out);
	trace_html_text(out, record->about.program);
	fputs(". Settings that were given:</p>\n<ul>\n", out);
	trace_record_settings(record, put_setting, out);
	fputs("</ul>\n", out);
	put_sequence(out, record);
}
