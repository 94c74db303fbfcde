/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/record/record_mask.h"

#include "homeplug/mme/cursor.h"
#include "homeplug/mme/mme.h"
#include "homeplug/network_key.h"
#include "homeplug/sha256.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#define KEYS_MIN 8

void record_mask_init(struct record_mask *mask, const uint8_t secret[RECORD_SECRET_LEN])
{
	memset(mask, 0, sizeof(*mask));
	memcpy(mask->secret, secret, RECORD_SECRET_LEN);
}

void record_mask_free(struct record_mask *mask)
{
	if (mask->keys != NULL)
		OPENSSL_cleanse(mask->keys, mask->room * sizeof(mask->keys[0]));
	free(mask->keys);
	OPENSSL_cleanse(mask, sizeof(*mask));
}

/* Of `len` octets of a key; what a frame cut off is not there. */
static bool replace(const struct record_mask *mask, uint8_t *key, size_t len)
{
	uint8_t text[RECORD_SECRET_LEN + NMK_LEN] = {0};
	uint8_t hash[SHA256_LEN];

	memcpy(text, mask->secret, RECORD_SECRET_LEN);
	memcpy(text + RECORD_SECRET_LEN, key, len);
	bool ok = sha256(text, sizeof(text), hash);
	if (ok)
		memcpy(key, hash, len);
	OPENSSL_cleanse(text, sizeof(text));
	OPENSSL_cleanse(hash, sizeof(hash));
	return ok;
}

static bool is_alike(const uint8_t *octets, size_t len)
{
	for (size_t i = 1; i < len; i++)
		if (octets[i] != octets[0])
			return false;
	return true;
}

/* --- the outlet's own keys --- */

static const struct record_masked_key *find(const struct record_mask *mask, const uint8_t nmk[NMK_LEN])
{
	for (size_t i = 0; i < mask->count; i++)
		if (memcmp(mask->keys[i].nmk, nmk, NMK_LEN) == 0)
			return &mask->keys[i];
	return NULL;
}

static bool make_room(struct record_mask *mask)
{
	const size_t room = mask->room == 0 ? KEYS_MIN : 2 * mask->room;
	struct record_masked_key *keys;

	if (mask->count < mask->room)
		return true;
	keys = calloc(room, sizeof(keys[0]));
	if (keys == NULL)
		return false;
	if (mask->count > 0) {
		memcpy(keys, mask->keys, mask->count * sizeof(keys[0]));
		OPENSSL_cleanse(mask->keys, mask->count * sizeof(keys[0]));
	}
	free(mask->keys);
	mask->keys = keys;
	mask->room = room;
	return true;
}

static size_t pair_of(const uint8_t *octets)
{
	return (size_t)octets[0] << 8 | octets[1];
}

static void note_piece(struct record_mask *mask, const uint8_t *piece)
{
	const size_t pair = pair_of(piece);

	mask->pieces[pair / 8] = (uint8_t)(mask->pieces[pair / 8] | 1U << pair % 8);
}

static bool may_begin_piece(const struct record_mask *mask, const uint8_t *octets)
{
	const size_t pair = pair_of(octets);

	return (mask->pieces[pair / 8] >> pair % 8 & 1) != 0;
}

bool record_mask_add(struct record_mask *mask, const uint8_t nmk[NMK_LEN])
{
	if (is_alike(nmk, NMK_LEN) || find(mask, nmk) != NULL)
		return true;
	if (!make_room(mask))
		return false;
	struct record_masked_key *key = &mask->keys[mask->count];
	memcpy(key->nmk, nmk, NMK_LEN);
	memcpy(key->new_nmk, nmk, NMK_LEN);
	if (!nid_from_nmk(key->nmk, key->nid) || !replace(mask, key->new_nmk, NMK_LEN) ||
	    !nid_from_nmk(key->new_nmk, key->new_nid)) {
		OPENSSL_cleanse(key, sizeof(*key));
		return false;
	}
	for (size_t i = 0; i + RECORD_KEY_PIECE <= NMK_LEN; i++)
		note_piece(mask, key->nmk + i);
	note_piece(mask, key->nid);
	mask->count++;
	return true;
}

/* --- in octets --- */

/* How many octets at `octets` are those of the key from `at` on. */
static size_t common(const uint8_t *octets, size_t len, const uint8_t nmk[NMK_LEN], size_t at)
{
	size_t count = 0;

	while (count < len && at + count < NMK_LEN && octets[count] == nmk[at + count])
		count++;
	return count;
}

/* Replaces what begins here; how many octets that were, 0: nothing. */
static size_t replace_here(const struct record_masked_key *key, uint8_t *octets, size_t len)
{
	for (size_t at = 0; at + RECORD_KEY_PIECE <= NMK_LEN; at++) {
		const size_t count = common(octets, len, key->nmk, at);
		if (count >= RECORD_KEY_PIECE) {
			memcpy(octets, key->new_nmk + at, count);
			return count;
		}
	}
	if (len >= NID_LEN && memcmp(octets, key->nid, NID_LEN) == 0) {
		memcpy(octets, key->new_nid, NID_LEN);
		return NID_LEN;
	}
	return 0;
}

static size_t replace_any_here(const struct record_mask *mask, uint8_t *octets, size_t len)
{
	size_t replaced = 0;

	if (!may_begin_piece(mask, octets))
		return 0;
	for (size_t i = 0; i < mask->count && replaced == 0; i++)
		replaced = replace_here(&mask->keys[i], octets, len);
	return replaced;
}

void record_mask_octets(const struct record_mask *mask, uint8_t *octets, size_t len)
{
	for (size_t at = 0; at + RECORD_KEY_PIECE <= len;) {
		const size_t replaced = replace_any_here(mask, octets + at, len - at);
		at += replaced > 0 ? replaced : 1;
	}
}

/* --- in frames --- */

/* Where the message has its NMK, from the end of its header; 0: it has none. */
static size_t key_place(uint16_t mmtype)
{
	switch (mmtype) {
	case CM_SET_KEY_REQ:
	case CM_GET_KEY_CNF:
		return 22;
	case CM_SLAC_MATCH_CNF:
		return 74;
	default:
		return 0;
	}
}

bool record_mask_frame(const struct record_mask *mask, uint8_t *octets, size_t len)
{
	struct mme header = {0};
	struct reader r;

	record_mask_octets(mask, octets, len);
	reader_init(&r, octets, len);
	if (mme_header_decode(&r, &header) != MME_OK || key_place(header.mmtype) == 0)
		return true;
	const size_t place = (size_t)(header.mmv == MME_MMV_1_0 ? 17 : 19) + key_place(header.mmtype);
	if (place >= len)
		return true;
	uint8_t *key = octets + place;
	const size_t key_len = len - place < NMK_LEN ? len - place : NMK_LEN;
	for (size_t i = 0; i < mask->count; i++)
		if (common(key, key_len, mask->keys[i].new_nmk, 0) == key_len)
			return true; /* replaced already */
	return is_alike(key, key_len) || replace(mask, key, key_len);
}
