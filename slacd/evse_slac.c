/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/evse_internal.h"

#include "slacd/pilot_news.h"

#include <string.h>

/* The words are the same on both sides; the modules do not know each other. */
static enum api_slac_state api_state(enum slac_status status)
{
	switch (status) {
	case SLAC_STATUS_MATCHING:
		return API_SLAC_MATCHING;
	case SLAC_STATUS_MATCHED:
		return API_SLAC_MATCHED;
	case SLAC_STATUS_FAILED:
		return API_SLAC_FAILED;
	case SLAC_STATUS_UNMATCHED:
		break;
	}
	return API_SLAC_UNMATCHED;
}

static void report_status(struct evse *evse, const struct slac_evse_output *item)
{
	char run_id[RUN_ID_TEXT_SIZE];
	char mac[MAC_TEXT_SIZE];
	const struct control_pilot_input news = pilot_news_of(item->status);
	bool bad = item->status == SLAC_STATUS_FAILED;

	evse->link_paused = false; /* the link that was paused is gone, or there is a new one */
	outbox_slac_status(evse->shared->outbox, evse->parameters.evse_id, item->has_run_id ? item->run_id : NULL,
			   api_state(item->status), slac_reason_text(item->reason));
	log_line(bad ? LOG_LEVEL_WARN : LOG_LEVEL_INFO, "SLAC status. evse_id=%s status=%s%s%s%s%s%s%s",
		 evse->parameters.evse_id, slac_status_text(item->status), item->reason != SLAC_REASON_NONE ? " reason=" : "",
		 slac_reason_text(item->reason), item->has_run_id ? " run_id=" : "",
		 item->has_run_id ? run_id_text(item->run_id, run_id) : "", item->has_run_id ? " ev=" : "",
		 item->has_run_id ? mac_text(item->ev_mac, mac) : "");
	evse_pilot_input(evse, &news);
}

/* What an integrator asks first about a run: what was heard, what the modem measured. */
static void run_details(const struct evse *evse, const uint8_t ev_mac[MAC_LEN], char *out, size_t size)
{
	out[0] = '\0';
	for (size_t i = 0; i < SLAC_EVSE_RUNS; i++) {
		const struct slac_run *run = &evse->slac.runs[i];
		if (run->state == SLAC_RUN_FREE || run->state == SLAC_RUN_WAIT_START || !mac_equal(run->ev_mac, ev_mac))
			continue;
		unsigned sum_db = 0;
		for (size_t g = 0; g < SLAC_GROUPS; g++)
			sum_db += run->average_db[g];
		unsigned mean_db_x10 = sum_db * 10 / SLAC_GROUPS;
		snprintf(out, size,
			 " sounds_expected=%u sounds_heard=%u profiles=%u empty_profiles=%u mean_attenuation_db=%u.%u ind_repeats=%u",
			 run->num_sounds, run->sounds, run->profiles, run->empty_profiles, mean_db_x10 / 10,
			 mean_db_x10 % 10, run->repeats);
		return;
	}
}

static void log_step(const struct evse *evse, const struct slac_evse_output *item)
{
	char run_id[RUN_ID_TEXT_SIZE];
	char mac[MAC_TEXT_SIZE];
	char details[192] = "";
	bool failed = item->step.to == SLAC_RUN_FAILED;
	bool unplugged = item->reason == SLAC_REASON_VEHICLE_LEFT;

	if (failed || item->step.to == SLAC_RUN_WAIT_RSP)
		run_details(evse, item->ev_mac, details, sizeof(details));
	log_line(failed && !unplugged ? LOG_LEVEL_WARN : LOG_LEVEL_INFO,
		 "SLAC run: %s to %s. evse_id=%s run_id=%s ev=%s%s%s%s", slac_run_state_text(item->step.from),
		 slac_run_state_text(item->step.to), evse->parameters.evse_id, run_id_text(item->run_id, run_id),
		 mac_text(item->ev_mac, mac), item->reason != SLAC_REASON_NONE ? " reason=" : "",
		 slac_reason_text(item->reason), details);
}

static void log_refusal(struct evse *evse, const struct slac_evse_output *item)
{
	bool by_field = item->reason == SLAC_REASON_FIELD;
	char mac[MAC_TEXT_SIZE];
	struct log_limit *limit =
		by_field ? &evse->refused_fields[item->message.error] : &evse->refused[item->reason];
	/* A wrong field is worth a warning; a message out of place is everyday on a shared power line. */
	bool loud = log_limit_pass(limit, clock_now_us()) && by_field;

	log_line(loud ? LOG_LEVEL_WARN : LOG_LEVEL_DEBUG, "%s %s. evse_id=%s from=%s reason=%s%s%s count=%llu",
		 item->kind == SLAC_EVSE_ODD ? "Took an unusual" : "Ignored", mme_name(item->message.mmtype),
		 evse->parameters.evse_id, mac_text(item->ev_mac, mac), slac_reason_text(item->reason),
		 by_field ? ":" : "", by_field ? mme_error_text(item->message.error) : "",
		 (unsigned long long)limit->count);
}

static void carry_out(struct evse *evse, const struct slac_evse_output *item)
{
	const struct control_pilot_input init_timeout = {.kind = CONTROL_PILOT_INIT_TIMEOUT};

	switch (item->kind) {
	case SLAC_EVSE_SEND:
		evse_link_send(evse, &item->frame);
		break;
	case SLAC_EVSE_STATUS:
		report_status(evse, item);
		break;
	case SLAC_EVSE_INIT_TIMEOUT:
		log_line(LOG_LEVEL_WARN, "No CM_SLAC_PARM.REQ within TT_EVSE_SLAC_init. evse_id=%s",
			 evse->parameters.evse_id);
		evse_pilot_input(evse, &init_timeout);
		break;
	case SLAC_EVSE_RUN_STEP:
		log_step(evse, item);
		break;
	case SLAC_EVSE_IGNORED:
	case SLAC_EVSE_ODD:
		log_refusal(evse, item);
		break;
	}
}

static void take(struct evse *evse, const struct slac_evse_input *input, uint64_t now_us)
{
	struct slac_evse_outputs out;

	slac_evse_input(&evse->slac, input, now_us, &out);
	for (size_t i = 0; i < out.count; i++) {
		carry_out(evse, &out.items[i]);
		if (out.items[i].kind == SLAC_EVSE_SEND)
			explicit_bzero(&out.items[i].frame, sizeof(out.items[i].frame)); /* may hold the NMK */
	}
}

void evse_slac_input(struct evse *evse, const struct slac_evse_input *input)
{
	const struct slac_evse_input tick = {.kind = SLAC_EVSE_TICK};
	uint64_t now_us = clock_now_us();

	/* What is due comes first and alone: the pilot logic may answer it before the input is handled. */
	if (slac_evse_deadline(&evse->slac) <= now_us)
		take(evse, &tick, now_us);
	take(evse, input, now_us);
}

static bool is_modem_answer(const struct mme *frame)
{
	return frame->mmtype == CM_SET_KEY_CNF || frame->mmtype == CM_GET_KEY_CNF;
}

void evse_frame(struct evse *evse, const uint8_t *octets, size_t len)
{
	struct mme frame;
	const struct slac_evse_input input = {.kind = SLAC_EVSE_FRAME, .frame = &frame};
	char mac[MAC_TEXT_SIZE];
	enum mme_error error = mme_decode(octets, len, &frame);

	if (error == MME_OK) {
		if (log_enabled(LOG_LEVEL_DEBUG))
			log_line(LOG_LEVEL_DEBUG, "Received %s. evse_id=%s from=%s", mme_name(frame.mmtype),
				 evse->parameters.evse_id, mac_text(frame.src, mac));
		if (is_modem_answer(&frame))
			evse_modem_frame(evse, &frame);
		else
			evse_slac_input(evse, &input);
		return;
	}
	if (error == MME_ERR_MMTYPE && frame.mmtype == VS_NW_INFO_CNF) {
		evse_network_frame(evse, octets, len);
		return;
	}
	bool pass = log_limit_pass(&evse->malformed[error], clock_now_us());
	if (error == MME_ERR_MMTYPE)
		log_line(LOG_LEVEL_TRACE, "Frame of another kind. evse_id=%s from=%s mmtype=0x%04x",
			 evse->parameters.evse_id, mac_text(frame.src, mac), frame.mmtype);
	else if (pass)
		log_line(LOG_LEVEL_WARN, "Malformed frame. evse_id=%s from=%s frame=%s reason=%s octets=%zu count=%llu",
			 evse->parameters.evse_id, mac_text(frame.src, mac), mme_name(frame.mmtype),
			 mme_error_text(error), len, (unsigned long long)evse->malformed[error].count);
}
