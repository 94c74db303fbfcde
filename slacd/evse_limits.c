/* SPDX-License-Identifier: Apache-2.0 */
/* What the station allows an outlet: its current and its status. */
#include "slacd/evse_internal.h"

#include <math.h>

uint32_t evse_deciampere(double ampere)
{
	/* Rounded down; the small term keeps 16.3 A from becoming 16.2 A in binary. */
	return (uint32_t)floor(ampere * 10 + 1e-6);
}

/* The smallest of the connected phases; 0 when none is, or when the station sees a residual current. */
static uint32_t available_current(const struct api_evse_limits *limits)
{
	double smallest_a = 0;

	if (!limits->has_ac || limits->rcd_error)
		return 0;
	for (size_t i = 0; i < 3; i++) {
		double phase_a = limits->max_current_a[i];
		if (phase_a > 0 && (smallest_a == 0 || phase_a < smallest_a))
			smallest_a = phase_a;
	}
	return evse_deciampere(smallest_a);
}

/* What a status_code means for the pilot: X1 while the station is not ready, F when the outlet is out of order. */
static enum control_pilot_availability availability_of(enum api_evse_status status)
{
	switch (status) {
	case API_EVSE_READY:
	case API_EVSE_ISOLATION_MONITORING_ACTIVE: /* part of a DC session */
		return CONTROL_PILOT_READY;
	case API_EVSE_NOT_READY:
	case API_EVSE_UTILITY_INTERRUPT_EVENT:
		return CONTROL_PILOT_NOT_READY;
	case API_EVSE_SHUTDOWN:
	case API_EVSE_EMERGENCY_SHUTDOWN:
	case API_EVSE_MALFUNCTION:
		break;
	}
	return CONTROL_PILOT_OUT_OF_ORDER;
}

void evse_limits(struct evse *evse, const struct api_evse_limits *limits)
{
	const struct control_pilot_input input = {.kind = CONTROL_PILOT_LIMIT, .limit_da = available_current(limits)};
	const struct control_pilot_input availability = {.kind = CONTROL_PILOT_AVAILABILITY,
							 .availability = availability_of(limits->status_code)};

	if (availability.availability != evse->pilot.availability)
		log_line(LOG_LEVEL_WARN, "The station changes the outlet's status. evse_id=%s status_code=%s",
			 evse->parameters.evse_id, api_evse_status_text(limits->status_code));
	if (input.limit_da != evse->pilot.limit_da)
		log_line(LOG_LEVEL_INFO, "AC limit. evse_id=%s current=%u.%u A", evse->parameters.evse_id,
			 input.limit_da / 10, input.limit_da % 10);
	evse_pilot_input(evse, &input);
	evse_pilot_input(evse, &availability);
	evse_arm(evse);
}
