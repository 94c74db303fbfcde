/* SPDX-License-Identifier: Apache-2.0 */
/*
 * current_limit_input in two steps: what the station puts between them is known before anything is asked for. Internal to
 * the smart-charging core.
 */
#ifndef TOOLS_SMART_CHARGING_CURRENT_LIMIT_INTERNAL_H
#define TOOLS_SMART_CHARGING_CURRENT_LIMIT_INTERNAL_H

#include "tools/smart-charging/current_limit.h"

/* Takes the input. Adds to the outputs what is to be said of an answer. */
void current_limit_note(struct current_limit *limit, const struct current_limit_input *input, uint64_t now_us,
			struct current_limit_outputs *out);
/* Does what follows from all that is known. Adds to the outputs. */
void current_limit_act(struct current_limit *limit, uint64_t now_us, struct current_limit_outputs *out);

#endif
