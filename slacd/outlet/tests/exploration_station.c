/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/outlet/tests/exploration_station.h"

#include "cp/duty_cycle.h"

#include <stdio.h>

static bool is_off(const struct station *station)
{
	return station->fault || station->pilot.kind == PILOT_F || station->pilot.kind == PILOT_X1;
}

static void forget_times(struct station *station)
{
	station->off_ms = station->f_ms = station->x1_ms = 0;
}

/* What follows from the signal that is on the pilot now. */
static void follow_signal(struct station *station)
{
	if (is_off(station))
		return;
	forget_times(station);
	if (station->pilot.kind == PILOT_HLC)
		station->opened = station->disturbed = false;
}

void station_set_pilot(struct station *station, struct pilot_request request)
{
	if (request.kind != station->pilot.kind)
		station->f_ms = station->x1_ms = station->asleep_ms = 0;
	station->pilot = request;
	follow_signal(station);
}

void station_restart(struct station *station)
{
	station->disturbed = !station->opened;
	station_set_pilot(station, (struct pilot_request){.kind = PILOT_X1});
}

void station_set_fault(struct station *station, bool fault)
{
	station->fault = fault;
	station->disturbed = !station->opened;
	station->f_ms = station->x1_ms = station->asleep_ms = 0;
	follow_signal(station);
}

void station_time_x1(struct station *station, bool times_x1)
{
	if (station->times_x1 != times_x1)
		station->asleep_ms = 0;
	station->times_x1 = times_x1;
}

void station_begin_session(struct station *station)
{
	station->f_held = false;
}

static void pass_f(struct station *station, const struct control_pilot_config *config, uint32_t ms)
{
	if (station->fault || station->pilot.kind != PILOT_F)
		return;
	station->f_ms += ms;
	if (station->f_ms >= config->step_f_ms)
		station->f_held = station->opened = true;
}

static void pass_x1(struct station *station, const struct control_pilot_config *config, uint32_t ms)
{
	const uint32_t needed_ms = station->f_held ? config->step_x1_ms : config->step_x1_hlc_ms;

	if (station->fault || station->pilot.kind != PILOT_X1)
		return;
	station->x1_ms += ms;
	if (station->x1_ms >= needed_ms)
		station->opened = true;
}

void station_pass(struct station *station, const struct control_pilot_config *config, uint32_t ms)
{
	if (!is_off(station))
		return;
	if (station->times_x1 && !station->fault && station->pilot.kind == PILOT_X1)
		station->asleep_ms += ms;
	if (station->asleep_ms > config->step_x1_hlc_ms)
		station->asleep_ms = config->step_x1_hlc_ms;
	if (station->disturbed)
		station->off_ms += ms;
	pass_f(station, config, ms);
	pass_x1(station, config, ms);
	if (station->off_ms >= config->step_x1_hlc_ms)
		station->f_held = station->opened = true;
	if (station->opened)
		station->off_ms = station->x1_ms = 0;
	if (station->opened)
		station->disturbed = false;
	if (station->opened && station->f_held)
		station->f_ms = 0;
}

uint32_t station_offers_da(const struct station *station)
{
	return !station->fault && station->pilot.kind == PILOT_X2 ? station->pilot.current_da : 0;
}

static enum cp_state state_of(const struct station *station, bool a_in_f)
{
	const bool pwm = station->pilot.kind == PILOT_HLC || station->pilot.kind == PILOT_X2;

	if (station->fault)
		return CP_STATE_E;
	if (station->pilot.kind == PILOT_F)
		return a_in_f ? CP_STATE_A1 : CP_STATE_F;
	switch (station->vehicle) {
	case STATION_VEHICLE_B:
		return pwm ? CP_STATE_B2 : CP_STATE_B1;
	case STATION_VEHICLE_C:
		return pwm ? CP_STATE_C2 : CP_STATE_C1;
	case STATION_NO_VEHICLE:
		break;
	}
	return pwm ? CP_STATE_A2 : CP_STATE_A1;
}

struct outlet_cp_status station_status(const struct station *station, bool with_duty, bool a_in_f)
{
	struct outlet_cp_status status = {.state = state_of(station, a_in_f)};

	if (!with_duty || cp_state_is_fault(status.state))
		return status;
	status.has_duty = true;
	status.duty = DUTY_CYCLE_X1;
	if (station->pilot.kind == PILOT_HLC)
		status.duty = DUTY_CYCLE_HLC;
	else if (station->pilot.kind == PILOT_X2)
		status.duty = duty_cycle_from_current(station->pilot.current_da);
	return status;
}

const char *station_pilot_text(struct pilot_request request, char text[32])
{
	if (request.kind == PILOT_X2)
		snprintf(text, 32, "X2(%u.%u A)", request.current_da / 10 % 1000, request.current_da % 10);
	else
		snprintf(text, 32, "%s", pilot_request_text(request.kind));
	return text;
}
