/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/mme/nw_stats.h"

#include <string.h>

#define STATION_LEN 8

enum mme_error nw_stats_cnf_decode(struct reader *r, struct nw_stats_cnf *out)
{
	memset(out, 0, sizeof(*out));
	out->num_stas = read_u8(r);
	for (size_t i = 0; i < out->num_stas && i < NW_STATS_STATIONS; i++) {
		struct nw_stats_station *station = &out->stations[i];

		read_bytes(r, station->mac, MAC_LEN);
		station->avg_phydr_tx = read_u8(r);
		station->avg_phydr_rx = read_u8(r);
	}
	if (out->num_stas > NW_STATS_STATIONS)
		read_skip(r, (size_t)(out->num_stas - NW_STATS_STATIONS) * STATION_LEN);
	return r->failed ? MME_ERR_SHORT : MME_OK;
}

void nw_stats_cnf_encode(struct writer *w, const struct nw_stats_cnf *in)
{
	const uint8_t count = in->num_stas < NW_STATS_STATIONS ? in->num_stas : NW_STATS_STATIONS;

	write_u8(w, count);
	for (size_t i = 0; i < count; i++) {
		write_bytes(w, in->stations[i].mac, MAC_LEN);
		write_u8(w, in->stations[i].avg_phydr_tx);
		write_u8(w, in->stations[i].avg_phydr_rx);
	}
}
