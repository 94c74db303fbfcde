/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/outlet_places.h"

#include <stdio.h>

static const char *id_of(const void *list, size_t place)
{
	return ((const struct outlet_place *)list)[place].evse_id;
}

size_t outlet_places_find(const struct outlet_places *places, const char *evse_id)
{
	return text_index_find(&places->by_id, evse_id, id_of, places->places);
}

static size_t take_free(struct outlet_places *places)
{
	if (places->free == 0)
		return places->touched < API_EVSES_MAX ? places->touched++ : OUTLET_NO_PLACE;
	const size_t place = places->free - 1u;
	places->free = places->places[place].older;
	return place;
}

static void unlink_place(struct outlet_places *places, size_t place)
{
	const struct outlet_place *self = &places->places[place];

	if (self->older != 0)
		places->places[self->older - 1].newer = self->newer;
	else
		places->oldest = self->newer;
	if (self->newer != 0)
		places->places[self->newer - 1].older = self->older;
	else
		places->newest = self->older;
}

static void append(struct outlet_places *places, size_t place)
{
	struct outlet_place *self = &places->places[place];
	const uint16_t link = (uint16_t)(place + 1);

	self->older = places->newest;
	self->newer = 0;
	if (places->newest != 0)
		places->places[places->newest - 1].newer = link;
	else
		places->oldest = link;
	places->newest = link;
}

size_t outlet_places_renew(struct outlet_places *places, const char *evse_id)
{
	size_t place = outlet_places_find(places, evse_id);

	if (place != OUTLET_NO_PLACE) {
		unlink_place(places, place);
		append(places, place);
		return place;
	}
	place = take_free(places);
	if (place == OUTLET_NO_PLACE)
		return OUTLET_NO_PLACE;
	snprintf(places->places[place].evse_id, API_EVSE_ID_MAX, "%s", evse_id);
	text_index_add(&places->by_id, place, id_of, places->places);
	append(places, place);
	places->count++;
	return place;
}

void outlet_places_forget(struct outlet_places *places, size_t place)
{
	text_index_remove(&places->by_id, place, id_of, places->places);
	unlink_place(places, place);
	places->places[place].older = places->free;
	places->free = (uint16_t)(place + 1);
	places->count--;
}

static size_t place_of(uint16_t link)
{
	return link != 0 ? link - 1u : OUTLET_NO_PLACE;
}

size_t outlet_places_oldest(const struct outlet_places *places)
{
	return place_of(places->oldest);
}

size_t outlet_places_newer(const struct outlet_places *places, size_t place)
{
	return place_of(places->places[place].newer);
}
