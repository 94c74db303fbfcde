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

/* Each identifier of MQTT 5, 2.2.2.2, with the shortest value that it may have. */
static const char *const properties[] = {
	"\x01v",     "\x02vvvv",       "\x03\0\1v", "\x08\0\1v", "\x09\0\1v", "\x0b\xff\1", "\x11vvvv",
	"\x12\0\1v", "\x13vv",         "\x15\0\1v", "\x16\0\1v", "\x17v",     "\x18vvvv",   "\x19v",
	"\x1a\0\1v", "\x1c\0\1v",      "\x1f\0\1v", "\x21vv",    "\x22vv",    "\x23vv",     "\x24v",
	"\x25v",     "\x26\0\1n\0\1v", "\x27vvvv",  "\x28v",     "\x29v",     "\x2av"};

/* Of each there are as many octets as of a text, a number or two texts: the first one may be a 0 within. */
static size_t property_len(const char *property)
{
	const unsigned char id = (unsigned char)property[0];
	const char *const texts = "\x03\x08\x09\x12\x15\x16\x1a\x1c\x1f";

	if (id == 0x26)
		return 7;
	return strchr(texts, id) != NULL ? 4 : strlen(property);
}

static bool has_unknown(const void *octets, size_t len)
{
	struct broker_packet packet;

	assert_int_equal(broker_packet_look(octets, len, &packet), BROKER_PACKET_OK);
	return broker_packet_has_unknown_property(octets, len, &packet);
}

static void properties_of_the_standard_are_known_and_no_others(void **state)
{
	uint8_t packet[64] = {0x30, 0, 0, 1, 't'};
	unsigned known = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(properties) / sizeof(properties[0]); i++) {
		const size_t len = property_len(properties[i]);
		packet[1] = (uint8_t)(4 + 2 * len + 1);
		packet[5] = (uint8_t)(2 * len);
		memcpy(packet + 6, properties[i], len);
		memcpy(packet + 6 + len, properties[i], len);
		packet[6 + 2 * len] = 0x7f; /* the payload */
		for (size_t cut = 5; cut <= 7 + 2 * len; cut++)
			assert_false(has_unknown(packet, cut));
		packet[6 + len] = 0x7f; /* it stands where the first one ends */
		for (size_t cut = 5; cut <= 7 + 2 * len; cut++)
			assert_int_equal(has_unknown(packet, cut), cut > 6 + len);
	}
	for (unsigned id = 0; id < 256; id++)
		known += !has_unknown((uint8_t[]){0x30, 5, 0, 1, 't', 1, (uint8_t)id}, 7);
	assert_int_equal(known, sizeof(properties) / sizeof(properties[0]));
}

static void properties_are_found_in_every_packet_that_has_them(void **state)
{
	static const struct {
		const char *octets;
		size_t len;
	} packets[] = {{"\x20\x05\0\0\2\x7f\0", 7},   {"\x32\x08\0\1t\0\1\2\x7f\0", 10}, {"\x40\x06\0\1\0\2\x7f\0", 8},
		       {"\x50\x06\0\1\0\2\x7f\0", 8}, {"\x62\x06\0\1\0\2\x7f\0", 8},     {"\x70\x06\0\1\0\2\x7f\0", 8},
		       {"\x90\x06\0\1\2\x7f\0\1", 8}, {"\xb0\x06\0\1\2\x7f\0\1", 8},     {"\xe0\x04\0\2\x7f\0", 6},
		       {"\xf0\x04\0\2\x7f\0", 6}};
	static const struct {
		const char *octets;
		size_t len;
	} without[] = {{"\x40\x02\0\1", 4}, {"\x40\x03\0\1\0", 5}, {"\xe0\0", 2}, {"\xe0\1\0", 3}, {"\xd0\0", 2}};

	(void)state;
	for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++)
		assert_true(has_unknown(packets[i].octets, packets[i].len));
	for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++)
		assert_false(has_unknown(without[i].octets, without[i].len));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(length_has_one_to_four_octets),
		cmocka_unit_test(quality_of_a_publish_and_number_of_a_puback_are_told),
		cmocka_unit_test(properties_of_the_standard_are_known_and_no_others),
		cmocka_unit_test(properties_are_found_in_every_packet_that_has_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
