/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the codecs mme.h and modem_mme.h share. */
#ifndef HOMEPLUG_MME_TESTS_CODEC_FIXTURE_H
#define HOMEPLUG_MME_TESTS_CODEC_FIXTURE_H

#include "homeplug/mme/mme.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* A copy that ends with its allocation, so that a sanitizer sees any access behind it. */
uint8_t *exact_copy(const uint8_t *frame, size_t len);
void exact_copy_free(uint8_t *copy);

void assert_error(enum mme_error got, enum mme_error wanted);
/* `field`: where two messages differ, NULL when they are the same. */
void assert_no_difference(const char *field);

/* The test with `of` and an underscore before its name, and this state. */
struct CMUnitTest test_of(const char *of, const struct CMUnitTest *test, const void *state);

#endif
