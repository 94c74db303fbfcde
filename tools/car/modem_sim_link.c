/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/car/modem_sim_link.h"

static uint64_t us(uint32_t ms)
{
	return (uint64_t)ms * 1000;
}

bool modem_sim_link_is_up(const struct modem_faults *faults, uint32_t join_ms, uint64_t together_us, uint64_t now_us)
{
	if (together_us == MODEM_SIM_APART || faults->no_link || now_us < together_us + us(join_ms))
		return false;
	const uint64_t joined_us = now_us - together_us - us(join_ms);
	if (faults->link_lost && joined_us >= us(faults->link_lost_ms))
		return false;
	return faults->flapping_ms == 0 || joined_us / us(faults->flapping_ms) % 2 == 0;
}

uint64_t modem_sim_link_changes(const struct modem_faults *faults, uint32_t join_ms, uint64_t together_us,
				uint64_t now_us)
{
	if (together_us == MODEM_SIM_APART || faults->no_link)
		return MODEM_SIM_APART;
	const uint64_t up_us = together_us + us(join_ms);
	if (now_us < up_us)
		return up_us;
	const uint64_t lost_us = faults->link_lost ? up_us + us(faults->link_lost_ms) : MODEM_SIM_APART;
	if (now_us >= lost_us)
		return MODEM_SIM_APART;
	if (faults->flapping_ms == 0)
		return lost_us;
	const uint64_t flap_us = us(faults->flapping_ms);
	const uint64_t next_us = up_us + ((now_us - up_us) / flap_us + 1) * flap_us;
	return next_us < lost_us ? next_us : lost_us;
}
