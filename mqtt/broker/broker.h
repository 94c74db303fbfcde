/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connection to the MQTT broker (MQTT 3.1.1, or 5 for its no-local subscriptions; OASIS standards), for a daemon
 * that runs on libevent (doc/mqtt.md).
 *
 * The event loop serves the connection: what there is to do is done in bounded turns, each behind the events that are
 * due by then. Nothing in them waits, however slow, silent or hostile the broker is. What can wait is done by a thread
 * ("mqtt") that lives for one attempt to connect: the look-up of the name, TCP, the TLS handshake, CONNECT. Only
 * broker_stop waits for the broker. Every function is for the thread of the event loop.
 *
 *     thread "mqtt"  look-up, TCP, TLS, CONNECT  ----->  a session, once for each connection
 *     event loop     broker_publish -> outbound queue -> the library -> socket
 *                    callbacks <- inbound queue <- the library <- socket
 *
 * While nothing happens, there is no thread, and the event loop is woken for the MQTT keep-alive only.
 *
 * Tables, and what happens when they are full:
 *     outbound KEEP    256 messages *, those awaiting PUBACK too: the oldest waiting one is dropped, counted; a
 *                      KEEP_OR_REFUSE message is refused
 *     outbound NOW     64 messages *: broker_publish refuses; or, where that is asked for (now_makes_room), the oldest
 *                      waiting one is dropped, counted
 *     outbound octets  1 MiB over both: as the two above
 *     outbound slots   one message of up to 4 KiB in each of 136 *: a newer one takes its place
 *     outbound values  none * of up to 4 KiB: a further one is refused, and it is told when there is room
 *     in flight        16 unacknowledged messages: the rest waits in the outbound queue
 *     of slots         64 unacknowledged messages besides: the rest waits in its slots
 *     of values        8 unacknowledged messages besides, where nothing else waits: the rest waits in its queue
 *     inbound          256 messages * or 1 MiB of topics and payloads: the socket is not read until half of it was taken
 *     of these         a quarter (64), 512 KiB with them, that may be dropped: a further one is, counted
 *     one packet       4 MiB: the connection is cut ("oversized message") at its first octets, and made again
 *     QoS 2            64 messages whose PUBREL has not come: the connection is cut
 *     (* where struct broker_bounds asks for no other number)
 *
 * A turn reads 32 packets at most, and runs 16 callbacks of messages at most. It begins no packet after half a
 * millisecond, and no callback after one and a half. What is left has its next turn behind the events that have become
 * due meanwhile. So a turn lasts as long as that, one packet and one callback. A message that is too large to be handed
 * over is thrown away in pieces. Only with TLS it is collected first, in turns of 16 records at most: the last of them
 * takes some milliseconds of a message of 4 MiB.
 *
 * Reading goes before callbacks: precious messages behind a flood of others would otherwise be lost at the broker, where
 * they wait in a queue that is full.
 *
 * Subscriptions have QoS 1. With QoS 2 the library holds a message until PUBREL, which comes behind further messages: no
 * bound could be kept by not reading. The receive maximum of MQTT 5 is meant for that, and is exceeded by mosquitto
 * 2.0.11. Nothing comes twice: each connection is a new session, unless the broker is to keep it (keeps_session).
 *
 * While the socket is not read, what arrives waits in the kernel and then at the broker. Nothing is lost here, and
 * messages stay in the order in which they came. PINGREQ is sent on. Only when the inbound queue stays full for more
 * than a whole keep-alive after that, the connection ends for want of PINGRESP. The inbound bound is checked before each
 * message: of 1 MiB the last one may exceed it. Neither is the socket read while it takes nothing: what is to be
 * acknowledged would pile up.
 */
#ifndef MQTT_BROKER_BROKER_H
#define MQTT_BROKER_BROKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BROKER_KEEP_MAX            256
#define BROKER_NOW_MAX             64
#define BROKER_OUTBOUND_BYTES_MAX  (1024u * 1024u)
#define BROKER_INFLIGHT_MAX        16
#define BROKER_SLOTS               136
#define BROKER_SLOT_BYTES_MAX      4096
#define BROKER_SLOT_INFLIGHT_MAX   64
#define BROKER_VALUE_BYTES_MAX     4096
#define BROKER_VALUE_INFLIGHT_MAX  8
#define BROKER_VALUES_PAUSE_MS     60000
#define BROKER_VALUES_PAUSE_MAX_MS 3600000
#define BROKER_INBOUND_MAX         256
#define BROKER_INBOUND_BYTES_MAX   (1024u * 1024u)
#define BROKER_DROPPABLE_MAX       (BROKER_INBOUND_MAX / BROKER_DROPPABLE_SHARE)
#define BROKER_DROPPABLE_SHARE     4 /* one of so many inbound messages may be one that can be dropped */
/* What struct broker_bounds may ask for at most, of each. */
#define BROKER_BOUND_LIMIT       4096
#define BROKER_PACKET_MAX        (4u * 1024u * 1024u)
#define BROKER_SUBSCRIPTIONS_MAX 16
#define BROKER_REASON_MAX        256

/*
 * What one turn of the event loop may be spent on: packets read and messages handed over; callbacks of messages. None
 * is begun later than these times after the turn's beginning.
 */
#define BROKER_TURN_PACKETS   32
#define BROKER_TURN_CALLBACKS 16
#define BROKER_TURN_TLS_READS 32
#define BROKER_TURN_READ_US   500u
#define BROKER_TURN_US        1500u

/* Connecting again: first after 250 ms, doubled up to 5 s; back to 250 ms once a connection lasted 5 s. */
#define BROKER_BACKOFF_MIN_MS   250u
#define BROKER_BACKOFF_MAX_MS   5000u
#define BROKER_BACKOFF_RESET_MS 5000u
/* The time that one address has to accept the TCP connection and to answer CONNECT. */
#define BROKER_CONNECT_TIMEOUT_MS 5000u
/* A NOW message that has waited this long for the socket is dropped. */
#define BROKER_NOW_AGE_MAX_MS 2000u
/* The connection is given up when sent octets stay unacknowledged (TCP) for this long. */
#define BROKER_UNACKNOWLEDGED_MAX_MS 10000u
/*
 * Another client with the same client id takes the connection away again and again, each time after its own back-off.
 * So many connections in a row that the broker ended so soon after it had accepted them are a sign of that.
 */
#define BROKER_DISPLACED_MS    (BROKER_BACKOFF_MAX_MS + 1000u)
#define BROKER_DISPLACED_TIMES 3u

struct event_base;
struct broker;

/*
 * Whether messages can be published to the topic and subscribed by its name: UTF-8 without control characters, neither
 * empty nor longer than MQTT allows, and no wildcard.
 */
bool broker_topic_is_valid(const char *topic);
/* Likewise for a filter of topics, which may have wildcards. */
bool broker_filter_is_valid(const char *filter);

enum broker_publish_kind {
	BROKER_KEEP,           /* status: kept in order while disconnected and sent again if its PUBACK is missing */
	BROKER_KEEP_OR_REFUSE, /* likewise, but refused where an older one would have to make room for it */
	BROKER_NOW             /* request: only on the connection that exists now, never later */
};

enum broker_drop {
	BROKER_DROP_OUTBOUND_FULL,     /* the oldest KEEP message made room for a new one */
	BROKER_DROP_OUTBOUND_NOW,      /* the oldest NOW message made room for a new one (now_makes_room) */
	BROKER_DROP_OUTBOUND_STALE,    /* a NOW message waited longer than BROKER_NOW_AGE_MAX_MS */
	BROKER_DROP_OUTBOUND_REFUSED,  /* the library refused the message, e.g. its topic has a wildcard */
	BROKER_DROP_OUTBOUND_DENIED,   /* the broker did not take the message (PUBACK of MQTT 5): no right to publish */
	BROKER_DROP_INBOUND_FULL,      /* messages that may be dropped came faster than the event loop took them */
	BROKER_DROP_INBOUND_TOO_LARGE, /* payload above API_PAYLOAD_MAX (mqtt/api/api.h) */
	BROKER_DROPS
};

/* What becomes of a message that was received while others wait for the event loop. */
enum broker_worth {
	BROKER_WORTHLESS, /* it is thrown away at once, uncounted */
	BROKER_DROPPABLE, /* it is dropped when too many of its kind wait: who sent it will do so again */
	BROKER_PRECIOUS   /* it is delivered: while there is no room, nothing is read from the socket */
};

/* Files in the form PEM. They are read at each connection: what is renewed needs no restart. */
struct broker_tls {
	const char
		*ca; /* of the CAs that the broker's certificate may be of: a file, or a directory with hashed names */
	const char *certificate; /* the client's own, with its chain; NULL: none */
	const char *key;         /* of it, without a passphrase; NULL: none */
};

/* How many messages the tables hold, 4 ... BROKER_BOUND_LIMIT of each. 0: as the table above says. */
struct broker_bounds {
	size_t keep_max;    /* BROKER_KEEP_MAX */
	size_t now_max;     /* BROKER_NOW_MAX */
	size_t slots;       /* BROKER_SLOTS */
	size_t inbound_max; /* BROKER_INBOUND_MAX */
	size_t values;      /* 0: none are published */
};

enum broker_tls_file { BROKER_TLS_CA, BROKER_TLS_CERTIFICATE, BROKER_TLS_KEY };

/* The texts are copied. host and client_id are required; what else is NULL or 0 is not used. */
struct broker_options {
	const char *host; /* name or address; the absolute path of a Unix socket when port is 0 */
	uint16_t port;
	uint16_t keepalive_s;  /* 0: 60; raised to 5, the least libmosquitto takes */
	const char *client_id; /* unique at the broker, which ends the older of two connections with one id */
	const char *username;
	const char *password;
	/*
	 * NULL: no TLS. Otherwise TLS 1.2 or later, and the broker's certificate must name `host`. There is no way
	 * around that check. Not on a Unix socket.
	 */
	const struct broker_tls *tls;
	const char *const *subscriptions; /* topics, QoS 1, subscribed at every connect */
	size_t subscription_count;        /* 0 ... BROKER_SUBSCRIPTIONS_MAX */
	/*
	 * What the client itself publishes does not come back to it: MQTT 5, where the broker speaks it. From a broker
	 * that does not it does come back.
	 */
	bool no_local;
	const char *will_topic; /* last will, QoS 1 */
	const char *will_payload;
	size_t will_len;
	bool will_retained; /* the broker keeps it for whoever subscribes later */
	/*
	 * What a payload of any len octets is worth. Called before the message waits for its callback, with
	 * worth_context, up to the end of broker_stop. It must not call broker_ functions. NULL: each is
	 * BROKER_PRECIOUS.
	 */
	enum broker_worth (*worth)(const void *context, const char *topic, const char *payload, size_t len);
	const void *worth_context; /* not copied */
	/*
	 * What the broker had stored is what the client lives by: it is worth what `worth` says. Otherwise it may be
	 * dropped, however much that is.
	 */
	bool needs_retained;
	struct broker_bounds bounds; /* all 0: the usual ones */
	/* A NOW message that finds no room takes that of the oldest that waits, instead of being refused. */
	bool now_makes_room;
	/*
	 * The broker keeps the session while the client is away, also one that was killed: its subscriptions, those of
	 * former runs too, and the messages that come meanwhile, as far as the broker has room. A message that was not
	 * acknowledged comes again. Not with no_local.
	 */
	bool keeps_session;
	/*
	 * Messages are not acknowledged when they are read, but when the owner says that they are safe
	 * (broker_acknowledge). Nothing at all is written meanwhile. A broker sends so many on without acknowledgement
	 * as it is set up for, mosquitto 20.
	 */
	bool holds_acknowledgements;
};

/*
 * Called on the event loop, never from inside a broker_ function. Any may be NULL. A callback may call broker_publish
 * and broker_connected, but not broker_stop. Of messages at most 16 run in one turn of the loop, so that a flood does
 * not delay the other events.
 */
struct broker_callbacks {
	/*
	 * The broker has accepted the connection, and SUBSCRIBE was sent: the answer to a request will be received.
	 */
	void (*connected)(void *context);
	/*
	 * The connection broke, or the first attempt failed. While disconnected it is called again only when the
	 * reason changes. reason is one line, valid during the call.
	 */
	void (*disconnected)(void *context, const char *reason);
	/* topic is NUL-terminated; payload has len octets and a NUL after them. Valid during the call. */
	void (*message)(void *context, const char *topic, const char *payload, size_t len);
	/*
	 * A message that the broker had stored (retain flag) and that is older than the subscription, nobody knows how
	 * much. It never goes to `message`. As there; precious with needs_retained only.
	 */
	void (*retained)(void *context, const char *topic, const char *payload, size_t len);
	/*
	 * Messages were dropped for the reason `what`; total counts all of them since broker_open. Called at the
	 * first drop, then at most once a minute for each reason, and after `connected` when the total has grown
	 * since.
	 */
	void (*dropped)(void *context, enum broker_drop what, uint64_t total);
	/* The broker refused a subscription (SUBACK 0x80); the connection stays. */
	void (*subscription_refused)(void *context, const char *topic);
	/*
	 * Another client takes the connection away: the broker has said so (MQTT 5), or it looks like that
	 * (BROKER_DISPLACED_TIMES). Called again only after a connection has lasted.
	 */
	void (*displaced)(void *context);
	/*
	 * broker_publish_value has refused a value before. Now half of those that may wait fit again, or the pause is
	 * over.
	 */
	void (*values_room)(void *context);
	/*
	 * Behind `disconnected`: values pause (broker_publish_value). Called again only after the broker has acknowledged
	 * a value.
	 */
	void (*values_paused)(void *context);
	/* After broker_hold: all messages that were read have been handed over. Once for each broker_hold. */
	void (*held)(void *context);
};

/*
 * Whether these files can be used now. False with the one that cannot and `why`, which begins with its path. Reads
 * them.
 */
bool broker_tls_check(const struct broker_tls *tls, enum broker_tls_file *file, char *why, size_t size);

/*
 * Begins the first attempt to connect; returns at once. NULL with errno set (EINVAL: an option is missing, too many or
 * too large; otherwise as pthread_create, eventfd, malloc) when it cannot. base must outlive the client.
 */
struct broker *broker_open(struct event_base *base, const struct broker_options *options,
			   const struct broker_callbacks *callbacks, void *context);

/*
 * Publishes with QoS 1, not retained; topic and payload are copied. Never waits. Returns false when the message was
 * not taken: a NOW message while not connected or with its queue full, a KEEP_OR_REFUSE message with its queue full, a
 * payload above BROKER_OUTBOUND_BYTES_MAX / 4, or no memory. True does not mean delivered: a NOW message is dropped when the connection breaks before it was sent.
 * What was handed to the kernel can still arrive up to BROKER_UNACKNOWLEDGED_MAX_MS later, when the network comes
 * back.
 */
bool broker_publish(struct broker *broker, enum broker_publish_kind kind, const char *topic, const char *payload,
		    size_t len);

/*
 * As broker_publish with BROKER_KEEP, and retained: the broker gives it to whoever subscribes later. An empty payload
 * takes back what it has retained of the topic.
 */
bool broker_publish_retained(struct broker *broker, const char *topic, const char *payload, size_t len);

/*
 * Publishes the newest message of a slot (0 ... slots-1), with QoS 1, not retained; topic and payload are
 * copied. Takes the place of an older one of the slot that was not sent yet. It waits for no acknowledgement of other
 * messages, and shares no bound with them; what was published earlier and may be sent goes before it. While connected
 * it is refused for one reason only: no memory. Returns false in that case, while not connected, and for more than
 * BROKER_SLOT_BYTES_MAX octets. True does not mean delivered: what the slot holds goes with the connection and is never
 * sent later.
 */
bool broker_publish_latest(struct broker *broker, size_t slot, const char *topic, const char *payload, size_t len);

/*
 * Publishes a value with QoS 1, retained; topic and payload are copied, len 0 clears what the broker has retained.
 * Values go in their order, but only while no other message waits, and share no bound with others. Returns false when
 * there is no connection, when bounds.values of them wait (values_room tells when that has changed), for more than
 * BROKER_VALUE_BYTES_MAX octets, and without memory. True does not mean delivered: what waits and what is not
 * acknowledged goes with the connection and is never sent later.
 *
 * There are brokers that end the connection of who may not publish something. Where one has ended as soon as a value was
 * denied, or while values were on their way and none of it was acknowledged, the next values are refused for
 * BROKER_VALUES_PAUSE_MS, twice as long each time up to BROKER_VALUES_PAUSE_MAX_MS; values_paused tells that, and
 * values_room when it is over.
 */
bool broker_publish_value(struct broker *broker, const char *topic, const char *payload, size_t len);

/*
 * From now on nothing is read from the broker; what was read is still handed over, and then `held` is called. For an
 * owner that makes what it has been given safe, with holds_acknowledgements.
 */
void broker_hold(struct broker *broker);

/*
 * All messages that were handed over are safe: they are acknowledged as soon as the socket takes it, and reading goes on.
 * Only with holds_acknowledgements, and only from `held` on or where no message has come. Those of a connection that has
 * broken meanwhile come again.
 */
void broker_acknowledge(struct broker *broker);

/* Whether there is a connection, of which the callback `connected` has told. */
bool broker_connected(const struct broker *broker);

/* Messages dropped since broker_open, for status and tests. */
uint64_t broker_dropped(const struct broker *broker, enum broker_drop what);

/*
 * Ends the connection and frees the broker; no callback runs any more. Messages that were not told to be safe
 * (holds_acknowledgements) are not acknowledged, and then no DISCONNECT is sent. Waits until the queued messages were sent and
 * acknowledged and DISCONNECT was sent (so that the broker does not send the will), at most timeout_ms. Returns true
 * when all that happened. Without a connection it waits only for an attempt that is under way. One that is stuck in a
 * name look-up is left behind: its thread owns what it uses, and frees it when the look-up returns.
 */
bool broker_stop(struct broker *broker, unsigned timeout_ms);

#endif
