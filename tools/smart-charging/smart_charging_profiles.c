/* SPDX-License-Identifier: Apache-2.0 */
/* The three requests of OCPP: what they mean for the core, and their answers. */
#include "tools/smart-charging/smart_charging_internal.h"

#include <stdio.h>
#include <string.h>

_Static_assert(API_CHARGING_SCHEDULES_MAX >= CHARGING_SCHEDULES_MAX, "what the core would take is read");
_Static_assert(API_CHARGING_PERIODS_MAX >= CHARGING_PERIODS_MAX, "what the core would take is read");
_Static_assert(API_CHARGING_TRANSACTION_MAX == CHARGING_TRANSACTION_ID_MAX, "an id is not cut");

static const struct api_charging_reason no_reason = {"", ""};

/* Why a request with a wrong member is refused. `text` is where its sentence is put. */
static struct api_charging_reason reason_of_fault(const struct api_error *fault, char *text, size_t size)
{
	snprintf(text, size, "%s: expected %s", fault->member, fault->expected);
	return (struct api_charging_reason){fault->is_missing ? "MissingParam" : "InvalidValue", text};
}

/* --- set_charging_profile --- */

static enum charging_unit unit_of(enum api_rate_unit unit)
{
	return unit == API_RATE_A ? CHARGING_A : CHARGING_W;
}

static enum charging_purpose purpose_of(enum api_profile_purpose purpose)
{
	static const enum charging_purpose purposes[] = {
		[API_PROFILE_EXTERNAL_CONSTRAINTS] = CHARGING_EXTERNAL_CONSTRAINTS,
		[API_PROFILE_STATION_MAX] = CHARGING_STATION_MAX,
		[API_PROFILE_TX_DEFAULT] = CHARGING_TX_DEFAULT,
		[API_PROFILE_TX] = CHARGING_TX,
	};

	return purposes[purpose];
}

static enum charging_kind kind_of(enum api_profile_kind kind)
{
	static const enum charging_kind kinds[] = {
		[API_PROFILE_ABSOLUTE] = CHARGING_ABSOLUTE,
		[API_PROFILE_RECURRING] = CHARGING_RECURRING,
		[API_PROFILE_RELATIVE] = CHARGING_RELATIVE,
	};

	return kinds[kind];
}

static void copy_schedule(const struct api_profile_schedule *told, struct charging_schedule *schedule)
{
	*schedule = (struct charging_schedule){
		.unit = unit_of(told->unit),
		.has_start = told->has_start,
		.start_s = told->start_s,
		.has_duration = told->has_duration,
		.duration_s = told->duration_s,
		.period_count = told->period_count,
	};
	for (size_t i = 0; i < told->period_count && i < CHARGING_PERIODS_MAX; i++)
		schedule->periods[i] = (struct charging_period){
			.start_s = told->periods[i].start_s,
			/* What is a little less than a whole number is meant to be that number. */
			.limit = (uint32_t)(told->periods[i].limit * 1000 + 0.001),
			.phases = told->periods[i].phases,
			.phase_to_use = told->periods[i].phase_to_use,
		};
}

static void copy_profile(const struct api_profile *told, struct charging_profile *profile)
{
	memset(profile, 0, sizeof(*profile));
	profile->id = told->id;
	profile->stack_level = told->stack_level;
	profile->purpose = purpose_of(told->purpose);
	profile->kind = kind_of(told->kind);
	if (told->has_recurrency)
		profile->recurrency = told->recurrency == API_PROFILE_DAILY ? CHARGING_DAILY : CHARGING_WEEKLY;
	profile->has_valid_from = told->has_valid_from;
	profile->valid_from_s = told->valid_from_s;
	profile->has_valid_to = told->has_valid_to;
	profile->valid_to_s = told->valid_to_s;
	memcpy(profile->transaction_id, told->transaction_id, sizeof(profile->transaction_id));
	profile->schedule_count = told->schedule_count;
	for (size_t i = 0; i < told->schedule_count && i < CHARGING_SCHEDULES_MAX; i++)
		copy_schedule(&told->schedules[i], &profile->schedules[i]);
}

/* Before the station has told its EVSEs no profile can be judged. */
static bool is_too_early(const struct smart_charging *service, struct api_charging_reason *reason)
{
	*reason = (struct api_charging_reason){
		"InternalError", "the station has not told cs_parameters and cs_status_and_limits yet: ask again"};
	return service->boot != BOOT_DONE;
}

/* The EVSE that is meant. False: cs_parameters does not have it. */
static bool find_meant(const struct smart_charging *service, const char *evse_id, size_t *evse)
{
	*evse = evse_id[0] != '\0' ? smart_charging_find(service, evse_id) : CHARGING_WHOLE_STATION;
	return evse_id[0] == '\0' || *evse != CHARGING_WHOLE_STATION;
}

static enum charging_verdict set_profile(struct smart_charging *service, const struct api_set_profile *set)
{
	static struct charging_profile profile;
	size_t evse;

	service->effects.count = 0;
	if (!find_meant(service, set->evse_id, &evse))
		return CHARGING_UNKNOWN_EVSE;
	copy_profile(&set->profile, &profile);
	return charging_station_set_profile(&service->station, evse, &profile, smart_charging_now(), &service->effects);
}

void smart_charging_set_profile(struct smart_charging *service, const struct api_charging_message *message)
{
	char text[API_CHARGING_TEXT_MAX];
	struct api_charging_reason reason;

	if (is_too_early(service, &reason)) {
		charging_outbox_answer_set(&service->outbox, message->id, false, &reason);
		return;
	}
	if (message->is_refused) {
		reason = reason_of_fault(&message->fault, text, sizeof(text));
		charging_outbox_answer_set(&service->outbox, message->id, false, &reason);
		return;
	}
	const enum charging_verdict verdict = set_profile(service, &message->data.set_profile);
	reason = (struct api_charging_reason){charging_reason_code(verdict), charging_reason_text(verdict)};
	charging_outbox_answer_set(&service->outbox, message->id, verdict == CHARGING_ACCEPTED, &reason);
	smart_charging_act(service);
	smart_charging_tell_changed(service);
}

/* --- clear_charging_profile --- */

/* An EVSE that there is not has no profile either: nothing matches. */
static bool clear_profiles(struct smart_charging *service, const struct api_clear_profile *clear)
{
	struct charging_clearing clearing = {
		.has_id = clear->has_id,
		.id = clear->id,
		.has_criteria = clear->has_criteria,
		.has_evse = clear->evse_id[0] != '\0',
		.has_purpose = clear->has_purpose,
		.purpose = purpose_of(clear->purpose),
		.has_stack_level = clear->has_stack_level,
		.stack_level = clear->stack_level,
	};

	service->effects.count = 0;
	return find_meant(service, clear->evse_id, &clearing.evse) &&
	       charging_station_clear_profiles(&service->station, &clearing, smart_charging_now(), &service->effects);
}

void smart_charging_clear_profile(struct smart_charging *service, const struct api_charging_message *message)
{
	char text[API_CHARGING_TEXT_MAX];
	struct api_charging_reason reason = no_reason;
	bool cleared = false;

	if (message->is_refused)
		reason = reason_of_fault(&message->fault, text, sizeof(text));
	else
		cleared = clear_profiles(service, &message->data.clear_profile);
	charging_outbox_answer_clear(&service->outbox, message->id, cleared, &reason);
	if (!cleared)
		return;
	smart_charging_act(service);
	smart_charging_tell_changed(service);
}

/* --- get_composite_schedule --- */

static void answer_schedule(struct smart_charging *service, const char *id, const char *evse_id,
			    const struct composite_schedule *schedule)
{
	struct api_composite_period periods[COMPOSITE_PERIODS_MAX];
	const struct api_composite_schedule told = {
		.evse_id = evse_id,
		.duration_s = schedule->duration_s,
		.start_s = schedule->start_s,
		.unit = schedule->unit == CHARGING_A ? API_RATE_A : API_RATE_W,
		.count = schedule->count,
		.periods = periods,
	};

	for (size_t i = 0; i < schedule->count; i++)
		periods[i] = (struct api_composite_period){.start_s = schedule->periods[i].start_s,
							   .limit_milli = schedule->periods[i].limit,
							   .phases = schedule->periods[i].phases};
	charging_outbox_answer_composite(&service->outbox, id, &told, &no_reason);
}

static enum composite_verdict compose(struct smart_charging *service, const struct api_composite_request *request,
				      struct composite_schedule *schedule)
{
	size_t evse;

	if (!find_meant(service, request->evse_id, &evse))
		return COMPOSITE_UNKNOWN_EVSE;
	return charging_station_composite(&service->station, evse, request->has_unit, unit_of(request->unit),
					  request->duration_s, smart_charging_now(), schedule);
}

void smart_charging_composite(struct smart_charging *service, const struct api_charging_message *message)
{
	static const struct api_charging_reason reasons[] = {
		[COMPOSITE_ACCEPTED] = {"", ""},
		[COMPOSITE_UNKNOWN_EVSE] = {"InvalidValue", "evse_id: this station has no such EVSE"},
		[COMPOSITE_UNKNOWN_UNIT] = {"UnsupportedRateUnit",
					    "charging_rate_unit: expected W, or A where the voltage is known"},
	};
	const struct api_composite_request *request = &message->data.composite;
	char text[API_CHARGING_TEXT_MAX];
	struct composite_schedule schedule;
	struct api_charging_reason reason;

	if (is_too_early(service, &reason)) {
		charging_outbox_answer_composite(&service->outbox, message->id, NULL, &reason);
		return;
	}
	if (message->is_refused) {
		reason = reason_of_fault(&message->fault, text, sizeof(text));
		charging_outbox_answer_composite(&service->outbox, message->id, NULL, &reason);
		return;
	}
	const enum composite_verdict verdict = compose(service, request, &schedule);
	if (verdict == COMPOSITE_ACCEPTED)
		answer_schedule(service, message->id, request->evse_id, &schedule);
	else
		charging_outbox_answer_composite(&service->outbox, message->id, NULL, &reasons[verdict]);
}
