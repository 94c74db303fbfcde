/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An outlet against captures of real cars (folder $SLACD_TRACES, see README.md there): the car's own frames and the
 * modem's profiles at their recorded times, on virtual time, with the EVSE's MAC of the capture. What the recorded EVSE
 * sent is not played; the stand-ins of replay_site are its modem and its station. The captures are not part of the
 * project: without them the tests are skipped.
 *
 * Our answers come at once, the recorded EVSE's 5 ... 180 ms later, so that each wait for the car's next
 * message is longer for us than it was in the field by that delay. The waits are printed. No car of the
 * captures is late for us because of it; the longest are 240 of 400 ms to START_ATTEN_CHAR and 199 of 3 x 200
 * ms to ATTEN_CHAR.RSP, both of the Audi Q4.
 */
#include "slacd/outlet/tests/outlet_watch.h"
#include "tools/replay/replay_site.h"
#include "tools/replay/tests/trace_replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MS              UINT64_C(1000)
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

struct outcome {
	unsigned attempts; /* `matching` reported */
	unsigned matched;
	unsigned failed;
	enum slac_reason reason; /* of the failures */
};

static const struct car_capture {
	const char *file;
	struct outcome as_it_is;    /* missing_profile_db not set */
	struct outcome missing_set; /* missing_profile_db 10 */
	unsigned recorded;          /* CM_SLAC_MATCH.CNF of the recorded EVSE */
} car_captures[] = {
	{"audi-q4-pyplc-foccicape-three-sessions-matched.pcap", {3, 3, 0, 0}, {3, 3, 0, 0}, 3},
	/* First attempt: the EVSE of the capture was deaf for 8 s, the car's STARTs were lost. */
	{"evsim-openplcutils-phytec-stale-buffers-matched.pcap",
	 {2, 1, 1, SLAC_REASON_NO_START_ATTEN_CHAR},
	 {2, 1, 1, SLAC_REASON_NO_START_ATTEN_CHAR},
	 1},
	{"ioniq-alpitronic-hyc150-spi-matched-neighbour-crosstalk.pcap", {1, 1, 0, 0}, {1, 1, 0, 0}, 1},
	{"ioniq-pyplc-foccicape-two-sessions-matched.pcap", {2, 2, 0, 0}, {2, 2, 0, 0}, 2},
	{"ioniq-pyplc-home-2022-11-09-matched.pcap", {1, 0, 1, SLAC_REASON_NO_GROUPS}, {1, 1, 0, 0}, 1},
	{"ioniq-pyplc-home-2023-04-16-matched.pcap", {1, 0, 1, SLAC_REASON_NO_GROUPS}, {1, 1, 0, 0}, 1},
	{"ioniq-pyplc-home-2023-04-24-three-sessions-matched.pcap", {3, 0, 3, SLAC_REASON_NO_GROUPS}, {3, 3, 0, 0}, 3},
	{"polestar2-pyplc-2024-06-11-matched-then-telemetry.pcap", {1, 0, 1, SLAC_REASON_NO_GROUPS}, {1, 1, 0, 0}, 1},
	/* The recorded EVSE answered with a wrong run_id and the car went no further. */
	{"taycan-right-pyplc-wrong-runid-failed.pcap",
	 {5, 0, 5, SLAC_REASON_NO_START_ATTEN_CHAR},
	 {5, 0, 5, SLAC_REASON_NO_START_ATTEN_CHAR},
	 0},
	{"tesla-model-y-pyplc-matched.pcap", {1, 0, 1, SLAC_REASON_NO_GROUPS}, {1, 1, 0, 0}, 1},
};

struct player {
	struct replay_site site;
	struct outlet_watch watch;
	const char *file;
	uint64_t last_us;
	struct outcome outcome;
	struct trace_matches ours; /* CM_SLAC_MATCH.CNF sent and `matched` reported */
	unsigned long raw_sum_db;  /* of the profiles of the present run */
	unsigned profiles;
	uint64_t asked_us; /* our last message to the car, or its last step */
	bool print;
};

static struct trace trace; /* the capture that is played */

/* --- what we did --- */

static unsigned mean_x10(unsigned long sum_db, unsigned profiles)
{
	return (unsigned)(sum_db * 10 / (profiles * SLAC_GROUPS));
}

static void print_attenuation(struct player *player, const struct atten_char_ind *ind)
{
	unsigned long sum_db = 0;

	if (player->profiles == 0 || !player->print)
		return;
	for (size_t i = 0; i < SLAC_GROUPS; i++)
		sum_db += ind->aag_db[i];
	const unsigned ours = mean_x10(sum_db, 1), raw = mean_x10(player->raw_sum_db, player->profiles);
	printf("    %u profiles: mean sent %u.%u dB, raw %u.%u dB\n", player->profiles, ours / 10, ours % 10, raw / 10,
	       raw % 10);
	/* Each group's mean is cut by less than 1 dB. */
	assert_true(ours <= raw && raw - ours < 10);
}

static void note_sent(struct player *player, const struct mme *frame)
{
	player->asked_us = player->site.now_us;
	if (frame->mmtype == CM_SLAC_PARM_CNF)
		player->raw_sum_db = player->profiles = 0;
	if (frame->mmtype == CM_ATTEN_CHAR_IND)
		print_attenuation(player, &frame->atten_char_ind);
}

static void note_status(struct player *player, const struct outlet_status *status)
{
	player->outcome.attempts += status->kind == OUTLET_MATCHING;
	if (status->kind == OUTLET_MATCHED) {
		player->outcome.matched++;
		assert_true(trace_note_match(&player->ours, status->ev_mac, status->run_id));
	} else if (status->kind == OUTLET_FAILED) {
		player->outcome.failed++;
		player->outcome.reason = status->reason;
	}
}

/* What we send to the modem is no answer to a car. */
static void note_effect(void *context, const struct outlet_effect *effect)
{
	struct player *player = context;
	struct mme frame;

	if (effect->kind == OUTLET_STATUS)
		note_status(player, &effect->status);
	else if (effect->kind == OUTLET_SEND && mme_decode(effect->frame.octets, effect->frame.len, &frame) == MME_OK &&
		 !mac_equal(frame.dst, mac_local_modem))
		note_sent(player, &frame);
}

static void give_with_rules(void *context, struct outlet *outlet, const struct outlet_input *input, uint64_t now_us,
			    struct outlet_effects *out)
{
	struct player *player = context;
	const char *broken = outlet_watch_input(&player->watch, outlet, input, now_us, out);

	if (broken != NULL)
		fail_msg("%s: %s", player->file, broken);
}

/* --- time --- */

static void unplug(struct player *player)
{
	replay_site_run(&player->site, player->last_us + TRACE_UNPLUG_US);
	replay_site_plug(&player->site, false);
}

static void advance(struct player *player, uint64_t time_us)
{
	if (player->site.has_vehicle && time_us > player->last_us + TRACE_UNPLUG_US)
		unplug(player);
	replay_site_run(&player->site, time_us);
	if (!player->site.has_vehicle)
		replay_site_plug(&player->site, true);
	player->last_us = time_us;
}

/* --- frames --- */

static void note_profile(struct player *player, const struct mme *frame)
{
	if (frame->mmtype != CM_ATTEN_PROFILE_IND || frame->atten_profile_ind.num_groups != SLAC_GROUPS)
		return;
	player->profiles++;
	for (size_t i = 0; i < SLAC_GROUPS; i++)
		player->raw_sum_db += frame->atten_profile_ind.aag_db[i];
}

/* The time from our last message, or the car's, to its next step, held against the time-out. */
static void print_wait(const struct player *player, uint16_t mmtype, uint64_t wait_us)
{
	const char *limit = mmtype == CM_START_ATTEN_CHAR_IND ? "400"
			    : mmtype == CM_ATTEN_CHAR_RSP     ? "3 x 200"
							      : "10000";

	if (player->print)
		printf("    %-23s after %4llu.%03llu ms of %s\n", mme_name(mmtype),
		       (unsigned long long)(wait_us / 1000), (unsigned long long)(wait_us % 1000), limit);
}

static enum slac_run_state run_state(const struct player *player, const uint8_t ev_mac[MAC_LEN])
{
	for (size_t i = 0; i < player->site.outlet.slac.run_count; i++)
		if (mac_equal(player->site.outlet.slac.runs[i].ev_mac, ev_mac))
			return player->site.outlet.slac.runs[i].state;
	return SLAC_RUN_FREE;
}

static void play_frame(struct player *player, const struct trace_frame *item)
{
	const struct mme *frame = &item->frame;
	uint8_t octets[512];
	size_t len;

	advance(player, item->time_us);
	if (!item->received)
		return;
	const enum slac_run_state before = run_state(player, frame->src);
	note_profile(player, frame);
	const uint64_t wait_us = item->time_us - player->asked_us;
	assert_int_equal(mme_encode(frame, octets, sizeof(octets), &len), MME_OK);
	replay_site_frame(&player->site, octets, len);
	if (frame->mmtype == CM_SLAC_PARM_REQ || frame->mmtype == CM_ATTEN_PROFILE_IND ||
	    run_state(player, frame->src) == before)
		return;
	print_wait(player, frame->mmtype, wait_us);
	player->asked_us = item->time_us;
}

/* A standard modem that is not asked for its link, and an AC outlet. */
static struct outlet_config configure(bool strict, int missing_profile_db)
{
	struct outlet_config config = {.pilot.request_timeout_ms = 1000, .pilot.request_backoff_max_ms = 30000};

	slac_evse_defaults(&config.slac, strict);
	config.slac.missing_profile_db = missing_profile_db;
	modem_defaults(&config.modem, strict);
	config.modem.family = MODEM_STANDARD;
	config.modem.link_detection = MODEM_LINK_OFF;
	amp_map_defaults(&config.amp_map);
	control_pilot_defaults(&config.pilot, false);
	config.pilot.has_ac = true;
	return config;
}

/* The modem that reports profiles in the capture: the EVSE's host heard no other one's. */
static const uint8_t *modem_of_capture(void)
{
	for (size_t i = 0; i < trace.count; i++)
		if (trace.frames[i].received && trace.frames[i].frame.mmtype == CM_ATTEN_PROFILE_IND)
			return trace.frames[i].frame.src;
	return mac_local_modem;
}

static void play_file(struct player *player, const char *file, bool strict, int missing_profile_db)
{
	const struct outlet_config config = configure(strict, missing_profile_db);
	const struct outlet_limits limits = {.current = {.has_ac = true, .phase_da = {160, 160, 160}}};
	const struct replay_listener listener = {.context = player, .effect = note_effect, .input = give_with_rules};
	char error[PORT_ERROR_SIZE] = "";

	player->file = file;
	if (!trace_load(&trace, file, error))
		fail_msg("%s", error);
	outlet_watch_init(&player->watch, 1);
	replay_site_init(&player->site, &config, modem_of_capture(), outlet_watch_fill, &player->watch, &listener);
	replay_site_start(&player->site, &limits, trace.evse_mac, trace.frames[0].time_us);
	player->last_us = trace.frames[0].time_us;
	for (size_t i = 0; i < trace.count; i++)
		play_frame(player, &trace.frames[i]);
	unplug(player);
}

/* --- tests --- */

static void expect_outcome(const struct player *player, const struct outcome *wanted)
{
	const struct outcome *got = &player->outcome;

	if (got->attempts != wanted->attempts || got->matched != wanted->matched || got->failed != wanted->failed ||
	    got->reason != wanted->reason)
		fail_msg("%s: %u attempts, %u matched, %u failed (%s), not %u, %u, %u (%s)", player->file,
			 got->attempts, got->matched, got->failed, slac_reason_text(got->reason), wanted->attempts,
			 wanted->matched, wanted->failed, slac_reason_text(wanted->reason));
}

/* Each match of ours is the one the recorded EVSE made, with the same car and run_id. */
static void expect_recorded_matches(const struct player *player, unsigned recorded)
{
	assert_int_equal(trace.recorded.count, recorded);
	assert_int_equal(player->ours.count, player->outcome.matched);
	if (player->ours.count > 0)
		assert_int_equal(player->ours.count, recorded);
	for (size_t i = 0; i < player->ours.count; i++) {
		assert_memory_equal(player->ours.items[i].ev_mac, trace.recorded.items[i].ev_mac, MAC_LEN);
		assert_memory_equal(player->ours.items[i].run_id, trace.recorded.items[i].run_id, RUN_ID_LEN);
	}
}

static void play_car(const struct car_capture *capture, bool missing_set)
{
	const struct outcome *wanted = missing_set ? &capture->missing_set : &capture->as_it_is;
	struct player player = {.print = true};

	printf("  %s\n", capture->file);
	play_file(&player, capture->file, false, missing_set ? 10 : -1);
	printf("    %u attempts: %u matched, %u failed %s\n", player.outcome.attempts, player.outcome.matched,
	       player.outcome.failed, slac_reason_text(player.outcome.reason));
	expect_outcome(&player, wanted);
	expect_recorded_matches(&player, capture->recorded);
}

static void every_car_gets_as_far_as_in_its_capture(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(car_captures); i++)
		play_car(&car_captures[i], true);
}

static void modems_without_groups_fail_their_runs_unless_told_otherwise(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(car_captures); i++)
		play_car(&car_captures[i], false);
}

/* Chargers' halves, cars that are pyPLC, both profiles: every rule of outlet_watch holds at every input. */
static void no_capture_breaks_a_rule(void **state)
{
	static char names[TRACE_FILES][TRACE_NAME_SIZE];
	const size_t files = trace_list(names);

	(void)state;
	for (size_t file = 0; file < files; file++) {
		for (int i = 0; i < 4; i++) {
			struct player player = {.print = false};
			play_file(&player, names[file], (i & 1) != 0, (i & 2) != 0 ? 0 : -1);
		}
	}
	assert_true(files >= COUNT_OF(car_captures));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_car_gets_as_far_as_in_its_capture),
		cmocka_unit_test(modems_without_groups_fail_their_runs_unless_told_otherwise),
		cmocka_unit_test(no_capture_breaks_a_rule),
	};
	if (trace_folder() == NULL) {
		printf("skipped: no captures (folder $SLACD_TRACES)\n");
		return TRACE_SKIPPED;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
