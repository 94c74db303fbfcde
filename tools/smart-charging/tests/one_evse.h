/* SPDX-License-Identifier: Apache-2.0 */
/* A station of one EVSE, AC with three phases and 32 A, for the tests of its current. They fail the test themselves. */
#ifndef TOOLS_SMART_CHARGING_TESTS_ONE_EVSE_H
#define TOOLS_SMART_CHARGING_TESTS_ONE_EVSE_H

#include "tools/smart-charging/tests/charging_fixture.h"

#define E 0 /* the EVSE */

/* The last effects (site_effects). */
#define expect(site, text) assert_string_equal(site_effects(site), text)

void begin_one_evse(struct charging_site *site);
/* A vehicle charges there at 5 A, for which 0 was asked. */
void begin_paused(struct charging_site *site);
/* Both clocks go on, and the service is called then, whether it wanted to be or not. */
void pass_ms(struct charging_site *site, uint64_t ms);
/* Passes to when the service wants to be called, and says how long that was. */
uint64_t pass_to_next_ms(struct charging_site *site);
void expect_no_deadline(const struct charging_site *site);
void cp_with_duty(struct charging_site *site, enum cp_state state, uint32_t duty);
/* A TxDefaultProfile in A, which takes the place of the one before. */
void cap_evse(struct charging_site *site, const char *periods);
/* The last request was not handed over. */
void tell_not_sent(struct charging_site *site, bool connected);
/* The broker is there again. */
void tell_reachable(struct charging_site *site);
void tell_hardware(struct charging_site *site, struct current_limit_hardware hardware);

#endif
