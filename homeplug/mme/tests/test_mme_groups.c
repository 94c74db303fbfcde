/* SPDX-License-Identifier: Apache-2.0 */
/* The number of groups in CM_ATTEN_PROFILE.IND and CM_ATTEN_CHAR.IND. */
#include "homeplug/mme/tests/mme_fixture.h"

#include <string.h>

struct group_message {
	uint16_t mmtype;
	size_t num_groups_at;
	size_t groups_at;
};

static const struct group_message profile = {CM_ATTEN_PROFILE_IND, 25, 27};
static const struct group_message average = {CM_ATTEN_CHAR_IND, 70, 71};

static const uint8_t *groups_of(const struct mme *mme)
{
	return mme->mmtype == CM_ATTEN_PROFILE_IND ? mme->atten_profile_ind.aag_db : mme->atten_char_ind.aag_db;
}

static uint8_t num_groups_of(const struct mme *mme)
{
	return mme->mmtype == CM_ATTEN_PROFILE_IND ? mme->atten_profile_ind.num_groups : mme->atten_char_ind.num_groups;
}

/* The frame of a filled message that says `groups` groups and is followed by octets other than zero. */
static void frame_with_groups(const struct group_message *message, uint8_t groups, uint8_t frame[MME_FRAME_MAX])
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(atten_profile_ind_rejects_59_to_255_groups),
		cmocka_unit_test(atten_char_ind_rejects_59_to_255_groups),
		cmocka_unit_test(atten_profile_ind_takes_0_to_58_groups),
		cmocka_unit_test(atten_char_ind_takes_0_to_58_groups),
		cmocka_unit_test(groups_that_are_missing_are_zero),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
