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
