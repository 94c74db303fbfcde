/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/slac/slac_failed_runs.h"

#include <string.h>

void slac_failed_runs_add(struct slac_failed_runs *failed, const uint8_t ev_mac[MAC_LEN],
			  const uint8_t run_id[RUN_ID_LEN])
{
	size_t place = failed->count++ % SLAC_FAILED_RUNS;

	memcpy(failed->items[place].ev_mac, ev_mac, MAC_LEN);
	memcpy(failed->items[place].run_id, run_id, RUN_ID_LEN);
}

bool slac_failed_runs_has(const struct slac_failed_runs *failed, const uint8_t ev_mac[MAC_LEN],
			  const uint8_t run_id[RUN_ID_LEN])
{
	size_t kept = failed->count < SLAC_FAILED_RUNS ? failed->count : SLAC_FAILED_RUNS;

	for (size_t i = 0; i < kept; i++)
		if (mac_equal(failed->items[i].ev_mac, ev_mac) &&
		    memcmp(failed->items[i].run_id, run_id, RUN_ID_LEN) == 0)
			return true;
	return false;
}
