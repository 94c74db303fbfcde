/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a request that changes something comes from a page of this server. A browser tells with each POST of which
 * origin the page is, lets no other page set this type and this header without asking, and lets none read the token.
 * Pure.
 */
#ifndef TOOLS_MONITOR_MONITOR_GUARD_H
#define TOOLS_MONITOR_MONITOR_GUARD_H

#include <stdint.h>

#define MONITOR_TOKEN_SIZE 33 /* 32 hexadecimal digits */

/* Header lines; NULL: absent. */
struct monitor_post {
	const char *host;         /* Host, with the port */
	const char *origin;       /* Origin */
	const char *site;         /* Sec-Fetch-Site */
	const char *content_type; /* Content-Type */
	const char *token;        /* X-Fleet-Token */
};

/* The token of these octets. */
void monitor_token_write(const uint8_t random[16], char token[MONITOR_TOKEN_SIZE]);

enum monitor_guard_result {
	MONITOR_GUARD_PASSED,
	MONITOR_GUARD_TYPE,   /* the content type is another one */
	MONITOR_GUARD_ORIGIN, /* a page of somebody else has sent it */
	MONITOR_GUARD_TOKEN   /* the token is not the one of this run */
};

enum monitor_guard_result monitor_guard_check(const struct monitor_post *post, const char *token);

#endif
