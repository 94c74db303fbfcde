/* SPDX-License-Identifier: Apache-2.0 */
/* How often what happened, of one outlet or of the whole service. Logged at the end and on SIGUSR1. */
#ifndef SLACD_STATISTICS_H
#define SLACD_STATISTICS_H

#include "homeplug/mme/mme_error.h"
#include "homeplug/slac/slac_evse.h"

#include <stdint.h>

struct statistics {
	uint64_t matched;                           /* sessions */
	uint64_t failed[SLAC_REASON_COUNT];         /* sessions, by what they failed for */
	uint64_t unmatched[SLAC_REASON_COUNT];      /* likewise, by what has ended them */
	uint64_t basic_charging[SLAC_REASON_COUNT]; /* times that it began, by why */
	uint64_t malformed[MME_ERR_COUNT];          /* frames that did not decode */
	uint64_t refused[SLAC_REASON_COUNT]; /* messages, by reason; SLAC_REASON_FIELD is split up in wrong_field */
	uint64_t wrong_field[MME_ERR_COUNT];
	uint64_t steps_not_logged;
	uint64_t foreign_modem_answers; /* answers to a modem command from another station than our modem */
};

/* Adds `more` to *total. */
void statistics_add(struct statistics *total, const struct statistics *more);
/* One line for each counter that is not zero. evse_id NULL: they are of the whole service. */
void statistics_log(const struct statistics *statistics, const char *evse_id);

#endif
