/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services that end: each is told to stop and freed when it has stopped, so that no pilot is left behind in the middle of
 * a sequence. The event loop goes on meanwhile.
 */
#include "slacd/manager_internal.h"

#include "service/clock.h"

#include <string.h>

static void dispose(struct manager *manager, struct evse *evse)
{
	if (!evse_is_stopped(evse))
		log_line(LOG_LEVEL_WARN, "The station does not confirm the pilot of an outlet that ends. evse_id=%s",
			 evse_id(evse));
	evse_log_counters(evse);
	evse_statistics(evse, &manager->ended);
	evse_free(evse);
}

static void dispose_first(struct manager *manager)
{
	struct evse *evse = manager->endings[0].evse;

	manager->ending_count--;
	memmove(&manager->endings[0], &manager->endings[1], manager->ending_count * sizeof(manager->endings[0]));
	dispose(manager, evse);
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
	if (manager->ending_count == API_EVSES_MAX)
		dispose_first(manager);
	manager->endings[manager->ending_count++] =
		(struct ending){.evse = evse, .until_us = clock_now_us() + ENDING_MAX_US};
	manager_arm(manager);
}

void manager_reap(struct manager *manager, uint64_t now_us)
{
	const size_t count = manager->ending_count;
	size_t kept = 0;

	manager->reap_wanted = false;
	for (size_t i = 0; i < count; i++) {
		struct ending *ending = &manager->endings[i];
		if (evse_is_stopped(ending->evse) || ending->until_us <= now_us)
			dispose(manager, ending->evse);
		else
			manager->endings[kept++] = *ending;
	}
	manager->ending_count = kept;
	if (manager->stopping && kept == 0)
		event_base_loopbreak(manager->base);
	if (manager->stopping || kept == count)
		return;
	manager_start_missing(manager);
	manager_availability_changed(manager);
}

void manager_reap_all(struct manager *manager)
{
	while (manager->ending_count > 0)
		dispose_first(manager);
}

uint64_t manager_reap_deadline(const struct manager *manager)
{
	if (manager->reap_wanted)
		return 0;
	/* The oldest one is the first to be given up. */
	return manager->ending_count > 0 ? manager->endings[0].until_us : REQUEST_NEVER;
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
	for (size_t i = 0; i < manager->ending_count; i++)
		if (strcmp(evse_id(manager->endings[i].evse), id) == 0)
			return manager->endings[i].evse;
	return NULL;
}

bool manager_must_wait(const struct manager *manager, const struct api_evse_parameters *parameters)
{
	const char *interface = evse_interface_of(manager->settings, parameters);

	for (size_t i = 0; i < manager->ending_count; i++) {
		const struct api_evse_parameters *other = evse_parameters(manager->endings[i].evse);
		if (strcmp(other->evse_id, parameters->evse_id) == 0 ||
		    strcmp(evse_interface_of(manager->settings, other), interface) == 0)
			return true;
	}
	return false;
}
