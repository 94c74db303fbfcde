/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HomePlug management messages on Ethernet: octets <-> struct mme. Pure: no socket, no state.
 *
 *   0 ODA[6]  6 OSA[6]  12 EtherType 0x88E1  14 MMV  15 MMTYPE (little endian)  17 FMI  18 FMSN  19 payload
 *
 * The payload starts at 17 where MMV is 0 (no FMI/FMSN) and at 19 otherwise; every message of this
 * codec is sent with MMV 1. Frames shorter than 60 octets are padded with zeros; a received frame is
 * held against the message's own length only, since virtual links do not pad.
 */
#ifndef HOMEPLUG_MME_MME_H
#define HOMEPLUG_MME_MME_H

#include "homeplug/mme/address.h"
#include "homeplug/mme/atten_char.h"
#include "homeplug/mme/atten_profile.h"
#include "homeplug/mme/get_key.h"
#include "homeplug/mme/mme_error.h"
#include "homeplug/mme/mnbc_sound.h"
#include "homeplug/mme/set_key.h"
#include "homeplug/mme/slac_match.h"
#include "homeplug/mme/slac_parm.h"
#include "homeplug/mme/start_atten_char.h"
#include "homeplug/mme/validate.h"

#define HOMEPLUG_ETHERTYPE 0x88e1
/* Ethernet without FCS: shortest frame sent, longest taken. */
#define MME_FRAME_MIN 60
#define MME_FRAME_MAX 1514
#define MME_MMV_1_0   0x00
#define MME_MMV_1_1   0x01

enum mmtype {
	CM_SET_KEY_REQ = 0x6008,
	CM_SET_KEY_CNF = 0x6009,
	CM_GET_KEY_REQ = 0x600c,
	CM_GET_KEY_CNF = 0x600d,
	CM_SLAC_PARM_REQ = 0x6064,
	CM_SLAC_PARM_CNF = 0x6065,
	CM_START_ATTEN_CHAR_IND = 0x606a,
	CM_ATTEN_CHAR_IND = 0x606e,
	CM_ATTEN_CHAR_RSP = 0x606f,
	CM_MNBC_SOUND_IND = 0x6076,
	CM_VALIDATE_REQ = 0x6078,
	CM_VALIDATE_CNF = 0x6079,
	CM_SLAC_MATCH_REQ = 0x607c,
	CM_SLAC_MATCH_CNF = 0x607d,
	CM_ATTEN_PROFILE_IND = 0x6086
};

struct mme {
	uint8_t dst[MAC_LEN];
	uint8_t src[MAC_LEN];
	uint8_t mmv;
	uint8_t fmi; /* 0 in every message of this codec, also where MMV 0 has none */
	uint8_t fmsn;
	uint16_t mmtype; /* selects the member of the union: enum mmtype */
	union {
		struct set_key_req set_key_req;
		struct set_key_cnf set_key_cnf;
		struct get_key_req get_key_req;
		struct get_key_cnf get_key_cnf;
		struct slac_parm_req slac_parm_req;
		struct slac_parm_cnf slac_parm_cnf;
		struct start_atten_char_ind start_atten_char_ind;
		struct atten_char_ind atten_char_ind;
		struct atten_char_rsp atten_char_rsp;
		struct mnbc_sound_ind mnbc_sound_ind;
		struct validate_req validate_req;
		struct validate_cnf validate_cnf;
		struct slac_match_req slac_match_req;
		struct slac_match_cnf slac_match_cnf;
		struct atten_profile_ind atten_profile_ind;
	};
};

/*
 * Decodes one Ethernet frame of `len` octets. On MME_OK *out is a complete copy. On an error the header
 * members of *out are valid as far as the frame reached them (zero otherwise) so that a log line can
 * name sender and type; the union must not be read.
 *   MME_ERR_SHORT       shorter than the header or the message's own length
 *   MME_ERR_ETHERTYPE   not 0x88E1
 *   MME_ERR_MMTYPE      a type this codec does not know (foreign traffic, normal on a power line)
 *   MME_ERR_MMV         a known type with an MMV other than 1
 *   MME_ERR_FRAGMENT    a known type with FMI or FMSN not zero
 *   MME_ERR_NUM_GROUPS  an attenuation profile of more than 58 groups
 */
enum mme_error mme_decode(const uint8_t *frame, size_t len, struct mme *out);

/*
 * Reads the header members of *out. The reader then stands at the payload, whose place depends on the received
 * MMV. MME_ERR_SHORT, MME_ERR_ETHERTYPE, or MME_OK; a frame that ends within FMI and FMSN shows in r->failed.
 */
enum mme_error mme_header_decode(struct reader *r, struct mme *out);

/* The other way round, for every codec of a HomePlug frame: addresses, EtherType, MMV, MMTYPE, and FMI and FMSN zero
 * where MMV is not 0. */
void mme_header_encode(struct writer *w, const uint8_t dst[MAC_LEN], const uint8_t src[MAC_LEN], uint8_t mmv,
		       uint16_t mmtype);
/* Pads the frame to 60 octets and sets *len; MME_ERR_BUFFER when it did not fit. */
enum mme_error mme_encode_end(struct writer *w, size_t *len);

/*
 * Encodes *in as an Ethernet frame, padded with zeros to 60 octets, and sets *len. MMV is always 1.
 *   MME_ERR_BUFFER  size is too small (256 octets hold every message)
 *   MME_ERR_MMTYPE  in->mmtype is not one of enum mmtype
 */
enum mme_error mme_encode(const struct mme *in, uint8_t *frame, size_t size, size_t *len);

/*
 * The length of the message itself in octets from the start of the frame, without padding, for a decoded
 * or prepared message; 0 for an unknown type. E.g. 44 for CM_SLAC_PARM.CNF.
 */
size_t mme_unpadded_len(const struct mme *in);

/* "CM_SLAC_PARM.REQ" for a type of enum mmtype, "unknown" otherwise. Never NULL. */
const char *mme_name(uint16_t mmtype);

/* Prepares a message: zeroes *out and fills in addresses, MMV 1 and type. */
void mme_init(struct mme *out, enum mmtype type, const uint8_t src[MAC_LEN], const uint8_t dst[MAC_LEN]);

#endif
