/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The charging profiles that the CSMS has sent: set, replaced, refused with a reason, cleared (OCPP 2.0.1, K01 and K10).
 * Pure: the profiles and the time come in, a verdict comes out.
 *
 * Units: a limit is in 1/1000 of its unit (mA per phase, or mW of all phases together), and wall-clock times are whole
 * seconds since 1970, UTC; the shell leaves out what is below, which starts a schedule less than a second early. Nothing
 * here reads the monotonic clock.
 */
#ifndef TOOLS_SMART_CHARGING_CHARGING_PROFILE_H
#define TOOLS_SMART_CHARGING_CHARGING_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bounds. What is above them is refused (CHARGING_TOO_MANY_...). */
#define CHARGING_PROFILES_MAX       320 /* of the whole station; those that are over make room */
#define CHARGING_SCHEDULES_MAX      3   /* of a profile, as OCPP */
#define CHARGING_PERIODS_MAX        96  /* of a schedule: a day of quarters of an hour */
#define CHARGING_EVSES_MAX          256
#define CHARGING_STACK_LEVEL_MAX    999
#define CHARGING_LIMIT_MAX          4000000000u /* 4000 kA, 4 MW */
#define CHARGING_SECONDS_MAX        1000000000u /* a start_period, a duration: 31 years */
#define CHARGING_TRANSACTION_ID_MAX 64          /* with the NUL; OCPP has 36 characters */

/* In place of the index of an EVSE: the profile names none. */
#define CHARGING_WHOLE_STATION SIZE_MAX

enum charging_purpose {
	CHARGING_EXTERNAL_CONSTRAINTS, /* ChargingStationExternalConstraints */
	CHARGING_STATION_MAX,          /* ChargingStationMaxProfile */
	CHARGING_TX_DEFAULT,           /* TxDefaultProfile */
	CHARGING_TX,                   /* TxProfile */
	CHARGING_PURPOSES
};

enum charging_kind { CHARGING_ABSOLUTE, CHARGING_RECURRING, CHARGING_RELATIVE, CHARGING_KINDS };

enum charging_recurrency { CHARGING_RECURRENCY_ABSENT, CHARGING_DAILY, CHARGING_WEEKLY, CHARGING_RECURRENCIES };

enum charging_unit { CHARGING_W, CHARGING_A, CHARGING_UNITS };

struct charging_period {
	uint32_t start_s;     /* start_period */
	uint32_t limit;       /* mA per phase, or mW */
	uint8_t phases;       /* number_phases, 1 ... 3; 0: absent. It is checked, and changes no limit */
	uint8_t phase_to_use; /* 1 ... 3; 0: absent */
};

/* min_charging_rate is not here: it does not change a limit. */
struct charging_schedule {
	enum charging_unit unit;
	bool has_start;
	int64_t start_s; /* start_schedule */
	bool has_duration;
	uint32_t duration_s;
	size_t period_count;
	struct charging_period periods[CHARGING_PERIODS_MAX];
};

struct charging_profile {
	int32_t id;
	uint32_t stack_level;
	enum charging_purpose purpose;
	enum charging_kind kind;
	enum charging_recurrency recurrency;
	bool has_valid_from;
	int64_t valid_from_s; /* in force from here on */
	bool has_valid_to;
	int64_t valid_to_s;                               /* not in force any more */
	char transaction_id[CHARGING_TRANSACTION_ID_MAX]; /* "": absent */
	/* The first one holds. The others are for a vehicle that chooses for itself (ISO 15118); they are checked as well. */
	size_t schedule_count;
	struct charging_schedule schedules[CHARGING_SCHEDULES_MAX];
};

/* A profile in the store, and the EVSE that it is for. */
struct charging_entry {
	size_t evse; /* or CHARGING_WHOLE_STATION */
	struct charging_profile profile;
};

struct charging_profiles {
	size_t count;
	struct charging_entry entries[CHARGING_PROFILES_MAX]; /* in no order that means anything */
};

/* What one EVSE is supplied with, and what runs at it: what a profile is judged and counted by. */
struct charging_evse {
	bool is_dc;
	unsigned phases; /* AC: that are connected, 1 ... 3; 0: not known yet, counts as 3 */
	uint32_t
		voltage_mv; /* AC: nominal, of a phase. DC: the highest of the output. 0: not known, AC counts as 230 V */
	bool has_session;   /* a basic or 15118 session runs, or a transaction */
	int64_t start_s;    /* of the transaction; as long as none is known, of the session */
	char transaction_id[CHARGING_TRANSACTION_ID_MAX]; /* "": none is known */
};

struct charging_evses {
	size_t count;
	struct charging_evse items[CHARGING_EVSES_MAX];
};

/* Why a profile is refused. charging_reason_code and charging_reason_text say it on the wire. */
enum charging_verdict {
	CHARGING_ACCEPTED,
	CHARGING_UNKNOWN_EVSE,           /* no EVSE of this index */
	CHARGING_EXTERNAL_FROM_CSMS,     /* ChargingStationExternalConstraints do not come by message */
	CHARGING_MAX_NAMES_EVSE,         /* a ChargingStationMaxProfile is for the whole station */
	CHARGING_MAX_RELATIVE,           /* and never Relative */
	CHARGING_TX_WITHOUT_EVSE,        /* a TxProfile needs evse_id */
	CHARGING_TX_WITHOUT_TRANSACTION, /* and transaction_id */
	CHARGING_TX_NOT_FOUND,           /* which is not that of the transaction at this EVSE */
	CHARGING_STACK_LEVEL,            /* above CHARGING_STACK_LEVEL_MAX */
	CHARGING_NO_START,               /* Absolute and Recurring need start_schedule */
	CHARGING_RELATIVE_START,         /* Relative must not have one */
	CHARGING_NO_RECURRENCY,          /* Recurring needs recurrency_kind */
	CHARGING_NO_SCHEDULE,
	CHARGING_NO_PERIOD,
	CHARGING_FIRST_PERIOD,     /* does not start at 0 */
	CHARGING_PERIOD_ORDER,     /* the starts do not increase */
	CHARGING_PHASES,           /* number_phases: more than there are, or not 1 ... 3 */
	CHARGING_DC_PHASES,        /* number_phases or phase_to_use at a DC EVSE */
	CHARGING_PHASE_TO_USE,     /* phase_to_use: no EVSE of ours can switch phases */
	CHARGING_UNIT_UNSUPPORTED, /* no unit at all, or A at a DC EVSE whose voltage is not known */
	CHARGING_VALIDITY,         /* valid_to is not after valid_from */
	CHARGING_OUT_OF_RANGE,     /* a value outside the bounds above or outside its enum */
	CHARGING_DUPLICATE,        /* another id has this purpose, stack level and EVSE at the same time */
	CHARGING_DUPLICATE_TX,     /* another id has this stack level for the transaction */
	CHARGING_DUPLICATE_SCOPE,  /* another TxDefaultProfile of this level is for the station, or for an EVSE */
	CHARGING_ID_TAKEN,         /* by ChargingStationExternalConstraints, which no message replaces */
	CHARGING_TOO_MANY_PROFILES,
	CHARGING_TOO_MANY_SCHEDULES,
	CHARGING_TOO_MANY_PERIODS,
	CHARGING_VERDICTS
};

/* Who sets a profile. Only the station itself may set ChargingStationExternalConstraints. */
enum charging_source { CHARGING_FROM_CSMS, CHARGING_FROM_STATION };

void charging_profiles_init(struct charging_profiles *profiles);

/*
 * Judges `profile` for `evse` (an index of evses, or CHARGING_WHOLE_STATION), and takes it where it is accepted; one of
 * the same id is replaced. A full store drops those whose valid_to has passed at now_s, and refuses when that is not
 * enough. Refused: nothing has changed. The texts in *profile end with a NUL, its counts may be anything.
 */
enum charging_verdict charging_profiles_set(struct charging_profiles *profiles, const struct charging_evses *evses,
					    enum charging_source source, size_t evse,
					    const struct charging_profile *profile, int64_t now_s);

/* Which profiles are cleared: those of `id`, else those that meet all given criteria, else all. */
struct charging_clearing {
	bool has_id;
	int32_t id;
	bool has_criteria; /* an object, maybe an empty one: nothing matches that */
	bool has_evse;
	size_t evse; /* profiles that name this EVSE */
	bool has_purpose;
	enum charging_purpose purpose;
	bool has_stack_level;
	uint32_t stack_level;
};

/*
 * Returns how many were cleared; 0: the answer is `unknown`. Criteria leave ChargingStationExternalConstraints alone
 * (K10.FR.04).
 */
size_t charging_profiles_clear(struct charging_profiles *profiles, const struct charging_clearing *clearing);

/* The transaction or the session at this EVSE is over: its TxProfiles are deleted. Returns how many. */
size_t charging_profiles_end_transaction(struct charging_profiles *profiles, size_t evse);

/*
 * The phases that the EVSE feeds; DC: 1. No EVSE of ours can switch some of them off: with fewer in number_phases the
 * vehicle may draw from all of them, and the power of a profile is divided by all.
 */
unsigned charging_phases(const struct charging_evse *evse);
/* mA per phase for mW of all phases, rounded down, at most UINT32_MAX; and back. */
uint32_t charging_ma_from_mw(const struct charging_evse *evse, uint64_t mw);
uint64_t charging_mw_from_ma(const struct charging_evse *evse, uint64_t ma);

/* status_info.reason_code: "DuplicateProfile", "TxNotFound" ...; "" for CHARGING_ACCEPTED. Never NULL. */
const char *charging_reason_code(enum charging_verdict verdict);
/* status_info.additional_info: a sentence that names the member and what was expected; "" likewise. Never NULL. */
const char *charging_reason_text(enum charging_verdict verdict);

#endif
