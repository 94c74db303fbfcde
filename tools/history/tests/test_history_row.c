/* SPDX-License-Identifier: Apache-2.0 */
/* Rows as octets: what is read is what was written, or it is not taken. */
#include "tools/history/tests/history_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define SIZE (HISTORY_RECORD_HEAD + HISTORY_RECORD_MAX)

static void assert_comes_back(const struct history_row *row)
{
	uint8_t octets[SIZE];
	struct history_row read;
	size_t used;
	const size_t len = history_record_write(row, octets, sizeof(octets));

	assert_true(len > HISTORY_RECORD_HEAD);
	assert_int_equal(history_record_read(octets, len, &read, &used), HISTORY_RECORD_OK);
	assert_int_equal(used, len);
	assert_same_row(row, &read);
}

static void each_kind_comes_back_as_it_was(void **state)
{
	struct history_row row = telemetry_row(7);

	(void)state;
	assert_comes_back(&row);
	row.as.telemetry.has_number = false;
	assert_comes_back(&row);
	row.as.telemetry.has_text = true;
	assert_comes_back(&row);
	strcpy(row.as.telemetry.text, "matched");
	row.as.telemetry.sampling_us = -1;
	assert_comes_back(&row);
	row = status_row(7);
	assert_comes_back(&row);
	row.as.status.has_attenuation = false;
	row.as.status.record[0] = '\0';
	assert_comes_back(&row);
	row = refused_row(7);
	assert_comes_back(&row);
}

static void largest_row_has_room(void **state)
{
	struct history_row row = {.kind = HISTORY_REFUSED};

	(void)state;
	row.as.refused.len = HISTORY_PAYLOAD_MAX;
	memset(row.as.refused.topic, 't', sizeof(row.as.refused.topic) - 1);
	memset(row.as.refused.why, 'w', sizeof(row.as.refused.why) - 1);
	assert_comes_back(&row);
}

static void record_that_is_cut_is_short(void **state)
{
	const struct history_row row = status_row(1);
	uint8_t octets[SIZE];
	struct history_row read;
	size_t used;
	const size_t len = history_record_write(&row, octets, sizeof(octets));

	(void)state;
	for (size_t cut = 0; cut < len; cut++) {
		assert_int_equal(history_record_read(octets, cut, &read, &used), HISTORY_RECORD_SHORT);
		assert_int_equal(used, 0);
	}
	for (size_t size = 0; size < len; size++)
		assert_int_equal(history_record_write(&row, octets, size), 0);
}

static void record_with_a_wrong_bit_is_not_taken(void **state)
{
	const struct history_row row = telemetry_row(1);
	uint8_t octets[SIZE] = {0};
	struct history_row read;
	size_t used;
	const size_t len = history_record_write(&row, octets, sizeof(octets));

	(void)state;
	for (size_t bit = 0; bit < 8 * len; bit++) {
		octets[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_not_equal(history_record_read(octets, len, &read, &used), HISTORY_RECORD_OK);
		octets[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void batch_gives_its_rows_in_order_and_knows_its_bound(void **state)
{
	struct history_batch batch;
	struct history_row row = telemetry_row(0);
	size_t at = 0;
	unsigned added = 0;

	(void)state;
	assert_true(history_batch_init(&batch, 1000));
	while (history_batch_add(&batch, &row))
		row = telemetry_row(++added);
	assert_true(added >= 5 && batch.rows == added && batch.len <= 1000);
	for (unsigned i = 0; i < added; i++) {
		assert_true(history_batch_next(&batch, &at, &row));
		assert_int_equal(number_of(&row), i);
	}
	assert_false(history_batch_next(&batch, &at, &row));
	history_batch_clear(&batch);
	at = 0;
	assert_false(history_batch_next(&batch, &at, &row));
	history_batch_free(&batch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_comes_back_as_it_was),
		cmocka_unit_test(largest_row_has_room),
		cmocka_unit_test(record_that_is_cut_is_short),
		cmocka_unit_test(record_with_a_wrong_bit_is_not_taken),
		cmocka_unit_test(batch_gives_its_rows_in_order_and_knows_its_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
