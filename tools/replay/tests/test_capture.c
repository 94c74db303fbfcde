/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/replay/capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define FRAME_MAX 1514
/* 2024-04-03 12:34:56.789012 UTC */
#define START_US UINT64_C(1712147696789012)
/* A classic pcap file: file header, then per record a header and the frame. */
#define PCAP_FILE_HEADER   24
#define PCAP_RECORD_HEADER 16

static char path[] = "/tmp/slacd-test-capture-XXXXXX";

static int file_make(void **state)
{
	(void)state;
	strcpy(path + strlen(path) - 6, "XXXXXX");
	int fd = mkstemp(path);
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

static int file_remove(void **state)
{
	(void)state;
	return unlink(path);
}

static void frame_make(uint8_t frame[FRAME_MAX], size_t len, uint16_t ethertype)
{
	for (size_t i = 0; i < len; i++)
		frame[i] = (uint8_t)(i * 7 + len);
	frame[12] = (uint8_t)(ethertype >> 8);
	frame[13] = (uint8_t)ethertype;
}

static void write_frame(struct capture_writer *writer, size_t len, uint16_t ethertype, uint64_t time_us)
{
	uint8_t frame[FRAME_MAX];

	frame_make(frame, len, ethertype);
	capture_write(writer, frame, len, time_us);
}

static void expect_frame(struct capture_reader *reader, size_t len, uint64_t time_us)
{
	uint8_t expected[FRAME_MAX];
	const uint8_t *frame;
	size_t got;
	uint64_t got_us;

	frame_make(expected, len, 0x88e1);
	assert_int_equal(capture_next(reader, &frame, &got, &got_us), PORT_FRAME);
	assert_int_equal(got, len);
	assert_memory_equal(frame, expected, len);
	assert_int_equal(got_us, time_us);
}

static void expect_result(struct capture_reader *reader, enum port_result expected)
{
	const uint8_t *frame;
	size_t len;
	uint64_t time_us;

	assert_int_equal(capture_next(reader, &frame, &len, &time_us), expected);
}

static struct capture_writer *create_or_fail(void)
{
	char error[PORT_ERROR_SIZE] = "";
	struct capture_writer *writer = capture_create(path, error);

	if (writer == NULL)
		fail_msg("%s", error);
	return writer;
}

static struct capture_reader *open_or_fail(void)
{
	char error[PORT_ERROR_SIZE] = "";
	struct capture_reader *reader = capture_open(path, error);

	if (reader == NULL)
		fail_msg("%s", error);
	return reader;
}

static void expect_contains(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("\"%s\" expected in \"%s\"", part, text);
}

static void frames_come_back_with_their_time(void **state)
{
	struct capture_writer *writer = create_or_fail();

	(void)state;
	write_frame(writer, 60, 0x88e1, START_US);
	write_frame(writer, 129, 0x88e1, START_US + 1);
	write_frame(writer, FRAME_MAX, 0x88e1, START_US + 210988);
	assert_true(capture_finish(writer));
	struct capture_reader *reader = open_or_fail();
	expect_frame(reader, 60, START_US);
	expect_frame(reader, 129, START_US + 1);
	expect_frame(reader, FRAME_MAX, START_US + 210988);
	expect_result(reader, PORT_END);
	expect_result(reader, PORT_END);
	capture_close(reader);
}

static void empty_capture_ends_at_once(void **state)
{
	(void)state;
	assert_true(capture_finish(create_or_fail()));
	struct capture_reader *reader = open_or_fail();
	expect_result(reader, PORT_END);
	capture_close(reader);
}

static void other_ethertypes_are_left_out(void **state)
{
	struct capture_writer *writer = create_or_fail();

	(void)state;
	write_frame(writer, 60, 0x0800, START_US);
	write_frame(writer, 60, 0x88e1, START_US + 1);
	write_frame(writer, 60, 0x88e2, START_US + 2);
	write_frame(writer, 85, 0x88e1, START_US + 3);
	assert_true(capture_finish(writer));
	struct capture_reader *reader = open_or_fail();
	expect_frame(reader, 60, START_US + 1);
	expect_frame(reader, 85, START_US + 3);
	expect_result(reader, PORT_END);
	capture_close(reader);
}

/* Two frames, the second one cut at each possible octet: header or frame. */
static void cut_file_is_an_error_that_names_the_file(void **state)
{
	size_t second = PCAP_FILE_HEADER + PCAP_RECORD_HEADER + 60;

	(void)state;
	for (size_t cut = second + 1; cut < second + PCAP_RECORD_HEADER + 129; cut++) {
		struct capture_writer *writer = create_or_fail();
		write_frame(writer, 60, 0x88e1, START_US);
		write_frame(writer, 129, 0x88e1, START_US + 1);
		assert_true(capture_finish(writer));
		assert_int_equal(truncate(path, (off_t)cut), 0);
		struct capture_reader *reader = open_or_fail();
		expect_frame(reader, 60, START_US);
		expect_result(reader, PORT_ERROR);
		expect_contains(capture_error(reader), path);
		capture_close(reader);
	}
}

static void file_of_another_kind_is_refused(void **state)
{
	char error[PORT_ERROR_SIZE] = "";
	FILE *file = fopen(path, "w");

	(void)state;
	assert_non_null(file);
	fputs("this is no capture file, only a line of text\n", file);
	fclose(file);
	assert_null(capture_open(path, error));
	expect_contains(error, path);
}

static void other_link_type_is_refused(void **state)
{
	/* Little endian, version 2.4, link type 101: raw IP. */
	static const uint8_t header[PCAP_FILE_HEADER] = {0xd4, 0xc3, 0xb2, 0xa1, 2,    0,    4, 0, 0,   0, 0, 0,
							 0,    0,    0,    0,    0xff, 0xff, 0, 0, 101, 0, 0, 0};
	char error[PORT_ERROR_SIZE] = "";
	FILE *file = fopen(path, "w");

	(void)state;
	assert_non_null(file);
	assert_int_equal(fwrite(header, sizeof(header), 1, file), 1);
	fclose(file);
	assert_null(capture_open(path, error));
	expect_contains(error, path);
	expect_contains(error, "not Ethernet");
}

static void errors_name_the_file(void **state)
{
	char error[PORT_ERROR_SIZE] = "";

	(void)state;
	assert_null(capture_open("/nowhere/at.pcap", error));
	assert_string_equal(error, "capture file /nowhere/at.pcap: No such file or directory");
	assert_null(capture_create("/nowhere/to.pcap", error));
	assert_string_equal(error, "capture file /nowhere/to.pcap: No such file or directory");
	capture_close(NULL);
}

static void full_disk_is_reported_at_the_end(void **state)
{
	char error[PORT_ERROR_SIZE] = "";
	struct capture_writer *writer = capture_create("/dev/full", error);

	(void)state;
	if (writer == NULL) {
		/* Where it does not buffer the file header the failure shows here. */
		expect_contains(error, "/dev/full");
		return;
	}
	write_frame(writer, 60, 0x88e1, START_US);
	assert_false(capture_finish(writer));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(frames_come_back_with_their_time, file_make, file_remove),
		cmocka_unit_test_setup_teardown(empty_capture_ends_at_once, file_make, file_remove),
		cmocka_unit_test_setup_teardown(other_ethertypes_are_left_out, file_make, file_remove),
		cmocka_unit_test_setup_teardown(cut_file_is_an_error_that_names_the_file, file_make, file_remove),
		cmocka_unit_test_setup_teardown(file_of_another_kind_is_refused, file_make, file_remove),
		cmocka_unit_test_setup_teardown(other_link_type_is_refused, file_make, file_remove),
		cmocka_unit_test(errors_name_the_file),
		cmocka_unit_test(full_disk_is_reported_at_the_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
