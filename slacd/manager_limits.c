/* SPDX-License-Identifier: Apache-2.0 */
/* What the station allows each outlet: passed on, and remembered for services to come. */
#include "slacd/manager_internal.h"

#include <string.h>

const struct api_evse_limits *manager_limits_of(const struct manager *manager, const char *evse_id)
{
	const size_t place = outlet_places_find(&manager->limit_places, evse_id);

	return place != OUTLET_NO_PLACE ? &manager->limits[place] : NULL;
}

static void check(const struct manager *manager, const char *evse_id, size_t number)
{
	if (!manager_has_parameters(manager, evse_id))
		log_line(
			LOG_LEVEL_WARN,
			"Limits for an outlet that is not in cs_parameters have no effect. evse_id=%s (cs_status_and_limits evses[%zu]) cs_parameters=%zu outlets",
			evse_id, number, manager->parameters.count);
}

void manager_check_limits(const struct manager *manager, const struct api_limits *limits)
{
	for (size_t i = 0; i < limits->count; i++)
		check(manager, limits->evses[i].evse_id, i);
}

void manager_check_known_limits(const struct manager *manager)
{
	const struct outlet_places *places = &manager->limit_places;
	size_t number = 0;

	for (size_t i = outlet_places_oldest(places); i != OUTLET_NO_PLACE; i = outlet_places_newer(places, i))
		check(manager, manager->limits[i].evse_id, number++);
}

/* An update may be about one outlet only: what is known of the others stays. */
static void remember_limits(struct manager *manager, const struct api_evse_limits *limits)
{
	size_t place = manager_renew_place(manager, &manager->limit_places, "limits", limits->evse_id);

	if (place != OUTLET_NO_PLACE)
		manager->limits[place] = *limits;
}

void manager_remember_limits(struct manager *manager, const struct api_limits *limits)
{
	for (size_t i = 0; i < limits->count; i++)
		remember_limits(manager, &limits->evses[i]);
}

/*
 * The station has limited the outlet, and nobody knows to what: that is no permission. Its status_code is the one known
 * last.
 */
static void withdraw_limits(struct manager *manager, const char *evse_id)
{
	struct evse *evse = manager_find(manager, evse_id);
	const size_t place = outlet_places_find(&manager->limit_places, evse_id);

	if (place != OUTLET_NO_PLACE)
		memset(manager->limits[place].max_current_a, 0, sizeof(manager->limits[place].max_current_a));
	if (evse != NULL)
		evse_limits_unreadable(evse);
}

void manager_apply_limits(struct manager *manager, const struct api_message *message)
{
	const struct api_limits *limits = &message->data.limits;

	/* First what lowers a current. */
	for (size_t i = 0; i < message->bad_count; i++)
		withdraw_limits(manager, message->bad[i].evse_id);
	for (size_t i = 0; i < limits->count; i++) {
		struct evse *evse = manager_find(manager, limits->evses[i].evse_id);
		if (api_message_is_bad(message, limits->evses[i].evse_id))
			continue;
		remember_limits(manager, &limits->evses[i]);
		if (evse != NULL)
			evse_limits(evse, &limits->evses[i]);
	}
}
