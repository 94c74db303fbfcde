/* SPDX-License-Identifier: Apache-2.0 */
/* Each verdict of the catalogue, from frames that lead to it. */
#include "tools/trace/trace_verdict.h"

#include "homeplug/modem/modem_identity.h"
#include "homeplug/mme/modem_mme.h"
#include "homeplug/network_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MS UINT64_C(1000)

static const uint8_t car[MAC_LEN] = {0x02, 0xca, 0, 0, 0, 1};
static const uint8_t station[MAC_LEN] = {0x02, 0xee, 0, 0, 0, 1};
static const uint8_t neighbour[MAC_LEN] = {0x02, 0xee, 0, 0, 0, 2};
static const uint8_t modem[MAC_LEN] = {0x02, 0x50, 0, 0, 0, 1};
static const uint8_t run_id[RUN_ID_LEN] = {1, 2, 3, 4, 5, 6, 7, 8};

/* --- a capture in memory --- */

static struct trace_sessions *sessions;
static uint64_t now_us;
static uint64_t number;
static bool tagged, cut, cooked;
static bool seen[SLAC_CAUSE_COUNT];

#define SESSIONS_MAX 8
static struct trace_session done[SESSIONS_MAX];
static size_t done_count;

static void on_done(void *context, const struct trace_session *session)
{
	(void)context;
	assert_true(done_count < SESSIONS_MAX);
	done[done_count++] = *session;
}

static int set_up(void **state)
{
	(void)state;
	sessions = trace_sessions_new(on_done, NULL);
	now_us = 1000000 * MS;
	number = 0;
	tagged = cut = cooked = false;
	done_count = 0;
	return sessions == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	trace_sessions_free(sessions);
	return 0;
}

static void take(const uint8_t *octets, size_t len)
{
	struct trace_frame frame = {.number = ++number,
				    .time_us = now_us,
				    .len = len,
				    .is_tagged = tagged,
				    .missing = cut ? 10 : 0,
				    .has_no_address = cooked};

	memcpy(frame.octets, octets, len);
	if (cooked)
		memset(frame.octets, 0, MAC_LEN);
	trace_sessions_take(sessions, &frame);
}

static void pass_ms(uint64_t ms)
{
	now_us += ms * MS;
}

static void send(const struct mme *mme, uint64_t after_ms)
{
	uint8_t octets[256];
	size_t len;

	pass_ms(after_ms);
	assert_int_equal(mme_encode(mme, octets, sizeof(octets), &len), MME_OK);
	take(octets, len);
}

static struct mme of_car(enum mmtype type)
{
	struct mme mme;

	mme_init(&mme, type, car, mac_broadcast);
	return mme;
}

static struct mme of_station(enum mmtype type)
{
	struct mme mme;

	mme_init(&mme, type, station, car);
	return mme;
}

/* --- well made messages --- */

static struct mme parm_req(void)
{
	struct mme mme = of_car(CM_SLAC_PARM_REQ);

	memcpy(mme.slac_parm_req.run_id, run_id, RUN_ID_LEN);
	return mme;
}

static struct mme parm_cnf(void)
{
	struct mme mme = of_station(CM_SLAC_PARM_CNF);

	memcpy(mme.slac_parm_cnf.m_sound_target, mac_broadcast, MAC_LEN);
	mme.slac_parm_cnf.num_sounds = SLAC_NUM_SOUNDS;
	mme.slac_parm_cnf.time_out = SLAC_TIME_OUT;
	mme.slac_parm_cnf.resp_type = SLAC_RESP_TYPE;
	memcpy(mme.slac_parm_cnf.forwarding_sta, car, MAC_LEN);
	memcpy(mme.slac_parm_cnf.run_id, run_id, RUN_ID_LEN);
	return mme;
}

static struct mme start(void)
{
	struct mme mme = of_car(CM_START_ATTEN_CHAR_IND);

	mme.start_atten_char_ind.num_sounds = SLAC_NUM_SOUNDS;
	mme.start_atten_char_ind.time_out = SLAC_TIME_OUT;
	mme.start_atten_char_ind.resp_type = SLAC_RESP_TYPE;
	memcpy(mme.start_atten_char_ind.forwarding_sta, car, MAC_LEN);
	memcpy(mme.start_atten_char_ind.run_id, run_id, RUN_ID_LEN);
	return mme;
}

static struct mme ind(uint8_t db)
{
	struct mme mme = of_station(CM_ATTEN_CHAR_IND);

	memcpy(mme.atten_char_ind.source_address, car, MAC_LEN);
	memcpy(mme.atten_char_ind.run_id, run_id, RUN_ID_LEN);
	mme.atten_char_ind.num_sounds = SLAC_NUM_SOUNDS;
	mme.atten_char_ind.num_groups = SLAC_GROUPS;
	memset(mme.atten_char_ind.aag_db, db, SLAC_GROUPS);
	return mme;
}

static struct mme rsp(void)
{
	struct mme mme = of_car(CM_ATTEN_CHAR_RSP);

	memcpy(mme.dst, station, MAC_LEN);
	memcpy(mme.atten_char_rsp.source_address, car, MAC_LEN);
	memcpy(mme.atten_char_rsp.run_id, run_id, RUN_ID_LEN);
	return mme;
}

static struct mme match_req(const uint8_t evse[MAC_LEN])
{
	struct mme mme = of_car(CM_SLAC_MATCH_REQ);

	memcpy(mme.dst, evse, MAC_LEN);
	mme.slac_match_req.mvf_length = SLAC_MATCH_REQ_MVF_LENGTH;
	memcpy(mme.slac_match_req.pev_mac, car, MAC_LEN);
	memcpy(mme.slac_match_req.evse_mac, evse, MAC_LEN);
	memcpy(mme.slac_match_req.run_id, run_id, RUN_ID_LEN);
	return mme;
}

static struct mme match_cnf(uint8_t key)
{
	struct mme mme = of_station(CM_SLAC_MATCH_CNF);

	mme.slac_match_cnf.mvf_length = SLAC_MATCH_CNF_MVF_LENGTH;
	memcpy(mme.slac_match_cnf.pev_mac, car, MAC_LEN);
	memcpy(mme.slac_match_cnf.evse_mac, station, MAC_LEN);
	memcpy(mme.slac_match_cnf.run_id, run_id, RUN_ID_LEN);
	memset(mme.slac_match_cnf.nmk, key, NMK_LEN);
	assert_true(nid_from_nmk(mme.slac_match_cnf.nmk, mme.slac_match_cnf.nid));
	return mme;
}

static struct mme validate(bool is_req, uint8_t result)
{
	struct mme mme = is_req ? of_car(CM_VALIDATE_REQ) : of_station(CM_VALIDATE_CNF);

	if (is_req)
		mme.validate_req.result = result;
	else
		mme.validate_cnf.result = result;
	return mme;
}

static void profile_of(const uint8_t from[MAC_LEN], uint8_t groups)
{
	struct mme mme;

	mme_init(&mme, CM_ATTEN_PROFILE_IND, from, mac_broadcast);
	memcpy(mme.atten_profile_ind.pev_mac, car, MAC_LEN);
	mme.atten_profile_ind.num_groups = groups;
	memset(mme.atten_profile_ind.aag_db, 20, groups);
	send(&mme, 1);
}

static void sound(unsigned left)
{
	struct mme mme = of_car(CM_MNBC_SOUND_IND);

	mme.mnbc_sound_ind.cnt = (uint8_t)left;
	memcpy(mme.mnbc_sound_ind.run_id, run_id, RUN_ID_LEN);
	send(&mme, 20);
}

static void modem_says(enum modem_message message, uint8_t value)
{
	struct modem_mme mme;
	uint8_t octets[MME_FRAME_MAX];
	size_t len;

	modem_mme_init(&mme, message, modem, station);
	if (message == MODEM_VS_PL_LNK_STATUS_CNF)
		mme.vs_pl_lnk_status_cnf.link_status = value;
	assert_int_equal(modem_mme_encode(&mme, octets, sizeof(octets), &len), MME_OK);
	take(octets, len);
}

/* --- a session up to a step --- */

static void ask(void)
{
	const struct mme req = parm_req();

	send(&req, 0);
}

static void answer(void)
{
	const struct mme cnf = parm_cnf();

	ask();
	send(&cnf, 5);
}

static void announce(void)
{
	const struct mme begin = start();

	answer();
	for (int i = 0; i < 3; i++)
		send(&begin, 20);
}

static void sounds(unsigned count, bool with_profiles)
{
	for (unsigned i = 0; i < count; i++) {
		sound(9 - i);
		if (with_profiles)
			profile_of(modem, SLAC_GROUPS);
	}
}

static void measure(uint8_t db)
{
	const struct mme result = ind(db);

	announce();
	sounds(10, true);
	send(&result, 20);
}

static void choose_nothing(uint8_t db)
{
	const struct mme result = rsp();

	measure(db);
	send(&result, 20);
}

static void match_with(uint8_t key)
{
	const struct mme req = match_req(station), cnf = match_cnf(key);

	choose_nothing(20);
	send(&req, 800);
	send(&cnf, 5);
}

/* The file ends `after_ms` later, and the session number `which` has this verdict. */
static const struct trace_verdict *expect_of(size_t which, uint64_t after_ms, enum slac_reason kind)
{
	static struct trace_verdict verdict;

	pass_ms(after_ms);
	trace_sessions_end(sessions, now_us);
	assert_true(which < done_count);
	trace_judge(&done[which], &verdict);
	if (verdict.word != kind)
		fail_msg("%s (%s), not %s", slac_reason_text(verdict.word), verdict.cause, slac_reason_text(kind));
	assert_true(strlen(verdict.cause) > 0);
	assert_true(verdict.proof_count > 0 && verdict.proofs[0] > 0);
	seen[kind] = true;
	return &verdict;
}

static void expect(enum slac_reason kind)
{
	expect_of(0, 20000, kind);
}

static void again(void)
{
	assert_int_equal(tear_down(NULL), 0);
	assert_int_equal(set_up(NULL), 0);
}

/* --- the catalogue --- */

static void matches(void **state)
{
	(void)state;
	match_with(1);
	expect(SLAC_CAUSE_MATCHED);
	again();
	match_with(1);
	pass_ms(1000);
	modem_says(MODEM_VS_PL_LNK_STATUS_CNF, 1);
	expect(SLAC_CAUSE_MATCHED_LINK_UP);
	again();
	for (int i = 0; i < 10; i++) {
		ask();
		pass_ms(700);
	}
	match_with(1);
	expect(SLAC_CAUSE_MATCHED_SLOWLY);
	again();
	match_with(1);
	pass_ms(60000);
	match_with(1);
	expect_of(1, 20000, SLAC_CAUSE_MATCHED_KEY_REUSED);
	again();
	struct mme cnf = match_cnf(1);
	cnf.slac_match_cnf.nid[0] ^= 1;
	choose_nothing(20);
	const struct mme req = match_req(station);
	send(&req, 800);
	send(&cnf, 5);
	expect(SLAC_CAUSE_MATCHED_FOREIGN_NID);
	again();
	const struct mme answered = parm_cnf(), result = ind(20), confirmed = match_cnf(1);
	send(&answered, 0);
	send(&result, 300);
	send(&confirmed, 900);
	expect(SLAC_CAUSE_MATCHED_STATION_HALF);
}

static void links(void **state)
{
	(void)state;
	match_with(1);
	for (int i = 0; i < 10; i++) {
		pass_ms(1000);
		modem_says(MODEM_VS_PL_LNK_STATUS_CNF, 0);
	}
	expect(SLAC_REASON_NO_JOIN);
	again();
	match_with(1);
	pass_ms(1000);
	modem_says(MODEM_VS_PL_LNK_STATUS_CNF, 1);
	pass_ms(5000);
	modem_says(MODEM_VS_PL_LNK_STATUS_CNF, 0);
	expect(SLAC_REASON_JOIN_LOST);
	again();
	match_with(1);
	pass_ms(8000);
	match_with(2);
	expect(SLAC_CAUSE_CAR_BEGAN_AGAIN);
	again();
	match_with(1);
	struct mme key;
	mme_init(&key, CM_SET_KEY_CNF, modem, station);
	send(&key, 100);
	pass_ms(8000);
	ask();
	expect(SLAC_CAUSE_MODEM_REFUSED_KEY);
	again();
	match_with(1);
	pass_ms(1000);
	modem_says(MODEM_VS_HST_ACTION_IND, 0);
	expect(SLAC_REASON_MODEM_RESTARTED);
	again();
	struct mme cnf = match_cnf(1);
	cnf.slac_match_cnf.run_id[0] ^= 1;
	choose_nothing(20);
	send(&cnf, 800);
	expect(SLAC_CAUSE_MATCH_CNF_FIELD);
}

static void choices(void **state)
{
	struct mme req = match_req(station);

	(void)state;
	req.slac_match_req.mvf_length = 1;
	choose_nothing(20);
	send(&req, 800);
	expect(SLAC_REASON_MATCH_REQ_REFUSED);
	again();
	choose_nothing(20);
	req = match_req(neighbour);
	send(&req, 800);
	expect(SLAC_CAUSE_OTHER_STATION_CHOSEN);
	again();
	choose_nothing(20);
	req = match_req(station);
	send(&req, 10500);
	expect(SLAC_CAUSE_MATCH_REQ_LATE);
	again();
	choose_nothing(20);
	send(&req, 800);
	expect(SLAC_CAUSE_MATCH_REQ_UNANSWERED);
	again();
	choose_nothing(20);
	struct mme other = ind(10);
	memcpy(other.src, neighbour, MAC_LEN);
	send(&other, 10);
	expect(SLAC_CAUSE_OTHER_STATION_NEARER);
	again();
	choose_nothing(51);
	expect(SLAC_CAUSE_ATTENUATION_HIGH);
	again();
	choose_nothing(20);
	expect(SLAC_REASON_NO_MATCH_REQ);
	again();
	choose_nothing(20);
	expect_of(0, 5000, SLAC_CAUSE_CAPTURE_ENDED);
	again();
	choose_nothing(20);
	pass_ms(500);
	ask();
	expect(SLAC_REASON_NEW_RUN);
	again();
	ask();
	const struct mme alone = match_req(station);
	send(&alone, 2000);
	expect(SLAC_CAUSE_CAR_HALF_ONLY);
}

static void validations(void **state)
{
	const struct mme asked = validate(true, VALIDATE_READY);
	struct mme said;

	(void)state;
	choose_nothing(20);
	send(&asked, 800);
	expect(SLAC_CAUSE_VALIDATION_UNANSWERED);
	again();
	choose_nothing(20);
	send(&asked, 800);
	said = validate(false, VALIDATE_FAILURE);
	send(&said, 5);
	expect(SLAC_CAUSE_VALIDATION_FAILED);
	again();
	choose_nothing(20);
	send(&asked, 800);
	said = validate(false, VALIDATE_NOT_READY);
	send(&said, 5);
	expect(SLAC_REASON_VALIDATION_PUT_OFF);
	again();
	choose_nothing(20);
	send(&asked, 800);
	said = validate(false, VALIDATE_READY);
	send(&said, 5);
	expect(SLAC_REASON_NO_VALIDATE_REQ);
	again();
	choose_nothing(20);
	said = asked;
	said.validate_req.signal_type = 1;
	send(&said, 800);
	expect(SLAC_REASON_VALIDATE_REQ_REFUSED);
}

static void cooked_captures_tell_the_same(void **state)
{
	const struct mme asked = validate(true, VALIDATE_READY), said = validate(false, VALIDATE_FAILURE);

	(void)state;
	cooked = true;
	match_with(1);
	expect(SLAC_CAUSE_MATCHED);
	again();
	cooked = true;
	choose_nothing(20);
	send(&asked, 800);
	send(&said, 5);
	expect(SLAC_CAUSE_VALIDATION_FAILED);
}

static void results(void **state)
{
	struct mme said = rsp();

	(void)state;
	said.atten_char_rsp.run_id[0] ^= 1;
	measure(20);
	send(&said, 20);
	expect(SLAC_REASON_ATTEN_CHAR_RSP_REFUSED);
	again();
	said = rsp();
	said.atten_char_rsp.result = 1;
	measure(20);
	send(&said, 20);
	expect(SLAC_CAUSE_RSP_NEGATIVE);
	again();
	measure(20);
	expect(SLAC_REASON_NO_ATTEN_CHAR_RSP);
	again();
	struct mme result = ind(20);
	announce();
	sounds(10, true);
	send(&result, 1100);
	expect(SLAC_CAUSE_IND_LATE);
	again();
	result.atten_char_ind.source_address[0] ^= 4;
	announce();
	sounds(10, true);
	send(&result, 20);
	expect(SLAC_CAUSE_IND_FIELD);
	again();
	result = ind(20);
	result.atten_char_ind.num_groups = 0;
	announce();
	sounds(10, true);
	send(&result, 20);
	expect(SLAC_CAUSE_IND_WITHOUT_GROUPS);
	again();
	result = ind(20);
	send(&result, 0);
	expect(SLAC_CAUSE_STATION_HALF_ONLY);
}

static void soundings(void **state)
{
	(void)state;
	announce();
	sounds(10, true);
	expect(SLAC_CAUSE_NO_IND);
	again();
	announce();
	sounds(10, false);
	expect(SLAC_REASON_NO_PROFILES);
	again();
	announce();
	for (unsigned i = 0; i < 10; i++) {
		sound(9 - i);
		profile_of(modem, 0);
	}
	expect(SLAC_REASON_NO_GROUPS);
	again();
	announce();
	sounds(10, true);
	profile_of(neighbour, SLAC_GROUPS);
	expect(SLAC_REASON_OTHER_MODEM);
	again();
	announce();
	sounds(4, true);
	expect(SLAC_CAUSE_FEW_SOUNDS);
	again();
	answer();
	sounds(10, true);
	expect(SLAC_REASON_START_ATTEN_CHAR_LOST);
	again();
	struct mme begin = start();
	begin.start_atten_char_ind.application_type = 1;
	answer();
	send(&begin, 20);
	expect(SLAC_REASON_START_ATTEN_CHAR_REFUSED);
	again();
	begin = start();
	answer();
	send(&begin, 700);
	expect(SLAC_CAUSE_START_LATE);
	again();
	announce();
	expect(SLAC_REASON_NO_SOUNDS);
	again();
	announce();
	struct mme other = of_car(CM_MNBC_SOUND_IND);
	other.mnbc_sound_ind.run_id[0] = 9;
	send(&other, 20);
	expect(SLAC_REASON_SOUNDS_REFUSED);
}

static void two_cars_with_one_mac(void **state)
{
	struct mme second = parm_req(), sounding = of_car(CM_MNBC_SOUND_IND);

	(void)state;
	second.slac_parm_req.run_id[0] = 9;
	ask();
	send(&second, 100);
	pass_ms(100);
	ask();
	send(&second, 100);
	expect_of(3, 20000, SLAC_CAUSE_SAME_MAC_TWICE);
	again();
	announce();
	send(&second, 10);
	memcpy(sounding.mnbc_sound_ind.run_id, run_id, RUN_ID_LEN);
	send(&sounding, 10);
	send(&sounding, 20);
	expect_of(1, 20000, SLAC_CAUSE_SAME_MAC_TWICE);
	again();
	announce();
	send(&second, 10);
	send(&sounding, 10); /* it was under way */
	expect_of(1, 20000, SLAC_REASON_START_ATTEN_CHAR_LOST);
}

static void beginnings(void **state)
{
	struct mme cnf = parm_cnf();

	(void)state;
	cnf.slac_parm_cnf.run_id[7] ^= 1;
	ask();
	send(&cnf, 5);
	expect(SLAC_CAUSE_CNF_OTHER_RUN_ID);
	again();
	cnf = parm_cnf();
	cnf.slac_parm_cnf.application_type = 1;
	ask();
	send(&cnf, 5);
	expect(SLAC_CAUSE_CNF_FIELD);
	again();
	cnf = parm_cnf();
	ask();
	send(&cnf, 350);
	expect(SLAC_CAUSE_CNF_LATE);
	again();
	answer();
	expect(SLAC_REASON_NO_START_ATTEN_CHAR);
	again();
	struct mme req = parm_req();
	req.slac_parm_req.security_type = 1;
	send(&req, 0);
	expect(SLAC_REASON_PARM_REQ_REFUSED);
	again();
	tagged = true;
	ask();
	expect(SLAC_CAUSE_FRAMES_ARE_TAGGED);
	again();
	cut = true;
	ask();
	expect(SLAC_CAUSE_FRAMES_ARE_CUT);
	again();
	ask();
	uint8_t octets[256];
	size_t len;
	req = parm_req();
	assert_int_equal(mme_encode(&req, octets, sizeof(octets), &len), MME_OK);
	octets[14] = 0x02; /* MMV */
	take(octets, len);
	expect(SLAC_CAUSE_WRONG_VERSION);
	again();
	for (int i = 0; i < 3; i++) {
		ask();
		pass_ms(200);
	}
	expect(SLAC_CAUSE_PARM_REQ_UNANSWERED);
}

/* What a capture cannot show stands in session records: test_trace_record.c. */
static bool is_of_records(enum slac_reason word)
{
	return word >= SLAC_CAUSE_NO_PILOT_STATE && word <= SLAC_CAUSE_MODEM_SILENT;
}

static void every_finer_cause_was_reached_and_every_verdict_has_its_texts(void **state)
{
	size_t verdicts = 0;

	(void)state;
	for (int i = 1; i < SLAC_CAUSE_COUNT; i++) {
		const enum slac_reason word = (enum slac_reason)i;
		if (word > SLAC_REASON_COUNT && !is_of_records(word) && !seen[word])
			fail_msg("%s was not reached", slac_reason_text(word));
		assert_true(word <= SLAC_REASON_COUNT || trace_catalogue_has(word));
		assert_true(!trace_catalogue_has(word) || strlen(trace_remedy(word)) > 10);
		assert_true(trace_daemon_word(word) < SLAC_REASON_COUNT);
		verdicts += trace_catalogue_has(word);
	}
	assert_true(verdicts >= 40);
}

static void every_verdict_has_a_row_in_the_document(void **state)
{
	const char *vectors = getenv("SLACD_VECTORS");
	static char text[65536];
	char path[512], row[1024];

	(void)state;
	snprintf(path, sizeof(path), "%s/../doc/trace.md", vectors != NULL ? vectors : "test-vectors");
	FILE *page = fopen(path, "re");
	assert_non_null(page);
	text[fread(text, 1, sizeof(text) - 1, page)] = '\0';
	fclose(page);
	for (int i = 1; i < SLAC_CAUSE_COUNT; i++) {
		const enum slac_reason word = (enum slac_reason)i, daemon_word = trace_daemon_word(word);
		const bool is_finer = word > SLAC_REASON_COUNT && daemon_word != SLAC_REASON_NONE;
		const enum trace_fault fault = trace_fault_of(word);
		if (!trace_catalogue_has(word))
			continue;
		snprintf(row, sizeof(row), "\n| `%s` | %s | %s%s%s | %s |\n", slac_reason_text(word),
			 fault == TRACE_FAULT_NONE ? "" : trace_fault_text(fault), is_finer ? "`" : "",
			 is_finer ? slac_reason_text(daemon_word) : "", is_finer ? "`" : "", trace_remedy(word));
		if (strstr(text, row) == NULL)
			fail_msg("doc/trace.md lacks this row:%s", row);
	}
}

static void no_number_of_cars_is_too_many(void **state)
{
	struct mme req = parm_req();

	(void)state;
	for (uint8_t i = 0; i < TRACE_OPEN_MAX + SESSIONS_MAX - 1; i++) {
		req.src[5] = i;
		send(&req, 1);
	}
	assert_int_equal(done_count, SESSIONS_MAX - 1); /* the ones that were quiet for longest */
	assert_int_equal(done[0].ev_mac[5], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(matches, set_up, tear_down),
		cmocka_unit_test_setup_teardown(links, set_up, tear_down),
		cmocka_unit_test_setup_teardown(choices, set_up, tear_down),
		cmocka_unit_test_setup_teardown(validations, set_up, tear_down),
		cmocka_unit_test_setup_teardown(cooked_captures_tell_the_same, set_up, tear_down),
		cmocka_unit_test_setup_teardown(results, set_up, tear_down),
		cmocka_unit_test_setup_teardown(soundings, set_up, tear_down),
		cmocka_unit_test_setup_teardown(beginnings, set_up, tear_down),
		cmocka_unit_test_setup_teardown(two_cars_with_one_mac, set_up, tear_down),
		cmocka_unit_test(every_finer_cause_was_reached_and_every_verdict_has_its_texts),
		cmocka_unit_test(every_verdict_has_a_row_in_the_document),
		cmocka_unit_test_setup_teardown(no_number_of_cars_is_too_many, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
