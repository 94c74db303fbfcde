/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Qualcomm's vendor messages that slacd and its simulator use (QCA7000, QCA7005, QCA7420; see doc/protocol.md). All are
 * sent with MMV 0: OUI 00 B0 52 at 17, fields from 20; the offsets below count from there.
 *
 *   VS_SW_VER.REQ         (0xA000) none             .CNF (0xA001)  0 mstatus  1 device_id  2 length  3 version[length]
 *                                                                (length counts the NUL; room for 274)
 *   VS_RS_DEV.REQ         (0xA01C) none             .CNF (0xA01D)  0 mstatus
 *   VS_PL_LNK_STATUS.REQ  (0xA0B8) none             .CNF (0xA0B9)  0 mstatus  1 link_status
 *   VS_HST_ACTION.IND     (0xA062) 0 action  1 session_id  2 retries (LE)  [4 retry_timer (LE, 10 ms)]
 *                .RSP     (0xA063) 0 status  1 action  2 session_id  3 retries (LE)
 *   VS_ATTEN_CHAR.IND     (0xA14E, broadcast, twin of CM_ATTEN_PROFILE.IND; one modem sends it with the OUI 00 00 00)
 *                         0 pev_mac[6]  6 num_groups  8 carriers_per_group  16 aag_db[num_groups]
 */
#ifndef HOMEPLUG_MME_QUALCOMM_H
#define HOMEPLUG_MME_QUALCOMM_H

#include "homeplug/mme/address.h"
#include "homeplug/mme/cursor.h"
#include "homeplug/mme/mme_error.h"

#define QUALCOMM_VERSION_SIZE 64

enum vs_mstatus { VS_MSTATUS_OK = 0x00 };

enum vs_host_action {
	VS_HOST_LOADER_READY = 0, /* the modem has (re)started without firmware */
	VS_HOST_FIRMWARE_STORED = 1,
	VS_HOST_PIB_STORED = 2,
	VS_HOST_BOTH_STORED = 3,
	VS_HOST_CONFIGURE_MEMORY = 4, /* boot loader */
	VS_HOST_RESTORE_DEFAULTS = 5,
	VS_HOST_UNKNOWN = 6
};

struct vs_sw_ver_cnf {
	uint8_t mstatus;
	uint8_t device_id;                   /* 0x20 QCA7420, 0x21 QCA6410, 0x22 QCA7000 and QCA7005 */
	char version[QUALCOMM_VERSION_SIZE]; /* printable ASCII, cut at its NUL; other octets become '?' */
};

struct vs_rs_dev_cnf {
	uint8_t mstatus; /* 0: will reset, 1: no NVM */
};

struct vs_pl_lnk_status_cnf {
	uint8_t mstatus;
	uint8_t link_status; /* 1: link */
};

/*
 * Older firmware sends the IND with an action and two version numbers, and takes a RSP of the status alone. Both
 * messages may therefore end after their first octet; a field that is missing is zero. A RSP of status 0 and the IND's
 * other values suits older and newer firmware.
 */
struct vs_hst_action {
	uint8_t status; /* RSP only */
	uint8_t action; /* enum vs_host_action, or a value it does not know */
	uint8_t session_id;
	uint16_t retries;
};

struct vs_atten_char_ind {
	uint8_t pev_mac[MAC_LEN];
	uint8_t num_groups;
	uint8_t carriers_per_group;
	uint8_t aag_db[SLAC_GROUPS];
};

/* Read one message's fields; MME_OK, MME_ERR_SHORT, or MME_ERR_NUM_GROUPS (more than 58). */
enum mme_error vs_sw_ver_cnf_decode(struct reader *r, struct vs_sw_ver_cnf *out);
enum mme_error vs_rs_dev_cnf_decode(struct reader *r, struct vs_rs_dev_cnf *out);
enum mme_error vs_pl_lnk_status_cnf_decode(struct reader *r, struct vs_pl_lnk_status_cnf *out);
enum mme_error vs_hst_action_ind_decode(struct reader *r, struct vs_hst_action *out);
enum mme_error vs_hst_action_rsp_decode(struct reader *r, struct vs_hst_action *out);
enum mme_error vs_atten_char_ind_decode(struct reader *r, struct vs_atten_char_ind *out);

/* Write one message's fields; a buffer that is too small shows in w->failed. */
void vs_sw_ver_cnf_encode(struct writer *w, const struct vs_sw_ver_cnf *in);
void vs_rs_dev_cnf_encode(struct writer *w, const struct vs_rs_dev_cnf *in);
void vs_pl_lnk_status_cnf_encode(struct writer *w, const struct vs_pl_lnk_status_cnf *in);
void vs_hst_action_ind_encode(struct writer *w, const struct vs_hst_action *in);
void vs_hst_action_rsp_encode(struct writer *w, const struct vs_hst_action *in);
void vs_atten_char_ind_encode(struct writer *w, const struct vs_atten_char_ind *in);

#endif
