/* SPDX-License-Identifier: Apache-2.0 */
/* No six octets of a key stay, and equal keys stay equal. */
#include "slacd/record/record_mask.h"

#include "homeplug/mme/mme.h"
#include "homeplug/network_key.h"
#include "homeplug/slac/tests/slac_car.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t secret[RECORD_SECRET_LEN] = {1, 2, 3};
static const uint8_t other_secret[RECORD_SECRET_LEN] = {4, 5, 6};
static const uint8_t key[NMK_LEN] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
				     0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
static const uint8_t foreign[NMK_LEN] = {0x50, 0xd3, 0xe4, 0x93, 0x3f, 0x85, 0x5b, 0x70,
					 0x40, 0x78, 0x4d, 0xf8, 0x15, 0xaa, 0x8d, 0xb7};

static struct record_mask mask;

static int open_mask(void **state)
{
	(void)state;
	record_mask_init(&mask, secret);
	assert_true(record_mask_add(&mask, key));
	return 0;
}

static int free_mask(void **state)
{
	(void)state;
	record_mask_free(&mask);
	return 0;
}

static bool holds(const uint8_t *octets, size_t len, const uint8_t nmk[NMK_LEN])
{
	for (size_t at = 0; at + RECORD_KEY_PIECE <= NMK_LEN; at++)
		if (memmem(octets, len, nmk + at, RECORD_KEY_PIECE) != NULL)
			return true;
	return false;
}

static void a_key_is_replaced_by_one_key_and_its_nid_by_the_nid_of_that(void **state)
{
	uint8_t nid[NID_LEN], octets[NMK_LEN + NID_LEN], expected[NID_LEN];

	(void)state;
	assert_true(nid_from_nmk(key, nid));
	memcpy(octets, key, NMK_LEN);
	memcpy(octets + NMK_LEN, nid, NID_LEN);
	record_mask_octets(&mask, octets, sizeof(octets));
	assert_memory_not_equal(octets, key, NMK_LEN);
	assert_true(nid_from_nmk(octets, expected));
	assert_memory_equal(octets + NMK_LEN, expected, NID_LEN);
}

static void another_record_has_another_one(void **state)
{
	struct record_mask other;
	uint8_t here[NMK_LEN], there[NMK_LEN];

	(void)state;
	record_mask_init(&other, other_secret);
	assert_true(record_mask_add(&other, key));
	memcpy(here, key, NMK_LEN);
	memcpy(there, key, NMK_LEN);
	record_mask_octets(&mask, here, NMK_LEN);
	record_mask_octets(&other, there, NMK_LEN);
	assert_memory_not_equal(here, there, NMK_LEN);
	record_mask_free(&other);
}

static void pieces_of_six_octets_are_replaced_anywhere(void **state)
{
	(void)state;
	for (size_t len = 1; len <= NMK_LEN; len++) {
		for (size_t at = 0; at + len <= NMK_LEN; at++) {
			uint8_t octets[40];
			memset(octets, 0xa5, sizeof(octets));
			memcpy(octets + 11, key + at, len);
			uint8_t before[sizeof(octets)];
			memcpy(before, octets, sizeof(before));
			record_mask_octets(&mask, octets, sizeof(octets));
			assert_false(holds(octets, sizeof(octets), key));
			/* Nothing else changes. */
			assert_memory_equal(octets, before, 11);
			assert_memory_equal(octets + 11 + len, before + 11 + len, sizeof(octets) - 11 - len);
			if (len < RECORD_KEY_PIECE)
				assert_memory_equal(octets, before, sizeof(octets));
		}
	}
}

static size_t encode(const struct mme *message, uint8_t octets[256])
{
	size_t len;

	assert_int_equal(mme_encode(message, octets, 256, &len), MME_OK);
	return len;
}

static uint8_t *key_of(struct mme *message)
{
	switch (message->mmtype) {
	case CM_SET_KEY_REQ:
		return message->set_key_req.new_key;
	case CM_GET_KEY_CNF:
		return message->get_key_cnf.key;
	default:
		return message->slac_match_cnf.nmk;
	}
}

static void the_key_of_another_network_is_replaced_in_its_messages(void **state)
{
	static const enum mmtype types[] = {CM_SET_KEY_REQ, CM_GET_KEY_CNF, CM_SLAC_MATCH_CNF};
	uint8_t first[NMK_LEN] = {0};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct mme message;
		uint8_t octets[256];
		mme_init(&message, types[i], test_modem_mac, test_evse_mac);
		memcpy(key_of(&message), foreign, NMK_LEN);
		const size_t len = encode(&message, octets);
		assert_true(record_mask_frame(&mask, octets, len));
		assert_false(holds(octets, len, foreign));
		struct mme masked;
		assert_int_equal(mme_decode(octets, len, &masked), MME_OK);
		if (i == 0)
			memcpy(first, key_of(&masked), NMK_LEN);
		assert_memory_equal(key_of(&masked), first, NMK_LEN); /* equal keys stay equal */
		/* And nothing else has changed. */
		memcpy(key_of(&masked), foreign, NMK_LEN);
		assert_memory_equal(&masked, &message, sizeof(message));
	}
}

static void our_key_is_the_same_in_a_message_and_elsewhere(void **state)
{
	struct mme message, masked;
	uint8_t octets[256], alone[NMK_LEN];

	(void)state;
	mme_init(&message, CM_SLAC_MATCH_CNF, test_evse_mac, test_modem_mac);
	memcpy(message.slac_match_cnf.nmk, key, NMK_LEN);
	const size_t len = encode(&message, octets);
	assert_true(record_mask_frame(&mask, octets, len));
	assert_int_equal(mme_decode(octets, len, &masked), MME_OK);
	memcpy(alone, key, NMK_LEN);
	record_mask_octets(&mask, alone, NMK_LEN);
	assert_memory_equal(masked.slac_match_cnf.nmk, alone, NMK_LEN);
}

static void a_frame_that_is_cut_off_holds_no_piece(void **state)
{
	struct mme message;
	uint8_t octets[256];

	(void)state;
	mme_init(&message, CM_GET_KEY_CNF, test_modem_mac, test_evse_mac);
	memcpy(message.get_key_cnf.key, foreign, NMK_LEN);
	const size_t len = encode(&message, octets);
	for (size_t cut = 0; cut <= len; cut++) {
		uint8_t part[256];
		memcpy(part, octets, cut);
		assert_true(record_mask_frame(&mask, part, cut));
		assert_false(holds(part, cut, foreign));
	}
}

static void octets_that_are_all_alike_are_no_key(void **state)
{
	uint8_t zeros[64] = {0};

	(void)state;
	assert_true(record_mask_add(&mask, zeros));
	assert_int_equal(mask.count, 1);
	record_mask_octets(&mask, zeros, sizeof(zeros));
	for (size_t i = 0; i < sizeof(zeros); i++)
		assert_int_equal(zeros[i], 0);
}

static void many_keys_are_all_replaced(void **state)
{
	uint8_t keys[100][NMK_LEN], octets[sizeof(keys)];

	(void)state;
	for (size_t i = 0; i < 100; i++) {
		assert_true(random_fill_csprng(NULL, keys[i], NMK_LEN));
		assert_true(record_mask_add(&mask, keys[i]));
		assert_true(record_mask_add(&mask, keys[i]));
	}
	assert_int_equal(mask.count, 101);
	memcpy(octets, keys, sizeof(octets));
	record_mask_octets(&mask, octets, sizeof(octets));
	for (size_t i = 0; i < 100; i++)
		assert_false(holds(octets, sizeof(octets), keys[i]));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_mask, free_mask)
	const struct CMUnitTest tests[] = {
		TEST(a_key_is_replaced_by_one_key_and_its_nid_by_the_nid_of_that),
		TEST(another_record_has_another_one),
		TEST(pieces_of_six_octets_are_replaced_anywhere),
		TEST(the_key_of_another_network_is_replaced_in_its_messages),
		TEST(our_key_is_the_same_in_a_message_and_elsewhere),
		TEST(a_frame_that_is_cut_off_holds_no_piece),
		TEST(octets_that_are_all_alike_are_no_key),
		TEST(many_keys_are_all_replaced),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
