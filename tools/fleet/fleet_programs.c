/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/fleet/fleet_programs.h"

void fleet_programs_init(struct fleet_programs *programs, unsigned connectors)
{
	*programs = (struct fleet_programs){.count = FLEET_PROGRAM_CAR + connectors};
}

void fleet_programs_plan(struct fleet_programs *programs, enum fleet_plan plan)
{
	if (programs->plan == FLEET_END)
		return;
	programs->restarts += plan == FLEET_ANEW && programs->plan != FLEET_ANEW;
	programs->plan = plan;
}

/* Place 0 starts first: the cars, cs-sim, slacd. */
static size_t at_place(const struct fleet_programs *programs, size_t place)
{
	const size_t cars = programs->count - FLEET_PROGRAM_CAR;

	if (place < cars)
		return FLEET_PROGRAM_CAR + place;
	return place == cars ? FLEET_PROGRAM_STATION : FLEET_PROGRAM_SLACD;
}

static struct fleet_action next_start(const struct fleet_programs *programs, uint64_t now_us)
{
	for (size_t place = 0; place < programs->count; place++) {
		const size_t program = at_place(programs, place);
		const struct fleet_program *item = &programs->items[program];
		if (item->state == FLEET_PROGRAM_OFF && now_us >= item->start_us)
			return (struct fleet_action){FLEET_ACTION_START, program};
	}
	return (struct fleet_action){FLEET_ACTION_NONE, 0};
}

static bool is_off(const struct fleet_programs *programs)
{
	for (size_t i = 0; i < programs->count; i++)
		if (programs->items[i].state != FLEET_PROGRAM_OFF)
			return false;
	return true;
}

/* slacd has to be gone before the others are asked. */
static struct fleet_action next_end(struct fleet_programs *programs, uint64_t now_us)
{
	for (size_t i = 0; i < programs->count; i++) {
		struct fleet_program *item = &programs->items[i];
		if (item->state == FLEET_PROGRAM_RUNS) {
			item->state = FLEET_PROGRAM_ENDS;
			item->since_us = now_us;
			item->was_killed = item->is_stopped;
			return (struct fleet_action){item->is_stopped ? FLEET_ACTION_KILL : FLEET_ACTION_ASK, i};
		}
		if (item->state == FLEET_PROGRAM_ENDS && !item->was_killed &&
		    (item->is_stopped || now_us >= item->since_us + FLEET_PATIENCE_US)) {
			item->was_killed = true;
			return (struct fleet_action){FLEET_ACTION_KILL, i};
		}
		if (i == FLEET_PROGRAM_SLACD && item->state != FLEET_PROGRAM_OFF)
			break;
	}
	return (struct fleet_action){FLEET_ACTION_NONE, 0};
}

static void begin_anew(struct fleet_programs *programs)
{
	programs->plan = FLEET_RUN;
	for (size_t i = 0; i < programs->count; i++) {
		programs->items[i].start_us = 0;
		programs->items[i].back_off_us = 0;
	}
}

struct fleet_action fleet_programs_next(struct fleet_programs *programs, uint64_t now_us)
{
	if (programs->plan == FLEET_ANEW && is_off(programs))
		begin_anew(programs);
	if (programs->plan == FLEET_RUN)
		return next_start(programs, now_us);
	if (programs->plan == FLEET_END && is_off(programs))
		return (struct fleet_action){FLEET_ACTION_ENDED, 0};
	return next_end(programs, now_us);
}

uint64_t fleet_programs_due(const struct fleet_programs *programs)
{
	uint64_t due_us = UINT64_MAX;

	for (size_t i = 0; i < programs->count; i++) {
		const struct fleet_program *item = &programs->items[i];
		uint64_t at_us = UINT64_MAX;
		if (programs->plan == FLEET_RUN && item->state == FLEET_PROGRAM_OFF)
			at_us = item->start_us;
		else if (programs->plan != FLEET_RUN && item->state == FLEET_PROGRAM_ENDS && !item->was_killed)
			at_us = item->since_us + FLEET_PATIENCE_US;
		if (at_us < due_us)
			due_us = at_us;
	}
	return due_us;
}

static void die(struct fleet_programs *programs, struct fleet_program *item, bool was_steady, uint64_t now_us)
{
	if (item->back_off_us == 0 || was_steady)
		item->back_off_us = FLEET_BACK_OFF_MIN_US;
	item->start_us = now_us + item->back_off_us;
	item->back_off_us =
		item->back_off_us * 2 < FLEET_BACK_OFF_MAX_US ? item->back_off_us * 2 : FLEET_BACK_OFF_MAX_US;
	programs->restarts++;
}

void fleet_programs_started(struct fleet_programs *programs, size_t program, pid_t pid, uint64_t now_us)
{
	struct fleet_program *item = &programs->items[program];

	if (pid == 0) {
		die(programs, item, false, now_us);
		return;
	}
	item->state = FLEET_PROGRAM_RUNS;
	item->pid = pid;
	item->is_stopped = false;
	item->was_killed = false;
	item->since_us = now_us;
}

static size_t find(const struct fleet_programs *programs, pid_t pid)
{
	size_t program = 0;

	while (program < programs->count &&
	       (programs->items[program].state == FLEET_PROGRAM_OFF || programs->items[program].pid != pid))
		program++;
	return program;
}

size_t fleet_programs_exited(struct fleet_programs *programs, pid_t pid, uint64_t now_us)
{
	const size_t program = find(programs, pid);
	struct fleet_program *item = &programs->items[program];

	if (program == programs->count)
		return program;
	if (item->state == FLEET_PROGRAM_RUNS)
		die(programs, item, now_us >= item->since_us + FLEET_STEADY_US, now_us);
	item->state = FLEET_PROGRAM_OFF;
	item->pid = 0;
	item->is_stopped = false;
	return program;
}

size_t fleet_programs_stopped(struct fleet_programs *programs, pid_t pid, bool is_stopped)
{
	const size_t program = find(programs, pid);

	if (program < programs->count)
		programs->items[program].is_stopped = is_stopped;
	return program;
}

bool fleet_programs_run(const struct fleet_programs *programs)
{
	for (size_t i = 0; i < programs->count; i++)
		if (programs->items[i].state != FLEET_PROGRAM_RUNS)
			return false;
	return true;
}

bool fleet_program_runs(const struct fleet_programs *programs, size_t program)
{
	return programs->items[program].state == FLEET_PROGRAM_RUNS;
}

const char *fleet_program_name(size_t program)
{
	if (program == FLEET_PROGRAM_SLACD)
		return "slacd";
	return program == FLEET_PROGRAM_STATION ? "cs-sim" : "slac-ev";
}
