/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules that a provider of EVerest's slac interface keeps, seen from one API module of EVerest: what EVerest says and
 * what it hears goes in, with the time, and the first rule that was broken comes out. Pure. It shares no code with slacd.
 */
#ifndef TOOLS_EVEREST_EVEREST_RULES_H
#define TOOLS_EVEREST_EVEREST_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RULES_ERRORS_MAX 8
#define RULES_KEY_MAX    160
#define RULES_WHY_MAX    256
#define RULES_NEVER      UINT64_MAX
/* What must follow at once: an answer to a command, or the repetition after a start. */
#define RULES_SOON_US UINT64_C(1000000)

enum rules_state { RULES_UNTOLD, RULES_UNMATCHED, RULES_MATCHING, RULES_MATCHED };

/* What EVerest says. */
enum rules_command { RULES_ENTER, RULES_LEAVE, RULES_RESET, RULES_TERMINATE, RULES_DLINK_ERROR, RULES_PAUSE };

struct rules {
	uint64_t check_period_us;  /* 0: none is wanted */
	bool matching_at_parm_req; /* MATCHING need not follow enter_bcd */
	enum rules_state state;
	bool is_ready; /* dlink_ready */
	bool in_bcd;
	bool has_mac; /* of the present match: */
	char mac[24];
	bool may_end;         /* an end of the provider is wanted */
	bool check_has_ended; /* `false` was said */
	size_t error_count;
	char errors[RULES_ERRORS_MAX][RULES_KEY_MAX]; /* that are active: type and sub_type */
	size_t repeat_count;
	char repeats[RULES_ERRORS_MAX][RULES_KEY_MAX]; /* that must be raised again after a start */
	uint64_t check_due_us;
	uint64_t ready_due_us;     /* dlink_ready true after MATCHED */
	uint64_t unmatched_due_us; /* UNMATCHED after leave_bcd, reset and the like */
	uint64_t matching_due_us;  /* MATCHING after enter_bcd */
	uint64_t repeat_due_us;    /* state and dlink_ready after a start */
	bool state_repeated;
	bool ready_repeated;
	uint64_t routines; /* that were asked for */
	char why[RULES_WHY_MAX];
};

/* EVerest is ready, for the first time. */
void rules_begin(struct rules *rules, uint64_t check_period_us, uint64_t now_us);
/* EVerest has started anew: it knows nothing, and is to be told again. */
void rules_restart(struct rules *rules, uint64_t now_us);
/* The provider starts anew, or the broker: it has some time until it must speak. */
void rules_give_time(struct rules *rules, uint64_t until_us);

/* EVerest says it. */
void rules_say(struct rules *rules, enum rules_command command, uint64_t now_us);

/*
 * The module hears a message with the name that its topic ends with. False, with the reason in rules->why, when a rule
 * is broken.
 */
bool rules_hear(struct rules *rules, const char *name, const char *payload, bool retained, uint64_t now_us);
/* Time has passed. Likewise. */
bool rules_tick(struct rules *rules, uint64_t now_us);
uint64_t rules_deadline(const struct rules *rules);

#endif
