/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The header of a message: ethertype, MMV, MMTYPE, fragments, and what is told of a frame that is refused for
 * it. The tests in `per_message` run once for every message type, e.g. "slac_parm_req_rejects_fragments".
 */
#include "homeplug/mme/tests/mme_fixture.h"

#include <string.h>

static void rejects_another_ethertype(void **state)
{
	static const uint16_t others[] = {0x0000, 0x0800, 0x88e0, 0x88e2, 0x89e1, 0x08e1, 0xe188, 0x8100, 0x887b};
	const struct message_layout *layout = *state;
	uint8_t frame[MESSAGE_MAX];
	struct mme mme, got;

	message_fill(layout, &mme);
	size_t len = message_frame(&mme, frame);
	for (size_t i = 0; i < COUNT_OF(others); i++) {
		frame[12] = (uint8_t)(others[i] >> 8);
		frame[13] = (uint8_t)(others[i] & 0xff);
		assert_error(decode_exact(frame, len, &got), MME_ERR_ETHERTYPE);
	}
}

static void rejects_every_mmv_but_1(void **state)
{
	const struct message_layout *layout = *state;
	uint8_t frame[MESSAGE_MAX];
	struct mme mme, got;

	message_fill(layout, &mme);
	size_t len = message_frame(&mme, frame);
	for (unsigned int mmv = 0; mmv <= UINT8_MAX; mmv++) {
		frame[14] = (uint8_t)mmv;
		assert_error(decode_exact(frame, len, &got), mmv == 1 ? MME_OK : MME_ERR_MMV);
		assert_int_equal(got.mmv, mmv);
	}
}

static void rejects_fragments(void **state)
{
	const struct message_layout *layout = *state;
	uint8_t frame[MESSAGE_MAX];
	struct mme mme, got;

	message_fill(layout, &mme);
	size_t len = message_frame(&mme, frame);
	for (size_t at = 17; at <= 18; at++) {
		for (unsigned int value = 1; value <= UINT8_MAX; value++) {
			frame[at] = (uint8_t)value;
			assert_error(decode_exact(frame, len, &got), MME_ERR_FRAGMENT);
		}
		frame[at] = 0;
	}
	assert_error(decode_exact(frame, len, &got), MME_OK);
}

static void names_sender_and_type_of_a_refused_frame(void **state)
{
	const struct message_layout *layout = *state;
	uint8_t frame[MESSAGE_MAX];
	struct mme mme, got;

	message_fill(layout, &mme);
	message_frame(&mme, frame);
	/* Cut behind the type, behind the sender, inside the sender. */
	assert_error(decode_exact(frame, 17, &got), MME_ERR_SHORT);
	assert_memory_equal(got.src, mme.src, MAC_LEN);
	assert_memory_equal(got.dst, mme.dst, MAC_LEN);
	assert_int_equal(got.mmtype, layout->mmtype);
	assert_error(decode_exact(frame, 12, &got), MME_ERR_SHORT);
	assert_memory_equal(got.src, mme.src, MAC_LEN);
	assert_int_equal(got.mmtype, 0);
	assert_error(decode_exact(frame, 11, &got), MME_ERR_SHORT);
	assert_memory_equal(got.dst, mme.dst, MAC_LEN);
	assert_true(octets_are_zero(got.src, MAC_LEN));

	frame[17] = 0x10;
	assert_error(decode_exact(frame, layout->len, &got), MME_ERR_FRAGMENT);
	assert_memory_equal(got.src, mme.src, MAC_LEN);
	assert_int_equal(got.mmtype, layout->mmtype);
}

static void every_type_but_the_known_ones_is_rejected(void **state)
{
	uint8_t frame[MME_FRAME_MAX] = {[12] = 0x88, [13] = 0xe1, [14] = 0x01};
	struct mme mme = {.mmv = 1};
	size_t known = 0;

	(void)state;
	for (unsigned int type = 0; type <= UINT16_MAX; type++) {
		uint8_t out[MME_FRAME_MAX];
		size_t len = 4711;
		struct mme got;

		frame[15] = (uint8_t)(type & 0xff);
		frame[16] = (uint8_t)(type >> 8);
		mme.mmtype = (uint16_t)type;
		enum mme_error decoded = mme_decode(frame, sizeof(frame), &got);
		enum mme_error encoded = mme_encode(&mme, out, sizeof(out), &len);
		assert_int_equal(got.mmtype, type);
		if (message_layout((uint16_t)type) != NULL) {
			assert_error(decoded, MME_OK);
			assert_error(encoded, MME_OK);
			known++;
			continue;
		}
		assert_error(decoded, MME_ERR_MMTYPE);
		assert_error(encoded, MME_ERR_MMTYPE);
		assert_int_equal(len, 4711);
		assert_int_equal(mme_unpadded_len(&mme), 0);
		assert_string_equal(mme_name((uint16_t)type), "unknown");
	}
	assert_int_equal(known, MESSAGE_TYPES);
}

/* Vendor messages have MMV 0 and a shorter header: foreign traffic, not a damaged frame. */
static void foreign_type_is_told_from_a_wrong_mmv(void **state)
{
	uint8_t frame[60] = {[12] = 0x88, [13] = 0xe1, [14] = 0x00, [15] = 0x4e, [16] = 0xa1, [17] = 0x00, [18] = 0xb0};
	struct mme got;

	(void)state;
	assert_error(decode_exact(frame, sizeof(frame), &got), MME_ERR_MMTYPE);
	assert_error(decode_exact(frame, 17, &got), MME_ERR_MMTYPE);
	assert_error(decode_exact(frame, 16, &got), MME_ERR_SHORT);
}

static void mmv_1_is_sent_whatever_the_struct_says(void **state)
{
	uint8_t frame[MME_FRAME_MAX];
	size_t len;
	struct mme mme;

	(void)state;
	message_fill(message_layout(CM_SLAC_PARM_CNF), &mme);
	mme.mmv = 0;
	assert_error(mme_encode(&mme, frame, sizeof(frame), &len), MME_OK);
	assert_int_equal(frame[14], 1);
}

static const struct CMUnitTest per_message[] = {
	cmocka_unit_test(rejects_another_ethertype),
	cmocka_unit_test(rejects_every_mmv_but_1),
	cmocka_unit_test(rejects_fragments),
	cmocka_unit_test(names_sender_and_type_of_a_refused_frame),
};

static const struct CMUnitTest single_tests[] = {
	cmocka_unit_test(every_type_but_the_known_ones_is_rejected),
	cmocka_unit_test(foreign_type_is_told_from_a_wrong_mmv),
	cmocka_unit_test(mmv_1_is_sent_whatever_the_struct_says),
};

int main(void)
{
	struct CMUnitTest tests[MESSAGE_TYPES * COUNT_OF(per_message) + COUNT_OF(single_tests)];

	tests_of_every_message(per_message, COUNT_OF(per_message), tests);
	memcpy(tests + MESSAGE_TYPES * COUNT_OF(per_message), single_tests, sizeof(single_tests));
	return cmocka_run_group_tests_name("mme_header", tests, NULL, NULL);
}
