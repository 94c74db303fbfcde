/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Validation takes turns: one car of a station toggles S2 at a time, since nobody could tell whose toggles a pilot
 * shows. Each outlet keeps one of these: the car that was told Ready last, and the car that was put off and comes next.
 * Of all cars that wait at the station's outlets the one that has waited longest comes first, so that no car can keep
 * the others from it. A car that toggles longer than TT_EVSE_vald_toggle, which it must not, is not waited for.
 * Internal to the matching core but for the two questions at the end, which an outlet's neighbours ask.
 */
#ifndef HOMEPLUG_SLAC_SLAC_VALIDATION_H
#define HOMEPLUG_SLAC_SLAC_VALIDATION_H

#include "homeplug/mme/address.h"

#include <stdbool.h>
#include <stdint.h>

/* A car that was put off asks again after 0.5 s (homeplug-mme document, 2.8), and one request may be lost. */
#define SLAC_VALIDATION_PATIENCE_MS 1200
#define SLAC_VALIDATION_NOT_WAITING UINT64_MAX

/* Times are monotonic microseconds; all zero: nobody. */
struct slac_validation {
	uint8_t ev_mac[MAC_LEN];      /* may toggle */
	uint64_t until_us;            /* until then, also when its run has ended meanwhile */
	uint8_t waiting_mac[MAC_LEN]; /* comes next */
	uint64_t waiting_since_us;
	uint64_t waiting_until_us; /* unless it has not asked again by then */
};

/* The EV is told Ready, or goes on: it may toggle for `ms` from now. Its waiting is over. */
void slac_validation_reserve(struct slac_validation *validation, const uint8_t ev_mac[MAC_LEN], uint64_t now_us,
			     uint32_t ms);
/* The EV begins anew and toggles no more. Nothing, when it is another one's turn. */
void slac_validation_release(struct slac_validation *validation, const uint8_t ev_mac[MAC_LEN]);
/* The EV is told NotReady: it comes next, unless another one is waiting already. */
void slac_validation_put_off(struct slac_validation *validation, const uint8_t ev_mac[MAC_LEN], uint64_t now_us);

/* Since when the EV has been waiting here, or SLAC_VALIDATION_NOT_WAITING. */
uint64_t slac_validation_waits_since(const struct slac_validation *validation, const uint8_t ev_mac[MAC_LEN],
				     uint64_t now_us);
/* Whether an EV that waits since `since_us` must wait on: another one may toggle here, or waits here longer. */
bool slac_validation_blocks(const struct slac_validation *validation, const uint8_t ev_mac[MAC_LEN], uint64_t since_us,
			    uint64_t now_us);

#endif
