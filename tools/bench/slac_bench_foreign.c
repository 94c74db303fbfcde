/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/slac_bench_foreign.h"

#include "tools/bench/slac_bench_messages.h"
#include "tools/bench/slac_bench_wire.h"

#include <string.h>

#define NEIGHBOURS        40
#define OTHER_ETHERTYPE   0x88f8
#define UNKNOWN_MMTYPE    0x6ff0
#define VS_ATTEN_CHAR     0xa14e
#define MMTYPE_AT         15
#define RUNS_OF_NEIGHBOUR 100 /* so many neighbours come first */

const char *foreign_text(enum foreign_kind kind)
{
	static const char *const texts[FOREIGN_KINDS] = {"another EtherType", "unknown MME",
							 "CM_SLAC_PARM.REQ of 40 cars", "sounds of 40 cars",
							 "vendor frames"};

	return texts[kind];
}

static size_t raw_frame(uint16_t ethertype, uint16_t mmtype, const uint8_t from[MAC_LEN], uint8_t *octets)
{
	static const uint8_t oui[] = {0x00, 0xb0, 0x52};

	memset(octets, 0, MME_FRAME_MIN);
	memcpy(octets, mac_broadcast, MAC_LEN);
	memcpy(octets + MAC_LEN, from, MAC_LEN);
	octets[2 * MAC_LEN] = (uint8_t)(ethertype >> 8);
	octets[2 * MAC_LEN + 1] = (uint8_t)ethertype;
	octets[MMTYPE_AT] = (uint8_t)mmtype;
	octets[MMTYPE_AT + 1] = (uint8_t)(mmtype >> 8);
	memcpy(octets + MMTYPE_AT + 2, oui, sizeof(oui));
	return MME_FRAME_MIN;
}

size_t foreign_frame(enum foreign_kind kind, uint64_t number, uint8_t octets[MME_FRAME_MAX])
{
	const uint8_t from[MAC_LEN] = {WIRE_NEIGHBOUR >> 8,           WIRE_NEIGHBOUR & 0xff, 0, 0, 0,
				       (uint8_t)(number % NEIGHBOURS)};
	/* A neighbour goes on with a run for a while. */
	uint64_t run = number / ((uint64_t)NEIGHBOURS * RUNS_OF_NEIGHBOUR) + 1;
	struct mme frame;
	size_t len = 0;

	if (kind == FOREIGN_ETHERTYPE)
		return raw_frame(OTHER_ETHERTYPE, 0, from, octets);
	if (kind == FOREIGN_UNKNOWN)
		return raw_frame(HOMEPLUG_ETHERTYPE, UNKNOWN_MMTYPE, from, octets);
	if (kind == FOREIGN_VENDOR)
		return raw_frame(HOMEPLUG_ETHERTYPE, VS_ATTEN_CHAR, from, octets);
	frame = kind == FOREIGN_PARM_REQ ? message_parm_req(from, run)
					 : message_sound_ind(from, run, (uint8_t)(number % SLAC_NUM_SOUNDS));
	return mme_encode(&frame, octets, MME_FRAME_MAX, &len) == MME_OK ? len : 0;
}
