/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/replay/replay_report.h"

#include "tools/replay/mme_summary.h"

#include <inttypes.h>
#include <stdio.h>

static void line_begin(const struct replay_report *report, const char *kind)
{
	const uint64_t us = report->now_us - report->start_us;

	printf("%10" PRIu64 ".%03" PRIu64 "  %-8s  ", us / 1000, us % 1000, kind);
}

void report_frame(const struct replay_report *report, const char *arrow, const uint8_t mac[MAC_LEN],
		  const struct mme *frame)
{
	char text[MAC_TEXT_SIZE], summary[MME_SUMMARY_SIZE];

	mme_summary(frame, summary);
	line_begin(report, arrow);
	printf("%-23s  %s%s%s\n", mme_name(frame->mmtype), mac_text(mac, text), summary[0] == '\0' ? "" : "  ",
	       summary);
}

void report_undecoded(const struct replay_report *report, const struct mme *frame, enum mme_error error)
{
	char text[MAC_TEXT_SIZE];

	line_begin(report, "<-");
	if (error == MME_ERR_MMTYPE)
		printf("%-23s  %s  mmtype=0x%04x\n", "another kind", mac_text(frame->src, text), frame->mmtype);
	else
		printf("%-23s  %s  malformed=%s\n", mme_name(frame->mmtype), mac_text(frame->src, text),
		       mme_error_text(error));
}

void report_pilot(const struct replay_report *report, const char *text)
{
	line_begin(report, "pilot");
	printf("%s\n", text);
}

void report_key(const struct replay_report *report, const struct network_key *key)
{
	char text[NID_TEXT_SIZE];

	line_begin(report, "key");
	printf("nid=%s\n", nid_text(key->nid, text));
}

/* "  run_id=...  ev=...  reason=..." as far as the output has them, and the end of the line. */
static void line_end(const struct slac_evse_output *item)
{
	char run_id[RUN_ID_TEXT_SIZE], mac[MAC_TEXT_SIZE];

	if (item->has_run_id)
		printf("  %s  run_id=%s", mac_text(item->ev_mac, mac), run_id_text(item->run_id, run_id));
	if (item->reason != SLAC_REASON_NONE)
		printf("  reason=%s", slac_reason_text(item->reason));
	printf("\n");
}

static const char *message_verb(enum slac_evse_output_kind kind)
{
	if (kind == SLAC_EVSE_PUT_OFF)
		return "put off";
	return kind == SLAC_EVSE_ODD ? "odd" : "refused";
}

static void report_message(const struct replay_report *report, const struct slac_evse_output *item)
{
	const bool by_field = item->reason == SLAC_REASON_FIELD;
	char mac[MAC_TEXT_SIZE];

	line_begin(report, message_verb(item->kind));
	printf("%-23s  %s  reason=%s%s%s\n", mme_name(item->message.mmtype), mac_text(item->ev_mac, mac),
	       slac_reason_text(item->reason), by_field ? ":" : "",
	       by_field ? mme_error_text(item->message.error) : "");
}

static void report_step(const struct replay_report *report, const struct slac_evse_output *item)
{
	char step[48];

	line_begin(report, "run");
	snprintf(step, sizeof(step), "%s to %s", slac_run_state_text(item->step.from),
		 slac_run_state_text(item->step.to));
	printf("%-23s", step);
	line_end(item);
}

static void report_status(const struct replay_report *report, const struct slac_evse_output *item)
{
	line_begin(report, "status");
	printf("%-23s", slac_status_text(item->status));
	line_end(item);
}

static double mean_db(const uint8_t db[SLAC_GROUPS])
{
	unsigned sum_db = 0;

	for (size_t i = 0; i < SLAC_GROUPS; i++)
		sum_db += db[i];
	return (double)sum_db / SLAC_GROUPS;
}

void report_attenuation(const struct replay_report *report, const struct slac_run *run)
{
	char mac[MAC_TEXT_SIZE];

	line_begin(report, "run");
	printf("%-23s  %s  measured=%.1f dB reported=%.1f dB\n", "attenuation", mac_text(run->ev_mac, mac),
	       mean_db(run->measured_db), mean_db(run->average_db));
}

void report_output(const struct replay_report *report, const struct slac_evse_output *item)
{
	switch (item->kind) {
	case SLAC_EVSE_STATUS:
		report_status(report, item);
		break;
	case SLAC_EVSE_RUN_STEP:
		report_step(report, item);
		break;
	case SLAC_EVSE_IGNORED:
	case SLAC_EVSE_PUT_OFF:
	case SLAC_EVSE_ODD:
		report_message(report, item);
		break;
	case SLAC_EVSE_INIT_TIMEOUT:
		report_pilot(report, "no CM_SLAC_PARM.REQ within TT_EVSE_SLAC_init");
		break;
	case SLAC_EVSE_SEND:
		break; /* report_frame */
	case SLAC_EVSE_WATCH_LINK:
		break; /* no modem to ask */
	}
}
