/* SPDX-License-Identifier: Apache-2.0 */
/* TLS: the words for each cause, the files, and the bounds of the queue where records hold many messages. */
#include "mqtt/api/api.h"
#include "mqtt/broker/broker_tls.h"
#include "mqtt/broker/tests/played_broker.h"
#include "mqtt/broker/tests/played_tls.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define FLOOD 700 /* messages that fit into one record */

static struct played_identity identity;
static char reason[BROKER_REASON_MAX];

static int make_identity(void **state)
{
	(void)state;
	setenv("OPENSSL_CONF", "/dev/null", 1);                /* what this machine permits is not what is asked here */
	OPENSSL_init_ssl(OPENSSL_INIT_LOAD_SSL_STRINGS, NULL); /* as the first context does */
	played_identity_make(&identity, 86400);
	return 0;
}

/*
 * A client that is closed without waiting leaves its thread behind. What OpenSSL keeps for a thread it frees at the
 * thread's end, yet no longer once the process has begun to exit: the leak checker would find it.
 */
static int end_threads_and_remove_identity(void **state)
{
	(void)state;
	assert_threads_end();
	played_identity_remove(&identity);
	return 0;
}

/* --- The words --- */

static const char *verified(int result, const X509 *certificate)
{
	broker_tls_explain_verification(result, certificate, "broker.lan", reason);
	return reason;
}

static void result_of_the_verification_names_the_remedy(void **state)
{
	static const int unknown[] = {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT,
				      X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
				      X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
				      X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT};

	(void)state;
	assert_string_equal(verified(X509_V_ERR_HOSTNAME_MISMATCH, identity.certificate),
			    "the broker's certificate is not for broker.lan, it names localhost, 127.0.0.1, b.example");
	assert_string_equal(verified(X509_V_ERR_IP_ADDRESS_MISMATCH, NULL),
			    "the broker's certificate is not for broker.lan, it names no host");
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		assert_non_null(strstr(verified(unknown[i], identity.certificate), "is of an unknown CA"));
	assert_string_equal(verified(X509_V_ERR_CERT_REVOKED, identity.certificate),
			    "the broker's certificate is refused: certificate revoked");
}

/* A name of a certificate that is as long as no address is. */
static void name_of_a_strange_length_is_not_told(void **state)
{
	X509 *certificate = X509_dup(identity.certificate);
	GENERAL_NAMES *names = GENERAL_NAMES_new();
	GENERAL_NAME *name = GENERAL_NAME_new();
	ASN1_OCTET_STRING *address = ASN1_OCTET_STRING_new();

	(void)state;
	assert_int_equal(ASN1_OCTET_STRING_set(address, (const unsigned char *)"short", 5), 1);
	GENERAL_NAME_set0_value(name, GEN_IPADD, address);
	sk_GENERAL_NAME_push(names, name);
	assert_int_equal(X509_add1_ext_i2d(certificate, NID_subject_alt_name, names, 0, X509V3_ADD_REPLACE), 1);
	assert_string_equal(verified(X509_V_ERR_HOSTNAME_MISMATCH, certificate),
			    "the broker's certificate is not for broker.lan, it names no host");
	GENERAL_NAMES_free(names);
	X509_free(certificate);
}

static void time_of_a_certificate_is_told(void **state)
{
	ASN1_TIME *time = ASN1_TIME_new();
	X509 *certificate = X509_dup(identity.certificate);

	(void)state;
	assert_int_equal(ASN1_TIME_set_string(time, "20240229123456Z"), 1);
	X509_set1_notAfter(certificate, time);
	X509_set1_notBefore(certificate, time);
	assert_non_null(
		strstr(verified(X509_V_ERR_CERT_HAS_EXPIRED, certificate), "has expired: 2024-02-29 12:34 UTC"));
	assert_non_null(strstr(verified(X509_V_ERR_CERT_NOT_YET_VALID, certificate),
			       "is not yet valid, not before 2024-02-29 12:34 UTC"));
	assert_non_null(strstr(verified(X509_V_ERR_CERT_HAS_EXPIRED, NULL), "has expired: ?"));
	X509_free(certificate);
	ASN1_TIME_free(time);
}

static const char *alerted(int alert, bool asked, bool has_certificate)
{
	const struct broker_tls_watch watch = {.asked = asked, .has_certificate = has_certificate};

	broker_tls_explain_alert(alert, &watch, reason);
	return reason;
}

static void alert_of_the_broker_is_told_for_what_this_client_has_shown(void **state)
{
	(void)state;
	assert_string_equal(alerted(SSL_AD_CERTIFICATE_REQUIRED, true, false),
			    "the broker requires a client certificate");
	assert_string_equal(alerted(SSL_AD_HANDSHAKE_FAILURE, true, false), "the broker requires a client certificate");
	assert_string_equal(alerted(SSL_AD_HANDSHAKE_FAILURE, false, false),
			    "the broker refuses the TLS connection: handshake failure");
	assert_string_equal(alerted(SSL_AD_CERTIFICATE_EXPIRED, true, true),
			    "the broker refuses the client certificate: certificate expired");
	assert_string_equal(alerted(SSL_AD_UNKNOWN_CA, true, true),
			    "the broker refuses the client certificate: unknown CA");
	assert_string_equal(alerted(SSL_AD_PROTOCOL_VERSION, false, false),
			    "the broker speaks no TLS of version 1.2 or later");
}

static const char *failed(int error, bool answered)
{
	broker_tls_explain_error(ERR_PACK(ERR_LIB_SSL, 0, error), answered, reason);
	return reason;
}

static void answer_that_is_no_tls_is_told_from_a_handshake_that_fails(void **state)
{
	(void)state;
	assert_non_null(strstr(failed(SSL_R_WRONG_VERSION_NUMBER, false), "speaks no TLS on this port"));
	assert_non_null(strstr(failed(SSL_R_UNEXPECTED_EOF_WHILE_READING, false), "speaks no TLS on this port"));
	assert_string_equal(failed(SSL_R_UNEXPECTED_EOF_WHILE_READING, true),
			    "TLS handshake failed: unexpected eof while reading");
	assert_string_equal(failed(SSL_R_UNSUPPORTED_PROTOCOL, true),
			    "the broker speaks no TLS of version 1.2 or later");
	assert_string_equal(failed(SSL_R_DH_KEY_TOO_SMALL, true), "TLS handshake failed: dh key too small");
}

/* --- The files --- */

static void assert_refused(const struct broker_tls *tls, enum broker_tls_file wanted, const char *why)
{
	enum broker_tls_file file;
	char said[128];

	assert_false(broker_tls_check(tls, &file, said, sizeof(said)));
	assert_int_equal(file, wanted);
	if (strstr(said, why) == NULL)
		fail_msg("%s", said);
}

static void file_that_cannot_be_used_is_named(void **state)
{
	struct played_identity other;
	struct broker_tls tls = {identity.certificate_path, identity.certificate_path, identity.key_path};
	enum broker_tls_file file;

	(void)state;
	played_identity_make(&other, 86400);
	assert_true(broker_tls_check(&tls, &file, reason, sizeof(reason)));
	tls.key = other.key_path;
	assert_refused(&tls, BROKER_TLS_KEY, "does not fit the client certificate");
	tls.key = tls.certificate;
	assert_refused(&tls, BROKER_TLS_KEY, "holds no private key");
	tls.certificate = other.key_path;
	assert_refused(&tls, BROKER_TLS_CERTIFICATE, "holds no certificate");
	tls.certificate = "/dev/zero";
	assert_refused(&tls, BROKER_TLS_CERTIFICATE, "is no file");
	tls.ca = "/none/ca.pem";
	assert_refused(&tls, BROKER_TLS_CA, "/none/ca.pem: cannot be read: No such file or directory");
	tls.ca = "/etc";
	tls.certificate = NULL;
	assert_true(broker_tls_check(&tls, &file, reason, sizeof(reason)));
	played_identity_remove(&other);
}

static void nobody_is_asked_for_a_passphrase(void **state)
{
	struct played_identity locked;
	struct broker_tls tls;

	(void)state;
	played_identity_make(&locked, 86400);
	played_identity_lock_key(&locked);
	tls = (struct broker_tls){locked.certificate_path, locked.certificate_path, locked.key_path};
	assert_refused(&tls, BROKER_TLS_KEY, "without a passphrase");
	played_identity_remove(&locked);
}

/* --- Connections --- */

struct site {
	struct broker_tls tls;
	struct broker_options options;
	int tls_listener;
	int listener; /* of the played broker behind it */
	uint16_t port;
};

static void site_open(struct site *site)
{
	uint16_t port;

	site->tls = (struct broker_tls){.ca = identity.certificate_path};
	site->tls_listener = listen_on_loopback(&port, 8);
	site->listener = listen_on_loopback(&site->port, 8);
	site->options = client_options(port);
	site->options.tls = &site->tls;
}

static void site_close(struct site *site)
{
	close(site->tls_listener);
	close(site->listener);
}

static void full_queue_ends_the_reading_in_the_middle_of_a_record(void **state)
{
	struct site site;
	struct client client;
	struct packet packet;
	unsigned acknowledged = 0;
	char text[16];
	pid_t tls;
	int fd;

	(void)state;
	site_open(&site);
	tls = played_tls_start(&identity, site.tls_listener, site.port, NULL);
	fd = open_connected(&client, &site.options, site.listener, &packet);
	kill(tls, SIGSTOP);
	for (unsigned i = 1; i <= FLOOD; i++) {
		snprintf(text, sizeof(text), "%u", i);
		send_text(fd, (uint16_t)i, text, strlen(text));
	}
	kill(tls, SIGCONT);
	client.slow_ms = 2;
	assert_in_range(wait_for_backlog(&client, fd, BROKER_INBOUND_MAX - 40, &acknowledged), BROKER_INBOUND_MAX - 40,
			BROKER_INBOUND_MAX);
	client.slow_ms = 0;
	client_wait(&client, &client.messages, FLOOD);
	assert_int_equal(client.in_order, FLOOD);
	assert_int_equal(client.disconnected, 0);
	stop_properly(&client, fd);
	played_tls_assert_end(tls);
	site_close(&site);
}

static void large_messages_cross_records_both_ways(void **state)
{
	enum { SENT = 20, OCTETS = 60000 };
	static char text[OCTETS];
	struct site site;
	struct client client;
	struct packet packet;
	pid_t tls;
	int fd;

	(void)state;
	site_open(&site);
	site.options.host = "localhost";
	tls = played_tls_start(&identity, site.tls_listener, site.port, "localhost");
	fd = open_connected(&client, &site.options, site.listener, &packet);
	memset(text, ' ', sizeof(text));
	for (unsigned i = 1; i <= SENT; i++) {
		memcpy(text + snprintf(text, 8, "%u", i), " ", 1);
		send_text(fd, (uint16_t)i, text, sizeof(text));
		client_wait(&client, &client.messages, i);
	}
	assert_int_equal(client.in_order, SENT);
	assert_true(client_publish(&client, BROKER_KEEP, "kept"));
	for (read_packet(fd, &packet); packet.type == 0x40; read_packet(fd, &packet))
		;
	assert_string_equal(packet.payload, "kept");
	puback(fd, &packet);
	stop_properly(&client, fd);
	played_tls_assert_end(tls);
	site_close(&site);
}

/* The socket shows nothing of what libssl holds while nothing is read. */
static void acknowledgements_wait_for_the_owner_behind_tls_too(void **state)
{
	struct site site;
	struct client client;
	struct packet packet;
	pid_t tls;
	int fd;

	(void)state;
	site_open(&site);
	site.options.keeps_session = true;
	site.options.holds_acknowledgements = true;
	tls = played_tls_start(&identity, site.tls_listener, site.port, NULL);
	fd = open_connected(&client, &site.options, site.listener, &packet);
	for (unsigned round = 1; round <= 3; round++) {
		kill(tls, SIGSTOP);
		send_text(fd, (uint16_t)(2 * round - 1), "1", 1);
		send_text(fd, (uint16_t)(2 * round), "1", 1);
		kill(tls, SIGCONT);
		client_wait(&client, &client.messages, 2 * round);
		broker_hold(client.broker);
		client_wait(&client, &client.held, round);
		assert_false(clients_run_until_readable(fd, 50));
		broker_acknowledge(client.broker);
		for (unsigned i = 0; i < 2; i++)
			read_puback(fd, (uint16_t)(2 * round - 1 + i));
	}
	broker_hold(client.broker);
	client_wait(&client, &client.held, 4);
	send_text(fd, 7, "1", 1);
	assert_false(clients_run_until_readable(fd, 50));
	assert_int_equal(client.messages, 6);
	broker_acknowledge(client.broker);
	client_wait(&client, &client.messages, 7);
	broker_hold(client.broker);
	client_wait(&client, &client.held, 5);
	broker_acknowledge(client.broker);
	read_puback(fd, 7);
	stop_properly(&client, fd);
	played_tls_assert_end(tls);
	site_close(&site);
}

/* What the client has connected to, whose records hold one octet each, ends the connection by these octets. */
static void assert_ended_by(const void *octets, size_t len, const char *why)
{
	struct played_identity server = identity;
	struct site site;
	struct client client;
	struct packet packet;
	pid_t tls;
	int fd;

	site_open(&site);
	server.record = 1;
	tls = played_tls_start(&server, site.tls_listener, site.port, NULL);
	fd = open_connected(&client, &site.options, site.listener, &packet);
	for (uint16_t i = 1; i <= 3; i++)
		send_publish(fd, i, 200);
	client_wait(&client, &client.messages, 3);
	assert_int_equal(client.last_len, 200);
	assert_int_equal(send(fd, octets, len, MSG_NOSIGNAL), len);
	client_wait(&client, &client.disconnected, 1);
	if (strstr(client.reason, why) == NULL)
		fail_msg("%s", client.reason);
	assert_int_equal(client.messages, 3);
	played_tls_assert_end(tls);
	close(fd);
	site_close(&site);
	client_close(&client, 0);
}

/* The library would believe any length that it is the first to read. */
static void length_of_a_packet_that_crosses_records_is_bounded_too(void **state)
{
	(void)state;
	assert_ended_by("\x30\xff\xff\xff\x7f\0\1t", 8, "oversized message");
	assert_ended_by("\x30\xff\xff\xff\xff\x7f", 6, "protocol error");
}

static void messages_of_qos_2_are_counted_where_they_cross_records(void **state)
{
	static const char message[] = "\x34\x06\0\1t\0\1x";
	enum { LEN = sizeof(message) - 1, SENT = 100 };
	char messages[SENT * LEN];

	(void)state;
	for (size_t i = 0; i < SENT; i++)
		memcpy(messages + i * LEN, message, LEN);
	assert_ended_by(messages, sizeof(messages), "QoS 2");
}

/* A flood of these messages, or where there are none of records without any. */
static void assert_tls_flood_leaves_the_turns_short(const struct packets *packets)
{
	struct played_identity server = identity;
	struct site site;
	struct client client;
	struct packet packet;
	pid_t sender = 0;
	pid_t tls;
	int fd;

	site_open(&site);
	server.updates_keys = packets == NULL;
	tls = played_tls_start(&server, site.tls_listener, site.port, NULL);
	fd = open_connected(&client, &site.options, site.listener, &packet);
	if (packets != NULL)
		sender = send_without_end(fd, packets);
	assert_turns_are_short(&client, 300);
	assert_int_equal(client.disconnected, 0);
	if (packets != NULL && packets->zeros <= API_PAYLOAD_MAX)
		client_wait(&client, &client.messages, 1);
	if (packets != NULL)
		end_sender(sender);
	kill(tls, SIGKILL);
	waitpid(tls, NULL, 0);
	close(fd);
	site_close(&site);
	client_close(&client, 0);
}

static void no_flood_of_records_makes_a_turn_long(void **state)
{
	static const struct packets floods[] = {
		{"\x32\x06\0\1t\0\1x", 8, 0},                      /* PUBLISH, QoS 1 */
		{"\x32\x85\x80\x10\0\1t\0\1", 9, API_PAYLOAD_MAX}, /* likewise, the largest that is handed over */
		{"\x32\x85\x80\x40\0\1t\0\1", 9, 1024 * 1024},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(floods) / sizeof(floods[0]); i++)
		assert_tls_flood_leaves_the_turns_short(&floods[i]);
	assert_tls_flood_leaves_the_turns_short(NULL);
}

/* Before CONNACK it is the thread that reads, and at the end broker_stop. */
static void flood_of_records_holds_neither_an_attempt_nor_the_end_up(void **state)
{
	struct played_identity server = identity;
	struct site site;
	struct client client;
	struct packet packet;
	pid_t tls;
	int fd;

	(void)state;
	server.updates_keys = true;
	site_open(&site);
	tls = played_tls_start(&server, site.tls_listener, site.port, NULL);
	client_open(&client, &site.options);
	fd = accept_connect(site.listener, 4);
	assert_stops_within(&client, 100);
	assert_threads_end();
	end_sender(tls);
	close(fd);
	tls = played_tls_start(&server, site.tls_listener, site.port, NULL);
	fd = open_connected(&client, &site.options, site.listener, &packet);
	assert_true(client_publish(&client, BROKER_KEEP, "not acknowledged"));
	assert_stops_within(&client, 100);
	end_sender(tls);
	close(fd);
	site_close(&site);
}

static void broker_that_says_nothing_to_the_handshake_holds_nobody_up(void **state)
{
	struct site site;
	struct client client;
	int fd;

	(void)state;
	site_open(&site);
	client_open(&client, &site.options);
	fd = accept_tcp(site.tls_listener);
	assert_calls_return(&client);
	assert_stops_within(&client, 100);
	close(fd);
	site_close(&site);
	assert_threads_end();
}

static void connection_that_is_reset_in_the_handshake_is_told(void **state)
{
	const struct linger reset = {.l_onoff = 1};
	struct site site;
	struct client client;
	int fd;

	(void)state;
	site_open(&site);
	client_open(&client, &site.options);
	fd = accept_tcp(site.tls_listener);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(fd);
	client_wait(&client, &client.disconnected, 1);
	assert_non_null(strstr(client.reason, "speaks no TLS on this port"));
	site_close(&site);
	client_close(&client, 0);
}

/* What a client of these files says to the server that it does not connect to. */
static void assert_not_connected(const struct played_identity *server, const char *ca, const char *why)
{
	struct site site;
	struct client client;
	pid_t tls;

	site_open(&site);
	site.tls.ca = ca;
	tls = played_tls_start(server, site.tls_listener, site.port, NULL);
	client_open(&client, &site.options);
	client_wait(&client, &client.disconnected, 1);
	if (strstr(client.reason, why) == NULL)
		fail_msg("%s", client.reason);
	waitpid(tls, NULL, 0);
	site_close(&site);
	client_close(&client, 0);
}

static void assert_connected(const struct played_identity *server, const char *ca)
{
	struct site site;
	struct client client;
	struct packet packet;
	pid_t tls;
	int fd;

	site_open(&site);
	site.tls.ca = ca;
	tls = played_tls_start(server, site.tls_listener, site.port, NULL);
	client_open(&client, &site.options);
	fd = accept_client(site.listener, 0, 1, &packet);
	client_wait(&client, &client.connected, 1);
	stop_properly(&client, fd);
	played_tls_assert_end(tls);
	site_close(&site);
}

static void certificate_of_another_is_refused(void **state)
{
	struct played_identity other;

	(void)state;
	played_identity_make(&other, 86400);
	assert_not_connected(&other, identity.certificate_path, "is of an unknown CA");
	played_identity_remove(&other);
}

static void tls_before_version_1_2_is_refused(void **state)
{
	const struct broker_tls tls = {.ca = identity.certificate_path};
	struct played_identity server = identity;
	enum broker_tls_file file;

	(void)state;
	server.newest = TLS1_1_VERSION;
	assert_not_connected(&server, identity.certificate_path, "speaks no TLS of version 1.2 or later");
	/* Not only because this machine permits no older one. */
	SSL_CTX *context = broker_tls_context(&tls, &file, reason, sizeof(reason));
	assert_int_equal(SSL_CTX_get_min_proto_version(context), TLS1_2_VERSION);
	SSL_CTX_free(context);
}

/* With names as openssl rehash gives them. Two questions in one connection: each takes its time under valgrind. */
static void tls_1_2_is_enough_and_a_directory_may_hold_the_ca(void **state)
{
	struct played_identity server = identity;
	char directory[] = "/tmp/test-broker-tls-XXXXXX";
	char link[64];

	(void)state;
	server.newest = TLS1_2_VERSION;
	assert_non_null(mkdtemp(directory));
	snprintf(link, sizeof(link), "%s/%08lx.0", directory, X509_subject_name_hash(identity.certificate));
	assert_int_equal(symlink(identity.certificate_path, link), 0);
	assert_connected(&server, directory);
	unlink(link);
	rmdir(directory);
}

/* It has asked for a certificate, too: which of the two it misses cannot be told. */
static void broker_that_closes_at_a_version_it_does_not_know_is_spoken_to_in_3_1_1(void **state)
{
	struct site site;
	struct client client;
	struct packet packet;
	pid_t first;
	pid_t second;
	int fd;

	(void)state;
	site_open(&site);
	site.options.no_local = true;
	first = played_tls_start(&identity, site.tls_listener, site.port, NULL);
	second = played_tls_start(&identity, site.tls_listener, site.port, NULL);
	client_open(&client, &site.options);
	close(accept_connect(site.listener, 5));
	fd = accept_client(site.listener, 0, 1, &packet);
	assert_int_equal(packet.body[MQTT_LEVEL_AT], 4);
	client_wait(&client, &client.connected, 1);
	assert_int_equal(client.disconnected, 0);
	stop_properly(&client, fd);
	played_tls_assert_end(first);
	played_tls_assert_end(second);
	site_close(&site);
}

static void tls_is_not_for_a_unix_socket(void **state)
{
	static const struct broker_callbacks callbacks;
	struct site site;

	(void)state;
	site_open(&site);
	site.options.host = "/run/broker.sock";
	site.options.port = 0;
	assert_null(broker_open(NULL, &site.options, &callbacks, NULL));
	site_close(&site);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(result_of_the_verification_names_the_remedy),
		client_test(name_of_a_strange_length_is_not_told),
		client_test(time_of_a_certificate_is_told),
		client_test(alert_of_the_broker_is_told_for_what_this_client_has_shown),
		client_test(answer_that_is_no_tls_is_told_from_a_handshake_that_fails),
		client_test(file_that_cannot_be_used_is_named),
		client_test(nobody_is_asked_for_a_passphrase),
		client_test(full_queue_ends_the_reading_in_the_middle_of_a_record),
		client_test(large_messages_cross_records_both_ways),
		client_test(acknowledgements_wait_for_the_owner_behind_tls_too),
		client_test(length_of_a_packet_that_crosses_records_is_bounded_too),
		client_test(messages_of_qos_2_are_counted_where_they_cross_records),
		client_test(no_flood_of_records_makes_a_turn_long),
		client_test(flood_of_records_holds_neither_an_attempt_nor_the_end_up),
		client_test(broker_that_says_nothing_to_the_handshake_holds_nobody_up),
		client_test(connection_that_is_reset_in_the_handshake_is_told),
		client_test(certificate_of_another_is_refused),
		client_test(tls_before_version_1_2_is_refused),
		client_test(tls_1_2_is_enough_and_a_directory_may_hold_the_ca),
		client_test(broker_that_closes_at_a_version_it_does_not_know_is_spoken_to_in_3_1_1),
		client_test(tls_is_not_for_a_unix_socket),
	};

	return cmocka_run_group_tests(tests, make_identity, end_threads_and_remove_identity);
}
