/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of an outlet, as their own files know them: evse_log.c, evse_log_modem.c and evse_log_pilot.c. */
#ifndef SLACD_EVSE_LOG_INTERNAL_H
#define SLACD_EVSE_LOG_INTERNAL_H

#include "slacd/evse_log.h"

/* For what follows when a port is open again: not said at each turn of one that comes and goes. */
enum log_level evse_log_recovery_level(const struct evse_log *log);
/* For what follows from a message of the station: `level`, or less when the budget is used up. */
enum log_level evse_log_event_level(struct evse_log *log, enum log_level level, uint64_t now_us);

/* evse_log_modem.c: false for notes that are not about the modem. */
bool evse_log_modem_note(struct evse_log *log, const struct outlet_note *note, uint64_t now_us);
/* evse_log_pilot.c: says nothing of notes that are not about the pilot. */
void evse_log_pilot_note(struct evse_log *log, const struct outlet_note *note, uint64_t now_us);

#endif
