/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The local modem of one outlet, as a pure state machine: finds out what it is, gives it a fresh NMK, verifies an
 * unclear answer, resets it where configured, and tells whether the power-line link is up. An outlet accepts no car
 * before the key is set. Inputs and the time go in, a bounded list of outputs comes out, plus the next time it wants
 * to be called.
 *
 *   IDLE --key--> SET_KEY, and the questions of IDENTIFY with it; IDENTIFY first where a reset is to follow the key
 *                 IDENTIFY --answer or not--> SET_KEY --CM_SET_KEY.CNF 0x01--> (RESET -> WAIT_UP -> VERIFY) --> READY
 *                 SET_KEY, not known yet which modem is ours --anything but 0x01--> IDENTIFY, which goes on
 *                 SET_KEY --0x00, or without our nonce--> VERIFY --the modem shows the key--> READY, else RETRY
 *                 SET_KEY --other result--> RETRY --response_ms, 2, 4, ... up to 30 s--> IDENTIFY again
 *                 SET_KEY --no answer in key_repeat_ms, 2, 4, ...--> SET_KEY, the same key again
 *                 no answer in response_ms --> IDENTIFY again (the modem may be another one now), for ever
 *                 VERIFY after a reset --another key, or no answer--> SET_KEY, without a second reset
 *                 READY --said to have restarted: no key, another one, or no answer in response_ms--> IDENTIFY
 *                 READY --modem_check_key: no answer, twice--> IDENTIFY, with the same key
 *
 * It consists of parts, each with its own state and deadline. A part knows nothing of the others; what it tells them
 * (enum modem_told) is carried on in modem.c alone.
 *
 *   modem_identity.h  IDENTIFY         which modem it is, and who else answers
 *   modem_key.h       SET_KEY, VERIFY, RETRY, READY
 *   modem_reset.h     RESET, WAIT_UP   resets by us, and restarts of its own
 *   modem_check.h     in READY         whether the modem is still there with its key
 *   modem_link.h      any time         the power-line link
 *   modem_trouble.h                    when it is said that the key cannot be set
 *
 * A modem that was identified is not asked again for the next key. One that was not is asked once more each time it has
 * taken a key (with the first, when the time for its answer is over), as it may have been starting up when it was asked
 * first. A silent modem, or one that refused, is identified, and its MAC learnt, again.
 */
#ifndef HOMEPLUG_MODEM_MODEM_H
#define HOMEPLUG_MODEM_MODEM_H

#include "homeplug/modem/modem_check.h"
#include "homeplug/modem/modem_config.h"
#include "homeplug/modem/modem_identity.h"
#include "homeplug/modem/modem_key.h"
#include "homeplug/modem/modem_link.h"
#include "homeplug/modem/modem_output.h"
#include "homeplug/modem/modem_reset.h"
#include "homeplug/modem/modem_trouble.h"
#include "homeplug/modem/modem_turn.h"

enum modem_state {
	MODEM_IDLE,     /* no key asked for yet */
	MODEM_IDENTIFY, /* VS_SW_VER.REQ and NSCM_GET_VERSION.REQ sent, and no key with them */
	MODEM_SET_KEY,  /* CM_SET_KEY.REQ sent, of this key or an older one */
	MODEM_VERIFY,   /* CM_GET_KEY.REQ sent after an unclear confirmation or a reset */
	MODEM_RETRY,    /* refused, or too early for another CM_SET_KEY.REQ: goes on at the deadline */
	MODEM_RESET,    /* VS_RS_DEV.REQ or NSCM_RESET_DEVICE.REQ sent */
	MODEM_WAIT_UP,  /* it resets: asked for its version every poll_ms */
	MODEM_READY     /* the modem has the key */
};

/* An owner may read: config; identity.family, .has_mac, .mac, .version; key.given, .attempts; link.state,
 * .tells_vendor, .tells_nw_stats. */
struct modem {
	struct modem_config config;
	struct modem_identity identity;
	struct modem_key key;
	struct modem_reset reset;
	struct modem_check check;
	struct modem_link link;
	struct modem_trouble_log trouble;
	bool key_went_ahead; /* with the questions of the present, or the last, identification */
	uint8_t request_id;  /* of the last Lumissil request */
};

/* Prepares; host_mac must be set before the first key. */
void modem_init(struct modem *modem, const struct modem_config *config);

/*
 * Gives the modem `key` with this nonce (random, so that a late confirmation of an older key is not taken for this
 * one's); identifies it first where that has not been done. `after_session`: a car knows the previous key; stays
 * true for a newer key that replaces one still on its way. A key given during a reset is sent when the modem is up;
 * one given while the modem owes a confirmation, when that has come or its wait is over. Ends watching the link.
 */
void modem_set_key(struct modem *modem, const struct network_key *key, const uint8_t nonce[NONCE_LEN],
		   bool after_session, uint64_t now_us, struct modem_outputs *out);

/*
 * A vehicle was connected: asks a READY modem with CM_GET_KEY whether it still has the key, for its version where it
 * has told one, and for its link where it has never told that. If a modem that has answered such a question before
 * answers none of these twice, response_ms each, it is silent and begins anew, unless the link is watched. Nothing
 * while a check is going on. A modem that has refused the key is given it again at once.
 */
void modem_check_key(struct modem *modem, uint64_t now_us, struct modem_outputs *out);

/* CM_SLAC_MATCH.CNF was sent: begins to ask for the link, or says MODEM_LINK_UNKNOWN at once. Nothing if watched. */
void modem_watch_link(struct modem *modem, uint64_t now_us, struct modem_outputs *out);
/* The link is of no interest any more (unplugged, paused). */
void modem_unwatch_link(struct modem *modem);

/* Takes CM_SET_KEY.CNF and CM_GET_KEY.CNF; anything else does nothing. */
void modem_frame(struct modem *modem, const struct mme *frame, uint64_t now_us, struct modem_outputs *out);
/* Takes VS_NW_INFO.CNF of our modem, also where MODEM_ASK_NETWORK has not asked for it. */
void modem_network(struct modem *modem, const struct nw_info *info, uint64_t now_us, struct modem_outputs *out);
/*
 * Takes any message of modem_mme.h; requests and foreign hosts' answers do nothing. Answers VS_HST_ACTION.IND, which
 * tells a restart (MODEM_RESTARTED), at most once per response_ms, where it has no other cause (our reset is one until
 * response_ms after it) and the modem is not being identified anyway. A READY modem is asked with CM_GET_KEY first: what
 * it says in its name is true only where it does not say that it has its key (MODEM_NOT_RESTARTED otherwise). From another modem it starts a check, at most
 * once per response_ms: ours may have been exchanged.
 */
void modem_message(struct modem *modem, const struct modem_mme *message, uint64_t now_us, struct modem_outputs *out);
/* Time has passed. */
void modem_tick(struct modem *modem, uint64_t now_us, struct modem_outputs *out);
/* The interface is gone: back to MODEM_IDLE, the key is wiped, the modem will be identified anew. A due reset stays. */
void modem_forget(struct modem *modem);
/* In MODEM_IDLE, after modem_forget: a car knows the last key, the next one follows a session. */
void modem_remember_session(struct modem *modem);

enum modem_state modem_state(const struct modem *modem);
/* It is being reset by us, or has just been and is asked for its key. */
bool modem_is_resetting(const struct modem *modem);
/* The next time modem_tick is wanted, or MODEM_NEVER. */
uint64_t modem_deadline(const struct modem *modem);

#endif
