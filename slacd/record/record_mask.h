/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Network keys in a record: each NMK is replaced by another one, the same one everywhere in the record, and its NID by
 * the NID of that. An outlet that is replayed with the replaced random octets therefore sends the replaced frames,
 * octet for octet, and comes to the same decisions, since equal keys stay equal. Nothing leads back: the replacement
 * is a hash with a secret of the record that is forgotten when the record is made.
 */
#ifndef SLACD_RECORD_RECORD_MASK_H
#define SLACD_RECORD_RECORD_MASK_H

#include "homeplug/mme/address.h"

#define RECORD_SECRET_LEN 32
/* So many octets of a key in a row are replaced wherever they stand. */
#define RECORD_KEY_PIECE 6

struct record_masked_key {
	uint8_t nmk[NMK_LEN];
	uint8_t nid[NID_LEN];
	uint8_t new_nmk[NMK_LEN];
	uint8_t new_nid[NID_LEN];
};

struct record_mask {
	uint8_t secret[RECORD_SECRET_LEN];
	size_t count;
	size_t room;
	struct record_masked_key *keys;
	uint8_t pieces[8192]; /* a bit for each pair of octets with which a piece of a key or a NID begins */
};

/* All zero but for the secret: random octets, used for one record only. */
void record_mask_init(struct record_mask *mask, const uint8_t secret[RECORD_SECRET_LEN]);
/* Overwrites and frees. */
void record_mask_free(struct record_mask *mask);

/*
 * A key of the outlet's own: from now on it is replaced everywhere. One whose octets are all alike is none. False
 * without memory, or when libcrypto fails: then nothing of it may be written.
 */
bool record_mask_add(struct record_mask *mask, const uint8_t nmk[NMK_LEN]);

/* Replaces keys of the outlet's own, pieces of them, and their NIDs, wherever they stand in any octets. */
void record_mask_octets(const struct record_mask *mask, uint8_t *octets, size_t len);
/*
 * The same for a frame, and the NMK of a CM_SET_KEY.REQ, CM_GET_KEY.CNF or CM_SLAC_MATCH.CNF, whosever it is. False
 * when libcrypto fails.
 */
bool record_mask_frame(const struct record_mask *mask, uint8_t *octets, size_t len);

#endif
