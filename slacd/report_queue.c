/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/report_queue.h"

#include "service/clock.h"
#include "service/log.h"

#include <event2/event.h>
#include <stdlib.h>

struct report {
	struct evse *evse;
	uint64_t now_us;
	uint64_t wall_us;
	struct outlet_effect effect;
};

/* A ring. Most of the time it is empty: then it begins at the first place, so that the others need no memory. */
struct report_queue {
	report_carry_out *carry_out;
	struct event *turn;
	size_t first;
	size_t count;
	bool is_at_work; /* the first one is being carried out */
	struct report reports[REPORTS_MAX];
};

static void carry_out_first(struct report_queue *queue)
{
	const struct report *report = &queue->reports[queue->first];

	log_set_time(report->wall_us);
	queue->is_at_work = true;
	queue->carry_out(report->evse, &report->effect, report->now_us);
	queue->is_at_work = false;
	log_set_time(0);
	queue->count--;
	queue->first = queue->count > 0 ? (queue->first + 1) % REPORTS_MAX : 0;
}

/* The loop looks for frames before it calls a timer that is due. */
static void want_turn(struct report_queue *queue)
{
	const struct timeval at_once = {0};

	event_add(queue->turn, &at_once);
}

static void on_turn(evutil_socket_t fd, short what, void *context)
{
	struct report_queue *queue = context;
	const uint64_t until_us = clock_now_us() + REPORT_TURN_US;

	(void)fd;
	(void)what;
	while (queue->count > 0 && clock_now_us() < until_us)
		carry_out_first(queue);
	if (queue->count > 0)
		want_turn(queue);
}

struct report_queue *report_queue_new(struct event_base *base, report_carry_out *carry_out)
{
	struct report_queue *queue = calloc(1, sizeof(*queue));

	if (queue == NULL)
		return NULL;
	queue->carry_out = carry_out;
	queue->turn = evtimer_new(base, on_turn, queue);
	if (queue->turn != NULL)
		return queue;
	free(queue);
	return NULL;
}

void report_queue_free(struct report_queue *queue)
{
	if (queue == NULL)
		return;
	event_free(queue->turn);
	free(queue);
}

void report_queue_add(struct report_queue *queue, struct evse *evse, const struct outlet_effect *effect,
		      uint64_t now_us)
{
	if (queue->count == REPORTS_MAX)
		carry_out_first(queue);
	if (queue->count == 0)
		want_turn(queue);
	queue->reports[(queue->first + queue->count) % REPORTS_MAX] =
		(struct report){.evse = evse, .now_us = now_us, .wall_us = clock_wall_us(), .effect = *effect};
	queue->count++;
}

void report_queue_flush(struct report_queue *queue)
{
	/* What is carried out may end here: a status that is published drops another one, which is said. */
	if (queue->count == 0 || queue->is_at_work)
		return;
	event_del(queue->turn);
	while (queue->count > 0)
		carry_out_first(queue);
}
