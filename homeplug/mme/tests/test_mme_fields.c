/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields and length of every message against message_fields.h (the offsets of doc/protocol.md). The tests in
 * `per_message` run once for every message type, e.g. "slac_parm_req_rejects_every_truncation".
 */
#include "homeplug/mme/tests/mme_fixture.h"

#include <stdlib.h>
#include <string.h>

static void encodes_every_field_at_its_place(void **state)
{
	const struct message_layout *layout = *state;
	uint8_t wanted[MESSAGE_MAX];
	uint8_t frame[MME_FRAME_MAX];
	size_t len = 0;
	struct mme mme;

	message_fill(layout, &mme);
	memset(frame, 0xff, sizeof(frame));
	assert_int_equal(message_frame(&mme, wanted), layout->len);
	assert_error(mme_encode(&mme, frame, sizeof(frame), &len), MME_OK);
	assert_true(len >= layout->len);
	assert_memory_equal(frame, wanted, layout->len);
}

static void decodes_every_field_from_its_place(void **state)
{
	const struct message_layout *layout = *state;
	uint8_t frame[MESSAGE_MAX];
	struct mme wanted, got;

	message_fill(layout, &wanted);
	size_t len = message_frame(&wanted, frame);
	assert_error(decode_exact(frame, len, &got), MME_OK);
	assert_same_message(&got, &wanted);
}

static void round_trips_every_field(void **state)
{
	const struct message_layout *layout = *state;
	uint8_t frame[MME_FRAME_MAX];
	size_t len = 0;
	struct mme sent, received;

	message_fill(layout, &sent);
	assert_error(mme_encode(&sent, frame, sizeof(frame), &len), MME_OK);
	assert_error(decode_exact(frame, len, &received), MME_OK);
	assert_same_message(&received, &sent);
}

static void rejects_every_truncation(void **state)
{
	const struct message_layout *layout = *state;
	uint8_t frame[MESSAGE_MAX];
	struct mme mme, got;

	message_fill(layout, &mme);
	message_frame(&mme, frame);
	for (size_t len = 0; len < layout->len; len++)
		assert_error(decode_exact(frame, len, &got), MME_ERR_SHORT);
}

static void is_taken_at_its_own_length(void **state)
{
	const struct message_layout *layout = *state;
	uint8_t frame[MME_FRAME_MAX];
	size_t len;
	struct mme mme, got;

	message_fill(layout, &mme);
	assert_int_equal(mme_unpadded_len(&mme), layout->len);
	assert_error(mme_encode(&mme, frame, sizeof(frame), &len), MME_OK);
	assert_error(decode_exact(frame, layout->len - 1, &got), MME_ERR_SHORT);
	assert_error(decode_exact(frame, layout->len, &got), MME_OK);
	assert_same_message(&got, &mme);
}

static void ignores_octets_after_its_end(void **state)
{
	const struct message_layout *layout = *state;
	uint8_t frame[MME_FRAME_MAX];
	struct mme mme, got;

	message_fill(layout, &mme);
	memset(frame, 0xee, sizeof(frame));
	message_frame(&mme, frame);
	memset(frame + layout->len, 0xee, sizeof(frame) - layout->len);
	assert_error(decode_exact(frame, sizeof(frame), &got), MME_OK);
	assert_same_message(&got, &mme);
}

static void is_padded_with_zeros_to_60_octets(void **state)
{
	const struct message_layout *layout = *state;
	uint8_t frame[MME_FRAME_MAX];
	size_t len = 0;
	struct mme mme;

	message_fill(layout, &mme);
	memset(frame, 0xff, sizeof(frame));
	assert_error(mme_encode(&mme, frame, sizeof(frame), &len), MME_OK);
	assert_int_equal(len, layout->len < 60 ? 60 : layout->len);
	assert_true(octets_are_zero(frame + layout->len, len - layout->len));
	assert_int_equal(frame[len], 0xff);
}

static void needs_a_buffer_for_the_whole_frame(void **state)
{
	const struct message_layout *layout = *state;
	const size_t padded = layout->len < 60 ? 60 : layout->len;
	struct mme mme;

	message_fill(layout, &mme);
	for (size_t size = 0; size <= padded; size++) {
		uint8_t *frame = malloc(size + 1);
		size_t len = 4711;

		assert_non_null(frame);
		frame[size] = 0xc3;
		enum mme_error error = mme_encode(&mme, frame, size, &len);
		assert_int_equal(frame[size], 0xc3);
		assert_error(error, size < padded ? MME_ERR_BUFFER : MME_OK);
		assert_int_equal(len, size < padded ? 4711 : padded);
		free(frame);
	}
}

static void has_its_name_and_an_empty_form(void **state)
{
	const struct message_layout *layout = *state;
	struct mme zero = {.dst = {1, 2, 3, 4, 5, 6}, .src = {7, 8, 9, 10, 11, 12}, .mmv = 1, .mmtype = layout->mmtype};
	struct mme mme;

	assert_string_equal(mme_name(layout->mmtype), layout->name);
	memset(&mme, 0xa5, sizeof(mme));
	mme_init(&mme, (enum mmtype)layout->mmtype, zero.src, zero.dst);
	assert_same_message(&mme, &zero);
}

/* Octets 47..54 of a sound, 77..84 of both match messages, 92 of the confirmation, 26 of a profile. */
static void reserved_octets_are_ignored(void **state)
{
	size_t reserved = 0;

	(void)state;
	for (size_t i = 0; i < MESSAGE_TYPES; i++) {
		const struct message_layout *layout = &message_layouts[i];
		bool used[MESSAGE_MAX] = {false};
		uint8_t frame[MESSAGE_MAX];
		struct mme mme, got;

		message_fill(layout, &mme);
		message_frame(&mme, frame);
		memset(used, true, 19);
		for (size_t j = 0; j < layout->count; j++)
			memset(used + layout->fields[j].wire, true, layout->fields[j].size);
		for (size_t at = 0; at < layout->len; at++) {
			if (used[at])
				continue;
			frame[at] = 0xff;
			reserved++;
		}
		assert_error(decode_exact(frame, layout->len, &got), MME_OK);
		assert_same_message(&got, &mme);
	}
	assert_int_equal(reserved, 8 + 8 + 8 + 1 + 1);
}

static const struct CMUnitTest per_message[] = {
	cmocka_unit_test(encodes_every_field_at_its_place),  cmocka_unit_test(decodes_every_field_from_its_place),
	cmocka_unit_test(round_trips_every_field),           cmocka_unit_test(rejects_every_truncation),
	cmocka_unit_test(is_taken_at_its_own_length),        cmocka_unit_test(ignores_octets_after_its_end),
	cmocka_unit_test(is_padded_with_zeros_to_60_octets), cmocka_unit_test(needs_a_buffer_for_the_whole_frame),
	cmocka_unit_test(has_its_name_and_an_empty_form),
};

static const struct CMUnitTest single_tests[] = {
	cmocka_unit_test(reserved_octets_are_ignored),
};

int main(void)
{
	struct CMUnitTest tests[MESSAGE_TYPES * COUNT_OF(per_message) + COUNT_OF(single_tests)];

	tests_of_every_message(per_message, COUNT_OF(per_message), tests);
	memcpy(tests + MESSAGE_TYPES * COUNT_OF(per_message), single_tests, sizeof(single_tests));
	return cmocka_run_group_tests_name("mme_fields", tests, NULL, NULL);
}
