/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/outlet/outlet_internal.h"

#include <assert.h>
#include <string.h>

/* --- status --- */

static enum outlet_status_kind status_kind(enum slac_status status)
{
	switch (status) {
	case SLAC_STATUS_MATCHING:
		return OUTLET_MATCHING;
	case SLAC_STATUS_MATCHED:
		return OUTLET_MATCHED;
	case SLAC_STATUS_FAILED:
		return OUTLET_FAILED;
	case SLAC_STATUS_UNMATCHED:
		break;
	}
	return OUTLET_UNMATCHED;
}

static void add_attenuation(struct outlet_status *status, bool has_attenuation, uint16_t attenuation_ddb)
{
	if (!has_attenuation || (status->kind != OUTLET_MATCHED && status->kind != OUTLET_FAILED))
		return;
	status->has_attenuation = true;
	status->attenuation_ddb = attenuation_ddb;
}

void outlet_tell_ev(const struct outlet *outlet, struct outlet_status *status)
{
	const struct slac_evse *slac = &outlet->slac;

	if (!slac->has_run_id)
		return;
	status->has_ev = true;
	memcpy(status->run_id, slac->run_id, RUN_ID_LEN);
	memcpy(status->ev_mac, slac->ev_mac, MAC_LEN);
	add_attenuation(status, slac->has_attenuation, slac->attenuation_ddb);
}

/* A matched car's link is lost, on the power line or with the port to the modem. To the car it is the same. */
static bool is_link_loss(enum slac_status status, enum slac_reason reason)
{
	return status == SLAC_STATUS_UNMATCHED && (reason == SLAC_REASON_JOIN_LOST || reason == SLAC_REASON_LINK_LOST);
}

/* Whether matching runs decides what may be done to the pilot. */
static void queue_pilot_news(struct outlet *outlet, enum slac_status status, enum slac_reason reason)
{
	struct control_pilot_input *input = &outlet_queue(outlet, OUTLET_TO_PILOT)->pilot;

	input->kind = CONTROL_PILOT_SLAC;
	input->slac = CONTROL_PILOT_SLAC_IDLE;
	if (status == SLAC_STATUS_MATCHING)
		input->slac = CONTROL_PILOT_SLAC_MATCHING;
	else if (status == SLAC_STATUS_MATCHED)
		input->slac = CONTROL_PILOT_SLAC_MATCHED;
	else if (status == SLAC_STATUS_FAILED && reason != SLAC_REASON_NO_MATCH_IN_TIME) /* then INIT_TIMEOUT comes */
		input->kind = CONTROL_PILOT_FAILED;
	else if (is_link_loss(status, reason))
		input->kind = CONTROL_PILOT_LINK_LOST;
}

static void report_status(struct outlet *outlet, const struct slac_evse_output *item, struct outlet_effects *out)
{
	struct outlet_status *status = &outlet_effect(out, OUTLET_STATUS)->status;
	bool ended = item->status == SLAC_STATUS_FAILED || item->status == SLAC_STATUS_UNMATCHED;

	status->kind = status_kind(item->status);
	status->reason = item->reason;
	status->has_ev = item->has_run_id;
	memcpy(status->run_id, item->run_id, RUN_ID_LEN);
	memcpy(status->ev_mac, item->ev_mac, MAC_LEN);
	add_attenuation(status, item->has_attenuation, item->attenuation_ddb);
	outlet_queue(outlet, OUTLET_FOLLOW_STATUS)->status = item->status;
	queue_pilot_news(outlet, item->status, item->reason);
	/* A car that knows the key and has no match any more must not stay in the network (TP_match_leave, 1 s). */
	if (ended && outlet->slac.vehicle_connected)
		outlet_queue(outlet, OUTLET_RENEW_KEY);
}

/* --- runs --- */

/* The run of this EV, or NULL. */
static const struct slac_run *run_of(const struct outlet *outlet, const uint8_t ev_mac[MAC_LEN])
{
	for (size_t i = 0; i < outlet->slac.run_count; i++) {
		const struct slac_run *run = &outlet->slac.runs[i];
		if (run->state != SLAC_RUN_FREE && mac_equal(run->ev_mac, ev_mac))
			return run;
	}
	return NULL;
}

static struct outlet_run_details details_of(const struct slac_run *run)
{
	return (struct outlet_run_details){
		.num_sounds = run->num_sounds,
		.sounds = run->sounds,
		.profiles = run->profiles,
		.empty_profiles = run->empty_profiles,
		.ind_repeats = run->repeats,
		.toggles = run->toggles,
		.put_off = run->put_off,
		.early_profiles = run->early_profiles,
		.refused = run->refused,
		.refused_error = run->refused_error,
		.measured_ddb = slac_mean_ddb(run->measured_db),
		.reported_ddb = slac_mean_ddb(run->average_db),
	};
}

static void take_step(struct outlet *outlet, const struct slac_evse_output *item, struct outlet_effects *out)
{
	const struct slac_run *run = run_of(outlet, item->ev_mac);
	struct outlet_note *note = outlet_note(out, OUTLET_NOTE_RUN_STEP);

	note->reason = item->reason;
	memcpy(note->from, item->ev_mac, MAC_LEN);
	memcpy(note->step.run_id, item->run_id, RUN_ID_LEN);
	note->step.from = item->step.from;
	note->step.to = item->step.to;
	if (run != NULL)
		note->step.details = details_of(run);
	if (item->step.to == SLAC_RUN_MATCHED)
		amp_map_begin(&outlet->amp_map, item->ev_mac);
	/* A profile was made up: the station's installer must know in each session that nothing was measured. */
	if (item->step.to == SLAC_RUN_WAIT_RSP && run != NULL && run->profiles == 0)
		outlet_note(out, OUTLET_NOTE_MISSING_PROFILE)->value = (uint32_t)outlet->slac.config.missing_profile_db;
}

static void note_message(enum outlet_note_kind kind, const struct slac_evse_output *item, struct outlet_effects *out)
{
	struct outlet_note *note = outlet_note(out, kind);

	note->name = mme_name(item->message.mmtype);
	memcpy(note->from, item->ev_mac, MAC_LEN);
	note->reason = item->reason;
	note->error = item->message.error;
}

static void expire_init(struct outlet *outlet, const struct slac_evse_output *item, struct outlet_effects *out)
{
	struct outlet_note *note = outlet_note(out, OUTLET_NOTE_INIT_TIMEOUT);

	outlet->init_reason = item->reason;
	note->reason = item->reason;
	note->error = item->message.error;
	memcpy(note->from, item->ev_mac, MAC_LEN);
	outlet_queue(outlet, OUTLET_TO_PILOT)->pilot.kind = CONTROL_PILOT_INIT_TIMEOUT;
}

/* A station that tells changes only does not tell a service that starts anew what is plugged in. */
static void note_unreported_pilot(struct outlet *outlet, const struct slac_evse_output *item,
				  struct outlet_effects *out)
{
	const bool begins = item->reason == SLAC_REASON_NO_VEHICLE && item->message.mmtype == CM_SLAC_PARM_REQ;

	if (!begins || outlet->pilot.state_is_known || outlet->unreported_said)
		return;
	outlet->unreported_said = true;
	memcpy(outlet_note(out, OUTLET_NOTE_PILOT_UNREPORTED)->from, item->ev_mac, MAC_LEN);
}

/* The vehicle had its time, and gets what a car that never speaks gets. */
static bool is_after_window(const struct outlet *outlet, const struct slac_evse_output *item)
{
	const enum control_pilot_phase phase = outlet->pilot.phase;
	const bool is_fallback = phase == CONTROL_PILOT_F_STEP || phase == CONTROL_PILOT_X1_STEP ||
				 phase == CONTROL_PILOT_BASIC || phase == CONTROL_PILOT_NOT_OBEYED;

	if (item->message.mmtype != CM_SLAC_PARM_REQ || control_pilot_listens_at_nominal(&outlet->pilot))
		return false;
	return item->reason == SLAC_REASON_INIT_EXPIRED || (item->reason == SLAC_REASON_PAUSED && is_fallback);
}

/* Cars were heard all the time. One that goes on asking must not keep the silent one from charging any longer. */
static bool may_be_let_in(const struct outlet *outlet)
{
	return outlet->init_reason != SLAC_REASON_NO_MATCH_IN_TIME && control_pilot_would_let_in(&outlet->pilot);
}

static void note_late_car(struct outlet *outlet, const uint8_t mac[MAC_LEN], uint64_t now_us,
			  struct outlet_effects *out)
{
	struct outlet_note *note = outlet_note(out, OUTLET_NOTE_LATE_CAR);

	outlet->late_car.said = true;
	memcpy(note->from, mac, MAC_LEN);
	note->value = (uint32_t)((now_us - outlet->connected_us) / 1000);
	note->reason = outlet->init_reason;
	note->other_value = may_be_let_in(outlet);
}

/* A car that nobody answers asks again and again. One that another outlet answers does not. */
static bool goes_on_asking(struct outlet_late_car *late, const uint8_t mac[MAC_LEN], uint64_t now_us)
{
	if (late->requests == 0 || !mac_equal(late->mac, mac) ||
	    now_us - late->since_us > (uint64_t)OUTLET_LATE_WITHIN_MS * 1000) {
		late->requests = 0;
		late->since_us = now_us;
		memcpy(late->mac, mac, MAC_LEN);
	}
	late->requests++;
	if (late->requests < OUTLET_LATE_REQUESTS)
		return false;
	late->requests = 0;
	return true;
}

/* Basic charging is not disturbed by a neighbour's car. */
static void follow_late_car(struct outlet *outlet, const struct slac_evse_output *item, uint64_t now_us,
			    struct outlet_effects *out)
{
	if (!is_after_window(outlet, item))
		return;
	if (!outlet->late_car.said)
		note_late_car(outlet, item->ev_mac, now_us, out);
	if (!may_be_let_in(outlet) || !goes_on_asking(&outlet->late_car, item->ev_mac, now_us))
		return;
	outlet_queue(outlet, OUTLET_TO_PILOT)->pilot.kind = CONTROL_PILOT_LATE_CAR;
}

/* The owner of a pilot that is not ours tells what is plugged in when it does the E/F step. */
static void follow_untold_car(struct outlet *outlet, const struct slac_evse_output *item, uint64_t now_us)
{
	const bool is_untold = item->reason == SLAC_REASON_NO_VEHICLE && !outlet->pilot.state_is_known;

	if (!outlet->pilot.config.is_elsewhere || !is_untold || item->message.mmtype != CM_SLAC_PARM_REQ)
		return;
	if (goes_on_asking(&outlet->late_car, item->ev_mac, now_us))
		outlet_queue(outlet, OUTLET_TO_PILOT)->pilot.kind = CONTROL_PILOT_STATE_UNTOLD;
}

static void carry_out(struct outlet *outlet, const struct slac_evse_output *item, uint64_t now_us,
		      struct outlet_effects *out)
{
	switch (item->kind) {
	case SLAC_EVSE_SEND:
		outlet_send_mme(outlet, &item->frame, out);
		break;
	case SLAC_EVSE_WATCH_LINK:
		outlet_queue(outlet, OUTLET_WATCH_LINK);
		break;
	case SLAC_EVSE_STATUS:
		report_status(outlet, item, out);
		break;
	case SLAC_EVSE_INIT_TIMEOUT:
		expire_init(outlet, item, out);
		break;
	case SLAC_EVSE_RUN_STEP:
		take_step(outlet, item, out);
		break;
	case SLAC_EVSE_IGNORED:
		note_message(OUTLET_NOTE_IGNORED, item, out);
		note_unreported_pilot(outlet, item, out);
		follow_late_car(outlet, item, now_us, out);
		follow_untold_car(outlet, item, now_us);
		break;
	case SLAC_EVSE_PUT_OFF:
		note_message(OUTLET_NOTE_PUT_OFF, item, out);
		break;
	case SLAC_EVSE_ODD:
		note_message(OUTLET_NOTE_ODD, item, out);
		break;
	}
}

void outlet_give_slac(struct outlet *outlet, const struct slac_evse_input *input, uint64_t now_us,
		      struct outlet_effects *out)
{
	struct slac_evse_outputs list;

	slac_evse_input(&outlet->slac, input, now_us, &list);
	for (size_t i = 0; i < list.count; i++)
		carry_out(outlet, &list.items[i], now_us, out);
	for (size_t i = 0; i < list.count; i++)
		if (list.items[i].kind == SLAC_EVSE_SEND)
			explicit_bzero(&list.items[i].frame, sizeof(list.items[i].frame)); /* may hold the NMK */
}

/* --- amplitude map --- */

static void send_amp_map(const struct amp_map_exchange *exchange, const struct amp_map_mme *message,
			 struct outlet_effects *out)
{
	size_t len;

	if (amp_map_encode(message, exchange->config.amplitude, outlet_frame_room(out, MME_FRAME_MAX), MME_FRAME_MAX,
			   &len) == MME_OK)
		outlet_commit_frame(out, message->is_cnf ? "CM_AMP_MAP.CNF" : "CM_AMP_MAP.REQ", len);
}

static void ignore_amp_map(const struct amp_map_output *item, const struct amp_map_mme *cause,
			   struct outlet_effects *out)
{
	struct outlet_note *note = outlet_note(out, OUTLET_NOTE_IGNORED);

	assert(cause != NULL); /* only a message is ignored */
	note->name = cause->is_cnf ? "CM_AMP_MAP.CNF" : "CM_AMP_MAP.REQ";
	memcpy(note->from, cause->src, MAC_LEN);
	note->reason = item->reason;
	note->error = item->error;
}

static void carry_out_amp_map(const struct outlet *outlet, const struct amp_map_outputs *list,
			      const struct amp_map_mme *cause, struct outlet_effects *out)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct amp_map_output *item = &list->items[i];
		switch (item->kind) {
		case AMP_MAP_SEND:
			send_amp_map(&outlet->amp_map, &item->message, out);
			break;
		case AMP_MAP_CONFIRMED:
			outlet_note(out, OUTLET_NOTE_AMP_MAP_CONFIRMED);
			break;
		case AMP_MAP_NOT_CONFIRMED:
			outlet_note(out, OUTLET_NOTE_AMP_MAP_NOT_CONFIRMED);
			break;
		case AMP_MAP_IGNORED:
			ignore_amp_map(item, cause, out);
			break;
		}
	}
}

void outlet_give_amp_map(struct outlet *outlet, const struct amp_map_mme *message, uint64_t now_us,
			 struct outlet_effects *out)
{
	struct amp_map_outputs list;

	if (!message->is_cnf)
		outlet_note(out, OUTLET_NOTE_AMP_MAP_REQ)->value = message->carriers;
	amp_map_frame(&outlet->amp_map, message, now_us, &list);
	carry_out_amp_map(outlet, &list, message, out);
}

void outlet_tick_amp_map(struct outlet *outlet, uint64_t now_us, struct outlet_effects *out)
{
	struct amp_map_outputs list;

	amp_map_tick(&outlet->amp_map, now_us, &list);
	carry_out_amp_map(outlet, &list, NULL, out);
}

static void begin_with_link(struct outlet *outlet, uint64_t now_us, struct outlet_effects *out)
{
	struct amp_map_outputs list;

	if (outlet->modem.link.state != MODEM_LINK_IS_UP) {
		if (outlet->amp_map.config.initiate)
			outlet_note(out, OUTLET_NOTE_AMP_MAP_LINK_UNTOLD);
		return;
	}
	amp_map_link_up(&outlet->amp_map, now_us, &list);
	carry_out_amp_map(outlet, &list, NULL, out);
}

void outlet_follow_status(struct outlet *outlet, enum slac_status status, uint64_t now_us, struct outlet_effects *out)
{
	outlet->link_paused = false; /* the link that was paused is gone, or there is a new one */
	if (status == SLAC_STATUS_MATCHED) {
		begin_with_link(outlet, now_us, out);
		return;
	}
	modem_unwatch_link(&outlet->modem);
	amp_map_end(&outlet->amp_map);
}
