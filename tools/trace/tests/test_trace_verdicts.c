/* SPDX-License-Identifier: Apache-2.0 */
/* Each verdict of the catalogue, from frames that lead to it. */
#include "tools/trace/tests/trace_stories.h"
#include "tools/trace/trace_verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SESSIONS_MAX 8

static bool seen[SLAC_CAUSE_COUNT];

/* --- a capture in memory --- */

static struct trace_sessions *sessions;
static bool cooked;
static struct trace_session done[SESSIONS_MAX];
static size_t done_count;

static void on_done(void *context, const struct trace_session *session)
{
	(void)context;
	assert_true(done_count < SESSIONS_MAX);
	done[done_count++] = *session;
}

static int set_up(void **state)
{
	(void)state;
	sessions = trace_sessions_new(on_done, NULL);
	cooked = false;
	done_count = 0;
	return sessions == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	trace_sessions_free(sessions);
	return 0;
}

/* "any" of Linux does not keep the destination. */
static void take(void *context, const struct trace_frame *frame)
{
	struct trace_frame taken = *frame;

	(void)context;
	taken.has_no_address = cooked;
	if (cooked)
		memset(taken.octets, 0, MAC_LEN);
	trace_sessions_take(sessions, &taken);
}

static void judge(const struct trace_story *story, struct trace_verdict *verdict)
{
	assert_int_equal(set_up(NULL), 0);
	trace_sessions_end(sessions, trace_story_tell(story, take, NULL));
	assert_true(story->session < done_count);
	trace_judge(&done[story->session], verdict);
	assert_int_equal(tear_down(NULL), 0);
}

/* --- the catalogue --- */

static void each_story_has_its_verdict(void **state)
{
	struct trace_verdict verdict;

	(void)state;
	for (size_t i = 0; i < trace_story_count; i++) {
		const struct trace_story *story = &trace_stories[i];
		judge(story, &verdict);
		if (verdict.word != story->word)
			fail_msg("%s: %s (%s)", trace_story_name(story), slac_reason_text(verdict.word), verdict.cause);
		assert_true(strlen(verdict.cause) > 0);
		assert_true(verdict.proof_count > 0 && verdict.proofs[0] > 0);
		seen[story->word] = true;
	}
}

static const struct trace_story *story_of(enum slac_reason word)
{
	for (size_t i = 0; i < trace_story_count; i++)
		if (trace_stories[i].word == word)
			return &trace_stories[i];
	fail_msg("no story of %s", slac_reason_text(word));
	return NULL;
}

static void cooked_captures_tell_the_same(void **state)
{
	static const enum slac_reason words[] = {SLAC_CAUSE_MATCHED, SLAC_CAUSE_VALIDATION_FAILED};
	struct trace_verdict verdict;

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		assert_int_equal(set_up(NULL), 0);
		cooked = true;
		trace_sessions_end(sessions, trace_story_tell(story_of(words[i]), take, NULL));
		trace_judge(&done[0], &verdict);
		assert_string_equal(slac_reason_text(verdict.word), slac_reason_text(words[i]));
		assert_int_equal(tear_down(NULL), 0);
	}
}

/* What a capture cannot show stands in session records: test_trace_vectors. */
static bool is_of_records(enum slac_reason word)
{
	return word >= SLAC_CAUSE_NO_PILOT_STATE && word <= SLAC_CAUSE_MODEM_SILENT;
}

static void every_finer_cause_was_reached_and_every_verdict_has_its_texts(void **state)
{
	size_t verdicts = 0;

	(void)state;
	for (int i = 1; i < SLAC_CAUSE_COUNT; i++) {
		const enum slac_reason word = (enum slac_reason)i;
		if (word > SLAC_REASON_COUNT && !is_of_records(word) && !seen[word])
			fail_msg("%s was not reached", slac_reason_text(word));
		assert_true(word <= SLAC_REASON_COUNT || trace_catalogue_has(word));
		assert_true(!trace_catalogue_has(word) || strlen(trace_remedy(word)) > 10);
		assert_true(trace_daemon_word(word) < SLAC_REASON_COUNT);
		verdicts += trace_catalogue_has(word);
	}
	assert_true(verdicts >= 40);
}

static void every_verdict_has_a_row_in_the_document(void **state)
{
	const char *vectors = getenv("SLACD_VECTORS");
	static char text[65536];
	char path[512], row[1024];

	(void)state;
	snprintf(path, sizeof(path), "%s/../doc/trace.md", vectors != NULL ? vectors : "test-vectors");
	FILE *page = fopen(path, "re");
	assert_non_null(page);
	text[fread(text, 1, sizeof(text) - 1, page)] = '\0';
	fclose(page);
	for (int i = 1; i < SLAC_CAUSE_COUNT; i++) {
		const enum slac_reason word = (enum slac_reason)i, daemon_word = trace_daemon_word(word);
		const bool is_finer = word > SLAC_REASON_COUNT && daemon_word != SLAC_REASON_NONE;
		const enum trace_fault fault = trace_fault_of(word);
		if (!trace_catalogue_has(word))
			continue;
		snprintf(row, sizeof(row), "\n| `%s` | %s | %s%s%s | %s |\n", slac_reason_text(word),
			 fault == TRACE_FAULT_NONE ? "" : trace_fault_text(fault), is_finer ? "`" : "",
			 is_finer ? slac_reason_text(daemon_word) : "", is_finer ? "`" : "", trace_remedy(word));
		if (strstr(text, row) == NULL)
			fail_msg("doc/trace.md lacks this row:%s", row);
	}
}

static void send_of_car(enum mmtype type, uint8_t number, uint64_t after_us)
{
	static struct trace_frame frame;
	struct mme mme;

	mme_init(&mme, type, (const uint8_t[MAC_LEN]){2, 0xca, 0, 0, 0, number}, mac_broadcast);
	assert_int_equal(mme_encode(&mme, frame.octets, sizeof(frame.octets), &frame.len), MME_OK);
	frame.number++;
	frame.time_us += after_us;
	trace_sessions_take(sessions, &frame);
}

static void no_number_of_cars_is_too_many(void **state)
{
	struct trace_verdict verdict;

	(void)state;
	assert_int_equal(set_up(NULL), 0);
	for (uint8_t i = 0; i < TRACE_OPEN_MAX + SESSIONS_MAX - 1; i++)
		send_of_car(CM_SLAC_PARM_REQ, i, 1000);
	assert_int_equal(done_count, SESSIONS_MAX - 1); /* the ones that were quiet for longest */
	assert_int_equal(done[0].ev_mac[5], 0);
	trace_judge(&done[0], &verdict);
	assert_string_equal(slac_reason_text(verdict.word), "displaced"); /* and not: nobody answered */
	assert_string_equal(verdict.unknown, "What became of this car.");
	assert_int_equal(tear_down(NULL), 0);
}

static void whoever_asks_without_end_pushes_out_no_car_that_has_gone_on(void **state)
{
	(void)state;
	assert_int_equal(set_up(NULL), 0);
	send_of_car(CM_SLAC_PARM_REQ, 0, 1000);
	send_of_car(CM_START_ATTEN_CHAR_IND, 0, 1000);
	for (uint8_t i = 1; i < TRACE_OPEN_MAX + SESSIONS_MAX - 1; i++)
		send_of_car(CM_SLAC_PARM_REQ, i, 1000);
	for (size_t i = 0; i < done_count; i++)
		assert_int_not_equal(done[i].ev_mac[5], 0);
	assert_int_equal(tear_down(NULL), 0);
}

static void car_that_was_pushed_out_is_not_taken_for_a_new_one(void **state)
{
	(void)state;
	assert_int_equal(set_up(NULL), 0);
	for (uint8_t i = 0; i <= TRACE_OPEN_MAX; i++)
		send_of_car(CM_SLAC_PARM_REQ, i, 1000);
	assert_int_equal(done_count, 1);
	send_of_car(CM_MNBC_SOUND_IND, 0, 1000);
	assert_int_equal(done_count, 1);
	assert_int_equal(tear_down(NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_story_has_its_verdict),
		cmocka_unit_test(cooked_captures_tell_the_same),
		cmocka_unit_test(every_finer_cause_was_reached_and_every_verdict_has_its_texts),
		cmocka_unit_test(every_verdict_has_a_row_in_the_document),
		cmocka_unit_test(no_number_of_cars_is_too_many),
		cmocka_unit_test(whoever_asks_without_end_pushes_out_no_car_that_has_gone_on),
		cmocka_unit_test(car_that_was_pushed_out_is_not_taken_for_a_new_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
