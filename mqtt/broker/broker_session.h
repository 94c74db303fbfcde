/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One MQTT session, from CONNECT to its end. A thread makes it (broker_connect.c), and gives it to the event loop once
 * the broker has accepted it; it belongs to one of the two at a time. Internal to mqtt/broker.
 */
#ifndef MQTT_BROKER_BROKER_SESSION_H
#define MQTT_BROKER_BROKER_SESSION_H

#include "mqtt/broker/broker_packet.h"
#include "mqtt/broker/broker_shared.h"
#include "mqtt/broker/broker_tls.h"

#define BROKER_ADDRESS_SIZE 128 /* of a number with its scope, or of the path of a Unix socket */

struct mosquitto;

struct broker_session {
	const struct broker_settings *settings;
	struct broker *broker; /* NULL while it is the thread's */
	struct mosquitto *mosquitto;
	char address[BROKER_ADDRESS_SIZE];
	bool mqtt5;
	size_t queue_max; /* messages in flight, of the queue, of the slots and of values */
	size_t slot_max;
	size_t value_max;
	bool retains_nothing;         /* the broker, which is of MQTT 5 */
	uint16_t keepalive_s;         /* ours, or the broker's */
	struct broker_queue inflight; /* handed to the library and not acknowledged (PUBACK) yet; in order */
	size_t slot_inflight;         /* of these, by broker_publish_latest */
	size_t value_inflight;        /* of these, values */
	bool value_taken;             /* the broker has acknowledged one */
	bool value_denied; /* likewise denied one (MQTT 5), and no other packet came behind it but DISCONNECT */
	bool accepted;     /* CONNACK with 0 */
	bool broken;       /* the session is over; `end` says why */
	/*
	 * Octets that were looked at, `peeked` of them. The library has not read them yet, except for the first
	 * `begun`: the beginning of a packet's length, in TLS records before this one.
	 */
	uint8_t window[512];
	size_t peeked;
	size_t begun;
	size_t peeked_at;            /* where the next packet begins */
	bool drained;                /* nothing else was there */
	bool in_packet;              /* the library has read a part of `packet` */
	struct broker_packet packet; /* len 0: nothing is known of it */
	bool progress;               /* the library has handled a packet */
	bool listens_to_log;
	size_t skip_left;         /* octets of a message that is thrown away */
	uint16_t acknowledge_mid; /* of one that was, and is to be acknowledged; 0: none */
	size_t unreleased;        /* messages of QoS 2 that the library keeps until PUBREL */
	uint64_t last_in_ms;      /* the last octet received; not earlier than in the library's own note of it */
	uint64_t last_out_ms;     /* the last packet sent; likewise */
	uint64_t up_since_ms;
	struct broker_tls_watch tls; /* without TLS it sees nothing */
	struct broker_tls_budget tls_budget;
	struct broker_session_end end;
};

/* --- broker_session.c --- */

/* A session that has not connected yet; NULL without memory. */
struct broker_session *broker_session_new(const struct broker_settings *settings, const char *address, bool mqtt5);

/* Closes the connection, if there is one, and frees the session and the messages in flight. NULL: does nothing. */
void broker_session_free(struct broker_session *session);

/* The event loop takes the session over: subscribes. It may be broken afterwards. */
void broker_session_begin(struct broker_session *session, struct broker *broker);

enum broker_received {
	BROKER_RECEIVED_PACKET, /* there may be more */
	BROKER_RECEIVED_PART,   /* of a packet; the rest has not come yet, or has to wait for the next turn */
	BROKER_RECEIVED_NOTHING,
	BROKER_RECEIVED_CUT /* not even the length of a packet: the socket remains readable until there is more */
};

/* How long the socket is not looked at after BROKER_RECEIVED_CUT. */
#define BROKER_CUT_WAIT_MS 10

/* What has come since the last call of this may be received, as far as libssl may read in a turn. */
void broker_session_look_again(struct broker_session *session);

/* Reads one packet at most. The session may be broken afterwards. */
enum broker_received broker_session_receive(struct broker_session *session);

/* Hands over what waits, `max` messages at most, as far as the windows allow. */
void broker_session_send(struct broker_session *session, unsigned max);

/* Whether broker_session_send would hand something over. */
bool broker_session_can_send(const struct broker_session *session);

/* Writes what the library has to write, as far as the socket takes it. */
void broker_session_flush(struct broker_session *session);

/* The descriptor, -1: closed. */
int broker_session_fd(const struct broker_session *session);

/* Whether something could not be written. */
bool broker_session_wants_write(const struct broker_session *session);

/* Whether libssl has taken octets from the socket which the library has not: the socket does not tell of them. */
bool broker_session_has_octets_waiting(const struct broker_session *session);

/* Whether TLS waits for the other side. The library leaves it to its user to go on then. */
bool broker_session_shakes_hands(const struct broker_session *session);

/* When broker_session_keep_alive is due. */
uint64_t broker_session_deadline_ms(const struct broker_session *session);
void broker_session_keep_alive(struct broker_session *session, uint64_t now_ms);

/* Takes DISCONNECT to the broker, as far as that goes until the deadline. Returns whether it was sent. */
bool broker_session_say_goodbye(struct broker_session *session, uint64_t deadline_ms);

/* Ends the session with the pending error of the socket, if any. The library would only say "lost". */
void broker_session_fail_on_socket_error(struct broker_session *session);

/*
 * Each ends the session unless it is broken already: with a reason; because the other side has ended it; where a call
 * of the library returned an error (MOSQ_ERR_...).
 */
void broker_session_fail(struct broker_session *session, const char *reason);
void broker_session_lose(struct broker_session *session, const char *reason);
void broker_session_check(struct broker_session *session, int rc);

bool broker_session_uses_tls(const struct broker_session *session);

/* --- broker_skip.c: messages that are too large to be handed over, without the library, which would collect them --- */

/* Whether the packet, which begins at the octets that are looked at, is to be thrown away. Not with TLS. */
bool broker_session_is_skipped(const struct broker_session *session, const struct broker_packet *packet);

/* Throws some of it away: as broker_session_receive. */
enum broker_received broker_session_skip(struct broker_session *session);

/* Sends what is still to be acknowledged. False: the socket takes nothing now. */
bool broker_session_acknowledge(struct broker_session *session);

/* --- broker_connect.c; on the thread --- */

struct broker_attempt;

/* Connects with MQTT 5 or 3.1.1, and waits until the broker has accepted the session, or it is broken. */
void broker_session_connect(struct broker_session *session, struct broker_attempt *attempt);

#endif
