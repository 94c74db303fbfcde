/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/replay/replay.h"

#include "tools/replay/capture.h"
#include "tools/replay/mme_summary.h"
#include "tools/replay/replay_follow.h"
#include "tools/replay/replay_report.h"
#include "tools/replay/replay_site.h"
#include "tools/replay/replay_stations.h"

#include <stdio.h>
#include <string.h>

/* The last octets of the NMK that are counted up. */
#define COUNTER_OCTETS 4
/* The service has begun so long before the first frame: time for a modem that does not say what it is. */
#define LEAD_US 1000000u
/* What the station allows. */
#define LIMIT_DA 160

struct replay {
	const struct replay_options *options;
	struct replay_site site;
	struct replay_report report;
	struct capture_writer *writer;
	struct replay_stations stations;
	struct replay_follow follow; /* where it was recorded at the car */
	uint64_t connect_us;         /* when the first vehicle is connected */
	uint64_t last_frame_us;
	uint32_t keys; /* made so far */
	bool was_connected;
};

/* --- what the outlet does --- */

static void take_effect(void *context, const struct outlet_effect *effect)
{
	struct replay *replay = context;

	replay->report.now_us = replay->site.now_us;
	report_effect(&replay->report, effect);
	if (effect->kind == OUTLET_SEND && replay->writer != NULL)
		capture_write(replay->writer, effect->frame.octets, effect->frame.len, replay->site.now_us);
}

static void take_answer(void *context, const uint8_t *octets, size_t len)
{
	struct replay *replay = context;

	replay->report.now_us = replay->site.now_us;
	report_frame(&replay->report, "stand-in", false, octets, len);
}

static void take_state(void *context, enum cp_state state)
{
	struct replay *replay = context;

	replay->report.now_us = replay->site.now_us;
	report_state(&replay->report, state);
}

/* The given NMK first, then the next numbers. Nonces are zero: only the modem's stand-in sees them. */
static bool fill_counting(void *context, uint8_t *out, size_t n)
{
	struct replay *replay = context;

	memset(out, 0, n);
	if (n != NMK_LEN)
		return true;
	memcpy(out, replay->options->nmk, NMK_LEN);
	uint32_t carry = replay->keys++;
	for (size_t i = NMK_LEN; i > NMK_LEN - COUNTER_OCTETS; i--) {
		carry += out[i - 1];
		out[i - 1] = (uint8_t)(carry & 0xff);
		carry >>= 8;
	}
	return true;
}

/* --- time --- */

static void plug(struct replay *replay, bool plugged)
{
	replay_site_plug(&replay->site, plugged);
	replay->was_connected = true;
}

/* The vehicle is connected when the first frame comes, or later. */
static void connect_first(struct replay *replay, uint64_t time_us)
{
	if (replay->was_connected || replay->connect_us > time_us)
		return;
	replay_site_run(&replay->site, replay->connect_us);
	plug(replay, true);
}

/* Up to the time of the next frame: a long pause, the connection of a vehicle, time-outs. */
static void advance(struct replay *replay, uint64_t time_us)
{
	const uint64_t gap_us = replay->options->disconnect_gap_us;
	struct replay_site *site = &replay->site;

	if (time_us < site->now_us)
		time_us = site->now_us; /* a capture whose clock went back */
	if (site->has_vehicle && gap_us != 0 && time_us - replay->last_frame_us > gap_us) {
		replay_site_run(site, replay->last_frame_us + gap_us);
		plug(replay, false);
	}
	if (replay->stations.at_car) {
		if (replay_follow_deadline(&replay->follow) < time_us) {
			replay_site_run(site, replay_follow_deadline(&replay->follow));
			replay_follow_tick(&replay->follow);
		}
		replay_site_run(site, time_us);
		return; /* the vehicle is connected when the station of the file answers it */
	}
	connect_first(replay, time_us);
	replay_site_run(site, time_us);
	if (!site->has_vehicle && replay->was_connected)
		plug(replay, true);
	replay->last_frame_us = time_us;
}

/* A message of the car, in time with what the station of the file did; not what it says to its own modem. */
static void take_car_message(struct replay *replay, const struct mme *frame)
{
	replay->last_frame_us = replay->site.now_us;
	if (!replay->site.has_vehicle && frame->mmtype == CM_SLAC_PARM_REQ && replay->connect_us <= replay->site.now_us)
		plug(replay, true);
}

static void take_followed(void *context, enum replay_follow_what what, const uint8_t *octets, size_t len)
{
	struct replay *replay = context;
	struct mme frame;

	replay->report.now_us = replay->site.now_us;
	if (what == REPLAY_FOLLOW_LEFT_OUT) {
		report_frame(&replay->report, "left out", false, octets, len);
		return;
	}
	if (what == REPLAY_FOLLOW_PROFILE)
		report_frame(&replay->report, "stand-in", false, octets, len);
	else if (mme_decode(octets, len, &frame) == MME_OK)
		take_car_message(replay, &frame);
	replay_site_frame(&replay->site, octets, len);
}

static void play_frame(struct replay *replay, const uint8_t *octets, size_t len)
{
	struct frame_text text;

	replay->report.now_us = replay->site.now_us;
	frame_describe(octets, len, &text);
	if (mac_equal(text.src, replay->stations.evse)) {
		report_frame(&replay->report, "recorded", true, octets, len);
		if (replay->stations.at_car)
			replay_follow_station(&replay->follow, octets, len);
		return;
	}
	report_frame(&replay->report, "<-", false, octets, len);
	if (replay->stations.at_car)
		replay_follow_car(&replay->follow, octets, len, replay->site.now_us);
	else
		replay_site_frame(&replay->site, octets, len);
}

static void begin(struct replay *replay, uint64_t first_us)
{
	const struct outlet_limits limits = {
		.current = {.has_ac = !replay->options->dc_only, .phase_da = {LIMIT_DA, LIMIT_DA, LIMIT_DA}},
		.availability = CONTROL_PILOT_READY};
	const struct replay_listener listener = {
		.context = replay, .effect = take_effect, .answer = take_answer, .pilot = take_state};

	replay_site_init(&replay->site, &replay->options->config, replay->stations.modem, fill_counting, replay,
			 &listener);
	replay->site.modem_is_silent = replay->options->modem_is_silent;
	replay->report = (struct replay_report){.start_us = first_us};
	replay->last_frame_us = first_us;
	replay->connect_us = first_us + replay->options->connected_at_us;
	replay_site_start(&replay->site, &limits, replay->stations.evse, first_us > LEAD_US ? first_us - LEAD_US : 0);
}

static bool play_all(struct replay *replay, struct capture_reader *reader, char error[REPLAY_ERROR_SIZE])
{
	enum port_result result;
	const uint8_t *octets;
	uint64_t time_us;
	size_t len, frames = 0;

	while ((result = capture_next(reader, &octets, &len, &time_us)) == PORT_FRAME) {
		if (frames++ == 0)
			begin(replay, time_us);
		advance(replay, time_us);
		play_frame(replay, octets, len);
	}
	if (result != PORT_END) {
		snprintf(error, REPLAY_ERROR_SIZE, "%s", capture_error(reader));
		return false;
	}
	return true;
}

/* The vehicle leaves after the usual pause. */
static void end(struct replay *replay)
{
	const uint64_t leaves_us = replay->last_frame_us + replay->options->disconnect_gap_us;

	if (replay->stations.at_car)
		replay_follow_end(&replay->follow);
	if (!replay->site.has_vehicle)
		return;
	replay_site_run(&replay->site, leaves_us > replay->site.now_us ? leaves_us : replay->site.now_us);
	plug(replay, false);
}

/* --- the file --- */

/* Of the file, or of the command line; a modem that is in neither has a MAC that no other has. */
static void choose_modem(struct replay *replay)
{
	static const uint8_t unseen_modem[MAC_LEN] = {0x02, 0x00, 0x00, 0x00, 0x00, 0x01};

	if (replay->options->has_modem_mac)
		memcpy(replay->stations.modem, replay->options->modem_mac, MAC_LEN);
	else if (!replay->stations.has_modem)
		memcpy(replay->stations.modem, unseen_modem, MAC_LEN);
}

static bool play_reader(struct replay *replay, struct capture_reader *reader, char error[REPLAY_ERROR_SIZE])
{
	const char *write = replay->options->write;

	if (write != NULL && (replay->writer = capture_create(write, error)) == NULL)
		return false;
	bool ok = play_all(replay, reader, error);
	if (ok)
		end(replay);
	if (replay->writer != NULL && !capture_finish(replay->writer) && ok) {
		snprintf(error, REPLAY_ERROR_SIZE, "capture file %.180s: not written completely", write);
		ok = false;
	}
	return ok;
}

static bool play_capture(struct replay *replay, char error[REPLAY_ERROR_SIZE])
{
	const struct replay_stations *stations = &replay->stations;
	struct capture_reader *reader = capture_open(replay->options->capture, error);
	bool ok = reader != NULL;

	if (ok && stations->at_car)
		ok = replay_follow_begin(&replay->follow, replay->options->capture, stations->evse, stations->modem,
					 take_followed, replay, error);
	ok = ok && play_reader(replay, reader, error);
	replay_follow_close(&replay->follow);
	capture_close(reader);
	return ok;
}

bool replay_run(const struct replay_options *options, FILE *notes, char error[REPLAY_ERROR_SIZE])
{
	struct replay replay = {.options = options};

	if (!replay_stations_find(options, &replay.stations, error))
		return false;
	replay_stations_tell(&replay.stations, options, notes);
	choose_modem(&replay);
	return play_capture(&replay, error);
}
