/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/smart-charging/charging_profile.h"

#define STRINGIFY(x) #x
#define TEXT(x)      STRINGIFY(x)

struct reason {
	const char *code;
	const char *text;
};

static const struct reason reasons[CHARGING_VERDICTS] = {
	[CHARGING_ACCEPTED] = {"", ""},
	[CHARGING_UNKNOWN_EVSE] = {"InvalidValue", "evse_id: this station has no such EVSE"},
	[CHARGING_EXTERNAL_FROM_CSMS] =
		{"InvalidProfile", "charging_profile_purpose: ChargingStationExternalConstraints cannot be set by "
				   "message"},
	[CHARGING_MAX_NAMES_EVSE] = {"InvalidProfile", "evse_id: a ChargingStationMaxProfile is for the whole station"},
	[CHARGING_MAX_RELATIVE] = {"InvalidProfile",
				   "charging_profile_kind: a ChargingStationMaxProfile cannot be Relative"},
	[CHARGING_TX_WITHOUT_EVSE] = {"MissingParam", "evse_id: a TxProfile needs it"},
	[CHARGING_TX_WITHOUT_TRANSACTION] = {"InvalidProfile", "transaction_id: a TxProfile needs it"},
	[CHARGING_TX_NOT_FOUND] = {"TxNotFound", "transaction_id: no such transaction runs at this EVSE"},
	[CHARGING_STACK_LEVEL] = {"InvalidStackLevel", "stack_level: expected 0 ... " TEXT(CHARGING_STACK_LEVEL_MAX)},
	[CHARGING_NO_START] = {"MissingParam", "start_schedule: an Absolute or Recurring profile needs it"},
	[CHARGING_RELATIVE_START] = {"InvalidSchedule", "start_schedule: a Relative profile must not have it"},
	[CHARGING_NO_RECURRENCY] = {"MissingParam", "recurrency_kind: a Recurring profile needs it"},
	[CHARGING_NO_SCHEDULE] = {"InvalidSchedule", "charging_schedule: expected at least one"},
	[CHARGING_NO_PERIOD] = {"InvalidSchedule", "charging_schedule_period: expected at least one"},
	[CHARGING_FIRST_PERIOD] = {"InvalidSchedule", "start_period: the first one must be 0"},
	[CHARGING_PERIOD_ORDER] = {"InvalidSchedule", "start_period: each must be greater than the one before"},
	[CHARGING_PHASES] = {"InvalidValue", "number_phases: expected 1 ... the phases of the supply"},
	[CHARGING_DC_PHASES] = {"InvalidValue", "number_phases, phase_to_use: not at a DC EVSE"},
	[CHARGING_PHASE_TO_USE] = {"InvalidValue", "phase_to_use: this station cannot switch phases"},
	[CHARGING_UNIT_UNSUPPORTED] = {"UnsupportedRateUnit",
				       "charging_rate_unit: expected W, or A where the voltage is known"},
	[CHARGING_VALIDITY] = {"InvalidValue", "valid_to: expected a time after valid_from"},
	[CHARGING_OUT_OF_RANGE] = {"InvalidValue", "charging_profile: a value is out of its range"},
	[CHARGING_DUPLICATE] = {"DuplicateProfile",
				"stack_level: another profile of this purpose has it at the same time"},
	[CHARGING_DUPLICATE_TX] = {"DuplicateProfile", "stack_level: another TxProfile of this transaction has it"},
	[CHARGING_DUPLICATE_SCOPE] = {"DuplicateProfile", "stack_level: a TxDefaultProfile has it, for the station or "
							  "for an EVSE of it"},
	[CHARGING_ID_TAKEN] = {"DuplicateProfile",
			       "id: another profile has it, and ChargingStationExternalConstraints are not replaced by "
			       "others, nor replace them"},
	[CHARGING_TOO_MANY_PROFILES] = {"TooManyElements",
					"charging_profile: there are " TEXT(CHARGING_PROFILES_MAX) " already"},
	[CHARGING_TOO_MANY_SCHEDULES] = {"TooManyElements",
					 "charging_schedule: expected at most " TEXT(CHARGING_SCHEDULES_MAX)},
	[CHARGING_TOO_MANY_PERIODS] = {"TooManyElements",
				       "charging_schedule_period: expected at most " TEXT(CHARGING_PERIODS_MAX)},
};

const char *charging_reason_code(enum charging_verdict verdict)
{
	return (unsigned)verdict < CHARGING_VERDICTS ? reasons[verdict].code : "";
}

const char *charging_reason_text(enum charging_verdict verdict)
{
	return (unsigned)verdict < CHARGING_VERDICTS ? reasons[verdict].text : "";
}
