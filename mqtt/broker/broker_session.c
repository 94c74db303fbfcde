/* SPDX-License-Identifier: Apache-2.0 */
/* The loop of a session: waits for socket, queue and clock, sends, and ends it properly. */
#include "mqtt/broker/broker_session.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mqtt/broker/broker_session_state.h"

void broker_sleep_again(struct broker *broker)
{
	uint64_t count;

	if (read(broker->to_thread, &count, sizeof(count)) < 0)
		return;
}

/* Under lock. */
static void drop_waiting_now(struct broker *broker)
{
	struct broker_message *message;

	while ((message = broker_queue_first_of(&broker->outbound, BROKER_NOW))) {
		broker_queue_remove(&broker->outbound, message);
		broker_release(broker, message);
	}
}

void broker_set_down(struct broker *broker, const char *reason)
{
	pthread_mutex_lock(&broker->lock);
	broker->up = false;
	drop_waiting_now(broker);
	if (strcmp(broker->reason, reason) != 0) {
		snprintf(broker->reason, sizeof(broker->reason), "%s", reason);
		broker->reason_count++;
	}
	pthread_mutex_unlock(&broker->lock);
	broker_wake(broker->to_loop);
}

void broker_session_fail(struct broker_session *session, const char *reason)
{
	size_t len = strlen(reason);

	if (session->broken)
		return;
	session->broken = true;
	/* The library ends its texts with a full stop. */
	if (len > 0 && reason[len - 1] == '.')
		len--;
	snprintf(session->end.reason, sizeof(session->end.reason), "%s port %u: %.*s", session->address,
		 session->broker->settings.port, (int)len, reason);
}

void broker_session_check(struct broker_session *session, int rc)
{
	if (rc == MOSQ_ERR_ERRNO)
		broker_session_fail(session, strerror(errno));
	else if (rc != MOSQ_ERR_SUCCESS)
		broker_session_fail(session, mosquitto_strerror(rc));
}

/* --- sending --- */

/* The next message to hand over, NULL when there is none; NOW messages that waited too long are dropped. */
static struct broker_message *next_outbound(struct broker *broker)
{
	struct broker_message *message;
	uint64_t now_ms = broker_now_ms();
	bool dropped = false;

	pthread_mutex_lock(&broker->lock);
	while ((message = broker_queue_pop(&broker->outbound))) {
		if (message->kind == BROKER_KEEP || now_ms - message->queued_ms <= BROKER_NOW_AGE_MAX_MS)
			break;
		broker_release(broker, message);
		broker->dropped[BROKER_DROP_OUTBOUND_STALE]++;
		dropped = true;
	}
	pthread_mutex_unlock(&broker->lock);
	if (dropped)
		broker_wake(broker->to_loop);
	return message;
}

static void refuse(struct broker *broker, struct broker_message *message)
{
	pthread_mutex_lock(&broker->lock);
	broker_release(broker, message);
	broker->dropped[BROKER_DROP_OUTBOUND_REFUSED]++;
	pthread_mutex_unlock(&broker->lock);
	broker_wake(broker->to_loop);
}

static void send_outbound(struct broker_session *session)
{
	while (!session->broken && session->inflight.count < BROKER_INFLIGHT_MAX) {
		struct broker_message *message = next_outbound(session->broker);
		int rc;

		if (!message)
			return;
		rc = mosquitto_publish(session->mosquitto, &message->mid, message->topic, (int)message->len,
				       message->payload, 1, false);
		session->last_out_ms = broker_now_ms();
		/* A message that can never be sent must not come back to the front of the queue for ever. */
		if (rc == MOSQ_ERR_INVAL || rc == MOSQ_ERR_PAYLOAD_SIZE || rc == MOSQ_ERR_MALFORMED_UTF8) {
			refuse(session->broker, message);
			continue;
		}
		broker_queue_append(&session->inflight, message);
		broker_session_check(session, rc);
	}
}

/* --- time --- */

/*
 * When the library must look at its keep-alive. It notes whole seconds, hence the extra one: a look that
 * comes too early does nothing.
 */
static uint64_t keepalive_deadline_ms(const struct broker_session *session)
{
	uint64_t last = session->last_in_ms < session->last_out_ms ? session->last_in_ms : session->last_out_ms;

	return last + (uint64_t)session->broker->settings.keepalive_s * 1000 + 1000;
}

static void look_at_clock(struct broker_session *session, uint64_t now_ms)
{
	if (!session->up) {
		if (now_ms >= session->connect_deadline_ms)
			broker_session_fail(session, "connecting timed out");
		return;
	}
	if (now_ms < keepalive_deadline_ms(session))
		return;
	broker_session_check(session, mosquitto_loop_misc(session->mosquitto));
	session->last_in_ms = now_ms;
	session->last_out_ms = now_ms;
}

/* --- the loop --- */

struct stop {
	bool stopping;
	bool idle; /* nothing waits to be sent */
	uint64_t deadline_ms;
};

static struct stop read_stop(struct broker_session *session)
{
	struct broker *broker = session->broker;
	struct stop stop;

	pthread_mutex_lock(&broker->lock);
	stop.stopping = broker->stopping;
	stop.deadline_ms = broker->stop_deadline_ms;
	stop.idle = broker->outbound.count == 0 && session->inflight.count == 0;
	pthread_mutex_unlock(&broker->lock);
	return stop;
}

static int poll_timeout_ms(const struct broker_session *session, const struct stop *stop, uint64_t now_ms)
{
	uint64_t until_ms = session->up ? keepalive_deadline_ms(session) : session->connect_deadline_ms;

	if (stop->stopping && stop->deadline_ms < until_ms)
		until_ms = stop->deadline_ms;
	return until_ms > now_ms ? (int)(until_ms - now_ms) : 0;
}

/* The error that waits on the socket is told by name; the library would only say "lost". */
static void socket_error(struct broker_session *session, int fd)
{
	int error = 0;
	socklen_t size = sizeof(error);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error != 0)
		broker_session_fail(session, strerror(error));
}

/*
 * Reads before it writes or looks at errors: PUBACKs that came before the connection broke must count, or the
 * messages would be sent twice. While connecting there is nothing to read, and the error has the better text.
 */
static void serve_socket(struct broker_session *session, int fd, short events)
{
	if (!session->up && (events & POLLERR))
		socket_error(session, fd);
	if (!session->broken && (events & (POLLIN | POLLHUP)))
		broker_session_receive(session);
	if (!session->broken && (events & POLLOUT)) {
		broker_session_check(session, mosquitto_loop_write(session->mosquitto, 1));
		session->last_out_ms = broker_now_ms();
	}
	if (!session->broken && (events & POLLERR))
		socket_error(session, fd);
}

/* Waits for something to do, and does it. */
static void turn(struct broker_session *session, const struct stop *stop)
{
	struct pollfd fds[2] = {{.fd = mosquitto_socket(session->mosquitto), .events = POLLIN},
				{.fd = session->broker->to_thread, .events = POLLIN}};
	int ready;

	if (fds[0].fd < 0) {
		broker_session_fail(session, mosquitto_strerror(MOSQ_ERR_CONN_LOST));
		return;
	}
	if (mosquitto_want_write(session->mosquitto))
		fds[0].events |= POLLOUT;
	ready = poll(fds, 2, poll_timeout_ms(session, stop, broker_now_ms()));
	if (ready > 0 && fds[1].revents)
		broker_sleep_again(session->broker);
	if (ready > 0)
		serve_socket(session, fds[0].fd, fds[0].revents);
	if (!session->broken)
		look_at_clock(session, broker_now_ms());
	if (!session->broken && session->up)
		send_outbound(session);
}

/*
 * Sends DISCONNECT and waits until the broker has closed its side: closing with octets unread would reset the
 * connection, and the broker might see that before the DISCONNECT, and send the will.
 */
static bool say_goodbye(struct broker_session *session, uint64_t deadline_ms)
{
	int fd = dup(mosquitto_socket(session->mosquitto));
	bool sent = mosquitto_disconnect(session->mosquitto) == MOSQ_ERR_SUCCESS;
	uint64_t now_ms;
	char scrap[512];

	if (fd < 0)
		return false;
	while (sent && mosquitto_want_write(session->mosquitto) && (now_ms = broker_now_ms()) < deadline_ms) {
		struct pollfd writable = {.fd = fd, .events = POLLOUT};

		poll(&writable, 1, (int)(deadline_ms - now_ms));
		sent = mosquitto_loop_write(session->mosquitto, 1) == MOSQ_ERR_SUCCESS;
	}
	sent = sent && !mosquitto_want_write(session->mosquitto);
	shutdown(fd, SHUT_WR);
	while (sent && (now_ms = broker_now_ms()) < deadline_ms) {
		struct pollfd readable = {.fd = fd, .events = POLLIN};

		if (poll(&readable, 1, (int)(deadline_ms - now_ms)) > 0 && read(fd, scrap, sizeof(scrap)) <= 0)
			break;
	}
	close(fd);
	return sent;
}

static void finish(struct broker_session *session, const struct stop *stop)
{
	struct broker *broker = session->broker;
	bool said = say_goodbye(session, stop->deadline_ms);

	pthread_mutex_lock(&broker->lock);
	broker->flushed = said && session->up && stop->idle;
	pthread_mutex_unlock(&broker->lock);
	broker_session_fail(session, "stopped");
}

static void serve(struct broker_session *session)
{
	while (!session->broken) {
		struct stop stop = read_stop(session);

		if (stop.stopping && ((session->up && stop.idle) || broker_now_ms() >= stop.deadline_ms))
			finish(session, &stop);
		else
			turn(session, &stop);
	}
}

/* What the broker did not acknowledge goes back, in order, before what was queued since. */
static void take_back(struct broker_session *session)
{
	struct broker *broker = session->broker;
	struct broker_message *message;

	pthread_mutex_lock(&broker->lock);
	while ((message = TAILQ_LAST(&session->inflight.messages, broker_messages))) {
		broker_queue_remove(&session->inflight, message);
		message->mid = 0;
		if (message->kind == BROKER_KEEP)
			broker_queue_prepend(&broker->outbound, message);
		else
			broker_release(broker, message);
	}
	pthread_mutex_unlock(&broker->lock);
}

struct broker_session_end broker_session_run(struct broker *broker, const char *address)
{
	struct broker_session session = {.broker = broker, .address = address};

	broker_queue_init(&session.inflight);
	broker_session_connect(&session);
	serve(&session);
	mosquitto_destroy(session.mosquitto);
	take_back(&session);
	if (session.up) {
		session.end.was_up = true;
		session.end.up_ms = broker_now_ms() - session.up_since_ms;
		broker_set_down(broker, session.end.reason);
	}
	return session.end;
}
