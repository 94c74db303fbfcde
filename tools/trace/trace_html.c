/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/trace/trace_html.h"

#include "tools/trace/trace_html_parts.h"
#include "tools/trace/trace_limits.h"

#include <inttypes.h>

/* The attenuation: a bar a group or a sound. */
#define BARS_X      44 /* right of the scale's words */
#define BAR_WIDTH   10
#define BARS_HEIGHT 120
#define BARS_DB     100

static const char style[] =
	"body{font:14px/1.4 sans-serif;max-width:900px;margin:2em auto;color:#222}"
	"h1{font-size:1.4em}h2{font-size:1.1em;margin-top:2.5em;border-top:1px solid #ccc;padding-top:1em}"
	".verdict{border-left:6px solid;padding:.4em 1em;background:#f6f6f6}.ok{border-color:#2a7}.bad{border-color:#c33}"
	".verdict p{margin:.3em 0}svg{max-width:100%;height:auto}svg text{font:11px sans-serif;fill:#222}"
	"svg .gap{fill:#777}svg .wrong{fill:#c33;font-weight:bold}"
	"svg .line{paint-order:stroke;stroke:#fff;stroke-width:4px}"
	"@media print{body{margin:0}h2{break-before:page}h1+h2{break-before:auto}}";

void trace_html_text(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '<')
			fputs("&lt;", out);
		else if (*text == '>')
			fputs("&gt;", out);
		else if (*text == '&')
			fputs("&amp;", out);
		else if (*text == '"')
			fputs("&quot;", out);
		else
			fputc(*text, out);
	}
}

void trace_html_begin(FILE *out)
{
	fprintf(out,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width\">\n<title>slac-trace</title>\n"
		"<style>%s</style>\n</head>\n<body>\n<h1>SLAC sessions</h1>\n",
		style);
}

void trace_html_end(FILE *out)
{
	fputs("</body>\n</html>\n", out);
}

/* --- the verdict --- */

void trace_html_verdict(FILE *out, const struct trace_verdict *verdict, bool is_match)
{
	const enum slac_reason reason = trace_daemon_word(verdict->word);

	fprintf(out, "<div class=\"verdict %s\">\n<p><strong>%s</strong>: ", is_match ? "ok" : "bad",
		slac_reason_text(verdict->word));
	trace_html_text(out, verdict->cause);
	fputs("</p>\n", out);
	if (!is_match || trace_fault_of(verdict->word) != TRACE_FAULT_NONE)
		fprintf(out, "<p>Lies with: %s. %s</p>\n", trace_fault_text(trace_fault_of(verdict->word)),
			trace_remedy(verdict->word));
	if (reason != SLAC_REASON_NONE && reason != verdict->word)
		fprintf(out, "<p>slacd says: %s</p>\n", slac_reason_text(reason));
	fputs("<p>Frames:", out);
	for (size_t i = 0; i < verdict->proof_count; i++)
		fprintf(out, " %" PRIu64, verdict->proofs[i]);
	fputs("</p>\n", out);
	if (verdict->unknown[0] != '\0')
		fprintf(out, "<p>Not known: %s</p>\n", verdict->unknown);
	fputs("</div>\n", out);
}

/* --- the sequence --- */

unsigned trace_html_row(uint64_t gap_us, bool *is_broken)
{
	const uint64_t px = gap_us / (1000 * MS_PER_PX);

	*is_broken = px > ROW_MOST;
	if (px < ROW_LEAST)
		return ROW_LEAST;
	return *is_broken ? ROW_MOST : (unsigned)px;
}

static unsigned sequence_height(const struct trace_session *session)
{
	unsigned height = TOP_Y + 2 * ROW_LEAST;
	bool is_broken;

	for (size_t i = 1; i < session->event_count; i++)
		height += trace_html_row(session->events[i].time_us - session->events[i - 1].time_us, &is_broken);
	return height;
}

void trace_html_lifeline(FILE *out, unsigned x, unsigned height, const char *name)
{
	fprintf(out,
		"<text x=\"%u\" y=\"16\" text-anchor=\"middle\">%s</text>"
		"<line x1=\"%u\" y1=\"24\" x2=\"%u\" y2=\"%u\" stroke=\"#999\"/>\n",
		x, name, x, x, height);
}

void trace_html_band(FILE *out, const struct trace_event *before, const struct trace_event *event, unsigned from_y)
{
	const struct trace_limit *limit = trace_limit_of(before->kind, event->kind);
	const uint64_t gap_us = event->time_us - before->time_us;
	const bool of_car = trace_kind_is_of_car(event->kind);

	if (limit == NULL)
		return;
	const uint64_t most_ms = limit->most_us / 1000;
	const uint64_t height = most_ms / MS_PER_PX < ROW_MOST ? most_ms / MS_PER_PX : ROW_MOST;
	const bool is_kept = gap_us <= limit->most_us;
	const unsigned x = of_car ? CAR_X - BAND_WIDTH - 2 : STATION_X + 2;

	fprintf(out,
		"<rect x=\"%u\" y=\"%u\" width=\"%d\" height=\"%" PRIu64 "\" fill=\"%s\"><title>%s %" PRIu64
		" ms: %s</title></rect>\n",
		x, from_y, BAND_WIDTH, height, is_kept ? "#c9b8e8" : "#f3b9b9", limit->name, most_ms,
		is_kept ? "kept" : "exceeded");
}

void trace_html_arrow(FILE *out, const struct trace_event *event, unsigned y)
{
	const bool of_car = trace_kind_is_of_car(event->kind);
	const bool is_modem = event->kind == TRACE_PROFILE || event->kind >= TRACE_SET_KEY;
	const char *colour = event->error != MME_OK ? "#c33" : is_modem ? "#aaa" : "#246";
	const int from = of_car ? CAR_X : STATION_X, to = is_modem ? STATION_X - 60 : of_car ? STATION_X : CAR_X;
	const int head = to > from ? -6 : 6;

	fprintf(out,
		"<path d=\"M%d %uH%dm%d -3l%d 3l%d 3\" fill=\"none\" stroke=\"%s\"/>"
		"<text x=\"%d\" y=\"%u\" text-anchor=\"middle\"%s>%s",
		from, y, to, head, -head, head, colour, is_modem ? STATION_X - 130 : (CAR_X + STATION_X) / 2, y - 2,
		event->error != MME_OK ? " class=\"wrong\"" : "", trace_kind_text(event->kind));
	if (event->error != MME_OK)
		fprintf(out, ": %s", mme_error_text(event->error));
	fputs("</text>\n", out);
}

static void put_times(FILE *out, const struct trace_session *session, size_t index, unsigned y, uint64_t origin_us)
{
	const struct trace_event *event = &session->events[index];

	fprintf(out, "<text x=\"5\" y=\"%u\">%.6f s</text><text x=\"%d\" y=\"%u\" class=\"gap\">frame %" PRIu64, y,
		(double)(event->time_us - origin_us) / 1e6, STATION_X + 20, y, event->number);
	if (index > 0)
		fprintf(out, ", +%.1f ms", (double)(event->time_us - session->events[index - 1].time_us) / 1e3);
	fputs("</text>\n", out);
}

void trace_html_break(FILE *out, unsigned y, uint64_t gap_us)
{
	fprintf(out, "<text x=\"%d\" y=\"%u\" class=\"gap\">&#8942; %.1f s</text>\n", CAR_X + 8, y,
		(double)gap_us / 1e6);
}

static void put_sequence(FILE *out, const struct trace_session *session, uint64_t origin_us)
{
	const unsigned height = sequence_height(session);
	unsigned y = TOP_Y;

	fprintf(out, "<svg viewBox=\"0 0 %d %u\" role=\"img\" aria-label=\"sequence of messages\">\n", WIDTH, height);
	trace_html_lifeline(out, CAR_X, height, "car");
	trace_html_lifeline(out, STATION_X, height, "station");
	for (size_t i = 0; i < session->event_count; i++) {
		const struct trace_event *event = &session->events[i];
		if (i > 0) {
			const struct trace_event *before = &session->events[i - 1];
			const uint64_t gap_us = event->time_us - before->time_us;
			bool is_broken;
			trace_html_band(out, before, event, y);
			const unsigned row = trace_html_row(gap_us, &is_broken);
			if (is_broken)
				trace_html_break(out, y + row / 2, gap_us);
			y += row;
		}
		trace_html_arrow(out, event, y);
		put_times(out, session, i, y, origin_us);
	}
	fputs("</svg>\n", out);
	if (session->events_left_out > 0)
		fprintf(out, "<p>... and %u further frames.</p>\n", session->events_left_out);
}

/* --- attenuation --- */

static void put_bar(FILE *out, size_t index, unsigned ddb)
{
	const unsigned most_ddb = BARS_DB * 10;
	const unsigned height = (ddb < most_ddb ? ddb : most_ddb) * BARS_HEIGHT / most_ddb;

	fprintf(out,
		"<rect x=\"%zu\" y=\"%u\" width=\"%d\" height=\"%u\" fill=\"#69b\"><title>%zu: %u.%u dB</title></rect>",
		BARS_X + index * BAR_WIDTH, BARS_HEIGHT - height, BAR_WIDTH - 2, height, index, ddb / 10, ddb % 10);
}

static void begin_bars(FILE *out, size_t count, const char *what)
{
	fprintf(out,
		"<p>%s</p>\n<svg viewBox=\"0 0 %zu %d\" role=\"img\" aria-label=\"attenuation\" style=\"max-width:%zupx\">",
		what, BARS_X + 10 + count * BAR_WIDTH, BARS_HEIGHT + 15, BARS_X + 10 + count * BAR_WIDTH);
	for (int db = 0; db <= BARS_DB; db += 25)
		fprintf(out,
			"<line x1=\"%d\" y1=\"%d\" x2=\"%zu\" y2=\"%d\" stroke=\"#ddd\"/><text x=\"0\" y=\"%d\">%d dB</text>",
			BARS_X - 2, BARS_HEIGHT - db * BARS_HEIGHT / BARS_DB, BARS_X + count * BAR_WIDTH,
			BARS_HEIGHT - db * BARS_HEIGHT / BARS_DB, BARS_HEIGHT - db * BARS_HEIGHT / BARS_DB + 10, db);
}

void trace_html_attenuation(FILE *out, const struct trace_session *session)
{
	char mac[MAC_TEXT_SIZE], what[128];

	for (size_t i = 0; i < session->evse_count; i++) {
		const struct trace_evse *evse = &session->evses[i];
		if (evse->inds == 0 || evse->num_groups == 0)
			continue;
		snprintf(what, sizeof(what), "Attenuation that %s told the car, by group: mean %u.%u dB",
			 mac_text(evse->mac, mac), evse->mean_ddb / 10, evse->mean_ddb % 10);
		begin_bars(out, evse->num_groups, what);
		for (size_t group = 0; group < evse->num_groups; group++)
			put_bar(out, group, evse->groups_db[group] * 10u);
		fputs("</svg>\n", out);
	}
	if (session->sound_count == 0)
		return;
	snprintf(what, sizeof(what), "Attenuation that the modem %s measured, by sound",
		 mac_text(session->profile_modem, mac));
	begin_bars(out, session->sound_count, what);
	for (size_t i = 0; i < session->sound_count; i++)
		put_bar(out, i, session->sound_mean_ddb[i]);
	fputs("</svg>\n", out);
}

void trace_html_session(FILE *out, const struct trace_session *session, const struct trace_verdict *verdict,
			uint64_t origin_us, const char *file, unsigned number)
{
	char mac[MAC_TEXT_SIZE], run_id[RUN_ID_TEXT_SIZE];

	fprintf(out, "<h2>%u: ", number);
	trace_html_text(out, file);
	fprintf(out, ", car %s, run_id %s, from %.3f s</h2>\n", mac_text(session->ev_mac, mac),
		run_id_text(session->run_id, run_id), (double)(session->first_us - origin_us) / 1e6);
	trace_html_verdict(out, verdict, trace_word_is_match(verdict->word));
	trace_html_attenuation(out, session);
	put_sequence(out, session, origin_us);
}
