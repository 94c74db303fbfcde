/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The simulated power line: carries SLAC messages between the EVSE host on one link and the cars, which live
 * in this process or behind a second link. Each link's end is also its host's modem: key commands are
 * answered there and not carried on, and the EVSE's modem adds the attenuation profile after each sound.
 */
#ifndef TOOLS_CAR_POWER_LINE_H
#define TOOLS_CAR_POWER_LINE_H

#include "homeplug/mme/amp_map.h"
#include "tools/replay/capture.h"
#include "homeplug/port/port.h"
#include "tools/car/modem_sim_port.h"
#include "tools/car/slac_ev_options.h"
#include "tools/car/trace.h"

#include <event2/event.h>

/* What the line tells its user. */
struct power_line_hooks {
	void *ctx;
	/* A message of the EVSE host, for the cars in this process. */
	void (*frame)(void *ctx, const struct mme *mme);
	/* The peer of the EVSE link has come or gone; a live link is connected from the beginning. */
	void (*connected)(void *ctx, bool connected);
	/* The EVSE host speaks CM_AMP_MAP. */
	void (*amp_map)(void *ctx, const struct amp_map_mme *message);
	/* The EVSE's modem, or the external EV's, was given a key. */
	void (*key_set)(void *ctx, bool by_ev);
	/* The EVSE's modem has found another station in its network, or lost it. */
	void (*link)(void *ctx, bool up);
	/* The EVSE host was told that there is a link. */
	void (*told_link)(void *ctx);
	/* A link broke for good. */
	void (*broken)(void *ctx);
};

/* One link, the host behind it and this host's modem. */
struct line_side {
	struct power_line *line;
	const char *host; /* names for the trace */
	const char *modem_name;
	struct port *link; /* NULL: there is no such side */
	struct event *readable;
	bool connected;
	struct modem_port port;
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
	bool car_joined;     /* the modem of a car in this process has taken a key: */
	uint8_t car_mac[MAC_LEN];
	struct network_key car_key;
	uint64_t together_us; /* since when it, or the external EV's, has the same key as the EVSE's */
	struct event *link_timer;
	struct attenuation attenuation; /* of the next sound */
	/* Of car and line since the last plug-in. The modem's was given to it. */
	struct car_behaviour behaviour;
};

/* Opens the links and the capture file. On failure false, and `error` names what is missing; close it all the
 * same. */
bool power_line_open(struct power_line *line, const struct slac_ev_options *options, struct event_base *base,
		     const struct trace *trace, const struct power_line_hooks *hooks, char error[PORT_ERROR_SIZE]);
/* False when the capture file could not be written. */
bool power_line_close(struct power_line *line);

/* A car in this process speaks. */
void power_line_send(struct power_line *line, const char *car, const struct mme *mme);

/* A car in this process speaks CM_AMP_MAP. */
void power_line_send_amp_map(struct power_line *line, const char *car, const struct amp_map_mme *message);

/* A car's modem takes the key that its host was given, or leaves the network. */
void power_line_join(struct power_line *line, const uint8_t ev_mac[MAC_LEN], const struct network_key *key);
void power_line_leave(struct power_line *line, const uint8_t ev_mac[MAC_LEN]);
/* A car is plugged in, and the line behaves like this from now on. */
void power_line_plug(struct power_line *line, const struct car_behaviour *behaviour);
/* The EVSE's modem behaves like this from now on. */
void power_line_misbehave(struct power_line *line, const struct car_behaviour *behaviour);

/* True when the EVSE's modem holds this key. */
bool power_line_has_key(const struct power_line *line, const struct network_key *key);
/* True while the EVSE's modem has lost the key that its host gave it, or is away. */
bool power_line_modem_is_lost(const struct power_line *line);
/* True when the external EV's modem and the EVSE's modem are in one network, by a match on this line. */
bool power_line_ev_joined(const struct power_line *line);

#endif
