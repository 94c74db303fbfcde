/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/modem/modem_trouble.h"

struct modem_output *modem_trouble_say(struct modem_trouble_log *log, enum modem_trouble trouble,
				       struct modem_turn *turn)
{
	if (log->said == trouble || turn->now_us < log->not_before_us)
		return NULL;
	if (log->said != MODEM_TROUBLE_NONE)
		log->not_before_us = turn->now_us + modem_us(modem_wait_longer_ms(turn->config, &log->changes));
	log->said = trouble;
	struct modem_output *item = modem_append(turn, MODEM_TROUBLE);
	item->trouble = trouble;
	return item;
}

void modem_trouble_forgive(struct modem_trouble_log *log)
{
	*log = (struct modem_trouble_log){.said = MODEM_TROUBLE_NONE};
}
