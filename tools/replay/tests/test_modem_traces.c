/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The codec of the modem messages against captures of real modems (folder $SLACD_TRACES, see README.md
 * there). The captures are not part of the project: without them every test is skipped. That no capture is
 * missed by its name is for test_traces.c to say.
 */
#include "homeplug/mme/amp_map.h"
#include "homeplug/mme/modem_mme.h"
#include "homeplug/mme/nw_info.h"
#include "tools/replay/tests/trace_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define TEXTS_MAX       16

#define AUDI         "audi-q4-pyplc-foccicape-three-sessions-matched.pcap"
#define HYC150       "ioniq-alpitronic-hyc150-spi-matched-neighbour-crosstalk.pcap"
#define WP4          "ioniq-alpitronic-wp4-sniffed-evse-half-matched.pcap"
#define IONIQ_FOCCI  "ioniq-pyplc-foccicape-two-sessions-matched.pcap"
#define IONIQ_2022   "ioniq-pyplc-home-2022-11-09-matched.pcap"
#define IONIQ_APR_16 "ioniq-pyplc-home-2023-04-16-matched.pcap"
#define IONIQ_APR_24 "ioniq-pyplc-home-2023-04-24-three-sessions-matched.pcap"
#define POLESTAR     "polestar2-pyplc-2024-06-11-matched-then-telemetry.pcap"
#define ALPI         "pyplcev-alpitronic-2022-12-20-unanswered-parm-then-matched.pcap"
#define DEHNER       "pyplcev-alpitronic-dehner-matched.pcap"
#define COMPLEO_2022 "pyplcev-compleo-2022-12-13-two-sessions-matched.pcap"
#define COMPLEO_2023 "pyplcev-compleo-2023-04-19-matched-then-9-sounds-char-retries.pcap"
#define SUPERCHARGER "pyplcev-tesla-supercharger-matched-then-no-atten-char-failed.pcap"
#define MODEL_Y      "tesla-model-y-pyplc-matched.pcap"

/* What the captures hold; those that are not here hold nothing of it. No capture has a message left out here.
 */
static const struct {
	const char *file;
	enum modem_message message;
	size_t frames;
} wanted[] = {
	{AUDI, MODEM_VS_ATTEN_CHAR_IND, 30},
	{HYC150, MODEM_VS_SW_VER_REQ, 1},
	{HYC150, MODEM_VS_SW_VER_CNF, 1},
	{HYC150, MODEM_VS_ATTEN_CHAR_IND, 18},
	{WP4, MODEM_VS_SW_VER_REQ, 2},
	{WP4, MODEM_VS_SW_VER_CNF, 2},
	{IONIQ_FOCCI, MODEM_VS_ATTEN_CHAR_IND, 20},
	{IONIQ_2022, MODEM_VS_SW_VER_REQ, 2},
	{IONIQ_2022, MODEM_VS_SW_VER_CNF, 2},
	{IONIQ_2022, MODEM_VS_ATTEN_CHAR_IND, 10},
	{IONIQ_APR_16, MODEM_VS_ATTEN_CHAR_IND, 10},
	{IONIQ_APR_24, MODEM_VS_SW_VER_REQ, 2},
	{IONIQ_APR_24, MODEM_VS_SW_VER_CNF, 2},
	{IONIQ_APR_24, MODEM_VS_ATTEN_CHAR_IND, 30},
	{POLESTAR, MODEM_VS_ATTEN_CHAR_IND, 10},
	{ALPI, MODEM_VS_SW_VER_REQ, 2},
	{ALPI, MODEM_VS_SW_VER_CNF, 2},
	{DEHNER, MODEM_VS_SW_VER_REQ, 1},
	{DEHNER, MODEM_VS_SW_VER_CNF, 2},
	{COMPLEO_2022, MODEM_VS_SW_VER_REQ, 2},
	{COMPLEO_2022, MODEM_VS_SW_VER_CNF, 2},
	{COMPLEO_2023, MODEM_VS_SW_VER_REQ, 2},
	{COMPLEO_2023, MODEM_VS_SW_VER_CNF, 2},
	{SUPERCHARGER, MODEM_VS_SW_VER_REQ, 2},
	{SUPERCHARGER, MODEM_VS_SW_VER_CNF, 2},
	{SUPERCHARGER, MODEM_VS_ATTEN_CHAR_IND, 10},
	{MODEL_Y, MODEM_VS_SW_VER_REQ, 2},
	{MODEL_Y, MODEM_VS_SW_VER_CNF, 2},
	{MODEL_Y, MODEM_VS_ATTEN_CHAR_IND, 10},
};

static void each_frame(const char *file, trace_frame_function *call, void *ctx)
{
	char error[PORT_ERROR_SIZE] = "";

	if (!trace_each_frame(file, call, ctx, error))
		fail_msg("%s", error);
}

typedef void (*capture_function)(const char *file, void *ctx);

static void each_capture(capture_function call, void *ctx)
{
	static char names[TRACE_FILES][TRACE_NAME_SIZE];
	const size_t count = trace_list(names);

	assert_true(count > 0);
	for (size_t i = 0; i < count; i++)
		call(names[i], ctx);
}

struct all_frames {
	trace_frame_function *call;
	void *ctx;
};

static void frames_of(const char *file, void *ctx)
{
	const struct all_frames *all = ctx;

	each_frame(file, all->call, all->ctx);
}

static void each_frame_of_all(trace_frame_function *call, void *ctx)
{
	struct all_frames all = {.call = call, .ctx = ctx};

	each_capture(frames_of, &all);
}

struct tally {
	const char *file;
	size_t number;
	size_t frames[MODEM_MESSAGE_COUNT];
};

/* The octets of a frame that the codec keeps, from its start; reserved ones among them are zero in every
 * capture. */
static size_t kept(const struct modem_mme *mme, const uint8_t *frame, size_t padded)
{
	switch (mme->message) {
	case MODEM_VS_SW_VER_CNF:
		return (size_t)23 + frame[22];
	case MODEM_VS_ATTEN_CHAR_IND:
		return (size_t)36 + mme->vs_atten_char_ind.num_groups;
	default:
		return padded;
	}
}

static void round_trip(const uint8_t *frame, size_t len, uint64_t time_us, void *ctx)
{
	struct tally *tally = ctx;
	uint8_t again[MME_FRAME_MAX], own[MME_FRAME_MAX];
	struct modem_mme mme;
	size_t again_len;

	(void)time_us;
	tally->number++;
	enum mme_error error = modem_mme_decode(frame, len, &mme);
	if (error == MME_ERR_MMTYPE)
		return;
	if (error != MME_OK)
		fail_msg("%s, frame %zu: %s", tally->file, tally->number, mme_error_text(error));
	tally->frames[mme.message]++;
	assert_int_equal(modem_mme_encode(&mme, again, sizeof(again), &again_len), MME_OK);
	memcpy(own, frame, len);
	/* the OUI of zeros of one modem */
	if (mme.message == MODEM_VS_ATTEN_CHAR_IND && octets_are_zero(frame + 17, OUI_LEN))
		memcpy(own + 17, again + 17, OUI_LEN);
	const size_t count = kept(&mme, frame, again_len);
	assert_true(count <= len && count <= again_len);
	if (memcmp(again, own, count) != 0)
		fail_msg("%s, frame %zu, %s: comes back different", tally->file, tally->number,
			 modem_message_text(mme.message));
}

static size_t wanted_frames(const char *file, enum modem_message message)
{
	for (size_t i = 0; i < COUNT_OF(wanted); i++)
		if (wanted[i].message == message && strcmp(wanted[i].file, file) == 0)
			return wanted[i].frames;
	return 0;
}

static void count_frames(const char *file, void *ctx)
{
	struct tally tally = {.file = file};
	size_t *totals = ctx;

	each_frame(file, round_trip, &tally);
	for (size_t i = 0; i < MODEM_MESSAGE_COUNT; i++) {
		const size_t frames = wanted_frames(file, (enum modem_message)i);

		if (tally.frames[i] != frames)
			fail_msg("%s: %zu %s, not %zu", file, tally.frames[i],
				 modem_message_text((enum modem_message)i), frames);
		totals[i] += tally.frames[i];
	}
}

static void every_modem_message_round_trips_and_is_counted(void **state)
{
	size_t totals[MODEM_MESSAGE_COUNT] = {0};
	size_t frames = 0, listed = 0;

	(void)state;
	each_capture(count_frames, totals);
	for (size_t i = 0; i < MODEM_MESSAGE_COUNT; i++) {
		printf("%7zu  %s\n", totals[i], modem_message_text((enum modem_message)i));
		frames += totals[i];
	}
	for (size_t i = 0; i < COUNT_OF(wanted); i++)
		listed += wanted[i].frames;
	assert_int_equal(frames, listed);
	assert_int_equal(frames, 185);
}

struct texts {
	size_t count;
	struct {
		char text[2 * QUALCOMM_VERSION_SIZE];
		size_t frames;
	} items[TEXTS_MAX];
};

static void note_text(struct texts *texts, const char *text)
{
	size_t i = 0;

	while (i < texts->count && strcmp(texts->items[i].text, text) != 0)
		i++;
	assert_in_range(i, 0, TEXTS_MAX - 1);
	if (i == texts->count) {
		snprintf(texts->items[i].text, sizeof(texts->items[i].text), "%s", text);
		texts->count++;
	}
	texts->items[i].frames++;
}

static size_t frames_with(const struct texts *texts, const char *text)
{
	for (size_t i = 0; i < texts->count; i++)
		if (strcmp(texts->items[i].text, text) == 0)
			return texts->items[i].frames;
	return 0;
}

static void print_texts(const struct texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		printf("%7zu  %s\n", texts->items[i].frames, texts->items[i].text);
}

static void note_version(const uint8_t *frame, size_t len, uint64_t time_us, void *ctx)
{
	struct modem_mme mme;
	char text[2 * QUALCOMM_VERSION_SIZE];

	(void)time_us;
	if (modem_mme_decode(frame, len, &mme) != MME_OK || mme.message != MODEM_VS_SW_VER_CNF)
		return;
	assert_int_equal(len, 297);
	assert_int_equal(mme.vs_sw_ver_cnf.mstatus, VS_MSTATUS_OK);
	snprintf(text, sizeof(text), "%02x %s", mme.vs_sw_ver_cnf.device_id, mme.vs_sw_ver_cnf.version);
	note_text(ctx, text);
}

static void every_modem_tells_its_device_and_version(void **state)
{
	struct texts texts = {0};

	(void)state;
	each_frame_of_all(note_version, &texts);
	print_texts(&texts);
	assert_int_equal(frames_with(&texts, "22 MAC-QCA7000-1.1.0.727-02-20130826-FINAL"), 3);
	assert_int_equal(frames_with(&texts, "22 MAC-QCA7005-1.1.0.730-04-20140815-CS"), 2);
	assert_int_equal(frames_with(&texts, "22 MAC-QCA7005-1.2.5.3207-00-20180927-CS"), 1);
	assert_int_equal(frames_with(&texts, "20 MAC-QCA7420-1.3.0.2134-00-20151212-CS"), 6);
	assert_int_equal(frames_with(&texts, "20 MAC-QCA7420-1.4.0.20-00-20171027-CS"), 7);
	assert_int_equal(texts.count, 5);
}

struct profiles {
	struct modem_mme latest; /* VS_ATTEN_CHAR.IND */
	size_t groups_58;
	size_t groups_0;
	size_t standard; /* CM_ATTEN_PROFILE.IND with 58 groups */
	size_t twins;    /* of these, the same as the latest */
};

static void note_twin(struct profiles *profiles, const struct mme *mme)
{
	const struct vs_atten_char_ind *latest = &profiles->latest.vs_atten_char_ind;
	const struct atten_profile_ind *ind = &mme->atten_profile_ind;

	if (ind->num_groups != SLAC_GROUPS)
		return;
	profiles->standard++;
	profiles->twins += mac_equal(profiles->latest.src, mme->src) && mac_equal(latest->pev_mac, ind->pev_mac) &&
			   latest->carriers_per_group == 16 && latest->num_groups == SLAC_GROUPS &&
			   memcmp(latest->aag_db, ind->aag_db, SLAC_GROUPS) == 0;
}

static void note_profile(const uint8_t *frame, size_t len, uint64_t time_us, void *ctx)
{
	struct profiles *profiles = ctx;
	struct modem_mme message;
	struct mme mme;

	(void)time_us;
	if (mme_decode(frame, len, &mme) == MME_OK && mme.mmtype == CM_ATTEN_PROFILE_IND)
		note_twin(profiles, &mme);
	if (modem_mme_decode(frame, len, &message) != MME_OK || message.message != MODEM_VS_ATTEN_CHAR_IND)
		return;
	profiles->latest = message;
	profiles->groups_58 += message.vs_atten_char_ind.num_groups == SLAC_GROUPS;
	profiles->groups_0 += message.vs_atten_char_ind.num_groups == 0;
}

static void vs_atten_char_says_the_same_as_the_standards_profile(void **state)
{
	struct profiles profiles = {0};

	(void)state;
	each_frame_of_all(note_profile, &profiles);
	printf("VS_ATTEN_CHAR.IND: %zu of 58 groups, %zu of none, %zu of %zu profiles follow their twin\n",
	       profiles.groups_58, profiles.groups_0, profiles.twins, profiles.standard);
	assert_int_equal(profiles.groups_58, 78);
	assert_int_equal(profiles.groups_0, 70);
	assert_int_equal(profiles.standard, 69);
	assert_int_equal(profiles.twins, 50);
}

struct others {
	size_t nw_info_type;
	size_t nw_info_cnf;
	size_t in_network;
	size_t amp_map;
};

static void note_others(const uint8_t *frame, size_t len, uint64_t time_us, void *ctx)
{
	struct others *others = ctx;
	struct amp_map_mme amp_map;
	struct modem_mme message;
	struct nw_info info;

	(void)time_us;
	others->amp_map += amp_map_decode(frame, len, &amp_map) == MME_OK;
	assert_true(len >= MME_FRAME_MIN);
	if (frame[15] != (VS_NW_INFO_CNF & 0xff) || frame[16] != VS_NW_INFO_CNF >> 8)
		return;
	others->nw_info_type++;
	assert_int_equal(modem_mme_decode(frame, len, &message), MME_ERR_MMTYPE);
	if (nw_info_cnf_decode(frame, len, &info) != MME_OK)
		return;
	others->nw_info_cnf++;
	others->in_network += info.in_network;
}

static void every_nw_info_confirmation_is_left_to_its_own_codec(void **state)
{
	struct others others = {0};

	(void)state;
	each_frame_of_all(note_others, &others);
	printf("VS_NW_INFO.CNF: %zu, %zu decoded, %zu in a network; CM_AMP_MAP: %zu\n", others.nw_info_type,
	       others.nw_info_cnf, others.in_network, others.amp_map);
	assert_int_equal(others.nw_info_type, 8);
	assert_int_equal(others.nw_info_cnf, 8);
	assert_int_equal(others.in_network, 6);
	assert_int_equal(others.amp_map, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_modem_message_round_trips_and_is_counted),
		cmocka_unit_test(every_modem_tells_its_device_and_version),
		cmocka_unit_test(vs_atten_char_says_the_same_as_the_standards_profile),
		cmocka_unit_test(every_nw_info_confirmation_is_left_to_its_own_codec),
	};

	if (trace_folder() == NULL) {
		printf("skipped: SLACD_TRACES does not name a folder with captures\n");
		return TRACE_SKIPPED;
	}
	return cmocka_run_group_tests_name("modem_traces", tests, NULL, NULL);
}
