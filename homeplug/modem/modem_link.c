/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/modem/modem_internal.h"

/* --- questions --- */

bool modem_can_tell_link(const struct modem *modem)
{
	return modem->tells_vendor_link || modem->tells_nw_stats;
}

static void ask_vendor(struct modem *modem, struct modem_outputs *out)
{
	if (modem->family == MODEM_QUALCOMM)
		modem_request(modem, MODEM_VS_PL_LNK_STATUS_REQ, out);
	else if (modem->family == MODEM_LUMISSIL)
		modem_nscm_request(modem, MODEM_NSCM_GET_D_LINK_STATUS_REQ, out);
}

/* A watched link is polled anyway, in every way while none is known to be answered. */
void modem_probe_link(struct modem *modem, struct modem_outputs *out)
{
	if (modem->config.link_detection == MODEM_LINK_OFF || modem->state != MODEM_READY ||
	    modem->link != MODEM_LINK_UNWATCHED)
		return;
	if (!modem->tells_vendor_link)
		ask_vendor(modem, out);
	if (!modem->tells_nw_stats)
		modem_request(modem, MODEM_NW_STATS_REQ, out);
}

static void poll_link(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	const bool every_way = !modem_can_tell_link(modem);
	const bool has_vendor = modem->family == MODEM_QUALCOMM || modem->family == MODEM_LUMISSIL;

	modem->vendor_link_open = has_vendor && (every_way || modem->tells_vendor_link);
	modem->nw_stats_open = every_way || modem->tells_nw_stats;
	if (modem->vendor_link_open)
		ask_vendor(modem, out);
	if (modem->nw_stats_open)
		modem_request(modem, MODEM_NW_STATS_REQ, out);
	/* A modem that is slow to answer has not lost its link. */
	const bool up = modem->link == MODEM_LINK_IS_UP;
	modem->poll_says_up = false;
	modem->poll_us = now_us;
	modem->poll_deadline_us = now_us + modem_us(up ? modem->config.response_ms : modem->config.poll_ms);
}

/* --- watching --- */

void modem_watch_link(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	const enum modem_link_detection detection = modem->config.link_detection;

	out->count = 0;
	if (modem->link != MODEM_LINK_UNWATCHED)
		return;
	if (modem->state == MODEM_IDLE || detection == MODEM_LINK_OFF ||
	    (detection == MODEM_LINK_AUTO && !modem_can_tell_link(modem))) {
		modem_append(out, MODEM_LINK_UNKNOWN);
		return;
	}
	modem->link = MODEM_LINK_JOINING;
	modem->bad_polls = 0;
	poll_link(modem, now_us, out);
}

void modem_unwatch_link(struct modem *modem)
{
	modem->link = MODEM_LINK_UNWATCHED;
	modem->poll_deadline_us = MODEM_NEVER;
}

void modem_link_tick(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	modem->bad_polls = modem->poll_says_up ? 0 : modem->bad_polls + 1;
	if (modem->link == MODEM_LINK_IS_UP && modem->bad_polls >= modem->config.link_lost_polls) {
		modem_append(out, MODEM_LINK_LOST);
		modem_unwatch_link(modem);
		return;
	}
	poll_link(modem, now_us, out);
}

/* --- answers --- */

static void link_is_up(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	if (modem->link == MODEM_LINK_UNWATCHED || modem->poll_says_up)
		return;
	if (modem->link == MODEM_LINK_JOINING)
		modem_append(out, MODEM_LINK_UP);
	modem->link = MODEM_LINK_IS_UP;
	modem->poll_says_up = true;
	modem->poll_deadline_us = now_us + modem_us(modem->config.supervise_ms);
}

/* Once every way has said that the link is down, the next question need only wait for poll_ms. */
static void answered_down(struct modem *modem)
{
	const uint64_t next_us = modem->poll_us + modem_us(modem->config.poll_ms);

	if (modem->vendor_link_open || modem->nw_stats_open)
		return;
	if (modem->link == MODEM_LINK_IS_UP && !modem->poll_says_up && next_us < modem->poll_deadline_us)
		modem->poll_deadline_us = next_us;
}

/* The modem says by itself that the link is down: asked at once, but not faster than any other poll. */
static void confirm_down(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	const uint64_t next_us = modem->poll_us + modem_us(modem->config.poll_ms);

	if (modem->link != MODEM_LINK_IS_UP || !modem->poll_says_up)
		return; /* joining, or being asked already */
	if (next_us <= now_us)
		modem_link_tick(modem, now_us, out);
	else if (next_us < modem->poll_deadline_us)
		modem->poll_deadline_us = next_us;
}

static bool vendor_tells(struct modem *modem, enum modem_family family)
{
	if (modem->family != family)
		return false;
	modem->tells_vendor_link = true;
	return true;
}

/* True where a confirmation says that there is a link; remembers that the modem answers this question. */
static bool says_up(struct modem *modem, const struct modem_mme *message)
{
	switch (message->message) {
	case MODEM_VS_PL_LNK_STATUS_CNF:
		return message->vs_pl_lnk_status_cnf.mstatus == VS_MSTATUS_OK && vendor_tells(modem, MODEM_QUALCOMM) &&
		       message->vs_pl_lnk_status_cnf.link_status == 1;
	case MODEM_NSCM_GET_D_LINK_STATUS_CNF:
		return vendor_tells(modem, MODEM_LUMISSIL) && message->nscm_link_status.link == 1;
	case MODEM_NW_STATS_CNF:
		modem->tells_nw_stats = true;
		return message->nw_stats_cnf.num_stas >= 1;
	default: /* NSCM_D_LINK_READY.IND does not show that it answers questions */
		return modem->family == MODEM_LUMISSIL && message->nscm_link_status.link == 1;
	}
}

static void is_answered(struct modem *modem, enum modem_message message)
{
	modem_is_alive(modem);
	if (message == MODEM_NW_STATS_CNF)
		modem->nw_stats_open = false;
	else if ((message == MODEM_VS_PL_LNK_STATUS_CNF) == (modem->family == MODEM_QUALCOMM))
		modem->vendor_link_open = false;
}

void modem_on_link(struct modem *modem, const struct modem_mme *message, uint64_t now_us, struct modem_outputs *out)
{
	if (message->message != MODEM_NSCM_D_LINK_READY_IND)
		is_answered(modem, message->message);
	if (says_up(modem, message))
		link_is_up(modem, now_us, out);
	else if (message->message != MODEM_NSCM_D_LINK_READY_IND)
		answered_down(modem);
	else if (modem->family == MODEM_LUMISSIL)
		confirm_down(modem, now_us, out);
}
