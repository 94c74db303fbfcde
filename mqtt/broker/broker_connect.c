/* SPDX-License-Identifier: Apache-2.0 */
/* The beginning of a session: CONNECT with its options, and the subscriptions. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "mqtt/broker/broker_session_state.h"

static bool set_up(struct broker_session *session)
{
	const struct broker_settings *settings = &session->broker->settings;
	struct mosquitto *mosquitto = mosquitto_new(settings->client_id, true, session);
	int rc = MOSQ_ERR_SUCCESS;

	session->mosquitto = mosquitto;
	if (!mosquitto) {
		broker_session_fail(session, strerror(errno));
		return false;
	}
	broker_session_set_callbacks(session);
	mosquitto_max_inflight_messages_set(mosquitto, BROKER_INFLIGHT_MAX);
	mosquitto_int_option(mosquitto, MOSQ_OPT_TCP_NODELAY, 1);
	if (settings->username)
		rc = mosquitto_username_pw_set(mosquitto, settings->username, settings->password);
	if (rc == MOSQ_ERR_SUCCESS && settings->will_topic)
		rc = mosquitto_will_set(mosquitto, settings->will_topic, (int)settings->will_len,
					settings->will_payload, 1, false);
	broker_session_check(session, rc);
	return !session->broken;
}

void broker_session_connect(struct broker_session *session)
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
	broker_session_check(session, rc);
	if (session->broken)
		return;
	fd = mosquitto_socket(session->mosquitto);
	/* Small, so that the socket runs dry between two bursts and guard_packet_size has its say. */
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
	/* A black hole is noticed when something was sent, not a keep-alive and a half later. */
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &limit_ms, sizeof(limit_ms));
	session->connect_deadline_ms = broker_now_ms() + BROKER_CONNECT_TIMEOUT_MS;
}

/* After CONNACK: subscribes first, so that the answer to a request sent on `connected` is seen. */
void broker_session_go_up(struct broker_session *session)
{
	struct broker *broker = session->broker;

	for (size_t i = 0; i < broker->settings.subscription_count && !session->broken; i++)
		broker_session_check(session, mosquitto_subscribe(session->mosquitto, &session->subscription_mids[i],
								  broker->settings.subscriptions[i], 1));
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
