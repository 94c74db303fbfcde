/* SPDX-License-Identifier: Apache-2.0 */
/* What the station and the ISO 15118 side ask of an outlet. */
#include "slacd/evse_internal.h"

void evse_authorization(struct evse *evse, bool accepted)
{
	const struct control_pilot_input input = {.kind = CONTROL_PILOT_EIM, .active = accepted};

	evse_pilot_input(evse, &input);
	evse_arm(evse);
}

void evse_hlc_charging(struct evse *evse, bool active)
{
	const struct control_pilot_input input = {.kind = CONTROL_PILOT_HLC_CHARGING, .active = active};

	evse_pilot_input(evse, &input);
	evse_arm(evse);
}

static void terminate_link(struct evse *evse)
{
	const struct slac_evse_input terminate = {.kind = SLAC_EVSE_TERMINATE};

	evse_slac_input(evse, &terminate);
	if (evse->key_given) /* otherwise it was renewed with the status, or nobody knows it */
		evse_new_key(evse);
}

static void refuse_pause(struct evse *evse)
{
	bool joining = evse->slac.state == SLAC_EVSE_JOINING;

	if (log_limit_pass(&evse->pause_refusals, clock_now_us()))
		log_line(LOG_LEVEL_WARN, "The data link is not paused: %s. evse_id=%s count=%llu",
			 joining ? "the car is not matched before its link is up" : "no car is matched",
			 evse->parameters.evse_id, (unsigned long long)evse->pause_refusals.count);
}

/* The key is kept, so that the EV finds the network again; a link that is asleep is not lost. */
static void pause_link(struct evse *evse)
{
	const struct slac_evse_input paused = {.kind = SLAC_EVSE_LINK_PAUSED};

	evse_slac_input(evse, &paused); /* a resume that still waits for the link is given up */
	if (evse->slac.state != SLAC_EVSE_MATCHED) {
		refuse_pause(evse);
		return;
	}
	evse->link_paused = true;
	modem_unwatch_link(&evse->modem);
}

static void resume_link(struct evse *evse)
{
	const struct slac_evse_input rejoin = {.kind = SLAC_EVSE_REJOIN};

	if (!evse->link_paused)
		return;
	evse->link_paused = false;
	evse_same_key(evse);
	/* TT_match_join runs from here: a modem that does not answer must not leave the car matched. */
	evse_slac_input(evse, &rejoin);
}

void evse_data_link(struct evse *evse, enum api_data_link_action action)
{
	switch (action) {
	case API_DATA_LINK_TERMINATE:
		terminate_link(evse);
		break;
	case API_DATA_LINK_PAUSE:
		pause_link(evse);
		break;
	case API_DATA_LINK_RESUME:
		resume_link(evse);
		break;
	}
	evse_arm(evse);
}

enum api_link_state evse_link_state(const struct evse *evse)
{
	return evse->slac.state == SLAC_EVSE_MATCHED && !evse->link_paused ? API_LINK_CONNECTED : API_LINK_UNKNOWN;
}

void evse_reset(struct evse *evse)
{
	const struct control_pilot_input input = {.kind = CONTROL_PILOT_RESET};

	evse->resetting = true;
	evse_pilot_input(evse, &input);
	evse->resetting = false;
	evse_arm(evse);
}

void evse_broker_connected(struct evse *evse)
{
	const struct control_pilot_input f_unheard = {.kind = CONTROL_PILOT_F_UNHEARD};
	uint64_t now_us = clock_now_us();

	if (evse->f_unheard) {
		evse_pilot_input(evse, &f_unheard);
		evse_arm(evse);
		return;
	}
	/* Answered or not: what the station reported in the meantime is lost, it reports again what it does now. */
	if (evse->pilot_asked && !evse->pilot_retry.wanted)
		request_retry_begin(&evse->pilot_retry, now_us);
	request_retry_reconnected(&evse->pilot_retry, now_us);
	evse_arm(evse);
}
