/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Duty cycle of the control pilot and the current it stands for, both ways (IEC 61851-1, annex A). Units: duty in
 * 1/100 % (2666 is 26.66 %), current in 0.1 A (160 is 16.0 A). Results are rounded down, so that the coded current is
 * never above the one asked for.
 */
#ifndef CP_DUTY_CYCLE_H
#define CP_DUTY_CYCLE_H

#include <stdint.h>

#define DUTY_CYCLE_HLC 500   /* 5 %: digital communication required */
#define DUTY_CYCLE_X1  10000 /* 100 %: oscillator off, not ready */

#define PILOT_CURRENT_MIN 60  /* 6 A, the least that can be coded */
#define PILOT_CURRENT_MAX 800 /* 80 A */

/*
 * The duty cycle for a current limit. Below 6 A: DUTY_CYCLE_X1. 6 ... 51 A: I / 0.6. Between 51 and 52.5 A, which has
 * no code: that of 51 A. 52.5 ... 80 A: I / 2.5 + 64. Above 80 A: 96 %.
 */
uint32_t duty_cycle_from_current(uint32_t current_da);

enum duty_cycle_meaning {
	DUTY_CYCLE_NO_CHARGING, /* < 3 %, 7 ... 8 %, 97 ... 100 %, both ends excluded */
	DUTY_CYCLE_DIGITAL,     /* 3 ... 7 %: digital communication required */
	DUTY_CYCLE_CURRENT,     /* 8 ... 97 %: *current_da holds the limit */
	DUTY_CYCLE_NOT_READY    /* 100 %: X1 */
};

/* How an EV reads a duty cycle (0 ... 10000). *current_da is 0 unless the meaning is DUTY_CYCLE_CURRENT. */
enum duty_cycle_meaning duty_cycle_to_current(uint32_t duty, uint32_t *current_da);

/* A current in ampere, not negative, in 0.1 A. */
uint32_t pilot_current_from_ampere(double ampere);

#endif
