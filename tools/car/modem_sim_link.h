/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When the simulated modem says that another station is in its network: join_ms after both have the same key, unless
 * it was told to misbehave. A function of time only.
 */
#ifndef TOOLS_CAR_MODEM_SIM_LINK_H
#define TOOLS_CAR_MODEM_SIM_LINK_H

#include "tools/car/modem_sim_fault.h"

#define MODEM_SIM_APART UINT64_MAX

/* `together_us`: since when both have the same key, MODEM_SIM_APART: they have not. */
bool modem_sim_link_is_up(const struct modem_faults *faults, uint32_t join_ms, uint64_t together_us, uint64_t now_us);
/* When that changes next, or MODEM_SIM_APART: never by itself. */
uint64_t modem_sim_link_changes(const struct modem_faults *faults, uint32_t join_ms, uint64_t together_us,
				uint64_t now_us);

#endif
