/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The local modem of one outlet, as a pure state machine: finds out what it is, gives it a fresh NMK, verifies an
 * unclear answer, resets it where configured, and tells whether the power-line link is up. An outlet accepts no car
 * before the key is set. Inputs and the time go in, a bounded list of outputs comes out, plus the next time it wants
 * to be called.
 *
 *   IDLE --key--> IDENTIFY --answer or not--> SET_KEY --CM_SET_KEY.CNF 0x01--> (RESET -> WAIT_UP -> VERIFY) --> READY
 *                 SET_KEY --0x00--> VERIFY --CM_GET_KEY.CNF shows the key--> READY, else RETRY
 *                 SET_KEY --other result--> RETRY --response_ms, 2, 4, ... up to 30 s--> IDENTIFY again
 *                 no answer in response_ms --> IDENTIFY again (the modem may be another one now), for ever
 *                 VERIFY after a reset --another key, or no answer--> SET_KEY, without a second reset
 *                 READY --modem_check_key: no answer, twice--> IDENTIFY, with the same key
 *
 * CM_SET_KEY.CNF result 0x01 means "taken" to every modem captured. 0x00 is a refusal to the one that was captured
 * with it, and "success" to the text of the standard, so it is verified (unless unclear_key_is_taken): the modem must
 * report the new NID and, where it grants the key, the new key; else that is a refusal.
 *
 * There is no second CM_SET_KEY.REQ before the first is confirmed or response_ms are over, and no third in response_ms:
 * a key that is given earlier waits, and the last of several is sent.
 *
 * The modem's own MAC is learnt from its first answer to an identification (or to CM_SET_KEY, where it answers none).
 * From then on answers from any other MAC are ignored and counted; a silent modem, or one that refused, is identified,
 * and its MAC learnt, again. The one that refused is passed over in that identification, so that another one on the
 * same segment is found, but may still take the key. It is forgiven with the next key, or when the key is set.
 * A modem that was identified is not asked again for the next key; one that was not is asked once more each time it has
 * taken a key, as it may have been starting up when it was asked first.
 *
 * Reset: only of a modem that has identified itself. It is over when the modem answers after it left a question
 * unanswered, or when it has answered every question for a fifth of reset_ms (it resets faster than it is asked). A
 * modem that refuses to reset, or does not confirm that it will, keeps its key and goes on unreset. Some interfaces
 * have no carrier while their modem resets: after a reset that modem_reset has cut short there is no other until a key
 * is set, and until reset_ms are over neither the modem's silence nor its announcement of the restart is said.
 *
 * Link: modem_watch_link begins polling every poll_ms until the link is up (MODEM_LINK_UP), then every supervise_ms.
 * Up is what any of the ways says that this modem answers: VS_PL_LNK_STATUS (Qualcomm), NSCM_GET_D_LINK_STATUS
 * (Lumissil), CM_NW_STATS with a peer (any). Which ones it answers is asked with each key that is set and each
 * modem_check_key, until one is known. Down is only believed after link_lost_polls polls in a row to which nothing said
 * "up": those to which every way asked has answered are poll_ms apart, the others response_ms. Then MODEM_LINK_LOST is
 * said once and watching ends.
 */
#ifndef HOMEPLUG_MODEM_MODEM_H
#define HOMEPLUG_MODEM_MODEM_H

#include "homeplug/mme/mme.h"
#include "homeplug/mme/modem_mme.h"
#include "homeplug/network_key.h"

#define MODEM_NEVER   UINT64_MAX
#define MODEM_OUTPUTS 6

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
	uint32_t identify_ms;      /* wait for an answer to the identification, 300 */
	uint32_t response_ms;      /* wait for any other confirmation, then repeat: 1000 */
	bool unclear_key_is_taken; /* CM_SET_KEY.CNF result 0x00 is a success and not verified: false */
	bool reset_after_key;      /* reset the modem each time it has taken a key */
	bool reset_after_session;  /* reset it when it has taken the key that follows a session */
	uint32_t reset_ms;         /* a modem that has not answered this long after a reset is silent, 10 000 */
	uint32_t poll_ms;          /* asks again: after a reset, and for the link until it is up, 200 */
	uint32_t supervise_ms;     /* asks for the link while it is up, 1000 */
	uint32_t link_lost_polls;  /* 3 */
};

enum modem_state {
	MODEM_IDLE,     /* no key asked for yet */
	MODEM_IDENTIFY, /* VS_SW_VER.REQ and NSCM_GET_VERSION.REQ sent */
	MODEM_SET_KEY,  /* CM_SET_KEY.REQ sent, of this key or (attempts is 0) an older one */
	MODEM_VERIFY,   /* CM_GET_KEY.REQ sent after an unclear confirmation or a reset */
	MODEM_RETRY,    /* refused, or too early for another CM_SET_KEY.REQ: goes on at the deadline */
	MODEM_RESET,    /* VS_RS_DEV.REQ or NSCM_RESET_DEVICE.REQ sent */
	MODEM_WAIT_UP,  /* it resets: asked for its version every poll_ms */
	MODEM_READY     /* the modem has the key */
};

struct modem_identity {
	enum modem_family family;            /* MODEM_AUTO: it did not say */
	char version[QUALCOMM_VERSION_SIZE]; /* likewise "" ; Lumissil "1.2.3.4.5" */
	uint8_t mac[MAC_LEN];
};

enum modem_link {
	MODEM_LINK_UNWATCHED,
	MODEM_LINK_JOINING, /* watched, not up yet */
	MODEM_LINK_IS_UP
};

enum modem_output_kind {
	MODEM_SEND,         /* send `frame` */
	MODEM_SEND_MESSAGE, /* send `message` */
	MODEM_IDENTIFIED,   /* it identified itself, and mac, family or version are not what was said last */
	MODEM_UNIDENTIFIED, /* it took a key, but does not say what it is: used as `family`; once until identified */
	MODEM_KEY_SET,      /* the modem took the key (modem->key) */
	MODEM_RESTARTED,    /* the modem has restarted by itself; its key is being set again */
	MODEM_KEY_LOST,     /* modem_check_key found another key; it is being set again */
	/* Why it has not taken its key; it keeps trying. Said once until the key is set, another is given, or another
	 * cause takes its place; such changes are said less and less often: at once, then response_ms apart, 2, 4,
	 * ... 30 s. */
	MODEM_SILENT,         /* no answer in waited_ms (error MME_ERR_SOURCE_MAC: `from` answers, not `ours`) */
	MODEM_KEY_UNANSWERED, /* it answers the identification, but does not confirm its key */
	MODEM_REFUSED,        /* the key is not active, or nobody tells that it is: `result` of CM_SET_KEY.CNF */
	MODEM_RESTARTS,       /* it has restarted by itself again before the key was set */
	MODEM_RESETTING,      /* it is asked to reset */
	MODEM_NOT_RESET,      /* refused (error: MME_ERR_RESULT), not confirmed, or not asked: it is not identified */
	MODEM_LINK_UP,        /* the link is established */
	MODEM_LINK_LOST,      /* it was up and is lost; watching has ended */
	MODEM_LINK_UNKNOWN,   /* this modem cannot tell (or was configured not to be asked); watching has ended */
	MODEM_IGNORED         /* a modem message of `from` was not taken; `error` (MME_ERR_SOURCE_MAC: not `ours`) */
};

struct modem {
	struct modem_config config;
	enum modem_state state;
	uint64_t deadline_us;
	enum modem_family family;            /* found or configured; MODEM_AUTO before */
	bool identified;                     /* it has answered an identification */
	char version[QUALCOMM_VERSION_SIZE]; /* what it said of itself, "" before; Lumissil "1.2.3.4.5" */
	bool has_mac;
	uint8_t mac[MAC_LEN];          /* its own MAC */
	struct modem_identity said;    /* by the last MODEM_IDENTIFIED; family MODEM_AUTO: MODEM_UNIDENTIFIED since */
	bool unidentified_said;        /* since it was identified */
	bool identity_answered;        /* since it was asked; the key is not set yet */
	bool answers_get_key;          /* it has confirmed CM_GET_KEY.REQ */
	uint32_t attempts;             /* CM_SET_KEY.REQ sent for the present key */
	bool unconfirmed;              /* the last CM_SET_KEY.REQ: */
	uint8_t sent_nonce[NONCE_LEN]; /* its nonce */
	uint64_t sent_over_us[2];      /* response_ms after the last but one, and the last */
	enum modem_output_kind trouble_said; /* since the present key was given, or last set; MODEM_SEND: none */
	uint32_t changes;                    /* likewise, of the trouble said */
	uint64_t trouble_us;                 /* the next change may be said */
	bool restarted;                      /* since the present key was given, or last set */
	uint32_t refusals;                   /* likewise; none since it was silent */
	bool refused;                        /* in RETRY: identified anew at the deadline */
	bool passes_over;                    /* a modem that refused: */
	struct modem_identity passed_over;   /* what it said in the present identification */
	uint8_t nonce[NONCE_LEN];
	struct network_key key;
	bool after_session;         /* the present key follows a session */
	bool key_checked;           /* in READY: CM_GET_KEY.REQ sent, no answer yet */
	uint64_t check_deadline_us; /* in READY: any answer to the check is due, or MODEM_NEVER */
	bool check_repeated;        /* the last time */
	uint64_t foreign_check_us;  /* another modem's VS_HST_ACTION.IND may start a check again */
	uint64_t restart_us;        /* VS_HST_ACTION.IND may tell a restart again */
	bool verifies_reset;        /* in VERIFY: asked after a reset */
	bool reset_done;            /* for the present key */
	bool reset_asked;           /* likewise: what it is was asked once more, as a reset needs to know */
	bool reset_cut_short;       /* by modem_reset, and no key set since */
	bool reset_answered;        /* in WAIT_UP: the last question was */
	bool reset_silence_seen;    /* in WAIT_UP: it was away */
	uint64_t reset_over_us;     /* a modem that has not answered by then is silent */
	uint8_t request_id;         /* of the last Lumissil request */
	bool tells_vendor_link;     /* answered its family's link question */
	bool tells_nw_stats;        /* answered CM_NW_STATS.REQ */
	enum modem_link link;
	uint64_t poll_us; /* asked last */
	uint64_t poll_deadline_us;
	bool vendor_link_open;        /* asked in the present poll and not answered */
	bool nw_stats_open;           /* likewise */
	bool poll_says_up;            /* any answer to the present poll */
	uint32_t bad_polls;           /* in a row */
	uint64_t foreign_answers;     /* ignored, not from the local modem */
	bool foreign_heard;           /* one was ignored since the present question was asked: */
	uint8_t foreign_mac[MAC_LEN]; /* the last one's sender */
};

struct modem_output {
	enum modem_output_kind kind;
	enum mme_error error;
	uint8_t from[MAC_LEN]; /* MODEM_IGNORED, MODEM_SILENT */
	uint8_t ours[MAC_LEN]; /* likewise */
	uint32_t waited_ms;    /* MODEM_SILENT */
	uint8_t result;        /* MODEM_REFUSED */
	union {
		struct mme frame;
		struct modem_mme message;
	};
};

struct modem_outputs {
	size_t count;
	struct modem_output items[MODEM_OUTPUTS];
};

/* The values named above, family and link detection automatic, no reset. host_mac is zero. */
void modem_defaults(struct modem_config *config);

/* Prepares; host_mac must be set before the first key. */
void modem_init(struct modem *modem, const struct modem_config *config);

/*
 * Gives the modem `key` with this nonce (random, so that a late confirmation of an older key is not taken for this
 * one's); identifies it first where that has not been done. `after_session`: a car knows the previous key; stays
 * true for a newer key that replaces one still on its way. A key given during a reset is sent when the modem is up;
 * one given while the modem owes a confirmation, when that has come or response_ms are over. Ends watching the link.
 */
void modem_set_key(struct modem *modem, const struct network_key *key, const uint8_t nonce[NONCE_LEN],
		   bool after_session, uint64_t now_us, struct modem_outputs *out);

/*
 * A vehicle was connected: asks a READY modem with CM_GET_KEY whether it still has the key, for its version where it
 * has told one, and for its link where it has never told that. If a modem that has answered such a question before
 * answers none of these twice, response_ms each, it is silent and begins anew, unless the link is watched. Nothing
 * while a check is going on.
 */
void modem_check_key(struct modem *modem, uint64_t now_us, struct modem_outputs *out);

/* CM_SLAC_MATCH.CNF was sent: begins to ask for the link, or says MODEM_LINK_UNKNOWN at once. Nothing if watched. */
void modem_watch_link(struct modem *modem, uint64_t now_us, struct modem_outputs *out);
/* The link is of no interest any more (unplugged, paused). */
void modem_unwatch_link(struct modem *modem);

/* Takes CM_SET_KEY.CNF and CM_GET_KEY.CNF; anything else does nothing. */
void modem_frame(struct modem *modem, const struct mme *frame, uint64_t now_us, struct modem_outputs *out);
/*
 * Takes any message of modem_mme.h; requests and foreign hosts' answers do nothing. Answers VS_HST_ACTION.IND, which
 * tells a restart (MODEM_RESTARTED), at most once per response_ms, where it has no other cause (our reset is one until
 * response_ms after it) and the modem is not being identified anyway. From another modem it starts a check, at most
 * once per response_ms: ours may have been exchanged.
 */
void modem_message(struct modem *modem, const struct modem_mme *message, uint64_t now_us, struct modem_outputs *out);
/* Time has passed. */
void modem_tick(struct modem *modem, uint64_t now_us, struct modem_outputs *out);
/* The interface is gone: back to MODEM_IDLE, the key is wiped, the modem will be identified anew. A due reset stays. */
void modem_reset(struct modem *modem);
/* In MODEM_IDLE, after modem_reset: a car knows the last key, the next one follows a session. */
void modem_session_ended(struct modem *modem);
/* It is being reset by us, or has just been and is asked for its key. */
bool modem_resets(const struct modem *modem);
/* The next time modem_tick is wanted, or MODEM_NEVER. */
uint64_t modem_deadline(const struct modem *modem);

/* "qualcomm", "lumissil", "standard", "auto". Never NULL. */
const char *modem_family_text(enum modem_family family);

#endif
