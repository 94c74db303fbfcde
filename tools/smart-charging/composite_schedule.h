/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the charging profiles come to (OCPP 2.0.1): the limit of an EVSE at a moment and when it changes next, and the
 * composite schedule of an EVSE or of the station. Pure; times are wall-clock seconds (UTC) as in charging_profile.h.
 *
 *   TxProfile where one is in force, else TxDefaultProfile   (within one purpose the highest stack level in force)
 *   lowered to ChargingStationMaxProfile, an equal share for each EVSE that charges
 *   lowered to ChargingStationExternalConstraints, likewise where they are for the whole station
 *
 * A Relative schedule counts from the start of the transaction, before that is known from that of the session, and
 * without either from the start of the calculation.
 */
#ifndef TOOLS_SMART_CHARGING_COMPOSITE_SCHEDULE_H
#define TOOLS_SMART_CHARGING_COMPOSITE_SCHEDULE_H

#include "tools/smart-charging/charging_profile.h"

/* The limit does not change any more. */
#define COMPOSITE_NEVER INT64_MAX
/*
 * Periods of a composite schedule, and boundaries of profiles that are looked at for it, most of which begin no period: a
 * week has 672 quarters of an hour. What is asked at a boundary of the station is asked of each EVSE, of all of them at
 * most COMPOSITE_LOOKS_MAX times. A schedule that needs more ends where they end; its duration says so.
 */
#define COMPOSITE_PERIODS_MAX 128
#define COMPOSITE_STEPS_MAX   4096
#define COMPOSITE_LOOKS_MAX   32768

/* The limit of one EVSE by its profiles, nothing else. */
struct composite_limit {
	bool is_limited;         /* a profile is in force; otherwise the rest means nothing */
	int32_t profile_id;      /* the one that holds: the lowest */
	enum charging_unit unit; /* its unit; at a DC EVSE A where both units are in force */
	uint32_t limit;          /* mA per phase, or mW of all phases */
	uint32_t limit_ma;       /* the same in mA per phase, rounded down */
};

/* What is asked. All pointers are the caller's. */
struct composite_view {
	const struct charging_profiles *profiles;
	const struct charging_evses *evses;
	size_t sharers;        /* EVSEs that share a cap of the station; 0 counts as 1 */
	int64_t calculation_s; /* the start of the calculation */
};

/*
 * The limit of EVSE `evse` at now_s. Returns the first second at which it may be another one, always above now_s, or
 * COMPOSITE_NEVER: with the same profiles and sessions nothing changes before.
 */
int64_t composite_limit_at(const struct composite_view *view, size_t evse, int64_t now_s, struct composite_limit *out);

/* One period of a composite schedule. */
struct composite_period {
	uint32_t start_s;
	uint64_t limit;  /* mA per phase, or mW of all phases */
	unsigned phases; /* that the EVSE feeds; 0: DC, or the whole station */
};

struct composite_schedule {
	size_t evse; /* or CHARGING_WHOLE_STATION */
	enum charging_unit unit;
	int64_t start_s;
	uint32_t duration_s; /* as asked, less where the bounds above were not enough */
	size_t count;        /* 0 only with duration 0 */
	struct composite_period periods[COMPOSITE_PERIODS_MAX];
};

/* What the hardware gives in both units, for each EVSE of the view: it holds where it is lower, or nothing is in force. */
struct composite_hardware {
	uint32_t ma; /* per phase */
	uint64_t mw; /* of all phases */
};

enum composite_verdict {
	COMPOSITE_ACCEPTED,
	COMPOSITE_UNKNOWN_EVSE,
	/* Outside the enum; or A at a DC EVSE whose voltage is not known, or for a station that has a DC EVSE. */
	COMPOSITE_UNKNOWN_UNIT
};

/*
 * The schedule from view->calculation_s for duration_s, neighbours of the same limit as one period. Of an EVSE: its
 * limit, lowered to the hardware; it counts as one of the sharers. Of CHARGING_WHOLE_STATION: the sum over all EVSEs,
 * lowered to the caps of the station. `hardware` has view->evses->count entries. *out is unchanged where refused.
 */
enum composite_verdict composite_schedule(const struct composite_view *view, const struct composite_hardware *hardware,
					  size_t evse, enum charging_unit unit, uint32_t duration_s,
					  struct composite_schedule *out);

#endif
