/* SPDX-License-Identifier: Apache-2.0 */
/* Any octets as the beginning of a packet. What is said of it must follow from the octets that are there. */
#include "mqtt/broker/broker_packet.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct broker_packet packet;
	enum broker_packet_result result = broker_packet_look(data, size, &packet);

	if (result == BROKER_PACKET_OK && (packet.len < 2 || packet.len - packet.remaining_len > 5 || size < 2))
		abort();
	if (result == BROKER_PACKET_OK && (packet.remaining_len > 268435455 || packet.qos > 3 || packet.type > 15))
		abort();
	/* What is seen in some octets is seen in more of them, too. */
	if (result == BROKER_PACKET_OK && broker_packet_has_unknown_property(data, size - 1, &packet) &&
	    !broker_packet_has_unknown_property(data, size, &packet))
		abort();
	if (result == BROKER_PACKET_CUT && size >= 5)
		abort();
	return 0;
}
