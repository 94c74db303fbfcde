/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The frame codec against message_fields.h (the document's offsets) and against the examples in
 * test-vectors/. The tests in `per_message` run once for every message type, e.g.
 * "slac_parm_req_rejects_every_truncation".
 */
#include "homeplug/tests/message_fields.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Decodes a copy that ends with its allocation, so that a sanitizer sees any access behind it. */
static enum mme_error decode_exact(const uint8_t *frame, size_t len, struct mme *out)
{
	uint8_t *copy = malloc(len + 1);

	assert_non_null(copy);
	memcpy(copy + 1, frame, len);
	memset(out, 0xa5, sizeof(*out));
	enum mme_error error = mme_decode(copy + 1, len, out);
	free(copy);
	return error;
}

static void assert_error(enum mme_error got, enum mme_error wanted)
{
	assert_string_equal(mme_error_text(got), mme_error_text(wanted));
	assert_int_equal(got, wanted);
}

static void assert_same_message(const struct mme *got, const struct mme *wanted)
{
	const char *field = message_difference(got, wanted);

	if (field != NULL)
		fail_msg("%s differs", field);
}

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

static void rejects_another_ethertype(void **state)
{
	static const uint16_t others[] = {0x0000, 0x0800, 0x88e0, 0x88e2, 0x89e1,
					  0x08e1, 0xe188, 0x8100, 0x887b};
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

static void has_its_name_and_an_empty_form(void **state)
{
	const struct message_layout *layout = *state;
	struct mme zero = {
		.dst = {1, 2, 3, 4, 5, 6}, .src = {7, 8, 9, 10, 11, 12}, .mmv = 1, .mmtype = layout->mmtype};
	struct mme mme;

	assert_string_equal(mme_name(layout->mmtype), layout->name);
	memset(&mme, 0xa5, sizeof(mme));
	mme_init(&mme, (enum mmtype)layout->mmtype, zero.src, zero.dst);
	assert_same_message(&mme, &zero);
}

static const struct {
	const char *does;
	CMUnitTestFunction run;
} per_message[] = {
	{"encodes_every_field_at_its_place", encodes_every_field_at_its_place},
	{"decodes_every_field_from_its_place", decodes_every_field_from_its_place},
	{"round_trips_every_field", round_trips_every_field},
	{"rejects_every_truncation", rejects_every_truncation},
	{"is_taken_at_its_own_length", is_taken_at_its_own_length},
	{"ignores_octets_after_its_end", ignores_octets_after_its_end},
	{"rejects_another_ethertype", rejects_another_ethertype},
	{"rejects_every_mmv_but_1", rejects_every_mmv_but_1},
	{"rejects_fragments", rejects_fragments},
	{"is_padded_with_zeros_to_60_octets", is_padded_with_zeros_to_60_octets},
	{"needs_a_buffer_for_the_whole_frame", needs_a_buffer_for_the_whole_frame},
	{"names_sender_and_type_of_a_refused_frame", names_sender_and_type_of_a_refused_frame},
	{"has_its_name_and_an_empty_form", has_its_name_and_an_empty_form},
};

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
	uint8_t frame[60] = {
		[12] = 0x88, [13] = 0xe1, [14] = 0x00, [15] = 0x4e, [16] = 0xa1, [17] = 0x00, [18] = 0xb0};
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

struct group_message {
	uint16_t mmtype;
	size_t num_groups_at;
	size_t groups_at;
};

static const struct group_message profile = {CM_ATTEN_PROFILE_IND, 25, 27};
static const struct group_message average = {CM_ATTEN_CHAR_IND, 70, 71};

static const uint8_t *groups_of(const struct mme *mme)
{
	return mme->mmtype == CM_ATTEN_PROFILE_IND ? mme->atten_profile_ind.aag_db
						   : mme->atten_char_ind.aag_db;
}

static uint8_t num_groups_of(const struct mme *mme)
{
	return mme->mmtype == CM_ATTEN_PROFILE_IND ? mme->atten_profile_ind.num_groups
						   : mme->atten_char_ind.num_groups;
}

/* The frame of a filled message that says `groups` groups and is followed by octets other than zero. */
static void frame_with_groups(const struct group_message *message, uint8_t groups,
			      uint8_t frame[MME_FRAME_MAX])
{
	struct mme mme;

	message_fill(message_layout(message->mmtype), &mme);
	memset(frame, 0xee, MME_FRAME_MAX);
	size_t len = message_frame(&mme, frame);
	memset(frame + len, 0xee, MME_FRAME_MAX - len);
	frame[message->num_groups_at] = groups;
}

static void more_than_58_groups_are_rejected(const struct group_message *message)
{
	uint8_t frame[MME_FRAME_MAX];
	struct mme got;

	for (unsigned int groups = 59; groups <= UINT8_MAX; groups++) {
		frame_with_groups(message, (uint8_t)groups, frame);
		assert_error(decode_exact(frame, sizeof(frame), &got), MME_ERR_NUM_GROUPS);
		/* also where the frame is too short for what it announces */
		assert_error(decode_exact(frame, message->groups_at, &got), MME_ERR_NUM_GROUPS);
		assert_int_equal(got.mmtype, message->mmtype);
	}
}

static void every_count_up_to_58_is_taken(const struct group_message *message)
{
	for (uint8_t groups = 0; groups <= 58; groups++) {
		const size_t own_len = message->groups_at + groups;
		uint8_t frame[MME_FRAME_MAX], again[MME_FRAME_MAX];
		size_t len;
		struct mme got;

		frame_with_groups(message, groups, frame);
		assert_error(decode_exact(frame, own_len - 1, &got), MME_ERR_SHORT);
		assert_error(decode_exact(frame, own_len, &got), MME_OK);
		assert_error(decode_exact(frame, sizeof(frame), &got), MME_OK);
		assert_int_equal(num_groups_of(&got), groups);
		assert_memory_equal(groups_of(&got), frame + message->groups_at, groups);
		assert_true(octets_are_zero(groups_of(&got) + groups, (size_t)(SLAC_GROUPS - groups)));

		assert_int_equal(mme_unpadded_len(&got), own_len);
		assert_error(mme_encode(&got, again, sizeof(again), &len), MME_OK);
		assert_int_equal(len, own_len < 60 ? 60 : own_len);
		assert_memory_equal(again, frame, own_len);
	}
}

static void atten_profile_ind_rejects_59_to_255_groups(void **state)
{
	(void)state;
	more_than_58_groups_are_rejected(&profile);
}

static void atten_char_ind_rejects_59_to_255_groups(void **state)
{
	(void)state;
	more_than_58_groups_are_rejected(&average);
}

static void atten_profile_ind_takes_0_to_58_groups(void **state)
{
	(void)state;
	every_count_up_to_58_is_taken(&profile);
}

static void atten_char_ind_takes_0_to_58_groups(void **state)
{
	(void)state;
	every_count_up_to_58_is_taken(&average);
}

/* The decoders of the two messages themselves: mme_decode would clear the struct before. */
static void groups_that_are_missing_are_zero(void **state)
{
	uint8_t frame[MME_FRAME_MAX];
	struct atten_profile_ind ind;
	struct atten_char_ind average_ind;
	struct reader r;

	(void)state;
	memset(&ind, 0xa5, sizeof(ind));
	frame_with_groups(&profile, 3, frame);
	reader_init(&r, frame + 19, sizeof(frame) - 19);
	assert_error(atten_profile_ind_decode(&r, &ind), MME_OK);
	assert_memory_equal(ind.aag_db, frame + profile.groups_at, 3);
	assert_true(octets_are_zero(ind.aag_db + 3, SLAC_GROUPS - 3));

	memset(&average_ind, 0xa5, sizeof(average_ind));
	frame_with_groups(&average, 3, frame);
	reader_init(&r, frame + 19, sizeof(frame) - 19);
	assert_error(atten_char_ind_decode(&r, &average_ind), MME_OK);
	assert_memory_equal(average_ind.aag_db, frame + average.groups_at, 3);
	assert_true(octets_are_zero(average_ind.aag_db + 3, SLAC_GROUPS - 3));
}

/* The examples of the homeplug-mme document, with its addresses. */
/* clang-format off */
#define ALL    {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
#define LOCAL  {0x00, 0xb0, 0x52, 0x00, 0x00, 0x01}
#define EV     {0x02, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5}
#define EVSE   {0x02, 0x11, 0x22, 0x33, 0x44, 0xaa}
#define MODEM  {0x02, 0x11, 0x22, 0x33, 0x44, 0xbb}
#define RUN_ID {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08}
#define NID    {0x00, 0x39, 0xf4, 0x5c, 0x3f, 0x6a, 0x02}
#define NMK    {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, \
		0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff}
#define RND    {0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, \
		0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f}
/* 29 groups of 20 dB, 29 of 21 dB. */
#define TEN(db)  db, db, db, db, db, db, db, db, db, db
#define NINE(db) db, db, db, db, db, db, db, db, db
#define GROUPS   {TEN(20), TEN(20), NINE(20), TEN(21), TEN(21), NINE(21)}
/* clang-format on */

static const struct example {
	const char *file;
	size_t len; /* of the frame in the file */
	struct mme mme;
} examples[] = {
	{"slac_parm_req-example.hex",
	 60,
	 {.dst = ALL, .src = EV, .mmv = 1, .mmtype = CM_SLAC_PARM_REQ, .slac_parm_req = {.run_id = RUN_ID}}},
	{"slac_parm_cnf-example.hex",
	 60,
	 {.dst = EV,
	  .src = EVSE,
	  .mmv = 1,
	  .mmtype = CM_SLAC_PARM_CNF,
	  .slac_parm_cnf = {.m_sound_target = ALL,
			    .num_sounds = 10,
			    .time_out = 6,
			    .resp_type = 1,
			    .forwarding_sta = EV,
			    .run_id = RUN_ID}}},
	{"start_atten_char_ind-example.hex",
	 60,
	 {.dst = ALL,
	  .src = EV,
	  .mmv = 1,
	  .mmtype = CM_START_ATTEN_CHAR_IND,
	  .start_atten_char_ind =
		  {.num_sounds = 10, .time_out = 6, .resp_type = 1, .forwarding_sta = EV, .run_id = RUN_ID}}},
	{"mnbc_sound_ind-example.hex",
	 71,
	 {.dst = ALL,
	  .src = EV,
	  .mmv = 1,
	  .mmtype = CM_MNBC_SOUND_IND,
	  .mnbc_sound_ind = {.cnt = 9, .run_id = RUN_ID, .rnd = RND}}},
	{"atten_profile_ind-example.hex",
	 85,
	 {.dst = ALL,
	  .src = MODEM,
	  .mmv = 1,
	  .mmtype = CM_ATTEN_PROFILE_IND,
	  .atten_profile_ind = {.pev_mac = EV, .num_groups = 58, .aag_db = GROUPS}}},
	{"atten_char_ind-example.hex",
	 129,
	 {.dst = EV,
	  .src = EVSE,
	  .mmv = 1,
	  .mmtype = CM_ATTEN_CHAR_IND,
	  .atten_char_ind = {.source_address = EV,
			     .run_id = RUN_ID,
			     .num_sounds = 10,
			     .num_groups = 58,
			     .aag_db = GROUPS}}},
	{"atten_char_rsp-example.hex",
	 70,
	 {.dst = EVSE,
	  .src = EV,
	  .mmv = 1,
	  .mmtype = CM_ATTEN_CHAR_RSP,
	  .atten_char_rsp = {.source_address = EV, .run_id = RUN_ID}}},
	{"validate_req-example.hex",
	 60,
	 {.dst = EVSE,
	  .src = EV,
	  .mmv = 1,
	  .mmtype = CM_VALIDATE_REQ,
	  .validate_req = {.result = VALIDATE_READY}}},
	{"validate_cnf-example.hex",
	 60,
	 {.dst = EV,
	  .src = EVSE,
	  .mmv = 1,
	  .mmtype = CM_VALIDATE_CNF,
	  .validate_cnf = {.result = VALIDATE_NOT_REQUIRED}}},
	{"slac_match_req-example.hex",
	 85,
	 {.dst = EVSE,
	  .src = EV,
	  .mmv = 1,
	  .mmtype = CM_SLAC_MATCH_REQ,
	  .slac_match_req = {.mvf_length = 62, .pev_mac = EV, .evse_mac = EVSE, .run_id = RUN_ID}}},
	{"slac_match_cnf-example.hex",
	 109,
	 {.dst = EV,
	  .src = EVSE,
	  .mmv = 1,
	  .mmtype = CM_SLAC_MATCH_CNF,
	  .slac_match_cnf = {.mvf_length = 86,
			     .pev_mac = EV,
			     .evse_mac = EVSE,
			     .run_id = RUN_ID,
			     .nid = NID,
			     .nmk = NMK}}},
	{"set_key_req-example.hex",
	 60,
	 {.dst = LOCAL,
	  .src = EVSE,
	  .mmv = 1,
	  .mmtype = CM_SET_KEY_REQ,
	  .set_key_req = {.key_type = 1, .pid = 4, .nid = NID, .new_eks = 1, .new_key = NMK}}},
	{"set_key_cnf-example.hex",
	 60,
	 {.dst = EVSE,
	  .src = MODEM,
	  .mmv = 1,
	  .mmtype = CM_SET_KEY_CNF,
	  .set_key_cnf = {.result = 1, .my_nonce = {0xde, 0xad, 0xbe, 0xef}, .pid = 4, .pmn = 0xff}}},
	{"get_key_req-example.hex",
	 60,
	 {.dst = LOCAL,
	  .src = EVSE,
	  .mmv = 1,
	  .mmtype = CM_GET_KEY_REQ,
	  .get_key_req = {.key_type = 1, .nid = NID, .my_nonce = {0xaa, 0xaa, 0xaa, 0xaa}, .pid = 4}}},
	/* Not in the document: an answer to the frame above, as long as modems send it. */
	{"get_key_cnf-example.hex",
	 425,
	 {.dst = EVSE,
	  .src = MODEM,
	  .mmv = 1,
	  .mmtype = CM_GET_KEY_CNF,
	  .get_key_cnf = {.result = GET_KEY_GRANTED,
			  .key_type = 1,
			  .my_nonce = {0xde, 0xad, 0xbe, 0xef},
			  .your_nonce = {0xaa, 0xaa, 0xaa, 0xaa},
			  .nid = NID,
			  .eks = 1,
			  .pid = 4,
			  .pmn = 0xff,
			  .key = NMK}}},
};

static void vector_path(const char *file, char *path, size_t size)
{
	const char *folder = getenv("SLACD_VECTORS");

	if (folder == NULL)
		fail_msg("SLACD_VECTORS does not name the folder test-vectors");
	snprintf(path, size, "%s/%s", folder, file);
}

/* Reads a hex file: lines of octets, lines that begin with # are comments. */
static size_t read_vector(const char *file, uint8_t frame[MME_FRAME_MAX])
{
	char path[4096], line[256];
	size_t len = 0;

	vector_path(file, path, sizeof(path));
	FILE *hex = fopen(path, "r");
	if (hex == NULL)
		fail_msg("%s cannot be opened", path);
	while (fgets(line, sizeof(line), hex) != NULL) {
		const char *rest = line;
		unsigned int octet;
		int used;

		while (line[0] != '#' && len < MME_FRAME_MAX && sscanf(rest, "%2x%n", &octet, &used) == 1) {
			frame[len++] = (uint8_t)octet;
			rest += used;
		}
	}
	fclose(hex);
	return len;
}

static void example_decodes_and_encodes_octet_for_octet(void **state)
{
	const struct example *example = *state;
	uint8_t frame[MME_FRAME_MAX], again[MME_FRAME_MAX];
	size_t again_len;
	struct mme got;

	size_t len = read_vector(example->file, frame);
	assert_int_equal(len, example->len);
	assert_error(decode_exact(frame, len, &got), MME_OK);
	assert_same_message(&got, &example->mme);
	assert_error(mme_encode(&example->mme, again, sizeof(again), &again_len), MME_OK);
	assert_true(again_len <= len);
	assert_memory_equal(again, frame, again_len);
	assert_true(octets_are_zero(frame + again_len, len - again_len));
	/* Only the modem's CM_GET_KEY.CNF is longer than its fields. */
	if (example->mme.mmtype != CM_GET_KEY_CNF)
		assert_int_equal(again_len, len);
}

static void every_message_has_an_example(void **state)
{
	(void)state;
	assert_int_equal(COUNT_OF(examples), MESSAGE_TYPES);
	for (size_t i = 0; i < MESSAGE_TYPES; i++) {
		size_t found = 0;

		for (size_t j = 0; j < COUNT_OF(examples); j++)
			found += examples[j].mme.mmtype == message_layouts[i].mmtype;
		assert_int_equal(found, 1);
	}
}

static bool is_example(const char *file)
{
	for (size_t i = 0; i < COUNT_OF(examples); i++)
		if (strcmp(examples[i].file, file) == 0)
			return true;
	return false;
}

static void every_example_file_is_tested_and_in_the_readme(void **state)
{
	static char readme[65536];
	char path[4096];
	size_t files = 0;

	(void)state;
	vector_path("README.md", path, sizeof(path));
	FILE *text = fopen(path, "r");
	assert_non_null(text);
	readme[fread(readme, 1, sizeof(readme) - 1, text)] = '\0';
	fclose(text);

	vector_path(".", path, sizeof(path));
	DIR *folder = opendir(path);
	assert_non_null(folder);
	for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
		if (strstr(entry->d_name, "-example.hex") == NULL)
			continue;
		files++;
		if (!is_example(entry->d_name))
			fail_msg("%s is not tested", entry->d_name);
		if (strstr(readme, entry->d_name) == NULL)
			fail_msg("%s is not in README.md", entry->d_name);
	}
	closedir(folder);
	assert_int_equal(files, COUNT_OF(examples));
}

static const struct CMUnitTest single_tests[] = {
	cmocka_unit_test(every_type_but_the_known_ones_is_rejected),
	cmocka_unit_test(foreign_type_is_told_from_a_wrong_mmv),
	cmocka_unit_test(mmv_1_is_sent_whatever_the_struct_says),
	cmocka_unit_test(reserved_octets_are_ignored),
	cmocka_unit_test(atten_profile_ind_rejects_59_to_255_groups),
	cmocka_unit_test(atten_char_ind_rejects_59_to_255_groups),
	cmocka_unit_test(atten_profile_ind_takes_0_to_58_groups),
	cmocka_unit_test(atten_char_ind_takes_0_to_58_groups),
	cmocka_unit_test(groups_that_are_missing_are_zero),
	cmocka_unit_test(every_message_has_an_example),
	cmocka_unit_test(every_example_file_is_tested_and_in_the_readme),
};

#define PER_MESSAGE (MESSAGE_TYPES * COUNT_OF(per_message))

static struct CMUnitTest tests[PER_MESSAGE + COUNT_OF(examples) + COUNT_OF(single_tests)];
static char names[PER_MESSAGE + COUNT_OF(examples)][80];
static size_t tests_count;

static void add(const char *of, const char *does, CMUnitTestFunction run, const void *state)
{
	char *name = names[tests_count];

	snprintf(name, sizeof(names[0]), "%s_%s", of, does);
	/* cmocka hands the state on as it is; no test writes to it */
	tests[tests_count++] = (struct CMUnitTest){
		.name = name, .test_func = run, .initial_state = (void *)(uintptr_t)state};
}

int main(void)
{
	for (size_t i = 0; i < MESSAGE_TYPES; i++)
		for (size_t j = 0; j < COUNT_OF(per_message); j++)
			add(message_layouts[i].id, per_message[j].does, per_message[j].run,
			    &message_layouts[i]);
	for (size_t i = 0; i < COUNT_OF(examples); i++)
		add(message_layout(examples[i].mme.mmtype)->id, "example_decodes_and_encodes_octet_for_octet",
		    example_decodes_and_encodes_octet_for_octet, &examples[i]);
	memcpy(tests + tests_count, single_tests, sizeof(single_tests));
	return cmocka_run_group_tests_name("mme", tests, NULL, NULL);
}
