/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/replay/capture.h"
#include "homeplug/mme/nw_info.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t host[MAC_LEN] = {0x02, 0x11, 0x22, 0x33, 0x44, 0xaa};

static const struct nw_info network = {
	.modem_mac = {0x02, 0x11, 0x22, 0x33, 0x44, 0xbb},
	.in_network = true,
	.nid = {1, 2, 3, 4, 5, 6, 7},
	.snid = 8,
	.tei = 9,
	.role = NW_INFO_COORDINATOR,
	.cco_mac = {10, 11, 12, 13, 14, 15},
	.stations = 2,
};

static void the_request_is_the_example(void **state)
{
	static const uint8_t start[] = {0x00, 0xb0, 0x52, 0x00, 0x00, 0x01, 0x02, 0x11, 0x22, 0x33,
					0x44, 0xaa, 0x88, 0xe1, 0x00, 0x38, 0xa0, 0x00, 0xb0, 0x52};
	uint8_t frame[MME_FRAME_MAX];
	uint8_t src[MAC_LEN];
	size_t len;

	(void)state;
	assert_int_equal(nw_info_req_encode(host, frame, sizeof(frame), &len), MME_OK);
	assert_int_equal(len, MME_FRAME_MIN);
	assert_memory_equal(frame, start, sizeof(start));
	assert_true(octets_are_zero(frame + sizeof(start), len - sizeof(start)));
	assert_true(nw_info_req_decode(frame, len, src));
	assert_memory_equal(src, host, MAC_LEN);
	assert_int_equal(nw_info_req_encode(host, frame, MME_FRAME_MIN - 1, &len), MME_ERR_BUFFER);
}

static void a_confirmation_comes_back_as_it_was(void **state)
{
	uint8_t frame[MME_FRAME_MAX];
	struct nw_info out;
	size_t len;

	(void)state;
	assert_int_equal(nw_info_cnf_encode(&network, host, frame, sizeof(frame), &len), MME_OK);
	assert_int_equal(len, 39 + 2 * 15);
	assert_int_equal(frame[21], network.nid[0]);
	assert_int_equal(frame[30], NW_INFO_COORDINATOR);
	assert_int_equal(frame[38], 2);
	assert_int_equal(nw_info_cnf_decode(frame, len, &out), MME_OK);
	assert_memory_equal(&out, &network, sizeof(out));
}

static void a_modem_without_network_says_so(void **state)
{
	const struct nw_info none = {.modem_mac = {1}};
	uint8_t frame[MME_FRAME_MAX];
	struct nw_info out;
	size_t len;

	(void)state;
	assert_int_equal(nw_info_cnf_encode(&none, host, frame, sizeof(frame), &len), MME_OK);
	assert_int_equal(nw_info_cnf_decode(frame, len, &out), MME_OK);
	assert_false(out.in_network);
}

static void every_truncation_is_rejected_and_changes_nothing(void **state)
{
	uint8_t frame[MME_FRAME_MAX];
	size_t len;

	(void)state;
	assert_int_equal(nw_info_cnf_encode(&network, host, frame, sizeof(frame), &len), MME_OK);
	for (size_t cut = 0; cut < 39; cut++) {
		struct nw_info out = {.snid = 0x55};
		assert_int_not_equal(nw_info_cnf_decode(frame, cut, &out), MME_OK);
		assert_int_equal(out.snid, 0x55);
	}
}

static void other_vendors_and_types_are_not_taken(void **state)
{
	static const size_t header_octets[] = {12, 13, 15, 16, 17, 18, 19};
	uint8_t frame[MME_FRAME_MAX];
	struct nw_info out;
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(header_octets) / sizeof(header_octets[0]); i++) {
		assert_int_equal(nw_info_cnf_encode(&network, host, frame, sizeof(frame), &len), MME_OK);
		frame[header_octets[i]] ^= 0x01;
		assert_int_equal(nw_info_cnf_decode(frame, len, &out), MME_ERR_MMTYPE);
	}
}

/* The Ioniq's home session: both modems were asked, each names the other's coordinator as the same. */
static void captured_modems_tell_their_network(void **state)
{
	static const uint8_t nid[NID_LEN] = {1, 2, 3, 4, 5, 6, 7};
	const char *folder = getenv("SLACD_TRACES");
	char path[512];
	char error[PORT_ERROR_SIZE];
	const uint8_t *frame;
	size_t len;
	uint64_t time_us;
	size_t coordinators = 0;
	size_t found = 0;

	(void)state;
	snprintf(path, sizeof(path), "%s/ioniq-pyplc-home-2023-04-24-three-sessions-matched.pcap",
		 folder != NULL ? folder : "");
	struct capture_reader *reader = capture_open(path, error);
	if (reader == NULL) {
		print_message("no captures here, skipped: %s\n", error);
		skip();
	}
	while (capture_next(reader, &frame, &len, &time_us) == PORT_FRAME) {
		struct nw_info info;
		if (nw_info_cnf_decode(frame, len, &info) != MME_OK)
			continue;
		found++;
		assert_true(info.in_network);
		assert_memory_equal(info.nid, nid, NID_LEN);
		assert_int_equal(info.stations, 1);
		coordinators += info.role == NW_INFO_COORDINATOR && mac_equal(info.cco_mac, info.modem_mac);
	}
	capture_close(reader);
	assert_int_equal(found, 2);
	assert_int_equal(coordinators, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_request_is_the_example),
		cmocka_unit_test(a_confirmation_comes_back_as_it_was),
		cmocka_unit_test(a_modem_without_network_says_so),
		cmocka_unit_test(every_truncation_is_rejected_and_changes_nothing),
		cmocka_unit_test(other_vendors_and_types_are_not_taken),
		cmocka_unit_test(captured_modems_tell_their_network),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
