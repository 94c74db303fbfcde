/* SPDX-License-Identifier: Apache-2.0 */
/* The shell of an outlet, as its own files know it: evse.c, and evse_port.c for its interface. */
#ifndef SLACD_EVSE_INTERNAL_H
#define SLACD_EVSE_INTERNAL_H

#include "homeplug/port/port.h"
#include "slacd/evse.h"
#include "slacd/evse_log.h"
#include "slacd/interface_rule.h"
#include "slacd/outlet/outlet.h"

/* Pilot requests whose answer is known when it comes late. */
#define REQUESTS_KEPT 4
/* One more than the outlet keeps: it answers that one at once. */
#define QUESTIONS_MAX (OUTLET_QUESTIONS + 1)

struct evse {
	const struct evse_shared *shared;
	struct api_evse_parameters parameters;
	const char *interface; /* of the parameters, or of the settings, which keep it */
	struct evse_log log;
	struct recorder *recorder; /* NULL: nothing is recorded */

	struct port *port; /* NULL while it cannot be opened */
	struct event *readable;
	struct precise_timer *timer;
	uint64_t timer_us;           /* what the timer is armed to, OUTLET_NEVER: not armed */
	uint64_t port_retry_us;      /* when to open the port again, OUTLET_NEVER: open, or the kernel will tell */
	uint64_t port_not_before_us; /* not to be opened earlier, whatever the kernel tells */
	uint64_t port_failed_us;     /* sending has failed: it is given up then, OUTLET_NEVER: it has not */
	uint8_t frames_for_nobody;   /* heard in vain since a car could be there, as far as they are counted */
	enum port_hearing hearing;
	bool filter_refused_said;
	bool takes_frames;       /* the timer is armed behind the last of them */
	bool interface_is_local; /* the configuration names it: it is believed */

	char request_ids[REQUESTS_KEPT][API_UUID_MAX]; /* of the last pilot requests, by the rest of their number */
	bool stopping;                                 /* evse_stop was called */
	bool stop_told;                                /* evse_shared.stopped was called */
	size_t slot;                                   /* of its pilot requests */
	uint32_t request_number;
	bool request_unsent;
	bool e_f_wanted;             /* and the listener was not told yet */
	bool settings_wait;          /* until no vehicle is there */
	bool basic_has_ended;        /* 5 % was asked for since basic charging was said: a late car was let in */
	struct api_slac_status said; /* the last status that was published, without its record, */
	char said_id[API_UUID_MAX];  /* and the id of its message, "": none yet */
	struct metrics_counts counts;
	uint64_t received_us;                      /* when the frame that is being handled was read, 0: none is */
	char questions[QUESTIONS_MAX][API_ID_MAX]; /* ids of network questions, "": a free place */

	/*
	 * What comes before the second run of the outlet fits into one page of memory. What follows is not touched where
	 * few cars are heard and the port is open, and needs no memory then.
	 */
	struct outlet outlet;
	struct evse_log_limits log_limits;
	char port_error[PORT_ERROR_SIZE]; /* what was said last about it, "": it is open */
	char refusal[INTERFACE_WHY_SIZE]; /* why the station may not name it, as said last; "": it may */
};

/* evse.c: gives the outlet an input, and does what it says to that. */
void evse_give(struct evse *evse, const struct outlet_input *input);
void evse_give_kind(struct evse *evse, enum outlet_input_kind kind);
/* The same of what came some time ago: before what is due by now. */
void evse_give_before_due(struct evse *evse, const struct outlet_input *input);
/* To be called after anything that may change when the outlet or its port want to be called. */
void evse_arm_timer(struct evse *evse);

/* evse_port.c */
/* Whether a file of this host names the interface for this outlet, be it that a message names the same one. */
bool evse_interface_is_local(const struct evse_shared *shared, const struct api_evse_parameters *parameters);
void evse_open_port(struct evse *evse);
void evse_close_port(struct evse *evse);
/* Does what is due: the port is given up, or opened again. */
void evse_port_tick(struct evse *evse, uint64_t now_us);
/* After an input: a vehicle may be there now, and the port has to give what cars say; or its link is up. */
void evse_hear_what_is_due(struct evse *evse);
/* Gives the outlets what their modems have answered without waking anybody. To be called before what is due is done. */
void evse_take_link_answers(const struct evse_shared *shared);
/* The vehicle may have left: then a port that slacd may not use is given up. */
void evse_give_up_refused_port(struct evse *evse);

#endif
