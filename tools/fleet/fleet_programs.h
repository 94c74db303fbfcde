/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the programs of one station should be doing: started in their order, again with back-off when one dies by itself,
 * ended in order, killed when it does not end. Pure: what happens and times (monotonic, us) in, one action after another
 * out.
 *
 *     start   the cars' modems, which listen for slacd; then cs-sim; then slacd
 *     end     slacd, which still has its station and its modems; then all others
 *
 * A program that dies is started again after 0.5 s, doubled up to 30 s; back to 0.5 s once it has run for 30 s.
 * One that was asked to end and does not within 5 s is killed; so is one that is stopped (SIGSTOP) at once.
 */
#ifndef TOOLS_FLEET_FLEET_PROGRAMS_H
#define TOOLS_FLEET_FLEET_PROGRAMS_H

#include "tools/fleet/fleet.h"

#include <stdint.h>
#include <sys/types.h>

#define FLEET_PROGRAM_SLACD   0
#define FLEET_PROGRAM_STATION 1
#define FLEET_PROGRAM_CAR     2 /* of connector 1, and so on */
#define FLEET_PROGRAMS_MAX    (FLEET_PROGRAM_CAR + FLEET_CONNECTORS_MAX)
#define FLEET_BACK_OFF_MIN_US 500000u
#define FLEET_BACK_OFF_MAX_US 30000000u
#define FLEET_STEADY_US       30000000u
#define FLEET_PATIENCE_US     5000000u

enum fleet_program_state { FLEET_PROGRAM_OFF, FLEET_PROGRAM_RUNS, FLEET_PROGRAM_ENDS };

struct fleet_program {
	enum fleet_program_state state;
	pid_t pid;            /* 0: it is off */
	bool is_stopped;      /* by a signal: it lives, and does nothing */
	bool was_killed;      /* while it ends: it need not be told again */
	uint64_t since_us;    /* when it was started, or asked to end */
	uint64_t start_us;    /* when it is to be started; 0: at once */
	uint64_t back_off_us; /* after it dies the next time; 0: FLEET_BACK_OFF_MIN_US */
};

enum fleet_plan {
	FLEET_RUN,  /* all of them run */
	FLEET_ANEW, /* all end, then run */
	FLEET_END   /* all end */
};

struct fleet_programs {
	size_t count; /* FLEET_PROGRAM_CAR and one for each connector */
	enum fleet_plan plan;
	unsigned restarts; /* programs that died by themselves, and plans FLEET_ANEW */
	struct fleet_program items[FLEET_PROGRAMS_MAX];
};

enum fleet_action_kind {
	FLEET_ACTION_NONE,  /* wait for what happens, or for fleet_programs_due */
	FLEET_ACTION_START, /* then call fleet_programs_started */
	FLEET_ACTION_ASK,   /* it should end */
	FLEET_ACTION_KILL,
	FLEET_ACTION_ENDED /* the plan FLEET_END is carried out */
};

struct fleet_action {
	enum fleet_action_kind kind;
	size_t program;
};

void fleet_programs_init(struct fleet_programs *programs, unsigned connectors);
/* FLEET_END stays. */
void fleet_programs_plan(struct fleet_programs *programs, enum fleet_plan plan);

/* What there is to do now; call it until it says NONE or ENDED. */
struct fleet_action fleet_programs_next(struct fleet_programs *programs, uint64_t now_us);
/* When it may say something without that anything happens; UINT64_MAX: never. */
uint64_t fleet_programs_due(const struct fleet_programs *programs);

/* pid 0: it could not be started, which counts as a death. */
void fleet_programs_started(struct fleet_programs *programs, size_t program, pid_t pid, uint64_t now_us);
/* Each returns the program that has this pid, or `count`. */
size_t fleet_programs_exited(struct fleet_programs *programs, pid_t pid, uint64_t now_us);
size_t fleet_programs_stopped(struct fleet_programs *programs, pid_t pid, bool is_stopped);

bool fleet_programs_run(const struct fleet_programs *programs);
/* "slacd", "cs-sim" or "slac-ev". */
const char *fleet_program_name(size_t program);
/* Takes lines on its standard input. */
bool fleet_program_runs(const struct fleet_programs *programs, size_t program);

#endif
