/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The amplitude-map exchange of one matched EV, either side starting (ISO 15118-3 A.9.5; slac-timers document,
 * section 1; homeplug-mme document, section 4.1), as a pure state machine.
 *
 * The EV's CM_AMP_MAP.REQ is answered from CM_SLAC_MATCH.CNF, since the EV may see the link earlier than we do, until
 * TT_amp_map_exchange after the link is up; a repeated one for two further TT_match_response. Where the modem cannot
 * tell the link, until TT_match_join and TT_amp_map_exchange are over. A REQ of no carriers is not answered.
 * Where configured, our own REQ goes out as soon as the link is up and is repeated every TT_match_response,
 * C_EV_match_retry times, until a CNF says success ([V2G3-A09-114]); what comes of it does not touch the match.
 */
#ifndef HOMEPLUG_SLAC_AMP_MAP_EXCHANGE_H
#define HOMEPLUG_SLAC_AMP_MAP_EXCHANGE_H

#include "homeplug/mme/amp_map.h"
#include "homeplug/slac/slac_reason.h"

#define AMP_MAP_NEVER   UINT64_MAX
#define AMP_MAP_OUTPUTS 2

/* Times in milliseconds. */
struct amp_map_config {
	uint8_t evse_mac[MAC_LEN];
	bool initiate;                   /* send our own REQ */
	uint16_t carriers;               /* of our REQ: 1 ... AMP_MAP_CARRIERS_MAX */
	uint32_t tt_amp_map_exchange_ms; /* 200 */
	uint32_t tt_match_response_ms;   /* 200 */
	uint32_t tt_match_join_ms;       /* 12 000 */
	uint32_t c_ev_match_retry;       /* 2 */
};

struct amp_map_exchange {
	struct amp_map_config config;
	uint8_t ev_mac[MAC_LEN];
	uint64_t window_us;   /* REQs are answered until then; AMP_MAP_NEVER: link not up yet; 0: no exchange */
	uint64_t deadline_us; /* of our own REQ */
	uint32_t repeats;
};

enum amp_map_output_kind {
	AMP_MAP_SEND,          /* send `message`; a REQ with the configured amplitude */
	AMP_MAP_CONFIRMED,     /* our REQ was confirmed */
	AMP_MAP_NOT_CONFIRMED, /* it was not, the repeats are used up */
	AMP_MAP_IGNORED        /* a message was not taken: reason, error */
};

struct amp_map_output {
	enum amp_map_output_kind kind;
	enum slac_reason reason;
	enum mme_error error;
	struct amp_map_mme message;
};

struct amp_map_outputs {
	size_t count;
	struct amp_map_output items[AMP_MAP_OUTPUTS];
};

/* The standard's times, 917 carriers, no REQ of our own; evse_mac is zero. */
void amp_map_defaults(struct amp_map_config *config);
void amp_map_init(struct amp_map_exchange *exchange, const struct amp_map_config *config);

/* CM_SLAC_MATCH.CNF was sent to this EV: its REQ may come. */
void amp_map_begin(struct amp_map_exchange *exchange, const uint8_t ev_mac[MAC_LEN]);
/* The link to it is up; `told` false: the modem cannot tell, it may still come. Does nothing before amp_map_begin. */
void amp_map_link_up(struct amp_map_exchange *exchange, bool told, uint64_t now_us, struct amp_map_outputs *out);
/* No match any more. */
void amp_map_end(struct amp_map_exchange *exchange);
/* Either message from the power line. */
void amp_map_frame(struct amp_map_exchange *exchange, const struct amp_map_mme *message, uint64_t now_us,
		   struct amp_map_outputs *out);
void amp_map_tick(struct amp_map_exchange *exchange, uint64_t now_us, struct amp_map_outputs *out);
/* The next time amp_map_tick is wanted, or AMP_MAP_NEVER. */
uint64_t amp_map_deadline(const struct amp_map_exchange *exchange);

#endif
