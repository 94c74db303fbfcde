/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/trace/trace_report.h"

#include "tools/trace/trace_limits.h"
#include "tools/trace/trace_report_parts.h"

#include <inttypes.h>

/* --- text --- */

static void print_judged_gap(FILE *out, enum trace_kind from, const struct trace_event *event, uint64_t gap_us)
{
	const struct trace_limit *limit = trace_limit_of(from, event->kind);

	if (limit != NULL)
		fprintf(out, "  %s %" PRIu64 " ms %s", limit->name, limit->most_us / 1000,
			gap_us <= limit->most_us ? "kept" : "EXCEEDED");
}

static void print_detail(FILE *out, const struct trace_event *event)
{
	switch (event->kind) {
	case TRACE_SOUND:
		fprintf(out, "  left=%u", event->detail);
		break;
	case TRACE_PROFILE:
		fprintf(out, "  mean=%u.%u dB", event->mean_ddb / 10, event->mean_ddb % 10);
		break;
	case TRACE_IND:
		fprintf(out, "  sounds=%u mean=%u.%u dB", event->detail, event->mean_ddb / 10, event->mean_ddb % 10);
		break;
	case TRACE_RSP:
	case TRACE_VALIDATE_REQ:
	case TRACE_VALIDATE_CNF:
	case TRACE_SET_KEY_CNF:
		fprintf(out, "  result=%u", event->detail);
		break;
	default:
		break;
	}
	if (event->error != MME_OK)
		fprintf(out, "  WRONG FIELD: %s", mme_error_text(event->error));
}

void trace_report_event(FILE *out, const struct trace_event *event, const struct trace_event *before,
			uint64_t before_us, uint64_t origin_us)
{
	char mac[MAC_TEXT_SIZE];

	fprintf(out, "  %12.6f  %+10.3f ms  #%-6" PRIu64 " %s %-24s %s", (double)(event->time_us - origin_us) / 1e6,
		(double)(event->time_us - before_us) / 1e3, event->number,
		trace_kind_is_of_car(event->kind) ? "car    " : "station", trace_kind_text(event->kind),
		mac_text(event->from, mac));
	print_detail(out, event);
	if (before != NULL)
		print_judged_gap(out, before->kind, event, event->time_us - before->time_us);
	fputc('\n', out);
}

void trace_report_attenuation(FILE *out, const struct trace_session *session)
{
	char mac[MAC_TEXT_SIZE];

	for (size_t i = 0; i < session->evse_count; i++) {
		const struct trace_evse *evse = &session->evses[i];
		if (evse->inds == 0)
			continue;
		fprintf(out,
			"  attenuation told by %s: mean %u.%u dB of %u sounds, by group:", mac_text(evse->mac, mac),
			evse->mean_ddb / 10, evse->mean_ddb % 10, evse->num_sounds);
		for (uint8_t group = 0; group < evse->num_groups; group++)
			fprintf(out, " %u", evse->groups_db[group]);
		fputc('\n', out);
	}
	if (session->sound_count > 0)
		fprintf(out, "  measured by %s, by sound:", mac_text(session->profile_modem, mac));
	for (size_t i = 0; i < session->sound_count; i++)
		fprintf(out, " %u.%u", session->sound_mean_ddb[i] / 10, session->sound_mean_ddb[i] % 10);
	if (session->sound_count > 0)
		fputs(" dB\n", out);
}

void trace_report_verdict(FILE *out, const struct trace_verdict *verdict, bool is_match)
{
	const enum slac_reason reason = trace_daemon_word(verdict->word);

	fprintf(out, "  verdict: %s. %s\n", slac_reason_text(verdict->word), verdict->cause);
	if (!is_match || trace_fault_of(verdict->word) != TRACE_FAULT_NONE)
		fprintf(out, "  cause lies with: %s\n  what to do: %s\n",
			trace_fault_text(trace_fault_of(verdict->word)), trace_remedy(verdict->word));
	if (reason != SLAC_REASON_NONE && reason != verdict->word)
		fprintf(out, "  slacd says: %s\n", slac_reason_text(reason));
	if (verdict->proof_count > 0)
		fputs("  frames:", out);
	for (size_t i = 0; i < verdict->proof_count; i++)
		fprintf(out, " #%" PRIu64, verdict->proofs[i]);
	if (verdict->proof_count > 0)
		fputc('\n', out);
	if (verdict->unknown[0] != '\0')
		fprintf(out, "  not known: %s\n", verdict->unknown);
}

void trace_report_text(FILE *out, const struct trace_session *session, const struct trace_verdict *verdict,
		       uint64_t origin_us, unsigned number)
{
	char mac[MAC_TEXT_SIZE], run_id[RUN_ID_TEXT_SIZE];

	fprintf(out, "session %u: car %s, run_id %s, from %.6f s\n", number, mac_text(session->ev_mac, mac),
		run_id_text(session->run_id, run_id), (double)(session->first_us - origin_us) / 1e6);
	for (size_t i = 0; i < session->event_count; i++)
		trace_report_event(out, &session->events[i], i > 0 ? &session->events[i - 1] : NULL,
				   session->events[i > 0 ? i - 1 : 0].time_us, origin_us);
	if (session->events_left_out > 0)
		fprintf(out, "  ... and %u further frames\n", session->events_left_out);
	trace_report_attenuation(out, session);
	trace_report_verdict(out, verdict, trace_word_is_match(verdict->word));
	fputc('\n', out);
}

void trace_report_line(FILE *out, const struct trace_session *session, const struct trace_verdict *verdict,
		       uint64_t origin_us, const char *file)
{
	char mac[MAC_TEXT_SIZE], run_id[RUN_ID_TEXT_SIZE];

	fprintf(out, "%s: %.6f %s %s %s: %s\n", file, (double)(session->first_us - origin_us) / 1e6,
		mac_text(session->ev_mac, mac), run_id_text(session->run_id, run_id), slac_reason_text(verdict->word),
		verdict->cause);
}

static void print_count(FILE *out, uint64_t count, const char *what)
{
	if (count > 0)
		fprintf(out, "%" PRIu64 " %s\n", count, what);
}

void trace_report_file(FILE *out, const struct trace_file_counts *counts)
{
	print_count(out, counts->doubled, "frames are there twice within 1 ms (a port mirror): taken once.");
	print_count(out, counts->tagged, "frames carry a VLAN tag: a station's interface does not get these.");
	print_count(out, counts->cut, "frames were cut by the snapshot length: read as far as they go.");
	print_count(out, counts->backward, "frames are earlier than the one before them: taken at its time.");
	print_count(out, counts->set_back, "times the clock was set back: the time goes on from the packet before.");
}
