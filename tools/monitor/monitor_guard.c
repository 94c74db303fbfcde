/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/monitor/monitor_guard.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

void monitor_token_write(const uint8_t random[16], char token[MONITOR_TOKEN_SIZE])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < 16; i++) {
		token[2 * i] = digits[random[i] >> 4];
		token[2 * i + 1] = digits[random[i] & 15];
	}
	token[32] = '\0';
}

/* "application/json", with or without parameters. */
static bool is_json(const char *type)
{
	static const char json[] = "application/json";
	const size_t len = sizeof(json) - 1;

	return type != NULL && strncasecmp(type, json, len) == 0 &&
	       (type[len] == '\0' || type[len] == ';' || type[len] == ' ');
}

/* "http://HOST" or "https://HOST" (behind a proxy), with the port as in the header Host. "null" is none. */
static bool is_of_host(const char *origin, const char *host)
{
	const char *authority = strstr(origin, "://");

	return authority != NULL && host != NULL && strcasecmp(authority + 3, host) == 0;
}

/* A program that is no browser tells no origin. */
static bool is_same_origin(const struct monitor_post *post)
{
	if (post->site != NULL && strcmp(post->site, "same-origin") != 0)
		return false;
	return post->origin == NULL || is_of_host(post->origin, post->host);
}

/* In a time that does not tell how much of it is right. */
static bool is_token(const char *given, const char *token)
{
	unsigned char differs = 0;

	if (given == NULL || strlen(given) != strlen(token))
		return false;
	for (size_t i = 0; token[i] != '\0'; i++)
		differs |= (unsigned char)(given[i] ^ token[i]);
	return differs == 0;
}

enum monitor_guard_result monitor_guard_check(const struct monitor_post *post, const char *token)
{
	if (!is_same_origin(post))
		return MONITOR_GUARD_ORIGIN;
	if (!is_json(post->content_type))
		return MONITOR_GUARD_TYPE;
	return is_token(post->token, token) ? MONITOR_GUARD_PASSED : MONITOR_GUARD_TOKEN;
}
