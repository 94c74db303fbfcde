/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/history/tests/history_rows.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define EPOCH_US 1795770611123000

struct history_row telemetry_row(unsigned number)
{
	struct history_row row = {.kind = HISTORY_TELEMETRY};

	row.as.telemetry = (struct history_telemetry){
		.sampling_us = EPOCH_US + number,
		.has_number = true,
		.number = number,
		.station = "S1",
		.evse_id = "DE*SIM*E1",
		.name = "sessions_matched",
	};
	return row;
}

struct history_row status_row(unsigned number)
{
	struct history_row row = {.kind = HISTORY_STATUS};

	row.as.status = (struct history_status){
		.sampling_us = EPOCH_US + number,
		.received_us = EPOCH_US + 1000000 + number,
		.has_attenuation = true,
		.attenuation_db = 20.5,
		.station = "S1",
		.evse_id = "DE*SIM*E1",
		.status = "failed",
		.reason = "no_sounds",
		.run_id = "0x0011223344556677",
		.ev_mac = "00:18:87:00:A1:D6",
		.record = "20261127T091011.123456Z-E1.pcapng",
	};
	snprintf(row.as.status.message_id, sizeof(row.as.status.message_id), "id-%u", number);
	return row;
}

struct history_row refused_row(unsigned number)
{
	struct history_row row = {.kind = HISTORY_REFUSED};

	row.as.refused = (struct history_refused){.received_us = EPOCH_US + number,
						  .len = 3,
						  .payload = {0, 0xff, '\''},
						  .topic = "a/\"b\\c",
						  .why = "it's bad"};
	return row;
}

unsigned number_of(const struct history_row *row)
{
	assert_int_equal(row->kind, HISTORY_TELEMETRY);
	return (unsigned)row->as.telemetry.number;
}

/* The texts end with their NUL: what lies behind it means nothing. */
static void assert_same_status(const struct history_status *left, const struct history_status *right)
{
	assert_int_equal(left->sampling_us, right->sampling_us);
	assert_int_equal(left->received_us, right->received_us);
	assert_int_equal(left->has_attenuation, right->has_attenuation);
	if (left->has_attenuation)
		assert_true(left->attenuation_db == right->attenuation_db);
	assert_string_equal(left->station, right->station);
	assert_string_equal(left->message_id, right->message_id);
	assert_string_equal(left->evse_id, right->evse_id);
	assert_string_equal(left->status, right->status);
	assert_string_equal(left->reason, right->reason);
	assert_string_equal(left->run_id, right->run_id);
	assert_string_equal(left->ev_mac, right->ev_mac);
	assert_string_equal(left->record, right->record);
}

static void assert_same_telemetry(const struct history_telemetry *left, const struct history_telemetry *right)
{
	assert_int_equal(left->sampling_us, right->sampling_us);
	assert_int_equal(left->has_number, right->has_number);
	assert_int_equal(left->has_text, right->has_text);
	if (left->has_number)
		assert_true(left->number == right->number);
	if (left->has_text)
		assert_string_equal(left->text, right->text);
	assert_string_equal(left->station, right->station);
	assert_string_equal(left->evse_id, right->evse_id);
	assert_string_equal(left->name, right->name);
}

void assert_same_row(const struct history_row *left, const struct history_row *right)
{
	assert_int_equal(left->kind, right->kind);
	if (left->kind == HISTORY_TELEMETRY) {
		assert_same_telemetry(&left->as.telemetry, &right->as.telemetry);
	} else if (left->kind == HISTORY_STATUS) {
		assert_same_status(&left->as.status, &right->as.status);
	} else {
		assert_int_equal(left->as.refused.received_us, right->as.refused.received_us);
		assert_int_equal(left->as.refused.len, right->as.refused.len);
		assert_memory_equal(left->as.refused.payload, right->as.refused.payload, left->as.refused.len);
		assert_string_equal(left->as.refused.topic, right->as.refused.topic);
		assert_string_equal(left->as.refused.why, right->as.refused.why);
	}
}

struct history_batch new_batch(void)
{
	struct history_batch batch;

	assert_true(history_batch_init(&batch, 512 * 1024));
	return batch;
}

void add_rows(struct history_batch *batch, unsigned first, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		const struct history_row row = telemetry_row(first + i);
		assert_true(history_batch_add(batch, &row));
	}
}

void make_directory(char path[TEST_PATH_SIZE])
{
	snprintf(path, TEST_PATH_SIZE, "/tmp/test-history-XXXXXX");
	assert_non_null(mkdtemp(path));
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place)
{
	(void)info;
	(void)kind;
	(void)place;
	return remove(path);
}

void remove_directory(const char *path)
{
	nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
