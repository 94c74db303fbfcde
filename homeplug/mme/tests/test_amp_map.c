/* SPDX-License-Identifier: Apache-2.0 */
/* CM_AMP_MAP against frames written out by hand, and its lengths and errors. */
#include "homeplug/mme/amp_map.h"
#include "homeplug/mme/tests/codec_fixture.h"

#include <stdlib.h>
#include <string.h>

/* clang-format off */
#define EV   {0x02, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5}
#define EVSE {0x02, 0x11, 0x22, 0x33, 0x44, 0xaa}
/* clang-format on */
#define HEADER_LEN 19

static const struct amp_map_mme request = {.dst = EVSE, .src = EV, .carriers = 4};
static const struct amp_map_mme confirmation = {.dst = EV, .src = EVSE, .is_cnf = true, .result = AMP_MAP_SUCCESS};

/* The example's request is of the amplitudes 0, 1, 2, 3; the rest of both frames is zero. */
static const uint8_t request_frame[MME_FRAME_MIN] = {0x02, 0x11, 0x22, 0x33, 0x44, 0xaa, 0x02, 0xa1,
						     0xb2, 0xc3, 0xd4, 0xe5, 0x88, 0xe1, 0x01, 0x1c,
						     0x60, 0x00, 0x00, 0x04, 0x00, 0x10, 0x32};
static const uint8_t confirmation_frame[MME_FRAME_MIN] = {0x02, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0x02, 0x11, 0x22, 0x33,
							  0x44, 0xaa, 0x88, 0xe1, 0x01, 0x1d, 0x60, 0x00, 0x00, 0x00};

static enum mme_error decode_exact(const uint8_t *frame, size_t len, struct amp_map_mme *out)
{
	uint8_t *copy = exact_copy(frame, len);

	memset(out, 0xa5, sizeof(*out));
	enum mme_error error = amp_map_decode(copy, len, out);
	exact_copy_free(copy);
	return error;
}

static void assert_same(const struct amp_map_mme *got, const struct amp_map_mme *wanted)
{
	assert_memory_equal(got->dst, wanted->dst, MAC_LEN);
	assert_memory_equal(got->src, wanted->src, MAC_LEN);
	assert_int_equal(got->is_cnf, wanted->is_cnf);
	assert_int_equal(got->carriers, wanted->carriers);
	assert_int_equal(got->result, wanted->result);
}

/* A request's frame as amp_map.h describes it, every carrier with this amplitude; returns its unpadded
 * length. */
static size_t request_of(uint16_t carriers, uint8_t amplitude, uint8_t frame[MME_FRAME_MAX])
{
	memset(frame, 0, MME_FRAME_MAX);
	memcpy(frame, request_frame, HEADER_LEN);
	frame[19] = (uint8_t)(carriers & 0xff);
	frame[20] = (uint8_t)(carriers >> 8);
	for (size_t i = 0; i < carriers; i++)
		frame[21 + i / 2] |= (uint8_t)(i % 2 == 0 ? amplitude : amplitude << 4);
	return 21 + (carriers + 1u) / 2;
}

static void the_examples_are_read(void **state)
{
	struct amp_map_mme got;

	(void)state;
	assert_error(decode_exact(request_frame, sizeof(request_frame), &got), MME_OK);
	assert_same(&got, &request);
	assert_error(decode_exact(confirmation_frame, sizeof(confirmation_frame), &got), MME_OK);
	assert_same(&got, &confirmation);
}

static void the_example_of_a_confirmation_is_written_octet_for_octet(void **state)
{
	uint8_t frame[MME_FRAME_MAX];
	size_t len;

	(void)state;
	assert_error(amp_map_encode(&confirmation, 0, frame, sizeof(frame), &len), MME_OK);
	assert_int_equal(len, sizeof(confirmation_frame));
	assert_memory_equal(frame, confirmation_frame, len);
}

/* With one amplitude for all, the order shows in the last octet of an odd number: its carrier is an even one.
 */
static void the_even_carrier_is_in_the_low_nibble(void **state)
{
	struct amp_map_mme odd = request;
	uint8_t frame[MME_FRAME_MAX];
	size_t len;

	(void)state;
	odd.carriers = 5;
	assert_error(amp_map_encode(&odd, 0x07, frame, sizeof(frame), &len), MME_OK);
	assert_memory_equal(frame + 19, ((const uint8_t[]){0x05, 0x00, 0x77, 0x77, 0x07, 0x00}), 6);
	odd.carriers = 1;
	assert_error(amp_map_encode(&odd, 0x0f, frame, sizeof(frame), &len), MME_OK);
	assert_memory_equal(frame + 19, ((const uint8_t[]){0x01, 0x00, 0x0f, 0x00}), 4);
}

static void amplitudes_have_four_bits(void **state)
{
	uint8_t frame[MME_FRAME_MAX];
	size_t len;

	(void)state;
	assert_error(amp_map_encode(&request, 0xf3, frame, sizeof(frame), &len), MME_OK);
	assert_memory_equal(frame + 21, ((const uint8_t[]){0x33, 0x33, 0x00}), 3);
}

static void every_number_of_carriers_that_fits_round_trips(void **state)
{
	struct amp_map_mme sent = request, got;
	uint8_t frame[MME_FRAME_MAX], wanted[MME_FRAME_MAX];
	size_t len;

	(void)state;
	for (unsigned int carriers = 0; carriers <= AMP_MAP_CARRIERS_MAX; carriers++) {
		const uint8_t amplitude = carriers % 16;
		const size_t own_len = request_of((uint16_t)carriers, amplitude, wanted);

		sent.carriers = (uint16_t)carriers;
		memset(frame, 0xff, sizeof(frame));
		assert_error(amp_map_encode(&sent, amplitude, frame, sizeof(frame), &len), MME_OK);
		assert_int_equal(len, own_len < MME_FRAME_MIN ? MME_FRAME_MIN : own_len);
		assert_memory_equal(frame, wanted, len);
		assert_error(decode_exact(frame, own_len, &got), MME_OK);
		assert_same(&got, &sent);
		assert_error(decode_exact(frame, own_len - 1, &got), MME_ERR_SHORT);
	}
	assert_int_equal(len, MME_FRAME_MAX);
}

static void the_carriers_of_1_8_to_28_mhz_take_459_octets(void **state)
{
	struct amp_map_mme all = request;
	uint8_t frame[MME_FRAME_MAX];
	size_t len;

	(void)state;
	all.carriers = AMP_MAP_CARRIERS;
	assert_error(amp_map_encode(&all, 0, frame, sizeof(frame), &len), MME_OK);
	assert_int_equal(len, 21 + 459);
	assert_memory_equal(frame + 19, ((const uint8_t[]){0x95, 0x03}), 2);
}

/* What must not be answered still has to be told from a damaged frame. */
static void a_request_of_no_carriers_is_taken(void **state)
{
	struct amp_map_mme got;
	uint8_t frame[MME_FRAME_MAX];

	(void)state;
	assert_int_equal(request_of(0, 0, frame), 21);
	assert_error(decode_exact(frame, 21, &got), MME_OK);
	assert_false(got.is_cnf);
	assert_int_equal(got.carriers, 0);
}

static void a_request_must_hold_the_amplitudes_it_announces(void **state)
{
	struct amp_map_mme got;
	uint8_t frame[MME_FRAME_MAX];

	(void)state;
	request_of(0, 0, frame);
	for (unsigned int carriers = 0; carriers <= UINT16_MAX; carriers++) {
		frame[19] = (uint8_t)(carriers & 0xff);
		frame[20] = (uint8_t)(carriers >> 8);
		assert_error(amp_map_decode(frame, MME_FRAME_MAX, &got),
			     carriers <= AMP_MAP_CARRIERS_MAX ? MME_OK : MME_ERR_SHORT);
	}
}

static void more_carriers_than_fit_into_a_frame_are_not_encoded(void **state)
{
	static uint8_t frame[65536];
	struct amp_map_mme more = request;
	size_t len = 4711;

	(void)state;
	for (unsigned int carriers = AMP_MAP_CARRIERS_MAX + 1; carriers <= UINT16_MAX; carriers += 101) {
		more.carriers = (uint16_t)carriers;
		assert_error(amp_map_encode(&more, 1, frame, sizeof(frame), &len), MME_ERR_BUFFER);
		assert_int_equal(len, 4711);
	}
}

static void every_truncation_is_short_and_names_the_sender_it_reached(void **state)
{
	struct amp_map_mme got;

	(void)state;
	for (size_t len = 0; len < 23; len++) {
		assert_error(decode_exact(request_frame, len, &got), MME_ERR_SHORT);
		assert_memory_equal(got.dst, len >= 6 ? request.dst : (const uint8_t[MAC_LEN]){0}, MAC_LEN);
		assert_memory_equal(got.src, len >= 12 ? request.src : (const uint8_t[MAC_LEN]){0}, MAC_LEN);
	}
	assert_error(decode_exact(request_frame, 23, &got), MME_OK);
	for (size_t len = 0; len < 20; len++)
		assert_error(decode_exact(confirmation_frame, len, &got), MME_ERR_SHORT);
	assert_error(decode_exact(confirmation_frame, 20, &got), MME_OK);
}

static void mmv_1_and_2_are_taken_and_no_other(void **state)
{
	struct amp_map_mme got;

	(void)state;
	for (unsigned int mmv = 0; mmv <= UINT8_MAX; mmv++) {
		uint8_t req[MME_FRAME_MIN], cnf[MME_FRAME_MIN];
		const enum mme_error wanted = mmv == 1 || mmv == 2 ? MME_OK : MME_ERR_MMV;

		memcpy(req, request_frame, sizeof(req));
		memcpy(cnf, confirmation_frame, sizeof(cnf));
		req[14] = (uint8_t)mmv;
		cnf[14] = (uint8_t)mmv;
		assert_error(decode_exact(req, sizeof(req), &got), wanted);
		assert_error(decode_exact(cnf, sizeof(cnf), &got), wanted);
	}
}

static void a_request_with_mmv_2_is_read_as_one_with_mmv_1(void **state)
{
	uint8_t frame[MME_FRAME_MIN];
	struct amp_map_mme got;

	(void)state;
	memcpy(frame, request_frame, sizeof(frame));
	frame[14] = 0x02;
	assert_error(decode_exact(frame, sizeof(frame), &got), MME_OK);
	assert_same(&got, &request);
}

static void fragments_are_rejected(void **state)
{
	struct amp_map_mme got;

	(void)state;
	for (size_t at = 17; at <= 18; at++) {
		uint8_t frame[MME_FRAME_MIN];

		memcpy(frame, request_frame, sizeof(frame));
		frame[at] = 0x10;
		assert_error(decode_exact(frame, sizeof(frame), &got), MME_ERR_FRAGMENT);
		assert_memory_equal(got.src, request.src, MAC_LEN);
	}
}

static void every_other_type_and_ethertype_is_left_alone(void **state)
{
	uint8_t frame[MME_FRAME_MIN];
	struct amp_map_mme got;

	(void)state;
	memcpy(frame, request_frame, sizeof(frame));
	for (unsigned int type = 0; type <= UINT16_MAX; type++) {
		frame[15] = (uint8_t)(type & 0xff);
		frame[16] = (uint8_t)(type >> 8);
		const bool ours = type == CM_AMP_MAP_REQ || type == CM_AMP_MAP_CNF;
		assert_error(amp_map_decode(frame, sizeof(frame), &got), ours ? MME_OK : MME_ERR_MMTYPE);
		if (ours)
			assert_int_equal(got.is_cnf, type == CM_AMP_MAP_CNF);
	}
	memcpy(frame, request_frame, sizeof(frame));
	frame[13] = 0xe2;
	assert_error(decode_exact(frame, sizeof(frame), &got), MME_ERR_ETHERTYPE);
}

static void every_result_comes_back(void **state)
{
	struct amp_map_mme sent = confirmation, got;
	uint8_t frame[MME_FRAME_MAX];
	size_t len;

	(void)state;
	for (unsigned int result = 0; result <= UINT8_MAX; result++) {
		sent.result = (uint8_t)result;
		assert_error(amp_map_encode(&sent, 0, frame, sizeof(frame), &len), MME_OK);
		assert_error(decode_exact(frame, len, &got), MME_OK);
		assert_same(&got, &sent);
	}
}

static void assert_needs(const struct amp_map_mme *mme, size_t whole)
{
	for (size_t size = 0; size <= whole; size++) {
		uint8_t *frame = malloc(size + 1);
		size_t len = 4711;

		assert_non_null(frame);
		frame[size] = 0xc3;
		enum mme_error error = amp_map_encode(mme, 3, frame, size, &len);
		assert_int_equal(frame[size], 0xc3);
		assert_error(error, size < whole ? MME_ERR_BUFFER : MME_OK);
		assert_int_equal(len, size < whole ? 4711 : whole);
		free(frame);
	}
}

static void a_buffer_must_hold_the_whole_frame(void **state)
{
	struct amp_map_mme all = request;

	(void)state;
	all.carriers = AMP_MAP_CARRIERS;
	assert_needs(&confirmation, 60);
	assert_needs(&request, 60);
	assert_needs(&all, 480);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_examples_are_read),
		cmocka_unit_test(the_example_of_a_confirmation_is_written_octet_for_octet),
		cmocka_unit_test(the_even_carrier_is_in_the_low_nibble),
		cmocka_unit_test(amplitudes_have_four_bits),
		cmocka_unit_test(every_number_of_carriers_that_fits_round_trips),
		cmocka_unit_test(the_carriers_of_1_8_to_28_mhz_take_459_octets),
		cmocka_unit_test(a_request_of_no_carriers_is_taken),
		cmocka_unit_test(a_request_must_hold_the_amplitudes_it_announces),
		cmocka_unit_test(more_carriers_than_fit_into_a_frame_are_not_encoded),
		cmocka_unit_test(every_truncation_is_short_and_names_the_sender_it_reached),
		cmocka_unit_test(mmv_1_and_2_are_taken_and_no_other),
		cmocka_unit_test(a_request_with_mmv_2_is_read_as_one_with_mmv_1),
		cmocka_unit_test(fragments_are_rejected),
		cmocka_unit_test(every_other_type_and_ethertype_is_left_alone),
		cmocka_unit_test(every_result_comes_back),
		cmocka_unit_test(a_buffer_must_hold_the_whole_frame),
	};

	return cmocka_run_group_tests_name("amp_map", tests, NULL, NULL);
}
