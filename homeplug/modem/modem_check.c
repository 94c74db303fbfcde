/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/modem/modem_check.h"

enum modem_told modem_check_begin(struct modem_check *check, struct modem_turn *turn)
{
	if (check->deadline_us != MODEM_NEVER)
		return MODEM_TOLD_NOTHING;
	check->repeated = false;
	turn->has_asked = true;
	return MODEM_TOLD_CHECK_ASKS;
}

enum modem_told modem_check_exchange(struct modem_check *check, struct modem_turn *turn)
{
	if (turn->now_us < check->exchange_us)
		return MODEM_TOLD_NOTHING;
	check->exchange_us = turn->now_us + modem_us(turn->config->response_ms);
	return modem_check_begin(check, turn);
}

void modem_check_await(struct modem_check *check, const struct modem_turn *turn)
{
	check->deadline_us = turn->now_us + modem_us(turn->config->response_ms);
}

enum modem_told modem_check_tick(struct modem_check *check)
{
	check->deadline_us = MODEM_NEVER;
	if (check->repeated)
		return MODEM_TOLD_CHECK_SILENCE;
	check->repeated = true;
	return MODEM_TOLD_CHECK_ASKS;
}

void modem_check_end(struct modem_check *check)
{
	check->deadline_us = MODEM_NEVER;
}

void modem_check_forget(struct modem_check *check)
{
	modem_check_end(check);
	check->exchange_us = 0;
}
