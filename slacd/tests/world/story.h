/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a test asks of the record (cmocka). A mark is a number of lines; what is asked for stands behind it. `evse` is
 * an outlet's id, patterns are those of world_await. Times are exact but for STORY_SLACK_US: a message takes its way.
 */
#ifndef SLACD_TESTS_WORLD_STORY_H
#define SLACD_TESTS_WORLD_STORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STORY_SLACK_US 2000
#define E1             "DE*TST*E1"
#define E2             "DE*TST*E2"

/* Patterns of what slacd asks for, and of what the station reports. */
#define HLC "slacd *cp_pwm*\"hlc\":true"
#define F   "slacd *cp_pwm*\"fault_state\":true"
#define X1  "slacd *cp_pwm*\"current\":0.0,\"error_state\":false,\"fault_state\":false"
#define X2  "slacd *cp_pwm*\"current\":32.0"
#define B2  "station *cp_status*\"state\":\"B2\""

/* Lines of a script. */
#define EIM     "set pilot.basic_charging_on_eim true\n"
#define MATCHED "cs plug\ncar plc0 plug\nawait \"matched\"\n"
/* Longer than all that could follow. */
#define LONG "run 60000"

/* Group of tests: each in a world of its own, in which nothing is left open. */
int story_begin(void **state);
int story_end(void **state);
#define STORY(test) cmocka_unit_test_setup_teardown(test, story_begin, story_end)

/* Carries out lines of a script (script.h). */
void play(const char *script);
/* As `await` in a script, but a test that waits in vain has failed. Returns the line. */
size_t play_until(const char *pattern);
size_t mark(void);

/*
 * The SLAC statuses published for the outlet, each with its reason: "matching matched unmatched:vehicle_left".
 * The pilot requests that left, those repeated in a row once: "hlc f x1 x2:16.0". The service's statuses.
 */
void assert_statuses(size_t from, const char *evse, const char *expected);
void assert_pilots(size_t from, const char *evse, const char *expected);
void assert_services(size_t from, const char *expected);

/* The first line like this; there must be one, there must be none, there must be so many. */
size_t line_of(size_t from, const char *pattern);
void assert_none(size_t from, const char *pattern);
void assert_count(size_t from, const char *pattern, size_t expected);
/* The one line stands so much later than the other. */
void assert_later_ms(size_t line, size_t than, double ms);
/* The first lines like these stand in this order; a NULL ends the patterns. */
void assert_in_order(size_t from, const char *const *patterns);

#endif
