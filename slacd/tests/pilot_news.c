/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/tests/pilot_news.h"

bool pilot_news_is_link_loss(enum slac_status status, enum slac_reason reason)
{
	return status == SLAC_STATUS_UNMATCHED && (reason == SLAC_REASON_JOIN_LOST || reason == SLAC_REASON_LINK_LOST);
}

struct control_pilot_input pilot_news_of(enum slac_status status, enum slac_reason reason)
{
	struct control_pilot_input input = {.kind = CONTROL_PILOT_SLAC, .slac = CONTROL_PILOT_SLAC_IDLE};

	if (status == SLAC_STATUS_MATCHING)
		input.slac = CONTROL_PILOT_SLAC_MATCHING;
	else if (status == SLAC_STATUS_MATCHED)
		input.slac = CONTROL_PILOT_SLAC_MATCHED;
	else if (status == SLAC_STATUS_FAILED)
		input.kind = CONTROL_PILOT_FAILED;
	else if (pilot_news_is_link_loss(status, reason))
		input.kind = CONTROL_PILOT_LINK_LOST;
	return input;
}
