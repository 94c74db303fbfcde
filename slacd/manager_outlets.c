/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/manager_internal.h"

#include "service/clock.h"
#include "slacd/descriptors.h"

#include <string.h>

/* A full table forgets the `what` of this outlet, which cs_parameters does not have. */
static void say_forgotten(struct manager *manager, const char *what, const char *evse_id)
{
	if (log_limit_pass(&manager->forgotten, clock_now_us()))
		log_line(
			LOG_LEVEL_WARN,
			"The station tells of more than %d outlets: the %s of one that is not in cs_parameters are forgotten. evse_id=%s count=%llu",
			API_EVSES_MAX, what, evse_id, (unsigned long long)manager->forgotten.count);
}

static size_t find_foreign(const struct manager *manager, const struct outlet_places *places)
{
	size_t place = outlet_places_oldest(places);

	while (place != OUTLET_NO_PLACE && manager_has_parameters(manager, places->places[place].evse_id))
		place = outlet_places_newer(places, place);
	return place;
}

size_t manager_renew_place(struct manager *manager, struct outlet_places *places, const char *what, const char *evse_id)
{
	size_t place = outlet_places_renew(places, evse_id);

	if (place != OUTLET_NO_PLACE)
		return place;
	place = find_foreign(manager, places);
	say_forgotten(manager, what, place != OUTLET_NO_PLACE ? places->places[place].evse_id : evse_id);
	if (place == OUTLET_NO_PLACE)
		return OUTLET_NO_PLACE; /* each is of an outlet of cs_parameters, and this one is none */
	outlet_places_forget(places, place);
	return outlet_places_renew(places, evse_id);
}

void manager_park_status(struct manager *manager, const struct api_cp_status *status)
{
	size_t place = manager_renew_place(manager, &manager->parked_places, "pilot states", status->evse_id);

	if (place != OUTLET_NO_PLACE)
		manager->parked[place] = *status;
}

/* False when none is known. */
static bool take_parked(struct manager *manager, const char *evse_id, struct api_cp_status *status)
{
	const size_t place = outlet_places_find(&manager->parked_places, evse_id);

	if (place == OUTLET_NO_PLACE)
		return false;
	*status = manager->parked[place];
	outlet_places_forget(&manager->parked_places, place);
	return true;
}

bool manager_has_parameters(const struct manager *manager, const char *evse_id)
{
	return api_parameters_find(&manager->parameters, evse_id) != NULL;
}

/*
 * Whether a running outlet that has no right entry in the message goes on: its own entry is wrong, or one that does not
 * even say whose it is.
 */
static bool is_kept(const struct manager *manager, const struct api_message *message, const char *evse_id)
{
	return manager_find(manager, evse_id) != NULL && !manager_has_parameters(manager, evse_id) &&
	       (api_message_is_bad(message, evse_id) || api_message_is_bad(message, ""));
}

static const char *interface_at(const void *context, size_t place)
{
	const struct manager *manager = context;

	return evse_interface_of(manager->settings, &manager->parameters.evses[place]);
}

static size_t first_user(const struct manager *manager, const char *interface)
{
	return text_index_find(&manager->parameters_by_interface, interface, interface_at, manager);
}

void manager_index_interfaces(struct manager *manager)
{
	memset(&manager->parameters_by_interface, 0, sizeof(manager->parameters_by_interface));
	for (size_t i = 0; i < manager->parameters.count; i++)
		if (first_user(manager, interface_at(manager, i)) == TEXT_INDEX_NONE)
			text_index_add(&manager->parameters_by_interface, i, interface_at, manager);
}

void manager_set_parameters(struct manager *manager, const struct api_message *message)
{
	const struct api_parameters *told = &message->data.parameters;
	struct api_parameters before;

	api_parameters_copy(&before, &manager->parameters);
	memset(&manager->parameters, 0, offsetof(struct api_parameters, evses));
	for (size_t i = 0; i < told->count; i++)
		if (!api_message_is_bad(message, told->evses[i].evse_id))
			api_parameters_add(&manager->parameters, &told->evses[i]);
	for (size_t i = 0; i < before.count; i++) {
		if (!is_kept(manager, message, before.evses[i].evse_id))
			continue;
		api_parameters_add(&manager->parameters, &before.evses[i]);
		log_line(LOG_LEVEL_WARN, "Outlet keeps its old parameters, cs_parameters has a wrong entry. evse_id=%s",
			 before.evses[i].evse_id);
	}
	manager_index_interfaces(manager);
	for (size_t i = 0; i < message->bad_count; i++)
		if (message->bad[i].evse_id[0] != '\0' && !manager_has_parameters(manager, message->bad[i].evse_id))
			log_line(LOG_LEVEL_WARN,
				 "Outlet is not started, its entry in cs_parameters is wrong. evse_id=%s",
				 message->bad[i].evse_id);
}

/* The earlier entry that uses the same interface, or NULL. Two outlets on one modem would take each other's cars. */
static const struct api_evse_parameters *interface_user(const struct manager *manager, size_t index)
{
	const size_t first = first_user(manager, interface_at(manager, index));

	return first < index ? &manager->parameters.evses[first] : NULL;
}

static void check_interfaces(const struct manager *manager)
{
	for (size_t i = 0; i < manager->parameters.count; i++) {
		const struct api_evse_parameters *entry = &manager->parameters.evses[i];
		const struct api_evse_parameters *other = interface_user(manager, i);
		if (other == NULL)
			continue;
		log_line(
			LOG_LEVEL_ERROR,
			"Two outlets use the same interface, the second one is not started. interface=%s first=%s (parameters[%zu]) second=%s (parameters[%zu])",
			evse_interface_of(manager->settings, entry), other->evse_id,
			(size_t)(other - manager->parameters.evses), entry->evse_id, i);
	}
}

static bool same_outlet(const struct settings *settings, const struct api_evse_parameters *a,
			const struct api_evse_parameters *b)
{
	return strcmp(a->evse_id, b->evse_id) == 0 && a->has_ac == b->has_ac &&
	       a->ac_single_phase == b->ac_single_phase && a->has_dc == b->has_dc &&
	       strcmp(evse_interface_of(settings, a), evse_interface_of(settings, b)) == 0;
}

/* Whether the running service `evse` is wanted as it is; *replaced: its outlet is wanted, but otherwise. */
static bool still_wanted(const struct manager *manager, const struct evse *evse, bool *replaced)
{
	const struct api_evse_parameters *entry = api_parameters_find(&manager->parameters, evse_id(evse));

	*replaced = entry != NULL;
	return entry != NULL && interface_user(manager, (size_t)(entry - manager->parameters.evses)) == NULL &&
	       same_outlet(manager->settings, entry, evse_parameters(evse));
}

/* A vehicle that is plugged in stays so for the service that takes its outlet over. */
static void stop_unwanted(struct manager *manager)
{
	struct evse *unwanted[API_EVSES_MAX];
	bool replaced[API_EVSES_MAX];
	const size_t before = manager->evse_count;
	size_t count = 0;

	manager_clear_evses(manager);
	for (size_t i = 0; i < before; i++) {
		struct evse *evse = manager->evses[i];
		unwanted[count] = evse;
		if (still_wanted(manager, evse, &replaced[count]))
			manager_add_evse(manager, evse);
		else
			count++;
	}
	for (size_t i = 0; i < count; i++) {
		log_line(LOG_LEVEL_INFO, "EVSE service ends. evse_id=%s reason=%s", evse_id(unwanted[i]),
			 replaced[i] ? "changed parameters" : "no longer in cs_parameters");
		manager_end_outlet(manager, unwanted[i]);
	}
}

/*
 * A slot for the pilot requests of one more outlet. In turns: what the last one in a slot has asked for may still wait
 * there to be sent, and is lost with the next request. There is a free one: there are as many as outlets that run and end.
 */
static size_t next_slot(struct manager *manager)
{
	do
		manager->last_slot = (manager->last_slot + 1) % OUTBOX_PILOT_SLOTS;
	while (manager->slot_is_used[manager->last_slot]);
	return manager->last_slot;
}

static void say_settings_without_effect(const struct manager *manager, const struct api_evse_parameters *parameters)
{
	struct settings_idle idle[SETTINGS_MAX];
	const size_t count = settings_without_effect(manager->settings, parameters->evse_id, parameters->has_ac, idle);

	for (size_t i = 0; i < count; i++)
		log_line(LOG_LEVEL_WARN, "Setting without effect on this outlet: %s. evse_id=%s setting=%s",
			 idle[i].why, parameters->evse_id, idle[i].path);
}

static void start(struct manager *manager, const struct api_evse_parameters *parameters)
{
	const struct api_evse_limits *limits = manager_limits_of(manager, parameters->evse_id);
	struct api_cp_status status;
	bool is_known = take_parked(manager, parameters->evse_id, &status);
	const size_t slot = next_slot(manager);

	telemetry_publisher_add(manager->shared.telemetry, parameters->evse_id);
	struct evse *evse = evse_new(&manager->shared, slot, parameters, limits, is_known ? &status : NULL);

	if (evse == NULL) {
		log_line(LOG_LEVEL_ERROR, "No memory for an EVSE service. evse_id=%s", parameters->evse_id);
		return;
	}
	if (limits == NULL && parameters->has_ac && manager->everest == NULL)
		log_line(LOG_LEVEL_WARN,
			 "The station told no limits: basic charging will offer nothing (X1). evse_id=%s",
			 parameters->evse_id);
	say_settings_without_effect(manager, parameters);
	manager->slot_is_used[slot] = true;
	manager_add_evse(manager, evse);
}

static void check_settings(const struct manager *manager)
{
	const struct settings *settings = manager->settings;

	for (size_t i = 0; i < settings->outlet_count; i++)
		if (!manager_has_parameters(manager, settings->outlets[i].evse_id))
			log_line(
				LOG_LEVEL_ERROR,
				"Settings for an outlet that is not in cs_parameters have no effect. evse_id=%s (configuration outlets.%s) cs_parameters=%zu outlets, first %s",
				settings->outlets[i].evse_id, settings->outlets[i].evse_id, manager->parameters.count,
				manager->parameters.count > 0 ? manager->parameters.evses[0].evse_id : "none");
}

void manager_start_missing(struct manager *manager)
{
	manager_read_ports(manager);
	for (size_t i = 0; i < manager->parameters.count; i++) {
		const struct api_evse_parameters *entry = &manager->parameters.evses[i];
		if (manager_find(manager, entry->evse_id) == NULL && interface_user(manager, i) == NULL &&
		    !manager_must_wait(manager, entry))
			start(manager, entry);
	}
	log_line(LOG_LEVEL_INFO, "EVSE services run. count=%zu", manager->evse_count);
}

static void check_descriptors(const struct manager *manager)
{
	char error[DESCRIPTORS_ERROR_SIZE];

	if (!descriptors_allow(manager->parameters.count, error))
		log_line(LOG_LEVEL_ERROR, "Too few file descriptors for %zu outlets. %s", manager->parameters.count,
			 error);
}

static bool stays(const void *context, const char *evse_id)
{
	return manager_has_parameters(context, evse_id);
}

void manager_update_outlets(struct manager *manager)
{
	check_descriptors(manager);
	stop_unwanted(manager);
	telemetry_publisher_keep(manager->shared.telemetry, stays, manager);
	check_settings(manager);
	check_interfaces(manager);
	manager_start_missing(manager);
}
