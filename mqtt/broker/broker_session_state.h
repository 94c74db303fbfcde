/* SPDX-License-Identifier: Apache-2.0 */
/* The state of one session, for the files that make it up. On the thread only. Inside mqtt/ only. */
#ifndef MQTT_BROKER_BROKER_SESSION_STATE_H
#define MQTT_BROKER_BROKER_SESSION_STATE_H

#include <mosquitto.h>

#include "mqtt/broker/broker_session.h"

struct broker_session {
	struct broker *broker;
	struct mosquitto *mosquitto;
	const char *address;
	struct broker_queue inflight; /* handed to the library, no PUBACK yet; in order */
	int subscription_mids[BROKER_SUBSCRIPTIONS_MAX];
	bool accepted; /* CONNACK with 0 */
	bool up;       /* and the loop was told */
	bool broken;
	bool progress;        /* a packet was complete in this loop_read */
	bool acknowledged;    /* a PUBACK of ours went out in this loop_read */
	uint64_t consumed;    /* octets the library had taken from the socket at the last progress */
	uint64_t last_in_ms;  /* not before the library's own note of the last octet in … */
	uint64_t last_out_ms; /* … and of the last packet out */
	uint64_t connect_deadline_ms;
	uint64_t up_since_ms;
	struct broker_session_end end;
};

/* Ends the session with a reason. The first one holds: what follows is its consequence. */
void broker_session_fail(struct broker_session *session, const char *reason);

/* Judges what a call of the library returned; ends the session on an error. */
void broker_session_check(struct broker_session *session, int rc);

/* Sets the callbacks of session->mosquitto (broker_receive.c). */
void broker_session_set_callbacks(struct broker_session *session);

/* Reads what the socket has; the callbacks run inside. */
void broker_session_receive(struct broker_session *session);

/* Makes session->mosquitto and starts to connect, without waiting (broker_connect.c). */
void broker_session_connect(struct broker_session *session);

/* After CONNACK: subscribes, then lets the event loop know. */
void broker_session_go_up(struct broker_session *session);

#endif
