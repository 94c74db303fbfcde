/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/mme/address.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const uint8_t mac_broadcast[MAC_LEN] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
const uint8_t mac_local_modem[MAC_LEN] = {0x00, 0xb0, 0x52, 0x00, 0x00, 0x01};

bool octets_are_zero(const uint8_t *octets, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (octets[i] != 0)
			return false;
	return true;
}

bool mac_is_a_stations(const uint8_t mac[MAC_LEN])
{
	return (mac[0] & 1) == 0 && !octets_are_zero(mac, MAC_LEN);
}

static char *hex_text(const uint8_t *octets, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		*out++ = digits[octets[i] >> 4];
		*out++ = digits[octets[i] & 0x0f];
	}
	*out = '\0';
	return out;
}

const char *mac_text(const uint8_t mac[MAC_LEN], char out[MAC_TEXT_SIZE])
{
	char *end = out;

	for (size_t i = 0; i < MAC_LEN; i++) {
		if (i > 0)
			*end++ = ':';
		end = hex_text(&mac[i], 1, end);
	}
	return out;
}

const char *run_id_text(const uint8_t run_id[RUN_ID_LEN], char out[RUN_ID_TEXT_SIZE])
{
	out[0] = '0';
	out[1] = 'x';
	hex_text(run_id, RUN_ID_LEN, out + 2);
	return out;
}

const char *nid_text(const uint8_t nid[NID_LEN], char out[NID_TEXT_SIZE])
{
	hex_text(nid, NID_LEN, out);
	return out;
}

bool mac_parse(const char *text, uint8_t out[MAC_LEN])
{
	uint8_t mac[MAC_LEN];

	if (strlen(text) != MAC_TEXT_SIZE - 1)
		return false;
	for (size_t i = 0; i < MAC_LEN; i++) {
		const char *octet = text + 3 * i;
		if (!isxdigit((unsigned char)octet[0]) || !isxdigit((unsigned char)octet[1]))
			return false;
		if (i < MAC_LEN - 1 && octet[2] != ':')
			return false;
		mac[i] = (uint8_t)strtoul(octet, NULL, 16);
	}
	memcpy(out, mac, MAC_LEN);
	return true;
}
