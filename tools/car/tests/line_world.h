/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A charging site on virtual time: cars (slac_ev) and outlets (slacd/outlet) on one power line that loses, delays and
 * doubles frames. Each outlet has a modem of its own, which takes its keys and tells its link, and a pilot that follows
 * the outlet's requests and the plug and S2 of the car in it. Everybody hears a broadcast. The same seed gives the same
 * site again, to the microsecond.
 *
 * Every frame passes the codec. At each step the world holds what both sides do against what it knows: which car is in
 * which outlet, and which key each outlet's modem has. The rules of outlet_watch hold as well.
 */
#ifndef TOOLS_CAR_TESTS_LINE_WORLD_H
#define TOOLS_CAR_TESTS_LINE_WORLD_H

#include "slacd/outlet/tests/outlet_watch.h"
#include "tools/car/modem_sim.h"
#include "tools/car/slac_ev.h"

#define LINE_CARS    6
#define LINE_OUTLETS 6
#define LINE_EVENTS  1024
/* The outlet of a car that is plugged in nowhere here, and the car of an empty outlet. */
#define LINE_NONE (-1)
/* An attenuation that nothing gets through. */
#define LINE_CUT_OFF UINT8_MAX

/* The line between a car and an outlet. */
struct line_path {
	uint8_t plugged_db; /* while the car is in this outlet */
	uint8_t distant_db; /* otherwise; LINE_CUT_OFF: not heard */
	uint16_t loss_permille;
};

struct line_car {
	struct slac_ev ev;
	struct slac_ev_config config; /* of the next attempt; the run_id is chosen then */
	int outlet;                   /* it is plugged into this one */
	uint32_t again_after_ms;      /* another attempt this long after a failed one; 0: none */
	unsigned attempts;            /* counts up; one that is to come does not if it has changed */
	bool has_spoken;              /* since it was plugged in */
	bool matched;                 /* since it was plugged in */
	int counted_by;               /* the outlet that has counted toggles for it, */
	uint8_t counted;              /* and how many; 0: none */
};

struct line_outlet {
	struct outlet outlet;
	struct outlet_watch watch; /* the rules that hold at every step */
	uint8_t mac[MAC_LEN];      /* of its host */
	struct modem_sim modem;
	uint64_t join_us;                /* from here on the modems have found each other, if the car has the key */
	int car;                         /* plugged in */
	int pilot_car;                   /* what the pilot shows, a little later */
	uint32_t pilot_ms;               /* by so much */
	uint32_t key_ms;                 /* what the modem takes to set a key */
	uint32_t join_ms;                /* what the modems take to find each other */
	int counts_for;                  /* it counts toggles for this car */
	unsigned toggles;                /* B-C-B on its pilot since then */
	bool was_closed;                 /* S2 */
	enum pilot_request_kind request; /* that the pilot shows */
	enum cp_state state;             /* reported last */
};

enum line_event_kind {
	LINE_TO_CAR,
	LINE_TO_OUTLET,
	LINE_SOUND, /* a CM_MNBC_SOUND.IND for the outlet and its modem */
	LINE_CONNECTED,
	LINE_DISCONNECTED,
	LINE_S2,
	LINE_KEY,     /* the outlet's modem takes a key, or tells it */
	LINE_LINK,    /* the outlet's modem is asked for its link */
	LINE_STATION, /* the outlet's station answers a pilot request and shows it */
	LINE_ATTEMPT  /* a car begins */
};

struct line_event {
	enum line_event_kind kind;
	int index;       /* of the car or outlet */
	int value;       /* car, S2 closed, or the attenuation the frame has come through in dB */
	uint32_t serial; /* of the attempt, request or car it belongs to */
	struct mme frame;
};

/* When an event happens, and its age among those of the same time. */
struct line_slot {
	uint64_t time_us;
	uint64_t order;
	uint16_t event;
};

struct line_world {
	uint64_t now_us;
	uint64_t random;
	size_t car_count;
	size_t outlet_count;
	struct line_car cars[LINE_CARS];
	struct line_outlet outlets[LINE_OUTLETS];
	struct line_path paths[LINE_CARS][LINE_OUTLETS];
	/* The line. */
	uint32_t delay_us; /* each frame takes 1 ms and up to so much */
	uint32_t doubled_permille;
	bool separate_stations; /* each outlet is one; otherwise all are of one station */
	uint32_t leak_permille; /* profiles that the host of another outlet receives too */
	/* The frames and changes to come, nearest first (a heap of slots). */
	size_t heap_count;
	uint64_t order;
	struct line_slot heap[LINE_EVENTS];
	uint16_t free_events[LINE_EVENTS];
	struct line_event events[LINE_EVENTS];
	struct outlet_effects out; /* of the last input to an outlet */
	/* What came of it. */
	char broken[160];          /* the first rule that was broken, "" if none was */
	unsigned validations;      /* step 2 begun */
	unsigned foreign_profiles; /* given to an outlet, and refused */
	bool crossed;              /* what is broken is the limit of validation, see line_world.c */
	bool print;                /* every event, for the search of a fault */
};

/* An empty site. Then: cars and outlets are added, `paths` and the line's properties are set. */
void line_world_init(struct line_world *world, uint64_t seed);
/* The configs are copied, ev_mac is filled in. */
void line_world_add_car(struct line_world *world, const struct slac_ev_config *config);
/* The outlet has a standard modem with these delays, see struct line_outlet. Its service begins. */
void line_world_add_outlet(struct line_world *world, const struct outlet_config *config, uint32_t pilot_ms,
			   uint32_t key_ms, uint32_t join_ms);

/* A number from `min` to `max`, each included. */
uint32_t line_random(struct line_world *world, uint32_t min, uint32_t max);

/* Now: the plug is put in, by LINE_NONE in some other station; the pilot follows. The car says nothing yet.
 */
void line_world_plug(struct line_world *world, int car, int outlet);
/* The car begins, with a new run_id. */
void line_world_attempt(struct line_world *world, int car);
/* The plug is pulled; the car says no more. */
void line_world_unplug(struct line_world *world, int car);
/* The car says no more, the plug stays in. */
void line_world_silence(struct line_world *world, int car);
/* The modems lose each other; the car begins again. Nothing, unless the two are matched and the link is watched. */
void line_world_lose_link(struct line_world *world, int outlet);

/* Until this time, or until a rule is broken: false, and `broken` says which. */
bool line_world_run(struct line_world *world, uint64_t until_us);

/* True when the outlet waits for nothing any more: no run, no window, no step of the pilot, no request. */
bool line_world_is_settled(const struct line_world *world, int outlet);

#endif
