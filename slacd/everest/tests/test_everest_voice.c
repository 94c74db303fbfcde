/* SPDX-License-Identifier: Apache-2.0 */
/* What EVerest is told of an outlet, and in which order. */
#include "slacd/everest/everest_voice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct everest_voice voice;
static struct everest_sayings sayings;

static const struct everest_view idle = {.serves = true};
static const struct everest_view matching = {.serves = true, .is_matching = true};
static const struct everest_view joining = {
	.serves = true, .is_matching = true, .has_ev = true, .ev_mac = {0, 0xb0, 0x52, 0, 0, 1}};
static const struct everest_view matched = {
	.serves = true, .is_matched = true, .has_ev = true, .ev_mac = {0, 0xb0, 0x52, 0, 0, 1}};

static int begin_beside_everest(void **state)
{
	(void)state;
	memset(&voice, 0, sizeof(voice));
	return 0;
}

/* EVerest has started, too, and has no errors. */
static int begin(void **state)
{
	begin_beside_everest(state);
	everest_voice_forgotten(&voice);
	return 0;
}

static void is_said(const char *expected)
{
	char text[512] = "";
	size_t len = 0;

	for (size_t i = 0; i < sayings.count; i++) {
		const struct everest_saying *saying = &sayings.items[i];
		char word[256];
		if (saying->kind == EVEREST_SAY_STATE)
			snprintf(word, sizeof(word), "%s", everest_state_text(saying->state));
		else if (saying->kind == EVEREST_SAY_DLINK_READY)
			snprintf(word, sizeof(word), "%s", saying->flag ? "ready" : "not-ready");
		else if (saying->kind == EVEREST_SAY_EV_MAC)
			snprintf(word, sizeof(word), "mac");
		else if (saying->kind == EVEREST_SAY_RAISE)
			snprintf(word, sizeof(word), "raise:%s:%s", everest_trouble_text(saying->trouble),
				 saying->words);
		else
			snprintf(word, sizeof(word), "clear:%s", everest_trouble_text(saying->trouble));
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", i > 0 ? " " : "", word);
	}
	assert_string_equal(text, expected);
}

static void take(const struct everest_view *view, const char *expected)
{
	everest_voice_take(&voice, view, &sayings);
	is_said(expected);
}

static void repeat(const struct everest_view *view, const char *expected)
{
	everest_voice_repeat(&voice, view, &sayings);
	is_said(expected);
}

static void a_match_from_its_begin_to_its_end(void **state)
{
	(void)state;
	repeat(&idle, "not-ready UNMATCHED");
	take(&idle, "");
	take(&matching, "MATCHING");
	take(&joining, "mac");
	take(&matched, "MATCHED ready");
	take(&matched, "");
	take(&idle, "not-ready UNMATCHED");
	take(&matching, "MATCHING");
	take(&joining, "mac"); /* of another match */
	take(&idle, "UNMATCHED");
}

static void a_car_that_tries_again_is_named_once_and_another_one_too(void **state)
{
	struct everest_view other = joining;

	(void)state;
	other.ev_mac[5] = 2;
	take(&matching, "MATCHING");
	take(&joining, "mac");
	take(&matching, "");
	take(&joining, "");
	take(&matching, "");
	take(&other, "mac");
	take(&idle, "UNMATCHED");
	take(&matching, "MATCHING");
	take(&other, "mac");
}

static void a_match_without_a_wait_for_the_link(void **state)
{
	(void)state;
	take(&matching, "MATCHING");
	take(&matched, "mac MATCHED ready");
}

static void a_match_that_is_left_for_another_matching_is_left_first(void **state)
{
	(void)state;
	take(&matched, "mac MATCHED ready");
	take(&matching, "not-ready UNMATCHED MATCHING");
	take(&matched, "mac MATCHED ready");
}

static void what_holds_is_said_again_but_for_the_mac(void **state)
{
	(void)state;
	take(&matched, "mac MATCHED ready");
	repeat(&matched, "MATCHED ready");
	take(&idle, "not-ready UNMATCHED");
	take(&matching, "MATCHING");
	repeat(&matching, "not-ready MATCHING");
}

static void what_could_not_be_said_in_time_is_said_with_the_repetition(void **state)
{
	(void)state;
	take(&idle, "");
	repeat(&matched, "mac MATCHED ready");
	repeat(&matching, "not-ready UNMATCHED MATCHING");
	repeat(&idle, "not-ready UNMATCHED");
}

static void an_error_is_raised_once_and_cleared_when_the_outlet_serves(void **state)
{
	struct everest_view view = {.words = "", .trouble = EVEREST_TROUBLE_INTERFACE};

	(void)state;
	take(&view, ""); /* it is starting */
	view.words = "no such interface";
	take(&view, "raise:interface:no such interface");
	view.words = "it has no carrier";
	take(&view, "");
	repeat(&view, "not-ready UNMATCHED raise:interface:no such interface");
	view.words = "";
	view.trouble = EVEREST_TROUBLE_MODEM; /* the port is open, the modem has not answered yet */
	take(&view, "");
	view.words = "the modem is silent";
	take(&view, "raise:modem:the modem is silent clear:interface");
	take(&idle, "clear:modem");
	take(&idle, "");
	everest_voice_heard(&voice);
	repeat(&idle, "not-ready UNMATCHED");
}

static void an_error_that_came_unheard_is_raised_once_with_the_repetition(void **state)
{
	const struct everest_view view = {.words = "gone", .trouble = EVEREST_TROUBLE_INTERFACE};

	(void)state;
	repeat(&view, "not-ready UNMATCHED raise:interface:gone");
	repeat(&view, "not-ready UNMATCHED raise:interface:gone");
	repeat(&idle, "not-ready UNMATCHED clear:interface");
}

static void what_an_earlier_slacd_may_have_raised_is_cleared(void **state)
{
	const struct everest_view starting = {.words = "", .trouble = EVEREST_TROUBLE_MODEM};
	const struct everest_view broken = {.words = "gone", .trouble = EVEREST_TROUBLE_INTERFACE};

	(void)state;
	repeat(&starting, "not-ready UNMATCHED");
	everest_voice_heard(&voice); /* of errors nothing was said yet */
	take(&broken, "raise:interface:gone clear:modem");
	take(&idle, "clear:interface");
	take(&idle, "");
}

static void an_error_that_is_over_is_cleared_again_until_that_was_heard(void **state)
{
	const struct everest_view broken = {.words = "gone", .trouble = EVEREST_TROUBLE_INTERFACE};

	(void)state;
	take(&broken, "raise:interface:gone");
	take(&idle, "clear:interface");
	repeat(&idle, "not-ready UNMATCHED clear:interface");
	repeat(&broken, "not-ready UNMATCHED raise:interface:gone");
	everest_voice_heard(&voice);
	everest_voice_forgotten(&voice); /* but it holds */
	repeat(&idle, "not-ready UNMATCHED clear:interface");
	everest_voice_heard(&voice);
	repeat(&idle, "not-ready UNMATCHED");
}

static void the_end_clears_what_is_raised(void **state)
{
	const struct everest_view broken = {.words = "gone", .trouble = EVEREST_TROUBLE_INTERFACE};

	(void)state;
	everest_voice_end(&voice, &sayings);
	is_said("");
	take(&broken, "raise:interface:gone");
	everest_voice_end(&voice, &sayings);
	is_said("clear:interface");
}

/* dlink_ready goes to the ISO 15118 stack: it must see that the link is another one. */
static void a_match_that_was_left_unheard_is_left_before_the_next_one(void **state)
{
	(void)state;
	take(&matched, "mac MATCHED ready");
	assert_false(everest_voice_miss(&voice, &matched));
	assert_true(everest_voice_miss(&voice, &joining));
	assert_false(everest_voice_miss(&voice, &matched));
	repeat(&matched, "not-ready UNMATCHED mac MATCHED ready");
	repeat(&matched, "MATCHED ready");
	assert_true(everest_voice_miss(&voice, &idle));
	repeat(&idle, "not-ready UNMATCHED");
	take(&matched, "mac MATCHED ready");
	repeat(&matched, "MATCHED ready");
}

static void lose(size_t first)
{
	everest_voice_lose(&voice, &sayings, first);
}

/* The broker client has no room for a message. */
static void what_was_not_said_after_all_is_said_with_the_repetition(void **state)
{
	const struct everest_view broken = {.words = "gone", .trouble = EVEREST_TROUBLE_INTERFACE};

	(void)state;
	take(&matched, "mac MATCHED ready");
	lose(0);
	repeat(&matched, "mac MATCHED ready");
	take(&matching, "not-ready UNMATCHED MATCHING");
	lose(1);
	repeat(&matching, "not-ready UNMATCHED MATCHING");
	take(&matched, "mac MATCHED ready");
	take(&idle, "not-ready UNMATCHED");
	lose(0);
	take(&matched, "mac MATCHED ready");
	lose(0);
	repeat(&matched, "not-ready UNMATCHED mac MATCHED ready"); /* it is another link */
	take(&idle, "not-ready UNMATCHED");
	take(&broken, "raise:interface:gone");
	lose(0);
	repeat(&broken, "not-ready UNMATCHED raise:interface:gone");
	take(&idle, "clear:interface");
	lose(0);
	everest_voice_heard(&voice); /* but not that */
	repeat(&idle, "not-ready UNMATCHED clear:interface");
}

/* Whatever follows on what: MATCHED is left by not-ready and UNMATCHED, and is followed by ready. */
static void no_sequence_breaks_the_order(void **state)
{
	const struct everest_view *const views[] = {&idle, &matching, &joining, &matched};
	unsigned seed = 1;
	bool is_matched = false;
	bool is_ready = false;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		const struct everest_view *view = views[rand_r(&seed) % 4];
		if (rand_r(&seed) % 8 == 0)
			everest_voice_miss(&voice, views[rand_r(&seed) % 4]);
		if (rand_r(&seed) % 4 == 0)
			everest_voice_repeat(&voice, view, &sayings);
		else
			everest_voice_take(&voice, view, &sayings);
		for (size_t j = 0; j < sayings.count; j++) {
			const struct everest_saying *saying = &sayings.items[j];
			if (saying->kind == EVEREST_SAY_DLINK_READY) {
				assert_true(!saying->flag || is_matched);
				is_ready = saying->flag;
			} else if (saying->kind == EVEREST_SAY_STATE) {
				assert_true(saying->state == EVEREST_MATCHED || !is_ready);
				assert_true(!is_matched || saying->state != EVEREST_MATCHING);
				is_matched = saying->state == EVEREST_MATCHED;
			}
		}
		assert_true(is_ready == is_matched && is_matched == view->is_matched);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_match_from_its_begin_to_its_end, begin),
		cmocka_unit_test_setup(a_car_that_tries_again_is_named_once_and_another_one_too, begin),
		cmocka_unit_test_setup(a_match_without_a_wait_for_the_link, begin),
		cmocka_unit_test_setup(a_match_that_is_left_for_another_matching_is_left_first, begin),
		cmocka_unit_test_setup(what_holds_is_said_again_but_for_the_mac, begin),
		cmocka_unit_test_setup(what_could_not_be_said_in_time_is_said_with_the_repetition, begin),
		cmocka_unit_test_setup(an_error_is_raised_once_and_cleared_when_the_outlet_serves, begin),
		cmocka_unit_test_setup(an_error_that_came_unheard_is_raised_once_with_the_repetition, begin),
		cmocka_unit_test_setup(what_an_earlier_slacd_may_have_raised_is_cleared, begin_beside_everest),
		cmocka_unit_test_setup(an_error_that_is_over_is_cleared_again_until_that_was_heard, begin),
		cmocka_unit_test_setup(the_end_clears_what_is_raised, begin),
		cmocka_unit_test_setup(a_match_that_was_left_unheard_is_left_before_the_next_one, begin),
		cmocka_unit_test_setup(what_was_not_said_after_all_is_said_with_the_repetition, begin),
		cmocka_unit_test_setup(no_sequence_breaks_the_order, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
