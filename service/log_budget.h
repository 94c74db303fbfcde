/* SPDX-License-Identifier: Apache-2.0 */
/* A bound on lines that others cause as fast as they like. */
#ifndef SERVICE_LOG_BUDGET_H
#define SERVICE_LOG_BUDGET_H

#include "service/log.h"

/* At most so many lines in LOG_LIMIT_US, whatever they say. Zeroed at the start. */
struct log_budget {
	uint64_t began_us;
	uint64_t lines; /* asked for since then, the unwritten ones included */
};

/* Begins another LOG_LIMIT_US when the last one is over; how many lines that one has left out, 0 otherwise. */
uint64_t log_budget_renew(struct log_budget *budget, uint64_t lines_max, uint64_t now_us);
/* Counts one line; true when it is to be written. */
bool log_budget_pass(struct log_budget *budget, uint64_t lines_max);

/*
 * Counts one line about `what` of an outlet: `level`, or what is not logged by default when the budget is used up. The
 * log is told so once, and afterwards how many lines it was.
 */
enum log_level log_budget_level(struct log_budget *budget, unsigned lines_max, const char *what, const char *evse_id,
				enum log_level level, uint64_t now_us);

#endif
