/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/slac/slac_refused.h"

#include <string.h>

/*
 * A mark: 18 bits of the EV, never all zero; 13 bits of the time in units of 8 ms, which begin anew after 65 s; whether
 * the EV has had its turn.
 */
#define EV_SHIFT   14
#define EV_BITS    0x3ffffu
#define TIME_SHIFT 1
#define TIME_BITS  0x1fffu
#define HAD_TURN   1u
#define UNIT_MS    8u
/* When nobody was refused for so long, nothing that is remembered matters any more. */
#define FORGET_US UINT64_C(60000000)

struct place {
	uint32_t *set;
	uint32_t ev;
};

static struct place place_of(struct slac_refused *refused, const uint8_t ev_mac[MAC_LEN])
{
	uint64_t hash = 0;

	for (size_t i = 0; i < MAC_LEN; i++)
		hash = hash << 8 | ev_mac[i];
	hash = (hash ^ hash >> 23) * UINT64_C(0x9e3779b97f4a7c15);
	hash = (hash ^ hash >> 32) * UINT64_C(0xd6e8feb86659fd93);
	const uint32_t ev = (uint32_t)(hash >> 24) & EV_BITS;
	return (struct place){.set = refused->marks[(hash >> 48) % SLAC_REFUSED_SETS], .ev = ev == 0 ? 1 : ev};
}

/* The EV's mark, or 0, becomes the first of its set. In a full set the last one is lost. */
static uint32_t *bring_to_front(const struct place *place)
{
	size_t i = 0;

	while (i < SLAC_REFUSED_WAYS - 1 && place->set[i] != 0 && place->set[i] >> EV_SHIFT != place->ev)
		i++;
	const uint32_t mark = place->set[i] >> EV_SHIFT == place->ev ? place->set[i] : 0;
	memmove(&place->set[1], &place->set[0], i * sizeof(mark));
	place->set[0] = mark;
	return &place->set[0];
}

static uint32_t time_of(uint64_t now_us)
{
	return (uint32_t)(now_us / (UNIT_MS * 1000)) & TIME_BITS;
}

static uint32_t age_ms(uint32_t mark, uint64_t now_us)
{
	return ((time_of(now_us) - (mark >> TIME_SHIFT)) & TIME_BITS) * UNIT_MS;
}

void slac_refused_forget(struct slac_refused *refused)
{
	refused->in_use = false;
	refused->last_us = 0;
}

static void begin_or_go_on(struct slac_refused *refused, uint64_t now_us)
{
	if (!refused->in_use || now_us >= refused->last_us + FORGET_US)
		memset(refused->marks, 0, sizeof(refused->marks));
	refused->in_use = true;
	refused->last_us = now_us;
}

bool slac_refused_asks_again(struct slac_refused *refused, const uint8_t ev_mac[MAC_LEN], uint64_t now_us)
{
	const struct place place = place_of(refused, ev_mac);

	begin_or_go_on(refused, now_us);
	uint32_t *mark = bring_to_front(&place);
	const uint32_t age = age_ms(*mark, now_us);
	const bool known = *mark != 0 && age < SLAC_REFUSED_MS;
	const uint32_t turn = known ? *mark & HAD_TURN : 0;
	*mark = place.ev << EV_SHIFT | time_of(now_us) << TIME_SHIFT | turn;
	return known && turn == 0 && age >= SLAC_REFUSED_AGAIN_MIN_MS && age <= SLAC_REFUSED_AGAIN_MAX_MS;
}

void slac_refused_take_turn(struct slac_refused *refused, const uint8_t ev_mac[MAC_LEN])
{
	const struct place place = place_of(refused, ev_mac);

	if (place.set[0] >> EV_SHIFT == place.ev)
		place.set[0] |= HAD_TURN;
}
