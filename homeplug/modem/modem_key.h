/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key: given to the modem with CM_SET_KEY, verified with CM_GET_KEY, and with VS_NW_INFO where the modem knows it,
 * where the confirmation is unclear.
 *
 * CM_SET_KEY.CNF result 0x01 means "taken" to every modem captured. 0x00 is a refusal to the one that was captured
 * with it, and "success" to the text of the standard, so it is verified (unless unclear_key_is_taken): the modem must
 * report the new NID and, where it grants the key, the new key; else that is a refusal.
 *
 * A confirmation that does not echo the nonce of the request, nor that of an older one, is verified as well, whatever it
 * says of success: no modem captured does so. Our own modem, if it says "taken" so and answers none of the questions,
 * has taken the key (where unverified_key_is_taken).
 *
 * One CM_SET_KEY.REQ is on its way at a time: until it is confirmed, or its wait is over. The first waits for
 * key_repeat_ms, each further one twice as long, up to response_ms; then the key is sent again. So a lost confirmation
 * does not leave the outlet deaf for long. There is no third CM_SET_KEY.REQ in key_repeat_ms, either: a key that is
 * given too early waits, and the last of several is sent. A modem that has not confirmed response_ms after the first
 * is silent.
 */
#ifndef HOMEPLUG_MODEM_MODEM_KEY_H
#define HOMEPLUG_MODEM_MODEM_KEY_H

#include "homeplug/mme/nw_info.h"
#include "homeplug/modem/modem_turn.h"
#include "homeplug/network_key.h"

enum modem_key_state {
	MODEM_KEY_NONE,      /* none was given */
	MODEM_KEY_WAITING,   /* the modem is being identified or reset */
	MODEM_KEY_SENT,      /* CM_SET_KEY.REQ sent, of this key or (attempts is 0) an older one */
	MODEM_KEY_VERIFYING, /* CM_GET_KEY.REQ sent after an unclear confirmation or a reset */
	MODEM_KEY_EARLY,     /* too early for another CM_SET_KEY.REQ: sent at the deadline */
	MODEM_KEY_REFUSED,   /* the modem is identified anew at the deadline */
	MODEM_KEY_READY      /* the modem has it */
};

struct modem_key {
	enum modem_key_state state;
	uint64_t deadline_us;
	struct network_key given;          /* last */
	uint8_t nonce[NONCE_LEN];          /* given with it */
	uint32_t attempts;                 /* CM_SET_KEY.REQ sent for it */
	uint8_t sent_nonce[NONCE_LEN];     /* the last CM_SET_KEY.REQ's */
	uint8_t older_nonce[2][NONCE_LEN]; /* those of the keys before */
	bool unconfirmed;                  /* it is */
	uint32_t unconfirmed_count;        /* CM_SET_KEY.REQ since the last confirmation, or since the key was given */
	uint64_t first_us;                 /* the first of them */
	uint64_t sent_us[2];               /* the last but one, and the last; 0: none */
	uint64_t wait_over_us;             /* of the last one */
	uint64_t silent_us;                /* a modem that has not confirmed by then is silent */
	uint8_t confirmed_by[MAC_LEN];     /* who has sent the last confirmation that was waited for, */
	uint8_t result;                    /* and its result */
	uint32_t refusals;                 /* since the key was given, or last set; none since the modem was silent */
	bool modem_heard;       /* it has answered an identification since it was asked to; the key is not set yet */
	bool after_reset;       /* MODEM_KEY_VERIFYING: asked after a reset */
	bool unechoed;          /* MODEM_KEY_VERIFYING: the confirmation had not our nonce */
	bool may_be_unverified; /* MODEM_KEY_VERIFYING: ... but it was our modem's, and said "taken" */
	bool contradicted;      /* MODEM_KEY_VERIFYING: the modem has told another network */
	bool checked;           /* MODEM_KEY_READY: CM_GET_KEY.REQ sent, no answer yet */
	bool doubted;           /* MODEM_KEY_READY: likewise, as the modem seems to have restarted */
	bool get_key_answered;  /* by this modem, at any time */
	bool unnamed_said;      /* MODEM_KEY_UNNAMED, of this modem */
};

/* Takes a key that is to be set, with a nonce of its own. MODEM_TOLD_UNKNOWN where it is the first. */
enum modem_told modem_key_give(struct modem_key *key, const struct network_key *given, const uint8_t nonce[NONCE_LEN],
			       struct modem_turn *turn);
/* A key was given that has not been sent yet. */
bool modem_key_is_new(const struct modem_key *key);
/* Sends it, or has it wait until it may be sent. */
void modem_key_send(struct modem_key *key, struct modem_turn *turn);
/* Asks whether it is active. */
void modem_key_verify(struct modem_key *key, bool after_reset, struct modem_turn *turn);
/*
 * Asks the same of a modem that has taken it (MODEM_KEY_READY). Another key is said with MODEM_KEY_LOST, no network with
 * MODEM_KEY_UNNAMED.
 */
void modem_key_check(struct modem_key *key, struct modem_turn *turn);
/*
 * It is said that the modem has restarted (MODEM_KEY_READY). Anybody on the line can say so in its name: the modem is
 * asked. MODEM_TOLD_KEY_GONE follows where it does not say that it has the key, MODEM_NOT_RESTARTED where it does.
 */
void modem_key_doubt(struct modem_key *key, struct modem_turn *turn);
/* The modem has it, and nothing more is to be done: says MODEM_KEY_SET. */
void modem_key_settle(struct modem_key *key, struct modem_turn *turn);
/* It waits until the modem is identified or reset. */
void modem_key_hold(struct modem_key *key);
/* The modem is being asked what it is, and has not answered yet. */
void modem_key_await_modem(struct modem_key *key);
/* The modem has answered that. */
void modem_key_hear_modem(struct modem_key *key);

/*
 * MME_OK, or why a CM_SET_KEY.CNF or CM_GET_KEY.CNF is no answer: it does not echo the last CM_SET_KEY.REQ's nonce, and
 * does not count without.
 */
enum mme_error modem_key_answer_error(const struct modem_key *key, const struct mme *frame);
/* CM_SET_KEY.CNF without error. `has_mac`: it is known which modem is ours, and it is from that one. */
enum modem_told modem_key_take_confirmation(struct modem_key *key, const struct mme *frame, bool has_mac,
					    struct modem_turn *turn);
/* CM_GET_KEY.CNF without error. */
enum modem_told modem_key_take_answer(struct modem_key *key, const struct mme *frame, struct modem_turn *turn);
/* VS_NW_INFO.CNF of our modem. */
enum modem_told modem_key_take_network(struct modem_key *key, const struct nw_info *info);
/* The deadline. */
enum modem_told modem_key_tick(struct modem_key *key, struct modem_turn *turn);

/* Another modem may be there: what this one answered does not count, and it has refused nothing. */
void modem_key_forget_modem(struct modem_key *key);
/* The number of refusals begins anew. */
void modem_key_forgive(struct modem_key *key);
/* Wipes it: none is given. */
void modem_key_forget(struct modem_key *key);

#endif
