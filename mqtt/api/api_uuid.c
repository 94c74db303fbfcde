/* SPDX-License-Identifier: Apache-2.0 */
#include "mqtt/api/api.h"

#include <string.h>

void api_uuid_v4(const uint8_t random[16], char out[API_UUID_MAX])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t octets[16];
	char *p = out;

	memcpy(octets, random, sizeof(octets));
	octets[6] = (uint8_t)((octets[6] & 0x0f) | 0x40); /* version 4 */
	octets[8] = (uint8_t)((octets[8] & 0x3f) | 0x80); /* variant of RFC 4122 */
	for (size_t i = 0; i < sizeof(octets); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*p++ = '-';
		*p++ = digits[octets[i] >> 4];
		*p++ = digits[octets[i] & 0x0f];
	}
	*p = '\0';
}
