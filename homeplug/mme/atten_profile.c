/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/mme/atten_profile.h"

#include <string.h>

enum mme_error atten_profile_ind_decode(struct reader *r, struct atten_profile_ind *out)
{
	read_bytes(r, out->pev_mac, MAC_LEN);
	out->num_groups = read_u8(r);
	read_skip(r, 1);
	if (out->num_groups > SLAC_GROUPS)
		return MME_ERR_NUM_GROUPS;
	memset(out->aag_db, 0, sizeof(out->aag_db));
	read_bytes(r, out->aag_db, out->num_groups);
	return r->failed ? MME_ERR_SHORT : MME_OK;
}

void atten_profile_ind_encode(struct writer *w, const struct atten_profile_ind *in)
{
	write_bytes(w, in->pev_mac, MAC_LEN);
	write_u8(w, in->num_groups);
	write_u8(w, 0);
	write_bytes(w, in->aag_db, in->num_groups <= SLAC_GROUPS ? in->num_groups : SLAC_GROUPS);
}

enum mme_error atten_profile_ind_check(const struct atten_profile_ind *ind, const uint8_t ev_mac[MAC_LEN])
{
	if (!mac_equal(ind->pev_mac, ev_mac))
		return MME_ERR_PEV_MAC;
	if (ind->num_groups != SLAC_GROUPS)
		return MME_ERR_GROUPS_MISSING;
	return MME_OK;
}
