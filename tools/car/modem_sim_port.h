/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A simulated modem at work: answers its host when and how its faults want it, is away while it restarts, and
 * reports sounds. Shell: it has the timers; what it says comes from modem_sim.h and modem_sim_vendor.h.
 */
#ifndef TOOLS_CAR_MODEM_SIM_PORT_H
#define TOOLS_CAR_MODEM_SIM_PORT_H

#include "tools/car/modem_sim.h"
#include "tools/car/modem_sim_fault.h"

#include <event2/event.h>

/* Frames that wait for their time; more are lost. */
#define MODEM_PORT_WAITING 64

struct modem_port_hooks {
	void *ctx;
	/* A frame for the host. */
	void (*send)(void *ctx, const char *from, const uint8_t *frame, size_t len);
	/* The host gave it a key. */
	void (*key_set)(void *ctx);
	/* It went away, came back or lost its key. */
	void (*changed)(void *ctx);
	/* The host was told that there is a link. */
	void (*told_link)(void *ctx);
	/* Something worth a line of the account. */
	void (*say)(void *ctx, const char *what);
};

struct modem_port_frame {
	uint64_t due_us; /* 0: a free place */
	uint64_t order;
	const char *from;
	bool tells_link;
	bool key_command;
	size_t len;
	uint8_t octets[MME_FRAME_MAX];
};

struct modem_port {
	struct modem_sim modem;
	struct modem_sim stranger; /* another modem that answers as well */
	struct modem_faults faults;
	uint8_t set_key_result; /* where it does not refuse */
	uint32_t key_delay_ms;  /* before it answers a key command */
	uint32_t reset_ms;      /* it is away after a reset */
	const char *name;
	struct modem_port_hooks hooks;
	struct attenuation measured; /* of the last sound, as it reported it */
	uint8_t host[MAC_LEN];       /* who asked last; zero: nobody yet */
	bool away;
	struct modem_reboot reboot; /* that it is away for */
	struct event *send_timer;
	struct event *back_timer;
	struct event *lose_key_timer;
	uint64_t frames;
	struct modem_port_frame waiting[MODEM_PORT_WAITING];
};

/* The modem, the faults, the delays and the name are set before. False when there are no timers. */
bool modem_port_open(struct modem_port *port, struct event_base *base, const struct modem_port_hooks *hooks);
void modem_port_close(struct modem_port *port);

/* Other faults from now on; those of the moment (lose-key, reboot-at:now) happen. */
void modem_port_misbehave(struct modem_port *port, const struct modem_faults *faults);

/* Why it does not hear a frame of its host that the line does not carry (mme_decode gave *mme and error), or NULL. */
const char *modem_port_deaf(const struct modem_port *port, const struct mme *mme, enum mme_error error);
/* It hears such a frame. NULL, or why it is not answered. */
const char *modem_port_take(struct modem_port *port, const struct mme *mme, enum mme_error error, const uint8_t *frame,
			    size_t len);
/* It hears a sound of this EV. */
void modem_port_sound(struct modem_port *port, const struct attenuation *attenuation, const uint8_t ev_mac[MAC_LEN]);
/* Its host was given this message by the line, or the link came up: does it reboot? */
void modem_port_step(struct modem_port *port, enum modem_step step);

#endif
