/* SPDX-License-Identifier: Apache-2.0 */
#include "mqtt/api/text_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static char texts[TEXT_INDEX_MAX][8];
static unsigned looks; /* at an entry's text */

static const char *text_of(const void *list, size_t place)
{
	looks++;
	return ((const char(*)[8])list)[place];
}

static void fill(struct text_index *index)
{
	memset(index, 0, sizeof(*index));
	for (size_t i = 0; i < TEXT_INDEX_MAX; i++) {
		snprintf(texts[i], sizeof(texts[i]), "E%zu", i);
		text_index_add(index, i, text_of, texts);
	}
}

static void each_entry_of_a_full_list_is_found_and_no_other(void **state)
{
	struct text_index index;

	(void)state;
	memset(&index, 0, sizeof(index));
	assert_int_equal(text_index_find(&index, "E0", text_of, texts), TEXT_INDEX_NONE);
	fill(&index);
	for (size_t i = 0; i < TEXT_INDEX_MAX; i++)
		assert_int_equal(text_index_find(&index, texts[i], text_of, texts), i);
	assert_int_equal(text_index_find(&index, "E256", text_of, texts), TEXT_INDEX_NONE);
	assert_int_equal(text_index_find(&index, "", text_of, texts), TEXT_INDEX_NONE);
}

/* In a list, a search for each of 256 looks at 32896 entries. */
static void a_search_looks_at_few_entries(void **state)
{
	struct text_index index;

	(void)state;
	fill(&index);
	looks = 0;
	for (size_t i = 0; i < TEXT_INDEX_MAX; i++)
		(void)text_index_find(&index, texts[i], text_of, texts);
	assert_in_range(looks, TEXT_INDEX_MAX, 3 * TEXT_INDEX_MAX);
}

/* Entries go in another order than they came in, and come back: after each step all that are there are found. */
static void the_others_are_found_when_one_has_been_removed(void **state)
{
	bool there[TEXT_INDEX_MAX];
	struct text_index index;

	(void)state;
	fill(&index);
	memset(there, true, sizeof(there));
	for (size_t step = 0; step < 3 * TEXT_INDEX_MAX; step++) {
		const size_t changed = step * 77 % TEXT_INDEX_MAX;
		if (there[changed])
			text_index_remove(&index, changed, text_of, texts);
		else
			text_index_add(&index, changed, text_of, texts);
		there[changed] = !there[changed];
		for (size_t i = 0; i < TEXT_INDEX_MAX; i++)
			assert_int_equal(text_index_find(&index, texts[i], text_of, texts),
					 there[i] ? i : TEXT_INDEX_NONE);
	}
}

static void of_two_with_one_text_the_first_one_added_is_found(void **state)
{
	struct text_index index;

	(void)state;
	fill(&index);
	text_index_remove(&index, 7, text_of, texts);
	strcpy(texts[7], "E9");
	text_index_add(&index, 7, text_of, texts);
	assert_int_equal(text_index_find(&index, "E9", text_of, texts), 9);
	text_index_remove(&index, 9, text_of, texts);
	assert_int_equal(text_index_find(&index, "E9", text_of, texts), 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_entry_of_a_full_list_is_found_and_no_other),
		cmocka_unit_test(a_search_looks_at_few_entries),
		cmocka_unit_test(the_others_are_found_when_one_has_been_removed),
		cmocka_unit_test(of_two_with_one_text_the_first_one_added_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
