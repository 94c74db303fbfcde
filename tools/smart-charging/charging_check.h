/* SPDX-License-Identifier: Apache-2.0 */
/* What a charging profile must be, by itself and at its EVSE. Internal to the charging profiles. */
#ifndef TOOLS_SMART_CHARGING_CHARGING_CHECK_H
#define TOOLS_SMART_CHARGING_CHARGING_CHECK_H

#include "tools/smart-charging/charging_profile.h"

/* Everything but what other profiles have to say to it. The first thing that is wrong. */
enum charging_verdict charging_check(const struct charging_evses *evses, enum charging_source source, size_t evse,
				     const struct charging_profile *profile);

#endif
