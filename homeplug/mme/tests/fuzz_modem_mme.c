/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arbitrary octets into the decoders of the modem messages, of CM_AMP_MAP and of VS_NW_INFO. What is taken
 * must come back: encoded and decoded again, every field is equal. A frame is taken by one of the codecs at
 * most.
 */
#include "homeplug/mme/amp_map.h"
#include "homeplug/mme/nw_info.h"
#include "homeplug/mme/tests/modem_fields.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static bool ends(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

/* What would harm a reader of the struct. */
static void require_sound(const struct modem_mme *mme)
{
	switch (mme->message) {
	case MODEM_VS_SW_VER_CNF:
		require(ends(mme->vs_sw_ver_cnf.version, sizeof(mme->vs_sw_ver_cnf.version)));
		for (const char *at = mme->vs_sw_ver_cnf.version; *at != '\0'; at++)
			require(*at >= ' ' && *at <= '~');
		break;
	case MODEM_VS_ATTEN_CHAR_IND:
		require(mme->vs_atten_char_ind.num_groups <= SLAC_GROUPS);
		break;
	default:
		break;
	}
}

static bool modem(const uint8_t *data, size_t size)
{
	uint8_t frame[MME_FRAME_MAX], again[MME_FRAME_MAX];
	struct modem_mme first, second;
	size_t len, again_len;

	if (modem_mme_decode(data, size, &first) != MME_OK)
		return false;
	require(modem_layouts[first.message].mmtype == (data[15] | data[16] << 8));
	require_sound(&first);
	require(modem_mme_encode(&first, frame, sizeof(frame), &len) == MME_OK);
	require(len >= MME_FRAME_MIN);
	/* stations that are not kept are not counted either */
	if (first.message == MODEM_NW_STATS_CNF && first.nw_stats_cnf.num_stas > NW_STATS_STATIONS)
		first.nw_stats_cnf.num_stas = NW_STATS_STATIONS;
	require(modem_mme_decode(frame, len, &second) == MME_OK);
	require(modem_difference(&first, &second) == NULL);
	require(modem_mme_encode(&second, again, sizeof(again), &again_len) == MME_OK);
	require(again_len == len && memcmp(again, frame, len) == 0);
	return true;
}

static bool amp_map(const uint8_t *data, size_t size)
{
	uint8_t frame[MME_FRAME_MAX];
	struct amp_map_mme first, second;
	size_t len;

	if (amp_map_decode(data, size, &first) != MME_OK)
		return false;
	const enum mme_error error = amp_map_encode(&first, data[0], frame, sizeof(frame), &len);
	require(error == (first.carriers <= AMP_MAP_CARRIERS_MAX ? MME_OK : MME_ERR_BUFFER));
	if (error != MME_OK)
		return true;
	require(amp_map_decode(frame, len, &second) == MME_OK);
	require(mac_equal(first.dst, second.dst) && mac_equal(first.src, second.src));
	require(first.is_cnf == second.is_cnf && first.carriers == second.carriers && first.result == second.result);
	return true;
}

static bool nw_info(const uint8_t *data, size_t size)
{
	uint8_t frame[39 + 15 * UINT8_MAX]; /* with every number of stations */
	struct nw_info first, second;
	size_t len;

	if (nw_info_cnf_decode(data, size, &first) != MME_OK)
		return false;
	require(nw_info_cnf_encode(&first, data, frame, sizeof(frame), &len) == MME_OK);
	require(nw_info_cnf_decode(frame, len, &second) == MME_OK);
	require(mac_equal(first.modem_mac, second.modem_mac) && first.in_network == second.in_network);
	require(memcmp(first.nid, second.nid, NID_LEN) == 0 && first.snid == second.snid && first.tei == second.tei);
	require(first.role == second.role && mac_equal(first.cco_mac, second.cco_mac));
	require(first.stations == second.stations);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mme mme;
	int taken = 0;

	taken += mme_decode(data, size, &mme) == MME_OK;
	taken += modem(data, size);
	taken += amp_map(data, size);
	taken += nw_info(data, size);
	require(taken <= 1);
	return 0;
}
