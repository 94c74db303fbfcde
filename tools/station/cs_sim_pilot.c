/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/station/cs_sim_pilot.h"

#include "cp/duty_cycle.h"

#include <stdio.h>
#include <string.h>

enum cs_signal cs_signal_of(const struct api_cp_pwm *pwm)
{
	if (pwm->fault_state)
		return CS_SIGNAL_F;
	if (pwm->error_state)
		return CS_SIGNAL_E;
	if (pwm->hlc)
		return CS_SIGNAL_HLC;
	return pwm->current_deciampere > 0 ? CS_SIGNAL_X2 : CS_SIGNAL_X1;
}

const char *cs_signal_text(enum cs_signal signal)
{
	static const char *const texts[] = {"x1", "hlc", "x2", "e", "f"};

	return (size_t)signal < sizeof(texts) / sizeof(texts[0]) ? texts[signal] : "?";
}

bool cs_signal_parse(const char *text, enum cs_signal *signal)
{
	for (enum cs_signal each = CS_SIGNAL_X1; each <= CS_SIGNAL_F; each++) {
		if (strcmp(cs_signal_text(each), text) == 0) {
			*signal = each;
			return true;
		}
	}
	return false;
}

void cs_pilot_request(struct cs_pilot *pilot, const struct api_cp_pwm *pwm)
{
	pilot->signal = cs_signal_of(pwm);
	pilot->current_da = pwm->current_deciampere;
}

void cs_pilot_plug(struct cs_pilot *pilot)
{
	pilot->forced = false;
	pilot->vehicle = CS_VEHICLE_CONNECTED;
}

void cs_pilot_unplug(struct cs_pilot *pilot)
{
	pilot->forced = false;
	pilot->vehicle = CS_VEHICLE_NONE;
}

void cs_pilot_force(struct cs_pilot *pilot, enum api_cp_state state)
{
	static const enum cs_vehicle vehicles[] = {
		[API_CP_A1] = CS_VEHICLE_NONE,       [API_CP_A2] = CS_VEHICLE_NONE,
		[API_CP_B1] = CS_VEHICLE_CONNECTED,  [API_CP_B2] = CS_VEHICLE_CONNECTED,
		[API_CP_C1] = CS_VEHICLE_READY,      [API_CP_C2] = CS_VEHICLE_READY,
		[API_CP_D1] = CS_VEHICLE_VENTILATED, [API_CP_D2] = CS_VEHICLE_VENTILATED,
	};

	pilot->forced = state == API_CP_E || state == API_CP_F;
	pilot->forced_state = state;
	if (!pilot->forced)
		pilot->vehicle = vehicles[state];
}

void cs_pilot_switch_off(struct cs_pilot *pilot)
{
	pilot->signal = CS_SIGNAL_X1;
	pilot->forced = false;
}

static bool oscillator_on(const struct cs_pilot *pilot)
{
	return pilot->signal == CS_SIGNAL_HLC || pilot->signal == CS_SIGNAL_X2;
}

enum api_cp_state cs_pilot_state(const struct cs_pilot *pilot)
{
	static const enum api_cp_state steady[] = {API_CP_A1, API_CP_B1, API_CP_C1, API_CP_D1};
	static const enum api_cp_state pulsed[] = {API_CP_A2, API_CP_B2, API_CP_C2, API_CP_D2};

	if (pilot->forced)
		return pilot->forced_state;
	if (pilot->signal == CS_SIGNAL_F)
		return API_CP_F;
	if (pilot->signal == CS_SIGNAL_E)
		return API_CP_E;
	return oscillator_on(pilot) ? pulsed[pilot->vehicle] : steady[pilot->vehicle];
}

static double max_voltage(enum api_cp_state state)
{
	static const double volts[] = {
		[API_CP_A1] = 12, [API_CP_A2] = 12, [API_CP_B1] = 9, [API_CP_B2] = 9, [API_CP_C1] = 6,
		[API_CP_C2] = 6,  [API_CP_D1] = 3,  [API_CP_D2] = 3, [API_CP_E] = 0,  [API_CP_F] = -12,
	};

	return volts[state];
}

void cs_pilot_status(const struct cs_pilot *pilot, const char *evse_id, enum api_cp_state state,
		     struct api_station_cp_status *out)
{
	uint32_t duty = DUTY_CYCLE_X1;

	if (pilot->signal == CS_SIGNAL_HLC)
		duty = DUTY_CYCLE_HLC;
	else if (pilot->signal == CS_SIGNAL_X2)
		duty = duty_cycle_from_current(pilot->current_da);
	memset(out, 0, sizeof(*out));
	snprintf(out->status.evse_id, sizeof(out->status.evse_id), "%s", evse_id);
	out->connector_id = 1;
	out->status.state = state;
	out->has_voltages = out->status.has_duty_cycle = true;
	out->max_voltage_v = max_voltage(state);
	out->min_voltage_v = oscillator_on(pilot) ? -12 : out->max_voltage_v;
	out->status.duty_cycle_percent = duty / 100.0;
}
