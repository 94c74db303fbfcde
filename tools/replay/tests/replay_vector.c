/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes the capture of the replay test: invented cars (slac_ev) at an EVSE (slac_evse) that answers 6 ms
 * late, as a listener on the EVSE's link would have recorded them. The same octets in every run.
 *
 *   1. a car that asks twice matches; each sound with the modem's profile of 58 groups
 *   2. after a pause another car: its messages are spoilt or foreign in every way that is not taken, it loses
 * a sound, its answer to the EVSE gets lost twice, and it matches
 *   3. after a pause a car that goes silent after CM_SLAC_PARM.CNF
 */
#include "tools/replay/capture.h"
#include "tools/car/slac_ev.h"
#include "homeplug/slac/slac_evse.h"

#include <stdio.h>
#include <string.h>

#define MS       UINT64_C(1000)
#define START_US UINT64_C(1700000000000000)
#define DELAY_US (6 * MS)
#define PAUSE_US (20000 * MS)

static const uint8_t evse_mac[MAC_LEN] = {0x02, 0x11, 0x22, 0x33, 0x44, 0xaa};
static const uint8_t modem_mac[MAC_LEN] = {0x02, 0x11, 0x22, 0x33, 0x44, 0xbb};

struct scene {
	struct capture_writer *writer;
	struct slac_evse evse;
	struct slac_ev ev;
	uint64_t now_us;
	uint8_t random;
	unsigned sounds;
	uint8_t cars_before;
	bool second_car; /* of part 2 */
	unsigned lost_rsps;
};

static bool random_counting(void *ctx, uint8_t *out, size_t n)
{
	struct scene *scene = ctx;

	memset(out, ++scene->random, n);
	return true;
}

static void write_octets(struct scene *scene, const uint8_t *octets, size_t len)
{
	capture_write(scene->writer, octets, len, scene->now_us);
}

static void write_frame(struct scene *scene, const struct mme *frame)
{
	uint8_t octets[256];
	size_t len;

	if (mme_encode(frame, octets, sizeof(octets), &len) == MME_OK)
		write_octets(scene, octets, len);
}

/* --- what is not taken --- */

/* A vendor message, a frame cut short, a fragment, another EVSE's answer, wrong fields. */
static void write_foreign(struct scene *scene, const struct mme *valid)
{
	static const uint8_t other_evse[MAC_LEN] = {0x02, 0x11, 0x22, 0x33, 0x55, 0xaa};
	struct mme frame = *valid;
	uint8_t octets[256];
	size_t len;

	if (mme_encode(valid, octets, sizeof(octets), &len) != MME_OK)
		return;
	write_octets(scene, octets, 24);
	octets[17] = 1;
	write_octets(scene, octets, len);
	octets[15] = 0x4e;
	octets[16] = 0xa1;
	write_octets(scene, octets, len);
	memcpy(frame.dst, other_evse, MAC_LEN);
	write_frame(scene, &frame);
	mme_init(&frame, CM_SLAC_PARM_CNF, other_evse, valid->src);
	write_frame(scene, &frame);
	frame = *valid;
	frame.slac_parm_req.security_type = 1;
	write_frame(scene, &frame);
}

/* --- the EVSE that was recorded --- */

static void evse_answers(struct scene *scene, const struct slac_evse_outputs *out);

static void ev_speaks(struct scene *scene, const struct slac_ev_outputs *out);

static void evse_hears(struct scene *scene, const struct mme *frame)
{
	const struct slac_evse_input input = {.kind = SLAC_EVSE_FRAME, .frame = frame};
	struct slac_evse_outputs out;

	slac_evse_input(&scene->evse, &input, scene->now_us, &out);
	evse_answers(scene, &out);
}

static void evse_answers(struct scene *scene, const struct slac_evse_outputs *out)
{
	struct slac_ev_outputs ev_out;

	for (size_t i = 0; i < out->count; i++) {
		if (out->items[i].kind != SLAC_EVSE_SEND)
			continue;
		scene->now_us += DELAY_US;
		write_frame(scene, &out->items[i].frame);
		slac_ev_frame(&scene->ev, &out->items[i].frame, scene->now_us, &ev_out);
		ev_speaks(scene, &ev_out);
	}
}

/* The modem heard the sound: group i at 15 dB and i / 4 more, a little louder with each sound. */
static void modem_reports(struct scene *scene)
{
	struct mme frame;

	mme_init(&frame, CM_ATTEN_PROFILE_IND, modem_mac, mac_broadcast);
	memcpy(frame.atten_profile_ind.pev_mac, scene->ev.config.ev_mac, MAC_LEN);
	frame.atten_profile_ind.num_groups = SLAC_GROUPS;
	for (size_t i = 0; i < SLAC_GROUPS; i++)
		frame.atten_profile_ind.aag_db[i] = (uint8_t)(15 + i / 4 + scene->sounds % 3);
	scene->now_us += 500;
	write_frame(scene, &frame);
	evse_hears(scene, &frame);
}

static void ev_sends(struct scene *scene, const struct mme *frame)
{
	if (scene->second_car && frame->mmtype == CM_SLAC_PARM_REQ)
		write_foreign(scene, frame);
	if (scene->second_car && frame->mmtype == CM_ATTEN_CHAR_RSP && scene->lost_rsps++ < 2)
		return;
	write_frame(scene, frame);
	evse_hears(scene, frame);
	if (frame->mmtype != CM_MNBC_SOUND_IND)
		return;
	scene->sounds++;
	if (!scene->second_car || scene->sounds != 4) /* the fourth is lost */
		modem_reports(scene);
}

static void ev_speaks(struct scene *scene, const struct slac_ev_outputs *out)
{
	for (size_t i = 0; i < out->count; i++)
		if (out->items[i].kind == SLAC_EV_SEND)
			ev_sends(scene, &out->items[i].frame);
}

/* --- the cars --- */

static void evse_input(struct scene *scene, enum slac_evse_input_kind kind)
{
	/* A key is one car's: the next one gets another. */
	const struct network_key key = {.nmk = {0x5a, scene->cars_before}, .nid = {0xa5, scene->cars_before}};
	const struct slac_evse_input input = {.kind = kind, .key = &key, .reason = SLAC_REASON_VEHICLE_LEFT};
	struct slac_evse_outputs out;

	slac_evse_input(&scene->evse, &input, scene->now_us, &out);
	evse_answers(scene, &out);
}

static struct slac_ev_config car(uint8_t number)
{
	struct slac_ev_config config;

	slac_ev_defaults(&config);
	memcpy(config.ev_mac, (const uint8_t[]){0x02, 0xa1, 0xb2, 0xc3, 0xd4, number}, MAC_LEN);
	memcpy(config.run_id, (const uint8_t[]){1, 2, 3, 4, 5, 6, 7, number}, RUN_ID_LEN);
	config.batch_msg_interval_ms = 20;
	return config;
}

/* Deadline after deadline, the car's or the EVSE's, until there is none or the car has matched. */
static void run(struct scene *scene)
{
	struct slac_ev_outputs out;

	while (scene->ev.state != SLAC_EV_MATCHED) {
		const uint64_t ev_us = slac_ev_deadline(&scene->ev), evse_us = slac_evse_deadline(&scene->evse);
		const uint64_t next_us = ev_us < evse_us ? ev_us : evse_us;
		if (next_us == SLAC_NEVER || scene->evse.state == SLAC_EVSE_FAILED)
			return;
		if (next_us > scene->now_us)
			scene->now_us = next_us;
		if (evse_us < ev_us) {
			evse_input(scene, SLAC_EVSE_TICK);
			continue;
		}
		slac_ev_tick(&scene->ev, scene->now_us, &out);
		ev_speaks(scene, &out);
	}
}

static void play_car(struct scene *scene, const struct slac_ev_config *config)
{
	struct slac_ev_outputs out;

	scene->sounds = 0;
	evse_input(scene, SLAC_EVSE_KEY_SET);
	evse_input(scene, SLAC_EVSE_CONNECTED);
	slac_ev_init(&scene->ev, config, random_counting, scene);
	slac_ev_start(&scene->ev, scene->now_us, &out);
	ev_speaks(scene, &out);
	run(scene);
	evse_input(scene, SLAC_EVSE_DISCONNECTED);
	scene->cars_before++;
	scene->now_us += PAUSE_US;
}

static void play_all(struct scene *scene)
{
	struct slac_ev_config first = car(1), second = car(2), third = car(3);

	first.double_parm_req = true;
	play_car(scene, &first);
	scene->second_car = true;
	play_car(scene, &second);
	scene->second_car = false;
	third.parm_to_start_ms = 60000;
	play_car(scene, &third);
}

int main(int argc, char **argv)
{
	struct scene scene = {.now_us = START_US};
	struct slac_evse_config config;
	char error[PORT_ERROR_SIZE];

	if (argc != 2) {
		fprintf(stderr, "usage: replay_vector FILE.pcap\n");
		return 2;
	}
	scene.writer = capture_create(argv[1], error);
	if (scene.writer == NULL) {
		fprintf(stderr, "%s\n", error);
		return 1;
	}
	slac_evse_defaults(&config, true);
	memcpy(config.evse_mac, evse_mac, MAC_LEN);
	slac_evse_init(&scene.evse, &config);
	play_all(&scene);
	return capture_finish(scene.writer) ? 0 : 1;
}
