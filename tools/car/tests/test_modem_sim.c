/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/mme/nw_info.h"
#include "tools/car/modem_sim_link.h"
#include "tools/car/modem_sim_vendor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#define MS 1000u

static const uint8_t host[MAC_LEN] = {0x02, 0x11, 0x22, 0x33, 0x44, 0xaa};
static const struct modem_sim qca = {.mac = {0x02, 0x50, 0x4c, 0, 0, 1}, .family = MODEM_QUALCOMM};

static bool asks(const struct modem_sim *modem, enum modem_message message, struct modem_mme *cnf)
{
	struct modem_mme req;

	modem_mme_init(&req, message, host, mac_local_modem);
	return modem_sim_tell(modem, &req, cnf);
}

/* --- faults --- */

static void faults_are_added_to_those_given_before(void **state)
{
	struct modem_faults faults = {0};

	(void)state;
	assert_true(modem_faults_parse("twins,slow:250", &faults));
	assert_true(modem_faults_parse("link-lost,lose-key:40,foreign-answers:only", &faults));
	assert_true(faults.twins && faults.link_lost && faults.lose_key);
	assert_false(faults.no_set_key || faults.no_get_key);
	assert_true(modem_faults_parse("no-set-key,no-get-key", &faults));
	assert_true(faults.no_set_key && faults.no_get_key);
	assert_int_equal(faults.slow_ms, 250);
	assert_int_equal(faults.link_lost_ms, 0);
	assert_int_equal(faults.lose_key_ms, 40);
	assert_int_equal(faults.foreign, MODEM_FOREIGN_ONLY);
	assert_false(faults.silent);
}

static void reboot_takes_its_words_in_any_order(void **state)
{
	struct modem_faults faults = {0};

	(void)state;
	assert_true(modem_faults_parse("reboot-at:match:announce:80:lose-key", &faults));
	assert_int_equal(faults.reboot.at, MODEM_STEP_MATCH);
	assert_int_equal(faults.reboot.away_ms, 80);
	assert_true(faults.reboot.announces && faults.reboot.loses_key);
	assert_false(faults.reboot.new_mac);
	assert_true(modem_faults_parse("reboot-at:now", &faults));
	assert_int_equal(faults.reboot.away_ms, 1000);
	assert_false(faults.reboot.loses_key);
}

static void wrong_faults_are_refused_and_change_nothing(void **state)
{
	static const char *const wrong[] = {
		"",        "nonsense",       "silent:1",          "slow",          "slow:0",
		"slow:-1", "slow:1x",        "reboot-at",         "reboot-at:end", "reboot-at:now:",
		"twins,",  "twins,silent:1", "foreign-answers:x", "flapping"};
	const struct modem_faults none = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct modem_faults faults = {0};
		if (modem_faults_parse(wrong[i], &faults))
			fail_msg("taken: '%s'", wrong[i]);
		assert_memory_equal(&faults, &none, sizeof(none));
	}
}

/* --- the link --- */

/* "1" for each of the 10 ms steps in which the modem says that there is a link. */
static const char *link_of(const char *text, uint32_t join_ms)
{
	static char line[16];
	struct modem_faults faults = {0};
	const uint64_t together_us = 5 * MS;

	assert_true(text[0] == '\0' || modem_faults_parse(text, &faults));
	for (size_t i = 0; i < sizeof(line) - 1; i++)
		line[i] = modem_sim_link_is_up(&faults, join_ms, together_us, together_us + i * 10 * MS) ? '1' : '0';
	line[sizeof(line) - 1] = '\0';
	return line;
}

static void link_comes_after_join_ms_and_stays(void **state)
{
	(void)state;
	assert_string_equal(link_of("", 30), "000111111111111");
	assert_string_equal(link_of("", 0), "111111111111111");
}

static void faulty_links_stay_away_go_or_flap(void **state)
{
	(void)state;
	assert_string_equal(link_of("no-link", 0), "000000000000000");
	assert_string_equal(link_of("link-lost:40", 20), "001111000000000");
	assert_string_equal(link_of("link-lost", 20), "000000000000000");
	assert_string_equal(link_of("flapping:20", 30), "000110011001100");
	assert_string_equal(link_of("flapping:20,link-lost:50", 30), "000110010000000");
}

/* The simulator looks again at these times only. */
static void every_change_of_the_link_is_announced(void **state)
{
	static const char *const kinds[] = {"no-link", "link-lost:40", "link-lost", "flapping:20",
					    "flapping:20,link-lost:50"};

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct modem_faults faults = {0};
		uint64_t next_us = 7 * MS;
		bool up = false;
		assert_true(modem_faults_parse(kinds[i], &faults));
		for (uint64_t now_us = 7 * MS; now_us < 207 * MS; now_us += MS) {
			if (now_us >= next_us) {
				up = modem_sim_link_is_up(&faults, 30, 7 * MS, now_us);
				next_us = modem_sim_link_changes(&faults, 30, 7 * MS, now_us);
				assert_true(next_us > now_us);
			}
			assert_int_equal(up, modem_sim_link_is_up(&faults, 30, 7 * MS, now_us));
		}
	}
	assert_true(modem_sim_link_changes(&(struct modem_faults){0}, 30, MODEM_SIM_APART, 0) == MODEM_SIM_APART);
}

/* --- questions --- */

static void each_family_answers_its_own_vendors_questions_and_the_standards(void **state)
{
	static const struct {
		enum modem_message question;
		bool qualcomm, lumissil, standard;
	} cases[] = {
		{MODEM_VS_SW_VER_REQ, true, false, false},
		{MODEM_VS_RS_DEV_REQ, true, false, false},
		{MODEM_VS_PL_LNK_STATUS_REQ, true, false, false},
		{MODEM_NSCM_GET_VERSION_REQ, false, true, false},
		{MODEM_NSCM_GET_D_LINK_STATUS_REQ, false, true, false},
		{MODEM_NSCM_RESET_DEVICE_REQ, false, false, false},
		{MODEM_NW_STATS_REQ, true, true, true},
		{MODEM_VS_HST_ACTION_RSP, false, false, false},
	};
	struct modem_sim modem = qca;
	struct modem_mme cnf;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		modem.family = MODEM_QUALCOMM;
		assert_int_equal(asks(&modem, cases[i].question, &cnf), cases[i].qualcomm);
		modem.family = MODEM_LUMISSIL;
		assert_int_equal(asks(&modem, cases[i].question, &cnf), cases[i].lumissil);
		modem.family = MODEM_STANDARD;
		assert_int_equal(asks(&modem, cases[i].question, &cnf), cases[i].standard);
	}
}

static void answers_survive_the_wire(void **state)
{
	static const enum modem_message questions[] = {MODEM_VS_SW_VER_REQ, MODEM_VS_PL_LNK_STATUS_REQ,
						       MODEM_NW_STATS_REQ};
	struct modem_sim modem = qca;

	(void)state;
	modem.linked = true;
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
		uint8_t frame[MME_FRAME_MAX];
		struct modem_mme cnf, read;
		size_t len;
		assert_true(asks(&modem, questions[i], &cnf));
		assert_int_equal(modem_mme_encode(&cnf, frame, sizeof(frame), &len), MME_OK);
		assert_int_equal(modem_mme_decode(frame, len, &read), MME_OK);
		assert_int_equal(read.message, cnf.message);
		assert_memory_equal(read.dst, host, MAC_LEN);
		assert_memory_equal(read.src, modem.mac, MAC_LEN);
		if (cnf.message == MODEM_NW_STATS_CNF)
			assert_int_equal(read.nw_stats_cnf.num_stas, 1);
		if (cnf.message == MODEM_VS_PL_LNK_STATUS_CNF)
			assert_int_equal(read.vs_pl_lnk_status_cnf.link_status, 1);
	}
}

static void network_is_told_the_same_in_both_layouts(void **state)
{
	uint8_t req[MME_FRAME_MIN], frame[MME_FRAME_MAX];
	struct nw_info info[2];
	struct modem_sim modem = qca;
	size_t len;

	(void)state;
	assert_int_equal(nw_info_req_encode(host, req, sizeof(req), &len), MME_OK);
	for (int joined = 0; joined < 2; joined++) {
		if (joined)
			modem_sim_lose_key(&modem);
		modem.linked = joined;
		for (int mmv1 = 0; mmv1 < 2; mmv1++) {
			memset(&info[mmv1], 0, sizeof(info[mmv1]));
			assert_true(modem_sim_tell_network(&modem, req, sizeof(req), mmv1, frame, &len));
			assert_int_equal(frame[14], mmv1);
			assert_int_equal(nw_info_cnf_decode(frame, len, &info[mmv1]), MME_OK);
		}
		assert_int_equal(info[0].in_network, joined);
		assert_int_equal(info[0].stations, joined);
		assert_memory_equal(&info[0], &info[1], sizeof(info[0]));
		assert_memory_equal(info[0].nid, modem.key.nid, NID_LEN);
	}
	assert_int_equal(len, 84); /* as recorded, with one peer */
	modem.family = MODEM_LUMISSIL;
	assert_false(modem_sim_tell_network(&modem, req, sizeof(req), false, frame, &len));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults_are_added_to_those_given_before),
		cmocka_unit_test(reboot_takes_its_words_in_any_order),
		cmocka_unit_test(wrong_faults_are_refused_and_change_nothing),
		cmocka_unit_test(link_comes_after_join_ms_and_stays),
		cmocka_unit_test(faulty_links_stay_away_go_or_flap),
		cmocka_unit_test(every_change_of_the_link_is_announced),
		cmocka_unit_test(each_family_answers_its_own_vendors_questions_and_the_standards),
		cmocka_unit_test(answers_survive_the_wire),
		cmocka_unit_test(network_is_told_the_same_in_both_layouts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
