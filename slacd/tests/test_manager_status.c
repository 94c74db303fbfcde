/* SPDX-License-Identifier: Apache-2.0 */
/* How the service is, in one line. */
#include "slacd/tests/played_evse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *described(const struct bench *bench)
{
	static char text[512];

	manager_describe(bench->manager, text, sizeof(text));
	return text;
}

static void count(void *context)
{
	++*(unsigned *)context;
}

static void an_outlet_that_cannot_serve_is_named_with_the_reason(void **state)
{
	struct bench bench;
	unsigned changes = 0;

	(void)state;
	bench_begin(&bench);
	bench_tell_outlets(&bench, (const char *const[]){"E1", "eth1", "E2", "eth2", NULL});
	assert_string_equal(described(&bench), "ready: no connection to the MQTT broker; 2 of 2 outlets can serve");
	manager_observe(bench.manager, count, &changes);
	assert_int_equal(changes, 1);
	played[1].silent = true;
	played[1].shared->trouble_changed(played[1].shared->context);
	assert_int_equal(changes, 2);
	assert_string_equal(described(&bench), "ready: no connection to the MQTT broker; 1 of 2 outlets can serve; "
					       "E2 cannot: its modem is silent");
	played_stop_at_once = true;
	manager_begin_stop(bench.manager);
	assert_true(changes > 2);
	assert_int_equal(manager_state(bench.manager), API_SERVICE_STOPPING);
	bench_end(&bench);
}

static void the_line_is_cut_where_there_is_no_more_room(void **state)
{
	struct bench bench;
	char text[80];

	(void)state;
	bench_begin(&bench);
	bench_tell_outlets(&bench, (const char *const[]){"E1", "eth1", "E2", "eth2", NULL});
	played[0].silent = true;
	memset(text, 'x', sizeof(text));
	manager_describe(bench.manager, text, sizeof(text) - 1);
	assert_int_equal(strlen(text), sizeof(text) - 2);
	assert_int_equal(text[sizeof(text) - 1], 'x');
	played_stop_at_once = true;
	bench_end(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_outlet_that_cannot_serve_is_named_with_the_reason),
		cmocka_unit_test(the_line_is_cut_where_there_is_no_more_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
