/* SPDX-License-Identifier: Apache-2.0 */
/* One session: receives, sends, keeps alive, and ends with DISCONNECT. Nothing here waits but the goodbye. */
#include "mqtt/broker/broker_session.h"

#include <errno.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <openssl/err.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Brokers that pass messages on with QoS 2, although QoS 1 was asked for, have fewer on their way. */
#define UNRELEASED_MAX 64

/* One of so many messages that a broker takes unacknowledged may be a value. */
#define VALUE_SHARE 8

bool broker_session_uses_tls(const struct broker_session *session)
{
	return session->settings->tls.ca != NULL;
}

static SSL *ssl_of(const struct broker_session *session)
{
	return broker_session_uses_tls(session) ? mosquitto_ssl_get(session->mosquitto) : NULL;
}

/* Acknowledgements wait in the library until the owner has called the messages safe: it writes all it has, or nothing. */
static bool holds_back(const struct broker_session *session)
{
	return session->broker != NULL && broker_is_unsafe(session->broker);
}

/* --- The end, and why --- */

/* The first reason stays: later ones are its consequences. What was seen of TLS goes before it. */
void broker_session_fail(struct broker_session *session, const char *reason)
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
	if (session->settings->port == 0)
		snprintf(session->end.reason, sizeof(session->end.reason), "%s: %.*s", session->address, (int)len,
			 reason);
	else
		snprintf(session->end.reason, sizeof(session->end.reason), "%s port %u: %.*s", session->address,
			 session->settings->port, (int)len, reason);
}

/* A broker that does not know the version of CONNECT may just end the connection. */
void broker_session_lose(struct broker_session *session, const char *reason)
{
	const bool uses_tls = broker_session_uses_tls(session);

	if (session->broken)
		return;
	if (session->tls.reason[0] == '\0') {
		session->end.lost = session->accepted;
		session->end.other_mqtt = !session->accepted && (!uses_tls || session->tls.done);
	}
	/* What this notes is a guess, and the version may be the cause all the same. */
	if (uses_tls && !session->accepted)
		broker_tls_note_loss(ssl_of(session), &session->tls);
	broker_session_fail(session, reason);
}

/* The library says EPROTO of every end of a TLS connection that the broker did not announce. */
static void fail_with(struct broker_session *session, int error)
{
	if (error == EPROTO && broker_session_uses_tls(session))
		broker_session_lose(session, mosquitto_strerror(MOSQ_ERR_CONN_LOST));
	else if (error == ECONNRESET || error == EPIPE)
		broker_session_lose(session, strerror(error));
	else
		broker_session_fail(session, strerror(error));
}

void broker_session_check(struct broker_session *session, int rc)
{
	if (rc == MOSQ_ERR_ERRNO)
		fail_with(session, errno);
	else if (rc == MOSQ_ERR_CONN_LOST || (rc == MOSQ_ERR_PROTOCOL && !session->accepted))
		broker_session_lose(session, mosquitto_strerror(rc));
	else if (rc != MOSQ_ERR_SUCCESS)
		broker_session_fail(session, mosquitto_strerror(rc));
}

void broker_session_fail_on_socket_error(struct broker_session *session)
{
	int error = 0;
	socklen_t size = sizeof(error);

	if (getsockopt(broker_session_fd(session), SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error != 0)
		fail_with(session, error);
}

/* --- The callbacks of the library --- */

/*
 * The library reads on while it has messages of its own in flight, or while libssl holds octets of a record, which for
 * a broker that fills its records is always. EAGAIN at the end of a packet ends that: whether there is room for the
 * next one, how long it is, and what is to be done before it, is decided here.
 */
static void end_packet(struct broker_session *session)
{
	session->progress = true;
	session->value_denied = false;
	errno = EAGAIN;
}

/* A broker of MQTT 5 tells how many unacknowledged messages it takes: what is more would wait inside the library. */
static void share_window(struct broker_session *session, const mosquitto_property *properties)
{
	uint16_t receive_max;
	size_t window;

	if (mosquitto_property_read_int16(properties, MQTT_PROP_RECEIVE_MAXIMUM, &receive_max, false) == NULL ||
	    receive_max >= session->queue_max + session->slot_max + session->value_max)
		return;
	if (session->value_max > receive_max / VALUE_SHARE)
		session->value_max = receive_max >= VALUE_SHARE ? receive_max / VALUE_SHARE : 1;
	window = receive_max > session->value_max ? receive_max - session->value_max : 1;
	if (session->queue_max > (window + 1) / 2)
		session->queue_max = (window + 1) / 2;
	session->slot_max = window > session->queue_max ? window - session->queue_max : 1;
}

/*
 * A broker of MQTT 5 may want to hear something more often than it was offered, and the library does as it says. 0, no
 * keep-alive at all, leaves the library nothing to send.
 */
static void take_keep_alive(struct broker_session *session, const mosquitto_property *properties)
{
	uint16_t keepalive_s;

	if (mosquitto_property_read_int16(properties, MQTT_PROP_SERVER_KEEP_ALIVE, &keepalive_s, false) != NULL &&
	    keepalive_s > 0)
		session->keepalive_s = keepalive_s;
}

/* A broker of MQTT 5 that retains nothing ends the connection of who asks it to, and the library would ask. */
static void take_retain(struct broker_session *session, const mosquitto_property *properties)
{
	uint8_t available;

	session->retains_nothing =
		mosquitto_property_read_byte(properties, MQTT_PROP_RETAIN_AVAILABLE, &available, false) != NULL &&
		available == 0;
}

static void on_connect(struct mosquitto *mosquitto, void *context, int code, int flags,
		       const mosquitto_property *properties)
{
	struct broker_session *session = context;

	(void)mosquitto;
	(void)flags;
	if (code == 0) {
		session->accepted = true;
		share_window(session, properties);
		take_keep_alive(session, properties);
		take_retain(session, properties);
	} else {
		session->end.other_mqtt = session->mqtt5 && code == MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION;
		broker_session_fail(session,
				    session->mqtt5 ? mosquitto_reason_string(code) : mosquitto_connack_string(code));
	}
	end_packet(session);
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
	broker_session_fail(session, mosquitto_reason_string(code));
}

static struct broker_message *find_inflight(const struct broker_session *session, int mid)
{
	struct broker_message *message;

	TAILQ_FOREACH(message, &session->inflight.messages, entry)
	{
		if (message->mid == mid)
			break;
	}
	return message;
}

static void on_publish(struct mosquitto *mosquitto, void *context, int mid, int code,
		       const mosquitto_property *properties)
{
	struct broker_session *session = context;
	struct broker_message *message = find_inflight(session, mid);
	const bool is_value = message != NULL && message->is_value;
	const bool is_denied = code >= 0x80;

	(void)mosquitto;
	(void)properties;
	if (message != NULL) {
		broker_queue_remove(&session->inflight, message);
		session->slot_inflight -= message->of_slot;
		session->value_inflight -= is_value;
		session->value_taken |= is_value && !is_denied;
		broker_release(session->broker, message);
		session->broker->dropped[BROKER_DROP_OUTBOUND_DENIED] += is_denied;
	}
	end_packet(session);
	session->value_denied = is_value && is_denied;
}

static void on_subscribe(struct mosquitto *mosquitto, void *context, int mid, int count, const int *granted)
{
	struct broker_session *session = context;

	(void)mosquitto;
	(void)mid;
	for (size_t i = 0; i < (size_t)count && i < session->settings->subscription_count; i++)
		if (granted[i] >= 0x80)
			session->broker->subscriptions_refused |= 1u << i;
	end_packet(session);
}

static void on_message(struct mosquitto *mosquitto, void *context, const struct mosquitto_message *received)
{
	struct broker_session *session = context;

	(void)mosquitto;
	/* A PUBREL alone says nothing: it may be of a message that the library does not hold. */
	if (received->qos == 2 && session->unreleased > 0)
		session->unreleased--;
	if (received->payloadlen >= 0 && session->broker != NULL)
		broker_put_inbound(session->broker, received->topic, received->payloadlen > 0 ? received->payload : "",
				   (size_t)received->payloadlen, received->retain);
	end_packet(session);
}

/* Of packets that no other callback tells of: "Client <id> received PINGRESP". */
static void on_log(struct mosquitto *mosquitto, void *context, int level, const char *text)
{
	static const char begin[] = "Client ";
	static const char received[] = " received ";
	struct broker_session *session = context;
	const size_t id_len = strlen(session->settings->client_id);

	(void)mosquitto;
	(void)level;
	if (strncmp(text, begin, strlen(begin)) == 0 && strlen(text) > strlen(begin) + id_len &&
	    strncmp(text + strlen(begin) + id_len, received, strlen(received)) == 0)
		end_packet(session);
}

static void set_callbacks(struct broker_session *session)
{
	mosquitto_connect_v5_callback_set(session->mosquitto, on_connect);
	mosquitto_disconnect_v5_callback_set(session->mosquitto, on_disconnect);
	mosquitto_publish_v5_callback_set(session->mosquitto, on_publish);
	mosquitto_subscribe_callback_set(session->mosquitto, on_subscribe);
	mosquitto_message_callback_set(session->mosquitto, on_message);
}

/* --- Begin and end --- */

struct broker_session *broker_session_new(const struct broker_settings *settings, const char *address, bool mqtt5)
{
	struct broker_session *session = calloc(1, sizeof(*session));

	if (session == NULL)
		return NULL;
	session->settings = settings;
	session->mqtt5 = mqtt5;
	session->queue_max = BROKER_INFLIGHT_MAX;
	session->slot_max = BROKER_SLOT_INFLIGHT_MAX;
	session->value_max = settings->bounds.values > 0 ? BROKER_VALUE_INFLIGHT_MAX : 0;
	session->keepalive_s = settings->keepalive_s;
	snprintf(session->address, sizeof(session->address), "%s", address);
	broker_queue_init(&session->inflight);
	session->mosquitto = mosquitto_new(settings->client_id, !settings->keeps_session, session);
	if (session->mosquitto == NULL) {
		free(session);
		return NULL;
	}
	set_callbacks(session);
	mosquitto_max_inflight_messages_set(session->mosquitto,
					    (unsigned)(session->queue_max + session->slot_max + session->value_max));
	return session;
}

void broker_session_free(struct broker_session *session)
{
	if (session == NULL)
		return;
	mosquitto_destroy(session->mosquitto);
	broker_queue_clear(&session->inflight);
	free(session);
}

/* To all in one packet: each costs the broker a turn, and the begin of a charging station waits for it. */
static int subscribe(const struct broker_session *session)
{
	const struct broker_settings *settings = session->settings;

	if (settings->subscription_count == 0)
		return MOSQ_ERR_SUCCESS;
	return mosquitto_subscribe_multiple(session->mosquitto, NULL, (int)settings->subscription_count,
					    settings->subscriptions, 1, session->mqtt5 ? MQTT_SUB_OPT_NO_LOCAL : 0,
					    NULL);
}

/* Subscribes before the event loop hears of it, so that the answer to a request that `connected` sends is received. */
void broker_session_begin(struct broker_session *session, struct broker *broker)
{
	session->broker = broker;
	/* It keeps what it answers from now on, instead of writing it. */
	mosquitto_threaded_set(session->mosquitto, session->settings->holds_acknowledgements);
	broker_session_check(session, subscribe(session));
	session->up_since_ms = broker_now_ms();
	session->last_in_ms = session->up_since_ms;
	session->last_out_ms = session->up_since_ms;
	broker_session_flush(session);
}

/* --- Receiving --- */

/* Looks at what has come without taking it from the library. False: there is nothing now, or no more. */
static bool peek(struct broker_session *session, bool *is_for_library)
{
	SSL *ssl = ssl_of(session);
	uint8_t *window = session->window + session->begun;
	const size_t size = sizeof(session->window) - session->begun;
	ssize_t n;

	errno = 0;
	if (ssl == NULL) {
		n = recv(broker_session_fd(session), window, size, MSG_PEEK | MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno == ECONNRESET))
			broker_session_check(session, MOSQ_ERR_CONN_LOST);
		else if (n < 0 && errno != EAGAIN && errno != EINTR)
			broker_session_check(session, MOSQ_ERR_ERRNO);
	} else {
		ERR_clear_error();
		n = SSL_peek(ssl, window, (int)size);
		const int error = n > 0 ? SSL_ERROR_NONE : SSL_get_error(ssl, (int)n);
		/* The library learns of an end itself, and tells it. */
		*is_for_library = n <= 0 && error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE;
	}
	session->peeked = n > 0 ? session->begun + (size_t)n : 0;
	session->peeked_at = 0;
	return session->peeked > 0 || *is_for_library;
}

/* Whether this packet is one that the library may collect. */
static bool is_bounded(struct broker_session *session, const struct broker_packet *packet)
{
	if (packet->remaining_len > BROKER_PACKET_MAX)
		broker_session_fail(session, "oversized message");
	if (packet->type == BROKER_PACKET_PUBLISH && packet->qos == 2 && session->unreleased++ == UNRELEASED_MAX)
		broker_session_fail(session, "too many messages of QoS 2 on their way");
	return !session->broken;
}

/* Whether the number of a message that is to be thrown away is not seen yet, and may still be. */
static bool needs_more(const struct broker_session *session, bool was_peeked)
{
	return broker_session_is_skipped(session, &session->packet) && session->packet.qos > 0 &&
	       session->packet.mid == 0 && (was_peeked || session->peeked < sizeof(session->window));
}

/*
 * The library ends the process (an assertion of its own) at a property that it does not know. Where not all properties are
 * there yet, it has to be trusted: to wait for them without reading can be for ever, as the kernel takes nothing new while
 * the rest of a large segment fills its buffer.
 */
static bool has_unknown_property(const struct broker_session *session)
{
	return session->mqtt5 &&
	       broker_packet_has_unknown_property(session->window + session->peeked_at,
						  session->peeked - session->peeked_at, &session->packet);
}

/*
 * libssl shows nothing of the next record before this one was read, which ends within a packet's length. The library
 * takes what there is, and nothing behind it.
 */
static enum broker_received hand_over_beginning(struct broker_session *session)
{
	const unsigned reads = session->tls_budget.reads;

	session->begun = session->peeked;
	session->peeked = 0;
	session->tls_budget.reads = 0;
	broker_session_check(session, mosquitto_loop_read(session->mosquitto, 1));
	session->tls_budget.reads = reads;
	session->last_in_ms = broker_now_ms();
	return BROKER_RECEIVED_PACKET;
}

/* Makes session->packet the next one. What this returns other than BROKER_RECEIVED_PART is the end of receiving. */
static enum broker_received next_packet(struct broker_session *session)
{
	bool is_for_library = false;

	session->packet = (struct broker_packet){0};
	for (;;) {
		const bool was_peeked = session->peeked_at < session->peeked;
		if (!was_peeked && (session->drained || !peek(session, &is_for_library)))
			return BROKER_RECEIVED_NOTHING;
		if (is_for_library)
			return BROKER_RECEIVED_PART;
		enum broker_packet_result result = broker_packet_look(
			session->window + session->peeked_at, session->peeked - session->peeked_at, &session->packet);
		if (result == BROKER_PACKET_OK && has_unknown_property(session))
			result = BROKER_PACKET_MALFORMED;
		if (result == BROKER_PACKET_OK && !is_bounded(session, &session->packet))
			return BROKER_RECEIVED_NOTHING;
		if (result == BROKER_PACKET_OK && needs_more(session, was_peeked))
			result = BROKER_PACKET_CUT;
		if (result == BROKER_PACKET_OK) {
			session->begun = 0;
			return BROKER_RECEIVED_PART;
		}
		session->packet = (struct broker_packet){0};
		if (result == BROKER_PACKET_MALFORMED) {
			broker_session_check(session, MOSQ_ERR_PROTOCOL);
			return BROKER_RECEIVED_NOTHING;
		}
		if (!was_peeked && broker_session_uses_tls(session))
			return hand_over_beginning(session);
		session->peeked = 0;
		session->peeked_at = 0;
		if (!was_peeked)
			return BROKER_RECEIVED_CUT;
		session->drained = false;
	}
}

/* Whether the library tells of the end of this packet only where it logs. */
static bool is_told_in_log_only(const struct broker_session *session)
{
	const struct broker_packet *packet = &session->packet;

	return !(packet->type == BROKER_PACKET_PUBLISH && packet->qos < 2) &&
	       !(packet->type == BROKER_PACKET_PUBACK && find_inflight(session, packet->mid) != NULL);
}

/*
 * While it does, the library keeps what it answers for broker_session_flush: writing it would end what end_packet has
 * asked for. It wakes a thread that nobody has instead, which is why it does not do so all the time.
 */
static void listen_to_log(struct broker_session *session, bool listens)
{
	if (listens == session->listens_to_log)
		return;
	session->listens_to_log = listens;
	mosquitto_log_callback_set(session->mosquitto, listens ? on_log : NULL);
	mosquitto_threaded_set(session->mosquitto, listens || session->settings->holds_acknowledgements);
}

/* The library reads on with what it has of the packet, and handles it where that is all. */
static enum broker_received read_packet(struct broker_session *session)
{
	const bool was_peeked = session->packet.len > 0 && session->packet.len <= session->peeked - session->peeked_at;

	session->progress = false;
	session->in_packet = true;
	listen_to_log(session, is_told_in_log_only(session));
	broker_session_check(session, mosquitto_loop_read(session->mosquitto, 1));
	session->last_in_ms = broker_now_ms();
	if (session->packet.qos == 1 && session->progress)
		session->last_out_ms = session->last_in_ms;
	listen_to_log(session, false);
	if (session->broken)
		return BROKER_RECEIVED_NOTHING;
	session->peeked_at += session->packet.len;
	if (!was_peeked) {
		/* Octets that were not looked at were read, too. */
		session->peeked_at = 0;
		session->peeked = 0;
	} else if (session->peeked_at == session->peeked) {
		/* More is shown by the socket in the next turn. */
		session->drained =
			session->peeked < sizeof(session->window) && !broker_session_has_octets_waiting(session);
	}
	if (!was_peeked && !session->progress)
		return BROKER_RECEIVED_PART;
	session->in_packet = false;
	return BROKER_RECEIVED_PACKET;
}

void broker_session_look_again(struct broker_session *session)
{
	session->drained = false;
	session->tls_budget.reads = BROKER_TURN_TLS_READS;
}

enum broker_received broker_session_receive(struct broker_session *session)
{
	enum broker_received next = BROKER_RECEIVED_PART;

	if (!broker_session_acknowledge(session))
		return BROKER_RECEIVED_NOTHING;
	if (session->skip_left == 0 && !session->in_packet) {
		next = next_packet(session);
		if (next == BROKER_RECEIVED_PART && broker_session_is_skipped(session, &session->packet))
			session->skip_left = session->packet.len;
	}
	if (next != BROKER_RECEIVED_PART)
		return next;
	return session->skip_left > 0 ? broker_session_skip(session) : read_packet(session);
}

/* --- Sending --- */

/* A full window holds the queue back, but not the slots. */
static bool queue_may_go(const struct broker_session *session)
{
	return session->inflight.count - session->slot_inflight - session->value_inflight < session->queue_max;
}

static bool slots_may_go(const struct broker_session *session)
{
	return session->slot_inflight < session->slot_max;
}

/* Values go when nothing else does: not even octets that the socket has not taken. */
static bool values_may_go(const struct broker_session *session)
{
	const struct broker *broker = session->broker;

	return broker->values.count > 0 && broker->outbound.count == 0 && broker->latest.count == 0 &&
	       session->value_inflight < session->value_max && !broker_session_wants_write(session);
}

bool broker_session_can_send(const struct broker_session *session)
{
	return (session->broker->outbound.count > 0 && queue_may_go(session)) ||
	       (session->broker->latest.count > 0 && slots_may_go(session)) || values_may_go(session);
}

static int publish(const struct broker_session *session, struct broker_message *message)
{
	if (message->retained && session->retains_nothing)
		return MOSQ_ERR_RETAIN_NOT_SUPPORTED;
	return mosquitto_publish(session->mosquitto, &message->mid, message->topic, (int)message->len, message->payload,
				 1, message->retained);
}

/* MQTT 5: the broker says how large a packet it takes, and whether it retains any. */
static bool can_never_be_sent(int rc)
{
	return rc == MOSQ_ERR_INVAL || rc == MOSQ_ERR_PAYLOAD_SIZE || rc == MOSQ_ERR_MALFORMED_UTF8 ||
	       rc == MOSQ_ERR_OVERSIZE_PACKET || rc == MOSQ_ERR_RETAIN_NOT_SUPPORTED;
}

static struct broker_message *next_message(struct broker_session *session)
{
	struct broker_message *message =
		broker_next_outbound(session->broker, queue_may_go(session), slots_may_go(session));

	if (message == NULL && values_may_go(session))
		message = broker_queue_pop(&session->broker->values);
	return message;
}

void broker_session_send(struct broker_session *session, unsigned max)
{
	struct broker_message *message;

	while (max-- > 0 && !session->broken && (message = next_message(session))) {
		int rc = publish(session, message);
		session->last_out_ms = broker_now_ms();
		/*
		 * A message that can never be sent is dropped. Otherwise it would go back to the queue with each
		 * session.
		 */
		if (can_never_be_sent(rc)) {
			broker_release(session->broker, message);
			session->broker->dropped[BROKER_DROP_OUTBOUND_REFUSED]++;
			continue;
		}
		broker_queue_append(&session->inflight, message);
		session->slot_inflight += message->of_slot;
		session->value_inflight += message->is_value;
		broker_session_check(session, rc);
	}
}

void broker_session_flush(struct broker_session *session)
{
	if (holds_back(session))
		return;
	if (!session->broken && mosquitto_want_write(session->mosquitto)) {
		broker_session_check(session, mosquitto_loop_write(session->mosquitto, 1));
		session->last_out_ms = broker_now_ms();
	}
	broker_session_acknowledge(session);
}

/* --- The socket and the time --- */

int broker_session_fd(const struct broker_session *session)
{
	return mosquitto_socket(session->mosquitto);
}

/* With TLS the library may go on to say so when there is nothing left to write. */
bool broker_session_wants_write(const struct broker_session *session)
{
	const SSL *ssl = ssl_of(session);

	if (holds_back(session))
		return false;
	if (session->acknowledge_mid != 0)
		return true;
	return mosquitto_want_write(session->mosquitto) && (ssl == NULL || SSL_want_write(ssl));
}

bool broker_session_has_octets_waiting(const struct broker_session *session)
{
	const SSL *ssl = ssl_of(session);

	return ssl != NULL && SSL_pending(ssl) > 0;
}

bool broker_session_shakes_hands(const struct broker_session *session)
{
	const SSL *ssl = ssl_of(session);

	return ssl != NULL && !SSL_is_init_finished(ssl);
}

/*
 * When mosquitto_loop_misc is due for the keep-alive. The library counts whole seconds and does nothing when it is
 * called too early; hence the extra second.
 */
uint64_t broker_session_deadline_ms(const struct broker_session *session)
{
	uint64_t last = session->last_in_ms < session->last_out_ms ? session->last_in_ms : session->last_out_ms;

	return last + (uint64_t)session->keepalive_s * 1000 + 1000;
}

void broker_session_keep_alive(struct broker_session *session, uint64_t now_ms)
{
	if (session->broken || now_ms < broker_session_deadline_ms(session))
		return;
	/* PINGREQ would take along what is held back, which goes soon. */
	if (!holds_back(session))
		broker_session_check(session, mosquitto_loop_misc(session->mosquitto));
	session->last_in_ms = now_ms;
	session->last_out_ms = now_ms;
}

/*
 * Sends DISCONNECT and waits until the broker has closed its side. Closing a socket with unread octets resets the
 * connection. The broker might see the reset before the DISCONNECT, and send the will.
 */
bool broker_session_say_goodbye(struct broker_session *session, uint64_t deadline_ms)
{
	int fd = holds_back(session) ? -1 : dup(broker_session_fd(session));
	bool sent = fd >= 0 && mosquitto_disconnect(session->mosquitto) == MOSQ_ERR_SUCCESS;
	uint64_t now_ms;
	char scrap[512];

	if (fd < 0)
		return false;
	if (sent)
		sent = mosquitto_loop_write(session->mosquitto, 1) == MOSQ_ERR_SUCCESS;
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
