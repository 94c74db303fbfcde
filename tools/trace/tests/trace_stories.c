/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/trace/tests/trace_stories.h"

#include "homeplug/mme/modem_mme.h"
#include "homeplug/modem/modem_identity.h"
#include "homeplug/network_key.h"

#include <stdlib.h>
#include <string.h>

#define MS     UINT64_C(1000)
#define CUT_AT 40
#define VLAN   7

static const uint8_t car[MAC_LEN] = {0x02, 0xca, 0, 0, 0, 1};
static const uint8_t station[MAC_LEN] = {0x02, 0xee, 0, 0, 0, 1};
static const uint8_t neighbour[MAC_LEN] = {0x02, 0xee, 0, 0, 0, 2};
static const uint8_t modem[MAC_LEN] = {0x02, 0x50, 0, 0, 0, 1};
static const uint8_t run_id[RUN_ID_LEN] = {1, 2, 3, 4, 5, 6, 7, 8};

/* --- telling --- */

static void (*taker)(void *context, const struct trace_frame *frame);
static void *taker_context;
static uint64_t now_us;
static uint64_t number;
static bool tagged, cut;

static void take(const uint8_t *octets, size_t len)
{
	struct trace_frame frame = {
		.number = ++number, .time_us = now_us, .len = len, .is_tagged = tagged, .vlan = tagged ? VLAN : 0};

	if (cut) {
		frame.missing = len - CUT_AT;
		frame.len = CUT_AT;
	}
	memcpy(frame.octets, octets, frame.len);
	taker(taker_context, &frame);
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
	if (mme_encode(mme, octets, sizeof(octets), &len) != MME_OK)
		abort();
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
	if (!nid_from_nmk(mme.slac_match_cnf.nmk, mme.slac_match_cnf.nid))
		abort();
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
	if (modem_mme_encode(&mme, octets, sizeof(octets), &len) != MME_OK)
		abort();
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

/* --- matched --- */

static void matched_with_link(void)
{
	match_with(1);
	pass_ms(1000);
	modem_says(MODEM_VS_PL_LNK_STATUS_CNF, 1);
}

static void matched(void)
{
	match_with(1);
}

static void matched_slowly(void)
{
	for (int i = 0; i < 10; i++) {
		ask();
		pass_ms(700);
	}
	match_with(1);
}

static void matched_twice_with_one_key(void)
{
	match_with(1);
	pass_ms(60000);
	match_with(1);
}

static void matched_with_foreign_nid(void)
{
	const struct mme req = match_req(station);
	struct mme cnf = match_cnf(1);

	cnf.slac_match_cnf.nid[0] ^= 1;
	choose_nothing(20);
	send(&req, 800);
	send(&cnf, 5);
}

static void station_half_of_a_match(void)
{
	const struct mme answered = parm_cnf(), result = ind(20), confirmed = match_cnf(1);

	send(&answered, 0);
	send(&result, 300);
	send(&confirmed, 900);
}

/* --- after the match --- */

static void link_never_up(void)
{
	match_with(1);
	for (int i = 0; i < 10; i++) {
		pass_ms(1000);
		modem_says(MODEM_VS_PL_LNK_STATUS_CNF, 0);
	}
}

static void link_lost(void)
{
	matched_with_link();
	pass_ms(5000);
	modem_says(MODEM_VS_PL_LNK_STATUS_CNF, 0);
}

static void car_begins_again(void)
{
	match_with(1);
	pass_ms(8000);
	match_with(2);
}

/* Asked for the last time 0.9 s before, the car begins anew. */
static void match_cnf_too_late(void)
{
	const struct mme req = match_req(station), cnf = match_cnf(1);

	choose_nothing(20);
	send(&req, 800);
	send(&req, 200);
	send(&req, 200);
	send(&cnf, 900);
	pass_ms(2000);
	match_with(2);
}

static void match_cnf_of_neighbour(void)
{
	const struct mme req = match_req(station);
	struct mme cnf = match_cnf(1);

	memcpy(cnf.src, neighbour, MAC_LEN);
	memcpy(cnf.slac_match_cnf.evse_mac, neighbour, MAC_LEN);
	choose_nothing(20);
	send(&req, 800);
	send(&cnf, 5);
}

static void modem_refuses_key(void)
{
	struct mme key;

	match_with(1);
	mme_init(&key, CM_SET_KEY_CNF, modem, station);
	send(&key, 100);
	pass_ms(8000);
	ask();
}

/* The modem answers the key for the next car with result 0, and a car comes when the match was long over. */
static void matched_and_key_for_the_next(void)
{
	struct mme key;

	match_with(1);
	mme_init(&key, CM_SET_KEY_CNF, modem, station);
	send(&key, 3000);
	pass_ms(22000);
	ask();
}

static void modem_restarts(void)
{
	match_with(1);
	pass_ms(1000);
	modem_says(MODEM_VS_HST_ACTION_IND, 0);
}

static void match_cnf_with_wrong_field(void)
{
	struct mme cnf = match_cnf(1);

	cnf.slac_match_cnf.run_id[0] ^= 1;
	choose_nothing(20);
	send(&cnf, 800);
}

/* --- the car's choice --- */

static void choose_in_vain(struct mme req, uint64_t after_ms)
{
	choose_nothing(20);
	send(&req, after_ms);
}

static void match_req_with_wrong_field(void)
{
	struct mme req = match_req(station);

	req.slac_match_req.mvf_length = 1;
	choose_in_vain(req, 800);
}

static void other_station_chosen(void)
{
	choose_in_vain(match_req(neighbour), 800);
}

static void match_req_too_late(void)
{
	choose_in_vain(match_req(station), 10500);
}

static void match_req_unanswered(void)
{
	choose_in_vain(match_req(station), 800);
}

static void two_stations_answer(void)
{
	struct mme other = ind(10);

	choose_nothing(20);
	memcpy(other.src, neighbour, MAC_LEN);
	send(&other, 10);
}

static void far_away(void)
{
	choose_nothing(51);
}

static void no_choice(void)
{
	choose_nothing(20);
}

/* What the car said wrong at first it has mended. */
static void no_choice_after_a_wrong_rsp(void)
{
	const struct mme right = rsp();
	struct mme wrong = right;

	wrong.atten_char_rsp.run_id[0] ^= 1;
	measure(20);
	send(&wrong, 20);
	send(&right, 200);
}

static void chooses_nothing_and_asks_again(void)
{
	choose_nothing(20);
	pass_ms(500);
	ask();
}

static void car_half(void)
{
	const struct mme req = match_req(station);

	ask();
	send(&req, 2000);
}

/* --- validation --- */

static void ask_validation(void)
{
	const struct mme asked = validate(true, VALIDATE_READY);

	choose_nothing(20);
	send(&asked, 800);
}

static void answer_validation(uint8_t result)
{
	const struct mme said = validate(false, result);

	ask_validation();
	send(&said, 5);
}

static void validation_fails(void)
{
	answer_validation(VALIDATE_FAILURE);
}

static void validation_is_put_off(void)
{
	answer_validation(VALIDATE_NOT_READY);
}

static void validation_ends_there(void)
{
	answer_validation(VALIDATE_READY);
}

static void validation_is_given_up(void)
{
	const struct mme given_up = validate(true, VALIDATE_FAILURE);

	answer_validation(VALIDATE_READY);
	send(&given_up, 100);
}

static void validate_req_with_wrong_field(void)
{
	struct mme asked = validate(true, VALIDATE_READY);

	asked.validate_req.signal_type = 1;
	choose_nothing(20);
	send(&asked, 800);
}

/* --- the result --- */

static void respond(struct mme said)
{
	measure(20);
	send(&said, 20);
}

static void rsp_with_wrong_field(void)
{
	struct mme said = rsp();

	said.atten_char_rsp.run_id[0] ^= 1;
	respond(said);
}

static void rsp_is_negative(void)
{
	struct mme said = rsp();

	said.atten_char_rsp.result = 1;
	respond(said);
}

static void no_response(void)
{
	measure(20);
}

static void tell_result(struct mme result, uint64_t after_ms)
{
	announce();
	sounds(10, true);
	send(&result, after_ms);
}

static void ind_too_late(void)
{
	tell_result(ind(20), 1100);
}

static void ind_with_wrong_field(void)
{
	struct mme result = ind(20);

	result.atten_char_ind.source_address[0] ^= 4;
	tell_result(result, 20);
}

/* A neighbour has measured nothing, this station has. */
static void no_response_and_a_neighbour_without_groups(void)
{
	struct mme result = ind(20);

	measure(20);
	memcpy(result.src, neighbour, MAC_LEN);
	result.atten_char_ind.num_groups = 0;
	send(&result, 10);
}

static void ind_without_groups(void)
{
	struct mme result = ind(20);

	result.atten_char_ind.num_groups = 0;
	tell_result(result, 20);
}

static void station_half(void)
{
	const struct mme result = ind(20);

	send(&result, 0);
}

/* --- sounds --- */

static void no_result(void)
{
	announce();
	sounds(10, true);
}

static void restarts_in_sounds(void)
{
	const struct mme result = ind(20);

	announce();
	sounds(2, true);
	modem_says(MODEM_VS_HST_ACTION_IND, 0);
	sounds(2, true);
	send(&result, 200);
}

static void result_of_one_sound(void)
{
	struct mme result = ind(20);

	result.atten_char_ind.num_sounds = 1;
	announce();
	sounds(1, true);
	send(&result, 600);
}

static void no_profiles(void)
{
	announce();
	sounds(10, false);
}

static void no_profiles_after_a_match(void)
{
	match_with(1);
	pass_ms(30000);
	no_profiles();
}

static void profiles_without_groups(void)
{
	announce();
	for (unsigned i = 0; i < 10; i++) {
		sound(9 - i);
		profile_of(modem, 0);
	}
}

static void two_modems(void)
{
	no_result();
	profile_of(neighbour, SLAC_GROUPS);
}

static void few_sounds(void)
{
	announce();
	sounds(4, true);
}

static void announcements_lost(void)
{
	answer();
	sounds(10, true);
}

static void start_with_wrong_field(void)
{
	struct mme begin = start();

	begin.start_atten_char_ind.application_type = 1;
	answer();
	send(&begin, 20);
}

static void start_too_late(void)
{
	const struct mme begin = start();

	answer();
	send(&begin, 700);
}

static void no_sounds(void)
{
	announce();
}

static void sounds_of_another_run(void)
{
	struct mme other = of_car(CM_MNBC_SOUND_IND);

	announce();
	for (uint8_t left = 10; left > 0; left--) {
		other.mnbc_sound_ind.cnt = (uint8_t)(left - 1);
		other.mnbc_sound_ind.run_id[0] = 9;
		send(&other, 20);
	}
}

/* --- the beginning --- */

static void answer_with(struct mme cnf, uint64_t after_ms)
{
	ask();
	send(&cnf, after_ms);
}

static void cnf_with_other_run_id(void)
{
	struct mme cnf = parm_cnf();

	cnf.slac_parm_cnf.run_id[7] ^= 1;
	answer_with(cnf, 5);
}

static void cnf_with_wrong_field(void)
{
	struct mme cnf = parm_cnf();

	cnf.slac_parm_cnf.application_type = 1;
	answer_with(cnf, 5);
}

static void cnf_too_late(void)
{
	answer_with(parm_cnf(), 350);
}

/* A neighbour's answer is wrong, this station's is not. */
static void cnf_of_neighbour_is_wrong(void)
{
	struct mme cnf = parm_cnf();

	answer();
	memcpy(cnf.src, neighbour, MAC_LEN);
	cnf.slac_parm_cnf.run_id[7] ^= 1;
	send(&cnf, 1);
}

static void car_goes_silent(void)
{
	answer();
}

static void parm_req_with_wrong_field(void)
{
	struct mme req = parm_req();

	req.slac_parm_req.security_type = 1;
	send(&req, 0);
}

static void tags(void)
{
	tagged = true;
	ask();
}

static void cut_frames(void)
{
	const struct mme cnf = parm_cnf();

	ask();
	cut = true;
	send(&cnf, 5);
}

static void other_version(void)
{
	const struct mme req = parm_req();
	uint8_t octets[256];
	size_t len;

	ask();
	if (mme_encode(&req, octets, sizeof(octets), &len) != MME_OK)
		abort();
	octets[14] = 0x02; /* MMV */
	take(octets, len);
}

/* The same story up to the sounds, which are all of another version. */
static void sounds_of_other_version(void)
{
	struct mme sound = of_car(CM_MNBC_SOUND_IND);
	uint8_t octets[256];
	size_t len;

	announce();
	memcpy(sound.mnbc_sound_ind.run_id, run_id, RUN_ID_LEN);
	if (mme_encode(&sound, octets, sizeof(octets), &len) != MME_OK)
		abort();
	octets[14] = 0x02; /* MMV */
	for (int i = 0; i < 10; i++) {
		pass_ms(20);
		take(octets, len);
	}
}

static void cut_sounds(void)
{
	announce();
	cut = true;
	sounds(10, false);
}

static void nobody_answers(void)
{
	for (int i = 0; i < 3; i++) {
		ask();
		pass_ms(200);
	}
}

static struct mme parm_req_of_second_car(void)
{
	struct mme req = parm_req();

	req.slac_parm_req.run_id[0] = 9;
	return req;
}

static void two_cars_ask_in_turn(void)
{
	const struct mme second = parm_req_of_second_car();

	for (int i = 0; i < 2; i++) {
		pass_ms(100);
		ask();
		send(&second, 100);
	}
}

static void two_cars_sound(void)
{
	const struct mme second = parm_req_of_second_car();

	announce();
	send(&second, 10);
	sounds(2, false);
}

/* Each of two cars with one MAC hears what is meant for the other one. */
static void two_cars_sound_and_one_is_confirmed(void)
{
	const struct mme second = parm_req_of_second_car(), confirmed = match_cnf(1);

	announce();
	send(&second, 10);
	sounds(10, false);
	send(&confirmed, 800);
}

static void one_mac_chooses_two_stations(void)
{
	const struct mme first = match_req(station), second = match_req(neighbour), confirmed = match_cnf(1);

	choose_nothing(20);
	send(&first, 800);
	send(&confirmed, 5);
	send(&second, 100);
}

/* --- the table --- */

const struct trace_story trace_stories[] = {
	{SLAC_CAUSE_MATCHED, NULL, matched, 0, 20000},
	{SLAC_CAUSE_MATCHED, "matched-key_for_the_next", matched_and_key_for_the_next, 0, 20000},
	{SLAC_CAUSE_MATCHED_LINK_UP, NULL, matched_with_link, 0, 20000},
	{SLAC_CAUSE_MATCHED_SLOWLY, NULL, matched_slowly, 0, 20000},
	{SLAC_CAUSE_MATCHED_KEY_REUSED, NULL, matched_twice_with_one_key, 1, 20000},
	{SLAC_CAUSE_MATCHED_FOREIGN_NID, NULL, matched_with_foreign_nid, 0, 20000},
	{SLAC_CAUSE_MATCHED_STATION_HALF, NULL, station_half_of_a_match, 0, 20000},
	{SLAC_REASON_NO_JOIN, NULL, link_never_up, 0, 20000},
	{SLAC_REASON_JOIN_LOST, NULL, link_lost, 0, 20000},
	{SLAC_CAUSE_CAR_BEGAN_AGAIN, NULL, car_begins_again, 0, 20000},
	{SLAC_CAUSE_MODEM_REFUSED_KEY, NULL, modem_refuses_key, 0, 20000},
	{SLAC_REASON_MODEM_RESTARTED, NULL, modem_restarts, 0, 20000},
	{SLAC_CAUSE_MATCH_CNF_FIELD, NULL, match_cnf_with_wrong_field, 0, 20000},
	{SLAC_CAUSE_MATCH_CNF_LATE, NULL, match_cnf_too_late, 0, 20000},
	{SLAC_CAUSE_MATCH_CNF_OTHER_STATION, NULL, match_cnf_of_neighbour, 0, 20000},
	{SLAC_REASON_MATCH_REQ_REFUSED, NULL, match_req_with_wrong_field, 0, 20000},
	{SLAC_CAUSE_OTHER_STATION_CHOSEN, NULL, other_station_chosen, 0, 20000},
	{SLAC_CAUSE_MATCH_REQ_LATE, NULL, match_req_too_late, 0, 20000},
	{SLAC_CAUSE_MATCH_REQ_UNANSWERED, NULL, match_req_unanswered, 0, 20000},
	{SLAC_CAUSE_OTHER_STATION_NEARER, NULL, two_stations_answer, 0, 20000},
	{SLAC_CAUSE_ATTENUATION_HIGH, NULL, far_away, 0, 20000},
	{SLAC_REASON_NO_MATCH_REQ, NULL, no_choice, 0, 20000},
	{SLAC_REASON_NO_MATCH_REQ, "no_match_req-after_a_wrong_rsp", no_choice_after_a_wrong_rsp, 0, 20000},
	{SLAC_CAUSE_CAPTURE_ENDED, NULL, no_choice, 0, 5000},
	{SLAC_REASON_NEW_RUN, NULL, chooses_nothing_and_asks_again, 0, 20000},
	{SLAC_CAUSE_CAR_HALF_ONLY, NULL, car_half, 0, 20000},
	{SLAC_CAUSE_VALIDATION_UNANSWERED, NULL, ask_validation, 0, 20000},
	{SLAC_CAUSE_VALIDATION_FAILED, NULL, validation_fails, 0, 20000},
	{SLAC_REASON_VALIDATION_PUT_OFF, NULL, validation_is_put_off, 0, 20000},
	{SLAC_REASON_NO_VALIDATE_REQ, NULL, validation_ends_there, 0, 20000},
	{SLAC_REASON_VALIDATION_ENDED, NULL, validation_is_given_up, 0, 20000},
	{SLAC_REASON_VALIDATE_REQ_REFUSED, NULL, validate_req_with_wrong_field, 0, 20000},
	{SLAC_REASON_ATTEN_CHAR_RSP_REFUSED, NULL, rsp_with_wrong_field, 0, 20000},
	{SLAC_CAUSE_RSP_NEGATIVE, NULL, rsp_is_negative, 0, 20000},
	{SLAC_REASON_NO_ATTEN_CHAR_RSP, NULL, no_response, 0, 20000},
	{SLAC_REASON_NO_ATTEN_CHAR_RSP, "no_atten_char_rsp-neighbour_without_groups",
	 no_response_and_a_neighbour_without_groups, 0, 20000},
	{SLAC_CAUSE_IND_LATE, NULL, ind_too_late, 0, 20000},
	{SLAC_CAUSE_RESTARTED_IN_SOUNDS, NULL, restarts_in_sounds, 0, 20000},
	{SLAC_CAUSE_IND_OF_FEW_SOUNDS, NULL, result_of_one_sound, 0, 20000},
	{SLAC_CAUSE_IND_FIELD, NULL, ind_with_wrong_field, 0, 20000},
	{SLAC_CAUSE_IND_WITHOUT_GROUPS, NULL, ind_without_groups, 0, 20000},
	{SLAC_CAUSE_STATION_HALF_ONLY, NULL, station_half, 0, 20000},
	{SLAC_CAUSE_NO_IND, NULL, no_result, 0, 20000},
	{SLAC_REASON_NO_PROFILES, NULL, no_profiles_after_a_match, 1, 20000},
	{SLAC_CAUSE_SOUNDS_UNANSWERED, NULL, no_profiles, 0, 20000},
	{SLAC_REASON_NO_GROUPS, NULL, profiles_without_groups, 0, 20000},
	{SLAC_REASON_OTHER_MODEM, NULL, two_modems, 0, 20000},
	{SLAC_CAUSE_FEW_SOUNDS, NULL, few_sounds, 0, 20000},
	{SLAC_REASON_START_ATTEN_CHAR_LOST, NULL, announcements_lost, 0, 20000},
	{SLAC_REASON_START_ATTEN_CHAR_REFUSED, NULL, start_with_wrong_field, 0, 20000},
	{SLAC_CAUSE_START_LATE, NULL, start_too_late, 0, 20000},
	{SLAC_REASON_NO_SOUNDS, NULL, no_sounds, 0, 20000},
	{SLAC_REASON_SOUNDS_REFUSED, NULL, sounds_of_another_run, 0, 20000},
	{SLAC_CAUSE_CNF_OTHER_RUN_ID, NULL, cnf_with_other_run_id, 0, 20000},
	{SLAC_CAUSE_CNF_FIELD, NULL, cnf_with_wrong_field, 0, 20000},
	{SLAC_CAUSE_CNF_LATE, NULL, cnf_too_late, 0, 20000},
	{SLAC_REASON_NO_START_ATTEN_CHAR, NULL, car_goes_silent, 0, 20000},
	{SLAC_REASON_NO_START_ATTEN_CHAR, "no_start_atten_char-neighbour_is_wrong", cnf_of_neighbour_is_wrong, 0,
	 20000},
	{SLAC_REASON_PARM_REQ_REFUSED, NULL, parm_req_with_wrong_field, 0, 20000},
	{SLAC_CAUSE_FRAMES_ARE_TAGGED, NULL, tags, 0, 20000},
	{SLAC_CAUSE_FRAMES_ARE_CUT, NULL, cut_frames, 0, 20000},
	{SLAC_CAUSE_FRAMES_ARE_CUT, "frames_are_cut-in_sounds", cut_sounds, 0, 20000},
	{SLAC_CAUSE_WRONG_VERSION, NULL, other_version, 0, 20000},
	{SLAC_CAUSE_WRONG_VERSION, "wrong_version-in_sounds", sounds_of_other_version, 0, 20000},
	{SLAC_CAUSE_PARM_REQ_UNANSWERED, NULL, nobody_answers, 0, 20000},
	{SLAC_CAUSE_SAME_MAC_TWICE, NULL, two_cars_ask_in_turn, 3, 20000},
	{SLAC_CAUSE_SAME_MAC_TWICE, "same_mac_twice-in_sounds", two_cars_sound, 1, 20000},
	{SLAC_CAUSE_SAME_MAC_TWICE, "same_mac_twice-and_one_confirmed", two_cars_sound_and_one_is_confirmed, 1, 20000},
	{SLAC_CAUSE_SAME_MAC_TWICE, "same_mac_twice-at_two_stations", one_mac_chooses_two_stations, 0, 20000},
};
const size_t trace_story_count = sizeof(trace_stories) / sizeof(trace_stories[0]);

const char *trace_story_name(const struct trace_story *story)
{
	return story->name != NULL ? story->name : slac_reason_text(story->word);
}

uint64_t trace_story_tell(const struct trace_story *story,
			  void (*take_frame)(void *context, const struct trace_frame *frame), void *context)
{
	taker = take_frame;
	taker_context = context;
	now_us = STORY_BEGIN_US;
	number = 0;
	tagged = cut = false;
	story->tell();
	pass_ms(story->after_ms);
	return now_us;
}
