/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The local modem's key, as a pure state machine: gives a fresh NMK to the modem (CM_SET_KEY), repeats until
 * it answers, and verifies an unclear answer (CM_GET_KEY). An outlet accepts no car before the key is set.
 *
 * CM_SET_KEY.CNF result 0x01 means "taken" to every modem captured. 0x00 is a refusal to the one that was captured
 * with it, and "success" to the text of the standard, so it is verified: the modem must report the new NID and,
 * where it grants the key, the new key; else the key is sent again.
 */
#ifndef HOMEPLUG_MODEM_H
#define HOMEPLUG_MODEM_H

#include "homeplug/mme.h"
#include "homeplug/network_key.h"

#define MODEM_NEVER   UINT64_MAX
#define MODEM_OUTPUTS 4

struct modem_config {
	uint8_t host_mac[MAC_LEN];
	uint32_t response_ms; /* wait for a confirmation, then repeat: 1000 */
};

enum modem_state {
	MODEM_IDLE,      /* no key asked for yet */
	MODEM_SET_KEY,   /* CM_SET_KEY.REQ sent */
	MODEM_VERIFY,    /* CM_GET_KEY.REQ sent after an unclear confirmation */
	MODEM_RETRY,     /* refused; the key is sent again at the deadline */
	MODEM_READY      /* the modem has the key */
};

struct modem {
	struct modem_config config;
	enum modem_state state;
	uint64_t deadline_us;
	uint32_t attempts;             /* CM_SET_KEY.REQ sent for the present key */
	bool silence_said;             /* of the present key */
	bool refusal_said;             /* likewise */
	uint8_t nonce[NONCE_LEN];
	struct network_key key;
	uint8_t mac[MAC_LEN];          /* the modem's own MAC, learnt from its confirmation; zero before */
};

enum modem_output_kind {
	MODEM_SEND,     /* send `frame` */
	MODEM_KEY_SET,  /* the modem took the key (modem->key) */
	MODEM_SILENT,   /* no confirmation in time, said once per key; it keeps trying */
	MODEM_REFUSED,  /* the key is not active, or nobody tells that it is; said once per key; it keeps trying */
	MODEM_IGNORED   /* a modem message that was not taken: error tells why */
};

struct modem_output {
	enum modem_output_kind kind;
	enum mme_error error;
	struct mme frame;
};

struct modem_outputs {
	size_t count;
	struct modem_output items[MODEM_OUTPUTS];
};

/* Prepares; host_mac must be set before the first key. */
void modem_init(struct modem *modem, const struct modem_config *config);
/* Sends `key` with this nonce (random, so that a late confirmation of an older key is not taken for this one's). */
void modem_set_key(struct modem *modem, const struct network_key *key, const uint8_t nonce[NONCE_LEN],
		   uint64_t now_us, struct modem_outputs *out);
/* Takes CM_SET_KEY.CNF and CM_GET_KEY.CNF; anything else does nothing. */
void modem_frame(struct modem *modem, const struct mme *frame, uint64_t now_us, struct modem_outputs *out);
/* Time has passed. */
void modem_tick(struct modem *modem, uint64_t now_us, struct modem_outputs *out);
/* The interface is gone: back to MODEM_IDLE, the key is wiped. */
void modem_reset(struct modem *modem);
/* The next time modem_tick is wanted, or MODEM_NEVER. */
uint64_t modem_deadline(const struct modem *modem);

#endif
