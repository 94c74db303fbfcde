/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A smart-charging service keeps no state: what slacd said while it was away is lost to it, and a status is said when it
 * changes, not again. So the last status of each outlet is said once more when such a service becomes ready: with the id
 * that it had, so that whoever has it already knows it.
 */
#include "slacd/manager_internal.h"

#include "service/clock.h"

/* However often a service says that it is ready. */
#define REPEAT_EVERY_US 2000000u

static void plan(struct manager *manager)
{
	const uint64_t now_us = clock_now_us();
	const uint64_t free_us = manager->repeated_us + REPEAT_EVERY_US;

	if (manager->repeat_us == REQUEST_NEVER)
		manager->repeat_us = manager->repeated_us == 0 || free_us < now_us ? now_us : free_us;
	manager_repeat(manager, now_us);
}

void manager_smart_charging_ready(struct manager *manager)
{
	manager->has_smart_charging = true;
	plan(manager);
}

void manager_repeat_after_loss(struct manager *manager)
{
	if (manager->has_smart_charging)
		plan(manager);
}

void manager_repeat(struct manager *manager, uint64_t now_us)
{
	if (manager->repeat_us > now_us)
		return;
	manager->repeat_us = REQUEST_NEVER;
	manager->repeated_us = now_us;
	for (size_t i = 0; i < manager->evse_count; i++)
		evse_repeat_status(manager->evses[i]);
}
