/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lumissil's vendor messages that slacd uses (CG5317; see doc/protocol.md). OUI 00 16 E8, then a vendor header of 19
 * octets (main version LE, 4 reserved, request_id, 12 reserved), then the fields. Sent with MMV 1 (OUI at 19); answers
 * are read by their own MMV, as EVerest speaks to these modems with MMV 0.
 *
 *   NSCM_GET_VERSION.REQ        (0xAC6C) none        .CNF (0xAC6D)  major minor sub build patch (LE, 2 each)
 *   NSCM_RESET_DEVICE.REQ       (0xAC70) mode        no CNF
 *   NSCM_GET_D_LINK_STATUS.REQ  (0xAC9C) none        .CNF (0xAC9D)  link
 *   NSCM_D_LINK_READY.IND       (0xA002) link        (no vendor header)
 */
#ifndef HOMEPLUG_MME_LUMISSIL_H
#define HOMEPLUG_MME_LUMISSIL_H

#include "homeplug/mme/cursor.h"
#include "homeplug/mme/mme_error.h"

#include <stdint.h>

enum nscm_reset_mode { NSCM_RESET_NORMAL = 0, NSCM_RESET_STOP_IN_HOST_BOOT = 1 };

struct nscm_request {
	uint8_t request_id; /* echoed by the confirmation */
};

struct nscm_get_version_cnf {
	uint8_t request_id;
	uint16_t version[5]; /* major, minor, sub, build, patch */
};

struct nscm_reset_device_req {
	uint8_t request_id;
	uint8_t mode; /* enum nscm_reset_mode */
};

struct nscm_link_status {
	uint8_t request_id; /* 0 in the IND */
	uint8_t link;       /* 1: link established */
};

/* Read what follows the OUI; MME_OK or MME_ERR_SHORT. */
enum mme_error nscm_request_decode(struct reader *r, struct nscm_request *out);
enum mme_error nscm_get_version_cnf_decode(struct reader *r, struct nscm_get_version_cnf *out);
enum mme_error nscm_reset_device_req_decode(struct reader *r, struct nscm_reset_device_req *out);
enum mme_error nscm_link_status_cnf_decode(struct reader *r, struct nscm_link_status *out);
enum mme_error nscm_d_link_ready_ind_decode(struct reader *r, struct nscm_link_status *out);

/* Write what follows the OUI; a buffer that is too small shows in w->failed. */
void nscm_request_encode(struct writer *w, const struct nscm_request *in);
void nscm_get_version_cnf_encode(struct writer *w, const struct nscm_get_version_cnf *in);
void nscm_reset_device_req_encode(struct writer *w, const struct nscm_reset_device_req *in);
void nscm_link_status_cnf_encode(struct writer *w, const struct nscm_link_status *in);
void nscm_d_link_ready_ind_encode(struct writer *w, const struct nscm_link_status *in);

#endif
