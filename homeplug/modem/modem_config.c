/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/modem/modem_config.h"

void modem_defaults(struct modem_config *config, bool strict)
{
	*config = (struct modem_config){
		.family = MODEM_AUTO,
		.link_detection = MODEM_LINK_AUTO,
		.identify_ms = 300,
		.response_ms = 1000,
		.key_repeat_ms = 100,
		.unverified_key_is_taken = !strict,
		.reset_ms = 10000,
		.poll_ms = 200,
		.join_poll_ms = 50,
		.join_poll_max_ms = 500,
		.supervise_ms = 1200,
		.link_lost_polls = 3,
	};
}

const char *modem_family_text(enum modem_family family)
{
	switch (family) {
	case MODEM_QUALCOMM:
		return "qualcomm";
	case MODEM_LUMISSIL:
		return "lumissil";
	case MODEM_STANDARD:
		return "standard";
	case MODEM_AUTO:
		break;
	}
	return "auto";
}
