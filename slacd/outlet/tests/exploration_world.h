/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The world of the exploration: one real struct outlet, the way to the station and back (two queues that may lose,
 * double and hold back), the station with its physical pilot, a vehicle and a car that speaks. A move is one thing
 * that may happen; what slacd does about it follows within the move.
 *
 * Time is virtual and only passes to a deadline of the outlet. The configured times are short and all multiples of
 * one time, so that few distances between deadlines exist.
 *
 * A station that works takes what is there before time passes. One that leaves a request waiting hangs, or is away: it
 * reports nothing until it works again, and then takes all that has come meanwhile at once.
 *
 * Two things are not modelled. The least distance of two CM_SET_KEY.REQ: the modem is always ready for the next key. And
 * the questions for the link: the outlet is told what follows from the answers, WORLD_LINK_UP and WORLD_LINK_LOST.
 */
#ifndef SLACD_OUTLET_TESTS_EXPLORATION_WORLD_H
#define SLACD_OUTLET_TESTS_EXPLORATION_WORLD_H

#include "slacd/outlet/tests/exploration_station.h"
#include "tools/smart-charging/current_limit.h"

#include <stdio.h>

#define WORLD_REQUESTS 3 /* on their way to the station, at most */
#define WORLD_MESSAGES 3 /* on their way to slacd, at most */

/* In the order in which they are tried, so that a shortest way prefers the plain ones. */
enum world_move {
	WORLD_DELIVER, /* the station carries out the next request, reports and answers */
	WORLD_HEAR,    /* slacd gets the station's next message */
	WORLD_TIME,    /* time passes to the next deadline */
	WORLD_PLUG,
	WORLD_UNPLUG,
	WORLD_CLOSE_S2,
	WORLD_OPEN_S2,
	WORLD_DELIVER_MUTE, /* the request is carried out, its answer is lost */
	WORLD_DELIVER_TWICE,
	WORLD_REFUSE, /* to slacd an error is the same */
	WORLD_LOSE,   /* the next request never arrives */
	WORLD_MISS,   /* the station's next message never arrives */
	WORLD_TELL,   /* the station reports what it has not reported yet */
	WORLD_RESTART,
	WORLD_FAULT,
	WORLD_FAULT_ENDS,
	WORLD_BROKER_GOES,       /* and loses what was on its way */
	WORLD_BROKER_GOES_HOLDS, /* what is on its way arrives later */
	WORLD_BROKER_COMES,
	WORLD_CLIENT_FULL, /* the broker client takes no request, although it is connected */
	WORLD_CLIENT_TAKES,
	WORLD_CAR_SPEAKS,  /* CM_SLAC_PARM.REQ, and nothing after it */
	WORLD_CAR_MATCHES, /* the whole matching, and the link is there at once */
	WORLD_CAR_INSISTS, /* CM_SLAC_PARM.REQ again and again, as one that nobody answers sends it */
	WORLD_LINK_UP,     /* a link that was woken is found again; it is not where this does not come in time */
	WORLD_LINK_LOST,
	WORLD_PORT_GOES,
	WORLD_PORT_COMES,
	WORLD_LIMIT_0,
	WORLD_LIMIT_6,
	WORLD_LIMIT_16,
	WORLD_LIMIT_L2_0, /* 16 A on l1 and l3, 0 on l2 */
	WORLD_LIMIT_UNREADABLE,
	WORLD_READY,
	WORLD_NOT_READY,
	WORLD_OUT_OF_ORDER,
	WORLD_EIM,
	WORLD_EIM_WITHDRAWN,
	WORLD_HLC,
	WORLD_HLC_ENDS,
	WORLD_TERMINATE,
	WORLD_PAUSE, /* of the data link */
	WORLD_RESUME,
	WORLD_RESET,
	WORLD_STOP,
	WORLD_LATE, /* time passes to the next deadline and a second more, as if slacd had been stopped */
	/* Another service asks the station for the pilot. slacd hears of it, unless the broker is away: */
	WORLD_OTHER_10,
	WORLD_OTHER_32, /* above every limit */
	WORLD_OTHER_X1,
	WORLD_OTHER_HLC,
	/* The smart-charging service, where there is one (exploration_service.h): */
	WORLD_PROFILE_10,
	WORLD_PROFILE_5, /* below 6 A: X1 */
	WORLD_PROFILE_CLEARED,
	WORLD_SERVICE_RESTARTS, /* and has forgotten the session */

	WORLD_MOVES
};

/* How a world begins; the limit is 16 A, and slacd has just started. */
enum world_root {
	WORLD_FROM_OFF,      /* the oscillator is off, no vehicle */
	WORLD_FROM_F,        /* a predecessor left F behind */
	WORLD_FROM_CHARGING, /* C2 at 16 A, reported with its duty cycle */
	WORLD_FROM_LOWERED,  /* the same at 10 A: another service has asked for that */
	WORLD_ROOTS
};

struct world_config {
	const char *name;
	struct control_pilot_config pilot;
	uint32_t fallback_ms; /* tt_fallback_ms */
	bool fast;            /* the times of matching are a tenth, too */
	bool strict;          /* matching as the standard has it, otherwise as cars do it */
	bool no_port;         /* no modem: every car is silent, and nothing could be answered */
	bool prompt;          /* requests are carried out, reported and answered at once */
	bool hears;           /* what the station says arrives at once */
	bool mute;            /* the station answers no request */
	bool no_report;       /* it reports vehicles only, not what it does to the pilot */
	bool no_duty;         /* its reports do not tell the duty cycle */
	bool a_in_f;          /* it reports A where F is on the pilot */
	bool sets_hlc;        /* it sets 5 % by itself when a vehicle comes, and after a restart */
	bool counts_f;        /* the sendings of an F are held against the most that may be */
	bool seeks_link;      /* a link that was woken must be found again; otherwise it is there at once */
	bool service;         /* the smart-charging service asks, as it is */
	bool overtakes;       /* what another service asks for comes to the station before what is on its way */
	unsigned requests;    /* on their way at once, at most; 0: WORLD_REQUESTS */
	unsigned messages;    /* likewise, WORLD_MESSAGES */
	unsigned roots;       /* one bit for each enum world_root */
	uint64_t moves;       /* one bit for each enum world_move that may happen */
};

#define WORLD_BIT(move) (UINT64_C(1) << (move))

struct world_request {
	uint32_t number;
	struct pilot_request request;
	bool again;  /* it was delivered once already */
	bool others; /* another service's; where that is a move it has no number, and is not answered */
};

struct world_message {
	bool is_answer;
	bool others;     /* to the smart-charging service */
	uint32_t number; /* of an answer */
	bool valid;
	struct outlet_cp_status status; /* otherwise */
};

enum world_report {
	WORLD_NOTHING_REPORTED,
	WORLD_MATCHING_REPORTED,
	WORLD_MATCHED_REPORTED,
	WORLD_END_REPORTED,
	WORLD_LOSS_IN_PAUSE_REPORTED /* the end of a match while its data link was paused, which nobody wanted */
};

/* How far the vehicle, as slacd was told of it, is with waking a paused data link. */
enum world_pause {
	WORLD_NOT_PAUSED,
	WORLD_ASLEEP,
	WORLD_ASLEEP_IN_B, /* B was seen in the pause */
	WORLD_WAKING,      /* C after it: B again, or a second in C, wakes us */
	WORLD_WOKEN        /* and the link was not found yet */
};

/* What slacd was told and has said, kept apart from the outlet: what the invariants compare it with. */
struct world_truth {
	uint32_t l1_da, l2_da;
	bool l2_connected;
	enum control_pilot_availability availability;
	bool eim;
	bool hlc;
	bool vehicle; /* slacd was told of one */
	bool fault;   /* slacd was told E */
	bool session; /* slacd has said that one is connected */
	bool found;   /* charging at the start: nobody has said since that the vehicle is authorized by EIM */
	bool deaf;    /* basic charging of a car that did not speak: no CM_SLAC_PARM.REQ is answered */
	bool stopped;
	enum world_report report;
	uint32_t init_pulses;
	uint32_t failed_pulses;
	bool f_sent;         /* the present F was handed over */
	bool f_signed;       /* the station has shown that it carries out the present F */
	bool f_answered;     /* by its answer, and nothing has spoken against it since */
	uint32_t f_sendings; /* of the present F, where they are counted */
	bool f_given_up;     /* so many that slacd must do without, and no F was carried out since */
	enum world_pause pause;
	uint32_t waking_ms; /* in C, in WAKING; in WOKEN since the wake-up, up to the time of X1 */
	uint32_t requests;  /* CM_SLAC_PARM.REQ of this vehicle so far, where they may let it in late; up to 3 */
	bool rematched;     /* this vehicle has had its window after basic charging */
	bool handed_over;   /* another service has asked for the current of basic charging, */
	uint32_t other_da;  /* and this is the last that it has asked for, lowered to the limit */
	bool service_knows; /* the smart-charging service has heard that this vehicle is in basic charging */
};

struct world {
	const struct world_config *config;
	uint64_t now_us;
	struct station station;
	struct current_limit service;
	struct world_truth truth;
	bool connected;
	bool client_full;
	bool held;     /* time has passed while requests were on their way: the station hangs, or is away */
	bool draining; /* it works again, and takes one after the other before time passes */
	size_t request_count;
	struct world_request requests[WORLD_REQUESTS];
	size_t message_count;
	struct world_message messages[WORLD_MESSAGES];

	/* Not part of a state. Of the present input: */
	bool must_lower;   /* another service has asked for more than the limit */
	bool limit_raised; /* or left as it was */
	/* Of all: */
	uint32_t keys;         /* made so far: each is another one */
	uint64_t said;         /* a hash of all that slacd has sent, requested and reported */
	uint32_t attempts;     /* of the car: each has another run_id */
	const char *violation; /* the first invariant that did not hold, NULL: all do */
	FILE *trace;           /* NULL: quiet */

	struct outlet outlet; /* the last member: of its runs one is used */
};

/* What of an outlet with one car is used, and of its world. The rest is large, and not copied. */
#define WORLD_OUTLET_SIZE offsetof(struct outlet, slac.runs[1])
#define WORLD_SIZE        (offsetof(struct world, outlet) + WORLD_OUTLET_SIZE)

void world_begin(struct world *world, const struct world_config *config, enum world_root root);
/* Carries out a move and checks the invariants. False where it cannot happen now. */
bool world_step(struct world *world, enum world_move move);
/* One step of what happens when broker and station work and nothing else comes. False: time has nothing to wait for. */
bool world_go_on(struct world *world);
/* The outlet has stopped: nothing reaches it any more. */
bool world_is_gone(const struct world *world);
/* Notes that an invariant does not hold. */
void world_violate(struct world *world, const char *what);
/* The outlet that a world of this configuration begins with: its modem has a key where it has a port. */
void world_template(struct outlet *outlet, const struct world_config *config, struct world *keys);

const char *world_move_text(enum world_move move);
const char *world_root_text(enum world_root root);

#endif
