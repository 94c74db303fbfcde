/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The beginning of an MQTT control packet (MQTT 3.1.1 and 5, section 2.1): enough to know how long it is before the
 * library, which believes any length, collects it. Internal to mqtt/broker.
 */
#ifndef MQTT_BROKER_BROKER_PACKET_H
#define MQTT_BROKER_BROKER_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum broker_packet_type {
	BROKER_PACKET_PUBLISH = 3,
	BROKER_PACKET_PUBACK = 4,
	BROKER_PACKET_PUBREL = 6,
};

struct broker_packet {
	unsigned type;        /* the upper four bits of the first octet; enum broker_packet_type, or another one */
	unsigned qos;         /* of a PUBLISH */
	uint16_t mid;         /* of a PUBACK, and of a PUBLISH with QoS 1 or 2; 0: it is not among the octets */
	size_t len;           /* all of it */
	size_t remaining_len; /* what follows the length */
};

enum broker_packet_result {
	BROKER_PACKET_OK,
	BROKER_PACKET_CUT, /* the octets end before the length does */
	BROKER_PACKET_MALFORMED
};

/* What the len octets, which are the beginning of a packet, say of it. */
enum broker_packet_result broker_packet_look(const uint8_t *octets, size_t len, struct broker_packet *packet);

/*
 * Whether the len octets of the packet of MQTT 5, as broker_packet_look has told of it, show a property that the standard
 * (2.2.2.2) does not know.
 */
bool broker_packet_has_unknown_property(const uint8_t *octets, size_t len, const struct broker_packet *packet);

#endif
