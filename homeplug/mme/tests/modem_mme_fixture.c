/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/mme/tests/modem_mme_fixture.h"

#include <string.h>

enum modem_message message_of(void **state)
{
	const struct modem_layout *layout = *state;

	return (enum modem_message)(layout - modem_layouts);
}

size_t padded(size_t len)
{
	return len < MME_FRAME_MIN ? MME_FRAME_MIN : len;
}

enum mme_error decode_exact(const uint8_t *frame, size_t len, struct modem_mme *out)
{
	uint8_t *copy = exact_copy(frame, len);

	memset(out, 0xa5, sizeof(*out));
	enum mme_error error = modem_mme_decode(copy, len, out);
	exact_copy_free(copy);
	return error;
}

void assert_same_message(const struct modem_mme *got, const struct modem_mme *wanted)
{
	assert_no_difference(modem_difference(got, wanted));
}

void tests_of_every_message(const struct CMUnitTest *per_message, size_t count, struct CMUnitTest *out)
{
	for (size_t i = 0; i < MODEM_MESSAGE_COUNT; i++)
		for (size_t j = 0; j < count; j++)
			*out++ = test_of(modem_layouts[i].id, &per_message[j], &modem_layouts[i]);
}
