/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A message that is too large to be handed over is thrown away as it comes. The library would collect all of it, and
 * for as long as it comes without a pause: of 4 MiB that takes ten to twenty milliseconds, mostly for fresh memory.
 */
#include "mqtt/api/api.h"
#include "mqtt/broker/broker_session.h"

#include <errno.h>
#include <mosquitto.h>
#include <sys/socket.h>

/* Of a packet that is not thrown away: the largest payload and topic, and properties beside them. */
#define COLLECTED_MAX (API_PAYLOAD_MAX + 65536u + 65536u)
/* Octets that are thrown away at a time. */
#define SKIP_OCTETS 16384u

/*
 * With TLS the library goes on: it reads a bounded number of records in a turn, and nobody else may write between its
 * own attempts to write. With QoS 2 there is more to say than one acknowledgement.
 */
bool broker_session_is_skipped(const struct broker_session *session, const struct broker_packet *packet)
{
	return packet->type == BROKER_PACKET_PUBLISH && packet->remaining_len > COLLECTED_MAX && packet->qos < 2 &&
	       (packet->qos == 0 || packet->mid != 0 || session->peeked < sizeof(session->window) ||
		session->peeked_at > 0) &&
	       session->broker != NULL && !broker_session_uses_tls(session);
}

static void end_skip(struct broker_session *session)
{
	session->broker->dropped[BROKER_DROP_INBOUND_TOO_LARGE] += !session->broker->stopping;
	session->acknowledge_mid = session->packet.mid;
	broker_session_acknowledge(session);
}

enum broker_received broker_session_skip(struct broker_session *session)
{
	uint8_t scrap[SKIP_OCTETS];
	const size_t wanted = session->skip_left < sizeof(scrap) ? session->skip_left : sizeof(scrap);
	ssize_t n = recv(broker_session_fd(session), scrap, wanted, MSG_DONTWAIT);

	if (n == 0 || (n < 0 && errno == ECONNRESET))
		broker_session_check(session, MOSQ_ERR_CONN_LOST);
	else if (n < 0 && errno != EAGAIN && errno != EINTR)
		broker_session_check(session, MOSQ_ERR_ERRNO);
	if (n <= 0)
		return BROKER_RECEIVED_NOTHING;
	/* What was looked at is among these octets. */
	session->peeked = 0;
	session->peeked_at = 0;
	session->last_in_ms = broker_now_ms();
	session->skip_left -= (size_t)n;
	if (session->skip_left == 0)
		end_skip(session);
	return BROKER_RECEIVED_PACKET;
}

/* Only where the library has nothing half written. */
bool broker_session_acknowledge(struct broker_session *session)
{
	const uint16_t mid = session->acknowledge_mid;
	const uint8_t puback[] = {BROKER_PACKET_PUBACK << 4, 2, (uint8_t)(mid >> 8), (uint8_t)mid};
	ssize_t n;

	if (mid == 0 || session->broken)
		return true;
	if (mosquitto_want_write(session->mosquitto))
		return false;
	n = send(broker_session_fd(session), puback, sizeof(puback), MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n != sizeof(puback))
		broker_session_check(session, n < 0 ? MOSQ_ERR_ERRNO : MOSQ_ERR_CONN_LOST);
	session->acknowledge_mid = 0;
	return true;
}
