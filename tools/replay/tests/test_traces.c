/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The codec against captures of real cars, chargers and modems (folder $SLACD_TRACES, see README.md there).
 * The captures are not part of the project: without them every test is skipped.
 *
 * Every frame of a known type is decoded and encoded again. Its own octets must come back without exception;
 * what follows them in the frame is held against `longer_frames` below. A capture that is not in `captures`,
 * or has another number of frames, fails the test: the tables are to be brought up to date by whoever adds
 * one.
 */
#include "homeplug/mme/mme.h"
#include "homeplug/network_key.h"
#include "homeplug/mme/tests/message_fields.h"
#include "tools/replay/tests/trace_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define PAIRS_MAX       64

#define EVSIM        "evsim-openplcutils-phytec-stale-buffers-matched.pcap"
#define HYC150       "ioniq-alpitronic-hyc150-spi-matched-neighbour-crosstalk.pcap"
#define WP4          "ioniq-alpitronic-wp4-sniffed-evse-half-matched.pcap"
#define ALPI         "pyplcev-alpitronic-2022-12-20-unanswered-parm-then-matched.pcap"
#define DEHNER       "pyplcev-alpitronic-dehner-matched.pcap"
#define COMPLEO_2022 "pyplcev-compleo-2022-12-13-two-sessions-matched.pcap"
#define COMPLEO_2023 "pyplcev-compleo-2023-04-19-matched-then-9-sounds-char-retries.pcap"
#define SUPERCHARGER "pyplcev-tesla-supercharger-matched-then-no-atten-char-failed.pcap"

/* Whose CM_SLAC_MATCH.CNF is in the capture. */
enum evse {
	REAL_CHARGER, /* or open-plc-utils: NID derived from the NMK */
	PYPLC         /* sends NIDs that do not belong to the NMK, cars join all the same: no vectors */
};

static const struct {
	const char *file;
	enum evse evse;
	size_t known;   /* frames of types the codec knows */
	size_t foreign; /* other 0x88E1 frames: vendor messages, CM_ENCRYPTED_PAYLOAD, CM_BRG_INFO */
} captures[] = {
	{"audi-q4-pyplc-foccicape-three-sessions-matched.pcap", PYPLC, 87, 30},
	{EVSIM, REAL_CHARGER, 170, 0},
	{"foccci-pyplc-listener-01-evse-half.pcap", PYPLC, 5, 4},
	{"foccci-pyplc-listener-02-evse-half.pcap", PYPLC, 5, 4},
	{"foccci-pyplc-listener-04-evse-half-no-join.pcap", PYPLC, 5, 4},
	{"foccci-pyplc-listener-05-evse-half-no-join.pcap", PYPLC, 5, 4},
	{HYC150, REAL_CHARGER, 23, 22},
	{WP4, REAL_CHARGER, 10, 4},
	{"ioniq-pyplc-foccicape-two-sessions-matched.pcap", PYPLC, 62, 20},
	{"ioniq-pyplc-home-2022-11-09-matched.pcap", PYPLC, 29, 22},
	{"ioniq-pyplc-home-2023-04-16-matched.pcap", PYPLC, 31, 10},
	{"ioniq-pyplc-home-2023-04-24-three-sessions-matched.pcap", PYPLC, 97, 70},
	{"polestar2-pyplc-2024-06-11-matched-then-telemetry.pcap", PYPLC, 45, 10},
	{ALPI, REAL_CHARGER, 32, 40},
	{DEHNER, REAL_CHARGER, 22, 3},
	{COMPLEO_2022, REAL_CHARGER, 55, 4},
	{COMPLEO_2023, REAL_CHARGER, 120, 4},
	{SUPERCHARGER, REAL_CHARGER, 107, 14},
	{"taycan-right-pyplc-wrong-runid-failed.pcap", PYPLC, 30, 0},
	{"tesla-model-y-pyplc-matched.pcap", PYPLC, 31, 22},
};

/* All captures together. CM_VALIDATE occurs in none. */
#define KNOWN_FRAMES 971
static const struct {
	uint16_t mmtype;
	size_t frames;
} totals[MESSAGE_TYPES] = {
	{CM_SET_KEY_REQ, 67},    {CM_SET_KEY_CNF, 67},     {CM_GET_KEY_REQ, 10},          {CM_GET_KEY_CNF, 10},
	{CM_SLAC_PARM_REQ, 229}, {CM_SLAC_PARM_CNF, 46},   {CM_START_ATTEN_CHAR_IND, 66}, {CM_ATTEN_CHAR_IND, 40},
	{CM_ATTEN_CHAR_RSP, 21}, {CM_MNBC_SOUND_IND, 229}, {CM_VALIDATE_REQ, 0},          {CM_VALIDATE_CNF, 0},
	{CM_SLAC_MATCH_REQ, 21}, {CM_SLAC_MATCH_CNF, 26},  {CM_ATTEN_PROFILE_IND, 139},
};

/* Frames that hold more than the message and zeros up to 60 octets; the codec does not give that back. */
static const struct {
	const char *file;
	uint16_t mmtype;
	size_t frames;
	const char *why;
} longer_frames[] = {
	{EVSIM, CM_SLAC_PARM_REQ, 39, "padding holds octets of an older frame"},
	{EVSIM, CM_START_ATTEN_CHAR_IND, 3, "padding holds octets of an older frame"},
	{EVSIM, CM_SET_KEY_REQ, 2, "one with another key's octets as padding, one of 129 octets with an older frame"},
	{EVSIM, CM_ATTEN_CHAR_IND, 1, "326 octets: open-plc-utils sends room for 255 groups"},
	{WP4, CM_GET_KEY_CNF, 2, "425 octets: modems send a key field of 384"},
	{ALPI, CM_GET_KEY_CNF, 2, "425 octets"},
	{COMPLEO_2022, CM_GET_KEY_CNF, 2, "425 octets"},
	{COMPLEO_2023, CM_GET_KEY_CNF, 2, "425 octets"},
	{SUPERCHARGER, CM_GET_KEY_CNF, 2, "425 octets"},
};

static void each_frame(const char *file, trace_frame_function *call, void *ctx)
{
	char error[PORT_ERROR_SIZE] = "";

	if (!trace_each_frame(file, call, ctx, error))
		fail_msg("%s", error);
}

static void each_frame_of_all(trace_frame_function *call, void *ctx)
{
	for (size_t i = 0; i < COUNT_OF(captures); i++)
		each_frame(captures[i].file, call, ctx);
}

static size_t type_index(uint16_t mmtype)
{
	for (size_t i = 0; i < MESSAGE_TYPES; i++)
		if (totals[i].mmtype == mmtype)
			return i;
	fail_msg("type 0x%04x is not in the table", mmtype);
	return 0;
}

struct tally {
	const char *file;
	size_t known;
	size_t foreign;
	size_t by_type[MESSAGE_TYPES];
	size_t longer[MESSAGE_TYPES];
};

static void round_trip(const uint8_t *frame, size_t len, uint64_t time_us, void *ctx)
{
	struct tally *tally = ctx;
	const size_t number = tally->known + tally->foreign + 1;
	uint8_t again[256];
	size_t again_len;
	struct mme mme;

	(void)time_us;
	enum mme_error error = mme_decode(frame, len, &mme);
	if (error == MME_ERR_MMTYPE) {
		tally->foreign++;
		return;
	}
	if (error != MME_OK)
		fail_msg("%s, frame %zu, %s: %s", tally->file, number, mme_name(mme.mmtype), mme_error_text(error));
	error = mme_encode(&mme, again, sizeof(again), &again_len);
	if (error != MME_OK)
		fail_msg("%s, frame %zu: encode: %s", tally->file, number, mme_error_text(error));
	if (memcmp(again, frame, mme_unpadded_len(&mme)) != 0)
		fail_msg("%s, frame %zu, %s: comes back different", tally->file, number, mme_name(mme.mmtype));
	tally->known++;
	tally->by_type[type_index(mme.mmtype)]++;
	if (again_len != len || memcmp(again, frame, len) != 0)
		tally->longer[type_index(mme.mmtype)]++;
}

static void every_known_frame_round_trips_octet_for_octet(void **state)
{
	size_t by_type[MESSAGE_TYPES] = {0};
	size_t known = 0;

	(void)state;
	printf("%7s %7s  capture\n", "known", "foreign");
	for (size_t i = 0; i < COUNT_OF(captures); i++) {
		struct tally tally = {.file = captures[i].file};

		each_frame(captures[i].file, round_trip, &tally);
		printf("%7zu %7zu  %s\n", tally.known, tally.foreign, tally.file);
		if (tally.known != captures[i].known || tally.foreign != captures[i].foreign)
			fail_msg("%s: %zu known and %zu foreign frames, not %zu and %zu", tally.file, tally.known,
				 tally.foreign, captures[i].known, captures[i].foreign);
		known += tally.known;
		for (size_t j = 0; j < MESSAGE_TYPES; j++)
			by_type[j] += tally.by_type[j];
	}
	for (size_t j = 0; j < MESSAGE_TYPES; j++) {
		printf("%7zu %s\n", by_type[j], mme_name(totals[j].mmtype));
		if (by_type[j] != totals[j].frames)
			fail_msg("%s: %zu frames, not %zu", mme_name(totals[j].mmtype), by_type[j], totals[j].frames);
	}
	assert_int_equal(known, KNOWN_FRAMES);
}

static void only_the_listed_frames_hold_more_than_their_message(void **state)
{
	size_t listed = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(captures); i++) {
		struct tally tally = {.file = captures[i].file};

		each_frame(captures[i].file, round_trip, &tally);
		for (size_t j = 0; j < COUNT_OF(longer_frames); j++) {
			if (strcmp(longer_frames[j].file, captures[i].file) != 0)
				continue;
			const size_t type = type_index(longer_frames[j].mmtype);
			printf("%3zu %s of %s: %s\n", tally.longer[type], mme_name(longer_frames[j].mmtype), tally.file,
			       longer_frames[j].why);
			assert_int_equal(tally.longer[type], longer_frames[j].frames);
			tally.longer[type] = 0;
			listed++;
		}
		for (size_t type = 0; type < MESSAGE_TYPES; type++)
			if (tally.longer[type] != 0)
				fail_msg("%s: %zu %s hold more than the message", tally.file, tally.longer[type],
					 mme_name(totals[type].mmtype));
	}
	assert_int_equal(listed, COUNT_OF(longer_frames));
}

static void every_capture_in_the_folder_is_listed(void **state)
{
	static char names[TRACE_FILES][TRACE_NAME_SIZE];
	const size_t count = trace_list(names);

	(void)state;
	for (size_t n = 0; n < count; n++) {
		bool listed = false;
		for (size_t i = 0; i < COUNT_OF(captures); i++)
			listed = listed || strcmp(captures[i].file, names[n]) == 0;
		if (!listed)
			fail_msg("%s is in the folder but not in the table of this test", names[n]);
	}
	assert_int_equal(count, COUNT_OF(captures));
}

struct pairs {
	size_t frames;
	size_t count;
	struct network_key pair[PAIRS_MAX];
};

static void note_pair(const uint8_t *frame, size_t len, uint64_t time_us, void *ctx)
{
	struct pairs *pairs = ctx;
	struct mme mme;

	(void)time_us;
	if (mme_decode(frame, len, &mme) != MME_OK || mme.mmtype != CM_SLAC_MATCH_CNF)
		return;
	const struct slac_match_cnf *cnf = &mme.slac_match_cnf;
	pairs->frames++;
	for (size_t i = 0; i < pairs->count; i++)
		if (memcmp(pairs->pair[i].nmk, cnf->nmk, NMK_LEN) == 0 &&
		    memcmp(pairs->pair[i].nid, cnf->nid, NID_LEN) == 0)
			return;
	if (pairs->count == PAIRS_MAX)
		fail_msg("more than %d distinct pairs", PAIRS_MAX);
	memcpy(pairs->pair[pairs->count].nmk, cnf->nmk, NMK_LEN);
	memcpy(pairs->pair[pairs->count].nid, cnf->nid, NID_LEN);
	pairs->count++;
}

static struct pairs pairs_of(enum evse evse)
{
	struct pairs pairs = {0};

	for (size_t i = 0; i < COUNT_OF(captures); i++)
		if (captures[i].evse == evse)
			each_frame(captures[i].file, note_pair, &pairs);
	return pairs;
}

static void nid_of_every_real_charger_is_derived_from_its_nmk(void **state)
{
	struct pairs pairs = pairs_of(REAL_CHARGER);

	(void)state;
	printf("%zu CM_SLAC_MATCH.CNF of real chargers, %zu distinct NID/NMK pairs\n", pairs.frames, pairs.count);
	for (size_t i = 0; i < pairs.count; i++) {
		char text[NID_TEXT_SIZE];
		uint8_t nid[NID_LEN];

		assert_true(nid_from_nmk(pairs.pair[i].nmk, nid));
		if (memcmp(nid, pairs.pair[i].nid, NID_LEN) != 0)
			fail_msg("NID %s is not that of its NMK", nid_text(pairs.pair[i].nid, text));
	}
	assert_int_equal(pairs.frames, 10);
	assert_int_equal(pairs.count, 10);
}

/* Why pyPLC's captures give no key vectors; were one to follow the rule, its row in `captures` would be
 * wrong. */
static void no_nid_of_pyplc_is_derived_from_its_nmk(void **state)
{
	struct pairs pairs = pairs_of(PYPLC);

	(void)state;
	printf("%zu CM_SLAC_MATCH.CNF of pyPLC, %zu distinct NID/NMK pairs, NIDs:\n", pairs.frames, pairs.count);
	for (size_t i = 0; i < pairs.count; i++) {
		char text[NID_TEXT_SIZE];
		uint8_t nid[NID_LEN];

		printf("  %s\n", nid_text(pairs.pair[i].nid, text));
		assert_true(nid_from_nmk(pairs.pair[i].nmk, nid));
		assert_memory_not_equal(nid, pairs.pair[i].nid, NID_LEN);
	}
	assert_int_equal(pairs.frames, 16);
	assert_int_equal(pairs.count, 12);
}

/* Confirmations of one message pair, each held against the request before it. */
struct echo {
	uint16_t req;
	uint16_t cnf;
	bool asked;
	uint8_t host[MAC_LEN];
	uint8_t my_nonce[NONCE_LEN];
	size_t cnfs;
	size_t echoes;
	size_t nonces; /* distinct, of the requests */
	uint8_t nonce[16][NONCE_LEN];
	size_t result[2]; /* confirmations with result 0 and 1 */
};

static void note_nonce(struct echo *echo, const uint8_t my_nonce[NONCE_LEN])
{
	memcpy(echo->my_nonce, my_nonce, NONCE_LEN);
	for (size_t i = 0; i < echo->nonces; i++)
		if (memcmp(echo->nonce[i], my_nonce, NONCE_LEN) == 0)
			return;
	assert_true(echo->nonces < COUNT_OF(echo->nonce));
	memcpy(echo->nonce[echo->nonces++], my_nonce, NONCE_LEN);
}

static void note_echo(const uint8_t *frame, size_t len, uint64_t time_us, void *ctx)
{
	struct echo *echo = ctx;
	const bool set = echo->req == CM_SET_KEY_REQ;
	struct mme mme;

	(void)time_us;
	if (mme_decode(frame, len, &mme) != MME_OK)
		return;
	if (mme.mmtype == echo->req) {
		note_nonce(echo, set ? mme.set_key_req.my_nonce : mme.get_key_req.my_nonce);
		memcpy(echo->host, mme.src, MAC_LEN);
		echo->asked = true;
	} else if (mme.mmtype == echo->cnf && echo->asked && mac_equal(mme.dst, echo->host)) {
		const uint8_t result = set ? mme.set_key_cnf.result : mme.get_key_cnf.result;

		echo->cnfs++;
		echo->echoes += (set ? set_key_cnf_check(&mme.set_key_cnf, echo->my_nonce)
				     : get_key_cnf_check(&mme.get_key_cnf, echo->my_nonce)) == MME_OK;
		assert_in_range(result, 0, 1);
		echo->result[result]++;
	}
}

static void every_set_key_cnf_echoes_the_nonce_of_its_request(void **state)
{
	struct echo echo = {.req = CM_SET_KEY_REQ, .cnf = CM_SET_KEY_CNF};

	(void)state;
	each_frame_of_all(note_echo, &echo);
	printf("CM_SET_KEY.CNF: %zu answer a request, %zu echo its nonce (%zu distinct), result 0 %zu, 1 "
	       "%zu\n",
	       echo.cnfs, echo.echoes, echo.nonces, echo.result[0], echo.result[1]);
	assert_int_equal(echo.cnfs, 67);
	assert_int_equal(echo.echoes, 67);
	assert_int_equal(echo.nonces, 5);
	assert_int_equal(echo.result[0], 40);
	assert_int_equal(echo.result[1], 27);
}

static void every_get_key_cnf_echoes_the_nonce_of_its_request(void **state)
{
	struct echo echo = {.req = CM_GET_KEY_REQ, .cnf = CM_GET_KEY_CNF};

	(void)state;
	each_frame_of_all(note_echo, &echo);
	printf("CM_GET_KEY.CNF: %zu answer a request, %zu echo its nonce (%zu distinct), result 0 %zu, 1 "
	       "%zu\n",
	       echo.cnfs, echo.echoes, echo.nonces, echo.result[0], echo.result[1]);
	assert_int_equal(echo.cnfs, 10);
	assert_int_equal(echo.echoes, 10);
	assert_int_equal(echo.nonces, 1);
	assert_int_equal(echo.result[0], 6);
	assert_int_equal(echo.result[1], 4);
}

/*
 * What CM_GET_KEY.CNF proves. `reported` counts granted keys, `of_nid` those from which the reported NID
 * derives. They differ: the NID is what the last CM_SET_KEY.REQ said, whatever the key in use.
 */
struct granted {
	size_t reported;
	size_t of_nid;
};

static void note_granted(const uint8_t *frame, size_t len, uint64_t time_us, void *ctx)
{
	struct granted *granted = ctx;
	uint8_t nid[NID_LEN];
	struct mme mme;

	(void)time_us;
	if (mme_decode(frame, len, &mme) != MME_OK || mme.mmtype != CM_GET_KEY_CNF ||
	    mme.get_key_cnf.result != GET_KEY_GRANTED)
		return;
	granted->reported++;
	assert_true(nid_from_nmk(mme.get_key_cnf.key, nid));
	granted->of_nid += memcmp(nid, mme.get_key_cnf.nid, NID_LEN) == 0;
}

static void nid_in_get_key_cnf_does_not_tell_the_key(void **state)
{
	struct granted granted = {0};

	(void)state;
	each_frame_of_all(note_granted, &granted);
	printf("CM_GET_KEY.CNF: %zu granted, in %zu the NID is that of the key\n", granted.reported, granted.of_nid);
	assert_int_equal(granted.reported, 6);
	assert_int_equal(granted.of_nid, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_capture_in_the_folder_is_listed),
		cmocka_unit_test(every_known_frame_round_trips_octet_for_octet),
		cmocka_unit_test(only_the_listed_frames_hold_more_than_their_message),
		cmocka_unit_test(nid_of_every_real_charger_is_derived_from_its_nmk),
		cmocka_unit_test(no_nid_of_pyplc_is_derived_from_its_nmk),
		cmocka_unit_test(every_set_key_cnf_echoes_the_nonce_of_its_request),
		cmocka_unit_test(every_get_key_cnf_echoes_the_nonce_of_its_request),
		cmocka_unit_test(nid_in_get_key_cnf_does_not_tell_the_key),
	};

	if (trace_folder() == NULL) {
		printf("skipped: SLACD_TRACES does not name a folder with captures\n");
		return TRACE_SKIPPED;
	}
	return cmocka_run_group_tests_name("traces", tests, NULL, NULL);
}
