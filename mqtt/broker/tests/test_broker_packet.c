/* SPDX-License-Identifier: Apache-2.0 */
/* The beginning of a packet: its length, and what the client asks of it before the library reads it. */
#include "mqtt/broker/broker_packet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static enum broker_packet_result look(const char *octets, size_t len, struct broker_packet *packet)
{
	return broker_packet_look((const uint8_t *)octets, len, packet);
}

static void length_has_one_to_four_octets(void **state)
{
	static const struct {
		const char *octets;
		size_t len;
		size_t remaining_len;
	} lengths[] = {{"\x30\0", 2, 0},
		       {"\x30\x7f", 2, 127},
		       {"\x30\x80\1", 3, 128},
		       {"\x30\xff\xff\x7f", 4, 2097151},
		       {"\x30\xff\xff\xff\x7f", 5, 268435455}};
	struct broker_packet packet;

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		assert_int_equal(look(lengths[i].octets, lengths[i].len, &packet), BROKER_PACKET_OK);
		assert_int_equal(packet.remaining_len, lengths[i].remaining_len);
		assert_int_equal(packet.len, lengths[i].len + lengths[i].remaining_len);
		for (size_t len = 0; len < lengths[i].len; len++)
			assert_int_equal(look(lengths[i].octets, len, &packet), BROKER_PACKET_CUT);
	}
	assert_int_equal(look("\x30\xff\xff\xff\x80", 5, &packet), BROKER_PACKET_MALFORMED);
}

static void quality_of_a_publish_and_number_of_a_puback_are_told(void **state)
{
	struct broker_packet packet;

	(void)state;
	assert_int_equal(look("\x3d\5", 2, &packet), BROKER_PACKET_OK);
	assert_int_equal(packet.type, BROKER_PACKET_PUBLISH);
	assert_int_equal(packet.qos, 2);
	assert_int_equal(look("\x40\2\x12\x34", 4, &packet), BROKER_PACKET_OK);
	assert_int_equal(packet.type, BROKER_PACKET_PUBACK);
	assert_int_equal(packet.mid, 0x1234);
	assert_int_equal(look("\x40\2\x12", 3, &packet), BROKER_PACKET_OK);
	assert_int_equal(packet.mid, 0);
	assert_int_equal(look("\x40\1\x12\x34", 4, &packet), BROKER_PACKET_OK);
	assert_int_equal(packet.mid, 0);
	assert_int_equal(look("\x32\x80\x80\1\0\1t\x56\x78", 9, &packet), BROKER_PACKET_OK);
	assert_int_equal(packet.mid, 0x5678);
	assert_int_equal(look("\x32\x80\x80\1\0\1t\x56\x78", 8, &packet), BROKER_PACKET_OK);
	assert_int_equal(packet.mid, 0);
	assert_int_equal(look("\x32\4\0\1t\x56\x78", 7, &packet), BROKER_PACKET_OK);
	assert_int_equal(packet.mid, 0); /* it would be of the next packet */
	assert_int_equal(look("\x62\2\0\1", 4, &packet), BROKER_PACKET_OK);
	assert_int_equal(packet.type, BROKER_PACKET_PUBREL);
	assert_int_equal(packet.qos, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(length_has_one_to_four_octets),
		cmocka_unit_test(quality_of_a_publish_and_number_of_a_puback_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
