/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/replay/replay.h"

#include "homeplug/mme/modem_mme.h"
#include "tools/replay/capture.h"
#include "tools/replay/mme_summary.h"
#include "tools/replay/replay_report.h"
#include "tools/replay/replay_site.h"

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
	uint8_t evse_mac[MAC_LEN];
	uint8_t modem_mac[MAC_LEN];
	uint64_t connect_us; /* when the first vehicle is connected */
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
	if (!site->has_vehicle && !replay->was_connected && replay->connect_us <= time_us) {
		replay_site_run(site, replay->connect_us);
		plug(replay, true);
	}
	replay_site_run(site, time_us);
	if (!site->has_vehicle && replay->was_connected)
		plug(replay, true);
	replay->last_frame_us = time_us;
}

static void play_frame(struct replay *replay, const uint8_t *octets, size_t len)
{
	struct frame_text text;

	replay->report.now_us = replay->site.now_us;
	frame_describe(octets, len, &text);
	if (mac_equal(text.src, replay->evse_mac)) {
		report_frame(&replay->report, "recorded", true, octets, len);
		return;
	}
	report_frame(&replay->report, "<-", false, octets, len);
	replay_site_frame(&replay->site, octets, len);
}

static void begin(struct replay *replay, uint64_t first_us)
{
	const struct outlet_limits limits = {
		.current = {.has_ac = !replay->options->dc_only, .phase_da = {LIMIT_DA, LIMIT_DA, LIMIT_DA}},
		.availability = CONTROL_PILOT_READY};
	const struct replay_listener listener = {
		.context = replay, .effect = take_effect, .answer = take_answer, .pilot = take_state};

	replay_site_init(&replay->site, &replay->options->config, replay->modem_mac, fill_counting, replay, &listener);
	replay->site.modem_is_silent = replay->options->modem_is_silent;
	replay->report = (struct replay_report){.start_us = first_us};
	replay->last_frame_us = first_us;
	replay->connect_us = first_us + replay->options->connected_at_us;
	replay_site_start(&replay->site, &limits, replay->evse_mac, first_us > LEAD_US ? first_us - LEAD_US : 0);
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
	if (replay->site.has_vehicle) {
		replay_site_run(&replay->site, replay->last_frame_us + replay->options->disconnect_gap_us);
		plug(replay, false);
	}
	return true;
}

/* --- who is who in the capture --- */

struct stations {
	bool has_evse, has_modem, has_profile;
	uint8_t evse[MAC_LEN];    /* source of the first CM_SLAC_PARM.CNF */
	uint8_t modem[MAC_LEN];   /* of the first modem's answer to it */
	uint8_t profile[MAC_LEN]; /* of the first CM_ATTEN_PROFILE.IND */
};

static void note_first(bool *has, uint8_t mac[MAC_LEN], const uint8_t src[MAC_LEN])
{
	if (!*has)
		memcpy(mac, src, MAC_LEN);
	*has = true;
}

static void note_station(struct stations *stations, const uint8_t *octets, size_t len)
{
	struct modem_mme message;
	struct mme frame;

	if (modem_mme_decode(octets, len, &message) == MME_OK) {
		if (stations->has_evse && mac_equal(message.dst, stations->evse))
			note_first(&stations->has_modem, stations->modem, message.src);
		return;
	}
	if (mme_decode(octets, len, &frame) != MME_OK)
		return;
	if (frame.mmtype == CM_SET_KEY_CNF || frame.mmtype == CM_GET_KEY_CNF) {
		if (stations->has_evse && mac_equal(frame.dst, stations->evse))
			note_first(&stations->has_modem, stations->modem, frame.src);
	} else if (frame.mmtype == CM_ATTEN_PROFILE_IND) {
		note_first(&stations->has_profile, stations->profile, frame.src);
	} else if (frame.mmtype == CM_SLAC_PARM_CNF && !stations->has_evse) {
		note_first(&stations->has_evse, stations->evse, frame.src);
	}
}

/* The modem may have answered before the host's own MAC is known by its first CM_SLAC_PARM.CNF: twice through. */
static bool find_stations(const struct replay_options *options, struct stations *stations,
			  char error[REPLAY_ERROR_SIZE])
{
	const uint8_t *octets;
	uint64_t time_us;
	size_t len;

	memset(stations, 0, sizeof(*stations));
	stations->has_evse = options->has_evse_mac;
	memcpy(stations->evse, options->evse_mac, MAC_LEN);
	for (int pass = 0; pass < 2; pass++) {
		struct capture_reader *reader = capture_open(options->capture, error);
		if (reader == NULL)
			return false;
		while (capture_next(reader, &octets, &len, &time_us) == PORT_FRAME)
			note_station(stations, octets, len);
		capture_close(reader);
	}
	return true;
}

static bool choose_stations(struct replay *replay, char error[REPLAY_ERROR_SIZE])
{
	static const uint8_t unseen_modem[MAC_LEN] = {0x02, 0x00, 0x00, 0x00, 0x00, 0x01};
	const struct replay_options *options = replay->options;
	struct stations stations;

	if (!find_stations(options, &stations, error))
		return false;
	if (!stations.has_evse) {
		snprintf(error, REPLAY_ERROR_SIZE,
			 "capture file %.180s: no CM_SLAC_PARM.CNF in it, --evse-mac is needed", options->capture);
		return false;
	}
	memcpy(replay->evse_mac, stations.evse, MAC_LEN);
	memcpy(replay->modem_mac, unseen_modem, MAC_LEN);
	if (options->has_modem_mac)
		memcpy(replay->modem_mac, options->modem_mac, MAC_LEN);
	else if (stations.has_modem)
		memcpy(replay->modem_mac, stations.modem, MAC_LEN);
	else if (stations.has_profile)
		memcpy(replay->modem_mac, stations.profile, MAC_LEN);
	return true;
}

static bool play_capture(struct replay *replay, char error[REPLAY_ERROR_SIZE])
{
	const char *write = replay->options->write;
	struct capture_reader *reader = capture_open(replay->options->capture, error);

	if (reader == NULL)
		return false;
	if (write != NULL && (replay->writer = capture_create(write, error)) == NULL) {
		capture_close(reader);
		return false;
	}
	bool ok = play_all(replay, reader, error);
	capture_close(reader);
	if (replay->writer != NULL && !capture_finish(replay->writer) && ok) {
		snprintf(error, REPLAY_ERROR_SIZE, "capture file %.180s: not written completely", write);
		ok = false;
	}
	return ok;
}

bool replay_run(const struct replay_options *options, char error[REPLAY_ERROR_SIZE])
{
	struct replay replay = {.options = options};

	return choose_stations(&replay, error) && play_capture(&replay, error);
}
