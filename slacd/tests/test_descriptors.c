/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/descriptors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#define NEEDED_BY_256 (DESCRIPTORS_BESIDES + 512)

static void set_limit(rlim_t now, rlim_t most)
{
	const struct rlimit limit = {.rlim_cur = now, .rlim_max = most};

	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static rlim_t present_limit(void)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	return limit.rlim_cur;
}

static void a_low_limit_is_raised_to_what_is_needed(void **state)
{
	char error[DESCRIPTORS_ERROR_SIZE];

	(void)state;
	set_limit(100, 2000);
	assert_true(descriptors_allow(256, error));
	assert_int_equal(present_limit(), NEEDED_BY_256);
}

static void a_limit_that_is_enough_stays(void **state)
{
	char error[DESCRIPTORS_ERROR_SIZE];

	(void)state;
	set_limit(1000, 2000);
	assert_true(descriptors_allow(256, error));
	assert_int_equal(present_limit(), 1000);
}

/* Last: the greatest limit that is allowed cannot be raised again. */
static void where_the_system_allows_less_the_error_says_how_much_is_needed(void **state)
{
	char error[DESCRIPTORS_ERROR_SIZE];

	(void)state;
	set_limit(100, 300);
	assert_false(descriptors_allow(256, error));
	assert_int_equal(present_limit(), 300);
	assert_non_null(strstr(error, "needed=576 allowed=300"));
	assert_non_null(strstr(error, "LimitNOFILE="));
	assert_true(descriptors_allow(100, error));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_low_limit_is_raised_to_what_is_needed),
		cmocka_unit_test(a_limit_that_is_enough_stays),
		cmocka_unit_test(where_the_system_allows_less_the_error_says_how_much_is_needed),
	};

	if (getenv("SLACD_VALGRIND") != NULL) {
		print_message("skipped: valgrind keeps the limit of open files to itself\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
