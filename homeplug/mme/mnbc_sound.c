/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/mme/mnbc_sound.h"

#include <string.h>

/* The run_id field is 16 octets wide in this message; 8 are used. */
#define RESERVED_LEN 8

enum mme_error mnbc_sound_ind_decode(struct reader *r, struct mnbc_sound_ind *out)
{
	out->application_type = read_u8(r);
	out->security_type = read_u8(r);
	read_bytes(r, out->sender_id, SLAC_ID_LEN);
	out->cnt = read_u8(r);
	read_bytes(r, out->run_id, RUN_ID_LEN);
	read_skip(r, RESERVED_LEN);
	read_bytes(r, out->rnd, SOUND_RND_LEN);
	return r->failed ? MME_ERR_SHORT : MME_OK;
}

void mnbc_sound_ind_encode(struct writer *w, const struct mnbc_sound_ind *in)
{
	write_u8(w, in->application_type);
	write_u8(w, in->security_type);
	write_bytes(w, in->sender_id, SLAC_ID_LEN);
	write_u8(w, in->cnt);
	write_bytes(w, in->run_id, RUN_ID_LEN);
	write_zeros(w, RESERVED_LEN);
	write_bytes(w, in->rnd, SOUND_RND_LEN);
}

enum mme_error mnbc_sound_ind_check(const struct mnbc_sound_ind *ind, const uint8_t run_id[RUN_ID_LEN])
{
	if (ind->application_type != 0)
		return MME_ERR_APPLICATION_TYPE;
	if (ind->security_type != 0)
		return MME_ERR_SECURITY_TYPE;
	if (memcmp(ind->run_id, run_id, RUN_ID_LEN) != 0)
		return MME_ERR_RUN_ID;
	return MME_OK;
}
