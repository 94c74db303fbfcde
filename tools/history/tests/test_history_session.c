/* SPDX-License-Identifier: Apache-2.0 */
/* What statuses are as sessions. */
#include "tools/history/report_session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NO_RUN    "0x0000000000000000"
#define RUN       "0x0102030405060708"
#define OTHER_RUN "0x1112131415161718"

struct bench {
	struct report_sessions sessions;
	char told[1024];
	int64_t at_us;
};

static void take(void *context, const struct report_session *session)
{
	static const char *const words[] = {"open", "matched", "failed", "basic", "broken"};
	struct bench *bench = context;
	const size_t len = strlen(bench->told);

	snprintf(bench->told + len, sizeof(bench->told) - len, "%s:%s:%s%s%s;", session->station,
		 words[session->outcome], session->reason, session->is_lost ? ":lost" : "",
		 session->failures > 0 && session->outcome == REPORT_MATCHED ? ":retried" : "");
}

static struct bench new_bench(void)
{
	return (struct bench){.at_us = 1000000};
}

static void row_of(struct bench *bench, const char *station, const char *status, const char *reason, const char *run)
{
	char id[32];

	snprintf(id, sizeof(id), "id-%lld", (long long)bench->at_us);
	bench->sessions.take = take;
	bench->sessions.context = bench;
	report_sessions_take(&bench->sessions, &(struct report_status){
						       .station = station,
						       .evse_id = "E1",
						       .message_id = id,
						       .status = status,
						       .reason = reason,
						       .run_id = run,
						       .ev_mac = "",
						       .at_us = bench->at_us,
					       });
	bench->at_us += 1000000;
}

static void row(struct bench *bench, const char *status, const char *reason, const char *run)
{
	row_of(bench, "S", status, reason, run);
}

static void assert_told(struct bench *bench, const char *expected)
{
	report_sessions_end(&bench->sessions);
	assert_string_equal(bench->told, expected);
}

static void match_that_ends_when_the_vehicle_leaves(void **state)
{
	struct bench bench = new_bench();

	(void)state;
	row(&bench, "matching", "", RUN);
	row(&bench, "matched", "", RUN);
	row(&bench, "unmatched", "vehicle_left", RUN);
	assert_told(&bench, "S:matched:vehicle_left;");
}

static void match_that_holds_and_attempt_that_goes_on(void **state)
{
	struct bench bench = new_bench();

	(void)state;
	row_of(&bench, "S1", "matching", "", RUN);
	row_of(&bench, "S1", "matched", "", RUN);
	row_of(&bench, "S2", "matching", "", RUN);
	assert_told(&bench, "S1:matched:;S2:open:;");
}

static void lost_link_is_told_from_a_match_and_from_a_failure(void **state)
{
	struct bench bench = new_bench();

	(void)state;
	row(&bench, "matching", "", RUN);
	row(&bench, "matched", "", RUN);
	row(&bench, "unmatched", "power_line_link_lost", RUN);
	row(&bench, "matching", "", OTHER_RUN);
	row(&bench, "failed", "no_sounds", OTHER_RUN);
	row(&bench, "unmatched", "vehicle_left", OTHER_RUN);
	assert_told(&bench, "S:matched:power_line_link_lost:lost;S:failed:no_sounds;");
}

static void what_follows_a_match_is_no_session(void **state)
{
	struct bench bench = new_bench();

	(void)state;
	row(&bench, "matching", "", RUN);
	row(&bench, "matched", "", RUN);
	row(&bench, "unmatched", "power_line_link_lost", RUN);
	row(&bench, "basic_charging", "no_parm_req", RUN);
	row(&bench, "unmatched", "vehicle_left", RUN);
	row(&bench, "basic_charging", "no_parm_req", NO_RUN);
	assert_told(&bench, "S:matched:power_line_link_lost:lost;S:basic:no_parm_req;");
}

static void next_vehicle_that_is_silent_is_a_session(void **state)
{
	struct bench bench = new_bench();

	(void)state;
	row(&bench, "matching", "", RUN);
	row(&bench, "matched", "", RUN);
	row(&bench, "unmatched", "terminated", RUN); /* and its `vehicle_left` is missing */
	row(&bench, "basic_charging", "no_parm_req", NO_RUN);
	assert_told(&bench, "S:matched:terminated;S:basic:no_parm_req;");
}

static void failed_attempts_before_a_match_are_one_session(void **state)
{
	struct bench bench = new_bench();

	(void)state;
	row(&bench, "matching", "", RUN);
	row(&bench, "failed", "no_sounds", RUN);
	row(&bench, "matching", "", OTHER_RUN);
	row(&bench, "matched", "", OTHER_RUN);
	row(&bench, "unmatched", "vehicle_left", OTHER_RUN);
	assert_told(&bench, "S:matched:vehicle_left:retried;");
}

static void fallback_behind_a_failure_keeps_its_reason(void **state)
{
	struct bench bench = new_bench();

	(void)state;
	row(&bench, "matching", "", RUN);
	row(&bench, "failed", "no_match_req", RUN);
	row(&bench, "basic_charging", "no_parm_req", RUN);
	row(&bench, "unmatched", "vehicle_left", RUN);
	assert_told(&bench, "S:failed:no_match_req;");
}

static void basic_charging_is_a_failure_where_a_car_was_heard(void **state)
{
	struct bench bench = new_bench();

	(void)state;
	row(&bench, "basic_charging", "no_parm_req", NO_RUN);
	row(&bench, "unmatched", "vehicle_left", NO_RUN);
	row(&bench, "basic_charging", "parm_req_refused", NO_RUN);
	row(&bench, "unmatched", "vehicle_left", NO_RUN);
	row(&bench, "matching", "", RUN);
	row(&bench, "failed", "paused", RUN);
	row(&bench, "basic_charging", "authorized_by_eim", RUN);
	row(&bench, "unmatched", "vehicle_left", RUN);
	assert_told(&bench, "S:basic:no_parm_req;S:failed:parm_req_refused;S:basic:authorized_by_eim;");
}

static void vehicle_that_leaves_before_a_result_has_broken_off(void **state)
{
	struct bench bench = new_bench();

	(void)state;
	row(&bench, "matching", "", RUN);
	row(&bench, "unmatched", "vehicle_left", RUN);
	row(&bench, "unmatched", "vehicle_left", NO_RUN);
	assert_told(&bench, "S:broken:vehicle_left;S:broken:vehicle_left;");
}

static void fault_ends_a_session(void **state)
{
	struct bench bench = new_bench();

	(void)state;
	row(&bench, "matching", "", RUN);
	row(&bench, "failed", "pilot_fault", RUN);
	row(&bench, "matching", "", OTHER_RUN);
	row(&bench, "matched", "", OTHER_RUN);
	row(&bench, "failed", "evse_not_ready", OTHER_RUN);
	row(&bench, "basic_charging", "no_parm_req", NO_RUN);
	assert_told(&bench, "S:failed:pilot_fault;S:matched:evse_not_ready;S:basic:no_parm_req;");
}

static void end_without_its_beginning_is_no_session(void **state)
{
	struct bench bench = new_bench();

	(void)state;
	row(&bench, "unmatched", "vehicle_left", RUN);
	row(&bench, "failed", "evse_not_ready", RUN);
	assert_told(&bench, "");
	assert_int_equal(bench.sessions.unknown_beginnings, 2);
}

static void match_that_begins_again_is_another_session(void **state)
{
	struct bench bench = new_bench();

	(void)state;
	row(&bench, "matching", "", RUN);
	row(&bench, "matched", "", RUN);
	row(&bench, "matching", "", OTHER_RUN);
	row(&bench, "matched", "", OTHER_RUN);
	row(&bench, "strange", "", OTHER_RUN);
	assert_told(&bench, "S:matched:;S:matched:;");
}

/* A station that has died, or slacd in it: the next vehicle is another one. */
static void start_of_slacd_ends_what_ran(void **state)
{
	struct bench bench = new_bench();

	(void)state;
	row(&bench, "start", "", "");
	row(&bench, "matching", "", RUN);
	row(&bench, "start", "", "");
	row(&bench, "matching", "", RUN);
	row(&bench, "failed", "no_sounds", RUN);
	row(&bench, "start", "", "");
	row(&bench, "basic_charging", "no_parm_req", NO_RUN);
	row(&bench, "start", "", "");
	row(&bench, "matching", "", OTHER_RUN);
	row(&bench, "matched", "", OTHER_RUN);
	row(&bench, "start", "", "");
	row(&bench, "basic_charging", "no_parm_req", NO_RUN);
	assert_told(&bench, "S:broken:;S:failed:no_sounds;S:basic:no_parm_req;S:matched:;S:basic:no_parm_req;");
	assert_int_equal(bench.sessions.unknown_beginnings, 0);
}

static void start_of_slacd_is_no_session(void **state)
{
	struct bench bench = new_bench();

	(void)state;
	row(&bench, "matching", "", RUN);
	row(&bench, "matched", "", RUN);
	row(&bench, "unmatched", "power_line_link_lost", RUN);
	row(&bench, "start", "", "");
	row(&bench, "start", "", "");
	row(&bench, "unmatched", "vehicle_left", NO_RUN);
	assert_told(&bench, "S:matched:power_line_link_lost:lost;S:broken:vehicle_left;");
}

static void row_that_comes_again_changes_nothing(void **state)
{
	struct bench bench = new_bench();

	(void)state;
	for (int i = 0; i < 2; i++) {
		bench.at_us = 1000000;
		row(&bench, "basic_charging", "no_parm_req", NO_RUN);
	}
	assert_told(&bench, "S:basic:no_parm_req;");
}

static void names_that_cannot_be_shown_are_escaped_and_still_one_outlet(void **state)
{
	struct bench bench = new_bench();
	char name[3 * REPORT_NAME_SIZE];

	(void)state;
	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	name[0] = '\x1f';
	name[1] = '\xff';
	row_of(&bench, name, "matching", "", RUN);
	row_of(&bench, name, "matched", "", RUN);
	report_sessions_end(&bench.sessions);
	assert_memory_equal(bench.told, "?\\xffxxx", 8);
	assert_non_null(strstr(bench.told, ":matched:"));
	assert_null(strstr(bench.told, ":open:"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(match_that_ends_when_the_vehicle_leaves),
		cmocka_unit_test(match_that_holds_and_attempt_that_goes_on),
		cmocka_unit_test(lost_link_is_told_from_a_match_and_from_a_failure),
		cmocka_unit_test(what_follows_a_match_is_no_session),
		cmocka_unit_test(next_vehicle_that_is_silent_is_a_session),
		cmocka_unit_test(failed_attempts_before_a_match_are_one_session),
		cmocka_unit_test(fallback_behind_a_failure_keeps_its_reason),
		cmocka_unit_test(basic_charging_is_a_failure_where_a_car_was_heard),
		cmocka_unit_test(vehicle_that_leaves_before_a_result_has_broken_off),
		cmocka_unit_test(fault_ends_a_session),
		cmocka_unit_test(end_without_its_beginning_is_no_session),
		cmocka_unit_test(match_that_begins_again_is_another_session),
		cmocka_unit_test(start_of_slacd_ends_what_ran),
		cmocka_unit_test(start_of_slacd_is_no_session),
		cmocka_unit_test(row_that_comes_again_changes_nothing),
		cmocka_unit_test(names_that_cannot_be_shown_are_escaped_and_still_one_outlet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
