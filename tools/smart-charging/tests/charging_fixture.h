/* SPDX-License-Identifier: Apache-2.0 */
/* Profiles in one line, and a station with its two clocks, for the tests of the smart-charging core. */
#ifndef TOOLS_SMART_CHARGING_TESTS_CHARGING_FIXTURE_H
#define TOOLS_SMART_CHARGING_TESTS_CHARGING_FIXTURE_H

#include "tools/smart-charging/charging_station.h"

/* 2025-01-06 00:00:00 UTC, a Monday. */
#define MONDAY_S      INT64_C(1736121600)
#define HOURS(h)      ((int64_t)(h)*3600)
#define MINUTES(m)    ((int64_t)(m)*60)
#define AT(day, h, m) (MONDAY_S + ((day)-6) * HOURS(24) + HOURS(h) + MINUTES(m))

/*
 * A profile of one schedule from period texts such as "0:6900x3 2400:3450": start in s, limit in A or W with up to three
 * decimals, and number_phases where there is an x.
 */
struct charging_profile profile_of(int32_t id, enum charging_purpose purpose, uint32_t stack_level,
				   enum charging_kind kind, enum charging_unit unit, const char *periods);
/* The same, in other words. */
struct charging_profile starting(struct charging_profile profile, int64_t start_s);
struct charging_profile daily(struct charging_profile profile, int64_t start_s);
struct charging_profile weekly(struct charging_profile profile, int64_t start_s);
struct charging_profile lasting(struct charging_profile profile, uint32_t duration_s);
struct charging_profile valid_from(struct charging_profile profile, int64_t time_s);
struct charging_profile valid_to(struct charging_profile profile, int64_t time_s);
struct charging_profile of_transaction(struct charging_profile profile, const char *id);

/* The profiles of the worked example (test_worked_example). */
struct charging_profile example_m(void);
struct charging_profile example_d0(void);
struct charging_profile example_d1(void);
struct charging_profile example_t(void);

/* AC, 230 V, `count` EVSEs of so many phases; nothing runs. */
struct charging_evses ac_evses(size_t count, unsigned phases);

/* A station whose EVSEs are ready at 32 A, and whose shell answers what it is told to. */
struct charging_site {
	struct charging_station station;
	struct charging_time now;
	struct charging_station_effects effects; /* of the last function below */
};

void site_begin(struct charging_site *site, size_t count, unsigned phases, int64_t wall_s);
/* Both clocks go on, and the service is called where it wanted to be, up to then. All effects on the way. */
void site_pass_to(struct charging_site *site, int64_t wall_s);
void site_input(struct charging_site *site, size_t evse, const struct current_limit_input *input);
void site_cp(struct charging_site *site, size_t evse, enum cp_state state);
void site_slac(struct charging_site *site, size_t evse, enum current_limit_slac slac);
void site_hlc(struct charging_site *site, size_t evse, bool active);
void site_limit(struct charging_site *site, size_t evse, uint32_t l1_a, uint32_t l2_a, uint32_t l3_a);
void site_transaction(struct charging_site *site, size_t evse, enum charging_transaction_status status, const char *id);
enum charging_verdict site_set(struct charging_site *site, size_t evse, struct charging_profile profile);
/* The station answers the last cp_pwm of the EVSE. */
void site_answer(struct charging_site *site, size_t evse, bool valid);
/* basic_charging, and C2 after it. */
void site_charge(struct charging_site *site, size_t evse);

/* The last effects as text: "0:pwm 16.0", "1:limit 6900 W", "0:refused", "0:no answer", joined by ", ". */
const char *site_effects(const struct charging_site *site);

#endif
