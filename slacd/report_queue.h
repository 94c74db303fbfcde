/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What outlets have to say of frames that they were given: notes for the log, and the statuses `matching` and `matched`.
 * It waits here, in order, while frames come: an answer to a car is not to wait for a line of the log or a message of another outlet.
 *
 * It is carried out in turns of the event loop of its own, each behind the frames that have come meanwhile and for
 * REPORT_TURN_US at most. Whoever does something else than taking a frame carries it out first (report_queue_flush), so
 * that log and messages stay in order. The lines of the log have the time at which it happened.
 *
 * At most REPORTS_MAX wait. When one more comes, the oldest is carried out: a flood of frames delays it by so many others
 * at most, and loses nothing.
 */
#ifndef SLACD_REPORT_QUEUE_H
#define SLACD_REPORT_QUEUE_H

#include "slacd/outlet/outlet.h"

#define REPORTS_MAX    64
#define REPORT_TURN_US 20

struct event_base;
struct evse;
struct report_queue;

/* Does what an effect of that time says. It may not add to the queue. */
typedef void report_carry_out(struct evse *evse, const struct outlet_effect *effect, uint64_t now_us);

/* NULL without memory. */
struct report_queue *report_queue_new(struct event_base *base, report_carry_out *carry_out);
/* What waits is not carried out. NULL is allowed. */
void report_queue_free(struct report_queue *queue);

/* Takes a note or a status that `evse` had at now_us. The outlet must stay until it is carried out. */
void report_queue_add(struct report_queue *queue, struct evse *evse, const struct outlet_effect *effect,
		      uint64_t now_us);
/* Carries out all that waits. Does nothing while one is being carried out. */
void report_queue_flush(struct report_queue *queue);

#endif
