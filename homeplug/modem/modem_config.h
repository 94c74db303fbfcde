/* SPDX-License-Identifier: Apache-2.0 */
/* How the local modem of one outlet is to be treated. doc/modems.md says which modem needs what. */
#ifndef HOMEPLUG_MODEM_MODEM_CONFIG_H
#define HOMEPLUG_MODEM_MODEM_CONFIG_H

#include "homeplug/mme/address.h"

enum modem_family {
	MODEM_AUTO, /* configured: find out by asking. Never the family found. */
	MODEM_QUALCOMM,
	MODEM_LUMISSIL,
	MODEM_STANDARD /* answers no vendor's question: standard messages only, no reset */
};

enum modem_link_detection {
	MODEM_LINK_AUTO, /* where the modem has shown that it can tell */
	MODEM_LINK_ON,   /* always: no link in time is a failure, also with a modem that cannot tell */
	MODEM_LINK_OFF   /* never asked */
};

/* Times in milliseconds. */
struct modem_config {
	uint8_t host_mac[MAC_LEN];
	enum modem_family family;
	enum modem_link_detection link_detection;
	uint32_t identify_ms;   /* wait for an answer to the identification, 300 */
	uint32_t response_ms;   /* wait for any other confirmation, then repeat: 1000 */
	uint32_t key_repeat_ms; /* give an unconfirmed key again; twice as long each time, up to response_ms: 100 */
	bool unverified_key_is_taken; /* one that was taken without our nonce, and that the modem does not tell: field */
	bool unclear_key_is_taken;    /* CM_SET_KEY.CNF result 0x00 is a success and not verified: false */
	bool reset_after_key;         /* reset the modem each time it has taken a key */
	bool reset_after_session;     /* reset it when it has taken the key that follows a session */
	uint32_t reset_ms;            /* a modem that has not answered this long after a reset is silent, 10 000 */
	uint32_t poll_ms;             /* asks again: after a reset, and for the link that seems to be down, 200 */
	uint32_t join_poll_ms;        /* asks for the link until it is up, 50; twice as long each time, */
	uint32_t join_poll_max_ms;    /* up to 500 */
	uint32_t supervise_ms;        /* asks for the link while it is up, 1200 */
	uint32_t link_lost_polls;     /* 3 */
};

/* The values named above, family and link detection automatic, no reset; the rest by the profile. host_mac is zero. */
void modem_defaults(struct modem_config *config, bool strict);

/* "qualcomm", "lumissil", "standard", "auto". Never NULL. */
const char *modem_family_text(enum modem_family family);

#endif
