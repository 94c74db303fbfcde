/* SPDX-License-Identifier: Apache-2.0 */
/* What the station allows each outlet: passed on, and remembered for services to come. */
#include "slacd/manager_internal.h"

#include <string.h>

/* Where the limits of this outlet are; `count`: nowhere. */
static size_t find_limits(const struct api_limits *known, const char *evse_id)
{
	size_t place = 0;

	while (place < known->count && strcmp(known->evses[place].evse_id, evse_id) != 0)
		place++;
	return place;
}

const struct api_evse_limits *manager_limits_of(const struct manager *manager, const char *evse_id)
{
	const struct api_limits *known = &manager->limits;
	const size_t place = find_limits(known, evse_id);

	return place < known->count ? &known->evses[place] : NULL;
}

void manager_check_limits(const struct manager *manager, const struct api_limits *limits)
{
	for (size_t i = 0; i < limits->count; i++)
		if (!manager_has_parameters(manager, limits->evses[i].evse_id))
			log_line(
				LOG_LEVEL_WARN,
				"Limits for an outlet that is not in cs_parameters have no effect. evse_id=%s (cs_status_and_limits evses[%zu]) cs_parameters=%zu outlets",
				limits->evses[i].evse_id, i, manager->parameters.count);
}

/* The others keep their order. */
static void forget_limits(struct api_limits *known, size_t place)
{
	known->count--;
	memmove(&known->evses[place], &known->evses[place + 1], (known->count - place) * sizeof(known->evses[0]));
}

/* Where the oldest limits are of an outlet that cs_parameters does not have; `count`: nowhere. */
static size_t find_foreign(const struct manager *manager)
{
	const struct api_limits *known = &manager->limits;
	size_t place = 0;

	while (place < known->count && manager_has_parameters(manager, known->evses[place].evse_id))
		place++;
	return place;
}

/* An update may be about one outlet only: what is known of the others stays. */
static void remember_limits(struct manager *manager, const struct api_evse_limits *limits)
{
	struct api_limits *known = &manager->limits;
	size_t place = find_limits(known, limits->evse_id);

	if (place == known->count && known->count == API_EVSES_MAX) {
		place = find_foreign(manager);
		manager_say_forgotten(manager, "limits",
				      place < known->count ? known->evses[place].evse_id : limits->evse_id);
		if (place == known->count)
			return; /* each place is of an outlet of cs_parameters, and these are of none */
	}
	if (place < known->count)
		forget_limits(known, place);
	known->evses[known->count++] = *limits;
}

/*
 * The station has limited the outlet, and nobody knows to what: that is no permission. Its status_code is the one known
 * last.
 */
static void withdraw_limits(struct manager *manager, const char *evse_id)
{
	struct evse *evse = manager_find(manager, evse_id);
	struct api_limits *known = &manager->limits;
	const size_t place = find_limits(known, evse_id);

	if (place < known->count)
		memset(known->evses[place].max_current_a, 0, sizeof(known->evses[place].max_current_a));
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
		if (manager_is_bad(message, limits->evses[i].evse_id))
			continue;
		remember_limits(manager, &limits->evses[i]);
		if (evse != NULL)
			evse_limits(evse, &limits->evses[i]);
	}
}
