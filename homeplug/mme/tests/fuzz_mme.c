/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arbitrary octets into the decoder. Whatever it takes must come back the same: encoded, the message's own
 * octets are those of the input but for the reserved ones, which are zero; decoded again, every field is
 * equal.
 */
#include "homeplug/mme/tests/message_fields.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t frame[256], wanted[MESSAGE_MAX], again[256];
	size_t len, again_len;
	struct mme first, second;

	if (mme_decode(data, size, &first) != MME_OK)
		return 0;
	require(mme_unpadded_len(&first) <= size);
	require(mme_encode(&first, frame, sizeof(frame), &len) == MME_OK);
	require(len >= MME_FRAME_MIN && len >= mme_unpadded_len(&first));
	require(message_frame(&first, wanted) == mme_unpadded_len(&first));
	require(memcmp(frame, wanted, mme_unpadded_len(&first)) == 0);
	for (size_t i = 0; i < mme_unpadded_len(&first); i++)
		require(frame[i] == data[i] || frame[i] == 0);

	require(mme_decode(frame, len, &second) == MME_OK);
	require(message_difference(&first, &second) == NULL);
	require(mme_encode(&second, again, sizeof(again), &again_len) == MME_OK);
	require(again_len == len && memcmp(again, frame, len) == 0);
	return 0;
}
