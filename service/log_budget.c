/* SPDX-License-Identifier: Apache-2.0 */
#include "service/log_budget.h"

uint64_t log_budget_renew(struct log_budget *budget, uint64_t lines_max, uint64_t now_us)
{
	if (budget->lines > 0 && now_us - budget->began_us < LOG_LIMIT_US)
		return 0;
	uint64_t left_out = budget->lines > lines_max ? budget->lines - lines_max : 0;
	*budget = (struct log_budget){.began_us = now_us};
	return left_out;
}

bool log_budget_pass(struct log_budget *budget, uint64_t lines_max)
{
	return ++budget->lines <= lines_max;
}

enum log_level log_budget_level(struct log_budget *budget, unsigned lines_max, const char *what, const char *evse_id,
				enum log_level level, uint64_t now_us)
{
	const uint64_t left_out = log_budget_renew(budget, lines_max, now_us);

	if (left_out > 0)
		log_line(LOG_LEVEL_WARN, "Not logged were %s. evse_id=%s count=%llu", what, evse_id,
			 (unsigned long long)left_out);
	if (log_budget_pass(budget, lines_max))
		return level;
	if (budget->lines == lines_max + 1)
		log_line(LOG_LEVEL_WARN,
			 "More than %u %s in a minute, further ones are not logged for %llu s. evse_id=%s", lines_max,
			 what, (unsigned long long)(budget->began_us + LOG_LIMIT_US - now_us) / 1000000, evse_id);
	return LOG_LEVEL_DEBUG;
}
