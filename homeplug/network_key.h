/* SPDX-License-Identifier: Apache-2.0 */
/* NMK and NID of a logical network (HomePlug AV 1.1, 4.4.3). */
#ifndef HOMEPLUG_NETWORK_KEY_H
#define HOMEPLUG_NETWORK_KEY_H

#include "homeplug/mme/address.h"

struct network_key {
	uint8_t nmk[NMK_LEN];
	uint8_t nid[NID_LEN];
};

/* Source of random octets, so that the core stays pure: fills n octets at out, false on failure. */
typedef bool (*random_fill)(void *ctx, uint8_t *out, size_t n);

/* NID from NMK, security level 0 (simple connect): SHA-256 five times, the first 52 bits, 2 level bits.
 * False only when libcrypto fails; nid is then unchanged. */
bool nid_from_nmk(const uint8_t nmk[NMK_LEN], uint8_t nid[NID_LEN]);

/* A new key: NMK from `fill`, NID derived. False, and *key unchanged, when either fails. */
bool network_key_new(struct network_key *key, random_fill fill, void *ctx);

/* The kernel gives so many octets at once, and whole. */
#define RANDOM_FILL_MAX 256

/* A random_fill on the kernel's generator (getrandom), at most RANDOM_FILL_MAX octets; ctx is ignored. */
bool random_fill_csprng(void *ctx, uint8_t *out, size_t n);

/* Overwrites the key; never optimized away. */
void network_key_wipe(struct network_key *key);

#endif
