/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Only one car of a station validates at a time: when two cars toggle S2 together, a pilot does not show whose
 * toggles they are. Each outlet keeps one struct slac_validation. It holds the car that was told Ready last, and the
 * car that was told NotReady and comes next. Among the waiting cars of a station the one that has waited longest
 * comes first, so that no car can keep the others from their validation. The turn of a car ends after
 * TT_EVSE_vald_toggle, even if it toggles longer. Internal to the matching core, except for the two questions at the
 * end, which neighbouring outlets ask.
 */
#ifndef HOMEPLUG_SLAC_SLAC_VALIDATION_H
#define HOMEPLUG_SLAC_SLAC_VALIDATION_H

#include "homeplug/mme/address.h"

#include <stdbool.h>
#include <stdint.h>

/* A car that was told NotReady asks again after 0.5 s (doc/protocol.md). The time allows for one lost request. */
#define SLAC_VALIDATION_PATIENCE_MS 1200
#define SLAC_VALIDATION_NOT_WAITING UINT64_MAX

/* Times are monotonic microseconds. All zero: no car toggles and no car waits. */
struct slac_validation {
	uint8_t ev_mac[MAC_LEN];      /* may toggle */
	uint64_t until_us;            /* end of its turn; the end of its run does not shorten it */
	uint8_t waiting_mac[MAC_LEN]; /* comes next */
	uint64_t waiting_since_us;
	uint64_t waiting_until_us; /* it loses its place when it has not asked again by then */
};

/* The EV is told Ready, or begins to toggle: it is its turn for `ms` from now, and it waits no more. */
void slac_validation_reserve(struct slac_validation *validation, const uint8_t ev_mac[MAC_LEN], uint64_t now_us,
			     uint32_t ms);
/* The EV begins a new run and toggles no more: ends its turn. Does nothing when it is the turn of another EV. */
void slac_validation_release(struct slac_validation *validation, const uint8_t ev_mac[MAC_LEN]);
/* The EV is told NotReady: it comes next, unless another EV waits here already. */
void slac_validation_put_off(struct slac_validation *validation, const uint8_t ev_mac[MAC_LEN], uint64_t now_us);

/* Since when the EV has been waiting here, or SLAC_VALIDATION_NOT_WAITING. */
uint64_t slac_validation_waits_since(const struct slac_validation *validation, const uint8_t ev_mac[MAC_LEN],
				     uint64_t now_us);
/*
 * Whether an EV that has waited since `since_us` must wait on: it is the turn of another EV here, or one waits
 * longer.
 */
bool slac_validation_blocks(const struct slac_validation *validation, const uint8_t ev_mac[MAC_LEN], uint64_t since_us,
			    uint64_t now_us);

#endif
