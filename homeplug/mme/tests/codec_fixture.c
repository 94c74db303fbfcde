/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/mme/tests/codec_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_MAX     512
#define NAME_SIZE_MAX 96

uint8_t *exact_copy(const uint8_t *frame, size_t len)
{
	uint8_t *allocated = malloc(len + 1); /* no allocation of nothing */

	assert_non_null(allocated);
	memcpy(allocated + 1, frame, len);
	return allocated + 1;
}

void exact_copy_free(uint8_t *copy)
{
	free(copy - 1);
}

void assert_error(enum mme_error got, enum mme_error wanted)
{
	assert_string_equal(mme_error_text(got), mme_error_text(wanted));
	assert_int_equal(got, wanted);
}

void assert_no_difference(const char *field)
{
	if (field != NULL)
		fail_msg("%s differs", field);
}

struct CMUnitTest test_of(const char *of, const struct CMUnitTest *test, const void *state)
{
	static char names[NAMES_MAX][NAME_SIZE_MAX];
	static size_t used;

	if (used == NAMES_MAX)
		abort();
	char *name = names[used++];
	const int len = snprintf(name, NAME_SIZE_MAX, "%s_%s", of, test->name);
	if (len < 0 || len >= NAME_SIZE_MAX)
		abort();
	/* cmocka hands the state on as it is; no test writes to it */
	return (struct CMUnitTest){
		.name = name, .test_func = test->test_func, .initial_state = (void *)(uintptr_t)state};
}
