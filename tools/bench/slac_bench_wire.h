/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The far end of a veth pair: sends frames and measures how long the answer takes, on a blocking raw socket.
 * The same code times slacd and the floor. It is also the modem of the host it talks to: key
 * commands are answered at once whenever a frame is awaited.
 */
#ifndef TOOLS_BENCH_SLAC_BENCH_WIRE_H
#define TOOLS_BENCH_SLAC_BENCH_WIRE_H

#include "tools/car/modem_sim.h"

#include <sys/types.h>

/* The first two octets of the MACs of neighbour cars: answers to them are not for us. */
#define WIRE_NEIGHBOUR 0x0240

struct bench_wire {
	int fd;
	uint8_t mac[MAC_LEN];
	struct modem_sim modem;
	unsigned keys;        /* confirmed by the modem so far */
	uint64_t last_key_ns; /* when the last confirmation went out */
};

/* Opens the interface; false with the reason on stderr. */
bool wire_open(struct bench_wire *wire, const char *interface);
void wire_close(struct bench_wire *wire);

/* The MAC of an interface; false with the reason on stderr. */
bool wire_mac(const char *interface, uint8_t mac[MAC_LEN]);

bool wire_send(struct bench_wire *wire, const struct mme *frame);
/* A frame that nobody waits for may still be a command to the modem, or a question. */
void wire_serve(struct bench_wire *wire, const uint8_t *octets, ssize_t len);
/* Waits at most timeout_us for a message of this type, or for the modem to have confirmed `keys` keys. */
bool wire_wait(struct bench_wire *wire, uint16_t mmtype, unsigned timeout_us, struct mme *answer);
bool wire_wait_keys(struct bench_wire *wire, unsigned keys, unsigned timeout_us);
/* Reads what has come in the meantime and forgets it. */
void wire_drain(struct bench_wire *wire);

/*
 * Sends a request and blocks until a message of type `answer_type` is here; *ns is the time between the call
 * of send and the return of recv. False after a second without it.
 */
bool wire_exchange(struct bench_wire *wire, const struct mme *request, uint16_t answer_type, struct mme *answer,
		   uint64_t *ns);

#endif
