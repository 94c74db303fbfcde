/* SPDX-License-Identifier: Apache-2.0 */
/* What the station allows each outlet: passed on, and remembered for services to come. */
#include "slacd/manager_internal.h"

#include <string.h>

const struct api_evse_limits *manager_limits_of(const struct manager *manager, const char *evse_id)
{
	for (size_t i = 0; i < manager->limits.count; i++)
		if (strcmp(manager->limits.evses[i].evse_id, evse_id) == 0)
			return &manager->limits.evses[i];
	return NULL;
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
static void forget_limits(struct api_limits *known, size_t index)
{
	known->count--;
	memmove(&known->evses[index], &known->evses[index + 1], (known->count - index) * sizeof(known->evses[0]));
}

/* The limits of this outlet, or the oldest ones of an outlet that cs_parameters does not have; `count` without either. */
static size_t find_place(const struct manager *manager, const char *evse_id, bool *is_known)
{
	const struct api_limits *known = &manager->limits;
	size_t foreign = known->count;

	*is_known = true;
	for (size_t i = 0; i < known->count; i++) {
		if (strcmp(known->evses[i].evse_id, evse_id) == 0)
			return i;
		if (foreign == known->count && !manager_has_parameters(manager, known->evses[i].evse_id))
			foreign = i;
	}
	*is_known = false;
	return foreign;
}

/*
 * An update may be about one outlet only: what is known of the others stays. A table that is full of outlets of
 * cs_parameters has these limits already, or they are of none.
 */
static void remember_limits(struct manager *manager, const struct api_evse_limits *limits)
{
	struct api_limits *known = &manager->limits;
	bool is_known;
	const size_t place = find_place(manager, limits->evse_id, &is_known);

	if (!is_known && known->count == API_EVSES_MAX) {
		manager_say_forgotten(manager, "limits",
				      place < known->count ? known->evses[place].evse_id : limits->evse_id);
		if (place == known->count)
			return;
	}
	if (is_known || known->count == API_EVSES_MAX)
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

	for (size_t i = 0; i < manager->limits.count; i++) {
		struct api_evse_limits *known = &manager->limits.evses[i];
		if (strcmp(known->evse_id, evse_id) == 0)
			memset(known->max_current_a, 0, sizeof(known->max_current_a));
	}
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
