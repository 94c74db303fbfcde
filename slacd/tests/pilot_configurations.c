/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/tests/pilot_configurations.h"

const struct pilot_logic pilot_logic_real = {
	.init = control_pilot_init,
	.input = control_pilot_input,
	.deadline = control_pilot_deadline,
};

#define BIT(input)   (UINT64_C(1) << (input))
#define STATE(state) BIT(WORLD_STATE_A1 + CP_STATE_##state)

#define ALL_STATES (BIT(WORLD_STATE_F + 1) - 1)
#define STATES     (STATE(A1) | STATE(B2) | STATE(C2) | STATE(E) | STATE(F))
#define FEW_STATES (STATE(A1) | STATE(C2) | STATE(E) | STATE(F))
#define ALL_LIMITS                                                                                                     \
	(BIT(WORLD_LIMIT_0) | BIT(WORLD_LIMIT_59) | BIT(WORLD_LIMIT_60) | BIT(WORLD_LIMIT_160) |                       \
	 BIT(WORLD_LIMIT_320) | BIT(WORLD_LIMIT_1000))
#define FEW_LIMITS   (BIT(WORLD_LIMIT_59) | BIT(WORLD_LIMIT_160))
#define AVAILABILITY (BIT(WORLD_READY) | BIT(WORLD_NOT_READY) | BIT(WORLD_OUT_OF_ORDER))
#define EIM          (BIT(WORLD_EIM_ON) | BIT(WORLD_EIM_OFF))
#define HLC          (BIT(WORLD_HLC_ON) | BIT(WORLD_HLC_OFF))
#define SERVICE      (BIT(WORLD_RESET) | BIT(WORLD_TERMINATE) | BIT(WORLD_KEY_LOST))
#define CAR          (BIT(WORLD_PARM_REQ) | BIT(WORLD_MATCH_REQ) | BIT(WORLD_RUN_FAILED) | BIT(WORLD_LINK_LOST))
#define STATION      (BIT(WORLD_ANSWER_VALID) | BIT(WORLD_ANSWER_REFUSED) | BIT(WORLD_ANSWER_OLD))
#define BROKER       (BIT(WORLD_BROKER_AWAY) | BIT(WORLD_BROKER_BACK))
#define TIME         (BIT(WORLD_TIME) | BIT(WORLD_OVERSLEEP))
#define EVERYTHING   (ALL_STATES | ALL_LIMITS | AVAILABILITY | EIM | HLC | SERVICE | CAR | TIME)

/* The defaults of the configuration. */
#define STEPS    .step_f_ms = 5000, .step_x1_ms = 500, .step_x1_hlc_ms = 3000
#define AC_PILOT .has_ac = true, .hlc_at_start = true, STEPS
#define DC_PILOT .has_ac = false, .hlc_at_start = true, STEPS
#define WINDOW   .init_ms = 20000, .session_ms = 10000
#define FIELD                                                                                                          \
	{                                                                                                              \
		.listen_after_failure = true, WINDOW                                                                   \
	}
#define FIELD_DC                                                                                                       \
	{                                                                                                              \
		.listen_after_failure = true, .listen_after_init = true, WINDOW                                        \
	}
#define STRICT                                                                                                         \
	{                                                                                                              \
		WINDOW                                                                                                 \
	}
#define RETRY .request_timeout_ms = 2000, .request_backoff_max_ms = 30000

const struct world_config pilot_configurations[] = {
	{
		.name = "AC, defaults, field",
		.pilot = {AC_PILOT},
		.matching = FIELD,
		.prompt_station = true,
		.inputs = EVERYTHING,
	},
	{
		.name = "AC, EIM, cap 10 A, field, messages race with the timer",
		.pilot = {AC_PILOT, .basic_charging_on_eim = true, .nominal_current_da = 100},
		.matching = FIELD,
		.prompt_station = true,
		.inputs = EVERYTHING,
		.races = true,
	},
	{
		.name = "AC, 2 retries, 1 pulse after a failure and after a lost link, EIM, field, messages race with the timer",
		.pilot = {AC_PILOT, .init_retries = 2, .failed_pulses = 1, .pulse_on_link_loss = true,
			  .basic_charging_on_eim = true},
		.matching = FIELD,
		.prompt_station = true,
		.inputs = EVERYTHING,
		.races = true,
	},
	{
		.name = "AC, 2 retries, 1 pulse after a failure and after a lost link, strict",
		.pilot = {AC_PILOT, .init_retries = 2, .failed_pulses = 1, .pulse_on_link_loss = true,
			  .nominal_needs_eim = true},
		.matching = STRICT,
		.prompt_station = true,
		.inputs = STATES | FEW_LIMITS | AVAILABILITY | EIM | HLC | SERVICE | CAR | TIME,
	},
	{
		.name = "AC, EIM, nominal duty for EIM only, strict, out of order at the start",
		.pilot = {AC_PILOT, .basic_charging_on_eim = true, .nominal_needs_eim = true},
		.matching = STRICT,
		.prompt_station = true,
		.at_start = CONTROL_PILOT_OUT_OF_ORDER,
		.inputs = STATES | ALL_LIMITS | AVAILABILITY | EIM | HLC | SERVICE | CAR | TIME,
	},
	{
		.name = "AC, nothing asked for at the start, not ready then",
		.pilot = {STEPS, .has_ac = true, .basic_charging_on_eim = true},
		.matching = FIELD,
		.prompt_station = true,
		.at_start = CONTROL_PILOT_NOT_READY,
		.inputs = STATES | FEW_LIMITS | AVAILABILITY | EIM | HLC | SERVICE | CAR | TIME,
	},
	{
		.name = "DC only, EIM, field",
		.pilot = {DC_PILOT, .basic_charging_on_eim = true, .init_retries = 2},
		.matching = FIELD_DC,
		.prompt_station = true,
		.inputs = EVERYTHING,
	},
	{
		.name = "DC only, 1 pulse after a failure, strict, messages race with the timer",
		.pilot = {DC_PILOT, .failed_pulses = 1},
		.matching = STRICT,
		.prompt_station = true,
		.inputs = EVERYTHING,
		.races = true,
	},
	{
		.name = "AC, defaults, field, a station that answers, refuses or keeps silent, a broker that "
			"goes",
		.pilot = {AC_PILOT},
		.matching = FIELD,
		RETRY,
		.inputs = STATES | FEW_LIMITS | BIT(WORLD_READY) | BIT(WORLD_OUT_OF_ORDER) | SERVICE | CAR | STATION |
			  BROKER | BIT(WORLD_TIME),
	},
	{
		.name = "AC, 2 retries, EIM, strict, a station that answers, refuses or keeps silent",
		.pilot = {AC_PILOT, .init_retries = 2, .basic_charging_on_eim = true},
		.matching = STRICT,
		RETRY,
		.inputs = FEW_STATES | FEW_LIMITS | EIM | BIT(WORLD_RESET) | CAR | STATION | BIT(WORLD_TIME),
		.races = true,
	},
};

const size_t pilot_configurations_count = sizeof(pilot_configurations) / sizeof(pilot_configurations[0]);
