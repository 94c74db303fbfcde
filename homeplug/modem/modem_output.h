/* SPDX-License-Identifier: Apache-2.0 */
/* What the modem's state machine says to the outside: messages to send, and what has become of the modem. */
#ifndef HOMEPLUG_MODEM_MODEM_OUTPUT_H
#define HOMEPLUG_MODEM_MODEM_OUTPUT_H

#include "homeplug/mme/mme.h"
#include "homeplug/mme/modem_mme.h"

#define MODEM_OUTPUTS 12

/* Why the modem has not taken its key. */
enum modem_trouble {
	MODEM_TROUBLE_NONE,
	MODEM_TROUBLE_SILENT,     /* no answer in waited_ms (error MME_ERR_SOURCE_MAC: `from` answers, not `ours`) */
	MODEM_TROUBLE_UNANSWERED, /* it answers the identification, but does not confirm its key */
	MODEM_TROUBLE_REFUSED,    /* the key is not active, or nobody tells that it is: `result` of CM_SET_KEY.CNF */
	MODEM_TROUBLE_RESTARTS,   /* it has restarted by itself again before the key was set */
	MODEM_TROUBLE_BOOT_LOADER /* instead of these three: it says that it is in its boot loader, without a firmware */
};

enum modem_output_kind {
	MODEM_SEND,          /* send `frame` */
	MODEM_SEND_MESSAGE,  /* send `message` */
	MODEM_IDENTIFIED,    /* it identified itself, and mac, family or version are not what was said last */
	MODEM_UNIDENTIFIED,  /* it took a key, but does not say what it is: used as `family`; once until identified */
	MODEM_KEY_SET,       /* the modem took the key that was given last, `waited_ms` after it was sent first */
	MODEM_KEY_SLOW,      /* it has not confirmed the key in `waited_ms`; it is given again. Once for each key */
	MODEM_RESTARTED,     /* the modem has restarted by itself; its key is being set again */
	MODEM_NOT_RESTARTED, /* it was said that it has, in its name, and it still has its key: nothing is done */
	MODEM_NOT_ECHOED,    /* it has answered CM_SET_KEY.REQ without our nonce: the key is verified */
	MODEM_UNVERIFIED,    /* ... and it does not tell its key: it counts as taken */
	MODEM_ASK_NETWORK,   /* send VS_NW_INFO.REQ; modem_network takes the answer */
	MODEM_KEY_LOST,      /* modem_check_key found another key; it is being set again */
	MODEM_KEY_UNNAMED,   /* ... or not whether it has one: it refuses, and names no network. Once for each modem */
	MODEM_TROUBLE,       /* `trouble` keeps the modem from taking its key; it goes on trying (modem_trouble.h) */
	MODEM_RESETTING,     /* it is asked to reset */
	MODEM_NOT_RESET,     /* refused (error: MME_ERR_RESULT), not confirmed, or not asked: it is not identified */
	MODEM_LINK_UP,       /* the link is established */
	MODEM_LINK_LOST,     /* it was up and is lost; watching has ended */
	MODEM_LINK_UNKNOWN,  /* this modem cannot tell (or was configured not to be asked); watching has ended */
	MODEM_IGNORED        /* a modem message of `from` was not taken; `error` (MME_ERR_SOURCE_MAC: not `ours`) */
};

struct modem_output {
	enum modem_output_kind kind;
	enum modem_trouble trouble; /* MODEM_TROUBLE */
	enum mme_error error;
	uint8_t from[MAC_LEN]; /* MODEM_IGNORED, MODEM_TROUBLE_SILENT */
	uint8_t ours[MAC_LEN]; /* likewise */
	uint32_t waited_ms;    /* MODEM_TROUBLE_SILENT, MODEM_KEY_SET, MODEM_KEY_SLOW */
	uint8_t result;        /* MODEM_TROUBLE_REFUSED */
	union {
		struct mme frame;
		struct modem_mme message;
	};
};

struct modem_outputs {
	size_t count;
	struct modem_output items[MODEM_OUTPUTS];
};

#endif
