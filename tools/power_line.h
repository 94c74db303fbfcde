/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The simulated power line: carries SLAC messages between the EVSE host on one link and the cars, which live
 * in this process or behind a second link. Each link's end is also its host's modem: key commands are
 * answered there and not carried on, and the EVSE's modem adds the attenuation profile after each sound.
 */
#ifndef TOOLS_POWER_LINE_H
#define TOOLS_POWER_LINE_H

#include "homeplug/capture.h"
#include "homeplug/link.h"
#include "tools/modem_sim.h"
#include "tools/slac_ev_options.h"
#include "tools/trace.h"

#include <event2/event.h>

/* What the line tells its user. */
struct power_line_hooks {
	void *ctx;
	/* A message of the EVSE host, for the cars in this process. */
	void (*frame)(void *ctx, const struct mme *mme);
	/* The peer of the EVSE link has come or gone; a live link is connected from the beginning. */
	void (*connected)(void *ctx, bool connected);
	/* The EVSE's modem, or the external EV's, was given a key. */
	void (*key_set)(void *ctx, bool by_ev);
	/* A link broke for good. */
	void (*broken)(void *ctx);
};

/* One link, the host behind it and this host's modem. */
struct line_side {
	struct power_line *line;
	const char *host; /* names for the trace */
	const char *modem_name;
	struct link *link; /* NULL: there is no such side */
	struct event *readable;
	bool connected;
	struct modem_sim modem;
	struct event *answer_timer; /* pending while a delayed answer waits */
	struct mme answer;
};

struct power_line {
	const struct slac_ev_options *options;
	const struct trace *trace;
	struct power_line_hooks hooks;
	struct capture_writer *capture; /* NULL: none */
	struct line_side evse;
	struct line_side ev; /* external EV host */
	uint32_t ev_sounds;  /* of the external EV in its present run */
	bool ev_confirmed;   /* CM_SLAC_MATCH.CNF went to the external EV */
};

/* Opens the links and the capture file. On failure false, and `error` names what is missing; close it all the
 * same. */
bool power_line_open(struct power_line *line, const struct slac_ev_options *options, struct event_base *base,
		     const struct trace *trace, const struct power_line_hooks *hooks,
		     char error[LINK_ERROR_SIZE]);
/* False when the capture file could not be written. */
bool power_line_close(struct power_line *line);

/* A car in this process speaks. */
void power_line_send(struct power_line *line, const char *car, const struct mme *mme);

/* True when the EVSE's modem holds this key. */
bool power_line_has_key(const struct power_line *line, const struct network_key *key);
/* True when the external EV's modem and the EVSE's modem are in one network, by a match on this line. */
bool power_line_ev_joined(const struct power_line *line);

#endif
