/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services that end: each is told to stop and freed when it has stopped, so that no pilot is left behind in the middle of
 * a sequence. The event loop goes on meanwhile.
 */
#include "slacd/manager_internal.h"

#include "service/clock.h"

static void dispose(struct manager *manager, struct evse *evse)
{
	if (!evse_is_stopped(evse))
		log_line(LOG_LEVEL_WARN, "The station does not confirm the pilot of an outlet that ends. evse_id=%s",
			 evse_id(evse));
	manager->slot_is_used[evse_slot(evse)] = false;
	evse_log_counters(evse);
	evse_statistics(evse, &manager->ended);
	evse_free(evse);
}

static const char *interface_at(const void *context, size_t place)
{
	const struct manager *manager = context;

	return evse_interface_of(manager->settings, evse_parameters(manager->endings[place].evse));
}

static void dispose_at(struct manager *manager, size_t place)
{
	struct evse *evse = manager->endings[place].evse;

	text_index_remove(&manager->ending_by_interface, place, interface_at, manager);
	outlet_places_forget(&manager->ending_places, place);
	dispose(manager, evse);
}

static void add_ending(struct manager *manager, struct evse *evse)
{
	size_t place;

	if (manager->ending_places.count == API_EVSES_MAX)
		dispose_at(manager, outlet_places_oldest(&manager->ending_places));
	/* It is the only one of its name and interface: a next one has to wait for its end. */
	place = outlet_places_renew(&manager->ending_places, evse_id(evse));
	manager->endings[place] = (struct ending){.evse = evse, .until_us = clock_now_us() + ENDING_MAX_US};
	text_index_add(&manager->ending_by_interface, place, interface_at, manager);
}

void manager_end_outlet(struct manager *manager, struct evse *evse)
{
	struct api_cp_status status;

	if (evse_last_status(evse, &status))
		manager_park_status(manager, &status);
	evse_stop(evse);
	if (evse_is_stopped(evse)) {
		dispose(manager, evse);
		return;
	}
	add_ending(manager, evse);
	manager_arm(manager);
}

void manager_reap(struct manager *manager, uint64_t now_us)
{
	const struct outlet_places *places = &manager->ending_places;
	const size_t count = places->count;
	size_t next;

	manager->reap_wanted = false;
	for (size_t i = outlet_places_oldest(places); i != OUTLET_NO_PLACE; i = next) {
		const struct ending *ending = &manager->endings[i];
		next = outlet_places_newer(places, i);
		if (evse_is_stopped(ending->evse) || ending->until_us <= now_us)
			dispose_at(manager, i);
	}
	if (manager->stopping && places->count == 0)
		event_base_loopbreak(manager->base);
	if (manager->stopping || places->count == count)
		return;
	manager_start_missing(manager);
	manager_availability_changed(manager);
}

void manager_reap_all(struct manager *manager)
{
	while (manager->ending_places.count > 0)
		dispose_at(manager, outlet_places_oldest(&manager->ending_places));
}

uint64_t manager_reap_deadline(const struct manager *manager)
{
	const size_t oldest = outlet_places_oldest(&manager->ending_places);

	if (manager->reap_wanted)
		return 0;
	return oldest != OUTLET_NO_PLACE ? manager->endings[oldest].until_us : REQUEST_NEVER;
}

/* From inside the service: it is freed later, from the manager's timer. */
void manager_outlet_stopped(void *context)
{
	struct manager *manager = context;

	manager->reap_wanted = true;
	manager_arm(manager);
}

struct evse *manager_find_ending(const struct manager *manager, const char *id)
{
	const size_t place = outlet_places_find(&manager->ending_places, id);

	return place != OUTLET_NO_PLACE ? manager->endings[place].evse : NULL;
}

bool manager_must_wait(const struct manager *manager, const struct api_evse_parameters *parameters)
{
	const char *interface = evse_interface_of(manager->settings, parameters);

	return manager_find_ending(manager, parameters->evse_id) != NULL ||
	       text_index_find(&manager->ending_by_interface, interface, interface_at, manager) != TEXT_INDEX_NONE;
}
