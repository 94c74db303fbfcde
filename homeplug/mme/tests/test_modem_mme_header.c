/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The header of a modem message: ethertype, MMV, MMTYPE, fragments and OUI. The tests in `per_message` run
 * once for every message, e.g. "vs_sw_ver_cnf_rejects_another_ethertype".
 */
#include "homeplug/mme/tests/modem_mme_fixture.h"

#include <string.h>

static void rejects_another_ethertype(void **state)
{
	const struct modem_layout *layout = *state;
	struct modem_mme mme, got;
	uint8_t frame[ROOM];

	modem_fill(message_of(state), &mme);
	for (size_t at = 12; at <= 13; at++) {
		size_t len = modem_frame(&mme, layout->mmv, frame);

		frame[at] ^= 0x01;
		assert_error(decode_exact(frame, len, &got), MME_ERR_ETHERTYPE);
	}
}

static void is_not_taken_as_a_fragment(void **state)
{
	struct modem_mme mme, got;
	uint8_t frame[ROOM];

	modem_fill(message_of(state), &mme);
	size_t len = modem_frame(&mme, 1, frame);
	for (unsigned int fmi = 1; fmi <= UINT8_MAX; fmi++) {
		frame[17] = (uint8_t)fmi;
		assert_error(decode_exact(frame, len, &got), MME_ERR_FRAGMENT);
	}
	frame[17] = 0;
	frame[18] = 0x01;
	assert_error(decode_exact(frame, len, &got), MME_OK);
	assert_same_message(&got, &mme);
}

static void names_the_sender_of_a_refused_frame(void **state)
{
	const struct modem_layout *layout = *state;
	struct modem_mme mme, got;
	uint8_t frame[ROOM];

	modem_fill(message_of(state), &mme);
	modem_frame(&mme, layout->mmv, frame);
	assert_error(decode_exact(frame, layout->shortest - 1, &got), MME_ERR_SHORT);
	assert_memory_equal(got.src, mme.src, MAC_LEN);
	assert_memory_equal(got.dst, mme.dst, MAC_LEN);
	assert_error(decode_exact(frame, 11, &got), MME_ERR_SHORT);
	assert_memory_equal(got.dst, mme.dst, MAC_LEN);
	assert_true(octets_are_zero(got.src, MAC_LEN));
	frame[16] = 0xbf;
	assert_error(decode_exact(frame, layout->len, &got), MME_ERR_MMTYPE);
	assert_memory_equal(got.src, mme.src, MAC_LEN);
}

static enum modem_message known_message(uint16_t mmtype, const uint8_t *oui)
{
	size_t i = 0;

	while (i < MODEM_MESSAGE_COUNT &&
	       (modem_layouts[i].mmtype != mmtype ||
		(modem_layouts[i].oui != NULL && memcmp(modem_layouts[i].oui, oui, OUI_LEN) != 0)))
		i++;
	return (enum modem_message)i;
}

/* Also CM_AMP_MAP, VS_NW_INFO and the messages of mme.h: each has a codec of its own. */
static void every_type_but_the_known_ones_is_rejected(void **state)
{
	static const uint8_t ouis[][OUI_LEN] = {{QCA}, {CG}, {0x00, 0x01, 0x02}};
	size_t known = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(ouis); i++) {
		uint8_t frame[MME_FRAME_MAX] = {[12] = 0x88, [13] = 0xe1};

		memcpy(frame + OUI_AT(0), ouis[i], OUI_LEN);
		for (unsigned int type = 0; type <= UINT16_MAX; type++) {
			struct modem_mme got;

			frame[15] = (uint8_t)(type & 0xff);
			frame[16] = (uint8_t)(type >> 8);
			const enum mme_error error = modem_mme_decode(frame, sizeof(frame), &got);
			const enum modem_message message = known_message((uint16_t)type, ouis[i]);

			assert_error(error, message == MODEM_MESSAGE_COUNT ? MME_ERR_MMTYPE : MME_OK);
			if (error != MME_OK)
				continue;
			assert_int_equal(got.message, message);
			known++;
		}
	}
	/* the standard's two with each OUI, every vendor's own once */
	assert_int_equal(known, 3 * 2 + MODEM_MESSAGE_COUNT - 2);
}

static void a_message_that_there_is_not_is_not_encoded(void **state)
{
	struct modem_mme mme = {.message = MODEM_MESSAGE_COUNT};
	uint8_t frame[MME_FRAME_MAX];
	size_t len = 4711;

	(void)state;
	assert_error(modem_mme_encode(&mme, frame, sizeof(frame), &len), MME_ERR_MMTYPE);
	assert_int_equal(len, 4711);
	assert_string_equal(modem_message_text(MODEM_MESSAGE_COUNT), "unknown");
}

/* 0xA002 is VS_SW_VER.IND of Qualcomm, which slacd does not use. */
static void a002_is_told_by_its_oui(void **state)
{
	uint8_t frame[MME_FRAME_MIN] = {HOST, MODEM, 0x88, 0xe1, 0x01, 0x02, 0xa0, 0x00, 0x00, CG, 0x01};
	struct modem_mme got;

	(void)state;
	assert_error(decode_exact(frame, sizeof(frame), &got), MME_OK);
	assert_int_equal(got.message, MODEM_NSCM_D_LINK_READY_IND);
	assert_int_equal(got.nscm_link_status.link, 1);
	assert_int_equal(got.nscm_link_status.request_id, 0);
	memcpy(frame + 19, (const uint8_t[OUI_LEN]){QCA}, OUI_LEN);
	assert_error(decode_exact(frame, sizeof(frame), &got), MME_ERR_MMTYPE);
}

/* The framing EVerest uses: OUI at 17, vendor header 20 to 38, data at 39. */
static void a_lumissil_answer_with_mmv_0_is_read_by_its_own_mmv(void **state)
{
	const uint8_t version[MME_FRAME_MIN] = {HOST, MODEM,       0x88,        0xe1, 0x00, 0x6d, 0xac,
						CG,   [26] = 0x09, [39] = 0x01, 0x00, 0x02, 0x00, 0x03,
						0x00, 0x04,        0x05,        0x06, 0x00};
	const uint8_t link[MME_FRAME_MIN] = {HOST, MODEM, 0x88, 0xe1, 0x00, 0x9d, 0xac, CG, [26] = 0x0a, [39] = 0x01};
	struct modem_mme got;

	(void)state;
	assert_error(decode_exact(version, sizeof(version), &got), MME_OK);
	assert_int_equal(got.message, MODEM_NSCM_GET_VERSION_CNF);
	assert_int_equal(got.nscm_get_version_cnf.request_id, 9);
	assert_memory_equal(got.nscm_get_version_cnf.version, ((const uint16_t[]){1, 2, 3, 0x0504, 6}), 10);
	assert_error(decode_exact(link, sizeof(link), &got), MME_OK);
	assert_int_equal(got.message, MODEM_NSCM_GET_D_LINK_STATUS_CNF);
	assert_int_equal(got.nscm_link_status.request_id, 10);
	assert_int_equal(got.nscm_link_status.link, 1);
}

static void take_ouis(enum modem_message message, const uint8_t ouis[][OUI_LEN], size_t count)
{
	const struct modem_layout *layout = &modem_layouts[message];
	struct modem_mme mme, got;
	uint8_t frame[ROOM];

	modem_fill(message, &mme);
	for (uint8_t mmv = 0; mmv <= 2; mmv++) {
		for (size_t i = 0; i < count; i++) {
			const size_t len = modem_frame(&mme, mmv, frame);
			const bool own = memcmp(ouis[i], layout->oui, OUI_LEN) == 0;

			memcpy(frame + OUI_AT(mmv), ouis[i], OUI_LEN);
			assert_error(decode_exact(frame, len, &got), own ? MME_OK : MME_ERR_MMTYPE);
		}
	}
}

static void a_vendors_message_is_taken_with_its_own_oui_only(void **state)
{
	static const uint8_t ouis[][OUI_LEN] = {{QCA},
						{0x01, 0xb0, 0x52},
						{0x00, 0xb1, 0x52},
						{0x00, 0xb0, 0x53},
						{CG},
						{0x01, 0x16, 0xe8},
						{0x00, 0x17, 0xe8},
						{0x00, 0x16, 0xe9},
						{0xff, 0xff, 0xff}};
	size_t messages = 0;

	(void)state;
	for (size_t i = 0; i < MODEM_MESSAGE_COUNT; i++) {
		if (modem_layouts[i].oui == NULL)
			continue;
		take_ouis((enum modem_message)i, ouis, COUNT_OF(ouis));
		messages++;
	}
	assert_int_equal(messages, 15);
}

static void only_atten_char_ind_is_taken_with_an_oui_of_zeros(void **state)
{
	(void)state;
	for (size_t i = 0; i < MODEM_MESSAGE_COUNT; i++) {
		const struct modem_layout *layout = &modem_layouts[i];
		struct modem_mme mme, got;
		uint8_t frame[ROOM];

		if (layout->oui == NULL)
			continue;
		modem_fill((enum modem_message)i, &mme);
		const size_t len = modem_frame(&mme, layout->mmv, frame);
		memset(frame + OUI_AT(layout->mmv), 0, OUI_LEN);
		assert_error(decode_exact(frame, len, &got), i == MODEM_VS_ATTEN_CHAR_IND ? MME_OK : MME_ERR_MMTYPE);
	}
}

static const struct CMUnitTest per_message[] = {
	cmocka_unit_test(rejects_another_ethertype),
	cmocka_unit_test(is_not_taken_as_a_fragment),
	cmocka_unit_test(names_the_sender_of_a_refused_frame),
};

static const struct CMUnitTest single_tests[] = {
	cmocka_unit_test(every_type_but_the_known_ones_is_rejected),
	cmocka_unit_test(a_message_that_there_is_not_is_not_encoded),
	cmocka_unit_test(a002_is_told_by_its_oui),
	cmocka_unit_test(a_lumissil_answer_with_mmv_0_is_read_by_its_own_mmv),
	cmocka_unit_test(a_vendors_message_is_taken_with_its_own_oui_only),
	cmocka_unit_test(only_atten_char_ind_is_taken_with_an_oui_of_zeros),
};

int main(void)
{
	struct CMUnitTest tests[MODEM_MESSAGE_COUNT * COUNT_OF(per_message) + COUNT_OF(single_tests)];

	tests_of_every_message(per_message, COUNT_OF(per_message), tests);
	memcpy(tests + MODEM_MESSAGE_COUNT * COUNT_OF(per_message), single_tests, sizeof(single_tests));
	return cmocka_run_group_tests_name("modem_mme_header", tests, NULL, NULL);
}
