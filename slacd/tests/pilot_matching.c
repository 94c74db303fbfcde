/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/tests/pilot_matching.h"

#include <assert.h>
#include <string.h>

static void append(struct matching_outputs *out, struct matching_output item)
{
	assert(out->count < sizeof(out->items) / sizeof(out->items[0]));
	out->items[out->count++] = item;
}

static void report(enum slac_status status, bool at_end, struct matching_outputs *out)
{
	append(out, (struct matching_output){.status = status, .at_end = at_end});
}

void matching_init(struct matching *matching)
{
	memset(matching, 0, sizeof(*matching));
	matching->state = SLAC_EVSE_IDLE;
	matching->deadline_us = SLAC_NEVER;
}

static void enter(struct matching *matching, enum slac_evse_state state, uint64_t deadline_us)
{
	matching->state = state;
	matching->deadline_us = deadline_us;
}

static void open_window(struct matching *matching, const struct matching_config *config, uint64_t now_us)
{
	enter(matching, SLAC_EVSE_WAIT_PARM, now_us + (uint64_t)config->init_ms * 1000);
	matching->paused = false;
}

static void after_loss(struct matching *matching, const struct matching_config *config, uint64_t now_us)
{
	if (config->listen_after_failure)
		open_window(matching, config, now_us);
	else
		enter(matching, SLAC_EVSE_FAILED, SLAC_NEVER);
}

static void fail(struct matching *matching, const struct matching_config *config, uint64_t now_us,
		 struct matching_outputs *out)
{
	report(SLAC_STATUS_FAILED, false, out);
	after_loss(matching, config, now_us);
}

static bool answers_parm_req(const struct matching *matching, const struct matching_config *config)
{
	if (!matching->connected || matching->paused)
		return false;
	if (matching->state == SLAC_EVSE_EXPIRED)
		return config->listen_after_init;
	return matching->state != SLAC_EVSE_MATCHED || config->listen_after_failure;
}

static void on_parm_req(struct matching *matching, const struct matching_config *config, uint64_t now_us,
			struct matching_outputs *out)
{
	if (!answers_parm_req(matching, config))
		return;
	if (matching->state != SLAC_EVSE_MATCHING)
		report(SLAC_STATUS_MATCHING, false, out);
	enter(matching, SLAC_EVSE_MATCHING, now_us + (uint64_t)config->session_ms * 1000);
}

static void on_end(struct matching *matching, enum slac_status status, struct matching_outputs *out)
{
	matching_init(matching);
	report(status, true, out);
}

static void on_terminate(struct matching *matching, struct matching_outputs *out)
{
	if (matching->state != SLAC_EVSE_MATCHING && matching->state != SLAC_EVSE_MATCHED)
		return;
	report(SLAC_STATUS_UNMATCHED, false, out);
	enter(matching, SLAC_EVSE_WAIT_PARM, SLAC_NEVER); /* no fallback after a session that ended well */
}

static void on_pause(struct matching *matching)
{
	matching->paused = true;
	enter(matching, matching->connected ? SLAC_EVSE_EXPIRED : matching->state, SLAC_NEVER);
}

static void on_key_lost(struct matching *matching, const struct matching_config *config, uint64_t now_us,
			struct matching_outputs *out)
{
	if (matching->state == SLAC_EVSE_MATCHING) {
		fail(matching, config, now_us, out);
	} else if (matching->state == SLAC_EVSE_MATCHED) {
		report(SLAC_STATUS_UNMATCHED, false, out);
		after_loss(matching, config, now_us);
	}
}

static void on_link_lost(struct matching *matching, const struct matching_config *config, uint64_t now_us,
			 struct matching_outputs *out)
{
	if (matching->state != SLAC_EVSE_MATCHED)
		return;
	append(out, (struct matching_output){.status = SLAC_STATUS_UNMATCHED, .reason = SLAC_REASON_JOIN_LOST});
	after_loss(matching, config, now_us);
}

static void expire(struct matching *matching, const struct matching_config *config, uint64_t now_us,
		   struct matching_outputs *out)
{
	if (matching->deadline_us > now_us)
		return;
	if (matching->state == SLAC_EVSE_MATCHING) {
		fail(matching, config, now_us, out);
		return;
	}
	enter(matching, SLAC_EVSE_EXPIRED, SLAC_NEVER);
	append(out, (struct matching_output){.init_timeout = true});
}

void matching_input(struct matching *matching, const struct matching_config *config, enum matching_input input,
		    uint64_t now_us, struct matching_outputs *out)
{
	out->count = 0;
	expire(matching, config, now_us, out);
	bool runs = matching->state == SLAC_EVSE_MATCHING;
	switch (input) {
	case MATCHING_CONNECTED:
		if (!matching->connected)
			open_window(matching, config, now_us);
		matching->connected = true;
		break;
	case MATCHING_LEFT:
		on_end(matching, SLAC_STATUS_UNMATCHED, out);
		break;
	case MATCHING_STOPPED:
		on_end(matching, SLAC_STATUS_FAILED, out);
		break;
	case MATCHING_TERMINATE:
		on_terminate(matching, out);
		break;
	case MATCHING_PAUSE:
		on_pause(matching);
		break;
	case MATCHING_LISTEN:
		if (matching->connected && !runs && matching->state != SLAC_EVSE_MATCHED)
			open_window(matching, config, now_us);
		break;
	case MATCHING_KEY_LOST:
		on_key_lost(matching, config, now_us, out);
		break;
	case MATCHING_PARM_REQ:
		on_parm_req(matching, config, now_us, out);
		break;
	case MATCHING_MATCH_REQ:
		if (!runs)
			break;
		enter(matching, SLAC_EVSE_MATCHED, SLAC_NEVER);
		report(SLAC_STATUS_MATCHED, false, out);
		break;
	case MATCHING_RUN_FAILED:
		if (runs)
			fail(matching, config, now_us, out);
		break;
	case MATCHING_LINK_LOST:
		on_link_lost(matching, config, now_us, out);
		break;
	case MATCHING_TICK:
		break;
	}
}
