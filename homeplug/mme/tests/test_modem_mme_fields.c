/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields and length of every modem message against modem_fields.h (the offsets of doc/protocol.md). Each test runs
 * once for every message, e.g. "vs_sw_ver_cnf_rejects_every_truncation".
 */
#include "homeplug/mme/tests/modem_mme_fixture.h"

#include <stdlib.h>
#include <string.h>

static void encodes_every_field_at_its_place(void **state)
{
	const struct modem_layout *layout = *state;
	uint8_t wanted[ROOM], frame[MME_FRAME_MAX];
	size_t len = 0;
	struct modem_mme mme;

	modem_fill(message_of(state), &mme);
	memset(frame, 0xff, sizeof(frame));
	assert_int_equal(modem_frame(&mme, layout->mmv, wanted), layout->len);
	assert_error(modem_mme_encode(&mme, frame, sizeof(frame), &len), MME_OK);
	assert_int_equal(len, padded(layout->len));
	assert_memory_equal(frame, wanted, len);
	assert_int_equal(frame[len], 0xff);
}

static void decodes_every_field_with_any_mmv(void **state)
{
	struct modem_mme wanted, got;
	uint8_t frame[ROOM];

	modem_fill(message_of(state), &wanted);
	for (unsigned int mmv = 0; mmv <= UINT8_MAX; mmv++) {
		size_t len = modem_frame(&wanted, (uint8_t)mmv, frame);

		assert_error(decode_exact(frame, len, &got), MME_OK);
		assert_same_message(&got, &wanted);
	}
}

static void round_trips_every_field(void **state)
{
	uint8_t frame[MME_FRAME_MAX];
	struct modem_mme sent, received;
	size_t len = 0;

	modem_fill(message_of(state), &sent);
	assert_error(modem_mme_encode(&sent, frame, sizeof(frame), &len), MME_OK);
	assert_error(decode_exact(frame, len, &received), MME_OK);
	assert_same_message(&received, &sent);
}

static void rejects_every_truncation(void **state)
{
	const struct modem_layout *layout = *state;
	struct modem_mme mme, got;
	uint8_t frame[ROOM];

	modem_fill(message_of(state), &mme);
	for (uint8_t mmv = 0; mmv <= 2; mmv++) {
		const size_t len = modem_frame(&mme, mmv, frame);
		const size_t shortest = len - layout->len + layout->shortest;

		for (size_t cut = 0; cut < shortest; cut++)
			assert_error(decode_exact(frame, cut, &got), MME_ERR_SHORT);
		for (size_t cut = shortest; cut <= len; cut++)
			assert_error(decode_exact(frame, cut, &got), MME_OK);
	}
}

static void ignores_octets_after_its_end(void **state)
{
	const struct modem_layout *layout = *state;
	uint8_t frame[MME_FRAME_MAX];
	struct modem_mme mme, got;

	modem_fill(message_of(state), &mme);
	modem_frame(&mme, layout->mmv, frame);
	memset(frame + layout->len, 0xee, sizeof(frame) - layout->len);
	assert_error(decode_exact(frame, sizeof(frame), &got), MME_OK);
	assert_same_message(&got, &mme);
}

static void ignores_reserved_octets(void **state)
{
	const struct modem_layout *layout = *state;
	bool used[ROOM] = {false};
	struct modem_mme mme, got;
	uint8_t frame[ROOM];

	modem_fill(message_of(state), &mme);
	modem_frame(&mme, layout->mmv, frame);
	memset(used, true, OUI_AT(layout->mmv) + (layout->oui != NULL ? OUI_LEN : 0));
	for (size_t i = 0; i < layout->count; i++)
		memset(used + layout->fields[i].wire, true, layout->fields[i].size);
	for (size_t at = 0; at < layout->len; at++)
		frame[at] = used[at] ? frame[at] : 0xff;
	assert_error(decode_exact(frame, layout->len, &got), MME_OK);
	assert_same_message(&got, &mme);
}

static void needs_a_buffer_for_the_whole_frame(void **state)
{
	const struct modem_layout *layout = *state;
	const size_t whole = padded(layout->len);
	struct modem_mme mme;

	modem_fill(message_of(state), &mme);
	for (size_t size = 0; size <= whole; size++) {
		uint8_t *frame = malloc(size + 1);
		size_t len = 4711;

		assert_non_null(frame);
		frame[size] = 0xc3;
		enum mme_error error = modem_mme_encode(&mme, frame, size, &len);
		assert_int_equal(frame[size], 0xc3);
		assert_error(error, size < whole ? MME_ERR_BUFFER : MME_OK);
		assert_int_equal(len, size < whole ? 4711 : whole);
		free(frame);
	}
}

static void has_its_name_and_an_empty_form(void **state)
{
	const struct modem_layout *layout = *state;
	const enum modem_message message = message_of(state);
	struct modem_mme zero = {.dst = {1, 2, 3, 4, 5, 6}, .src = {7, 8, 9, 10, 11, 12}, .message = message};
	struct modem_mme mme;

	assert_string_equal(modem_message_text(message), layout->name);
	memset(&mme, 0xa5, sizeof(mme));
	modem_mme_init(&mme, message, zero.src, zero.dst);
	assert_same_message(&mme, &zero);
}

static const struct CMUnitTest per_message[] = {
	cmocka_unit_test(encodes_every_field_at_its_place),
	cmocka_unit_test(decodes_every_field_with_any_mmv),
	cmocka_unit_test(round_trips_every_field),
	cmocka_unit_test(rejects_every_truncation),
	cmocka_unit_test(ignores_octets_after_its_end),
	cmocka_unit_test(ignores_reserved_octets),
	cmocka_unit_test(needs_a_buffer_for_the_whole_frame),
	cmocka_unit_test(has_its_name_and_an_empty_form),
};

int main(void)
{
	struct CMUnitTest tests[MODEM_MESSAGE_COUNT * COUNT_OF(per_message)];

	tests_of_every_message(per_message, COUNT_OF(per_message), tests);
	return cmocka_run_group_tests_name("modem_mme_fields", tests, NULL, NULL);
}
