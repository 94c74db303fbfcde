/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of the matching core, held against what an outlet really does: every pair of a run's state and a message,
 * in both profiles, with the link awaited and not.
 */
#include "homeplug/slac/slac_run.h"
#include "homeplug/slac/tests/slac_evse_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HOUR_MS    UINT64_C(3600000)
#define ROWS_MAX   64
#define COUNT(row) (sizeof(row) / sizeof((row)[0]))

static const enum mmtype messages[] = {CM_SLAC_PARM_REQ,     CM_START_ATTEN_CHAR_IND, CM_MNBC_SOUND_IND,
				       CM_ATTEN_PROFILE_IND, CM_ATTEN_CHAR_RSP,       CM_VALIDATE_REQ,
				       CM_SLAC_MATCH_REQ};

/* `other`: the second way to say or to have it, where the state knows two (see bring_to, give). */
struct variant {
	bool strict;
	bool await_link;
	bool other;
};

static struct variant variant(unsigned number)
{
	return (struct variant){(number & 1) != 0, (number & 2) != 0, (number & 4) != 0};
}
#define VARIANTS 8

static bool waits(enum slac_run_state state)
{
	return state >= SLAC_RUN_WAIT_START && state <= SLAC_RUN_TOGGLING;
}

/* Other way: sounds were measured; validation is not carried out, in strict not required. */
static void bring_to(struct bench *bench, const struct slac_car *car, enum slac_run_state state, struct variant how)
{
	struct slac_evse_config config = bench_config(how.strict);

	config.await_link = how.await_link;
	bench_ready(bench, &config);
	if (state != SLAC_RUN_FREE)
		bench_bring_to(bench, car, state);
	if (how.other && state == SLAC_RUN_SOUNDING)
		bench_sounds(bench, car, 5);
	if (how.other && state == SLAC_RUN_WAIT_MATCH)
		bench->evse.config.validation = how.strict ? SLAC_VALIDATION_NOT_REQUIRED : SLAC_VALIDATION_OFF;
	if (how.other && state == SLAC_RUN_WAIT_MATCH && how.strict)
		bench_validate(bench, car, 0);
}

/* Other way: CM_VALIDATE.REQ is step 2. */
static void give(struct bench *bench, const struct slac_car *car, uint16_t message, bool other)
{
	if (message == SLAC_DEADLINE)
		bench_tick_at(bench, slac_evse_deadline(&bench->evse));
	else if (message == CM_VALIDATE_REQ && other)
		bench_validate(bench, car, BENCH_TIMER);
	else
		bench_say(bench, car, (enum mmtype)message);
}

static const struct slac_run *run_of(const struct bench *bench, const struct slac_car *car)
{
	static const struct slac_run none;

	for (size_t i = 0; i < bench->evse.run_count; i++)
		if (mac_equal(bench->evse.runs[i].ev_mac, car->mac))
			return &bench->evse.runs[i];
	return &none;
}

/* --- the words of a row's `to` --- */

/* Its next word: the state it names (SLAC_RUN_STATES: none), or `stay` for "=". False at the end. */
static bool next_word(const char **to, enum slac_run_state stay, enum slac_run_state *named)
{
	char word[32];
	int len = 0;

	if (sscanf(*to, " %31s%n", word, &len) != 1)
		return false;
	*to += len;
	*named = stay;
	if (strcmp(word, "=") != 0)
		for (*named = SLAC_RUN_FREE; *named < SLAC_RUN_STATES; (*named)++)
			if (strcmp(word, slac_run_state_text(*named)) == 0)
				break;
	return true;
}

static bool row_leads_to(const struct slac_transition *row, enum slac_run_state state)
{
	enum slac_run_state named;

	for (const char *to = row->to; next_word(&to, row->state, &named);)
		if (named == state)
			return true;
	return false;
}

static void every_row_names_states_that_exist_and_a_clause(void **state)
{
	(void)state;
	for (size_t i = 0; i < slac_transitions_count; i++) {
		const struct slac_transition *row = &slac_transitions[i];
		enum slac_run_state named;
		size_t words = 0;
		for (const char *to = row->to; next_word(&to, row->state, &named); words++) {
			if (named == SLAC_RUN_STATES)
				fail_msg("row %zu: \"%s\" names no state", i, row->to);
		}
		assert_true(words > 0);
		assert_string_not_equal(row->clause, "");
		assert_non_null(row->act);
	}
}

static void no_pair_is_in_the_table_twice(void **state)
{
	(void)state;
	assert_true(slac_transitions_count <= ROWS_MAX);
	for (size_t i = 0; i < slac_transitions_count; i++)
		assert_ptr_equal(slac_transition_find(slac_transitions[i].state, slac_transitions[i].message),
				 &slac_transitions[i]);
}

static void only_messages_an_evse_receives_are_in_the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < slac_transitions_count; i++) {
		bool known = slac_transitions[i].message == SLAC_DEADLINE;
		for (size_t j = 0; j < COUNT(messages); j++)
			known = known || slac_transitions[i].message == messages[j];
		assert_true(known);
	}
}

/* --- every pair --- */

/* The standard's outlet does not answer its matched EV, nor a run_id that has failed: slac_evse.c, parm_req_refusal. */
static bool outlet_refuses(enum slac_run_state state, uint16_t message, struct variant how)
{
	if (!how.strict || message != CM_SLAC_PARM_REQ)
		return false;
	return state == SLAC_RUN_FAILED || state == SLAC_RUN_MATCHED;
}

static enum slac_reason refusal(enum slac_run_state state, uint16_t message)
{
	if (state == SLAC_RUN_MATCHED && message == CM_SLAC_PARM_REQ)
		return SLAC_REASON_ALREADY_MATCHED;
	if (state == SLAC_RUN_FREE)
		return SLAC_REASON_UNKNOWN_RUN;
	return state == SLAC_RUN_FAILED ? SLAC_REASON_RUN_FAILED : SLAC_REASON_UNEXPECTED;
}

static void expect_refused(struct bench *bench, const struct slac_car *car, uint16_t message, enum slac_reason reason,
			   bool other)
{
	bench->now_us += 50 * MS;
	const struct slac_evse before = bench->evse;
	give(bench, car, message, other);
	assert_int_equal(bench->out.count, 1);
	assert_int_equal(bench->out.items[0].kind, SLAC_EVSE_IGNORED);
	assert_int_equal(bench->out.items[0].message.mmtype, message);
	assert_string_equal(slac_reason_text(bench->out.items[0].reason), slac_reason_text(reason));
	assert_memory_equal(&bench->evse, &before, sizeof(before));
}

static void a_pair_that_is_not_in_the_table_is_refused_and_changes_nothing(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;
	size_t refused = 0;

	(void)state;
	for (unsigned v = 0; v < VARIANTS; v++)
		for (int from = SLAC_RUN_FREE; from < SLAC_RUN_STATES; from++)
			for (size_t m = 0; m < COUNT(messages); m++) {
				enum slac_run_state run_state = (enum slac_run_state)from;
				struct variant how = variant(v);
				if (slac_transition_find(run_state, (uint16_t)messages[m]) != NULL &&
				    !outlet_refuses(run_state, (uint16_t)messages[m], how))
					continue;
				bring_to(&bench, &car, run_state, how);
				expect_refused(&bench, &car, (uint16_t)messages[m],
					       refusal(run_state, (uint16_t)messages[m]), how.other);
				refused++;
			}
	assert_true(refused > (size_t)SLAC_RUN_STATES * VARIANTS);
}

static void give_up_validation(struct bench *bench, const struct slac_car *car)
{
	struct mme frame = slac_car_validate(car, BENCH_TIMER);

	frame.validate_req.result = VALIDATE_FAILURE;
	bench_frame(bench, &frame);
}

/* Goes on with the row's message until the run leaves the state or has stayed a dozen times. */
static void follow_row(const struct slac_transition *row, struct variant how, bool reached[SLAC_RUN_STATES])
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	bring_to(&bench, &car, row->state, how);
	for (unsigned i = 0; i < 12; i++) {
		if (row->message == CM_VALIDATE_REQ && how.other && how.await_link)
			give_up_validation(&bench, &car);
		else
			give(&bench, &car, row->message, how.other);
		enum slac_run_state now = run_of(&bench, &car)->state;
		if (!row_leads_to(row, now))
			fail_msg("%s, %s: leads to %s, not to %s", slac_run_state_text(row->state),
				 row->message == SLAC_DEADLINE ? "deadline" : mme_name(row->message),
				 slac_run_state_text(now), row->to);
		reached[now] = true;
		if (now != row->state)
			return;
	}
}

static void every_row_leads_where_it_says_and_everywhere_it_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < slac_transitions_count; i++) {
		const struct slac_transition *row = &slac_transitions[i];
		bool reached[SLAC_RUN_STATES] = {false};
		for (unsigned v = 0; v < VARIANTS; v++)
			if (!outlet_refuses(row->state, row->message, variant(v)))
				follow_row(row, variant(v), reached);
		for (int to = SLAC_RUN_FREE; to < SLAC_RUN_STATES; to++)
			if (row_leads_to(row, (enum slac_run_state)to) && !reached[to])
				fail_msg("row %zu never leads to %s", i, slac_run_state_text((enum slac_run_state)to));
	}
}

/* --- time --- */

static void every_state_that_waits_has_a_time_out_and_no_other_has(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (int i = SLAC_RUN_FREE; i < SLAC_RUN_STATES; i++) {
		enum slac_run_state run_state = (enum slac_run_state)i;
		assert_int_equal(slac_transition_find(run_state, SLAC_DEADLINE) != NULL, waits(run_state));
		if (run_state == SLAC_RUN_FREE || waits(run_state))
			continue;
		bring_to(&bench, &car, run_state, (struct variant){.strict = true});
		assert_true(slac_evse_deadline(&bench.evse) == SLAC_NEVER);
		bench_tick_at(&bench, bench.now_us + HOUR_MS * MS);
		bench_expect(&bench, "");
		bench_expect_run(&bench, &car, run_state);
	}
}

/* No two alike, so that each state is seen to use its own. */
static struct slac_evse_config uneven_config(bool strict)
{
	struct slac_evse_config config = bench_config(strict);

	config.tt_match_sequence_ms = 401;
	config.tt_evse_match_mnbc_ms = 603;
	config.tt_match_response_ms = 207;
	config.tt_evse_match_session_ms = 10011;
	return config;
}

static void every_time_out_of_the_table_fires_at_exactly_its_time(void **state)
{
	static const struct {
		enum slac_run_state state;
		uint64_t ms;
		const char *outputs;
	} rows[] = {
		{SLAC_RUN_WAIT_START, 401, "WAIT_START>FAILED no_start_atten_char, failed no_start_atten_char"},
		{SLAC_RUN_SOUNDING, 603, "SOUNDING>FAILED no_sounds, failed no_sounds"},
		{SLAC_RUN_WAIT_RSP, 207, "CM_ATTEN_CHAR.IND"},
		{SLAC_RUN_WAIT_MATCH, 10011, "WAIT_MATCH>FAILED no_match_req, failed no_match_req"},
		{SLAC_RUN_WAIT_TOGGLE, 401, "CM_VALIDATE.CNF"},
		{SLAC_RUN_TOGGLING, BENCH_TOGGLING_MS, "CM_VALIDATE.CNF, TOGGLING>WAIT_MATCH"},
	};
	const struct slac_car car = slac_car(1);
	struct bench bench;
	size_t deadlines = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		for (int strict = 0; strict <= 1; strict++) {
			const struct slac_evse_config config = uneven_config(strict != 0);
			bench_ready(&bench, &config);
			bench_bring_to(&bench, &car, rows[i].state);
			bench_expect_after_ms(&bench, rows[i].ms, rows[i].outputs);
		}
	for (size_t i = 0; i < slac_transitions_count; i++)
		deadlines += slac_transitions[i].message == SLAC_DEADLINE;
	assert_int_equal(deadlines, COUNT(rows));
}

/* What was sent or reported by `first` is the beginning of what was by `second`. */
static void expect_begins_with(const struct bench *second, const struct bench *first)
{
	assert_true(first->out.count > 0);
	assert_true(second->out.count >= first->out.count);
	for (size_t i = 0; i < first->out.count; i++)
		assert_memory_equal(&second->out.items[i], &first->out.items[i], sizeof(first->out.items[i]));
}

static void a_message_at_the_limit_comes_after_the_time_out(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench silent, late;

	(void)state;
	for (unsigned v = 0; v < VARIANTS; v++)
		for (int from = SLAC_RUN_WAIT_START; from <= SLAC_RUN_TOGGLING; from++)
			for (size_t m = 0; m < COUNT(messages); m++) {
				bring_to(&silent, &car, (enum slac_run_state)from, variant(v));
				give(&silent, &car, SLAC_DEADLINE, false);
				bring_to(&late, &car, (enum slac_run_state)from, variant(v));
				late.now_us = slac_evse_deadline(&late.evse);
				give(&late, &car, (uint16_t)messages[m], variant(v).other);
				expect_begins_with(&late, &silent);
			}
}

/* The answer that started the timer is given again, and with it the time for the next message. */
static bool is_answered_again(enum slac_run_state state, enum mmtype message)
{
	return (state == SLAC_RUN_WAIT_START && message == CM_SLAC_PARM_REQ) ||
	       (state == SLAC_RUN_WAIT_TOGGLE && message == CM_VALIDATE_REQ);
}

/* True when the run stayed in its state; then its time-out, and the outlet's, must be what they were. */
static bool stays_in_time(struct bench *bench, const struct slac_car *car, const struct slac_car *speaker,
			  enum mmtype message, bool other)
{
	const struct slac_run before = *run_of(bench, car);
	const struct slac_evse evse = bench->evse;

	bench->now_us += 50 * MS;
	give(bench, speaker, (uint16_t)message, other);
	if (bench->evse.state == evse.state)
		assert_int_equal(bench->evse.deadline_us, evse.deadline_us);
	const struct slac_run *after = run_of(bench, car);
	if (after->state != before.state)
		return false;
	bool again = mac_equal(speaker->mac, car->mac) && is_answered_again(before.state, message);
	assert_int_equal(after->deadline_us, again ? before.deadline_us + 50 * MS : before.deadline_us);
	return true;
}

static void no_doubled_early_late_or_foreign_message_restarts_a_timer(void **state)
{
	const struct slac_car car = slac_car(1), again = slac_car_again(&car), other = slac_car(2);
	const struct slac_car *const speakers[] = {&car, &again, &other};
	struct bench bench;
	size_t stayed = 0;

	(void)state;
	for (unsigned v = 0; v < VARIANTS; v++)
		for (int from = SLAC_RUN_WAIT_START; from < SLAC_RUN_STATES; from++)
			for (size_t s = 0; s < COUNT(speakers); s++)
				for (size_t m = 0; m < COUNT(messages); m++) {
					if (speakers[s] == &again && messages[m] == CM_SLAC_PARM_REQ)
						continue; /* a new run: new times */
					bring_to(&bench, &car, (enum slac_run_state)from, variant(v));
					stayed +=
						stays_in_time(&bench, &car, speakers[s], messages[m], variant(v).other);
				}
	assert_true(stayed > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_names_states_that_exist_and_a_clause),
		cmocka_unit_test(no_pair_is_in_the_table_twice),
		cmocka_unit_test(only_messages_an_evse_receives_are_in_the_table),
		cmocka_unit_test(a_pair_that_is_not_in_the_table_is_refused_and_changes_nothing),
		cmocka_unit_test(every_row_leads_where_it_says_and_everywhere_it_says),
		cmocka_unit_test(every_state_that_waits_has_a_time_out_and_no_other_has),
		cmocka_unit_test(every_time_out_of_the_table_fires_at_exactly_its_time),
		cmocka_unit_test(a_message_at_the_limit_comes_after_the_time_out),
		cmocka_unit_test(no_doubled_early_late_or_foreign_message_restarts_a_timer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
