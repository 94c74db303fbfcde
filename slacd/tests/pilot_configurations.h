/* SPDX-License-Identifier: Apache-2.0 */
/* The outlets that are explored, and what may happen at each. */
#ifndef SLACD_TESTS_PILOT_CONFIGURATIONS_H
#define SLACD_TESTS_PILOT_CONFIGURATIONS_H

#include "slacd/tests/pilot_world.h"

extern const struct world_config pilot_configurations[];
extern const size_t pilot_configurations_count;

/* The real pilot logic. */
extern const struct pilot_logic pilot_logic_real;

#endif
