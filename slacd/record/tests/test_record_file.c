/* SPDX-License-Identifier: Apache-2.0 */
/* What the ring holds is what a reader finds, and Wireshark as well. Damage is named. */
#include "slacd/outlet/outlet_state.h"
#include "slacd/record/record_file.h"
#include "slacd/record/tests/recorded_session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const uint8_t secret[RECORD_SECRET_LEN] = {7, 7, 7};
static const struct record_about about = {.program = "slacd 1.2.3",
					  .evse_id = "DE*TST*E1",
					  .interface = "qca0",
					  .outcome = "failed no_atten_char_rsp",
					  .has_ac = true,
					  .clock_offset_us = INT64_C(1700000000000000),
					  .state_version = OUTLET_STATE_VERSION,
					  .given = "slac.profile,record.when"};
static const char settings[] = "{\"slac\": {\"profile\": \"field\"}}";

static struct recorded_session session; /* too large for the stack */
static struct record_octets octets;

static int open_record(void **state)
{
	(void)state;
	recorded_session_open(&session, 4 * RECORD_MEMORY_MIN);
	recorded_session_play(&session);
	return record_file_build(&about, settings, &session.ring, secret, &octets) ? 0 : -1;
}

static int close_record(void **state)
{
	(void)state;
	record_octets_free(&octets);
	recorded_session_close(&session);
	return 0;
}

static void the_header_comes_back(void **state)
{
	struct record_file file;

	(void)state;
	assert_true(record_file_is_one(octets.octets, octets.len));
	assert_true(record_file_open(&file, octets.octets, octets.len));
	assert_string_equal(file.about.program, about.program);
	assert_string_equal(file.about.evse_id, about.evse_id);
	assert_string_equal(file.about.outcome, about.outcome);
	assert_string_equal(file.about.given, about.given);
	assert_true(file.about.has_ac);
	assert_false(file.about.single_phase);
	assert_true(file.about.clock_offset_us == about.clock_offset_us);
	assert_int_equal(file.about.state_version, OUTLET_STATE_VERSION);
	assert_int_equal(file.settings_len, strlen(settings));
	assert_memory_equal(file.settings, settings, strlen(settings));
}

/* --- each entry --- */

static void mask_all(struct record_mask *mask)
{
	record_mask_init(mask, secret);
	for (size_t i = 0; i < session.key_count; i++)
		assert_true(record_mask_add(mask, session.keys[i]));
}

static void same_frame(const struct record_mask *mask, const uint8_t *kept, size_t len, const struct record_item *item)
{
	uint8_t frame[MME_FRAME_MAX];

	assert_int_equal(item->len, len);
	memcpy(frame, kept, len);
	assert_true(record_mask_frame(mask, frame, len));
	assert_memory_equal(item->octets, frame, len);
}

static void same_effect(const struct record_mask *mask, const struct record_entry *entry,
			const struct record_item *item)
{
	struct outlet_effect effect = entry->effect;
	char text[RECORD_TEXT_MAX];

	if (effect.kind == OUTLET_SEND) {
		same_frame(mask, effect.frame.octets, effect.frame.len, item);
		return;
	}
	record_mask_octets(mask, (uint8_t *)&effect, sizeof(effect));
	assert_string_equal(item->text, record_effect_text(&effect, text));
}

static bool read_line(void *context, const char *name, const char *value)
{
	return outlet_state_read(context, name, value);
}

static void same_state(const struct record_mask *mask, const struct outlet *kept, const struct record_item *item)
{
	static struct outlet outlet, masked;
	const struct outlet_config config = {.slac = kept->slac.config,
					     .modem = kept->modem.config,
					     .pilot = kept->pilot.config,
					     .amp_map = kept->amp_map.config};

	outlet_init(&outlet, &config, NULL, NULL);
	assert_true(record_item_state(item, read_line, &outlet));
	masked = *kept;
	record_mask_octets(mask, (uint8_t *)&masked.modem.key.given, sizeof(masked.modem.key.given));
	assert_memory_equal(&outlet.modem.key.given, &masked.modem.key.given, sizeof(masked.modem.key.given));
	assert_int_equal(outlet.pilot.state, masked.pilot.state);
	assert_int_equal(outlet.serving, masked.serving);
	assert_true(outlet_deadline(&outlet) == outlet_deadline(&masked));
}

static void each_entry_comes_back_in_its_order(void **state)
{
	struct record_place place = {0};
	struct record_entry entry;
	struct record_item item;
	struct record_file file;
	struct record_mask mask;
	size_t count = 0;
	size_t neighbours = 0;

	(void)state;
	mask_all(&mask);
	assert_true(record_file_open(&file, octets.octets, octets.len));
	for (; record_ring_next(&session.ring, &place, &entry); count++) {
		assert_int_equal(record_file_next(&file, &item), RECORD_READ_ITEM);
		assert_int_equal(item.kind, entry.kind);
		if (entry.time_us != 0)
			assert_true(item.time_us == entry.time_us);
		if (item.kind == RECORD_INPUT && item.input.kind == OUTLET_FRAME) {
			assert_int_equal(item.input.frame.neighbour_validates, entry.input.frame.neighbour_validates);
			neighbours += item.input.frame.neighbour_validates;
		}
		if (entry.kind == RECORD_EFFECT)
			same_effect(&mask, &entry, &item);
		else if (entry.kind == RECORD_STATE)
			same_state(&mask, entry.outlet, &item);
		else if (entry.kind == RECORD_INPUT && entry.input.kind == OUTLET_FRAME)
			same_frame(&mask, entry.input.frame.octets, entry.input.frame.len, &item);
		else if (entry.kind == RECORD_INPUT)
			assert_int_equal(item.input.kind, entry.input.kind);
		else if (entry.kind == RECORD_RANDOM)
			assert_int_equal(item.len, entry.len);
	}
	assert_int_equal(record_file_next(&file, &item), RECORD_READ_END);
	assert_true(count > 60);
	assert_int_equal(neighbours, 1);
	record_mask_free(&mask);
}

static void no_piece_of_a_key_is_in_the_file(void **state)
{
	(void)state;
	assert_true(session.key_count >= 2);
	for (size_t i = 0; i < session.key_count; i++) {
		for (size_t at = 0; at + 6 <= NMK_LEN; at++) {
			char digits[13];
			for (size_t octet = 0; octet < 6; octet++)
				snprintf(digits + 2 * octet, 3, "%02x", session.keys[i][at + octet]);
			assert_null(memmem(octets.octets, octets.len, session.keys[i] + at, 6));
			assert_null(memmem(octets.octets, octets.len, digits, 12));
		}
	}
}

/* --- damage --- */

static enum record_read read_to_end(const uint8_t *file_octets, size_t len, struct record_file *file)
{
	struct record_item item;
	enum record_read result = RECORD_READ_BAD;

	if (!record_file_open(file, file_octets, len))
		return RECORD_READ_BAD;
	do
		result = record_file_next(file, &item);
	while (result == RECORD_READ_ITEM);
	return result;
}

static void what_is_cut_off_is_said(void **state)
{
	struct record_file file;
	size_t whole = 0;

	(void)state;
	for (size_t len = 0; len < octets.len; len += 1 + len / 100) {
		const bool ok = read_to_end(octets.octets, len, &file) == RECORD_READ_END;
		whole += ok; /* between two blocks */
		assert_true(ok == (file.error[0] == '\0'));
	}
	assert_true(whole < 10);
	assert_int_equal(read_to_end(octets.octets, octets.len, &file), RECORD_READ_END);
	assert_int_equal(read_to_end((const uint8_t *)"\xd4\xc3\xb2\xa1", 4, &file), RECORD_READ_BAD);
	assert_string_equal(file.error, "it is no pcapng file in little endian");
}

static void another_version_is_said(void **state)
{
	uint8_t *place = memmem(octets.octets, octets.len, "session record 1", 16);
	struct record_file file;

	(void)state;
	assert_non_null(place);
	place[15] = '2';
	assert_false(record_file_open(&file, octets.octets, octets.len));
	assert_string_equal(file.error, "it is a record of version 2, expected 1");
	memcpy(place, "another", 7);
	memcpy(place - 6, "other ", 6);
	assert_false(record_file_open(&file, octets.octets, octets.len));
	assert_non_null(strstr(file.error, "no session record"));
}

/* --- Wireshark --- */

static void tell(const char *path, const char *fields, char *out, size_t size)
{
	char command[512];

	snprintf(command, sizeof(command), "tshark -r %s -T fields %s 2>/dev/null", path, fields);
	FILE *pipe = popen(command, "re");
	assert_non_null(pipe);
	const size_t len = fread(out, 1, size - 1, pipe);
	out[len] = '\0';
	assert_int_equal(pclose(pipe), 0);
}

static void wireshark_tells_the_whole_story(void **state)
{
	static char story[256 * 1024];
	char path[] = "/tmp/slacd-record-XXXXXX";

	(void)state;
	if (getenv("SLACD_VALGRIND") != NULL || system("command -v tshark > /dev/null") != 0) {
		print_message("skipped: tshark (Debian: tshark) was not found, or is not for valgrind\n");
		skip();
	}
	const int out = mkstemp(path);
	assert_true(out >= 0);
	assert_int_equal(write(out, octets.octets, octets.len), octets.len);
	close(out);
	tell(path, "-e frame.number -e _ws.col.Info", story, sizeof(story));
	assert_non_null(strstr(story, "\tcp_status state=B2"));
	assert_non_null(strstr(story, "\tCM_SLAC_PARM.REQ"));
	assert_non_null(strstr(story, "\tCM_SLAC_PARM.CNF"));
	assert_non_null(strstr(story, "\tstatus matching run_id="));
	assert_non_null(strstr(story, "\tstatus failed reason=no_atten_char_rsp"));
	assert_non_null(strstr(story, "\tCM_SLAC_MATCH.CNF"));
	assert_non_null(strstr(story, "\tstatus matched"));
	assert_non_null(strstr(story, "\tstatus unmatched reason=vehicle_left"));
	assert_null(strstr(story, "Malformed"));
	tell(path, "-e _ws.malformed", story, sizeof(story));
	assert_int_equal(strspn(story, "\t\n"), strlen(story));
	tell(path, "-e frame.time_epoch", story, sizeof(story));
	const double begin = 1700000000 + 5002; /* the offset, and the time of the plug-in */
	assert_true(strtod(story, NULL) >= begin && strtod(story, NULL) < begin + 0.001);
	unlink(path);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_record, close_record)
	const struct CMUnitTest tests[] = {
		TEST(the_header_comes_back),
		TEST(each_entry_comes_back_in_its_order),
		TEST(no_piece_of_a_key_is_in_the_file),
		TEST(what_is_cut_off_is_said),
		TEST(another_version_is_said),
		TEST(wireshark_tells_the_whole_story),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
