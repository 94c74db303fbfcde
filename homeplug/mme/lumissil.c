/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/mme/lumissil.h"

#include <stddef.h>

#define VERSION_NUMBERS 5

/* Of the vendor header only the request id means anything to a host. */
static uint8_t read_vendor_header(struct reader *r)
{
	read_skip(r, 6);
	uint8_t request_id = read_u8(r);
	read_skip(r, 12);
	return request_id;
}

static void write_vendor_header(struct writer *w, uint8_t request_id)
{
	write_zeros(w, 6);
	write_u8(w, request_id);
	write_zeros(w, 12);
}

enum mme_error nscm_request_decode(struct reader *r, struct nscm_request *out)
{
	out->request_id = read_vendor_header(r);
	return r->failed ? MME_ERR_SHORT : MME_OK;
}

void nscm_request_encode(struct writer *w, const struct nscm_request *in)
{
	write_vendor_header(w, in->request_id);
}

enum mme_error nscm_get_version_cnf_decode(struct reader *r, struct nscm_get_version_cnf *out)
{
	out->request_id = read_vendor_header(r);
	for (size_t i = 0; i < VERSION_NUMBERS; i++)
		out->version[i] = read_le16(r);
	return r->failed ? MME_ERR_SHORT : MME_OK;
}

void nscm_get_version_cnf_encode(struct writer *w, const struct nscm_get_version_cnf *in)
{
	write_vendor_header(w, in->request_id);
	for (size_t i = 0; i < VERSION_NUMBERS; i++)
		write_le16(w, in->version[i]);
}

enum mme_error nscm_reset_device_req_decode(struct reader *r, struct nscm_reset_device_req *out)
{
	out->request_id = read_vendor_header(r);
	out->mode = read_u8(r);
	return r->failed ? MME_ERR_SHORT : MME_OK;
}

void nscm_reset_device_req_encode(struct writer *w, const struct nscm_reset_device_req *in)
{
	write_vendor_header(w, in->request_id);
	write_u8(w, in->mode);
}

enum mme_error nscm_link_status_cnf_decode(struct reader *r, struct nscm_link_status *out)
{
	out->request_id = read_vendor_header(r);
	out->link = read_u8(r);
	return r->failed ? MME_ERR_SHORT : MME_OK;
}

void nscm_link_status_cnf_encode(struct writer *w, const struct nscm_link_status *in)
{
	write_vendor_header(w, in->request_id);
	write_u8(w, in->link);
}

enum mme_error nscm_d_link_ready_ind_decode(struct reader *r, struct nscm_link_status *out)
{
	out->request_id = 0;
	out->link = read_u8(r);
	return r->failed ? MME_ERR_SHORT : MME_OK;
}

void nscm_d_link_ready_ind_encode(struct writer *w, const struct nscm_link_status *in)
{
	write_u8(w, in->link);
}
