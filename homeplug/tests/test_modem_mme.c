/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The codec of the modem messages against modem_fields.h (the document's offsets) and the document's
 * examples. The tests in `per_message` run once for every message, e.g.
 * "vs_sw_ver_cnf_rejects_every_truncation".
 */
#include "homeplug/tests/modem_fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
/* Room for every message with either MMV. */
#define ROOM	    (MODEM_FRAME_MAX + 2)
#define OUI_AT(mmv) ((size_t)((mmv) == 0 ? 17 : 19))

/* Decodes a copy that ends with its allocation, so that a sanitizer sees any access behind it. */
static enum mme_error decode_exact(const uint8_t *frame, size_t len, struct modem_mme *out)
{
	uint8_t *copy = malloc(len + 1);

	assert_non_null(copy);
	memcpy(copy + 1, frame, len);
	memset(out, 0xa5, sizeof(*out));
	enum mme_error error = modem_mme_decode(copy + 1, len, out);
	free(copy);
	return error;
}

static void assert_error(enum mme_error got, enum mme_error wanted)
{
	assert_string_equal(mme_error_text(got), mme_error_text(wanted));
	assert_int_equal(got, wanted);
}

static void assert_same_message(const struct modem_mme *got, const struct modem_mme *wanted)
{
	const char *field = modem_difference(got, wanted);

	if (field != NULL)
		fail_msg("%s differs", field);
}

static enum modem_message message_of(void **state)
{
	const struct modem_layout *layout = *state;

	return (enum modem_message)(layout - modem_layouts);
}

static size_t padded(size_t len)
{
	return len < MME_FRAME_MIN ? MME_FRAME_MIN : len;
}

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

static const struct {
	const char *does;
	CMUnitTestFunction run;
} per_message[] = {
	{"encodes_every_field_at_its_place", encodes_every_field_at_its_place},
	{"decodes_every_field_with_any_mmv", decodes_every_field_with_any_mmv},
	{"round_trips_every_field", round_trips_every_field},
	{"rejects_every_truncation", rejects_every_truncation},
	{"ignores_octets_after_its_end", ignores_octets_after_its_end},
	{"ignores_reserved_octets", ignores_reserved_octets},
	{"rejects_another_ethertype", rejects_another_ethertype},
	{"is_not_taken_as_a_fragment", is_not_taken_as_a_fragment},
	{"needs_a_buffer_for_the_whole_frame", needs_a_buffer_for_the_whole_frame},
	{"names_the_sender_of_a_refused_frame", names_the_sender_of_a_refused_frame},
	{"has_its_name_and_an_empty_form", has_its_name_and_an_empty_form},
};

/* The examples of the homeplug-mme document; their frames have 60 octets, zeros where none are written here.
 */
/* clang-format off */
#define LOCAL  0x00, 0xb0, 0x52, 0x00, 0x00, 0x01
#define HOST   0x02, 0x11, 0x22, 0x33, 0x44, 0xaa
#define MODEM  0x02, 0x11, 0x22, 0x33, 0x44, 0xbb
#define QCA    0x00, 0xb0, 0x52
#define CG     0x00, 0x16, 0xe8
#define HEADER(to, from, ...) .frame = {to, from, 0x88, 0xe1, __VA_ARGS__}, \
	.mme.dst = {to}, .mme.src = {from}
/* clang-format on */

static const struct example {
	uint8_t frame[MME_FRAME_MIN];
	struct modem_mme mme;
} examples[] = {
	{HEADER(LOCAL, HOST, 0x01, 0x48, 0x60), .mme.message = MODEM_NW_STATS_REQ},
	{HEADER(LOCAL, HOST, 0x00, 0x00, 0xa0, QCA), .mme.message = MODEM_VS_SW_VER_REQ},
	{HEADER(LOCAL, HOST, 0x00, 0x1c, 0xa0, QCA), .mme.message = MODEM_VS_RS_DEV_REQ},
	{HEADER(LOCAL, HOST, 0x00, 0xb8, 0xa0, QCA), .mme.message = MODEM_VS_PL_LNK_STATUS_REQ},
	{HEADER(HOST, MODEM, 0x00, 0xb9, 0xa0, QCA, 0x00, 0x01), .mme.message = MODEM_VS_PL_LNK_STATUS_CNF,
	 .mme.vs_pl_lnk_status_cnf = {.mstatus = VS_MSTATUS_OK, .link_status = 1}},
	{HEADER(LOCAL, HOST, 0x00, 0x68, 0xa0, QCA, 0x45, 0x23, 0x01, 0x00, 0x00),
	 .mme.message = MODEM_VS_OP_ATTRIBUTES_REQ,
	 .mme.vs_op_attributes_req = {.cookie = {0x45, 0x23, 0x01, 0x00}, .report_type = 0}},
	{HEADER(HOST, MODEM, 0x00, 0x62, 0xa0, QCA, 0x04), .mme.message = MODEM_VS_HST_ACTION_IND,
	 .mme.vs_hst_action = {.action = VS_HOST_CONFIGURE_MEMORY}},
	{HEADER(MODEM, HOST, 0x00, 0x63, 0xa0, QCA, 0x00), .mme.message = MODEM_VS_HST_ACTION_RSP},
	{HEADER(LOCAL, HOST, 0x01, 0x6c, 0xac, 0x00, 0x00, CG, 0, 0, 0, 0, 0, 0, 0x07),
	 .mme.message = MODEM_NSCM_GET_VERSION_REQ, .mme.nscm_request = {.request_id = 7}},
	{HEADER(LOCAL, HOST, 0x01, 0x70, 0xac, 0x00, 0x00, CG, 0, 0, 0, 0, 0, 0, 0x07),
	 .mme.message = MODEM_NSCM_RESET_DEVICE_REQ,
	 .mme.nscm_reset_device_req = {.request_id = 7, .mode = NSCM_RESET_NORMAL}},
	{HEADER(HOST, MODEM, 0x01, 0x9d, 0xac, 0x00, 0x00, CG, 0, 0, 0, 0, 0, 0, 0x07, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0x01),
	 .mme.message = MODEM_NSCM_GET_D_LINK_STATUS_CNF,
	 .mme.nscm_link_status = {.request_id = 7, .link = 1}},
};

static void the_documents_example_decodes_and_encodes_octet_for_octet(void **state)
{
	const struct example *example = *state;
	uint8_t again[MME_FRAME_MAX];
	struct modem_mme got;
	size_t len;

	assert_error(decode_exact(example->frame, sizeof(example->frame), &got), MME_OK);
	assert_same_message(&got, &example->mme);
	assert_error(modem_mme_encode(&example->mme, again, sizeof(again), &len), MME_OK);
	assert_int_equal(len, sizeof(example->frame));
	assert_memory_equal(again, example->frame, len);
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
		/* octet 27 and 28: the size VS_OP_ATTRIBUTES.CNF must announce */
		uint8_t frame[MME_FRAME_MAX] = {[12] = 0x88, [13] = 0xe1, [14] = 0x00, [28] = 0x01};

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
	/* the standard's four with each OUI, every vendor's own once */
	assert_int_equal(known, 3 * 4 + MODEM_MESSAGE_COUNT - 4);
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
	const uint8_t version[MME_FRAME_MIN] = {HOST, MODEM,	   0x88,	0xe1, 0x00, 0x6d, 0xac,
						CG,   [26] = 0x09, [39] = 0x01, 0x00, 0x02, 0x00, 0x03,
						0x00, 0x04,	   0x05,	0x06, 0x00};
	const uint8_t link[MME_FRAME_MIN] = {HOST, MODEM, 0x88, 0xe1,	     0x00,
					     0x9d, 0xac,  CG,	[26] = 0x0a, [39] = 0x01};
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

static void op_attributes_of_114_and_118_octets_are_taken_below_72_none(void **state)
{
	struct modem_mme mme, got;
	uint8_t frame[ROOM];

	(void)state;
	modem_fill(MODEM_VS_OP_ATTRIBUTES_CNF, &mme);
	for (unsigned int size = 0; size <= UINT16_MAX; size++) {
		mme.vs_op_attributes_cnf.size = (uint16_t)size;
		assert_int_equal(modem_frame(&mme, 0, frame), 1053);
		const enum mme_error error = modem_mme_decode(frame, 1053, &got);
		assert_error(error, size < 72 ? MME_ERR_SHORT : MME_OK);
		if (error == MME_OK)
			assert_same_message(&got, &mme);
	}
}

static void attribute_texts_need_no_nul_and_are_cleaned(void **state)
{
	struct modem_mme mme, got;
	uint8_t frame[ROOM];

	(void)state;
	modem_fill(MODEM_VS_OP_ATTRIBUTES_CNF, &mme);
	modem_frame(&mme, 0, frame);
	memset(frame + 29, 'h', 16);
	memset(frame + 45, 0xcc, 16);
	memcpy(frame + 81, "20140815", 8);
	memcpy(frame + 89, "CS\0\xff", 4);
	assert_error(decode_exact(frame, 1053, &got), MME_OK);
	assert_string_equal(got.vs_op_attributes_cnf.hardware, "hhhhhhhhhhhhhhhh");
	assert_string_equal(got.vs_op_attributes_cnf.software, "????????????????");
	assert_string_equal(got.vs_op_attributes_cnf.build_date, "20140815");
	assert_string_equal(got.vs_op_attributes_cnf.release_type, "CS");
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
	/* the action alone, as in the document's example without padding */
	assert_error(decode_exact(newer, 21, &got), MME_OK);
	assert_int_equal(got.vs_hst_action.session_id, 0);
	assert_int_equal(got.vs_hst_action.retries, 0);
	assert_error(decode_exact(newer, 20, &got), MME_ERR_SHORT);
}

static void hst_action_rsp_of_the_status_alone_is_taken(void **state)
{
	static const uint8_t older[] = {MODEM, HOST, 0x88, 0xe1, 0x00, 0x63, 0xa0, QCA, 0x01};
	static const uint8_t newer[] = {MODEM, HOST, 0x88, 0xe1, 0x00, 0x63, 0xa0,
					QCA,   0x00, 0x02, 0x21, 0x05, 0x01};
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
		assert_error(decode_exact(frame, sizeof(frame), &got),
			     groups > 58 ? MME_ERR_NUM_GROUPS : MME_OK);
		if (groups > 58)
			continue;
		assert_int_equal(got.vs_atten_char_ind.num_groups, groups);
		assert_memory_equal(got.vs_atten_char_ind.aag_db, frame + 36, groups);
		assert_true(octets_are_zero(got.vs_atten_char_ind.aag_db + groups, SLAC_GROUPS - groups));
		assert_error(decode_exact(frame, own_len, &got), MME_OK);
		assert_error(decode_exact(frame, own_len - 1, &got), MME_ERR_SHORT);
	}
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
	assert_int_equal(messages, 17);
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
		assert_error(decode_exact(frame, len, &got),
			     i == MODEM_VS_ATTEN_CHAR_IND ? MME_OK : MME_ERR_MMTYPE);
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

static const struct CMUnitTest single_tests[] = {
	cmocka_unit_test(every_type_but_the_known_ones_is_rejected),
	cmocka_unit_test(a_message_that_there_is_not_is_not_encoded),
	cmocka_unit_test(a002_is_told_by_its_oui),
	cmocka_unit_test(a_lumissil_answer_with_mmv_0_is_read_by_its_own_mmv),
	cmocka_unit_test(a_version_ends_at_its_length_or_its_nul),
	cmocka_unit_test(octets_of_a_version_that_do_not_print_become_question_marks),
	cmocka_unit_test(a_version_longer_than_its_room_is_cut),
	cmocka_unit_test(op_attributes_of_114_and_118_octets_are_taken_below_72_none),
	cmocka_unit_test(attribute_texts_need_no_nul_and_are_cleaned),
	cmocka_unit_test(hst_action_of_older_and_of_newer_firmware_is_understood),
	cmocka_unit_test(hst_action_rsp_of_the_status_alone_is_taken),
	cmocka_unit_test(atten_char_ind_takes_0_to_58_groups_and_no_more),
	cmocka_unit_test(a_vendors_message_is_taken_with_its_own_oui_only),
	cmocka_unit_test(only_atten_char_ind_is_taken_with_an_oui_of_zeros),
	cmocka_unit_test(nw_stats_keeps_eight_stations_and_counts_all),
};

#define NAMED (MODEM_MESSAGE_COUNT * COUNT_OF(per_message) + COUNT_OF(examples))

static struct CMUnitTest tests[NAMED + COUNT_OF(single_tests)];
static char names[NAMED][96];
static size_t tests_count;

static void add(enum modem_message of, const char *does, CMUnitTestFunction run, const void *state)
{
	char *name = names[tests_count];

	snprintf(name, sizeof(names[0]), "%s_%s", modem_layouts[of].id, does);
	/* cmocka hands the state on as it is; no test writes to it */
	tests[tests_count++] = (struct CMUnitTest){
		.name = name, .test_func = run, .initial_state = (void *)(uintptr_t)state};
}

int main(void)
{
	for (size_t i = 0; i < MODEM_MESSAGE_COUNT; i++)
		for (size_t j = 0; j < COUNT_OF(per_message); j++)
			add((enum modem_message)i, per_message[j].does, per_message[j].run,
			    &modem_layouts[i]);
	for (size_t i = 0; i < COUNT_OF(examples); i++)
		add(examples[i].mme.message, "the_documents_example_decodes_and_encodes_octet_for_octet",
		    the_documents_example_decodes_and_encodes_octet_for_octet, &examples[i]);
	memcpy(tests + tests_count, single_tests, sizeof(single_tests));
	return cmocka_run_group_tests_name("modem_mme", tests, NULL, NULL);
}
