/* SPDX-License-Identifier: Apache-2.0 */
#include "mqtt/api/api_charging_text.h"

#include "mqtt/api/api_charging.h"

#define TEXTS(name)                                                                                                    \
	{                                                                                                              \
		name, sizeof(name) / sizeof((name)[0])                                                                 \
	}

static const char *const kinds[] = {
	[API_CHARGING_SERVICE_STATUS] = "service_status",
	[API_CHARGING_SLAC_SERVICE] = "service_status",
	[API_CHARGING_PARAMETERS] = "cs_parameters",
	[API_CHARGING_LIMITS] = "cs_status_and_limits",
	[API_CHARGING_CP_PWM] = "cp_pwm",
	[API_CHARGING_CP_PWM_REQUEST] = "cp_pwm",
	[API_CHARGING_CP_STATUS] = "cp_status",
	[API_CHARGING_SLAC_STATUS] = "slac_status",
	[API_CHARGING_HLC_CHARGING] = "hlc_charging",
	[API_CHARGING_CABLE_INFO] = "cable_info",
	[API_CHARGING_TRANSACTION_STATUS] = "transaction_status",
	[API_CHARGING_SET_PROFILE] = "set_charging_profile",
	[API_CHARGING_CLEAR_PROFILE] = "clear_charging_profile",
	[API_CHARGING_COMPOSITE] = "get_composite_schedule",
};

static const char *const transaction_states[] = {
	[API_TRANSACTION_STARTED] = "started",
	[API_TRANSACTION_IN_PROGRESS] = "in_progress",
	[API_TRANSACTION_ENDED] = "ended",
};

static const char *const rate_units[] = {[API_RATE_W] = "W", [API_RATE_A] = "A"};

static const char *const purposes[] = {
	[API_PROFILE_EXTERNAL_CONSTRAINTS] = "ChargingStationExternalConstraints",
	[API_PROFILE_STATION_MAX] = "ChargingStationMaxProfile",
	[API_PROFILE_TX_DEFAULT] = "TxDefaultProfile",
	[API_PROFILE_TX] = "TxProfile",
};

static const char *const profile_kinds[] = {
	[API_PROFILE_ABSOLUTE] = "Absolute",
	[API_PROFILE_RECURRING] = "Recurring",
	[API_PROFILE_RELATIVE] = "Relative",
};

static const char *const recurrencies[] = {[API_PROFILE_DAILY] = "Daily", [API_PROFILE_WEEKLY] = "Weekly"};

static const struct api_texts api_texts_charging_kind = TEXTS(kinds);
const struct api_texts api_texts_transaction_state = TEXTS(transaction_states);
const struct api_texts api_texts_rate_unit = TEXTS(rate_units);
const struct api_texts api_texts_profile_purpose = TEXTS(purposes);
const struct api_texts api_texts_profile_kind = TEXTS(profile_kinds);
const struct api_texts api_texts_profile_recurrency = TEXTS(recurrencies);

const char *api_charging_kind_text(enum api_charging_kind kind)
{
	return api_texts_word(&api_texts_charging_kind, kind);
}

const char *api_transaction_state_text(enum api_transaction_state state)
{
	return api_texts_word(&api_texts_transaction_state, state);
}

const char *api_rate_unit_text(enum api_rate_unit unit)
{
	return api_texts_word(&api_texts_rate_unit, unit);
}

const char *api_profile_purpose_text(enum api_profile_purpose purpose)
{
	return api_texts_word(&api_texts_profile_purpose, purpose);
}
