/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Virtual time: the part of libevent that slacd and the simulators use (event_new, event_add, ...), defined here
 * and linked instead of it, on a clock that stands still while code runs and jumps to the next thing that is due.
 * What is due at the same moment happens in a fixed order, so that the same script gives the same record again.
 */
#ifndef SLACD_TESTS_WORLD_LOOP_H
#define SLACD_TESTS_WORLD_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Who acts: whose random octets are drawn, whose events are made, and who comes first of two at the same moment. */
enum loop_owner {
	LOOP_WORLD,
	LOOP_STATION,
	LOOP_CAR,                    /* and LOOP_CARS of them */
	LOOP_SLACD = LOOP_CAR + 256, /* as many as a service has outlets */
	LOOP_OWNERS
};

#define LOOP_CARS (LOOP_SLACD - LOOP_CAR)
/* The clock at the beginning of every world, so that no time of interest is 0. */
#define LOOP_BEGIN_US UINT64_C(1000000000)

struct event_base;

/* Time is LOOP_BEGIN_US, nothing is due. */
void loop_open(void);
/* False when an event was made and never freed. */
bool loop_close(void);
/* What slacd and the simulators are given as their event loop. */
struct event_base *loop_base(void);

uint64_t loop_now_us(void);
/* Since the world began. */
uint64_t loop_elapsed_us(void);

/* The owner from now on; returns the one before. Callbacks run as the owner that made them. */
enum loop_owner loop_become(enum loop_owner owner);
enum loop_owner loop_owner(void);

/* event_base_loopbreak was called since loop_forget_break. */
bool loop_is_broken(void *context);
void loop_forget_break(void);

typedef void loop_action(void *context);

/* Calls `action` as `owner`, delay_us from now. What is posted first comes first at the same moment. */
void loop_post(uint64_t delay_us, enum loop_owner owner, loop_action *action, void *context);
/* Forgets what was posted with this context. */
void loop_cancel(const void *context);

/*
 * Lets the world go on up to until_us (what is due then included), or until `done` says so (NULL: never). True when
 * it did.
 */
bool loop_run(uint64_t until_us, bool (*done)(void *context), void *context);

#endif
