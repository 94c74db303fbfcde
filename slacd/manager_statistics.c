/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/manager_internal.h"

void manager_log_statistics(const struct manager *manager)
{
	struct statistics service = manager->ended;

	for (size_t i = 0; i < manager->evse_count; i++) {
		evse_log_counters(manager->evses[i]);
		evse_statistics(manager->evses[i], &service);
	}
	statistics_log(&service, "service");
}
