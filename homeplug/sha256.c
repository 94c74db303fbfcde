/* SPDX-License-Identifier: Apache-2.0 */
#define OPENSSL_SUPPRESS_DEPRECATED /* see sha256.h */
#include "homeplug/sha256.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

_Static_assert(SHA256_LEN == SHA256_DIGEST_LENGTH, "the length of the hash");

bool sha256(const void *octets, size_t len, uint8_t out[SHA256_LEN])
{
	SHA256_CTX context;

	const bool ok = SHA256_Init(&context) == 1 && SHA256_Update(&context, octets, len) == 1 &&
			SHA256_Final(out, &context) == 1;
	OPENSSL_cleanse(&context, sizeof(context));
	return ok;
}
