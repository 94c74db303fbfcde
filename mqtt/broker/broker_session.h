/* SPDX-License-Identifier: Apache-2.0 */
/* One MQTT session on the thread, from CONNECT to its end. Internal to mqtt/broker. */
#ifndef MQTT_BROKER_BROKER_SESSION_H
#define MQTT_BROKER_BROKER_SESSION_H

#include "mqtt/broker/broker_shared.h"

struct broker_session_end {
	bool was_up;     /* the broker had accepted the connection; the event loop has been told of its end */
	uint64_t up_ms;  /* for how long */
	bool lost;       /* the other side has ended it without a word */
	bool taken_over; /* the broker has said that another client with the same id has come */
	bool other_mqtt; /* not accepted, and it may be the version of MQTT that the broker does not speak */
	char reason[BROKER_REASON_MAX];
};

/*
 * Connects to the numeric address, or the path of a Unix socket, with MQTT 5 or 3.1.1, and serves the queues until the connection ends or the broker is stopping. Each
 * session has an instance of libmosquitto of its own, so that the library does not send messages of the last session
 * again. KEEP messages without a PUBACK go back to the front of the outbound queue; NOW messages are dropped.
 */
struct broker_session_end broker_session_run(struct broker *broker, const char *address, bool mqtt5);

/* Notes that there is no connection and why, drops waiting NOW messages, and wakes the event loop. */
void broker_set_down(struct broker *broker, const char *reason);

/* Empties the thread's eventfd. */
void broker_sleep_again(struct broker *broker);

#endif
