/* SPDX-License-Identifier: Apache-2.0 */
/* Frames of others on the wire, of 40 neighbours. Pure: the same number gives the same frame. */
#ifndef TOOLS_BENCH_SLAC_BENCH_FOREIGN_H
#define TOOLS_BENCH_SLAC_BENCH_FOREIGN_H

#include "homeplug/mme/mme.h"

enum foreign_kind {
	FOREIGN_ETHERTYPE, /* no HomePlug frame */
	FOREIGN_UNKNOWN,   /* an MMTYPE that nobody knows */
	FOREIGN_PARM_REQ,
	FOREIGN_SOUND,
	FOREIGN_VENDOR, /* VS_ATTEN_CHAR.IND of a modem that is not ours */
	FOREIGN_KINDS
};

const char *foreign_text(enum foreign_kind kind);
/* Its length. */
size_t foreign_frame(enum foreign_kind kind, uint64_t number, uint8_t octets[MME_FRAME_MAX]);

#endif
