/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/mme/start_atten_char.h"

#include "homeplug/mme/slac_parm.h"

#include <string.h>

enum mme_error start_atten_char_ind_decode(struct reader *r, struct start_atten_char_ind *out)
{
	out->application_type = read_u8(r);
	out->security_type = read_u8(r);
	out->num_sounds = read_u8(r);
	out->time_out = read_u8(r);
	out->resp_type = read_u8(r);
	read_bytes(r, out->forwarding_sta, MAC_LEN);
	read_bytes(r, out->run_id, RUN_ID_LEN);
	return r->failed ? MME_ERR_SHORT : MME_OK;
}

void start_atten_char_ind_encode(struct writer *w, const struct start_atten_char_ind *in)
{
	write_u8(w, in->application_type);
	write_u8(w, in->security_type);
	write_u8(w, in->num_sounds);
	write_u8(w, in->time_out);
	write_u8(w, in->resp_type);
	write_bytes(w, in->forwarding_sta, MAC_LEN);
	write_bytes(w, in->run_id, RUN_ID_LEN);
}

enum mme_error start_atten_char_ind_check(const struct start_atten_char_ind *ind, const uint8_t run_id[RUN_ID_LEN],
					  bool exact_counts)
{
	if (ind->application_type != 0)
		return MME_ERR_APPLICATION_TYPE;
	if (ind->security_type != 0)
		return MME_ERR_SECURITY_TYPE;
	if (exact_counts ? ind->num_sounds != SLAC_NUM_SOUNDS : ind->num_sounds == 0)
		return MME_ERR_NUM_SOUNDS;
	if (exact_counts ? ind->time_out != SLAC_TIME_OUT : ind->time_out == 0)
		return MME_ERR_TIME_OUT;
	if (ind->resp_type != SLAC_RESP_TYPE)
		return MME_ERR_RESP_TYPE;
	if (memcmp(ind->run_id, run_id, RUN_ID_LEN) != 0)
		return MME_ERR_RUN_ID;
	return MME_OK;
}
