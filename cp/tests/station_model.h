/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A station with a physical pilot, on virtual time. It obeys in the order in which requests come; requests, answers and
 * cp_status may be lost or late, it may refuse, and it may restart.
 */
#ifndef CP_TESTS_STATION_MODEL_H
#define CP_TESTS_STATION_MODEL_H

#include "cp/control_pilot.h"

#define STATION_INBOX 512

struct station_request {
	struct control_pilot_sending sending;
	uint64_t sent_us;
	uint64_t due_us;
};

struct station_news {
	struct control_pilot_input input; /* an answer or a state */
	bool tells_of_own_hlc;
	uint64_t due_us;
};

struct station {
	uint64_t seed;
	/* how it behaves: */
	bool refuses_f;
	bool refuses;         /* whatever it is */
	bool reports_a_for_f; /* it cannot tell the two apart */
	bool reports_duty;
	bool sets_hlc_itself; /* 5 % after its restart and at the plug-in */
	unsigned loss;        /* of 100 messages in either direction */
	uint32_t delay_ms;    /* at most */
	bool answers, reports;
	/* what it is: */
	bool plugged, draws, shorted;
	uint64_t boots_until_us; /* the oscillator is off, and nothing is heard */
	struct pilot_request pilot;
	/* the last 5 %: */
	bool had_hlc;
	uint64_t hlc_until_us; /* while it is on the pilot: the present time */
	bool hlc_was_own;      /* nobody asked for it */
	uint64_t hlc_told_us;  /* when the news of it came in, UINT64_MAX: never */
	/* the X2 that was carried out last, for the judge: */
	bool nominal_is_new;
	uint64_t nominal_gap_us; /* since 5 % */
	bool nominal_was_blind;  /* it was sent before the news of a 5 % that nobody asked for */
	/* what is on its way: */
	struct station_request requests[STATION_INBOX];
	size_t request_count;
	struct station_news news[STATION_INBOX];
	size_t news_count;
};

/* Nobody is plugged in, 5 % was never there, everything works. */
void station_init(struct station *station, uint64_t seed);
/* 0 ... below - 1. */
unsigned station_random(struct station *station, unsigned below);
/* Everything works from now on. What is on its way stays on its way. */
void station_calm_down(struct station *station);
void station_take_request(struct station *station, const struct control_pilot_sending *sending, uint64_t now_us);
void station_plug(struct station *station, bool plugged, bool draws, uint64_t now_us);
void station_short(struct station *station, bool shorted, uint64_t now_us);
void station_restart(struct station *station, uint64_t now_us);
/* Says its state without a change. */
void station_report(struct station *station, uint64_t now_us);
/* The state that it shows. */
struct control_pilot_input station_state(const struct station *station);
/* What is on its way to slacd is lost. */
void station_lose_news(struct station *station);
/* When station_run has something to do, UINT64_MAX: never. */
uint64_t station_work_due_us(const struct station *station);
/* When station_run or station_next_news has something to do, UINT64_MAX: never. */
uint64_t station_due_us(const struct station *station);
/* At most one request that is due is carried out, or a restart ends. */
void station_run(struct station *station, uint64_t now_us);
/* True, and *input has reached slacd. */
bool station_next_news(struct station *station, uint64_t now_us, struct control_pilot_input *input);

#endif
