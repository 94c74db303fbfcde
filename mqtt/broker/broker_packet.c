/* SPDX-License-Identifier: Apache-2.0 */
#include "mqtt/broker/broker_packet.h"

#define LENGTH_OCTETS_MAX 4

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The two octets at `at`; 0: they are not there. */
static uint16_t number_at(const uint8_t *octets, size_t len, size_t at)
{
	return (uint16_t)(at + 2 <= len ? octets[at] << 8 | octets[at + 1] : 0);
}

enum broker_packet_result broker_packet_look(const uint8_t *octets, size_t len, struct broker_packet *packet)
{
	size_t at = 1;

	*packet = (struct broker_packet){0};
	for (unsigned shift = 0;; shift += 7, at++) {
		if (at > LENGTH_OCTETS_MAX)
			return BROKER_PACKET_MALFORMED;
		if (at >= len)
			return BROKER_PACKET_CUT;
		packet->remaining_len |= (size_t)(octets[at] & 0x7f) << shift;
		if ((octets[at] & 0x80) == 0)
			break;
	}
	at++;
	packet->type = octets[0] >> 4;
	packet->qos = packet->type == BROKER_PACKET_PUBLISH ? octets[0] >> 1 & 3u : 0;
	packet->len = at + packet->remaining_len;
	if (packet->type == BROKER_PACKET_PUBACK)
		packet->mid = number_at(octets, smaller(len, packet->len), at);
	if (packet->qos > 0) /* behind the topic */
		packet->mid = number_at(octets, smaller(len, packet->len),
					at + 2 + number_at(octets, smaller(len, packet->len), at));
	return BROKER_PACKET_OK;
}

/* --- Properties --- */

#define TYPE_CONNACK    2
#define TYPE_PUBCOMP    7
#define TYPE_SUBACK     9
#define TYPE_UNSUBACK   11
#define TYPE_DISCONNECT 14
#define TYPE_AUTH       15

/* How long the value of a property is, by its identifier: so many octets, or as it says itself. */
enum { NO_PROPERTY, VARIABLE_NUMBER = 5, TEXT, TWO_TEXTS };
static const uint8_t property_kinds[] = {
	[1] = 1,  [2] = 4,     [3] = TEXT,  [8] = TEXT,  [9] = TEXT,       [11] = VARIABLE_NUMBER,
	[17] = 4, [18] = TEXT, [19] = 2,    [21] = TEXT, [22] = TEXT,      [23] = 1,
	[24] = 4, [25] = 1,    [26] = TEXT, [28] = TEXT, [31] = TEXT,      [33] = 2,
	[34] = 2, [35] = 2,    [36] = 1,    [37] = 1,    [38] = TWO_TEXTS, [39] = 4,
	[40] = 1, [41] = 1,    [42] = 1,
};

/* Where the properties of the packet begin, with their length; its end: it has none. */
static size_t properties_at(const uint8_t *octets, size_t len, const struct broker_packet *packet)
{
	const size_t body_at = packet->len - packet->remaining_len;
	const bool is_answer = packet->type >= BROKER_PACKET_PUBACK && packet->type <= TYPE_PUBCOMP;
	const bool is_last = packet->type == TYPE_DISCONNECT || packet->type == TYPE_AUTH;

	if (packet->type == BROKER_PACKET_PUBLISH)
		return body_at + 2 + number_at(octets, len, body_at) + (packet->qos > 0 ? 2 : 0);
	if (packet->type == TYPE_CONNACK || packet->type == TYPE_SUBACK || packet->type == TYPE_UNSUBACK)
		return body_at + 2;
	if (is_answer && packet->remaining_len > 3)
		return body_at + 3;
	return is_last && packet->remaining_len > 1 ? body_at + 1 : packet->len;
}

/* Behind a number of up to four octets, or behind `len`. */
static size_t skip_number(const uint8_t *octets, size_t len, size_t at, size_t *number)
{
	*number = 0;
	for (unsigned i = 0; i < LENGTH_OCTETS_MAX && at < len; i++, at++) {
		*number |= (size_t)(octets[at] & 0x7f) << 7 * i;
		if ((octets[at] & 0x80) == 0)
			return at + 1;
	}
	return len + 1;
}

static size_t skip_value(const uint8_t *octets, size_t len, size_t at, uint8_t kind)
{
	size_t number;

	if (kind == VARIABLE_NUMBER)
		return skip_number(octets, len, at, &number);
	if (kind < VARIABLE_NUMBER)
		return at + kind;
	at += 2 + number_at(octets, len, at);
	return kind == TWO_TEXTS ? at + 2 + number_at(octets, len, at) : at;
}

bool broker_packet_has_unknown_property(const uint8_t *octets, size_t len, const struct broker_packet *packet)
{
	const size_t there = smaller(len, packet->len);
	size_t properties_len;
	size_t at = properties_at(octets, there, packet);

	at = skip_number(octets, there, at, &properties_len);
	const size_t end = smaller(at + properties_len, there);
	while (at < end) {
		if (octets[at] >= sizeof(property_kinds) || property_kinds[octets[at]] == NO_PROPERTY)
			return true;
		at = skip_value(octets, there, at + 1, property_kinds[octets[at]]);
	}
	return false;
}
