/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is in the way of the key, and when that is said. A trouble is said once until the key is set, another key is
 * given, or another trouble takes its place. Such changes are said less and less often: the first at once, then
 * response_ms apart, 2, 4, ... 30 s. A trouble lasts until it is found again, so one that came too early is said then.
 */
#ifndef HOMEPLUG_MODEM_MODEM_TROUBLE_H
#define HOMEPLUG_MODEM_MODEM_TROUBLE_H

#include "homeplug/modem/modem_turn.h"

struct modem_trouble_log {
	enum modem_trouble said;
	uint32_t changes;       /* of the trouble said */
	uint64_t not_before_us; /* the next change */
};

/* Appends MODEM_TROUBLE; NULL where it is not to be said (again, or yet). */
struct modem_output *modem_trouble_say(struct modem_trouble_log *log, enum modem_trouble trouble,
				       struct modem_turn *turn);
/* Everything may be said again. */
void modem_trouble_forgive(struct modem_trouble_log *log);

#endif
