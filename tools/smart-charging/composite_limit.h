/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The limits that the profiles of one kind of purpose come to at a moment. Internal to the composite schedule.
 *
 * All take `next_s`, which they lower to the first second above now_s at which their answer may be another one.
 */
#ifndef TOOLS_SMART_CHARGING_COMPOSITE_LIMIT_H
#define TOOLS_SMART_CHARGING_COMPOSITE_LIMIT_H

#include "tools/smart-charging/composite_schedule.h"

/* TxProfile, else TxDefaultProfile, lowered to what ChargingStationExternalConstraints say of this EVSE. */
struct composite_limit composite_own_limit(const struct composite_view *view, size_t evse, int64_t now_s,
					   int64_t *next_s);

/*
 * ChargingStationMaxProfile and ChargingStationExternalConstraints of the whole station, 1/shares of it. As `evse` would
 * take it: its phases and voltage.
 */
struct composite_limit composite_station_cap(const struct composite_view *view, const struct charging_evse *evse,
					     size_t shares, int64_t now_s, int64_t *next_s);

/* The lower of the two for `evse`, any of them without is_limited. */
struct composite_limit composite_lower(const struct charging_evse *evse, const struct composite_limit *a,
				       const struct composite_limit *b);

#endif
