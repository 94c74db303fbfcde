/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a frame was not taken. The first block is about the frame's shape (decode), the second about
 * the value of one field (the *_check functions). Each failing check has a value of its own, so that
 * a log line or a counter tells which field was wrong.
 */
#ifndef HOMEPLUG_MME_MME_ERROR_H
#define HOMEPLUG_MME_MME_ERROR_H

enum mme_error {
	MME_OK = 0,

	MME_ERR_SHORT,      /* fewer octets than the message's own length */
	MME_ERR_ETHERTYPE,  /* EtherType is not 0x88E1 */
	MME_ERR_MMV,        /* MMV not 0x01 (0x00 is for vendor messages, 0x02 is not used here) */
	MME_ERR_FRAGMENT,   /* FMI or FMSN not zero: SLAC messages are never fragmented */
	MME_ERR_MMTYPE,     /* MMTYPE this codec does not know */
	MME_ERR_NUM_GROUPS, /* NumGroups above 58 */
	MME_ERR_BUFFER,     /* encode only: the buffer is too small */

	MME_ERR_APPLICATION_TYPE,
	MME_ERR_SECURITY_TYPE,
	MME_ERR_RUN_ID,
	MME_ERR_NUM_SOUNDS,
	MME_ERR_TIME_OUT,
	MME_ERR_RESP_TYPE,
	MME_ERR_FORWARDING_STA,
	MME_ERR_SOURCE_MAC,     /* sender (OSA) is not the station this message must come from */
	MME_ERR_SOURCE_ADDRESS, /* SOURCE_ADDRESS field is not the EV's MAC */
	MME_ERR_SOURCE_ID,
	MME_ERR_RESP_ID,
	MME_ERR_RESULT,
	MME_ERR_MVF_LENGTH,
	MME_ERR_PEV_ID,
	MME_ERR_PEV_MAC,
	MME_ERR_EVSE_ID,
	MME_ERR_EVSE_MAC,
	MME_ERR_SIGNAL_TYPE,
	MME_ERR_GROUPS_MISSING, /* an attenuation profile with other than 58 groups */
	MME_ERR_KEY_TYPE,
	MME_ERR_YOUR_NONCE, /* a confirmation that does not echo our nonce */
	MME_ERR_PID,
	MME_ERR_AMLEN, /* an amplitude map of no carriers */

	MME_ERR_COUNT
};

/* Fixed text of an error, a word or a few in lower case, e.g. "application_type". Never NULL. */
const char *mme_error_text(enum mme_error error);

#endif
