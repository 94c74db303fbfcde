/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the client on the event loop share. Internal to mqtt/broker. */
#ifndef MQTT_BROKER_BROKER_SHARED_H
#define MQTT_BROKER_BROKER_SHARED_H

#include "mqtt/broker/broker.h"
#include "mqtt/broker/broker_queue.h"
#include "mqtt/broker/broker_settings.h"

struct broker_attempt;
struct broker_session;
struct event;
struct event_base;

/* How a session has ended. */
struct broker_session_end {
	bool was_up;        /* the event loop had it */
	uint64_t up_ms;     /* for how long */
	bool lost;          /* the other side has ended it without a word */
	bool taken_over;    /* the broker has said that another client with the same id has come */
	bool other_mqtt;    /* not accepted, and it may be the version of MQTT that the broker does not speak */
	bool pauses_values; /* which did not pause before */
	char reason[BROKER_REASON_MAX];
};

struct broker {
	struct broker_settings *settings; /* NULL once an attempt that was left behind has them */
	struct event_base *base;
	struct event *turn;             /* what there is to do now, and the one timer */
	bool in_turn;                   /* it is being done */
	struct broker_attempt *attempt; /* to connect; NULL: none is under way */
	int attempt_over;               /* eventfd */
	struct event *attempt_event;    /* of it */
	uint64_t again_ms;              /* when the next attempt begins */
	unsigned back_off_ms;           /* how long to wait after the next one that fails */
	unsigned times_displaced;
	struct broker_session *session; /* NULL: no connection */
	struct event *socket;           /* of the session */
	short socket_events;            /* what it waits for; 0: it is not added */
	bool socket_is_ready;
	bool is_cut; /* it shows the beginning of a packet's length only */

	struct broker_queue outbound;  /* not handed to the library yet */
	struct broker_queue latest;    /* likewise: what the slots hold, in the order in which it was published */
	struct broker_message **slots; /* bounds.slots of them, each in `latest`; NULL: nothing to send */
	struct broker_queue values;    /* likewise: values */
	uint64_t values_after_ms;      /* none is taken before */
	uint64_t values_pause_ms;      /* the last one; 0: the broker takes values, as far as is known */
	bool value_refused;            /* and it was not told since that there is room */
	uint64_t published;            /* messages so far */
	size_t keep_count;             /* outbound and in flight */
	size_t now_count;              /* outbound and in flight */
	size_t outbound_bytes;         /* outbound and in flight */
	struct broker_queue inbound;
	size_t droppable_count;        /* of the inbound ones */
	bool reading_paused;           /* the inbound queue was full, and is not half empty yet */
	bool holding;                  /* broker_hold: nothing is read until broker_acknowledge */
	bool told_held;                /* of that */
	bool unsafe;                   /* messages were handed over that the owner has not called safe */
	bool up;                       /* there is a connection, and `connected` has told of it */
	bool ended;                    /* there was a session, and nobody was told of its end yet */
	struct broker_session_end end; /* of it */
	bool stopping;
	char reason[BROKER_REASON_MAX]; /* that `disconnected` has told last */
	unsigned subscriptions_refused; /* bit per subscription, not told yet */
	uint64_t dropped[BROKER_DROPS];
	uint64_t reported[BROKER_DROPS];
	uint64_t reported_ms[BROKER_DROPS];
	struct broker_callbacks callbacks;
	void *context;
};

/* Monotonic clock in milliseconds and microseconds. */
uint64_t broker_now_ms(void);
uint64_t broker_now_us(void);

/* Lets the event loop do what there is to do, after the events that are due now. */
void broker_want_turn(struct broker *broker);

/* --- broker_outbound.c --- */

/* Subtracts a message from keep_count, now_count and outbound_bytes, and frees it. */
void broker_release(struct broker *broker, struct broker_message *message);

/* Frees what must not be sent on a later connection: waiting NOW messages, the slots and the values. */
void broker_drop_now(struct broker *broker);

/* Whether anything waits to be handed to the library. */
bool broker_has_outbound(const struct broker *broker);

/*
 * Takes out what was published first, of the queue, of the slots, or of both: so that a pilot request follows the
 * status that leads to it. NULL when there is nothing. NOW messages that waited too long are dropped.
 */
struct broker_message *broker_next_outbound(struct broker *broker, bool from_queue, bool from_slots);

/* --- broker_inbound.c --- */

/* Queues a copy for the callbacks, or drops the message. */
void broker_put_inbound(struct broker *broker, const char *topic, const char *payload, size_t len, bool retained);

/*
 * Whether there is room for what would be read; once there is none, not until half of it is free. While the broker is
 * stopping nobody takes messages any more, and reading goes on, for acknowledgements.
 */
bool broker_has_room(struct broker *broker);

/* Whether acknowledgements wait that must not be sent yet (holds_acknowledgements). */
bool broker_is_unsafe(const struct broker *broker);

/* Takes out the first message; NULL when there is none. */
struct broker_message *broker_take_inbound(struct broker *broker);

/* --- broker_tell.c: the callbacks --- */

/* Of messages that were dropped, at the first one or a minute after it was told last. */
void broker_tell_drops(struct broker *broker, bool now_connected);
void broker_tell_connected(struct broker *broker);
/* While disconnected: only where the reason is another one than before. */
void broker_tell_failed(struct broker *broker, const char *reason);
void broker_tell_disconnected(struct broker *broker, const char *reason);
void broker_tell_displaced(struct broker *broker);
/* Where a value was refused: that there is room. */
void broker_tell_values_room(struct broker *broker);
void broker_tell_values_paused(struct broker *broker);
/* Subscriptions that were refused, messages, a bounded number of them, and that none is left (broker_hold). */
void broker_tell_inbound(struct broker *broker, uint64_t until_us);

#endif
