/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One session: connects, receives, sends, keeps alive, and ends with DISCONNECT. All on the thread, all through
 * libmosquitto.
 */
#include "mqtt/broker/broker_session.h"
#include "mqtt/api/api.h"
#include "mqtt/broker/broker_tls.h"

#include <errno.h>
/* linux/tcp.h, unlike netinet/tcp.h of glibc, has tcpi_bytes_received. */
#include <linux/tcp.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

struct broker_session {
	struct broker *broker;
	struct mosquitto *mosquitto;
	const char *address;
	bool mqtt5;
	size_t queue_max; /* messages in flight, of the queue and of the slots */
	size_t slot_max;
	struct broker_queue inflight; /* handed to the library and not acknowledged (PUBACK) yet; in order */
	size_t slot_inflight;         /* of these, by broker_publish_latest */
	int subscription_mids[BROKER_SUBSCRIPTIONS_MAX];
	bool accepted;        /* CONNACK with 0 */
	bool up;              /* accepted, and the event loop was told */
	bool broken;          /* the session is over; `end` says why */
	bool progress;        /* a packet was complete in this loop_read */
	bool acknowledged;    /* a PUBACK was sent in this loop_read */
	uint64_t consumed;    /* octets the library had taken from the socket at the last progress */
	uint64_t last_in_ms;  /* the last octet received; not earlier than in the library's own note of it */
	uint64_t last_out_ms; /* the last packet sent; likewise */
	uint64_t connect_deadline_ms;
	uint64_t up_since_ms;
	struct broker_tls_watch tls; /* without TLS it sees nothing */
	struct broker_session_end end;
};

void broker_sleep_again(struct broker *broker)
{
	uint64_t count;

	if (read(broker->to_thread, &count, sizeof(count)) < 0)
		return;
}

void broker_set_down(struct broker *broker, const char *reason)
{
	pthread_mutex_lock(&broker->lock);
	broker->up = false;
	broker_drop_now(broker);
	if (strcmp(broker->reason, reason) != 0) {
		snprintf(broker->reason, sizeof(broker->reason), "%s", reason);
		broker->reason_count++;
	}
	pthread_mutex_unlock(&broker->lock);
	broker_wake(broker->to_loop);
}

/*
 * Ends the session with a reason. The first reason stays: later ones are its consequences. What was seen of TLS goes
 * before it.
 */
static void fail(struct broker_session *session, const char *reason)
{
	size_t len;

	if (session->broken)
		return;
	session->broken = true;
	if (session->tls.reason[0] != '\0')
		reason = session->tls.reason;
	len = strlen(reason);
	/* The texts of the library end with a full stop. */
	if (len > 0 && reason[len - 1] == '.')
		len--;
	if (session->broker->settings.port == 0)
		snprintf(session->end.reason, sizeof(session->end.reason), "%s: %.*s", session->address, (int)len,
			 reason);
	else
		snprintf(session->end.reason, sizeof(session->end.reason), "%s port %u: %.*s", session->address,
			 session->broker->settings.port, (int)len, reason);
}

static bool uses_tls(const struct broker_session *session)
{
	return session->broker->settings.tls.ca != NULL;
}

/* Ends the session because the other side has. A broker that does not know the version of CONNECT may do just that. */
static void lose(struct broker_session *session, const char *reason)
{
	if (session->broken)
		return;
	if (session->tls.reason[0] == '\0') {
		session->end.lost = session->accepted;
		session->end.other_mqtt = !session->accepted && (!uses_tls(session) || session->tls.done);
	}
	/* What this notes is a guess, and the version may be the cause all the same. */
	if (uses_tls(session) && !session->accepted)
		broker_tls_note_loss(mosquitto_ssl_get(session->mosquitto), &session->tls);
	fail(session, reason);
}

/* The library says EPROTO of every end of a TLS connection that the broker did not announce. */
static void fail_with(struct broker_session *session, int error)
{
	if (error == EPROTO && uses_tls(session))
		lose(session, mosquitto_strerror(MOSQ_ERR_CONN_LOST));
	else if (error == ECONNRESET || error == EPIPE)
		lose(session, strerror(error));
	else
		fail(session, strerror(error));
}

/* Ends the session when a call of the library returned an error. */
static void check(struct broker_session *session, int rc)
{
	if (rc == MOSQ_ERR_ERRNO)
		fail_with(session, errno);
	else if (rc == MOSQ_ERR_CONN_LOST || (rc == MOSQ_ERR_PROTOCOL && !session->accepted))
		lose(session, mosquitto_strerror(rc));
	else if (rc != MOSQ_ERR_SUCCESS)
		fail(session, mosquitto_strerror(rc));
}

/* --- Receiving: the callbacks of the library, and a bound on the memory of a packet --- */

/* A broker of MQTT 5 tells how many unacknowledged messages it takes: what is more would wait inside the library. */
static void share_window(struct broker_session *session, const mosquitto_property *properties)
{
	uint16_t window;

	if (mosquitto_property_read_int16(properties, MQTT_PROP_RECEIVE_MAXIMUM, &window, false) == NULL ||
	    window >= session->queue_max + session->slot_max)
		return;
	if (session->queue_max > (window + 1u) / 2)
		session->queue_max = (window + 1u) / 2;
	session->slot_max = window > session->queue_max ? window - session->queue_max : 1;
}

static void on_connect(struct mosquitto *mosquitto, void *context, int code, int flags,
		       const mosquitto_property *properties)
{
	struct broker_session *session = context;

	(void)mosquitto;
	(void)flags;
	session->progress = true;
	if (code == 0) {
		session->accepted = true;
		share_window(session, properties);
		return;
	}
	session->end.other_mqtt = session->mqtt5 && code == MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION;
	fail(session, session->mqtt5 ? mosquitto_reason_string(code) : mosquitto_connack_string(code));
}

/* The library calls it at every end. Only a broker of MQTT 5 gives a reason, and its reasons begin at 0x80. */
static void on_disconnect(struct mosquitto *mosquitto, void *context, int code, const mosquitto_property *properties)
{
	struct broker_session *session = context;

	(void)mosquitto;
	(void)properties;
	if (!session->mqtt5 || code < 0x80)
		return;
	session->end.taken_over = code == MQTT_RC_SESSION_TAKEN_OVER;
	fail(session, mosquitto_reason_string(code));
}

static void on_publish(struct mosquitto *mosquitto, void *context, int mid, int code,
		       const mosquitto_property *properties)
{
	struct broker_session *session = context;
	struct broker_message *message;

	(void)mosquitto;
	(void)properties;
	session->progress = true;
	TAILQ_FOREACH(message, &session->inflight.messages, entry)
	{
		if (message->mid == mid)
			break;
	}
	if (message == NULL)
		return;
	broker_queue_remove(&session->inflight, message);
	session->slot_inflight -= message->of_slot;
	pthread_mutex_lock(&session->broker->lock);
	broker_release(session->broker, message);
	session->broker->dropped[BROKER_DROP_OUTBOUND_DENIED] += code >= 0x80;
	pthread_mutex_unlock(&session->broker->lock);
	if (code >= 0x80)
		broker_wake(session->broker->to_loop);
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

static void on_message(struct mosquitto *mosquitto, void *context, const struct mosquitto_message *received)
{
	struct broker_session *session = context;

	(void)mosquitto;
	session->progress = true;
	session->acknowledged = session->acknowledged || received->qos > 0;
	if (received->payloadlen >= 0)
		broker_put_inbound(session->broker, received->topic, received->payloadlen > 0 ? received->payload : "",
				   (size_t)received->payloadlen, received->retain);
	/*
	 * The library reads on while libssl holds octets of a record, which for a broker that fills its records is
	 * always. EAGAIN ends that: whether there is room for the next message, and what is to be sent before it, the
	 * next turn decides.
	 */
	errno = EAGAIN;
}

static void set_callbacks(struct broker_session *session)
{
	mosquitto_connect_v5_callback_set(session->mosquitto, on_connect);
	mosquitto_disconnect_v5_callback_set(session->mosquitto, on_disconnect);
	mosquitto_publish_v5_callback_set(session->mosquitto, on_publish);
	mosquitto_subscribe_callback_set(session->mosquitto, on_subscribe);
	mosquitto_message_callback_set(session->mosquitto, on_message);
}

/*
 * libmosquitto collects a packet in memory, up to the 256 MiB of the protocol, and MQTT 3.1.1 cannot ask for less.
 * How much it holds is the number of octets that were read from the socket since the last complete packet.
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
		fail(session, "oversized message");
}

/*
 * After CONNACK: subscribes, then tells the event loop. In this order, so that the answer to a request that
 * `connected` sends is received.
 */
static void go_up(struct broker_session *session)
{
	struct broker *broker = session->broker;

	for (size_t i = 0; i < broker->settings.subscription_count && !session->broken; i++)
		check(session, mosquitto_subscribe_v5(session->mosquitto, &session->subscription_mids[i],
						      broker->settings.subscriptions[i], 1,
						      session->mqtt5 ? MQTT_SUB_OPT_NO_LOCAL : 0, NULL));
	if (session->broken)
		return;
	session->up = true;
	session->up_since_ms = broker_now_ms();
	session->last_out_ms = session->up_since_ms;
	pthread_mutex_lock(&broker->lock);
	broker->up = true;
	broker->generation++;
	pthread_mutex_unlock(&broker->lock);
	broker_wake(broker->to_loop);
}

static void receive(struct broker_session *session)
{
	session->progress = false;
	session->acknowledged = false;
	check(session, mosquitto_loop_read(session->mosquitto, 1));
	session->last_in_ms = broker_now_ms();
	if (session->acknowledged)
		session->last_out_ms = session->last_in_ms;
	if (!session->broken)
		guard_packet_size(session);
	if (!session->broken && session->accepted && !session->up)
		go_up(session);
}

/* --- Sending --- */

static void refuse(struct broker *broker, struct broker_message *message)
{
	pthread_mutex_lock(&broker->lock);
	broker_release(broker, message);
	broker->dropped[BROKER_DROP_OUTBOUND_REFUSED]++;
	pthread_mutex_unlock(&broker->lock);
	broker_wake(broker->to_loop);
}

/* A full window holds the queue back, but not the slots. */
static struct broker_message *next_outbound(const struct broker_session *session)
{
	bool from_queue = session->inflight.count - session->slot_inflight < session->queue_max;

	return broker_next_outbound(session->broker, from_queue, session->slot_inflight < session->slot_max);
}

/*
 * Hands over what waits now. What is published meanwhile has its turn after acknowledgements were read: they keep the
 * window open, and thereby the order.
 */
static void send_outbound(struct broker_session *session)
{
	struct broker_message *message;

	for (size_t left = broker_outbound_count(session->broker); left > 0 && !session->broken; left--) {
		int rc;
		message = next_outbound(session);
		if (message == NULL)
			return;
		rc = mosquitto_publish(session->mosquitto, &message->mid, message->topic, (int)message->len,
				       message->payload, 1, false);
		session->last_out_ms = broker_now_ms();
		/*
		 * A message that can never be sent is dropped. Otherwise it would go back to the queue with each
		 * session.
		 */
		if (rc == MOSQ_ERR_INVAL || rc == MOSQ_ERR_PAYLOAD_SIZE || rc == MOSQ_ERR_MALFORMED_UTF8) {
			refuse(session->broker, message);
			continue;
		}
		broker_queue_append(&session->inflight, message);
		session->slot_inflight += message->of_slot;
		check(session, rc);
	}
}

/* --- Time --- */

/*
 * When mosquitto_loop_misc is due for the keep-alive. The library counts whole seconds and does nothing when it is
 * called too early; hence the extra second.
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
			fail(session, "connecting timed out");
		return;
	}
	if (now_ms < keepalive_deadline_ms(session))
		return;
	check(session, mosquitto_loop_misc(session->mosquitto));
	session->last_in_ms = now_ms;
	session->last_out_ms = now_ms;
}

/* --- The loop --- */

/* What the event loop wants of this turn. */
struct turn {
	bool reads; /* there is room for what would be read */
	bool stopping;
	bool idle; /* nothing waits to be sent */
	uint64_t stop_deadline_ms;
};

static struct turn begin_turn(struct broker_session *session)
{
	struct broker *broker = session->broker;
	struct turn turn;

	pthread_mutex_lock(&broker->lock);
	turn.reads = broker_has_room(broker) || !session->up;
	turn.stopping = broker->stopping;
	turn.stop_deadline_ms = broker->stop_deadline_ms;
	turn.idle = broker->outbound.count == 0 && broker->latest.count == 0 && session->inflight.count == 0;
	pthread_mutex_unlock(&broker->lock);
	return turn;
}

static int poll_timeout_ms(const struct broker_session *session, const struct turn *turn, uint64_t now_ms)
{
	uint64_t until_ms = session->up ? keepalive_deadline_ms(session) : session->connect_deadline_ms;

	if (turn->stopping && turn->stop_deadline_ms < until_ms)
		until_ms = turn->stop_deadline_ms;
	return until_ms > now_ms ? (int)(until_ms - now_ms) : 0;
}

/* Ends the session with the pending error of the socket, if any. The library would only say "lost". */
static void fail_on_socket_error(struct broker_session *session, int fd)
{
	int error = 0;
	socklen_t size = sizeof(error);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error != 0)
		fail_with(session, error);
}

/* Whether TLS waits for the other side. The library leaves it to its user to go on then. */
static bool shakes_hands(const struct broker_session *session)
{
	const SSL *ssl = uses_tls(session) ? mosquitto_ssl_get(session->mosquitto) : NULL;

	return ssl != NULL && !SSL_is_init_finished(ssl);
}

/*
 * The handshake goes on with loop_read, whatever the socket is ready for. Of a connection that is reset meanwhile the
 * library says nothing.
 */
static void serve_handshake(struct broker_session *session, int fd, short events)
{
	/* Nothing was sent: the connection has not come about. */
	if ((events & POLLERR) && SSL_want_write(mosquitto_ssl_get(session->mosquitto)))
		fail_on_socket_error(session, fd);
	if (!session->broken && events != 0)
		receive(session);
	if ((events & POLLHUP) && !session->broken && shakes_hands(session))
		lose(session, mosquitto_strerror(MOSQ_ERR_CONN_LOST));
}

/*
 * Reads before it writes or looks at errors: PUBACKs that came before the connection broke must count, or the
 * messages would be sent twice. While connecting there is nothing to read, and the error of the socket names the
 * cause. After a handshake there may be: why the broker does not take it.
 */
static void serve_socket(struct broker_session *session, int fd, short events)
{
	if (!session->up && !uses_tls(session) && (events & POLLERR))
		fail_on_socket_error(session, fd);
	if (!session->broken && (events & (POLLIN | POLLHUP)))
		receive(session);
	if (!session->broken && (events & POLLOUT)) {
		check(session, mosquitto_loop_write(session->mosquitto, 1));
		session->last_out_ms = broker_now_ms();
	}
	if (!session->broken && (events & POLLERR))
		fail_on_socket_error(session, fd);
}

/* What the socket is waited for. */
static short wanted_events(const struct broker_session *session, const struct turn *turn)
{
	if (shakes_hands(session))
		return SSL_want_write(mosquitto_ssl_get(session->mosquitto)) ? POLLOUT : POLLIN;
	return (short)((turn->reads ? POLLIN : 0) | (mosquitto_want_write(session->mosquitto) ? POLLOUT : 0));
}

/* Whether libssl has taken octets from the socket which the library has not: the socket does not tell of them. */
static bool has_octets_waiting(const struct broker_session *session)
{
	const SSL *ssl = uses_tls(session) ? mosquitto_ssl_get(session->mosquitto) : NULL;

	return ssl != NULL && SSL_pending(ssl) > 0;
}

/* Waits for the socket, the queue or the time, and does what is due. */
static void take_turn(struct broker_session *session, const struct turn *turn)
{
	struct pollfd fds[2] = {{.fd = mosquitto_socket(session->mosquitto)},
				{.fd = session->broker->to_thread, .events = POLLIN}};
	bool waits = turn->reads && has_octets_waiting(session);
	int ready;

	if (fds[0].fd < 0) {
		lose(session, mosquitto_strerror(MOSQ_ERR_CONN_LOST));
		return;
	}
	fds[0].events = wanted_events(session, turn);
	ready = poll(fds, 2, waits ? 0 : poll_timeout_ms(session, turn, broker_now_ms()));
	if (ready > 0 && fds[1].revents)
		broker_sleep_again(session->broker);
	if (ready <= 0)
		fds[0].revents = 0;
	if (waits)
		fds[0].revents |= POLLIN;
	if (shakes_hands(session))
		serve_handshake(session, fds[0].fd, fds[0].revents);
	else if (fds[0].revents != 0)
		serve_socket(session, fds[0].fd, fds[0].revents);
	if (!session->broken)
		look_at_clock(session, broker_now_ms());
	if (!session->broken && session->up)
		send_outbound(session);
}

/*
 * Sends DISCONNECT and waits until the broker has closed its side. Closing a socket with unread octets resets the
 * connection. The broker might see the reset before the DISCONNECT, and send the will.
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

static void finish(struct broker_session *session, const struct turn *turn)
{
	struct broker *broker = session->broker;
	bool said = say_goodbye(session, turn->stop_deadline_ms);

	pthread_mutex_lock(&broker->lock);
	broker->flushed = said && session->up && turn->idle;
	pthread_mutex_unlock(&broker->lock);
	fail(session, "stopped");
}

static void serve(struct broker_session *session)
{
	while (!session->broken) {
		struct turn turn = begin_turn(session);
		if (turn.stopping && ((session->up && turn.idle) || broker_now_ms() >= turn.stop_deadline_ms))
			finish(session, &turn);
		else
			take_turn(session, &turn);
	}
}

/* --- Begin and end --- */

/* The files are read here, on the thread, at each attempt. */
static int set_up_tls(struct broker_session *session)
{
	const struct broker_settings *settings = &session->broker->settings;
	char reason[BROKER_REASON_MAX];
	char why[BROKER_REASON_MAX];
	enum broker_tls_file file;
	SSL_CTX *context = broker_tls_context(&settings->tls, &file, why, sizeof(why));
	int rc = MOSQ_ERR_NOMEM;

	if (context == NULL) {
		snprintf(reason, sizeof(reason), "%s %.200s", broker_tls_file_text(file), why);
		fail(session, reason);
		return MOSQ_ERR_SUCCESS;
	}
	session->tls.host = settings->host;
	session->tls.has_certificate = settings->tls.certificate != NULL;
	if (broker_tls_watch(context, &session->tls))
		rc = mosquitto_int_option(session->mosquitto, MOSQ_OPT_SSL_CTX_WITH_DEFAULTS, 0);
	if (rc == MOSQ_ERR_SUCCESS)
		rc = mosquitto_void_option(session->mosquitto, MOSQ_OPT_SSL_CTX, context);
	SSL_CTX_free(context); /* the library holds it, too */
	return rc;
}

static bool set_up(struct broker_session *session)
{
	const struct broker_settings *settings = &session->broker->settings;
	struct mosquitto *mosquitto = mosquitto_new(settings->client_id, true, session);
	int rc = MOSQ_ERR_SUCCESS;

	session->mosquitto = mosquitto;
	if (mosquitto == NULL) {
		fail(session, strerror(errno));
		return false;
	}
	set_callbacks(session);
	mosquitto_max_inflight_messages_set(mosquitto, BROKER_INFLIGHT_MAX + BROKER_SLOT_INFLIGHT_MAX);
	mosquitto_int_option(mosquitto, MOSQ_OPT_TCP_NODELAY, 1);
	if (session->mqtt5)
		mosquitto_int_option(mosquitto, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
	if (settings->username != NULL)
		rc = mosquitto_username_pw_set(mosquitto, settings->username, settings->password);
	if (rc == MOSQ_ERR_SUCCESS && settings->will_topic != NULL)
		rc = mosquitto_will_set(mosquitto, settings->will_topic, (int)settings->will_len,
					settings->will_payload, 1, false);
	if (rc == MOSQ_ERR_SUCCESS && uses_tls(session))
		rc = set_up_tls(session);
	check(session, rc);
	return !session->broken;
}

static void connect_session(struct broker_session *session)
{
	const struct broker_settings *settings = &session->broker->settings;
	const unsigned limit_ms = BROKER_UNACKNOWLEDGED_MAX_MS;
	const int receive_buffer = 65536;
	int fd;
	int rc;

	if (!set_up(session))
		return;
	errno = 0;
	rc = mosquitto_connect_async(session->mosquitto, session->address, settings->port, settings->keepalive_s);
	check(session, rc);
	if (session->broken)
		return;
	fd = mosquitto_socket(session->mosquitto);
	/* Small, so that the socket is often read empty: only then guard_packet_size is called. */
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
	/* A network that swallows everything is noticed this long after sending, rather than with the keep-alive. */
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &limit_ms, sizeof(limit_ms));
	session->connect_deadline_ms = broker_now_ms() + BROKER_CONNECT_TIMEOUT_MS;
}

/* KEEP messages that the broker did not acknowledge go back to the front of the queue, in order. */
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

struct broker_session_end broker_session_run(struct broker *broker, const char *address, bool mqtt5)
{
	struct broker_session session = {.broker = broker,
					 .address = address,
					 .mqtt5 = mqtt5,
					 .queue_max = BROKER_INFLIGHT_MAX,
					 .slot_max = BROKER_SLOT_INFLIGHT_MAX};

	broker_queue_init(&session.inflight);
	connect_session(&session);
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
