/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is true about the outlet, kept apart from the pilot logic: what the station and the car told, what was
 * asked and reported. The invariants of pilot_invariants*.c are about it.
 */
#ifndef SLACD_TESTS_PILOT_TRUTH_H
#define SLACD_TESTS_PILOT_TRUTH_H

#include "cp/control_pilot.h"

enum truth_offer {
	OFFER_NOTHING, /* nothing was asked for yet: the station's own 5 % */
	OFFER_HLC,
	OFFER_F,       /* until until_us */
	OFFER_X1,      /* until until_us */
	OFFER_NOMINAL, /* X2, or X1 while less than 6 A is there */
	OFFER_UNAVAILABLE
};

enum truth_report { REPORT_NONE, REPORT_UNMATCHED, REPORT_MATCHING, REPORT_MATCHED, REPORT_FAILED, REPORT_BASIC };

struct pilot_truth {
	enum cp_state state; /* the last one told */
	bool vehicle;        /* B, C or D was told and A not since */
	uint32_t limit_da;
	enum control_pilot_availability availability;
	bool hlc; /* a 15118 session runs */
	bool eim; /* accepted for this or the next vehicle */

	bool session;   /* the vehicle was said to be connected, and not that it left */
	bool suspended; /* the session waits for the end of a fault, or for a station that is ready */

	enum truth_offer offer;
	uint64_t until_us;
	struct pilot_request requested;
	bool f_may_echo;              /* our F, and no other state since it was replaced */
	bool reminded;                /* 5 % was asked for once more for this vehicle, which shows no PWM */
	bool pwm_seen;                /* the vehicle showed PWM at nominal duty, and X2 was not repeated since */
	struct pilot_request applied; /* the last one the station accepted */

	enum truth_report report;
	bool basic_reported; /* in this session */
	bool deaf;           /* it was, because the car is silent: no matching any more */
	uint32_t init_pulses;
	uint32_t failed_pulses;
};

#endif
