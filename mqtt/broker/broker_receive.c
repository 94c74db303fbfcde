/* SPDX-License-Identifier: Apache-2.0 */
/* What comes from the broker: the library's callbacks, and the guard on the memory they cost. */
#include <netinet/in.h>
/* linux/tcp.h, unlike netinet/tcp.h of glibc, has tcpi_bytes_received. */
#include <linux/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "mqtt/api/api.h"
#include "mqtt/broker/broker_session_state.h"

static void on_connect(struct mosquitto *mosquitto, void *context, int code)
{
	struct broker_session *session = context;

	(void)mosquitto;
	session->progress = true;
	if (code == 0)
		session->accepted = true;
	else
		broker_session_fail(session, mosquitto_connack_string(code));
}

static void on_publish(struct mosquitto *mosquitto, void *context, int mid)
{
	struct broker_session *session = context;
	struct broker_message *message;

	(void)mosquitto;
	session->progress = true;
	TAILQ_FOREACH(message, &session->inflight.messages, entry)
	{
		if (message->mid == mid)
			break;
	}
	if (!message)
		return;
	broker_queue_remove(&session->inflight, message);
	pthread_mutex_lock(&session->broker->lock);
	broker_release(session->broker, message);
	pthread_mutex_unlock(&session->broker->lock);
}

static void on_subscribe(struct mosquitto *mosquitto, void *context, int mid, int count, const int *granted)
{
	struct broker_session *session = context;
	struct broker *broker = session->broker;

	(void)mosquitto;
	session->progress = true;
	if (count < 1 || granted[0] < 0x80)
		return;
	for (size_t i = 0; i < broker->settings.subscription_count; i++) {
		if (session->subscription_mids[i] != mid)
			continue;
		pthread_mutex_lock(&broker->lock);
		broker->subscriptions_refused |= 1u << i;
		pthread_mutex_unlock(&broker->lock);
		broker_wake(broker->to_loop);
	}
}

/* Queues for the event loop, or drops and counts. */
static void deliver(struct broker *broker, const struct mosquitto_message *received)
{
	size_t len = (size_t)received->payloadlen;
	struct broker_message *message = NULL;
	enum broker_drop drop = BROKER_DROP_INBOUND_FULL;

	if (len > API_PAYLOAD_MAX)
		drop = BROKER_DROP_INBOUND_TOO_LARGE;
	else
		message = broker_message_new(received->topic, received->payload, len);

	pthread_mutex_lock(&broker->lock);
	/* Messages that come before `up` belong to the connection that is about to be told. */
	if (message)
		message->generation = broker->up ? broker->generation : broker->generation + 1;
	if (message && broker->inbound.count < BROKER_INBOUND_MAX &&
	    broker->inbound.bytes + message->bytes <= BROKER_INBOUND_BYTES_MAX) {
		broker_queue_append(&broker->inbound, message);
		message = NULL;
	} else {
		broker->dropped[drop]++;
	}
	pthread_mutex_unlock(&broker->lock);
	free(message);
	broker_wake(broker->to_loop);
}

static void on_message(struct mosquitto *mosquitto, void *context, const struct mosquitto_message *received)
{
	struct broker_session *session = context;

	(void)mosquitto;
	session->progress = true;
	session->acknowledged = session->acknowledged || received->qos > 0;
	if (received->payloadlen >= 0)
		deliver(session->broker, received);
}
void broker_session_set_callbacks(struct broker_session *session)
{
	mosquitto_connect_callback_set(session->mosquitto, on_connect);
	mosquitto_publish_callback_set(session->mosquitto, on_publish);
	mosquitto_subscribe_callback_set(session->mosquitto, on_subscribe);
	mosquitto_message_callback_set(session->mosquitto, on_message);
}

/*
 * libmosquitto gathers one packet in memory, up to the protocol's 256 MiB, and MQTT 3.1.1 cannot ask for
 * less. Octets that left the socket without completing a packet tell how much it holds.
 */
static void guard_packet_size(struct broker_session *session)
{
	int fd = mosquitto_socket(session->mosquitto);
	struct tcp_info info;
	socklen_t size = sizeof(info);
	int unread = 0;
	uint64_t consumed;

	memset(&info, 0, sizeof(info));
	if (fd < 0 || getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 || ioctl(fd, FIONREAD, &unread) != 0)
		return;
	consumed = info.tcpi_bytes_received;
	consumed -= (uint64_t)unread;
	if (session->progress)
		session->consumed = consumed;
	else if (consumed > session->consumed && consumed - session->consumed > BROKER_PACKET_MAX)
		broker_session_fail(session, "oversized message");
}

void broker_session_receive(struct broker_session *session)
{
	session->progress = false;
	session->acknowledged = false;
	broker_session_check(session, mosquitto_loop_read(session->mosquitto, 1));
	session->last_in_ms = broker_now_ms();
	if (session->acknowledged)
		session->last_out_ms = session->last_in_ms;
	if (!session->broken)
		guard_packet_size(session);
	if (!session->broken && session->accepted && !session->up)
		broker_session_go_up(session);
}
