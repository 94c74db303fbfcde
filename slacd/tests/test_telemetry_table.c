/* SPDX-License-Identifier: Apache-2.0 */
/* What telemetry has to say: once a second at most, the last one wins, nothing while nothing has changed. */
#include "slacd/telemetry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BEGIN_US   UINT64_C(1000000000)
#define WALL_US    UINT64_C(1795770611123456)
#define PLUGGED_US (BEGIN_US + 100)

static struct telemetry *telemetry;
static uint64_t now_us;
static char said[4096];

static struct telemetry_time at(void)
{
	return (struct telemetry_time){.now_us = now_us, .wall_us = WALL_US + now_us - BEGIN_US};
}

static int begin(void **state)
{
	(void)state;
	telemetry = calloc(1, sizeof(*telemetry));
	now_us = BEGIN_US;
	return telemetry != NULL ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	free(telemetry);
	return 0;
}

static void add(const char *evse_id)
{
	const struct telemetry_time time = at();

	telemetry_add(telemetry, evse_id, &time);
}

static void status(const char *evse_id, enum outlet_status_kind kind, enum slac_reason reason)
{
	const struct outlet_status what = {.kind = kind,
					   .reason = reason,
					   .has_ev = kind != OUTLET_UNMATCHED,
					   .ev_mac = {0x00, 0x18, 0x87, 0x00, 0xa1, 0xd6},
					   .has_attenuation = kind == OUTLET_MATCHED,
					   .attenuation_ddb = 203};
	const struct telemetry_time time = at();

	telemetry_take_status(telemetry, evse_id, &what, PLUGGED_US, &time);
}

static void look(const char *evse_id, enum api_cp_state pilot, uint32_t offered_da, const char *version)
{
	const struct telemetry_view view = {.has_pilot = true,
					    .pilot = pilot,
					    .has_offered = true,
					    .offered_da = offered_da,
					    .modem_version = version};
	const struct telemetry_time time = at();

	telemetry_look(telemetry, evse_id, &view, &time);
}

static void write_news(const struct telemetry_news *news, char *out, size_t size)
{
	const struct api_telemetry_value *value = &news->sample.value;
	const char *name = api_telemetry_name(news->kind);

	if (news->is_cleared)
		snprintf(out, size, "%s.%s cleared", news->evse_id, name);
	else if (value->type == API_TELEMETRY_TEXT)
		snprintf(out, size, "%s.%s=%s", news->evse_id, name, value->text);
	else if (value->type == API_TELEMETRY_NUMBER)
		snprintf(out, size, "%s.%s=%g", news->evse_id, name, value->number);
	else
		snprintf(out, size, "%s.%s=null", news->evse_id, name);
}

/* What is told now, at most `max` of it: "E1.state=matched, E1.pilot=C2". */
static const char *tell(size_t max)
{
	struct telemetry_news news;
	size_t len = 0;

	said[0] = '\0';
	for (; max > 0 && telemetry_next(telemetry, now_us, &news); max--) {
		len += (size_t)snprintf(said + len, sizeof(said) - len, "%s", len > 0 ? ", " : "");
		write_news(&news, said + len, sizeof(said) - len);
		len = strlen(said);
		telemetry_said(telemetry, &news, now_us);
	}
	return said;
}

static const char *tell_all(void)
{
	return tell(SIZE_MAX);
}

/* E1 with all told, a second ago. */
static void begin_quiet(void)
{
	add("E1");
	telemetry_connected(telemetry);
	(void)tell_all();
	now_us += TELEMETRY_EACH_US;
}

static bool keeps_e1(const void *context, const char *evse_id)
{
	(void)context;
	return strcmp(evse_id, "E1") == 0;
}

static bool keeps_none(const void *context, const char *evse_id)
{
	(void)context;
	(void)evse_id;
	return false;
}

static void outlet_begins_with_all_its_values(void **state)
{
	(void)state;
	add("E1");
	assert_true(telemetry_deadline(telemetry) == TELEMETRY_NEVER);
	assert_string_equal(tell_all(), "");
	telemetry_connected(telemetry);
	assert_true(telemetry_deadline(telemetry) <= now_us);
	assert_string_equal(tell_all(),
			    "E1.state=unmatched, E1.reason=, E1.pilot=, E1.ev_mac=, E1.attenuation_db=null, "
			    "E1.modem_version=, E1.sessions_matched=0, E1.sessions_failed=0, E1.last_match_ms=null, "
			    "E1.offered_current_a=null");
	assert_true(telemetry_deadline(telemetry) == TELEMETRY_NEVER);
	now_us += 10 * TELEMETRY_EACH_US;
	assert_string_equal(tell_all(), "");
}

static void what_has_changed_is_told(void **state)
{
	(void)state;
	begin_quiet();
	look("E1", API_CP_C2, 160, "MAC-QCA7000");
	assert_string_equal(tell_all(), "E1.pilot=C2, E1.modem_version=MAC-QCA7000, E1.offered_current_a=16");
	look("E1", API_CP_C2, 160, "MAC-QCA7000");
	assert_true(telemetry_deadline(telemetry) == TELEMETRY_NEVER);
	status("E1", OUTLET_MATCHED, SLAC_REASON_NONE);
	assert_string_equal(tell_all(), "E1.state=matched, E1.ev_mac=00:18:87:00:A1:D6, E1.attenuation_db=20.3, "
					"E1.sessions_matched=1, E1.last_match_ms=999");
	now_us += TELEMETRY_EACH_US;
	status("E1", OUTLET_FAILED, SLAC_REASON_NO_SOUNDS);
	assert_string_equal(tell_all(),
			    "E1.state=failed, E1.reason=no_sounds, E1.attenuation_db=null, E1.sessions_failed=1");
}

static void value_has_the_time_when_it_began_to_hold(void **state)
{
	struct telemetry_news news;

	(void)state;
	begin_quiet();
	look("E1", API_CP_B1, 0, "");
	now_us += 5 * TELEMETRY_EACH_US;
	look("E1", API_CP_B1, 0, "");
	assert_true(telemetry_next(telemetry, now_us, &news));
	assert_int_equal(news.sample.sampling_ms, (WALL_US + TELEMETRY_EACH_US) / 1000);
}

static void last_one_of_a_second_wins(void **state)
{
	(void)state;
	begin_quiet();
	look("E1", API_CP_B1, 0, "");
	assert_string_equal(tell_all(), "E1.pilot=B1, E1.offered_current_a=0");
	const uint64_t told_us = now_us;
	for (unsigned i = 0; i < 999; i++) {
		now_us += 1000;
		look("E1", i % 2 == 0 ? API_CP_B2 : API_CP_C2, i, "");
		assert_string_equal(tell_all(), "");
		assert_true(telemetry_deadline(telemetry) == told_us + TELEMETRY_EACH_US);
	}
	now_us = told_us + TELEMETRY_EACH_US - 1;
	assert_string_equal(tell_all(), "");
	now_us++;
	assert_string_equal(tell_all(), "E1.pilot=B2, E1.offered_current_a=99.8");
	assert_true(telemetry_deadline(telemetry) == TELEMETRY_NEVER);
}

static void what_is_as_it_was_told_is_not_told_again(void **state)
{
	(void)state;
	begin_quiet();
	look("E1", API_CP_B1, 0, "V1");
	(void)tell_all();
	look("E1", API_CP_B2, 0, "V2");
	look("E1", API_CP_B1, 0, "V1");
	assert_true(telemetry_deadline(telemetry) == TELEMETRY_NEVER);
	now_us += TELEMETRY_EACH_US;
	assert_string_equal(tell_all(), "");
}

static void all_is_told_again_on_a_new_connection(void **state)
{
	(void)state;
	begin_quiet();
	look("E1", API_CP_C2, 160, "V1");
	(void)tell_all();
	telemetry_disconnected(telemetry);
	status("E1", OUTLET_MATCHED, SLAC_REASON_NONE);
	assert_true(telemetry_deadline(telemetry) == TELEMETRY_NEVER);
	assert_string_equal(tell_all(), "");
	now_us += TELEMETRY_EACH_US / 2;
	telemetry_connected(telemetry);
	/* Those of half a second ago wait. */
	assert_string_equal(tell_all(),
			    "E1.state=matched, E1.reason=, E1.ev_mac=00:18:87:00:A1:D6, E1.attenuation_db=20.3, "
			    "E1.sessions_matched=1, E1.sessions_failed=0, E1.last_match_ms=999");
	/* What is as the earlier connection was told is not told on this one yet. */
	look("E1", API_CP_B2, 160, "V1");
	look("E1", API_CP_C2, 160, "V1");
	now_us += TELEMETRY_EACH_US / 2;
	assert_string_equal(tell_all(), "E1.pilot=C2, E1.modem_version=V1, E1.offered_current_a=16");
}

static void refused_value_waits_for_room_and_is_the_last_one_then(void **state)
{
	struct telemetry_news news;

	(void)state;
	begin_quiet();
	look("E1", API_CP_B1, 0, "");
	assert_true(telemetry_next(telemetry, now_us, &news));
	telemetry_set_room(telemetry, false);
	assert_true(telemetry_deadline(telemetry) == TELEMETRY_NEVER);
	look("E1", API_CP_C2, 100, "");
	assert_string_equal(tell_all(), "");
	telemetry_set_room(telemetry, true);
	assert_string_equal(tell_all(), "E1.pilot=C2, E1.offered_current_a=10");
}

static void first_match_after_a_plug_in_is_timed(void **state)
{
	(void)state;
	begin_quiet();
	status("E1", OUTLET_MATCHED, SLAC_REASON_NONE);
	(void)tell_all();
	now_us += 60 * TELEMETRY_EACH_US;
	status("E1", OUTLET_MATCHED, SLAC_REASON_NONE);
	assert_string_equal(tell_all(), "E1.sessions_matched=2");
}

#define ALL_CLEARED(evse_id)                                                                                           \
	evse_id ".state cleared, " evse_id ".reason cleared, " evse_id ".pilot cleared, " evse_id                      \
		".ev_mac cleared, " evse_id ".attenuation_db cleared, " evse_id ".modem_version cleared, " evse_id     \
		".sessions_matched cleared, " evse_id ".sessions_failed cleared, " evse_id                             \
		".last_match_ms cleared, " evse_id ".offered_current_a cleared"

static void values_of_a_removed_outlet_are_cleared_on_each_connection(void **state)
{
	(void)state;
	add("E2");
	begin_quiet();
	look("E2", API_CP_C2, 160, "V1");
	telemetry_keep(telemetry, keeps_e1, NULL);
	look("E2", API_CP_B1, 0, "V2");
	status("E2", OUTLET_UNMATCHED, SLAC_REASON_RESET);
	assert_string_equal(tell_all(), ALL_CLEARED("E2"));
	assert_true(telemetry_deadline(telemetry) == TELEMETRY_NEVER);
	now_us += TELEMETRY_EACH_US;
	telemetry_disconnected(telemetry);
	telemetry_connected(telemetry);
	assert_non_null(strstr(tell_all(), ", " ALL_CLEARED("E2")));
	assert_true(telemetry_deadline(telemetry) == TELEMETRY_NEVER);
}

/* Within a second of the last word about it nothing is said. */
static void outlet_that_comes_back_begins_anew(void **state)
{
	(void)state;
	begin_quiet();
	look("E1", API_CP_C2, 160, "V1");
	telemetry_keep(telemetry, keeps_none, NULL);
	assert_string_equal(tell_all(), ALL_CLEARED("E1"));
	add("E1");
	assert_string_equal(tell_all(), "");
	assert_true(telemetry_deadline(telemetry) == now_us + TELEMETRY_EACH_US);
	now_us += TELEMETRY_EACH_US;
	assert_non_null(strstr(tell_all(), "E1.state=unmatched, E1.reason=, E1.pilot=, "));
	assert_true(telemetry_deadline(telemetry) == TELEMETRY_NEVER);
}

static void removed_one_that_was_not_cleared_yet_comes_back(void **state)
{
	(void)state;
	begin_quiet();
	telemetry_keep(telemetry, keeps_none, NULL);
	add("E1");
	assert_null(strstr(tell_all(), "cleared"));
	assert_non_null(strstr(said, "E1.offered_current_a=null"));
	assert_true(telemetry_deadline(telemetry) == TELEMETRY_NEVER);
}

static void as_many_removed_outlets_as_outlets_are_remembered(void **state)
{
	char evse_id[API_EVSE_ID_MAX];
	struct telemetry_news news;
	size_t cleared = 0;

	(void)state;
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < API_EVSES_MAX; i++) {
			snprintf(evse_id, sizeof(evse_id), "R%d-E%d", round, i);
			add(evse_id);
		}
		telemetry_keep(telemetry, keeps_none, NULL);
	}
	telemetry_connected(telemetry);
	for (; telemetry_next(telemetry, now_us, &news); cleared++) {
		assert_true(news.is_cleared);
		assert_int_equal(strncmp(news.evse_id, "R1-", 3), 0); /* the older ones were forgotten */
		telemetry_said(telemetry, &news, now_us);
	}
	assert_int_equal(cleared, API_EVSES_MAX * API_TELEMETRY_KINDS);
	assert_true(telemetry_deadline(telemetry) == TELEMETRY_NEVER);
}

/* Also one that says nothing new has its turn while others go on and on. */
static void outlets_take_turns(void **state)
{
	char evse_id[API_EVSE_ID_MAX];
	char turns[64] = "";

	(void)state;
	for (int i = 1; i <= 4; i++) {
		snprintf(evse_id, sizeof(evse_id), "E%d", i);
		add(evse_id);
	}
	telemetry_connected(telemetry);
	for (int i = 0; i < 4; i++) {
		const char *first = tell(API_TELEMETRY_KINDS);
		strncat(turns, first, 2);
		now_us += TELEMETRY_EACH_US;
		look("E1", i % 2 == 0 ? API_CP_B1 : API_CP_B2, (uint32_t)i, i % 2 == 0 ? "V1" : "V2");
	}
	assert_string_equal(turns, "E1E2E3E4");
}

static void end_tells_what_waits_at_once(void **state)
{
	(void)state;
	begin_quiet();
	look("E1", API_CP_B1, 0, "");
	(void)tell_all();
	look("E1", API_CP_F, 0, "");
	assert_string_equal(tell_all(), "");
	telemetry_end(telemetry);
	assert_string_equal(tell_all(), "E1.pilot=F");
	assert_string_equal(tell_all(), "");
}

static void outlet_that_was_not_added_is_ignored(void **state)
{
	(void)state;
	telemetry_connected(telemetry);
	look("E9", API_CP_B1, 0, "V1");
	status("E9", OUTLET_MATCHED, SLAC_REASON_NONE);
	assert_string_equal(tell_all(), "");
	assert_true(telemetry_deadline(telemetry) == TELEMETRY_NEVER);
}

#define TELEMETRY_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TELEMETRY_TEST(outlet_begins_with_all_its_values),
		TELEMETRY_TEST(what_has_changed_is_told),
		TELEMETRY_TEST(value_has_the_time_when_it_began_to_hold),
		TELEMETRY_TEST(last_one_of_a_second_wins),
		TELEMETRY_TEST(what_is_as_it_was_told_is_not_told_again),
		TELEMETRY_TEST(all_is_told_again_on_a_new_connection),
		TELEMETRY_TEST(refused_value_waits_for_room_and_is_the_last_one_then),
		TELEMETRY_TEST(first_match_after_a_plug_in_is_timed),
		TELEMETRY_TEST(values_of_a_removed_outlet_are_cleared_on_each_connection),
		TELEMETRY_TEST(outlet_that_comes_back_begins_anew),
		TELEMETRY_TEST(removed_one_that_was_not_cleared_yet_comes_back),
		TELEMETRY_TEST(as_many_removed_outlets_as_outlets_are_remembered),
		TELEMETRY_TEST(outlets_take_turns),
		TELEMETRY_TEST(end_tells_what_waits_at_once),
		TELEMETRY_TEST(outlet_that_was_not_added_is_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
