/* SPDX-License-Identifier: Apache-2.0 */
/* Is the modem still there, with its key? Asked when a vehicle was connected. */
#include "homeplug/modem/modem_internal.h"

/* One that never did is not missed when it does not answer. */
static bool has_answered_questions(const struct modem *modem)
{
	return modem->identified || modem->answers_get_key || modem_can_tell_link(modem);
}

static void ask_check(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	modem->key_checked = true;
	modem_send_get_key(modem, out);
	if (modem->identified)
		modem_ask_version(modem, out);
	if (!modem_can_tell_link(modem))
		modem_probe_link(modem, out);
	modem->check_deadline_us =
		has_answered_questions(modem) ? now_us + modem_us(modem->config.response_ms) : MODEM_NEVER;
}

void modem_begin_check(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	if (modem->state != MODEM_READY || modem->check_deadline_us != MODEM_NEVER)
		return;
	modem->check_repeated = false;
	modem->foreign_heard = false;
	ask_check(modem, now_us, out);
}

/* While the link is watched, that decides. */
void modem_check_tick(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	modem->check_deadline_us = MODEM_NEVER;
	if (!modem->check_repeated) {
		modem->check_repeated = true;
		ask_check(modem, now_us, out);
	} else if (modem->link == MODEM_LINK_UNWATCHED) {
		modem_is_silent(modem, modem->config.response_ms, now_us, out);
	}
}

void modem_is_alive(struct modem *modem)
{
	modem->check_deadline_us = MODEM_NEVER;
}
