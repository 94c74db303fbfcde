/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/network_key.h"

#include "homeplug/sha256.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <string.h>
#include <sys/random.h>

/* HomePlug AV: the NID offset is the fifth hash of the NMK. */
#define NID_HASHES 5

bool nid_from_nmk(const uint8_t nmk[NMK_LEN], uint8_t nid[NID_LEN])
{
	uint8_t hash[SHA256_LEN];
	bool ok = sha256(nmk, NMK_LEN, hash);

	for (int i = 1; ok && i < NID_HASHES; i++)
		ok = sha256(hash, sizeof(hash), hash);
	if (ok) {
		memcpy(nid, hash, NID_LEN - 1);
		/* 52 hash bits; the two security level bits above them stay 0 (simple connect). */
		nid[NID_LEN - 1] = hash[NID_LEN - 1] >> 4;
	}
	OPENSSL_cleanse(hash, sizeof(hash));
	return ok;
}

bool network_key_new(struct network_key *key, random_fill fill, void *ctx)
{
	struct network_key fresh;
	bool ok = fill(ctx, fresh.nmk, NMK_LEN) && nid_from_nmk(fresh.nmk, fresh.nid);

	if (ok)
		*key = fresh;
	network_key_wipe(&fresh);
	return ok;
}

bool random_fill_csprng(void *ctx, uint8_t *out, size_t n)
{
	ssize_t got;

	(void)ctx;
	if (n > RANDOM_FILL_MAX)
		return false;
	do
		got = getrandom(out, n, 0);
	while (got < 0 && errno == EINTR);
	return got == (ssize_t)n;
}

void network_key_wipe(struct network_key *key)
{
	OPENSSL_cleanse(key, sizeof(*key));
}
