/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the module of EVerest that an outlet belongs to is there, by its heartbeat: 0 first, one more each time. Pure.
 *
 * EVerest hears at most once what it is told. So it is told again when it starts anew, which its count or the ready
 * beacon shows. Also when its heartbeat was away, or the broker, and something was said since it was heard last.
 */
#ifndef SLACD_EVEREST_EVEREST_WATCH_H
#define SLACD_EVEREST_EVEREST_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#define EVEREST_WATCH_NEVER UINT64_MAX
/* So many heartbeats may be missing. */
#define EVEREST_WATCH_MISSING 3
/* Before its first heartbeat EVerest may still be starting. */
#define EVEREST_WATCH_FIRST_MS 10000
/* The ready beacon and the heartbeat 0 that are not further apart are of one start. */
#define EVEREST_WATCH_ONE_START_MS 1000

struct everest_watch {
	uint32_t interval_ms; /* 0: there is no heartbeat */
	bool is_on;           /* the broker is connected */
	bool was_heard;
	bool is_silent;      /* ... and that was said */
	bool has_gap;        /* it, or the broker, was away since it was heard last */
	bool has_said;       /* EVerest was told something since it was heard last */
	uint64_t since_us;   /* of the last heartbeat, or since when the first one is waited for */
	uint64_t count;      /* of the last heartbeat */
	uint64_t beacon_us;  /* of a ready beacon whose heartbeat 0 has not come, 0: none */
	uint64_t started_us; /* of a heartbeat 0 whose ready beacon has not come, 0: none */
};

enum everest_news {
	EVEREST_NEWS_NONE,
	EVEREST_NEWS_FIRST,     /* it is heard for the first time */
	EVEREST_NEWS_BACK,      /* it was silent, and goes on */
	EVEREST_NEWS_RESTARTED, /* it counts from the beginning */
	EVEREST_NEWS_SILENT,    /* its heartbeat has stopped */
	EVEREST_NEWS_UNHEARD    /* no first heartbeat has come */
};

/* Zeroed, with an interval. The broker is connected (again). */
void everest_watch_begin(struct everest_watch *watch, uint64_t now_us);
/* It is not: nobody can be heard. */
void everest_watch_pause(struct everest_watch *watch);

/* EVerest was told something. */
void everest_watch_say(struct everest_watch *watch);
/* A heartbeat. *repeat: EVerest is to be told again. */
enum everest_news everest_watch_heartbeat(struct everest_watch *watch, uint64_t count, uint64_t now_us, bool *repeat);
/* The ready beacon: whether EVerest is to be told again. */
bool everest_watch_beacon(struct everest_watch *watch, uint64_t now_us);

/* When everest_watch_tick is due. */
uint64_t everest_watch_deadline(const struct everest_watch *watch);
enum everest_news everest_watch_tick(struct everest_watch *watch, uint64_t now_us);

#endif
