/* SPDX-License-Identifier: Apache-2.0 */
#include "mqtt/broker/tests/played_tls.h"

#include "mqtt/broker/tests/played_broker.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define RECORD 16384 /* octets that a record holds */

/* --- The certificate --- */

static FILE *open_new(char path[PLAYED_TLS_PATH])
{
	int fd;

	snprintf(path, PLAYED_TLS_PATH, "/tmp/test-broker-tls-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	return fdopen(fd, "w");
}

static void add_names(X509 *certificate)
{
	X509_EXTENSION *names =
		X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,DNS:b.example");

	assert_non_null(names);
	assert_int_equal(X509_add_ext(certificate, names, -1), 1);
	X509_EXTENSION_free(names);
}

void played_identity_make(struct played_identity *identity, long not_after_s)
{
	X509 *certificate = X509_new();
	X509_NAME *name = X509_get_subject_name(certificate);
	FILE *file;

	identity->key = EVP_EC_gen("P-256");
	identity->certificate = certificate;
	identity->newest = 0;
	identity->record = 0;
	identity->updates_keys = false;
	assert_non_null(identity->key);
	X509_set_version(certificate, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
	X509_gmtime_adj(X509_getm_notBefore(certificate), -86400);
	X509_gmtime_adj(X509_getm_notAfter(certificate), not_after_s);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"broker", -1, -1, 0);
	X509_set_issuer_name(certificate, name);
	X509_set_pubkey(certificate, identity->key);
	add_names(certificate);
	assert_true(X509_sign(certificate, identity->key, EVP_sha256()) > 0);
	file = open_new(identity->certificate_path);
	assert_int_equal(PEM_write_X509(file, certificate), 1);
	fclose(file);
	file = open_new(identity->key_path);
	assert_int_equal(PEM_write_PrivateKey(file, identity->key, NULL, NULL, 0, NULL, NULL), 1);
	fclose(file);
}

void played_identity_lock_key(const struct played_identity *identity)
{
	FILE *file = fopen(identity->key_path, "we");

	assert_non_null(file);
	assert_int_equal(PEM_write_PrivateKey(file, identity->key, EVP_aes_128_cbc(), (const unsigned char *)"word", 4,
					      NULL, NULL),
			 1);
	fclose(file);
}

void played_identity_remove(struct played_identity *identity)
{
	unlink(identity->certificate_path);
	unlink(identity->key_path);
	X509_free(identity->certificate);
	EVP_PKEY_free(identity->key);
}

/* --- The process --- */

/* Octets on their way to the client. */
struct way {
	char octets[RECORD];
	int at; /* the first one that waits */
	int waiting;
	int record; /* so many in a record */
};

static void do_not_block(int fd)
{
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

/* Whether the connection goes on. */
static bool pass_to_client(SSL *ssl, int plain, struct way *way)
{
	int n;

	if (way->waiting == 0) {
		ssize_t got = read(plain, way->octets, sizeof(way->octets));
		if (got == 0)
			return false;
		way->waiting = got > 0 ? (int)got : 0;
		way->at = 0;
	}
	if (way->waiting == 0)
		return true;
	n = SSL_write(ssl, way->octets + way->at, way->waiting < way->record ? way->waiting : way->record);
	if (n > 0) {
		way->at += n;
		way->waiting -= n;
	}
	return n > 0 || SSL_get_error(ssl, n) == SSL_ERROR_WANT_WRITE;
}

static bool pass_to_broker(SSL *ssl, int plain)
{
	char octets[RECORD];
	int n = SSL_read(ssl, octets, sizeof(octets));

	if (n > 0)
		return send(plain, octets, (size_t)n, MSG_NOSIGNAL) == n;
	return SSL_get_error(ssl, n) == SSL_ERROR_WANT_READ;
}

static void pump(SSL *ssl, int client, int plain, const struct played_identity *identity)
{
	static struct way way;
	const bool updates_keys = identity->updates_keys;

	way.record = identity->record > 0 ? identity->record : RECORD;
	for (bool goes_on = true; goes_on;) {
		struct pollfd fds[] = {{.fd = client, .events = (short)(POLLIN | (way.waiting > 0 ? POLLOUT : 0))},
				       {.fd = plain, .events = way.waiting > 0 ? 0 : POLLIN}};
		/* Records without data, as many as the client takes. */
		if (updates_keys && way.waiting == 0 && SSL_key_update(ssl, SSL_KEY_UPDATE_NOT_REQUESTED) == 1)
			SSL_do_handshake(ssl);
		if (poll(fds, 2, updates_keys ? 0 : WAIT_MAX_S * 1000) < (updates_keys ? 0 : 1))
			return;
		if (fds[0].revents & (POLLIN | POLLHUP | POLLERR))
			goes_on = pass_to_broker(ssl, plain);
		if (goes_on && (way.waiting > 0 || fds[1].revents))
			goes_on = pass_to_client(ssl, plain, &way);
	}
}

static int connect_to(uint16_t port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 ? fd : -1;
}

static bool is_named(const SSL *ssl, const char *server_name)
{
	const char *named = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);

	return named == NULL || server_name == NULL ? named == server_name : strcmp(named, server_name) == 0;
}

static int serve(const struct played_identity *identity, int listener, uint16_t plain_port, const char *server_name)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	SSL *ssl;
	int client = accept(listener, NULL, NULL);
	int plain;
	bool is_served;

	SSL_CTX_set_security_level(context, 0); /* old versions are for nothing better */
	SSL_CTX_set_min_proto_version(context, 0);
	SSL_CTX_set_max_proto_version(context, identity->newest);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
	SSL_CTX_use_certificate(context, identity->certificate);
	SSL_CTX_use_PrivateKey(context, identity->key);
	ssl = SSL_new(context);
	SSL_CTX_free(context);
	SSL_set_fd(ssl, client);
	is_served = SSL_accept(ssl) == 1 && is_named(ssl, server_name);
	if (is_served) {
		plain = connect_to(plain_port);
		do_not_block(client);
		do_not_block(plain);
		pump(ssl, client, plain, identity);
	}
	SSL_free(ssl);
	return is_served ? 0 : 1;
}

pid_t played_tls_start(const struct played_identity *identity, int listener, uint16_t plain_port,
		       const char *server_name)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGPIPE, SIG_IGN);
		_exit(serve(identity, listener, plain_port, server_name));
	}
	return pid;
}

void played_tls_assert_end(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}
