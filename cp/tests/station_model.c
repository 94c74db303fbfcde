/* SPDX-License-Identifier: Apache-2.0 */
#include "cp/tests/station_model.h"

#include "cp/duty_cycle.h"

#include <assert.h>
#include <string.h>

#define MS UINT64_C(1000)
/* The oscillator is off for so long when the station restarts: a car sees a step. */
#define BOOT_MS 4000

void station_init(struct station *station, uint64_t seed)
{
	memset(station, 0, sizeof(*station));
	station->seed = seed * UINT64_C(2862933555777941757) + 3037000493;
	station->pilot.kind = PILOT_X1;
	station->hlc_told_us = UINT64_MAX;
	station->reports_duty = true;
	station_calm_down(station);
}

unsigned station_random(struct station *station, unsigned below)
{
	station->seed ^= station->seed << 13;
	station->seed ^= station->seed >> 7;
	station->seed ^= station->seed << 17;
	return (unsigned)((station->seed >> 16) % below);
}

void station_calm_down(struct station *station)
{
	station->refuses_f = station->refuses = false;
	station->answers = station->reports = true;
	station->loss = 0;
	station->delay_ms = 20;
}

static bool is_lost(struct station *station)
{
	return station_random(station, 100) < station->loss;
}

static uint64_t arrival_us(struct station *station, uint64_t last_us, uint64_t now_us)
{
	uint64_t due_us = now_us + station_random(station, station->delay_ms * 1000 + 1);

	return due_us > last_us ? due_us : last_us; /* nothing overtakes */
}

/* --- what it says --- */

static struct station_news *say(struct station *station, uint64_t now_us)
{
	assert(station->news_count < STATION_INBOX);
	uint64_t last_us = station->news_count > 0 ? station->news[station->news_count - 1].due_us : 0;
	struct station_news *news = &station->news[station->news_count++];
	memset(news, 0, sizeof(*news));
	news->due_us = arrival_us(station, last_us, now_us);
	return news;
}

struct control_pilot_input station_state(const struct station *station)
{
	const enum pilot_request_kind kind = station->pilot.kind;
	const bool pwm = kind == PILOT_HLC || kind == PILOT_X2;
	struct control_pilot_input input = {.kind = CONTROL_PILOT_STATE, .has_duty = station->reports_duty};

	input.duty = kind == PILOT_HLC  ? DUTY_CYCLE_HLC
		     : kind == PILOT_X2 ? duty_cycle_from_current(station->pilot.current_da)
					: DUTY_CYCLE_X1;
	if (station->shorted)
		input.state = CP_STATE_E;
	else if (kind == PILOT_F)
		input.state = station->reports_a_for_f ? CP_STATE_A1 : CP_STATE_F;
	else if (!station->plugged)
		input.state = pwm ? CP_STATE_A2 : CP_STATE_A1;
	else if (station->draws)
		input.state = pwm ? CP_STATE_C2 : CP_STATE_C1;
	else
		input.state = pwm ? CP_STATE_B2 : CP_STATE_B1;
	return input;
}

void station_report(struct station *station, uint64_t now_us)
{
	if (!station->reports || is_lost(station))
		return;
	struct station_news *news = say(station, now_us);
	news->input = station_state(station);
	news->tells_of_own_hlc = station->pilot.kind == PILOT_HLC && station->hlc_was_own && !station->shorted;
}

static void answer(struct station *station, const struct station_request *request, bool valid, uint64_t now_us)
{
	if (!station->answers || is_lost(station))
		return;
	say(station, now_us)->input = (struct control_pilot_input){
		.kind = CONTROL_PILOT_ANSWER, .number = request->sending.number, .active = valid};
}

/* --- its pilot --- */

static void set_pilot(struct station *station, struct pilot_request pilot, bool is_own, uint64_t now_us)
{
	if (station->pilot.kind == PILOT_HLC)
		station->hlc_until_us = now_us;
	if (pilot.kind == PILOT_HLC) {
		station->had_hlc = true;
		station->hlc_was_own = is_own;
		station->hlc_told_us = UINT64_MAX;
	}
	station->pilot = pilot;
}

static void set_hlc_itself(struct station *station, uint64_t now_us)
{
	if (station->sets_hlc_itself && station->pilot.kind == PILOT_X1)
		set_pilot(station, (struct pilot_request){.kind = PILOT_HLC}, true, now_us);
}

void station_plug(struct station *station, bool plugged, bool draws, uint64_t now_us)
{
	const bool comes = plugged && !station->plugged;

	station->plugged = plugged;
	station->draws = draws;
	if (comes && station->boots_until_us == 0)
		set_hlc_itself(station, now_us);
	station_report(station, now_us);
}

void station_short(struct station *station, bool shorted, uint64_t now_us)
{
	station->shorted = shorted;
	station_report(station, now_us);
}

void station_restart(struct station *station, uint64_t now_us)
{
	set_pilot(station, (struct pilot_request){.kind = PILOT_X1}, true, now_us);
	station->boots_until_us = now_us + BOOT_MS * MS;
}

static void end_boot(struct station *station, uint64_t now_us)
{
	station->boots_until_us = 0;
	set_hlc_itself(station, now_us);
	station_report(station, now_us);
}

/* --- requests --- */

void station_take_request(struct station *station, const struct control_pilot_sending *sending, uint64_t now_us)
{
	if (is_lost(station))
		return;
	assert(station->request_count < STATION_INBOX);
	uint64_t last_us = station->request_count > 0 ? station->requests[station->request_count - 1].due_us : 0;
	station->requests[station->request_count++] = (struct station_request){
		.sending = *sending, .sent_us = now_us, .due_us = arrival_us(station, last_us, now_us)};
}

static void note_nominal(struct station *station, uint64_t sent_us, uint64_t now_us)
{
	if (station->pilot.kind == PILOT_HLC)
		station->hlc_until_us = now_us;
	station->nominal_is_new = true;
	station->nominal_gap_us = station->had_hlc ? now_us - station->hlc_until_us : UINT64_MAX;
	station->nominal_was_blind = station->hlc_was_own && sent_us <= station->hlc_told_us;
}

static void carry_out(struct station *station, const struct station_request *request, uint64_t now_us)
{
	const struct pilot_request pilot = request->sending.request;
	const bool refused = station->refuses || (station->refuses_f && pilot.kind == PILOT_F);

	if (station->boots_until_us != 0)
		return;
	if (!refused && pilot.kind == PILOT_X2)
		note_nominal(station, request->sent_us, now_us);
	if (!refused)
		set_pilot(station, pilot, false, now_us);
	/* Either may come first. */
	const bool answers_first = station_random(station, 2) == 0;
	if (answers_first)
		answer(station, request, !refused, now_us);
	station_report(station, now_us);
	if (!answers_first)
		answer(station, request, !refused, now_us);
}

/* --- time --- */

uint64_t station_work_due_us(const struct station *station)
{
	uint64_t due_us = station->boots_until_us != 0 ? station->boots_until_us : UINT64_MAX;

	if (station->request_count > 0 && station->requests[0].due_us < due_us)
		due_us = station->requests[0].due_us;
	return due_us;
}

uint64_t station_due_us(const struct station *station)
{
	uint64_t due_us = station_work_due_us(station);

	if (station->news_count > 0 && station->news[0].due_us < due_us)
		due_us = station->news[0].due_us;
	return due_us;
}

void station_run(struct station *station, uint64_t now_us)
{
	if (station->boots_until_us != 0 && station->boots_until_us <= now_us) {
		end_boot(station, now_us);
		return;
	}
	if (station->request_count == 0 || station->requests[0].due_us > now_us)
		return;
	const struct station_request request = station->requests[0];
	station->request_count--;
	memmove(station->requests, station->requests + 1, station->request_count * sizeof(request));
	carry_out(station, &request, now_us);
}

bool station_next_news(struct station *station, uint64_t now_us, struct control_pilot_input *input)
{
	if (station->news_count == 0 || station->news[0].due_us > now_us)
		return false;
	const struct station_news news = station->news[0];
	station->news_count--;
	memmove(station->news, station->news + 1, station->news_count * sizeof(news));
	if (news.tells_of_own_hlc && station->hlc_told_us == UINT64_MAX)
		station->hlc_told_us = now_us;
	*input = news.input;
	return true;
}

void station_lose_news(struct station *station)
{
	station->news_count = 0;
}
