/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/mme/sta_cap.h"

enum mme_error sta_cap_cnf_decode(struct reader *r, struct sta_cap_cnf *out)
{
	out->av_version = read_u8(r);
	read_bytes(r, out->mac, MAC_LEN);
	read_bytes(r, out->oui, OUI_LEN);
	out->auto_connect = read_u8(r);
	out->smoothing = read_u8(r);
	out->cco_capability = read_u8(r);
	out->proxy_capability = read_u8(r);
	out->backup_cco = read_u8(r);
	out->soft_handover = read_u8(r);
	out->two_sym_fc = read_u8(r);
	out->max_fl_av = read_le16(r);
	out->hp_1_1 = read_u8(r);
	out->hp_1_0_1 = read_u8(r);
	out->regulatory = read_u8(r);
	out->bidir_burst = read_u8(r);
	out->implementation_version = read_le16(r);
	return r->failed ? MME_ERR_SHORT : MME_OK;
}

void sta_cap_cnf_encode(struct writer *w, const struct sta_cap_cnf *in)
{
	write_u8(w, in->av_version);
	write_bytes(w, in->mac, MAC_LEN);
	write_bytes(w, in->oui, OUI_LEN);
	write_u8(w, in->auto_connect);
	write_u8(w, in->smoothing);
	write_u8(w, in->cco_capability);
	write_u8(w, in->proxy_capability);
	write_u8(w, in->backup_cco);
	write_u8(w, in->soft_handover);
	write_u8(w, in->two_sym_fc);
	write_le16(w, in->max_fl_av);
	write_u8(w, in->hp_1_1);
	write_u8(w, in->hp_1_0_1);
	write_u8(w, in->regulatory);
	write_u8(w, in->bidir_burst);
	write_le16(w, in->implementation_version);
}
