/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/slac/slac_evse.h"

const char *slac_evse_state_text(enum slac_evse_state state)
{
	static const char *const texts[] = {"IDLE", "WAIT_PARM", "MATCHING", "JOINING", "MATCHED", "FAILED", "EXPIRED"};

	return (size_t)state < sizeof(texts) / sizeof(texts[0]) ? texts[state] : "?";
}

const char *slac_run_state_text(enum slac_run_state state)
{
	static const char *const texts[] = {"FREE",        "WAIT_START", "SOUNDING", "WAIT_RSP", "WAIT_MATCH",
					    "WAIT_TOGGLE", "TOGGLING",   "MATCHED",  "FAILED"};

	return (size_t)state < sizeof(texts) / sizeof(texts[0]) ? texts[state] : "?";
}

const char *slac_status_text(enum slac_status status)
{
	static const char *const texts[] = {"matching", "matched", "failed", "unmatched"};

	return (size_t)status < sizeof(texts) / sizeof(texts[0]) ? texts[status] : "?";
}
