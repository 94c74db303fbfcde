/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The smart-charging service of one station, whole and pure: its profiles, its EVSEs, and who shares the station's cap.
 * The shell tells it what it hears and carries out the effects; it decides nothing itself.
 *
 * Two clocks come in with every call. The wall clock (UTC) is for schedules alone: it may jump, forward and back, and
 * each call judges by what it says then. The monotonic one is for holds, repeats and the start of a session: a
 * Relative schedule goes on through a jump. Hence two times at which the service wants to be called. A shell that lets
 * the kernel wake it when the wall clock is set (timerfd, TFD_TIMER_CANCEL_ON_SET) sends a TICK then.
 *
 * An EVSE is the index of its entry in cs_parameters. The service is stateless: after a start everything is asked and
 * heard again, and nothing is sent for an EVSE whose session was not heard.
 */
#ifndef TOOLS_SMART_CHARGING_CHARGING_STATION_H
#define TOOLS_SMART_CHARGING_CHARGING_STATION_H

#include "tools/smart-charging/current_limit.h"

#define CHARGING_STATION_NEVER_US UINT64_MAX
/* Effects of one input, at most. */
#define CHARGING_STATION_EFFECTS (CHARGING_EVSES_MAX * CURRENT_LIMIT_OUTPUTS)

struct charging_time {
	uint64_t monotonic_us;
	int64_t wall_us; /* since 1970, UTC */
};

/* What is known of one EVSE beside its current. */
struct charging_place {
	bool session_runs; /* basic or 15118 */
	uint64_t session_us;
	bool transaction_runs;
	uint64_t transaction_us;
	uint32_t voltage_mv; /* the last one that was told, 0: none */
};

struct charging_station {
	struct charging_profiles profiles;
	struct charging_evses evses; /* as of the last call */
	struct current_limit limits[CHARGING_EVSES_MAX];
	struct charging_place places[CHARGING_EVSES_MAX];
	size_t sharers;     /* EVSEs that charge */
	int64_t boundary_s; /* the next change of a limit by a schedule */
};

/* One EVSE of cs_parameters. */
struct charging_station_evse {
	bool is_dc;          /* no connector has ac or ac_bpt */
	bool single_phase;   /* AC: AC_single_phase_core */
	uint32_t voltage_mv; /* nominal_voltage, 0: not told */
};

enum charging_transaction_status {
	CHARGING_TRANSACTION_STARTED,
	CHARGING_TRANSACTION_IN_PROGRESS,
	CHARGING_TRANSACTION_ENDED
};

/* transaction_status. */
struct charging_transaction {
	enum charging_transaction_status status;
	char id[CHARGING_TRANSACTION_ID_MAX];
};

enum charging_station_input_kind {
	CHARGING_STATION_LIMIT, /* `limit`, of any kind but CURRENT_LIMIT_SCHEDULED and TICK, for `evse` */
	/*
	 * `transaction` at `evse`. CHARGING_WHOLE_STATION: the message names no EVSE; an end finds it by its id, anything
	 * else is ignored. In progress without a start that was heard counts as started now.
	 */
	CHARGING_STATION_TRANSACTION,
	CHARGING_STATION_REACHABLE, /* the broker is there (again): CURRENT_LIMIT_REACHABLE for all */
	CHARGING_STATION_TICK       /* time has passed, or the wall clock was set */
};

struct charging_station_input {
	enum charging_station_input_kind kind;
	size_t evse;
	struct current_limit_input limit;
	struct charging_transaction transaction;
};

/* What the shell does, in this order: all that may lower a current comes before what may raise one. */
struct charging_station_effect {
	size_t evse;
	struct current_limit_output output;
};

struct charging_station_effects {
	size_t count;
	struct charging_station_effect items[CHARGING_STATION_EFFECTS];
};

/*
 * A station of `count` EVSEs (at most CHARGING_EVSES_MAX, further ones are left out), no profile, nothing heard. The
 * config is copied to each EVSE.
 */
void charging_station_init(struct charging_station *station, const struct current_limit_config *config,
			   const struct charging_station_evse *evses, size_t count);

/* Takes one input; due deadlines are handled with it. An unknown evse is ignored. The effects are emptied first. */
void charging_station_input(struct charging_station *station, const struct charging_station_input *input,
			    struct charging_time now, struct charging_station_effects *out);

/* set_charging_profile, for `evse` or CHARGING_WHOLE_STATION, and what follows from it. */
enum charging_verdict charging_station_set_profile(struct charging_station *station, size_t evse,
						   const struct charging_profile *profile, struct charging_time now,
						   struct charging_station_effects *out);

/* clear_charging_profile, and what follows from it. False: nothing matched, the answer is `unknown`. */
bool charging_station_clear_profiles(struct charging_station *station, const struct charging_clearing *clearing,
				     struct charging_time now, struct charging_station_effects *out);

/*
 * get_composite_schedule, for an EVSE or CHARGING_WHOLE_STATION. Without has_unit: A for AC, W for DC, and for the
 * station A where all its EVSEs are AC.
 */
enum composite_verdict charging_station_composite(struct charging_station *station, size_t evse, bool has_unit,
						  enum charging_unit unit, uint32_t duration_s,
						  struct charging_time now, struct composite_schedule *out);

/* When CHARGING_STATION_TICK is wanted: at the first of the two. */
struct charging_station_next {
	uint64_t monotonic_us; /* CHARGING_STATION_NEVER_US: no such time */
	int64_t wall_s;        /* seconds since 1970, UTC; COMPOSITE_NEVER likewise */
};

struct charging_station_next charging_station_next(const struct charging_station *station);

#endif
