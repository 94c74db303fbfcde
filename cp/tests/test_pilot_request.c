/* SPDX-License-Identifier: Apache-2.0 */
/* One request on its way from wanted over sent to confirmed. */
#include "cp/pilot_request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MS     UINT64_C(1000)
#define NOW_US (7000 * MS)

static const struct pilot_request hlc = {.kind = PILOT_HLC};
static const struct pilot_request f = {.kind = PILOT_F};
static const struct pilot_request x1 = {.kind = PILOT_X1};

static struct pilot_request x2(uint32_t current_da)
{
	return (struct pilot_request){.kind = PILOT_X2, .current_da = current_da};
}

static void begin(struct pilot_asking *asking)
{
	pilot_asking_init(asking, 2000, 30000);
}

/* `request` is wanted, sent and confirmed. */
static void put_in_force(struct pilot_asking *asking, struct pilot_request request)
{
	pilot_asking_want(asking, request, NOW_US);
	assert_int_equal(pilot_asking_take_answer(asking, pilot_asking_send(asking, NOW_US), true, NOW_US),
			 PILOT_ANSWER_CONFIRMED);
}

/* Sent now, and again after each of `waits_ms`, in ms. */
static void expect_waits(struct pilot_asking *asking, const uint64_t *waits_ms, size_t count)
{
	uint64_t now_us = NOW_US;

	for (size_t i = 0; i < count; i++) {
		pilot_asking_send(asking, now_us);
		assert_int_equal(asking->due_us - now_us, waits_ms[i] * MS);
		now_us = asking->due_us;
	}
}

static void nothing_is_due_before_something_is_wanted(void **state)
{
	struct pilot_asking asking;

	(void)state;
	begin(&asking);
	assert_false(asking.wanted);
	assert_true(asking.due_us == PILOT_REQUEST_NEVER);
	pilot_asking_reach(&asking, NOW_US);
	assert_true(asking.due_us == PILOT_REQUEST_NEVER);
}

static void what_is_wanted_is_due_at_once_and_confirmed_only_by_an_answer(void **state)
{
	struct pilot_asking asking;

	(void)state;
	begin(&asking);
	pilot_asking_want(&asking, f, NOW_US);
	assert_int_equal(asking.due_us, NOW_US);
	uint32_t number = pilot_asking_send(&asking, NOW_US);
	assert_false(asking.confirmed);
	assert_int_equal(pilot_asking_take_answer(&asking, number, true, NOW_US + 1), PILOT_ANSWER_CONFIRMED);
	assert_true(asking.confirmed);
	assert_true(asking.due_us == PILOT_REQUEST_NEVER);
}

static void what_lowers_the_current_is_repeated_every_2_s_for_ever(void **state)
{
	static const uint64_t waits_ms[] = {2000, 2000, 2000, 2000, 2000, 2000, 2000, 2000};
	const struct pilot_request urgent[] = {f, x1, hlc, x2(100)};
	struct pilot_asking asking;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		begin(&asking);
		put_in_force(&asking, x2(160));
		pilot_asking_want(&asking, urgent[i], NOW_US);
		expect_waits(&asking, waits_ms, 8);
	}
}

static void what_lowers_nothing_waits_twice_as_long_each_time_up_to_the_most(void **state)
{
	static const uint64_t waits_ms[] = {2000, 4000, 8000, 16000, 30000, 30000};
	const struct pilot_request patient[] = {x2(320), x2(160), hlc};
	struct pilot_asking asking;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		begin(&asking);
		if (i < 2)
			put_in_force(&asking, x2(160));
		pilot_asking_want(&asking, patient[i], NOW_US);
		expect_waits(&asking, waits_ms, 6);
	}
}

static void x2_is_lower_than_any_current_that_was_sent_since_the_last_confirmation(void **state)
{
	static const uint64_t waits_ms[] = {2000, 2000, 2000};
	struct pilot_asking asking;

	(void)state;
	begin(&asking);
	put_in_force(&asking, x1);
	pilot_asking_want(&asking, x2(320), NOW_US);
	pilot_asking_send(&asking, NOW_US); /* it may have been carried out */
	pilot_asking_want(&asking, x2(160), NOW_US);
	expect_waits(&asking, waits_ms, 3);
}

static void x2_is_lower_than_a_current_that_was_shown(void **state)
{
	static const uint64_t waits_ms[] = {2000, 2000, 2000};
	struct pilot_asking asking;

	(void)state;
	begin(&asking);
	pilot_asking_want(&asking, x2(160), NOW_US);
	pilot_asking_expect_offer(&asking, 320);
	expect_waits(&asking, waits_ms, 3);
}

static void shorter_timeouts_are_used_and_longer_ones_do_not_delay_what_lowers(void **state)
{
	struct pilot_asking asking;

	(void)state;
	pilot_asking_init(&asking, 300, 500);
	pilot_asking_want(&asking, x1, NOW_US);
	expect_waits(&asking, (const uint64_t[]){300, 300}, 2);
	pilot_asking_want(&asking, hlc, NOW_US);
	expect_waits(&asking, (const uint64_t[]){300, 500, 500}, 3);
	pilot_asking_init(&asking, 10000, 60000);
	pilot_asking_want(&asking, x1, NOW_US);
	expect_waits(&asking, (const uint64_t[]){2000, 2000}, 2);
}

static void late_answer_to_any_sending_of_the_present_request_confirms_it(void **state)
{
	struct pilot_asking asking;

	(void)state;
	begin(&asking);
	pilot_asking_want(&asking, f, NOW_US);
	uint32_t first = pilot_asking_send(&asking, NOW_US);
	pilot_asking_send(&asking, NOW_US + 2000 * MS);
	pilot_asking_send(&asking, NOW_US + 4000 * MS);
	assert_int_equal(pilot_asking_take_answer(&asking, first, true, NOW_US + 5000 * MS), PILOT_ANSWER_CONFIRMED);
	assert_true(asking.confirmed);
}

static void answer_to_an_older_request_means_nothing_while_the_present_one_is_pending(void **state)
{
	struct pilot_asking asking;

	(void)state;
	begin(&asking);
	pilot_asking_want(&asking, f, NOW_US);
	uint32_t old = pilot_asking_send(&asking, NOW_US);
	pilot_asking_want(&asking, x1, NOW_US);
	assert_int_equal(pilot_asking_take_answer(&asking, old, true, NOW_US), PILOT_ANSWER_LATE); /* not sent yet */
	pilot_asking_send(&asking, NOW_US);
	assert_int_equal(pilot_asking_take_answer(&asking, old, true, NOW_US), PILOT_ANSWER_LATE);
	assert_int_equal(pilot_asking_take_answer(&asking, old, false, NOW_US), PILOT_ANSWER_LATE);
	assert_false(asking.confirmed);
	assert_int_equal(asking.due_us, NOW_US + 2000 * MS);
}

static void valid_to_an_older_request_after_the_confirmation_asks_again(void **state)
{
	struct pilot_asking asking;

	(void)state;
	begin(&asking);
	pilot_asking_want(&asking, hlc, NOW_US);
	uint32_t old = pilot_asking_send(&asking, NOW_US);
	put_in_force(&asking, f);
	assert_int_equal(pilot_asking_take_answer(&asking, old, false, NOW_US), PILOT_ANSWER_LATE);
	assert_true(asking.confirmed);
	assert_int_equal(pilot_asking_take_answer(&asking, old, true, NOW_US + 9), PILOT_ANSWER_OVERTAKEN);
	assert_false(asking.confirmed);
	assert_int_equal(asking.due_us, NOW_US + 9);
}

static void valid_to_an_older_request_counts_also_while_the_present_one_is_sent_again(void **state)
{
	struct pilot_asking asking;

	(void)state;
	begin(&asking);
	pilot_asking_want(&asking, hlc, NOW_US);
	uint32_t old = pilot_asking_send(&asking, NOW_US);
	put_in_force(&asking, f);
	pilot_asking_reach(&asking, NOW_US);
	pilot_asking_send(&asking, NOW_US);
	assert_int_equal(pilot_asking_take_answer(&asking, old, true, NOW_US), PILOT_ANSWER_OVERTAKEN);
	assert_false(asking.confirmed);
	assert_int_equal(asking.due_us, NOW_US + 2000 * MS); /* it is on its way */
}

static void refusal_keeps_the_rhythm_of_the_repeats(void **state)
{
	struct pilot_asking asking;

	(void)state;
	begin(&asking);
	pilot_asking_want(&asking, f, NOW_US);
	uint32_t number = pilot_asking_send(&asking, NOW_US);
	assert_int_equal(pilot_asking_take_answer(&asking, number, false, NOW_US + 5), PILOT_ANSWER_REFUSED);
	assert_int_equal(asking.due_us, NOW_US + 2000 * MS);
	/* one that comes after a confirmation takes it back */
	number = pilot_asking_send(&asking, NOW_US + 6);
	uint32_t last = pilot_asking_send(&asking, NOW_US + 6);
	assert_int_equal(pilot_asking_take_answer(&asking, number, true, NOW_US + 6), PILOT_ANSWER_CONFIRMED);
	assert_int_equal(pilot_asking_take_answer(&asking, last, false, NOW_US + 7), PILOT_ANSWER_REFUSED);
	assert_false(asking.confirmed);
	assert_int_equal(asking.due_us, NOW_US + 7 + 2000 * MS);
}

static void sending_is_answered_once(void **state)
{
	struct pilot_asking asking;

	(void)state;
	begin(&asking);
	pilot_asking_want(&asking, f, NOW_US);
	uint32_t number = pilot_asking_send(&asking, NOW_US);
	assert_int_equal(pilot_asking_take_answer(&asking, number, true, NOW_US), PILOT_ANSWER_CONFIRMED);
	assert_int_equal(pilot_asking_take_answer(&asking, number, false, NOW_US), PILOT_ANSWER_LATE);
	assert_true(asking.confirmed);
}

static void request_that_was_not_handed_over_is_tried_again_after_100_ms(void **state)
{
	struct pilot_asking asking;

	(void)state;
	begin(&asking);
	pilot_asking_want(&asking, x2(160), NOW_US);
	for (uint32_t i = 0; i < 5; i++) {
		pilot_asking_send(&asking, NOW_US);
		pilot_asking_undo_send(&asking, true, NOW_US);
		assert_int_equal(asking.due_us, NOW_US + 100 * MS);
		assert_int_equal(asking.sendings, 0);
	}
}

static void request_without_a_connection_goes_out_when_there_is_one_confirmed_or_not(void **state)
{
	struct pilot_asking asking;

	(void)state;
	begin(&asking);
	pilot_asking_want(&asking, f, NOW_US);
	pilot_asking_send(&asking, NOW_US);
	pilot_asking_undo_send(&asking, false, NOW_US);
	assert_true(asking.due_us == PILOT_REQUEST_NEVER);
	pilot_asking_reach(&asking, NOW_US + 1);
	assert_int_equal(asking.due_us, NOW_US + 1);
	put_in_force(&asking, f);
	pilot_asking_reach(&asking, NOW_US + 2);
	assert_int_equal(asking.due_us, NOW_US + 2);
}

static void contradiction_asks_again_at_once_and_then_every_2_s(void **state)
{
	struct pilot_asking asking;

	(void)state;
	begin(&asking);
	for (int i = 0; i < 2; i++) {
		put_in_force(&asking, i == 0 ? f : x1);
		pilot_asking_contradict(&asking, NOW_US);
		assert_false(asking.confirmed);
		assert_int_equal(asking.due_us, NOW_US);
		for (int k = 0; k < 5; k++) {
			pilot_asking_take_answer(&asking, pilot_asking_send(&asking, NOW_US), true, NOW_US);
			pilot_asking_contradict(&asking, NOW_US);
			assert_int_equal(asking.due_us, NOW_US + 2000 * MS);
		}
	}
}

static void dropped_request_is_never_sent_and_its_answer_means_nothing(void **state)
{
	struct pilot_asking asking;

	(void)state;
	begin(&asking);
	put_in_force(&asking, x1);
	pilot_asking_drop(&asking);
	pilot_asking_undo_send(&asking, true, NOW_US);
	assert_true(asking.due_us == PILOT_REQUEST_NEVER);
	assert_int_equal(pilot_asking_take_answer(&asking, asking.number, false, NOW_US), PILOT_ANSWER_LATE);
	assert_int_equal(pilot_asking_take_answer(&asking, asking.number, true, NOW_US), PILOT_ANSWER_LATE);
	assert_true(asking.due_us == PILOT_REQUEST_NEVER);
	assert_false(asking.wanted);
	pilot_asking_reach(&asking, NOW_US);
	assert_true(asking.due_us == PILOT_REQUEST_NEVER);
}

static bool is_ambiguous_after(struct pilot_request older, struct pilot_request request)
{
	struct pilot_asking asking;

	begin(&asking);
	pilot_asking_want(&asking, older, NOW_US);
	pilot_asking_send(&asking, NOW_US);
	pilot_asking_want(&asking, request, NOW_US);
	return pilot_asking_is_ambiguous(&asking);
}

static void state_is_no_sign_while_an_older_request_is_on_its_way(void **state)
{
	const struct pilot_request older[] = {x1, hlc, x2(160), f};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		assert_true(is_ambiguous_after(older[i], x1));
		assert_true(is_ambiguous_after(older[i], hlc));
		assert_true(is_ambiguous_after(older[i], x2(60)));
	}
	/* F is only mistaken for another F, and must not be followed by a current. */
	assert_true(is_ambiguous_after(f, f));
	assert_true(is_ambiguous_after(x2(160), f));
	assert_false(is_ambiguous_after(hlc, f));
	assert_false(is_ambiguous_after(x1, f));
}

static void older_request_that_is_not_on_its_way_misleads_nobody(void **state)
{
	struct pilot_asking asking;

	(void)state;
	begin(&asking);
	pilot_asking_want(&asking, x2(160), NOW_US);
	pilot_asking_want(&asking, x1, NOW_US); /* the older one was never sent */
	assert_false(pilot_asking_is_ambiguous(&asking));
	pilot_asking_send(&asking, NOW_US);
	pilot_asking_want(&asking, hlc, NOW_US);
	assert_true(pilot_asking_is_ambiguous(&asking));
	pilot_asking_take_answer(&asking, pilot_asking_send(&asking, NOW_US), true, NOW_US);
	pilot_asking_want(&asking, x1, NOW_US);
	assert_false(pilot_asking_is_ambiguous(&asking));
}

static void f_that_was_shown_is_not_on_its_way_any_more(void **state)
{
	struct pilot_asking asking;

	(void)state;
	begin(&asking);
	pilot_asking_want(&asking, f, NOW_US);
	pilot_asking_send(&asking, NOW_US);
	pilot_asking_want(&asking, hlc, NOW_US);
	pilot_asking_see_f(&asking);
	assert_false(pilot_asking_is_ambiguous(&asking));
	/* It may be an older one where F is wanted again. */
	pilot_asking_want(&asking, f, NOW_US);
	pilot_asking_send(&asking, NOW_US);
	pilot_asking_want(&asking, f, NOW_US);
	pilot_asking_see_f(&asking);
	assert_true(pilot_asking_is_ambiguous(&asking));
}

static void current_of_a_sending_that_was_not_handed_over_is_not_offered(void **state)
{
	struct pilot_asking asking;

	(void)state;
	begin(&asking);
	pilot_asking_want(&asking, x2(160), NOW_US);
	pilot_asking_send(&asking, NOW_US);
	assert_int_equal(asking.offered_da, 160);
	pilot_asking_undo_send(&asking, true, NOW_US);
	assert_int_equal(asking.offered_da, 0);
}

static void numbers_may_wrap(void **state)
{
	struct pilot_asking asking;

	(void)state;
	begin(&asking);
	asking.number = UINT32_MAX - 1;
	pilot_asking_want(&asking, f, NOW_US);
	uint32_t before = pilot_asking_send(&asking, NOW_US);
	assert_int_equal(before, UINT32_MAX);
	assert_int_equal(pilot_asking_send(&asking, NOW_US), 0);
	assert_int_equal(pilot_asking_take_answer(&asking, before - 1, true, NOW_US), PILOT_ANSWER_LATE);
	assert_int_equal(pilot_asking_take_answer(&asking, 1, true, NOW_US), PILOT_ANSWER_LATE); /* never sent */
	assert_int_equal(pilot_asking_take_answer(&asking, before, true, NOW_US), PILOT_ANSWER_CONFIRMED);
	pilot_asking_want(&asking, x1, NOW_US);
	assert_int_equal(pilot_asking_take_answer(&asking, before, true, NOW_US), PILOT_ANSWER_LATE);
}

static void requests_are_equal_when_they_ask_for_the_same_pilot(void **state)
{
	(void)state;
	assert_true(pilot_request_equals(f, f));
	assert_true(pilot_request_equals(x2(160), x2(160)));
	assert_false(pilot_request_equals(x2(160), x2(161)));
	assert_false(pilot_request_equals(f, x1));
}

static void each_request_has_its_text(void **state)
{
	(void)state;
	assert_string_equal(pilot_request_text(PILOT_HLC), "high-level charging");
	assert_string_equal(pilot_request_text(PILOT_F), "F");
	assert_string_equal(pilot_request_text(PILOT_X1), "X1");
	assert_string_equal(pilot_request_text(PILOT_X2), "X2");
	assert_string_equal(pilot_request_text((enum pilot_request_kind)4), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_due_before_something_is_wanted),
		cmocka_unit_test(what_is_wanted_is_due_at_once_and_confirmed_only_by_an_answer),
		cmocka_unit_test(what_lowers_the_current_is_repeated_every_2_s_for_ever),
		cmocka_unit_test(what_lowers_nothing_waits_twice_as_long_each_time_up_to_the_most),
		cmocka_unit_test(x2_is_lower_than_any_current_that_was_sent_since_the_last_confirmation),
		cmocka_unit_test(x2_is_lower_than_a_current_that_was_shown),
		cmocka_unit_test(shorter_timeouts_are_used_and_longer_ones_do_not_delay_what_lowers),
		cmocka_unit_test(late_answer_to_any_sending_of_the_present_request_confirms_it),
		cmocka_unit_test(answer_to_an_older_request_means_nothing_while_the_present_one_is_pending),
		cmocka_unit_test(valid_to_an_older_request_after_the_confirmation_asks_again),
		cmocka_unit_test(valid_to_an_older_request_counts_also_while_the_present_one_is_sent_again),
		cmocka_unit_test(refusal_keeps_the_rhythm_of_the_repeats),
		cmocka_unit_test(sending_is_answered_once),
		cmocka_unit_test(request_that_was_not_handed_over_is_tried_again_after_100_ms),
		cmocka_unit_test(request_without_a_connection_goes_out_when_there_is_one_confirmed_or_not),
		cmocka_unit_test(contradiction_asks_again_at_once_and_then_every_2_s),
		cmocka_unit_test(dropped_request_is_never_sent_and_its_answer_means_nothing),
		cmocka_unit_test(state_is_no_sign_while_an_older_request_is_on_its_way),
		cmocka_unit_test(older_request_that_is_not_on_its_way_misleads_nobody),
		cmocka_unit_test(f_that_was_shown_is_not_on_its_way_any_more),
		cmocka_unit_test(current_of_a_sending_that_was_not_handed_over_is_not_offered),
		cmocka_unit_test(numbers_may_wrap),
		cmocka_unit_test(requests_are_equal_when_they_ask_for_the_same_pilot),
		cmocka_unit_test(each_request_has_its_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
