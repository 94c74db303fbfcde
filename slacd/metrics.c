/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/metrics.h"

#include <stdarg.h>
#include <string.h>

static const char *const answers[METRICS_ANSWERS] = {"CM_SLAC_PARM.CNF", "CM_ATTEN_CHAR.IND", "CM_VALIDATE.CNF",
						     "CM_SLAC_MATCH.CNF", "CM_AMP_MAP.CNF"};

/* A car waits 100 ms for an answer (TP_match_response), and gives up after 200 ms. */
static const struct {
	uint64_t us;
	const char *text; /* in seconds */
} buckets[METRICS_BUCKETS] = {{100, "0.0001"}, {500, "0.0005"}, {1000, "0.001"}, {5000, "0.005"},
			      {10000, "0.01"}, {50000, "0.05"}, {100000, "0.1"}, {200000, "0.2"}};

void metrics_count_sent(struct metrics_counts *counts, const char *name, uint64_t received_us, uint64_t now_us)
{
	size_t which = 0;

	while (which < METRICS_ANSWERS && strcmp(answers[which], name) != 0)
		which++;
	if (which == METRICS_ANSWERS)
		return;
	counts->answers[which]++;
	if (received_us == 0)
		return;
	counts->latency_count++;
	counts->latency_sum_us += now_us - received_us;
	for (size_t i = 0; i < METRICS_BUCKETS; i++)
		if (now_us - received_us <= buckets[i].us) {
			counts->latencies[i]++;
			return;
		}
}

/* --- writing --- */

struct page {
	struct evbuffer *out;
	const struct metrics_outlet *outlets;
	size_t count;
	bool failed; /* without memory */
};

static void put(struct page *page, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct page *page, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	if (evbuffer_add_vprintf(page->out, format, arguments) < 0)
		page->failed = true;
	va_end(arguments);
}

static void begin_family(struct page *page, const char *name, const char *type, const char *help)
{
	put(page, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* NAME{evse_id="...", left open for further labels. An evse_id may hold anything that is printed. */
static void begin_sample(struct page *page, const char *name, const struct metrics_outlet *outlet)
{
	char id[2 * API_EVSE_ID_MAX];
	size_t len = 0;

	for (const char *from = outlet->evse_id; *from != '\0'; from++) {
		if (*from == '"' || *from == '\\')
			id[len++] = '\\';
		id[len++] = *from;
	}
	put(page, "%s{evse_id=\"%.*s\"", name, (int)len, id);
}

static void put_labelled(struct page *page, const char *name, const struct metrics_outlet *outlet, const char *label,
			 const char *value, uint64_t count)
{
	begin_sample(page, name, outlet);
	put(page, ",%s=\"%s\"} %llu\n", label, value, (unsigned long long)count);
}

static void put_plain(struct page *page, const char *name, const struct metrics_outlet *outlet, uint64_t count)
{
	begin_sample(page, name, outlet);
	put(page, "} %llu\n", (unsigned long long)count);
}

/* --- families --- */

static void write_service(struct page *page, const struct metrics_service *service)
{
	begin_family(page, "slacd_info", "gauge", "The version of slacd.");
	put(page, "slacd_info{version=\"%s\"} 1\n", service->version);
	begin_family(page, "slacd_ready", "gauge", "1 while service_status is ready.");
	put(page, "slacd_ready %d\n", service->is_ready);
	begin_family(page, "slacd_broker_connected", "gauge", "1 while the MQTT broker is connected.");
	put(page, "slacd_broker_connected %d\n", service->broker_is_connected);
	begin_family(page, "slacd_log_lines_dropped_total", "counter", "Lines of the log that nobody could be given.");
	put(page, "slacd_log_lines_dropped_total %llu\n", (unsigned long long)service->log_lines_dropped);
}

static void write_gauges(struct page *page)
{
	begin_family(page, "slacd_outlet_serving", "gauge", "1 while the modem has its key: a car could be matched.");
	for (size_t i = 0; i < page->count; i++)
		put_plain(page, "slacd_outlet_serving", &page->outlets[i], page->outlets[i].serving);
	begin_family(page, "slacd_outlet_matched", "gauge", "1 while a car is matched.");
	for (size_t i = 0; i < page->count; i++)
		put_plain(page, "slacd_outlet_matched", &page->outlets[i], page->outlets[i].matched);
	begin_family(page, "slacd_pilot_offered_amperes", "gauge", "Current that the confirmed pilot offers.");
	for (size_t i = 0; i < page->count; i++) {
		begin_sample(page, "slacd_pilot_offered_amperes", &page->outlets[i]);
		put(page, "} %u.%u\n", page->outlets[i].offered_da / 10, page->outlets[i].offered_da % 10);
	}
}

static void put_outcome(struct page *page, const struct metrics_outlet *outlet, const char *outcome,
			const uint64_t counts[SLAC_REASON_COUNT])
{
	for (int i = 0; i < SLAC_REASON_COUNT; i++) {
		if (counts[i] == 0)
			continue;
		begin_sample(page, "slacd_sessions_total", outlet);
		put(page, ",outcome=\"%s\",reason=\"%s\"} %llu\n", outcome, slac_reason_text((enum slac_reason)i),
		    (unsigned long long)counts[i]);
	}
}

static void write_sessions(struct page *page)
{
	begin_family(page, "slacd_sessions_total", "counter", "Statuses that were reported, by outcome and reason.");
	for (size_t i = 0; i < page->count; i++) {
		const struct metrics_outlet *outlet = &page->outlets[i];
		begin_sample(page, "slacd_sessions_total", outlet);
		put(page, ",outcome=\"matched\",reason=\"\"} %llu\n", (unsigned long long)outlet->statistics.matched);
		put_outcome(page, outlet, "failed", outlet->statistics.failed);
		put_outcome(page, outlet, "unmatched", outlet->statistics.unmatched);
		put_outcome(page, outlet, "basic_charging", outlet->statistics.basic_charging);
	}
}

static void write_answers(struct page *page)
{
	begin_family(page, "slacd_answers_total", "counter", "Messages sent to cars.");
	for (size_t i = 0; i < page->count; i++)
		for (size_t which = 0; which < METRICS_ANSWERS; which++)
			put_labelled(page, "slacd_answers_total", &page->outlets[i], "message", answers[which],
				     page->outlets[i].counts.answers[which]);
}

static void write_latencies(struct page *page)
{
	const char *name = "slacd_answer_seconds";

	begin_family(page, name, "histogram", "From reading a frame of a car to the answer's hand-over to the kernel.");
	for (size_t i = 0; i < page->count; i++) {
		const struct metrics_outlet *outlet = &page->outlets[i];
		uint64_t up_to = 0;
		for (size_t bucket = 0; bucket < METRICS_BUCKETS; bucket++) {
			up_to += outlet->counts.latencies[bucket];
			put_labelled(page, "slacd_answer_seconds_bucket", outlet, "le", buckets[bucket].text, up_to);
		}
		put_labelled(page, "slacd_answer_seconds_bucket", outlet, "le", "+Inf", outlet->counts.latency_count);
		begin_sample(page, "slacd_answer_seconds_sum", outlet);
		put(page, "} %.6f\n", (double)outlet->counts.latency_sum_us / 1e6);
		put_plain(page, "slacd_answer_seconds_count", outlet, outlet->counts.latency_count);
	}
}

static void write_refused(struct page *page)
{
	begin_family(page, "slacd_messages_refused_total", "counter", "Messages of cars that were not answered.");
	for (size_t i = 0; i < page->count; i++)
		for (int reason = 0; reason < SLAC_REASON_COUNT; reason++)
			if (page->outlets[i].statistics.refused[reason] > 0)
				put_labelled(page, "slacd_messages_refused_total", &page->outlets[i], "reason",
					     slac_reason_text((enum slac_reason)reason),
					     page->outlets[i].statistics.refused[reason]);
}

/* Counters of one number each. */
static void write_plain(struct page *page)
{
	static const struct {
		const char *name;
		const char *help;
		size_t offset; /* in struct metrics_counts */
	} families[] = {
		{"slacd_modem_resets_total", "Resets of the modem by slacd.",
		 offsetof(struct metrics_counts, modem_resets)},
		{"slacd_modem_restarts_total", "Restarts of the modem by itself.",
		 offsetof(struct metrics_counts, modem_restarts)},
		{"slacd_pilot_confirmed_total", "Pilot requests that the station has confirmed.",
		 offsetof(struct metrics_counts, pilot_confirmed)},
		{"slacd_pilot_refused_total", "Answers invalid and error to pilot requests.",
		 offsetof(struct metrics_counts, pilot_refused)},
	};

	for (size_t family = 0; family < sizeof(families) / sizeof(families[0]); family++) {
		begin_family(page, families[family].name, "counter", families[family].help);
		for (size_t i = 0; i < page->count; i++) {
			const char *counts = (const char *)&page->outlets[i].counts;
			uint64_t count;
			memcpy(&count, counts + families[family].offset, sizeof(count));
			put_plain(page, families[family].name, &page->outlets[i], count);
		}
	}
}

static void write_pilot_requests(struct page *page)
{
	static const char *const texts[] = {[PILOT_HLC] = "hlc", [PILOT_F] = "f", [PILOT_X1] = "x1", [PILOT_X2] = "x2"};

	begin_family(page, "slacd_pilot_requests_total", "counter", "Pilot requests sent, repeats included.");
	for (size_t i = 0; i < page->count; i++)
		for (size_t kind = 0; kind <= PILOT_X2; kind++)
			put_labelled(page, "slacd_pilot_requests_total", &page->outlets[i], "request", texts[kind],
				     page->outlets[i].counts.pilot_requests[kind]);
}

bool metrics_write(struct evbuffer *out, const struct metrics_service *service, const struct metrics_outlet *outlets,
		   size_t count)
{
	struct page page = {.out = out, .outlets = outlets, .count = count};

	write_service(&page, service);
	write_gauges(&page);
	write_sessions(&page);
	write_answers(&page);
	write_latencies(&page);
	write_refused(&page);
	write_pilot_requests(&page);
	write_plain(&page);
	return !page.failed;
}
