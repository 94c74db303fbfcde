/* SPDX-License-Identifier: Apache-2.0 */
/* What a modem message carries in varying length: texts, attributes, the host action, groups, stations. */
#include "homeplug/mme/tests/modem_mme_fixture.h"

#include <string.h>

/* A VS_SW_VER.CNF whose length octet says `length`, then these octets to the end of the frame. */
static enum mme_error decode_version(uint8_t length, const char *octets, size_t count, struct modem_mme *got)
{
	uint8_t frame[MME_FRAME_MAX] = {HOST, MODEM, 0x88, 0xe1, 0x00, 0x01, 0xa0, QCA, 0x00, 0x22, length};

	memcpy(frame + 23, octets, count);
	return decode_exact(frame, 23 + count, got);
}

#define DECODE_VERSION(length, text, got) decode_version(length, text, sizeof(text) - 1, got)

static void a_version_ends_at_its_length_or_its_nul(void **state)
{
	struct modem_mme got;

	(void)state;
	assert_error(DECODE_VERSION(12, "MAC-QCA7000\0\xcc\xcc\xff", &got), MME_OK);
	assert_string_equal(got.vs_sw_ver_cnf.version, "MAC-QCA7000");
	assert_int_equal(got.vs_sw_ver_cnf.device_id, 0x22);
	assert_error(DECODE_VERSION(7, "MAC-QCA7000", &got), MME_OK);
	assert_string_equal(got.vs_sw_ver_cnf.version, "MAC-QCA");
	assert_error(DECODE_VERSION(14, "MAC\0-QCA7000 \x01", &got), MME_OK);
	assert_string_equal(got.vs_sw_ver_cnf.version, "MAC");
	assert_error(DECODE_VERSION(0, "MAC", &got), MME_OK);
	assert_string_equal(got.vs_sw_ver_cnf.version, "");
	assert_error(DECODE_VERSION(12, "MAC-QCA7000", &got), MME_ERR_SHORT);
}

static void octets_of_a_version_that_do_not_print_become_question_marks(void **state)
{
	struct modem_mme got;

	(void)state;
	assert_error(DECODE_VERSION(12,
				    "a\x01"
				    "b\x1f"
				    "c\x7f"
				    "d\x80"
				    "e\xff ~\n",
				    &got),
		     MME_OK);
	assert_string_equal(got.vs_sw_ver_cnf.version, "a?b?c?d?e? ~");
	assert_error(DECODE_VERSION(4, "\x1b[2J", &got), MME_OK);
	assert_string_equal(got.vs_sw_ver_cnf.version, "?[2J");
}

static void a_version_longer_than_its_room_is_cut(void **state)
{
	uint8_t frame[MME_FRAME_MAX];
	struct modem_mme got, again;
	char octets[255];
	size_t len;

	(void)state;
	memset(octets, 'v', sizeof(octets));
	for (size_t length = 60; length <= sizeof(octets); length++) {
		assert_error(decode_version((uint8_t)length, octets, length, &got), MME_OK);
		assert_int_equal(strlen(got.vs_sw_ver_cnf.version), length < 63 ? length : 63);
	}
	assert_error(modem_mme_encode(&got, frame, sizeof(frame), &len), MME_OK);
	assert_int_equal(frame[22], 64);
	assert_error(decode_exact(frame, len, &again), MME_OK);
	assert_string_equal(again.vs_sw_ver_cnf.version, got.vs_sw_ver_cnf.version);
}

static void hst_action_of_older_and_of_newer_firmware_is_understood(void **state)
{
	/* action, major, minor */
	static const uint8_t older[] = {HOST, MODEM, 0x88, 0xe1, 0x00, 0x62, 0xa0, QCA, 0x00, 0x01, 0x02};
	/* action, session id, retries, retry timer */
	static const uint8_t newer[] = {HOST, MODEM, 0x88, 0xe1, 0x00, 0x62, 0xa0,
					QCA,  0x00,  0x21, 0x05, 0x01, 0x64, 0x00};
	struct modem_mme got;

	(void)state;
	assert_error(decode_exact(older, sizeof(older), &got), MME_OK);
	assert_int_equal(got.vs_hst_action.action, VS_HOST_LOADER_READY);
	assert_int_equal(got.vs_hst_action.session_id, 1);
	assert_int_equal(got.vs_hst_action.retries, 2);
	assert_error(decode_exact(newer, sizeof(newer), &got), MME_OK);
	assert_int_equal(got.vs_hst_action.session_id, 0x21);
	assert_int_equal(got.vs_hst_action.retries, 0x0105);
	/* the action alone, as in the example, without padding */
	assert_error(decode_exact(newer, 21, &got), MME_OK);
	assert_int_equal(got.vs_hst_action.session_id, 0);
	assert_int_equal(got.vs_hst_action.retries, 0);
	assert_error(decode_exact(newer, 20, &got), MME_ERR_SHORT);
}

static void hst_action_rsp_of_the_status_alone_is_taken(void **state)
{
	static const uint8_t older[] = {MODEM, HOST, 0x88, 0xe1, 0x00, 0x63, 0xa0, QCA, 0x01};
	static const uint8_t newer[] = {MODEM, HOST, 0x88, 0xe1, 0x00, 0x63, 0xa0, QCA, 0x00, 0x02, 0x21, 0x05, 0x01};
	struct modem_mme got;

	(void)state;
	assert_error(decode_exact(older, sizeof(older), &got), MME_OK);
	assert_int_equal(got.vs_hst_action.status, 1);
	assert_int_equal(got.vs_hst_action.action, 0);
	assert_error(decode_exact(newer, sizeof(newer), &got), MME_OK);
	assert_int_equal(got.vs_hst_action.status, 0);
	assert_int_equal(got.vs_hst_action.action, VS_HOST_PIB_STORED);
	assert_int_equal(got.vs_hst_action.session_id, 0x21);
	assert_int_equal(got.vs_hst_action.retries, 0x0105);
}

/* 0xA14E frames of modems without SLAC receiver: no groups, 60 octets. */
static void atten_char_ind_takes_0_to_58_groups_and_no_more(void **state)
{
	struct modem_mme mme, got;
	uint8_t frame[ROOM];

	(void)state;
	modem_fill(MODEM_VS_ATTEN_CHAR_IND, &mme);
	modem_frame(&mme, 0, frame);
	for (unsigned int groups = 0; groups <= UINT8_MAX; groups++) {
		const size_t own_len = 36 + groups;

		frame[26] = (uint8_t)groups;
		assert_error(decode_exact(frame, sizeof(frame), &got), groups > 58 ? MME_ERR_NUM_GROUPS : MME_OK);
		if (groups > 58)
			continue;
		assert_int_equal(got.vs_atten_char_ind.num_groups, groups);
		assert_memory_equal(got.vs_atten_char_ind.aag_db, frame + 36, groups);
		assert_true(octets_are_zero(got.vs_atten_char_ind.aag_db + groups, SLAC_GROUPS - groups));
		assert_error(decode_exact(frame, own_len, &got), MME_OK);
		assert_error(decode_exact(frame, own_len - 1, &got), MME_ERR_SHORT);
	}
}

static void nw_stats_keeps_eight_stations_and_counts_all(void **state)
{
	uint8_t frame[MME_FRAME_MAX] = {HOST, MODEM, 0x88, 0xe1, 0x01, 0x49, 0x60};
	struct modem_mme got;
	uint8_t again[MME_FRAME_MAX];
	size_t len;

	(void)state;
	for (size_t i = 20; i < sizeof(frame); i++)
		frame[i] = (uint8_t)i;
	for (size_t stations = 0; stations <= 186; stations++) {
		const size_t kept = stations < 8 ? stations : 8;
		const size_t own_len = 20 + 8 * stations;

		frame[19] = (uint8_t)stations;
		assert_error(decode_exact(frame, own_len - 1, &got), MME_ERR_SHORT);
		assert_error(decode_exact(frame, own_len, &got), MME_OK);
		assert_int_equal(got.nw_stats_cnf.num_stas, stations);
		for (size_t i = 0; i < kept; i++) {
			assert_memory_equal(got.nw_stats_cnf.stations[i].mac, frame + 20 + 8 * i, MAC_LEN);
			assert_int_equal(got.nw_stats_cnf.stations[i].avg_phydr_tx, frame[26 + 8 * i]);
			assert_int_equal(got.nw_stats_cnf.stations[i].avg_phydr_rx, frame[27 + 8 * i]);
		}
		assert_error(modem_mme_encode(&got, again, sizeof(again), &len), MME_OK);
		assert_int_equal(again[19], kept);
		assert_memory_equal(again + 20, frame + 20, 8 * kept);
		assert_int_equal(len, padded(20 + 8 * kept));
	}
	frame[19] = 187;
	assert_error(decode_exact(frame, sizeof(frame), &got), MME_ERR_SHORT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_version_ends_at_its_length_or_its_nul),
		cmocka_unit_test(octets_of_a_version_that_do_not_print_become_question_marks),
		cmocka_unit_test(a_version_longer_than_its_room_is_cut),
		cmocka_unit_test(hst_action_of_older_and_of_newer_firmware_is_understood),
		cmocka_unit_test(hst_action_rsp_of_the_status_alone_is_taken),
		cmocka_unit_test(atten_char_ind_takes_0_to_58_groups_and_no_more),
		cmocka_unit_test(nw_stats_keeps_eight_stations_and_counts_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
