/* SPDX-License-Identifier: Apache-2.0 */
/* The codec of the modem messages, and tests that run once for every message. */
#ifndef HOMEPLUG_MME_TESTS_MODEM_MME_FIXTURE_H
#define HOMEPLUG_MME_TESTS_MODEM_MME_FIXTURE_H

#include "homeplug/mme/tests/codec_fixture.h"
#include "homeplug/mme/tests/modem_fields.h"

/* Room for every message with either MMV. */
#define ROOM        (MODEM_FRAME_MAX + 2)
#define OUI_AT(mmv) ((size_t)((mmv) == 0 ? 17 : 19))

/* The octets of the examples' addresses, and of the vendors' OUIs. */
/* clang-format off */
#define HOST  0x02, 0x11, 0x22, 0x33, 0x44, 0xaa
#define MODEM 0x02, 0x11, 0x22, 0x33, 0x44, 0xbb
#define QCA   0x00, 0xb0, 0x52
#define CG    0x00, 0x16, 0xe8
/* clang-format on */

/* The message whose layout is the state. */
enum modem_message message_of(void **state);
size_t padded(size_t len);

/* Decodes an exact_copy. */
enum mme_error decode_exact(const uint8_t *frame, size_t len, struct modem_mme *out);
void assert_same_message(const struct modem_mme *got, const struct modem_mme *wanted);

/* Writes MODEM_MESSAGE_COUNT * count tests: each of these for every message, whose layout is the state. */
void tests_of_every_message(const struct CMUnitTest *per_message, size_t count, struct CMUnitTest *out);

#endif
