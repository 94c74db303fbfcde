/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A broker played by the test itself, octet by octet (MQTT 3.1.1): what a real broker does only when it is
 * broken, slow or hostile. The client's event loop runs on while the test waits for it here.
 */
#ifndef MQTT_BROKER_TESTS_PLAYED_BROKER_H
#define MQTT_BROKER_TESTS_PLAYED_BROKER_H

#include "mqtt/broker/tests/client.h"

#include <sys/types.h>

/* The types of packets, in the upper four bits. */
#define MQTT_CONNECT    0x10
#define MQTT_PUBLISH    0x30
#define MQTT_SUBSCRIBE  0x80
#define MQTT_PINGREQ    0xc0
#define MQTT_DISCONNECT 0xe0

#define MQTT_LEVEL_AT 6 /* in the body of CONNECT, behind the name of the protocol */

struct packet {
	uint8_t type;
	size_t len;
	uint8_t body[4096];
	/* of a PUBLISH */
	uint16_t mid;
	char payload[64];
};

int accept_tcp(int listener);
/* Accepts a client and reads its CONNECT, which has this level of the protocol: 4 is MQTT 3.1.1, 5 MQTT 5. */
int accept_connect(int listener, uint8_t level);
/* Accepts a client, answers CONNECT with `code` and, for 0, the packet of two subscriptions with 1 and `granted`. `packet`
 * becomes the CONNECT. */
int accept_client(int listener, uint8_t code, uint8_t granted, struct packet *packet);

/* Opens the client, which connects: its connection. `packet` becomes the CONNECT. */
int open_connected(struct client *client, const struct broker_options *options, int listener, struct packet *packet);

/* A client, and its connection to the broker that is played here. */
struct bench {
	struct broker_options options;
	struct client client;
	int listener;
	int fd;
	struct packet packet; /* that was read last: CONNECT at first */
};

/* The broker listens, and the options are the usual ones: they may be changed before the client is opened. */
void bench_listen(struct bench *bench);
/* Opens the client, which connects. */
void bench_connect(struct bench *bench);
/* Both. */
void bench_open(struct bench *bench);
/* The client connects (again). */
void bench_accept(struct bench *bench);
/* Stops the client, which must get rid of all its messages. */
void bench_stop(struct bench *bench);
/* Ends the connection and closes the client, whatever waits. */
void bench_drop(struct bench *bench);

void read_packet(int fd, struct packet *packet);
/* A message with QoS 1 that is not retained, and one that is. */
void read_publish(int fd, struct packet *packet, const char *payload);
void read_value(int fd, struct packet *packet, const char *payload);
void puback(int fd, const struct packet *publish);
/* Sends a PUBLISH to the client with QoS 1 and this payload of len octets. */
void send_text(int fd, uint16_t mid, const char *text, size_t len);
/* Likewise as one that the broker had stored. */
void send_stored(int fd, uint16_t mid, const char *text, size_t len);
/* Likewise with a payload of len octets 'p'. */
void send_publish(int fd, uint16_t mid, size_t len);

struct packets {
	const void *octets;
	size_t len;
	size_t zeros; /* that follow, in all the same packet */
};

/* A process that sends these packets without an end, as fast as the client takes them. */
pid_t send_without_end(int fd, const struct packets *packets);
void end_sender(pid_t sender);

void read_puback(int fd, uint16_t mid);
/* How many messages it has acknowledged since the last call. */
unsigned take_pubacks(int fd);
/*
 * Lets the client, whose callback is slow, have a turn again and again until `least` messages wait for the callback:
 * they were acknowledged, neither dropped nor handed over. *acknowledged counts on. Returns the most that waited.
 */
unsigned wait_for_backlog(struct client *client, int fd, unsigned least, unsigned *acknowledged);
/* Until the client reads no more. Returns how many messages it has acknowledged. */
unsigned count_pubacks(int fd);

/* Stops the client, which must get rid of all its messages; the broker closes fd at its DISCONNECT. */
void stop_properly(struct client *client, int fd);

#endif
