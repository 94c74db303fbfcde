/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/replay/replay.h"

#include "tools/replay/capture.h"
#include "homeplug/slac/slac_evse.h"
#include "tools/replay/replay_report.h"

#include <stdio.h>
#include <string.h>

/* The last octets of the NMK that are counted up. */
#define COUNTER_OCTETS 4

struct replay {
	const struct replay_options *options;
	struct slac_evse evse;
	struct network_key key;
	struct replay_report report; /* and the time */
	struct capture_writer *writer;
	uint64_t connect_us; /* when the first vehicle is connected */
	uint64_t last_frame_us;
	bool connected;
	unsigned vehicles;
};

static void send_frame(struct replay *replay, const struct mme *frame)
{
	uint8_t octets[256];
	size_t len;

	report_frame(&replay->report, "->", frame->dst, frame);
	if (replay->writer != NULL && mme_encode(frame, octets, sizeof(octets), &len) == MME_OK)
		capture_write(replay->writer, octets, len, replay->report.now_us);
}

/* What the modem measured and what was reported of it, where a receive path lies between them. */
static void tell_attenuation(const struct replay *replay, const struct slac_evse_output *item)
{
	if (!replay->options->has_attn_rx || item->kind != SLAC_EVSE_RUN_STEP || item->step.to != SLAC_RUN_WAIT_RSP)
		return;
	for (size_t i = 0; i < SLAC_EVSE_RUNS; i++)
		if (mac_equal(replay->evse.runs[i].ev_mac, item->ev_mac))
			report_attenuation(&replay->report, &replay->evse.runs[i]);
}

static void give(struct replay *replay, const struct slac_evse_input *input)
{
	struct slac_evse_outputs out;

	slac_evse_input(&replay->evse, input, replay->report.now_us, &out);
	for (size_t i = 0; i < out.count; i++) {
		if (out.items[i].kind == SLAC_EVSE_SEND)
			send_frame(replay, &out.items[i].frame);
		else
			report_output(&replay->report, &out.items[i]);
		tell_attenuation(replay, &out.items[i]);
	}
}

/* Time passes; every deadline is kept on its microsecond. */
static void run_until(struct replay *replay, uint64_t until_us)
{
	const struct slac_evse_input tick = {.kind = SLAC_EVSE_TICK};

	while (slac_evse_deadline(&replay->evse) <= until_us) {
		replay->report.now_us = slac_evse_deadline(&replay->evse);
		give(replay, &tick);
	}
	replay->report.now_us = until_us;
}

/* The given NMK for the first vehicle, the next numbers for the next ones. */
static void set_next_key(struct replay *replay)
{
	const struct slac_evse_input key_set = {.kind = SLAC_EVSE_KEY_SET, .key = &replay->key};

	memcpy(replay->key.nmk, replay->options->nmk, NMK_LEN);
	unsigned carry = replay->vehicles;
	for (size_t i = NMK_LEN; i > NMK_LEN - COUNTER_OCTETS; i--) {
		carry += replay->key.nmk[i - 1];
		replay->key.nmk[i - 1] = (uint8_t)(carry & 0xff);
		carry >>= 8;
	}
	nid_from_nmk(replay->key.nmk, replay->key.nid);
	report_key(&replay->report, &replay->key);
	give(replay, &key_set);
}

static void connect_vehicle(struct replay *replay)
{
	const struct slac_evse_input connected = {.kind = SLAC_EVSE_CONNECTED};

	set_next_key(replay);
	report_pilot(&replay->report, "vehicle connected");
	give(replay, &connected);
	replay->connected = true;
	replay->vehicles++;
}

static void disconnect_vehicle(struct replay *replay)
{
	const struct slac_evse_input left = {.kind = SLAC_EVSE_DISCONNECTED, .reason = SLAC_REASON_VEHICLE_LEFT};
	const struct slac_evse_input lost = {.kind = SLAC_EVSE_KEY_LOST, .reason = SLAC_REASON_VEHICLE_LEFT};

	report_pilot(&replay->report, "vehicle left");
	give(replay, &left);
	give(replay, &lost);
	replay->connected = false;
}

/* Up to the time of the next frame: a long pause, the connection of a vehicle, time-outs. */
static void advance(struct replay *replay, uint64_t time_us)
{
	const uint64_t gap_us = replay->options->disconnect_gap_us;

	if (time_us < replay->report.now_us)
		time_us = replay->report.now_us; /* a capture whose clock went back */
	if (replay->connected && gap_us != 0 && time_us - replay->last_frame_us > gap_us) {
		run_until(replay, replay->last_frame_us + gap_us);
		disconnect_vehicle(replay);
	}
	if (!replay->connected && replay->vehicles == 0 && replay->connect_us <= time_us) {
		run_until(replay, replay->connect_us);
		connect_vehicle(replay);
	}
	run_until(replay, time_us);
	if (!replay->connected && replay->vehicles > 0)
		connect_vehicle(replay);
	replay->last_frame_us = time_us;
}

static void play_frame(struct replay *replay, const uint8_t *octets, size_t len)
{
	struct mme frame;
	const struct slac_evse_input input = {.kind = SLAC_EVSE_FRAME, .frame = &frame};
	const uint8_t *evse_mac = replay->evse.config.evse_mac;
	enum mme_error error = mme_decode(octets, len, &frame);

	if (error != MME_OK) {
		report_undecoded(&replay->report, &frame, error);
		return;
	}
	if (mac_equal(frame.src, evse_mac)) {
		report_frame(&replay->report, "recorded", frame.dst, &frame);
		return;
	}
	report_frame(&replay->report, "<-", frame.src, &frame);
	give(replay, &input);
}

static void begin(struct replay *replay, uint64_t first_us)
{
	replay->report = (struct replay_report){.start_us = first_us, .now_us = first_us};
	replay->last_frame_us = first_us;
	replay->connect_us = first_us + replay->options->connected_at_us;
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
	if (replay->connected) {
		run_until(replay, replay->last_frame_us + replay->options->disconnect_gap_us);
		disconnect_vehicle(replay);
	}
	return true;
}

/* Source of the first CM_SLAC_PARM.CNF. */
static bool find_evse(const char *path, uint8_t evse_mac[MAC_LEN], char error[REPLAY_ERROR_SIZE])
{
	struct capture_reader *reader = capture_open(path, error);
	const uint8_t *octets;
	uint64_t time_us;
	struct mme frame;
	bool found = false;
	size_t len;

	if (reader == NULL)
		return false;
	while (!found && capture_next(reader, &octets, &len, &time_us) == PORT_FRAME)
		found = mme_decode(octets, len, &frame) == MME_OK && frame.mmtype == CM_SLAC_PARM_CNF;
	if (found)
		memcpy(evse_mac, frame.src, MAC_LEN);
	else
		snprintf(error, REPLAY_ERROR_SIZE,
			 "capture file %.180s: no CM_SLAC_PARM.CNF in it, --evse-mac is needed", path);
	capture_close(reader);
	return found;
}

static bool configure(struct replay *replay, char error[REPLAY_ERROR_SIZE])
{
	const struct replay_options *options = replay->options;
	struct slac_evse_config config;

	slac_evse_defaults(&config, options->strict);
	config.missing_profile_db = options->missing_profile_db;
	for (size_t i = 0; i < SLAC_GROUPS; i++)
		config.attn_rx_db[i] = options->attn_rx_db;
	if (options->has_evse_mac)
		memcpy(config.evse_mac, options->evse_mac, MAC_LEN);
	else if (!find_evse(options->capture, config.evse_mac, error))
		return false;
	slac_evse_init(&replay->evse, &config);
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

	return configure(&replay, error) && play_capture(&replay, error);
}
