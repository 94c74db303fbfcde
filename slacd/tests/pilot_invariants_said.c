/* SPDX-License-Identifier: Apache-2.0 */
/* What the pilot logic says, and the status that is reported. */
#include "slacd/tests/pilot_invariants_internal.h"

static void vehicle_connected(struct world *world, struct world_call *call)
{
	struct pilot_truth *truth = &world->truth;
	bool own_f = truth->state == CP_STATE_F && truth->f_may_echo;

	hold(world, truth->vehicle, "matching begins without a vehicle");
	hold(world, cp_state_has_vehicle(truth->state) || own_f, "matching begins in E or F");
	hold(world, ready(world), "matching begins on an outlet out of service");
	hold(world, !world->matching.connected, "matching begins twice");
	call->said_connected = true;
	truth->session = true;
	truth->suspended = truth->basic_reported = truth->deaf = false;
	truth->init_pulses = truth->failed_pulses = 0;
	truth->report = REPORT_NONE;
}

static void fault_said(struct world *world, struct world_call *call)
{
	struct pilot_truth *truth = &world->truth;

	hold(world, cp_state_is_fault(truth->state), "a fault in A, B, C or D");
	hold(world, !(truth->state == CP_STATE_F && truth->f_may_echo), "the echo of our own F is taken for a fault");
	hold(world, truth->session && !truth->suspended && ready(world), "a fault is said twice or of nobody");
	call->said_fault = truth->suspended = true;
}

static void basic_charging_said(struct world *world, struct world_call *call, bool by_eim)
{
	struct pilot_truth *truth = &world->truth;

	hold(world, config_of(world)->has_ac, "basic charging on a DC-only outlet");
	hold(world, !truth->hlc, "basic charging while a 15118 session runs");
	hold(world, truth->session && !truth->suspended, "basic charging without a session");
	hold(world, world->matching.state != SLAC_EVSE_MATCHING && world->matching.state != SLAC_EVSE_MATCHED,
	     "basic charging is reported of a car that is matched or being matched");
	if (by_eim) {
		hold(world, eim_is_wanted(world), "basic charging by EIM without an authorization");
		call->said_eim = true;
		/* X1 is on the pilot already, and all that can be offered. */
		if (call->said_connected && truth->requested.kind == PILOT_X1 && truth_nominal(world).kind == PILOT_X1)
			truth_set_offer(world, OFFER_NOMINAL, UINT64_MAX);
	} else {
		hold(world, call->cause == CONTROL_PILOT_INIT_TIMEOUT, "basic charging although no window has ended");
		hold(world, truth->init_pulses == config_of(world)->init_retries,
		     "basic charging before all retries were used");
		call->said_basic = truth->deaf = true;
	}
	truth->basic_reported = true;
	truth->report = REPORT_BASIC;
}

void invariants_said(struct world *world, struct world_call *call, enum control_pilot_output_kind kind)
{
	struct pilot_truth *truth = &world->truth;

	switch (kind) {
	case CONTROL_PILOT_VEHICLE_CONNECTED:
		vehicle_connected(world, call);
		break;
	case CONTROL_PILOT_VEHICLE_LEFT:
		hold(world, truth->session, "a vehicle leaves that was not there");
		hold(world, !truth->vehicle || call->cause == CONTROL_PILOT_RESET, "a vehicle leaves that is there");
		truth->session = truth->suspended = false;
		break;
	case CONTROL_PILOT_FAULT:
		fault_said(world, call);
		break;
	case CONTROL_PILOT_STOPPED:
		hold(world, truth->session && !ready(world), "a session is stopped without a reason");
		truth->suspended = true;
		break;
	case CONTROL_PILOT_PAUSE_LISTENING:
		hold(world, !match_runs(world), "a running match is cut");
		break;
	case CONTROL_PILOT_LISTEN:
		hold(world, truth->offer == OFFER_HLC, "a window begins without 5 %");
		hold(world, call->asked_hlc || truth->hlc, "a window begins anew without a pulse");
		break;
	case CONTROL_PILOT_BASIC_CHARGING:
	case CONTROL_PILOT_BASIC_CHARGING_EIM:
		basic_charging_said(world, call, kind == CONTROL_PILOT_BASIC_CHARGING_EIM);
		break;
	case CONTROL_PILOT_NO_BASIC_CHARGING:
		hold(world, !config_of(world)->has_ac, "no basic charging on an AC outlet");
		hold(world, call->cause == CONTROL_PILOT_INIT_TIMEOUT, "a car fails to speak before its window ends");
		break;
	case CONTROL_PILOT_REQUEST:
		break;
	}
}

static void reported_failed(struct world *world, enum invariants_status_by by)
{
	struct pilot_truth *truth = &world->truth;

	if (by == BY_MATCHING)
		hold(world, truth->report == REPORT_MATCHING, "failed without matching before it");
	else
		hold(world, truth->session, "failed without a session");
	truth->report = REPORT_FAILED;
}

static void reported_unmatched(struct world *world, enum invariants_status_by by)
{
	struct pilot_truth *truth = &world->truth;

	if (by == BY_MATCHING)
		hold(world, truth->report == REPORT_MATCHING || truth->report == REPORT_MATCHED,
		     "unmatched without matching before it");
	truth->report = REPORT_UNMATCHED;
}

void invariants_reported(struct world *world, enum slac_status status, enum invariants_status_by by)
{
	struct pilot_truth *truth = &world->truth;

	switch (status) {
	case SLAC_STATUS_MATCHING:
		hold(world, truth->session && !truth->suspended && ready(world), "matching without a session");
		hold(world, truth->offer != OFFER_F, "matching while F is on the pilot");
		hold(world, !truth->deaf, "matching after basic charging of a silent car");
		hold(world, truth->report != REPORT_MATCHING, "matching is reported twice");
		truth->report = REPORT_MATCHING;
		break;
	case SLAC_STATUS_MATCHED:
		hold(world, truth->report == REPORT_MATCHING, "matched without matching before it");
		truth->report = REPORT_MATCHED;
		/* A successful match resets all retry counters ([V2G3-M08-02]). */
		truth->init_pulses = truth->failed_pulses = 0;
		break;
	case SLAC_STATUS_FAILED:
		reported_failed(world, by);
		break;
	case SLAC_STATUS_UNMATCHED:
		reported_unmatched(world, by);
		break;
	}
}
