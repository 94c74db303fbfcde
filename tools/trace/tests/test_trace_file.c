/* SPDX-License-Identifier: Apache-2.0 */
/* Captures in all their forms, written here octet by octet. */
#include "tools/trace/trace_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char path[] = "/tmp/slacd-trace-XXXXXX";
static uint8_t octets[4096];
static size_t used;
static uint32_t clock_s = 1700000000;

static const uint8_t frame[60] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0xca, 0, 0, 0, 1, 0x88, 0xe1, 1, 0x64, 0x60};

static void put(const void *data, size_t len)
{
	memcpy(octets + used, data, len);
	used += len;
}

static void put_number(uint32_t value, size_t len, bool big)
{
	for (size_t i = 0; i < len; i++)
		octets[used++] = (uint8_t)(value >> 8 * (big ? len - 1 - i : i));
}

static void begin_pcap(uint32_t magic, uint32_t link_type, bool big)
{
	used = 0;
	put_number(magic, 4, big);
	put_number(2, 2, big);
	put_number(4, 2, big);
	put_number(0, 4, big);
	put_number(0, 4, big);
	put_number(65535, 4, big);
	put_number(link_type, 4, big);
}

static void begin_packet(uint32_t fraction, uint32_t len, uint32_t whole_len, bool big)
{
	put_number(clock_s, 4, big);
	put_number(fraction, 4, big);
	put_number(len, 4, big);
	put_number(whole_len, 4, big);
}

static void put_frame(uint32_t fraction, bool big)
{
	begin_packet(fraction, sizeof(frame), sizeof(frame), big);
	put(frame, sizeof(frame));
}

static void put_foreign_frame(uint32_t fraction)
{
	begin_packet(fraction, 60, 60, false);
	put(frame, 12);
	put("\x08\0", 2);
	put(frame + 14, 46);
}

static struct trace_file *open_octets(void)
{
	char error[TRACE_ERROR_SIZE] = "";
	int fd = open(path, O_WRONLY | O_TRUNC);

	assert_int_equal(write(fd, octets, used), used);
	close(fd);
	struct trace_file *file = trace_file_open(path, error);
	if (file == NULL)
		fail_msg("%s", error);
	return file;
}

static void is_the_frame(struct trace_file *file, uint64_t time_us)
{
	struct trace_frame got;

	assert_int_equal(trace_file_next(file, &got), TRACE_FILE_FRAME);
	assert_int_equal(got.time_us, time_us);
	assert_int_equal(got.len, sizeof(frame));
	assert_memory_equal(got.octets + MAC_LEN, frame + MAC_LEN, sizeof(frame) - MAC_LEN);
}

static void is_at_end(struct trace_file *file)
{
	struct trace_frame got;

	assert_int_equal(trace_file_next(file, &got), TRACE_FILE_END);
	trace_file_close(file);
}

static int make_file(void **state)
{
	(void)state;
	int fd = mkstemp(path);

	close(fd);
	return fd < 0 ? -1 : 0;
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static void both_byte_orders_and_both_resolutions_are_read(void **state)
{
	(void)state;
	for (int big = 0; big < 2; big++) {
		begin_pcap(0xa1b2c3d4, 1, big != 0);
		put_frame(250000, big != 0);
		struct trace_file *file = open_octets();
		is_the_frame(file, UINT64_C(1700000000250000));
		is_at_end(file);
		begin_pcap(0xa1b23c4d, 1, big != 0);
		put_frame(250000123, big != 0);
		file = open_octets();
		is_the_frame(file, UINT64_C(1700000000250000));
		is_at_end(file);
	}
}

static void pcapng_is_read(void **state)
{
	(void)state;
	used = 0;
	put_number(0x0a0d0d0a, 4, false); /* section header */
	put_number(28, 4, false);
	put_number(0x1a2b3c4d, 4, false);
	put_number(1, 2, false);
	put_number(0, 2, false);
	put_number(0xffffffff, 4, false);
	put_number(0xffffffff, 4, false);
	put_number(28, 4, false);
	put_number(1, 4, false); /* interface */
	put_number(20, 4, false);
	put_number(1, 2, false);
	put_number(0, 2, false);
	put_number(65535, 4, false);
	put_number(20, 4, false);
	put_number(6, 4, false); /* packet, 60 octets */
	put_number(32 + 60, 4, false);
	put_number(0, 4, false);
	put_number(0, 4, false);
	put_number(1234567, 4, false);
	put_number(60, 4, false);
	put_number(60, 4, false);
	put(frame, 60);
	put_number(32 + 60, 4, false);
	struct trace_file *file = open_octets();
	is_the_frame(file, 1234567);
	is_at_end(file);
}

static void cooked_captures_have_the_sender_but_not_the_receiver(void **state)
{
	struct trace_frame got;

	(void)state;
	for (int second = 0; second < 2; second++) {
		begin_pcap(0xa1b2c3d4, second ? 276 : 113, false);
		begin_packet(0, (second ? 20 : 16) + 46, (second ? 20 : 16) + 46, false);
		if (second) {
			put_number(0x88e1, 2, true);
			put("\0\0\0\0\0\1\0\1\0\6", 10);
			put(frame + MAC_LEN, MAC_LEN);
			put("\0\0", 2);
		} else {
			put("\0\0\0\1\0\6", 6);
			put(frame + MAC_LEN, MAC_LEN);
			put("\0\0\x88\xe1", 4);
		}
		put(frame + 14, 46);
		struct trace_file *file = open_octets();
		assert_int_equal(trace_file_next(file, &got), TRACE_FILE_FRAME);
		assert_true(got.has_no_address);
		assert_memory_equal(got.octets + MAC_LEN, frame + MAC_LEN, sizeof(frame) - MAC_LEN);
		is_at_end(file);
	}
}

static void tags_are_taken_out_and_said(void **state)
{
	struct trace_frame got;

	(void)state;
	begin_pcap(0xa1b2c3d4, 1, false);
	begin_packet(0, 68, 68, false);
	put(frame, 12);
	put("\x88\xa8\0\7\x81\0\x20\x2a", 8);
	put(frame + 12, 48);
	struct trace_file *file = open_octets();
	assert_int_equal(trace_file_next(file, &got), TRACE_FILE_FRAME);
	assert_true(got.is_tagged);
	assert_int_equal(got.vlan, 42);
	assert_memory_equal(got.octets, frame, sizeof(frame));
	assert_int_equal(trace_file_counts(file)->tagged, 1);
	is_at_end(file);
}

static void doubled_cut_and_foreign_frames_are_counted(void **state)
{
	struct trace_frame got;

	(void)state;
	begin_pcap(0xa1b2c3d4, 1, false);
	put_frame(1000, false);
	put_frame(1500, false); /* a mirror's */
	put_frame(9000, false); /* the car's own repeat */
	begin_packet(9500, 30, 60, false);
	put(frame, 30);
	put_foreign_frame(9600);
	struct trace_file *file = open_octets();
	is_the_frame(file, UINT64_C(1700000000001000));
	is_the_frame(file, UINT64_C(1700000000009000));
	assert_int_equal(trace_file_next(file, &got), TRACE_FILE_FRAME);
	assert_int_equal(got.missing, 30);
	assert_int_equal(got.number, 4);
	assert_int_equal(trace_file_next(file, &got), TRACE_FILE_END);
	assert_int_equal(trace_file_counts(file)->packets, 5);
	assert_int_equal(trace_file_counts(file)->doubled, 1);
	assert_int_equal(trace_file_counts(file)->cut, 1);
	trace_file_close(file);
}

static void file_ends_with_its_latest_packet_of_any_kind(void **state)
{
	(void)state;
	begin_pcap(0xa1b2c3d4, 1, false);
	put_frame(1000, false);
	put_foreign_frame(900000);
	put_foreign_frame(800000); /* of another interface: they are not always in order */
	struct trace_file *file = open_octets();
	is_the_frame(file, UINT64_C(1700000000001000));
	assert_int_equal(trace_file_end_us(file), UINT64_C(1700000000001000));
	struct trace_frame got;
	assert_int_equal(trace_file_next(file, &got), TRACE_FILE_END);
	assert_int_equal(trace_file_end_us(file), UINT64_C(1700000000900000));
	trace_file_close(file);
}

static void time_goes_on_where_the_clock_was_set_back(void **state)
{
	(void)state;
	begin_pcap(0xa1b2c3d4, 1, false);
	put_frame(1000, false);
	clock_s -= 3600;
	put_frame(500000, false);
	put_frame(700000, false);
	put_frame(900000, false);
	clock_s += 3600;
	struct trace_file *file = open_octets();
	is_the_frame(file, UINT64_C(1700000000001000));
	is_the_frame(file, UINT64_C(1700000000001000));
	is_the_frame(file, UINT64_C(1700000000201000));
	is_the_frame(file, UINT64_C(1700000000401000));
	assert_int_equal(trace_file_counts(file)->set_back, 1);
	assert_int_equal(trace_file_counts(file)->doubled, 0);
	is_at_end(file);
}

static void file_that_ends_in_a_packet_is_read_up_to_there(void **state)
{
	struct trace_frame got;

	(void)state;
	begin_pcap(0xa1b2c3d4, 1, false);
	put_frame(0, false);
	put_frame(100000, false);
	used -= 5;
	struct trace_file *file = open_octets();
	is_the_frame(file, UINT64_C(1700000000000000));
	assert_int_equal(trace_file_next(file, &got), TRACE_FILE_DAMAGED);
	assert_non_null(strstr(trace_file_error(file), path));
	trace_file_close(file);
}

static void gzip_is_read_where_it_is_understood(void **state)
{
	char command[128];
	char error[TRACE_ERROR_SIZE] = "";

	(void)state;
	if (!trace_file_understands_gzip()) {
		print_message("built without zlib\n");
		skip();
	}
	begin_pcap(0xa1b2c3d4, 1, false);
	put_frame(0, false);
	trace_file_close(open_octets());
	snprintf(command, sizeof(command), "gzip -c %s > %s.gz && mv %s.gz %s", path, path, path, path);
	assert_int_equal(system(command), 0);
	struct trace_file *file = trace_file_open(path, error);
	assert_non_null(file);
	is_the_frame(file, UINT64_C(1700000000000000));
	is_at_end(file);
}

static void what_is_no_capture_is_named(void **state)
{
	char error[TRACE_ERROR_SIZE] = "";

	(void)state;
	assert_null(trace_file_open("/nonexistent.pcap", error));
	assert_non_null(strstr(error, "/nonexistent.pcap: No such file"));
	begin_pcap(0xa1b2c3d4, 105, false); /* wireless */
	int fd = open(path, O_WRONLY | O_TRUNC);
	assert_int_equal(write(fd, octets, used), used);
	close(fd);
	assert_null(trace_file_open(path, error));
	assert_non_null(strstr(error, "expected Ethernet or Linux cooked"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_byte_orders_and_both_resolutions_are_read),
		cmocka_unit_test(pcapng_is_read),
		cmocka_unit_test(cooked_captures_have_the_sender_but_not_the_receiver),
		cmocka_unit_test(tags_are_taken_out_and_said),
		cmocka_unit_test(doubled_cut_and_foreign_frames_are_counted),
		cmocka_unit_test(file_ends_with_its_latest_packet_of_any_kind),
		cmocka_unit_test(time_goes_on_where_the_clock_was_set_back),
		cmocka_unit_test(file_that_ends_in_a_packet_is_read_up_to_there),
		cmocka_unit_test(gzip_is_read_where_it_is_understood),
		cmocka_unit_test(what_is_no_capture_is_named),
	};
	return cmocka_run_group_tests(tests, make_file, remove_file);
}
