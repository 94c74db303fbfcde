/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever happens, in whatever order: what always holds for slacd as a whole. */
#include "slacd/tests/world/record.h"
#include "slacd/tests/world/script.h"
#include "slacd/tests/world/sequence.h"
#include "slacd/tests/world/story.h"

#include <fnmatch.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Each takes about 15 ms. */
#define SEQUENCES          30
#define SEQUENCES_VALGRIND 2

static uint64_t sequences(void)
{
	return getenv("SLACD_VALGRIND") != NULL ? SEQUENCES_VALGRIND : SEQUENCES;
}

static void play_sequence(uint64_t seed)
{
	char *script = sequence_new(seed);

	script_run(script);
	free(script);
}

static bool is_like(const char *text, const char *pattern)
{
	return fnmatch(pattern, text, FNM_NOESCAPE) == 0;
}

/* The key goes to the modem and to the matched car, and nowhere else. */
static bool may_hold_key(const char *text)
{
	return is_like(text, "* > CM_SET_KEY.REQ *") || is_like(text, "* > CM_SLAC_MATCH.CNF *") ||
	       is_like(text, "* < CM_GET_KEY.CNF *");
}

static void nothing_is_left_open_and_no_key_leaks_whatever_happens(void **state)
{
	for (uint64_t seed = 0; seed < sequences(); seed++) {
		play_sequence(seed);
		for (size_t line = 0; line < record_count(); line++)
			if (strstr(record_text(line), "<nmk") != NULL && !may_hold_key(record_text(line)))
				fail_msg("seed %llu: a key in %s", (unsigned long long)seed, record_text(line));
		if (story_end(state) != 0)
			fail_msg("seed %llu: something was left open", (unsigned long long)seed);
		story_begin(state);
	}
}

#define RUN_ID_TEXT sizeof("\"run_id\":\"0x0123456789abcdef\"")

/* What an outlet has said last: 'm' matching, 'M' matched, 0: nothing that lasts. */
struct outlet {
	char id[16];
	char said;
	char run_id[RUN_ID_TEXT]; /* that is matching: a car that begins again has another one */
};

static void follow(struct outlet *outlet, const char *text, uint64_t seed)
{
	const char *run_id = strstr(text, "\"run_id\"");

	if (strstr(text, outlet->id) == NULL)
		return;
	if (strstr(text, "\"status\":\"matched\"") != NULL && outlet->said == 0)
		fail_msg("seed %llu: matched without matching: %s", (unsigned long long)seed, text);
	if (strstr(text, "\"status\":\"matching\"") != NULL && outlet->said == 'm' &&
	    strncmp(run_id, outlet->run_id, RUN_ID_TEXT - 1) == 0)
		fail_msg("seed %llu: matching twice: %s", (unsigned long long)seed, text);
	if (strstr(text, "\"status\":\"matching\"") != NULL) {
		outlet->said = 'm';
		snprintf(outlet->run_id, RUN_ID_TEXT, "%s", run_id);
	} else if (strstr(text, "\"status\":\"matched\"") != NULL)
		outlet->said = 'M';
	else if (strstr(text, "\"basic_charging\"") == NULL) /* beside a match: authorized by EIM */
		outlet->said = 0;
}

static void matched_follows_matching_and_each_session_ends_before_the_next(void **state)
{
	for (uint64_t seed = 0; seed < sequences(); seed++) {
		struct outlet outlets[] = {{.id = "*E1\""}, {.id = "*E2\""}, {.id = "*E3\""}};

		play_sequence(seed);
		for (size_t line = 0; line < record_count(); line++) {
			const char *text = record_text(line);
			if (is_like(text, "* will *") || is_like(text, "* slacd *service_status*\"starting\"*"))
				for (size_t i = 0; i < 3; i++)
					outlets[i].said = 0;
			if (is_like(text, "* slacd *josev/cs *\"name\":\"slac_service_status\"*") ||
			    is_like(text, "* slacd *josev/cs *\"name\":\"slac_status\"*"))
				for (size_t i = 0; i < 3; i++)
					follow(&outlets[i], text, seed);
		}
		assert_int_equal(story_end(state), 0);
		story_begin(state);
	}
}

static void same_seed_gives_the_same_record_again(void **state)
{
	char **lines;
	size_t count;

	play_sequence(7);
	count = record_count();
	lines = calloc(count, sizeof(lines[0]));
	for (size_t line = 0; line < count; line++)
		lines[line] = strdup(record_text(line));
	assert_int_equal(story_end(state), 0);
	story_begin(state);
	play_sequence(7);
	assert_int_equal(record_count(), count);
	for (size_t line = 0; line < count; line++) {
		assert_string_equal(record_text(line), lines[line]);
		free(lines[line]);
	}
	free(lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(nothing_is_left_open_and_no_key_leaks_whatever_happens),
		STORY(matched_follows_matching_and_each_session_ends_before_the_next),
		STORY(same_seed_gives_the_same_record_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
