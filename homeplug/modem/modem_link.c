/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/modem/modem_link.h"

/* --- questions --- */

bool modem_link_can_be_told(const struct modem_link *link)
{
	return link->tells_vendor || link->tells_nw_stats;
}

bool modem_link_is_steady(const struct modem_link *link)
{
	return link->state == MODEM_LINK_IS_UP && link->bad_polls == 0;
}

static void ask_vendor(enum modem_family family, struct modem_turn *turn)
{
	if (family == MODEM_QUALCOMM)
		modem_ask(turn, MODEM_VS_PL_LNK_STATUS_REQ);
	else if (family == MODEM_LUMISSIL)
		modem_ask(turn, MODEM_NSCM_GET_D_LINK_STATUS_REQ);
}

/* A watched link is polled anyway, in every way while none is known to be answered. */
void modem_link_probe(const struct modem_link *link, enum modem_family family, struct modem_turn *turn)
{
	if (turn->config->link_detection == MODEM_LINK_OFF || link->state != MODEM_LINK_UNWATCHED)
		return;
	if (!link->tells_vendor)
		ask_vendor(family, turn);
	if (!link->tells_nw_stats)
		modem_ask(turn, MODEM_NW_STATS_REQ);
}

static uint32_t join_wait_ms(const struct modem_link *link, const struct modem_config *config)
{
	uint32_t wait_ms = config->join_poll_ms;

	for (uint32_t i = 0; i < link->join_polls && wait_ms < config->join_poll_max_ms; i++)
		wait_ms *= 2;
	return wait_ms < config->join_poll_max_ms ? wait_ms : config->join_poll_max_ms;
}

/* The next common instant; one that is too near is left out, by a poll between, so that no time is longer than that. */
static uint64_t supervision_us(const struct modem_link *link, const struct modem_config *config)
{
	const uint64_t every_us = modem_us(config->supervise_ms);
	const uint64_t poll_us = modem_us(config->poll_ms);
	const uint64_t soonest_us = link->poll_us + (poll_us < every_us / 2 ? poll_us : every_us / 2);
	const uint64_t next_us = (link->poll_us / every_us + 1) * every_us;

	return next_us >= soonest_us ? next_us : soonest_us;
}

static void poll_link(struct modem_link *link, enum modem_family family, struct modem_turn *turn)
{
	const bool every_way = !modem_link_can_be_told(link);
	const bool has_vendor = family == MODEM_QUALCOMM || family == MODEM_LUMISSIL;
	const bool is_up = link->state == MODEM_LINK_IS_UP;
	/* A modem that is slow to answer has not lost its link. */
	const uint32_t wait_ms = is_up ? turn->config->response_ms : join_wait_ms(link, turn->config);

	link->vendor_open = has_vendor && (every_way || link->tells_vendor);
	link->nw_stats_open = every_way || link->tells_nw_stats;
	if (link->vendor_open)
		ask_vendor(family, turn);
	if (link->nw_stats_open)
		modem_ask(turn, MODEM_NW_STATS_REQ);
	link->poll_says_up = false;
	link->poll_us = turn->now_us;
	link->deadline_us =
		modem_link_is_steady(link) ? supervision_us(link, turn->config) : turn->now_us + modem_us(wait_ms);
	if (!is_up && wait_ms < turn->config->join_poll_max_ms)
		link->join_polls++;
}

/* --- watching --- */

static bool is_unknown(const struct modem_link *link, enum modem_link_detection detection)
{
	return detection == MODEM_LINK_OFF || (detection == MODEM_LINK_AUTO && !modem_link_can_be_told(link));
}

void modem_link_watch(struct modem_link *link, enum modem_family family, bool can_ask, struct modem_turn *turn)
{
	if (link->state != MODEM_LINK_UNWATCHED)
		return;
	if (!can_ask || is_unknown(link, turn->config->link_detection)) {
		modem_append(turn, MODEM_LINK_UNKNOWN);
		return;
	}
	link->state = MODEM_LINK_JOINING;
	link->bad_polls = 0;
	link->join_polls = 0;
	poll_link(link, family, turn);
}

void modem_link_unwatch(struct modem_link *link)
{
	link->state = MODEM_LINK_UNWATCHED;
	link->deadline_us = MODEM_NEVER;
}

void modem_link_tick(struct modem_link *link, enum modem_family family, struct modem_turn *turn)
{
	link->bad_polls = link->poll_says_up ? 0 : link->bad_polls + 1;
	if (link->state == MODEM_LINK_IS_UP && link->bad_polls >= turn->config->link_lost_polls) {
		modem_append(turn, MODEM_LINK_LOST);
		modem_link_unwatch(link);
		return;
	}
	poll_link(link, family, turn);
}

/* --- answers --- */

static void take_up(struct modem_link *link, struct modem_turn *turn)
{
	if (link->state == MODEM_LINK_UNWATCHED || link->poll_says_up)
		return;
	if (link->state == MODEM_LINK_JOINING)
		modem_append(turn, MODEM_LINK_UP);
	link->state = MODEM_LINK_IS_UP;
	link->poll_says_up = true;
	link->deadline_us = supervision_us(link, turn->config);
}

/* Once every way has said that the link is down, the next question need only wait for poll_ms. */
static void take_down(struct modem_link *link, const struct modem_turn *turn)
{
	const uint64_t next_us = link->poll_us + modem_us(turn->config->poll_ms);

	if (link->vendor_open || link->nw_stats_open)
		return;
	if (link->state == MODEM_LINK_IS_UP && !link->poll_says_up && next_us < link->deadline_us)
		link->deadline_us = next_us;
}

/* The modem says by itself that the link is down: it is asked at once, but not faster than with any other poll. */
static void confirm_down(struct modem_link *link, enum modem_family family, struct modem_turn *turn)
{
	const uint64_t next_us = link->poll_us + modem_us(turn->config->poll_ms);

	if (link->state != MODEM_LINK_IS_UP || !link->poll_says_up)
		return; /* joining, or being asked already */
	if (next_us <= turn->now_us)
		modem_link_tick(link, family, turn);
	else if (next_us < link->deadline_us)
		link->deadline_us = next_us;
}

static bool is_of_family(enum modem_family family, enum modem_message message)
{
	if (message == MODEM_NW_STATS_CNF)
		return true;
	return family == (message == MODEM_VS_PL_LNK_STATUS_CNF ? MODEM_QUALCOMM : MODEM_LUMISSIL);
}

static bool is_error(const struct modem_mme *message)
{
	return message->message == MODEM_VS_PL_LNK_STATUS_CNF && message->vs_pl_lnk_status_cnf.mstatus != VS_MSTATUS_OK;
}

static bool says_up(const struct modem_mme *message)
{
	switch (message->message) {
	case MODEM_VS_PL_LNK_STATUS_CNF:
		return !is_error(message) && message->vs_pl_lnk_status_cnf.link_status == 1;
	case MODEM_NW_STATS_CNF:
		return message->nw_stats_cnf.num_stas >= 1;
	default:
		return message->nscm_link_status.link == 1;
	}
}

/* The modem answers this question. Its NSCM_D_LINK_READY.IND does not show that it answers any. */
static void note_answer(struct modem_link *link, const struct modem_mme *message)
{
	if (message->message == MODEM_NW_STATS_CNF) {
		link->nw_stats_open = false;
		link->tells_nw_stats = true;
	} else if (message->message != MODEM_NSCM_D_LINK_READY_IND) {
		link->vendor_open = false;
		link->tells_vendor = link->tells_vendor || !is_error(message);
	}
}

void modem_link_take(struct modem_link *link, enum modem_family family, const struct modem_mme *message,
		     struct modem_turn *turn)
{
	const bool expected = is_of_family(family, message->message);

	if (expected)
		note_answer(link, message);
	if (expected && says_up(message))
		take_up(link, turn);
	else if (message->message != MODEM_NSCM_D_LINK_READY_IND)
		take_down(link, turn);
	else if (expected)
		confirm_down(link, family, turn);
}

/* --- forgetting --- */

void modem_link_forget_vendor(struct modem_link *link)
{
	link->tells_vendor = false;
}

void modem_link_forget_nw_stats(struct modem_link *link)
{
	link->tells_nw_stats = false;
}
