/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The EVs that were refused because every slot of the outlet was taken. A car repeats its request after
 * TT_match_response = 200 ms. Who asks again at about that pace is worth another run's slot, once: that was its turn, and
 * it has no other one as long as it goes on asking. An address that was made up for one frame does not ask again, and a
 * flood of few addresses asks again too early. So whatever the rate of a flood, it displaces no more runs than it has
 * addresses, and hardly any where it is fast.
 *
 * Bounded: SLAC_REFUSED_SETS sets of SLAC_REFUSED_WAYS marks, 80 KiB, which are not touched before an EV is refused.
 * A set that is full forgets the EV that has asked least recently. 50,000 EVs in a second are remembered for a car's
 * 200 ms. An EV's mark has 18 bits of a hash of its MAC: of 6,000 other EVs one is taken for an EV that asks again.
 * Internal to the matching core.
 */
#ifndef HOMEPLUG_SLAC_SLAC_REFUSED_H
#define HOMEPLUG_SLAC_SLAC_REFUSED_H

#include "homeplug/mme/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SLAC_REFUSED_SETS 512
#define SLAC_REFUSED_WAYS 40
/* The pace of a car that asks again: two requests that come sooner after each other count as one. */
#define SLAC_REFUSED_AGAIN_MIN_MS 50
#define SLAC_REFUSED_AGAIN_MAX_MS 600
/* An EV that was silent for so long has not gone on asking. */
#define SLAC_REFUSED_MS 2000

/* Without in_use nobody was refused, and nothing else is read. */
struct slac_refused {
	bool in_use;
	uint64_t last_us; /* somebody asked */
	/* Of the EV, when it asked last, and whether it has had its turn; 0: none. Who asked last is first. */
	uint32_t marks[SLAC_REFUSED_SETS][SLAC_REFUSED_WAYS];
};

/* Forgets everybody. */
void slac_refused_forget(struct slac_refused *refused);
/* The EV asks and finds no slot. Whether it asks again, at the pace of a car, and has had no turn. */
bool slac_refused_asks_again(struct slac_refused *refused, const uint8_t ev_mac[MAC_LEN], uint64_t now_us);
/* The EV, which asked again just now, has got a slot: that was its turn. */
void slac_refused_take_turn(struct slac_refused *refused, const uint8_t ev_mac[MAC_LEN]);

#endif
