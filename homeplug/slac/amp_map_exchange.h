/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The amplitude-map exchange with one matched EV, as a pure state machine (ISO 15118-3 A.9.5; doc/protocol.md).
 * Either side may start it.
 *
 * A CM_AMP_MAP.REQ of the EV is answered from CM_SLAC_MATCH.CNF on, because the EV may see the link earlier than
 * slacd, until the match ends. A REQ without carriers is not answered.
 *
 * With `initiate`, slacd sends a REQ of its own as soon as the link is up. It repeats it every TT_match_response,
 * C_EV_match_retry times, until a CNF says success ([V2G3-A09-114]). The outcome does not change the match.
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
	bool initiate;                 /* send our own REQ */
	uint16_t carriers;             /* of our REQ: 1 ... AMP_MAP_CARRIERS_MAX */
	uint8_t amplitude;             /* of each of its carriers: 0 ... 15, 0 */
	uint32_t tt_match_response_ms; /* 200 */
	uint32_t c_ev_match_retry;     /* 2 */
};

struct amp_map_exchange {
	struct amp_map_config config;
	uint8_t ev_mac[MAC_LEN];
	bool matched;         /* with ev_mac: its REQs are answered */
	uint64_t deadline_us; /* of our own REQ */
	uint32_t repeats;
};

enum amp_map_output_kind {
	AMP_MAP_SEND,          /* send `message`; the amplitude of a REQ is the sender's setting */
	AMP_MAP_CONFIRMED,     /* our REQ was confirmed */
	AMP_MAP_NOT_CONFIRMED, /* our REQ was not confirmed, and the repeats are used up */
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

/* The standard's times, 917 carriers of amplitude code 0, no REQ of our own; evse_mac is zero. */
void amp_map_defaults(struct amp_map_config *config);
/* Starts without an EV. The config is copied. */
void amp_map_init(struct amp_map_exchange *exchange, const struct amp_map_config *config);

/* CM_SLAC_MATCH.CNF was sent to this EV: its REQ may come. */
void amp_map_begin(struct amp_map_exchange *exchange, const uint8_t ev_mac[MAC_LEN]);
/*
 * The modem has told that the link to the EV is up: sends a REQ of our own with `initiate`. Does nothing before
 * amp_map_begin.
 */
void amp_map_link_up(struct amp_map_exchange *exchange, uint64_t now_us, struct amp_map_outputs *out);
/* The match has ended: no REQ is answered or repeated any more. */
void amp_map_end(struct amp_map_exchange *exchange);
/* Takes a REQ or a CNF that was received. The outputs are emptied first. */
void amp_map_frame(struct amp_map_exchange *exchange, const struct amp_map_mme *message, uint64_t now_us,
		   struct amp_map_outputs *out);
/* Repeats our own REQ when it is due. The outputs are emptied first. */
void amp_map_tick(struct amp_map_exchange *exchange, uint64_t now_us, struct amp_map_outputs *out);
/* The next time amp_map_tick is wanted, or AMP_MAP_NEVER. */
uint64_t amp_map_deadline(const struct amp_map_exchange *exchange);

#endif
