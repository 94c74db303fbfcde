/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/mme/mme_error.h"

#include <stddef.h>

static const char *const texts[MME_ERR_COUNT] = {
	[MME_OK] = "ok",
	[MME_ERR_SHORT] = "short",
	[MME_ERR_ETHERTYPE] = "ethertype",
	[MME_ERR_MMV] = "mmv",
	[MME_ERR_FRAGMENT] = "fragment",
	[MME_ERR_MMTYPE] = "mmtype",
	[MME_ERR_NUM_GROUPS] = "num_groups",
	[MME_ERR_BUFFER] = "buffer",
	[MME_ERR_APPLICATION_TYPE] = "application_type",
	[MME_ERR_SECURITY_TYPE] = "security_type",
	[MME_ERR_RUN_ID] = "run_id",
	[MME_ERR_NUM_SOUNDS] = "num_sounds",
	[MME_ERR_TIME_OUT] = "time_out",
	[MME_ERR_RESP_TYPE] = "resp_type",
	[MME_ERR_FORWARDING_STA] = "forwarding_sta",
	[MME_ERR_SOURCE_MAC] = "source_mac",
	[MME_ERR_SOURCE_ADDRESS] = "source_address",
	[MME_ERR_SOURCE_ID] = "source_id",
	[MME_ERR_RESP_ID] = "resp_id",
	[MME_ERR_RESULT] = "result",
	[MME_ERR_MVF_LENGTH] = "mvf_length",
	[MME_ERR_PEV_ID] = "pev_id",
	[MME_ERR_PEV_MAC] = "pev_mac",
	[MME_ERR_EVSE_ID] = "evse_id",
	[MME_ERR_EVSE_MAC] = "evse_mac",
	[MME_ERR_SIGNAL_TYPE] = "signal_type",
	[MME_ERR_GROUPS_MISSING] = "groups_missing",
	[MME_ERR_KEY_TYPE] = "key_type",
	[MME_ERR_YOUR_NONCE] = "your_nonce",
	[MME_ERR_PID] = "pid",
	[MME_ERR_AMLEN] = "amlen",
};

const char *mme_error_text(enum mme_error error)
{
	if ((size_t)error >= MME_ERR_COUNT)
		return "unknown";
	return texts[error];
}
