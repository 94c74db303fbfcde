/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CM_NW_STATS.REQ (0x6048, no payload) and .CNF (0x6049): the stations of the modem's logical network
 * (doc/protocol.md). Offsets from the end of the MME header:
 *
 *   CNF  0 num_stas  1 + 8 n: mac[6]  avg_phydr_tx  avg_phydr_rx (Mbit/s)
 *
 * It is not confirmed whether the rates have two octets each in a frame with MMV 2: there, rely on num_stas only.
 */
#ifndef HOMEPLUG_MME_NW_STATS_H
#define HOMEPLUG_MME_NW_STATS_H

#include "homeplug/mme/address.h"
#include "homeplug/mme/cursor.h"
#include "homeplug/mme/mme_error.h"

/* Stations kept of a confirmation; further ones are counted in num_stas only. */
#define NW_STATS_STATIONS 8

struct nw_stats_station {
	uint8_t mac[MAC_LEN];
	uint8_t avg_phydr_tx; /* Mbit/s */
	uint8_t avg_phydr_rx;
};

struct nw_stats_cnf {
	uint8_t num_stas; /* 0: no peer in the network */
	struct nw_stats_station stations[NW_STATS_STATIONS];
};

/* Reads a confirmation; MME_OK, or MME_ERR_SHORT when it ends before the last station it announces. */
enum mme_error nw_stats_cnf_decode(struct reader *r, struct nw_stats_cnf *out);
/* Writes it with the stations it holds, which num_stas then counts; a buffer that is too small shows in w->failed. */
void nw_stats_cnf_encode(struct writer *w, const struct nw_stats_cnf *in);

#endif
