/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which modem it is: its family, version and MAC, and who else answers on its segment.
 *
 * The modem's own MAC is learnt from its first answer to an identification or to CM_SET_KEY, whichever comes first.
 * From then on answers from any other MAC are ignored and counted. A modem that refused its key is passed over in the
 * next identification, so that another one on the same segment is found. It may still take the key after all, and is
 * then what it said in that identification.
 */
#ifndef HOMEPLUG_MODEM_MODEM_IDENTITY_H
#define HOMEPLUG_MODEM_MODEM_IDENTITY_H

#include "homeplug/modem/modem_turn.h"

/* What a modem says of itself. */
struct modem_description {
	enum modem_family family;            /* MODEM_AUTO: it did not say */
	char version[QUALCOMM_VERSION_SIZE]; /* likewise "" ; Lumissil "1.2.3.4.5" */
	uint8_t mac[MAC_LEN];
};

struct modem_identity {
	bool asking;                         /* VS_SW_VER.REQ and NSCM_GET_VERSION.REQ were sent, */
	uint64_t deadline_us;                /* and answers are waited for until then */
	enum modem_family family;            /* found or configured; MODEM_AUTO before */
	bool identified;                     /* it has answered an identification */
	char version[QUALCOMM_VERSION_SIZE]; /* what it said of itself, "" before; Lumissil "1.2.3.4.5" */
	bool has_mac;
	uint8_t mac[MAC_LEN];          /* its own MAC */
	struct modem_description said; /* by the last MODEM_IDENTIFIED; family MODEM_AUTO: MODEM_UNIDENTIFIED since */
	bool unidentified_said;        /* since it was identified */
	bool passes_over;              /* a modem that refused its key: */
	struct modem_description passed_over; /* what it said in the present identification */
	uint64_t foreign_answers;             /* ignored, not from the local modem */
	bool foreign_heard;                   /* one was ignored since the present question was asked: */
	uint8_t foreign_mac[MAC_LEN];         /* the last one's sender */
};

/* Asks. What is known stays so until there is an answer. A modem configured as a standard one is not asked. */
enum modem_told modem_identity_begin(struct modem_identity *identity, struct modem_turn *turn);
/* The deadline: nobody has answered. Says so (MODEM_UNIDENTIFIED) where the modem has its key. */
enum modem_told modem_identity_tick(struct modem_identity *identity, struct modem_turn *turn);
/* Waits for an answer no longer. */
void modem_identity_end(struct modem_identity *identity);
/* It has said that it is in its boot loader: it has no firmware, and takes no key. */
bool modem_identity_in_boot_loader(const struct modem_identity *identity);
/* VS_SW_VER.CNF says so. */
bool modem_identity_is_boot_loader(const struct modem_mme *version);
/* VS_SW_VER.CNF or NSCM_GET_VERSION.CNF tells a family that this modem may be, as configured. */
bool modem_identity_expects(const struct modem_config *config, const struct modem_mme *version);
/* Takes a version that is expected. */
enum modem_told modem_identity_take_version(struct modem_identity *identity, const struct modem_mme *version,
					    struct modem_turn *turn);
/*
 * `src` has confirmed the key: it is our modem, also where it has not said what it is or was passed over. While it is
 * being asked, its answer is still waited for.
 */
void modem_identity_learn_mac(struct modem_identity *identity, const uint8_t src[MAC_LEN], struct modem_turn *turn);

/* Asks what it is without waiting for an answer; a standard modem is not asked. */
void modem_identity_ask(struct modem_turn *turn);
/* Likewise, with the question of the family that is known, Qualcomm's or Lumissil's. */
void modem_identity_ask_version(const struct modem_identity *identity, struct modem_turn *turn);

/* This modem refused its key: the next identification passes it over. */
void modem_identity_pass_over(struct modem_identity *identity, const uint8_t mac[MAC_LEN]);
/* No modem is passed over any more. */
void modem_identity_forgive(struct modem_identity *identity);

/* True, counted and said, where a message's sender is another station than our modem. */
bool modem_identity_turn_away(struct modem_identity *identity, const uint8_t src[MAC_LEN], struct modem_turn *turn);
/* A question was asked: only who answers instead of our modem from now on counts as heard. */
void modem_identity_listen_anew(struct modem_identity *identity);
/* Appends that a message was not taken, and why. */
void modem_identity_ignore(const struct modem_identity *identity, const uint8_t from[MAC_LEN], enum mme_error error,
			   struct modem_turn *turn);

/* Forgets which modem it was, not what was said of it. */
void modem_identity_forget(struct modem_identity *identity);
/* Forgets that, too, and ends an identification. */
void modem_identity_forget_all(struct modem_identity *identity);

#endif
