/* SPDX-License-Identifier: Apache-2.0 */
/* From a number to a session that the broker has accepted: all that waits, and so all on the thread. */
#include "mqtt/broker/broker_attempt.h"
#include "mqtt/broker/broker_session.h"

#include <errno.h>
#include <mosquitto.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define RECEIVE_BUFFER (3 * 65536) /* what the kernel doubles, and allows without being asked to allow more */

/* The files are read here, at each attempt. */
static int set_up_tls(struct broker_session *session)
{
	const struct broker_settings *settings = session->settings;
	char reason[BROKER_REASON_MAX];
	char why[BROKER_REASON_MAX];
	enum broker_tls_file file;
	SSL_CTX *context = broker_tls_context(&settings->tls, &file, why, sizeof(why));
	int rc = MOSQ_ERR_NOMEM;

	if (context == NULL) {
		snprintf(reason, sizeof(reason), "%s %.200s", broker_tls_file_text(file), why);
		broker_session_fail(session, reason);
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

static void set_up(struct broker_session *session)
{
	const struct broker_settings *settings = session->settings;
	struct mosquitto *mosquitto = session->mosquitto;
	int rc = MOSQ_ERR_SUCCESS;

	mosquitto_int_option(mosquitto, MOSQ_OPT_TCP_NODELAY, 1);
	if (session->mqtt5)
		mosquitto_int_option(mosquitto, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
	if (settings->username != NULL)
		rc = mosquitto_username_pw_set(mosquitto, settings->username, settings->password);
	if (rc == MOSQ_ERR_SUCCESS && settings->will_topic != NULL)
		rc = mosquitto_will_set(mosquitto, settings->will_topic, (int)settings->will_len,
					settings->will_payload, 1, settings->will_retained);
	if (rc == MOSQ_ERR_SUCCESS && broker_session_uses_tls(session))
		rc = set_up_tls(session);
	broker_session_check(session, rc);
}

static void begin(struct broker_session *session)
{
	const struct broker_settings *settings = session->settings;
	const unsigned limit_ms = BROKER_UNACKNOWLEDGED_MAX_MS;
	const int receive_buffer = RECEIVE_BUFFER;
	SSL *ssl;
	int fd;

	set_up(session);
	if (session->broken)
		return;
	errno = 0;
	broker_session_check(session, mosquitto_connect_async(session->mosquitto, session->address, settings->port,
							      settings->keepalive_s));
	if (session->broken)
		return;
	ssl = mosquitto_ssl_get(session->mosquitto);
	if (ssl != NULL)
		broker_tls_bound_reading(ssl, &session->tls_budget);
	fd = broker_session_fd(session);
	/*
	 * What a broker sends into a socket that is not read is memory of this machine. But the rest of a packet's begin
	 * must find room beside the segment that its first octets came in: that one is charged as a whole, with twice its
	 * 64 KiB, until it was taken to its end, and the begin is not taken before it is all there.
	 */
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
	/* A network that swallows everything is noticed this long after sending, rather than with the keep-alive. */
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &limit_ms, sizeof(limit_ms));
}

/*
 * The handshake goes on with loop_read, whatever the socket is ready for. Of a connection that is reset meanwhile the
 * library says nothing.
 */
static void serve_handshake(struct broker_session *session, short events)
{
	/* Nothing was sent: the connection has not come about. */
	if ((events & POLLERR) && SSL_want_write(mosquitto_ssl_get(session->mosquitto)))
		broker_session_fail_on_socket_error(session);
	if (!session->broken)
		broker_session_check(session, mosquitto_loop_read(session->mosquitto, 1));
	if ((events & POLLHUP) && !session->broken && broker_session_shakes_hands(session))
		broker_session_lose(session, mosquitto_strerror(MOSQ_ERR_CONN_LOST));
}

/*
 * While connecting there is nothing to read, and the error of the socket names the cause. After a handshake there may
 * be: why the broker does not take it.
 */
static void serve_socket(struct broker_session *session, short events)
{
	if (!broker_session_uses_tls(session) && (events & POLLERR))
		broker_session_fail_on_socket_error(session);
	if (!session->broken && (events & (POLLIN | POLLHUP)) && broker_session_receive(session) == BROKER_RECEIVED_CUT)
		poll(NULL, 0, BROKER_CUT_WAIT_MS);
	if (!session->broken && !session->accepted && (events & POLLOUT))
		broker_session_flush(session);
	if (!session->broken && (events & POLLERR))
		broker_session_fail_on_socket_error(session);
}

static short wanted_events(const struct broker_session *session)
{
	if (broker_session_shakes_hands(session))
		return SSL_want_write(mosquitto_ssl_get(session->mosquitto)) ? POLLOUT : POLLIN;
	return (short)(POLLIN | (mosquitto_want_write(session->mosquitto) ? POLLOUT : 0));
}

void broker_session_connect(struct broker_session *session, struct broker_attempt *attempt)
{
	const uint64_t deadline_ms = broker_now_ms() + BROKER_CONNECT_TIMEOUT_MS;

	begin(session);
	while (!session->broken && !session->accepted) {
		const int fd = broker_session_fd(session);
		if (fd < 0) {
			broker_session_lose(session, mosquitto_strerror(MOSQ_ERR_CONN_LOST));
			return;
		}
		const bool waits = broker_session_has_octets_waiting(session);
		short events = broker_attempt_wait(attempt, fd, wanted_events(session), waits ? 0 : deadline_ms);
		if (waits)
			events |= POLLIN;
		broker_session_look_again(session);
		if (events != 0 && broker_session_shakes_hands(session))
			serve_handshake(session, events);
		else if (events != 0)
			serve_socket(session, events);
		if (broker_attempt_is_out_of_time(attempt))
			broker_session_fail(session, "stopped");
		else if (!session->accepted && broker_now_ms() >= deadline_ms)
			broker_session_fail(session, "connecting timed out");
	}
}
