/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The current of basic charging: the least of the station's limit, the cap and what another service that answers for it
 * wants; X1 where that is below 6 A. Internal to the control pilot.
 */
#ifndef CP_BASIC_CHARGING_H
#define CP_BASIC_CHARGING_H

#include "cp/control_pilot.h"

/* Whether a nominal duty is permitted at all. */
bool basic_charging_is_permitted(const struct control_pilot *pilot);
/* An accepted EIM authorization leads to basic charging. */
bool basic_charging_is_by_eim(const struct control_pilot *pilot);
/* The most that it may offer now, in 0.1 A: 0, or from 6 A on. */
uint32_t basic_charging_allowed_da(const struct control_pilot *pilot);
/* What it may offer now: X2 with the capped limit, or X1 where that is below 6 A. */
struct pilot_request basic_charging_request(const struct control_pilot *pilot);

/* Enters it, and asks for what it may offer. */
void basic_charging_begin(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out);

/*
 * A vehicle was found charging at the start. Less than is allowed there is what another service has lowered it to, which
 * answers for the current from here on.
 */
void basic_charging_find_other(struct control_pilot *pilot, struct control_pilot_outputs *out);

/* In basic charging: */
/* Asks for what it may offer now, where that is something else. */
void basic_charging_offer(struct control_pilot *pilot, uint64_t now_us);
/*
 * Another service answers for the current: it is only lowered, where more may be offered than is allowed. What that
 * service has just asked for comes after anything that is on its way from here.
 */
void basic_charging_keep_within_limit(struct control_pilot *pilot, uint64_t now_us);
/* A nominal duty is asked for, by whomever. */
bool basic_charging_offers_current(const struct control_pilot *pilot);
/* A vehicle that is authorized by EIM may be matched at a nominal duty as well. */
void basic_charging_listen(const struct control_pilot *pilot, struct control_pilot_outputs *out);

/* In any phase: */
/* CONTROL_PILOT_LIMIT. */
void basic_charging_take_limits(struct control_pilot *pilot, const struct control_pilot_limits *limits,
				uint64_t now_us);
/*
 * CONTROL_PILOT_OTHER_REQUEST. In basic charging the current is handed over to whoever asks for one, and what is asked
 * for afterwards counts in any phase: basic charging may come back. Any other offer than what is wanted here may be the
 * last one that the station carries out.
 */
void basic_charging_take_other_request(struct control_pilot *pilot, bool hlc, uint32_t current_da, uint64_t now_us,
				       struct control_pilot_outputs *out);

#endif
