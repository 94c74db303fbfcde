/* SPDX-License-Identifier: Apache-2.0 */
/* What a reader wants to know of a message, on one line. Never the NMK. */
#ifndef TOOLS_REPLAY_MME_SUMMARY_H
#define TOOLS_REPLAY_MME_SUMMARY_H

#include "homeplug/mme/mme.h"

#define MME_SUMMARY_SIZE 96

/* "run_id=0x0102030405060708 num_sounds=10 mean=20.5 dB"; writes into out and returns it. */
const char *mme_summary(const struct mme *mme, char out[MME_SUMMARY_SIZE]);

/* A frame of any kind, also a modem's and one that does not decode. */
struct frame_text {
	uint8_t src[MAC_LEN];
	uint8_t dst[MAC_LEN];
	const char *name; /* "CM_SLAC_PARM.REQ", "VS_SW_VER.CNF", "another kind"; a constant text */
	char summary[MME_SUMMARY_SIZE];
};

void frame_describe(const uint8_t *octets, size_t len, struct frame_text *out);

#endif
