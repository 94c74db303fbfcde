/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places in a table with what is known of outlets: found by evse_id in the same time however many there are, and walked
 * from the one that was told longest ago to the newest. The table itself, an array of API_EVSES_MAX, is the owner's.
 * Pure.
 */
#ifndef SLACD_OUTLET_PLACES_H
#define SLACD_OUTLET_PLACES_H

#include "mqtt/api/api.h"

#define OUTLET_NO_PLACE TEXT_INDEX_NONE

struct outlet_place {
	char evse_id[API_EVSE_ID_MAX];
	uint16_t older; /* the neighbour's place and 1; 0: none */
	uint16_t newer;
};

/* Zeroed it is empty. */
struct outlet_places {
	size_t count;    /* of places that are taken */
	size_t touched;  /* those behind have never been taken */
	uint16_t free;   /* the first one that was given back, as in struct outlet_place; `older` leads to the next */
	uint16_t oldest; /* likewise */
	uint16_t newest;
	struct text_index by_id;
	struct outlet_place places[API_EVSES_MAX];
};

/* The place of this outlet, or OUTLET_NO_PLACE. */
size_t outlet_places_find(const struct outlet_places *places, const char *evse_id);
/* The place of this outlet, a free one where it has none; it is the newest from now on. OUTLET_NO_PLACE: all are taken. */
size_t outlet_places_renew(struct outlet_places *places, const char *evse_id);
/* Gives a place that is taken back. */
void outlet_places_forget(struct outlet_places *places, size_t place);

/* From the oldest to the newest: the first, and the one after `place`; OUTLET_NO_PLACE: there is none. */
size_t outlet_places_oldest(const struct outlet_places *places);
size_t outlet_places_newer(const struct outlet_places *places, size_t place);

#endif
