/* SPDX-License-Identifier: Apache-2.0 */
/* What a reader wants to know of a message, on one line. Never the NMK. */
#ifndef TOOLS_REPLAY_MME_SUMMARY_H
#define TOOLS_REPLAY_MME_SUMMARY_H

#include "homeplug/mme/mme.h"

#define MME_SUMMARY_SIZE 96

/* "run_id=0x0102030405060708 num_sounds=10 mean=20.5 dB"; writes into out and returns it. */
const char *mme_summary(const struct mme *mme, char out[MME_SUMMARY_SIZE]);

#endif
