/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SLACD_OUTLET_TESTS_EXPLORATION_CONFIGURATIONS_H
#define SLACD_OUTLET_TESTS_EXPLORATION_CONFIGURATIONS_H

#include "slacd/outlet/tests/exploration_world.h"

extern const struct world_config exploration_configurations[];
extern const size_t exploration_configurations_count;

#endif
