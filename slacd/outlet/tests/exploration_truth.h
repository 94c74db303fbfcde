/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is true by all that slacd was told: invariants_told, _passed and _allowed_da keep it, and what the effects of the
 * outlet show changes it, too. Internal to the invariants.
 */
#ifndef SLACD_OUTLET_TESTS_EXPLORATION_TRUTH_H
#define SLACD_OUTLET_TESTS_EXPLORATION_TRUTH_H

#include "slacd/outlet/tests/exploration_world.h"

/* A match that sleeps is to be found again. */
void truth_wake(struct world_truth *truth);
void truth_end_pause(struct world_truth *truth);
/* What is true of one vehicle ends with it. */
void truth_end_vehicle(struct world_truth *truth);
/* In basic charging slacd lowers what it has asked for. The service alone raises it again. */
void truth_lower_other(struct world *world);

#endif
