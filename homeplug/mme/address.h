/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes and well-known values of the octet strings that HomePlug messages carry (octets in wire order). */
#ifndef HOMEPLUG_MME_ADDRESS_H
#define HOMEPLUG_MME_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MAC_LEN     6
#define OUI_LEN     3
#define RUN_ID_LEN  8
#define NMK_LEN     16
#define NID_LEN     7
#define SLAC_ID_LEN 17
#define NONCE_LEN   4

/* Attenuation groups of a Green PHY modem, 16 carriers each. */
#define SLAC_GROUPS 58

#define MAC_TEXT_SIZE    18
#define RUN_ID_TEXT_SIZE 19
#define NID_TEXT_SIZE    15

extern const uint8_t mac_broadcast[MAC_LEN];
/* 00:B0:52:00:00:01, answered by the directly attached modem only. */
extern const uint8_t mac_local_modem[MAC_LEN];

static inline bool mac_equal(const uint8_t a[MAC_LEN], const uint8_t b[MAC_LEN])
{
	return memcmp(a, b, MAC_LEN) == 0;
}

/* Whether a station can have this address: neither one of a group, as the broadcast is, nor zero. */
bool mac_is_a_stations(const uint8_t mac[MAC_LEN]);
/* True when each of the n octets is zero. */
bool octets_are_zero(const uint8_t *octets, size_t n);

/* Text forms; each writes into `out` and returns it. MAC "02:a1:b2:c3:d4:e5", run_id "0x0102030405060708",
 * NID "0039f45c3f6a02". There is none for an NMK: the key is never printed. */
const char *mac_text(const uint8_t mac[MAC_LEN], char out[MAC_TEXT_SIZE]);
const char *run_id_text(const uint8_t run_id[RUN_ID_LEN], char out[RUN_ID_TEXT_SIZE]);
const char *nid_text(const uint8_t nid[NID_LEN], char out[NID_TEXT_SIZE]);
/* Reads "02:a1:b2:c3:d4:e5" (either case). False, and `out` unchanged, for anything else. */
bool mac_parse(const char *text, uint8_t out[MAC_LEN]);

#endif
