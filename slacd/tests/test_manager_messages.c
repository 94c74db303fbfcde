/* SPDX-License-Identifier: Apache-2.0 */
/* Limits and parameters of which some entries are wrong. */
#include "slacd/tests/played_evse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LIMIT(evse_id, current, voltage)                                                                               \
	"{\"evse_id\":\"" evse_id "\",\"status_code\":\"evse_not_ready\",\"ac\":{\"max_current\":{\"l1\":" current     \
	"},\"nominal_voltage\":" voltage ",\"rcd_error\":false}}"
#define OUTLET(evse_id, interface)                                                                                     \
	"{\"evse_id\":\"" evse_id                                                                                      \
	"\",\"supports_eim\":true,\"network_interface\":\"" interface "\",\"connectors\":[{\"services\":{\"ac\":{}}}]}"

static const char *const two[] = {"E1", "eth1", "E2", "eth2", NULL};

static void begin_with_two(struct bench *bench)
{
	bench_begin(bench);
	bench_tell_outlets(bench, two);
	bench_tell(bench, "cs_status_and_limits", "update",
		   "{\"evses\":[" LIMIT("E1", "32", "230") "," LIMIT("E2", "32", "230") "]}");
}

static void end(struct bench *bench)
{
	played_stop_at_once = true;
	bench_end(bench);
}

static void good_limit_is_applied_beside_a_wrong_one_and_that_is_no_permission(void **state)
{
	struct bench bench;

	(void)state;
	begin_with_two(&bench);
	bench_tell(&bench, "cs_status_and_limits", "update",
		   "{\"evses\":[" LIMIT("E1", "10", "230") "," LIMIT("E2", "-32", "230") "]}");
	assert_true(played[0].limits.max_current_a[0] == 10);
	assert_int_equal(played[0].unreadable, 0);
	assert_int_equal(played[1].limits_told, 1);
	assert_int_equal(played[1].unreadable, 1);
	end(&bench);
}

static void service_that_begins_later_has_no_current_where_the_last_limit_was_wrong(void **state)
{
	struct bench bench;

	(void)state;
	begin_with_two(&bench);
	bench_tell(&bench, "cs_status_and_limits", "update", "{\"evses\":[" LIMIT("E2", "\"16\"", "230") "]}");
	played_stop_at_once = true;
	bench_tell_outlets(&bench, (const char *const[]){"E1", "eth1", "E2", "eth3", NULL});
	assert_int_equal(played_count, 3);
	assert_true(played[2].has_limits && played[2].limits.has_ac);
	assert_true(played[2].limits.max_current_a[0] == 0);
	assert_int_equal(played[2].limits.status_code, API_EVSE_NOT_READY);
	end(&bench);
}

static void limit_that_is_there_twice_is_none(void **state)
{
	struct bench bench;

	(void)state;
	begin_with_two(&bench);
	bench_tell(&bench, "cs_status_and_limits", "update",
		   "{\"evses\":[" LIMIT("E1", "10", "230") "," LIMIT("E1", "16", "230") "]}");
	assert_int_equal(played[0].limits_told, 1);
	assert_int_equal(played[0].unreadable, 1);
	end(&bench);
}

static void outlet_with_a_wrong_entry_keeps_its_parameters(void **state)
{
	struct bench bench;

	(void)state;
	begin_with_two(&bench);
	bench_tell(&bench, "cs_parameters", "update",
		   "{\"parameters\":[" OUTLET("E1", "../eth9") "," OUTLET("E3", "eth3") "," OUTLET("E4", "") "]}");
	assert_false(played[0].told_to_stop);
	assert_true(played[1].told_to_stop); /* E2 is no longer there */
	assert_int_equal(played_count, 3);   /* E4 has never been right */
	assert_string_equal(played[2].parameters.evse_id, "E3");
	/* And it is removed when the station removes it. */
	bench_tell_outlets(&bench, (const char *const[]){"E3", "eth3", NULL});
	assert_true(played[0].told_to_stop);
	end(&bench);
}

static void no_outlet_ends_while_an_entry_does_not_say_whose_it_is(void **state)
{
	struct bench bench;

	(void)state;
	begin_with_two(&bench);
	bench_tell(&bench, "cs_parameters", "update", "{\"parameters\":[" OUTLET("E1", "eth1") ",{\"evse_id\":7}]}");
	assert_false(played[0].told_to_stop || played[1].told_to_stop);
	assert_int_equal(played_count, 2);
	end(&bench);
}

static void outlet_that_is_there_twice_keeps_its_parameters(void **state)
{
	struct bench bench;

	(void)state;
	begin_with_two(&bench);
	bench_tell(&bench, "cs_parameters", "update",
		   "{\"parameters\":[" OUTLET("E1", "eth5") "," OUTLET("E1", "eth6") "," OUTLET("E2", "eth2") "]}");
	assert_false(played[0].told_to_stop || played[1].told_to_stop);
	assert_int_equal(played_count, 2);
	end(&bench);
}

static void answer_with_wrong_entries_only_is_asked_for_again(void **state)
{
	struct bench bench;

	(void)state;
	bench_begin(&bench);
	bench.manager->boot = BOOT_LIMITS;
	request_retry_begin(&bench.manager->question.retry, 0);
	request_retry_sent(&bench.manager->question.retry, 1000, 1000, 0);
	memcpy(bench.manager->question.id, "1", 2);
	bench_tell(&bench, "cs_status_and_limits", "response", "{\"evses\":[" LIMIT("E1", "-1", "230") "]}");
	assert_int_equal(bench.manager->boot, BOOT_LIMITS);
	bench_tell(&bench, "cs_status_and_limits", "response",
		   "{\"evses\":[" LIMIT("E1", "-1", "230") "," LIMIT("E2", "16", "230") "]}");
	assert_int_equal(bench.manager->boot, BOOT_DONE);
	assert_null(manager_limits_of(bench.manager, "E1"));
	assert_non_null(manager_limits_of(bench.manager, "E2"));
	end(&bench);
}

static void only_the_answer_to_the_question_after_a_reconnection_is_a_change(void **state)
{
	struct bench bench;

	(void)state;
	begin_with_two(&bench);
	manager_ask_limits_again(bench.manager);
	assert_true(bench.manager->question.retry.wanted);
	request_retry_sent(&bench.manager->question.retry, 1000, 1000, 0);
	memcpy(bench.manager->question.id, "1", 2);
	memcpy(bench.manager->question.ids[0], "1", 2);
	bench_tell(&bench, "cs_status_and_limits", "response", "{\"evses\":[" LIMIT("E1", "6", "230") "]}");
	assert_true(played[0].limits.max_current_a[0] == 6);
	/* Answered twice: the second answer may be older than an update in between. */
	bench_tell(&bench, "cs_status_and_limits", "response", "{\"evses\":[" LIMIT("E1", "20", "230") "]}");
	assert_true(played[0].limits.max_current_a[0] == 6);
	end(&bench);
}

/* --- outlets that do not exist --- */

static void tell_state(struct bench *bench, const char *evse_id)
{
	char data[640];

	snprintf(data, sizeof(data), "{\"evse_id\":\"%.63s\",\"connector_id\":\"1\",\"state\":\"B2\"}", evse_id);
	bench_tell(bench, "cp_status", "update", data);
}

static void tell_limit(struct bench *bench, const char *evse_id)
{
	char data[640];

	snprintf(data, sizeof(data), "{\"evses\":[{\"evse_id\":\"%.63s\",\"status_code\":\"evse_not_ready\"}]}",
		 evse_id);
	bench_tell(bench, "cs_status_and_limits", "update", data);
}

static void tell_of_foreign_ones(struct bench *bench, size_t count, void (*tell)(struct bench *, const char *))
{
	char evse_id[24];

	for (size_t i = 0; i < count; i++) {
		snprintf(evse_id, sizeof(evse_id), "F%zu", i);
		tell(bench, evse_id);
	}
}

static void limits_of_an_outlet_are_remembered_however_many_foreign_ones_are_told(void **state)
{
	struct bench bench;

	(void)state;
	bench_begin(&bench);
	tell_of_foreign_ones(&bench, API_EVSES_MAX, tell_limit);
	assert_int_equal(bench.manager->forgotten.count, 0);
	tell_limit(&bench, "E1");
	assert_non_null(manager_limits_of(bench.manager, "E1"));
	assert_null(manager_limits_of(bench.manager, "F0")); /* the oldest */
	assert_non_null(manager_limits_of(bench.manager, "F1"));
	assert_int_equal(bench.manager->forgotten.count, 1);
	bench_tell_outlets(&bench, two);
	assert_true(played[0].has_limits);
	/* Now E1 is of cs_parameters. F1 is told again, so that F2 is the oldest. */
	tell_limit(&bench, "F1");
	tell_limit(&bench, "E2");
	assert_non_null(manager_limits_of(bench.manager, "E1"));
	assert_non_null(manager_limits_of(bench.manager, "F1"));
	assert_null(manager_limits_of(bench.manager, "F2"));
	end(&bench);
}

static void state_of_an_outlet_is_kept_however_many_foreign_ones_are_told(void **state)
{
	struct bench bench;

	(void)state;
	bench_begin(&bench);
	tell_of_foreign_ones(&bench, API_EVSES_MAX, tell_state);
	assert_int_equal(bench.manager->forgotten.count, 0);
	tell_state(&bench, "E1");
	tell_state(&bench, "E2");
	assert_int_equal(bench.manager->forgotten.count, 2);
	assert_int_equal(bench.manager->parked_places.count, API_EVSES_MAX);
	bench_tell_outlets(&bench, two);
	assert_int_equal(played[0].states_told, 1);
	assert_int_equal(played[1].states_told, 1);
	end(&bench);
}

static void full_table_of_outlets_that_exist_takes_no_foreign_one(void **state)
{
	static char ids[API_EVSES_MAX][8];
	const char *pairs[2 * API_EVSES_MAX + 1];
	struct bench bench;

	(void)state;
	bench_begin(&bench);
	for (size_t i = 0; i < API_EVSES_MAX; i++) {
		snprintf(ids[i], sizeof(ids[i]), "E%zu", i);
		pairs[2 * i] = pairs[2 * i + 1] = ids[i];
	}
	pairs[2 * API_EVSES_MAX] = NULL;
	bench_tell_outlets(&bench, pairs);
	for (size_t i = 0; i < API_EVSES_MAX; i++)
		tell_limit(&bench, ids[i]);
	tell_limit(&bench, "F");
	assert_null(manager_limits_of(bench.manager, "F"));
	for (size_t i = 0; i < API_EVSES_MAX; i++)
		assert_non_null(manager_limits_of(bench.manager, ids[i]));
	assert_int_equal(bench.manager->forgotten.count, 1);
	end(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_limit_is_applied_beside_a_wrong_one_and_that_is_no_permission),
		cmocka_unit_test(service_that_begins_later_has_no_current_where_the_last_limit_was_wrong),
		cmocka_unit_test(limit_that_is_there_twice_is_none),
		cmocka_unit_test(outlet_with_a_wrong_entry_keeps_its_parameters),
		cmocka_unit_test(no_outlet_ends_while_an_entry_does_not_say_whose_it_is),
		cmocka_unit_test(outlet_that_is_there_twice_keeps_its_parameters),
		cmocka_unit_test(answer_with_wrong_entries_only_is_asked_for_again),
		cmocka_unit_test(only_the_answer_to_the_question_after_a_reconnection_is_a_change),
		cmocka_unit_test(limits_of_an_outlet_are_remembered_however_many_foreign_ones_are_told),
		cmocka_unit_test(state_of_an_outlet_is_kept_however_many_foreign_ones_are_told),
		cmocka_unit_test(full_table_of_outlets_that_exist_takes_no_foreign_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
