/* SPDX-License-Identifier: Apache-2.0 */
/* The frame codec of mme.h, and tests that run once for every message type. */
#ifndef HOMEPLUG_MME_TESTS_MME_FIXTURE_H
#define HOMEPLUG_MME_TESTS_MME_FIXTURE_H

#include "homeplug/mme/tests/codec_fixture.h"
#include "homeplug/mme/tests/message_fields.h"

/* Decodes an exact_copy. */
enum mme_error decode_exact(const uint8_t *frame, size_t len, struct mme *out);
void assert_same_message(const struct mme *got, const struct mme *wanted);

/* Writes MESSAGE_TYPES * count tests: each of these for every message, whose layout is the state. */
void tests_of_every_message(const struct CMUnitTest *per_message, size_t count, struct CMUnitTest *out);

#endif
