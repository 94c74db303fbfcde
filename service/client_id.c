/* SPDX-License-Identifier: Apache-2.0 */
#define OPENSSL_SUPPRESS_DEPRECATED /* SHA256() sets libcrypto up first, which takes a start 1 ms */
#include "service/client_id.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

static void hash(const char *service, const char *machine_id, const char *outlet, uint8_t out[CLIENT_ID_RANDOM])
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	SHA256_CTX context;
	char text[256];
	int len = snprintf(text, sizeof(text), "%s %s %s", service, machine_id, outlet);

	SHA256_Init(&context);
	SHA256_Update(&context, text, (size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1);
	SHA256_Final(digest, &context);
	memcpy(out, digest, CLIENT_ID_RANDOM);
}

void client_id_make(const char *service, const char *machine_id, const char *outlet,
		    const uint8_t random[CLIENT_ID_RANDOM], char out[CLIENT_ID_SIZE])
{
	uint8_t octets[CLIENT_ID_RANDOM];
	size_t used = (size_t)snprintf(out, CLIENT_ID_SIZE, "%.*s-", CLIENT_ID_SERVICE_MAX, service);

	memcpy(octets, random, sizeof(octets));
	if (machine_id != NULL && *machine_id != '\0' && outlet != NULL && *outlet != '\0')
		hash(service, machine_id, outlet, octets);
	for (size_t i = 0; i < sizeof(octets); i++)
		used += (size_t)snprintf(out + used, CLIENT_ID_SIZE - used, "%02x", octets[i]);
}

void client_id_read_machine_id(const char *path, char out[MACHINE_ID_SIZE])
{
	FILE *file = fopen(path, "r");
	size_t len = file != NULL ? fread(out, 1, MACHINE_ID_SIZE - 1, file) : 0;

	if (file != NULL)
		fclose(file);
	out[len] = '\0';
	if (strspn(out, "0123456789abcdef") != MACHINE_ID_SIZE - 1)
		out[0] = '\0'; /* systemd writes "uninitialized" before the first boot */
}
