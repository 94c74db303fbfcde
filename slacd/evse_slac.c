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

static bool session_has_ended(const struct slac_evse_output *item)
{
	return item->status == SLAC_STATUS_FAILED || item->status == SLAC_STATUS_UNMATCHED;
}

static void count_session(struct evse *evse, const struct slac_evse_output *item)
{
	if (item->status == SLAC_STATUS_MATCHED)
		evse->sessions.matched++;
	else if (item->status == SLAC_STATUS_FAILED)
		evse->sessions.failed[item->reason]++;
}

/* What depends on the power-line link begins and ends with the match. */
static void follow_link(struct evse *evse, enum slac_status status)
{
	evse->link_paused = false; /* the link that was paused is gone, or there is a new one */
	if (status == SLAC_STATUS_MATCHED) {
		evse_amp_map_link_up(evse);
		return;
	}
	modem_unwatch_link(&evse->modem);
	amp_map_end(&evse->amp_map);
}

static void log_status(const struct evse *evse, const struct slac_evse_output *item, bool bad, const char *next)
{
	char run_id[RUN_ID_TEXT_SIZE];
	char mac[MAC_TEXT_SIZE];

	log_line(bad ? LOG_LEVEL_WARN : LOG_LEVEL_INFO, "SLAC status. evse_id=%s status=%s%s%s%s%s%s%s%s",
		 evse->parameters.evse_id, slac_status_text(item->status),
		 item->reason != SLAC_REASON_NONE ? " reason=" : "", slac_reason_text(item->reason),
		 item->has_run_id ? " run_id=" : "", item->has_run_id ? run_id_text(item->run_id, run_id) : "",
		 item->has_run_id ? " ev=" : "", item->has_run_id ? mac_text(item->ev_mac, mac) : "", next);
}

static void report_status(struct evse *evse, const struct slac_evse_output *item)
{
	const struct control_pilot_input news = pilot_news_of(item->status, item->reason);
	bool lost = pilot_news_is_link_loss(item->status, item->reason);

	count_session(evse, item);
	follow_link(evse, item->status);
	outbox_slac_status(evse->shared->outbox, evse->parameters.evse_id, item->has_run_id ? item->run_id : NULL,
			   api_state(item->status), slac_reason_text(item->reason));
	if (!lost)
		log_status(evse, item, item->status == SLAC_STATUS_FAILED, "");
	evse_pilot_input(evse, &news);
	if (lost) /* the pilot logic has decided how it goes on */
		log_status(evse, item, true, evse->pilot.phase == CONTROL_PILOT_PULSE ? " next=F" : " next=wait");
	/* A car that knows the key and has no match any more must not stay in the network (TP_match_leave, 1 s). */
	if (evse->key_given && evse->slac.vehicle_connected && session_has_ended(item))
		evse_new_key(evse);
}

static unsigned mean_db_x10(const uint8_t db[SLAC_GROUPS])
{
	unsigned sum_db = 0;

	for (size_t i = 0; i < SLAC_GROUPS; i++)
		sum_db += db[i];
	return sum_db * 10 / SLAC_GROUPS;
}

/* What an integrator asks first about a run: what was heard, what the modem measured. */
static void run_details(const struct evse *evse, const uint8_t ev_mac[MAC_LEN], char *out, size_t size)
{
	out[0] = '\0';
	for (size_t i = 0; i < SLAC_EVSE_RUNS; i++) {
		const struct slac_run *run = &evse->slac.runs[i];
		if (run->state == SLAC_RUN_FREE || run->state == SLAC_RUN_WAIT_START || !mac_equal(run->ev_mac, ev_mac))
			continue;
		unsigned measured_x10 = mean_db_x10(run->measured_db);
		unsigned reported_x10 = mean_db_x10(run->average_db);
		snprintf(out, size,
			 " sounds_expected=%u sounds_heard=%u profiles=%u empty_profiles=%u measured_db=%u.%u"
			 " mean_attenuation_db=%u.%u ind_repeats=%u toggles=%u put_off=%u",
			 run->num_sounds, run->sounds, run->profiles, run->empty_profiles, measured_x10 / 10,
			 measured_x10 % 10, reported_x10 / 10, reported_x10 % 10, run->repeats, run->toggles,
			 run->put_off);
		return;
	}
}

/* Every car in reach may begin runs as fast as it likes. Five cars that each hear five outlets need about 200. */
#define STEPS_PER_MINUTE 240

/* `level`, or what is not logged by default when the budget is used up. */
static enum log_level step_level(struct evse *evse, enum log_level level)
{
	uint64_t now_us = clock_now_us();
	uint64_t left_out = log_budget_renew(&evse->step_lines, STEPS_PER_MINUTE, now_us);

	if (left_out > 0)
		log_line(LOG_LEVEL_WARN, "Steps of SLAC runs were not logged. evse_id=%s count=%llu",
			 evse->parameters.evse_id, (unsigned long long)left_out);
	if (log_budget_pass(&evse->step_lines, STEPS_PER_MINUTE))
		return level;
	evse->sessions.steps_not_logged++;
	if (evse->step_lines.lines == STEPS_PER_MINUTE + 1)
		log_line(
			LOG_LEVEL_WARN,
			"More than %d steps of SLAC runs in a minute, further ones are not logged for %llu s. evse_id=%s",
			STEPS_PER_MINUTE,
			(unsigned long long)(evse->step_lines.began_us + LOG_LIMIT_US - now_us) / 1000000,
			evse->parameters.evse_id);
	return LOG_LEVEL_DEBUG;
}

static void log_step(struct evse *evse, const struct slac_evse_output *item)
{
	char run_id[RUN_ID_TEXT_SIZE];
	char mac[MAC_TEXT_SIZE];
	char details[256] = "";
	bool failed = item->step.to == SLAC_RUN_FAILED;
	bool unplugged = item->reason == SLAC_REASON_VEHICLE_LEFT;
	enum log_level level = step_level(evse, failed && !unplugged ? LOG_LEVEL_WARN : LOG_LEVEL_INFO);

	if (!log_enabled(level))
		return;
	if (failed || item->step.to == SLAC_RUN_WAIT_RSP || item->step.from == SLAC_RUN_TOGGLING)
		run_details(evse, item->ev_mac, details, sizeof(details));
	log_line(level, "SLAC run: %s to %s. evse_id=%s run_id=%s ev=%s%s%s%s", slac_run_state_text(item->step.from),
		 slac_run_state_text(item->step.to), evse->parameters.evse_id, run_id_text(item->run_id, run_id),
		 mac_text(item->ev_mac, mac), item->reason != SLAC_REASON_NONE ? " reason=" : "",
		 slac_reason_text(item->reason), details);
}

void evse_refused(struct evse *evse, const char *what, const char *name, const uint8_t from[MAC_LEN],
		  enum slac_reason reason, enum mme_error error)
{
	bool by_field = reason == SLAC_REASON_FIELD;
	char mac[MAC_TEXT_SIZE];
	struct log_limit *limit = by_field ? &evse->refused_fields[error] : &evse->refused[reason];
	/* A wrong field is worth a warning; a message out of place is everyday on a shared power line. */
	enum log_level level = by_field                                   ? LOG_LEVEL_WARN
			       : reason == SLAC_REASON_VALIDATION_PUT_OFF ? LOG_LEVEL_INFO
									  : LOG_LEVEL_DEBUG;

	if (!log_limit_pass(limit, clock_now_us()))
		level = LOG_LEVEL_DEBUG;
	log_line(level, "%s %s. evse_id=%s from=%s reason=%s%s%s count=%llu", what, name, evse->parameters.evse_id,
		 mac_text(from, mac), slac_reason_text(reason), by_field ? ":" : "",
		 by_field ? mme_error_text(error) : "", (unsigned long long)limit->count);
}

/* A profile was made up: the station's installer must know in each session that nothing was measured. */
static void warn_of_missing_profile(const struct evse *evse, const struct slac_evse_output *item)
{
	for (size_t i = 0; i < SLAC_EVSE_RUNS; i++) {
		const struct slac_run *run = &evse->slac.runs[i];
		if (run->state == SLAC_RUN_WAIT_RSP && run->profiles == 0 && mac_equal(run->ev_mac, item->ev_mac))
			log_line(
				LOG_LEVEL_WARN,
				"The modem has measured nothing, slac.missing_profile is reported instead. evse_id=%s db=%d",
				evse->parameters.evse_id, evse->slac.config.missing_profile_db);
	}
}

static void on_step(struct evse *evse, const struct slac_evse_output *item)
{
	log_step(evse, item);
	if (item->step.to == SLAC_RUN_MATCHED)
		amp_map_begin(&evse->amp_map, item->ev_mac);
	if (item->step.to == SLAC_RUN_WAIT_RSP)
		warn_of_missing_profile(evse, item);
}

static void send_frame(struct evse *evse, const struct mme *frame)
{
	if (frame->mmtype == CM_SLAC_MATCH_CNF)
		evse->key_given = true;
	evse_link_send(evse, frame);
}

static void on_message(struct evse *evse, const char *what, const struct slac_evse_output *item)
{
	evse_refused(evse, what, mme_name(item->message.mmtype), item->ev_mac, item->reason, item->message.error);
}

static void carry_out(struct evse *evse, const struct slac_evse_output *item)
{
	const struct control_pilot_input init_timeout = {.kind = CONTROL_PILOT_INIT_TIMEOUT};

	switch (item->kind) {
	case SLAC_EVSE_SEND:
		send_frame(evse, &item->frame);
		break;
	case SLAC_EVSE_WATCH_LINK:
		evse_watch_link(evse);
		break;
	case SLAC_EVSE_STATUS:
		report_status(evse, item);
		break;
	case SLAC_EVSE_INIT_TIMEOUT:
		log_line(LOG_LEVEL_WARN,
			 "No CM_SLAC_PARM.REQ was answered within TT_EVSE_SLAC_init. evse_id=%s reason=%s",
			 evse->parameters.evse_id, slac_reason_text(item->reason));
		evse->init_reason = item->reason;
		evse_pilot_input(evse, &init_timeout);
		break;
	case SLAC_EVSE_RUN_STEP:
		on_step(evse, item);
		break;
	case SLAC_EVSE_IGNORED:
		on_message(evse, "Ignored", item);
		break;
	case SLAC_EVSE_PUT_OFF:
		on_message(evse, "Put off", item);
		break;
	case SLAC_EVSE_ODD:
		on_message(evse, "Took an unusual", item);
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

uint64_t evse_validation_waits_since(const struct evse *evse, const uint8_t ev_mac[MAC_LEN])
{
	return slac_validation_waits_since(&evse->slac.validation, ev_mac, clock_now_us());
}

bool evse_blocks_validation(const struct evse *evse, const uint8_t ev_mac[MAC_LEN], uint64_t since_us)
{
	return slac_validation_blocks(&evse->slac.validation, ev_mac, since_us, clock_now_us());
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
