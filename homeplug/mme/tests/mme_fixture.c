/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/mme/tests/mme_fixture.h"

#include <string.h>

enum mme_error decode_exact(const uint8_t *frame, size_t len, struct mme *out)
{
	uint8_t *copy = exact_copy(frame, len);

	memset(out, 0xa5, sizeof(*out));
	enum mme_error error = mme_decode(copy, len, out);
	exact_copy_free(copy);
	return error;
}

void assert_same_message(const struct mme *got, const struct mme *wanted)
{
	assert_no_difference(message_difference(got, wanted));
}

void tests_of_every_message(const struct CMUnitTest *per_message, size_t count, struct CMUnitTest *out)
{
	for (size_t i = 0; i < MESSAGE_TYPES; i++)
		for (size_t j = 0; j < count; j++)
			*out++ = test_of(message_layouts[i].id, &per_message[j], &message_layouts[i]);
}
