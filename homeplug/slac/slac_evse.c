/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/slac/slac_evse_internal.h"

#include "homeplug/slac/slac_profile.h"
#include "homeplug/slac/slac_transitions.h"

#include <string.h>

void slac_evse_defaults(struct slac_evse_config *config, bool strict)
{
	*config = (struct slac_evse_config){
		.tt_evse_slac_init_ms = 20000,
		.tt_match_sequence_ms = 400,
		.tt_evse_match_mnbc_ms = 600,
		.tt_match_response_ms = 200,
		.tt_evse_match_session_ms = 10000,
		.tt_match_join_ms = 12000,
		.c_ev_match_retry = 2,
		.parallel_runs = SLAC_EVSE_RUNS,
		.validation = true,
		.missing_profile_db = -1,
	};
	slac_profile_apply(config, strict);
}

void slac_evse_init(struct slac_evse *evse, const struct slac_evse_config *config)
{
	memset(evse, 0, sizeof(*evse));
	evse->config = *config;
	evse->state = SLAC_EVSE_IDLE;
	evse->deadline_us = SLAC_NEVER;
}

void slac_evse_report(const struct slac_evse *evse, enum slac_status status, enum slac_reason reason,
		      struct slac_evse_outputs *out)
{
	struct slac_run last = {0};

	memcpy(last.run_id, evse->run_id, RUN_ID_LEN);
	memcpy(last.ev_mac, evse->ev_mac, MAC_LEN);
	struct slac_evse_output *item = slac_run_output(&last, SLAC_EVSE_STATUS, out);
	item->has_run_id = evse->has_run_id;
	item->status = status;
	item->reason = reason;
}

void slac_evse_remember_ev(struct slac_evse *evse, const struct slac_run *run)
{
	evse->has_run_id = true;
	memcpy(evse->run_id, run->run_id, RUN_ID_LEN);
	memcpy(evse->ev_mac, run->ev_mac, MAC_LEN);
}

static void wait_until_after_ms(struct slac_evse *evse, enum slac_evse_state state, uint32_t ms, uint64_t now_us)
{
	evse->state = state;
	evse->deadline_us = now_us + (uint64_t)ms * 1000;
}

static void wait_for_parm_req(struct slac_evse *evse, uint64_t now_us)
{
	evse->paused = false;
	wait_until_after_ms(evse, SLAC_EVSE_WAIT_PARM, evse->config.tt_evse_slac_init_ms, now_us);
}

bool slac_evse_is_given_away(const struct slac_evse *evse)
{
	return evse->state == SLAC_EVSE_JOINING || evse->state == SLAC_EVSE_MATCHED;
}

struct slac_run_context slac_evse_run_context(struct slac_evse *evse, uint64_t now_us, struct slac_evse_outputs *out)
{
	return (struct slac_run_context){
		.config = &evse->config,
		.key = &evse->key,
		.validation = &evse->validation,
		.failed_runs = &evse->failed_runs,
		.now_us = now_us,
		.out = out,
	};
}

static bool any_run_active(const struct slac_evse *evse)
{
	for (size_t i = 0; i < SLAC_EVSE_RUNS; i++)
		if (slac_run_is_active(&evse->runs[i]))
			return true;
	return false;
}

/*
 * No session any more; the field profile listens again for TT_EVSE_SLAC_init, the standard waits for another run_id.
 * Cars at other outlets fail here as well: they must not keep the vehicle that is plugged in from basic charging.
 */
static void listen_or_stay_failed(struct slac_evse *evse, uint64_t now_us)
{
	if (!evse->config.listen_after_failure) {
		evse->state = SLAC_EVSE_FAILED;
		evse->deadline_us = SLAC_NEVER;
		return;
	}
	wait_for_parm_req(evse, now_us);
	if (evse->failures < SLAC_CONN_MAX_MATCH)
		evse->last_window_us = evse->deadline_us;
	else
		evse->deadline_us = evse->last_window_us > now_us ? evse->last_window_us : now_us + 1;
	evse->failures++;
}

/* The whole matching has failed when its last run has; `last` is that run, or NULL when all ended at once. */
static void settle_failure(struct slac_evse *evse, const struct slac_run *last, enum slac_reason reason,
			   uint64_t now_us, struct slac_evse_outputs *out)
{
	if (evse->state != SLAC_EVSE_MATCHING || any_run_active(evse))
		return;
	if (last != NULL)
		slac_evse_remember_ev(evse, last);
	slac_evse_report(evse, SLAC_STATUS_FAILED, reason, out);
	listen_or_stay_failed(evse, now_us);
}

/* Every run in progress fails, but for `spared` (NULL: none). */
static void fail_runs(struct slac_evse *evse, const struct slac_run *spared, enum slac_reason reason, uint64_t now_us,
		      struct slac_evse_outputs *out)
{
	const struct slac_run_context ctx = slac_evse_run_context(evse, now_us, out);

	for (size_t i = 0; i < SLAC_EVSE_RUNS; i++)
		if (&evse->runs[i] != spared && slac_run_is_active(&evse->runs[i]))
			slac_run_fail(&evse->runs[i], &ctx, reason);
}

static void on_link_up(struct slac_evse *evse, struct slac_evse_outputs *out)
{
	if (evse->state != SLAC_EVSE_JOINING)
		return;
	evse->state = SLAC_EVSE_MATCHED;
	evse->deadline_us = SLAC_NEVER;
	evse->failures = 0; /* [V2G3-M08-02] */
	slac_evse_report(evse, SLAC_STATUS_MATCHED, SLAC_REASON_NONE, out);
}

/* Appends an output about the outlet, not about one run. */
static struct slac_evse_output *outlet_output(enum slac_evse_output_kind kind, struct slac_evse_outputs *out)
{
	const struct slac_run none = {0};
	struct slac_evse_output *item = slac_run_output(&none, kind, out);

	item->has_run_id = false;
	return item;
}

static void join(struct slac_evse *evse, uint64_t now_us, struct slac_evse_outputs *out)
{
	wait_until_after_ms(evse, SLAC_EVSE_JOINING, evse->config.tt_match_join_ms, now_us);
	if (evse->config.await_link)
		outlet_output(SLAC_EVSE_WATCH_LINK, out);
	else
		on_link_up(evse, out);
}

/* CM_SLAC_MATCH.CNF was sent for the first time: this EV has won the outlet. */
void slac_evse_on_chosen(struct slac_evse *evse, const struct slac_run *winner, uint64_t now_us,
			 struct slac_evse_outputs *out)
{
	fail_runs(evse, winner, SLAC_REASON_OTHER_EV_MATCHED, now_us, out);
	slac_evse_remember_ev(evse, winner);
	evse->key_given = true;
	memcpy(evse->key_holder, winner->ev_mac, MAC_LEN);
	memcpy(evse->given_nid, evse->key.nid, NID_LEN);
	evse->rejoining = false;
	join(evse, now_us, out);
}

static void on_rejoin(struct slac_evse *evse, uint64_t now_us, struct slac_evse_outputs *out)
{
	if (evse->state != SLAC_EVSE_MATCHED)
		return;
	evse->rejoining = true;
	join(evse, now_us, out);
}

/* `matched` was reported before the pause and still holds. */
static void on_link_paused(struct slac_evse *evse)
{
	if (evse->state != SLAC_EVSE_JOINING || !evse->rejoining)
		return;
	evse->state = SLAC_EVSE_MATCHED;
	evse->deadline_us = SLAC_NEVER;
}

/* Nothing goes on. What has failed is remembered: its run_id stays silent where the profile says so. */
static void end_runs(struct slac_evse *evse, enum slac_reason reason, uint64_t now_us, struct slac_evse_outputs *out)
{
	fail_runs(evse, NULL, reason, now_us, out);
	for (size_t i = 0; i < SLAC_EVSE_RUNS; i++)
		if (evse->runs[i].state == SLAC_RUN_MATCHED)
			memset(&evse->runs[i], 0, sizeof(evse->runs[i]));
}

static void on_connected(struct slac_evse *evse, uint64_t now_us)
{
	if (evse->vehicle_connected)
		return;
	memset(evse->runs, 0, sizeof(evse->runs));
	memset(&evse->failed_runs, 0, sizeof(evse->failed_runs));
	evse->vehicle_connected = true;
	evse->has_run_id = false;
	evse->failures = 0;
	wait_for_parm_req(evse, now_us);
}

static void on_disconnected(struct slac_evse *evse, enum slac_reason reason, uint64_t now_us,
			    struct slac_evse_outputs *out)
{
	end_runs(evse, reason, now_us, out);
	evse->state = SLAC_EVSE_IDLE;
	evse->deadline_us = SLAC_NEVER;
	evse->vehicle_connected = false;
	evse->paused = false;
	bool left = reason == SLAC_REASON_VEHICLE_LEFT || reason == SLAC_REASON_RESET;
	slac_evse_report(evse, left ? SLAC_STATUS_UNMATCHED : SLAC_STATUS_FAILED, reason, out);
}

/* The car keeps its place and may begin again at any time; there is no fallback after a session that ended well. */
static void on_terminate(struct slac_evse *evse, uint64_t now_us, struct slac_evse_outputs *out)
{
	if (!evse->vehicle_connected)
		return;
	bool was_used = evse->state == SLAC_EVSE_MATCHING || slac_evse_is_given_away(evse);
	end_runs(evse, SLAC_REASON_TERMINATED, now_us, out);
	if (!was_used)
		return;
	slac_evse_report(evse, SLAC_STATUS_UNMATCHED, SLAC_REASON_TERMINATED, out);
	evse->state = SLAC_EVSE_WAIT_PARM;
	evse->deadline_us = SLAC_NEVER;
}

static void on_pause(struct slac_evse *evse, uint64_t now_us, struct slac_evse_outputs *out)
{
	end_runs(evse, SLAC_REASON_PAUSED, now_us, out);
	evse->paused = true;
	evse->deadline_us = SLAC_NEVER;
	if (evse->vehicle_connected)
		evse->state = SLAC_EVSE_EXPIRED;
}

static void on_key_set(struct slac_evse *evse, const struct slac_evse_input *input)
{
	if (memcmp(evse->given_nid, input->key->nid, NID_LEN) != 0)
		evse->key_given = false;
	evse->key = *input->key;
	evse->has_key = true;
	memset(evse->modem_mac, 0, MAC_LEN);
	if (input->modem_mac != NULL)
		memcpy(evse->modem_mac, input->modem_mac, MAC_LEN);
}

/* The session is over although the vehicle is still there. */
static void end_session(struct slac_evse *evse, enum slac_status status, enum slac_reason reason, uint64_t now_us,
			struct slac_evse_outputs *out)
{
	end_runs(evse, reason, now_us, out);
	slac_evse_report(evse, status, reason, out);
	listen_or_stay_failed(evse, now_us);
}

static void on_key_lost(struct slac_evse *evse, enum slac_reason reason, uint64_t now_us, struct slac_evse_outputs *out)
{
	evse->has_key = false;
	network_key_wipe(&evse->key);
	if (evse->state == SLAC_EVSE_MATCHED)
		end_session(evse, SLAC_STATUS_UNMATCHED, reason, now_us, out);
	else if (evse->state == SLAC_EVSE_MATCHING || evse->state == SLAC_EVSE_JOINING)
		end_session(evse, SLAC_STATUS_FAILED, reason, now_us, out);
	else
		end_runs(evse, reason, now_us, out);
}

static void on_s2(struct slac_evse *evse, bool closed)
{
	for (size_t i = 0; i < SLAC_EVSE_RUNS; i++)
		slac_run_s2(&evse->runs[i], closed);
}

static void on_link_lost(struct slac_evse *evse, uint64_t now_us, struct slac_evse_outputs *out)
{
	if (evse->state == SLAC_EVSE_MATCHED)
		end_session(evse, SLAC_STATUS_UNMATCHED, SLAC_REASON_JOIN_LOST, now_us, out);
}

static void on_init_over(struct slac_evse *evse, struct slac_evse_outputs *out)
{
	/* What the car said before the modem had its key was not answered, and nobody's silence. */
	outlet_output(SLAC_EVSE_INIT_TIMEOUT, out)->reason =
		evse->has_key ? SLAC_REASON_NO_PARM_REQ : SLAC_REASON_KEY_NOT_SET;
	evse->deadline_us = SLAC_NEVER;
	evse->state = SLAC_EVSE_EXPIRED;
}

static void expire(struct slac_evse *evse, uint64_t now_us, struct slac_evse_outputs *out)
{
	const struct slac_run_context ctx = slac_evse_run_context(evse, now_us, out);

	for (size_t i = 0; i < SLAC_EVSE_RUNS; i++) {
		struct slac_run *run = &evse->runs[i];
		if (!slac_run_is_active(run) || run->deadline_us > now_us)
			continue;
		slac_run_take(run, &ctx, SLAC_DEADLINE, NULL);
		if (run->state == SLAC_RUN_FAILED)
			settle_failure(evse, run, run->failure, now_us, out);
	}
	if (evse->deadline_us > now_us)
		return;
	if (evse->state == SLAC_EVSE_JOINING)
		end_session(evse, SLAC_STATUS_FAILED, SLAC_REASON_NO_JOIN, now_us, out);
	else
		on_init_over(evse, out);
}

void slac_evse_input(struct slac_evse *evse, const struct slac_evse_input *input, uint64_t now_us,
		     struct slac_evse_outputs *out)
{
	out->count = 0;
	expire(evse, now_us, out);
	switch (input->kind) {
	case SLAC_EVSE_CONNECTED:
		on_connected(evse, now_us);
		break;
	case SLAC_EVSE_DISCONNECTED:
		on_disconnected(evse, input->reason, now_us, out);
		break;
	case SLAC_EVSE_TERMINATE:
		on_terminate(evse, now_us, out);
		break;
	case SLAC_EVSE_PAUSE:
		on_pause(evse, now_us, out);
		break;
	case SLAC_EVSE_LISTEN:
		if (evse->vehicle_connected && evse->state != SLAC_EVSE_MATCHING && !slac_evse_is_given_away(evse))
			wait_for_parm_req(evse, now_us);
		break;
	case SLAC_EVSE_KEY_SET:
		on_key_set(evse, input);
		break;
	case SLAC_EVSE_KEY_LOST:
		on_key_lost(evse, input->reason, now_us, out);
		break;
	case SLAC_EVSE_KEY_PENDING:
		evse->has_key = evse->has_key && slac_evse_is_given_away(evse);
		break;
	case SLAC_EVSE_S2_CLOSED:
	case SLAC_EVSE_S2_OPEN:
		on_s2(evse, input->kind == SLAC_EVSE_S2_CLOSED);
		break;
	case SLAC_EVSE_LINK_UP:
	case SLAC_EVSE_LINK_UNKNOWN:
		on_link_up(evse, out);
		break;
	case SLAC_EVSE_LINK_LOST:
		on_link_lost(evse, now_us, out);
		break;
	case SLAC_EVSE_REJOIN:
		on_rejoin(evse, now_us, out);
		break;
	case SLAC_EVSE_LINK_PAUSED:
		on_link_paused(evse);
		break;
	case SLAC_EVSE_FRAME:
		slac_evse_on_frame(evse, input, now_us, out);
		break;
	case SLAC_EVSE_TICK:
		break;
	}
}

uint64_t slac_evse_deadline(const struct slac_evse *evse)
{
	uint64_t nearest_us = evse->deadline_us;

	for (size_t i = 0; i < SLAC_EVSE_RUNS; i++)
		if (slac_run_is_active(&evse->runs[i]) && evse->runs[i].deadline_us < nearest_us)
			nearest_us = evse->runs[i].deadline_us;
	return nearest_us;
}
