/* SPDX-License-Identifier: Apache-2.0 */
#include "mqtt/broker/broker_tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- The files --- */

const char *broker_tls_file_text(enum broker_tls_file file)
{
	static const char *const texts[] = {
		[BROKER_TLS_CA] = "CA file", [BROKER_TLS_CERTIFICATE] = "certificate", [BROKER_TLS_KEY] = "key"};

	return texts[file];
}

static bool is_readable(const char *path, bool may_be_directory, char *why, size_t size)
{
	struct stat status;

	if (access(path, R_OK) != 0 || stat(path, &status) != 0) {
		snprintf(why, size, "%s: cannot be read: %s", path, strerror(errno));
		return false;
	}
	if (S_ISREG(status.st_mode) || (may_be_directory && S_ISDIR(status.st_mode)))
		return true;
	snprintf(why, size, "%s: is no file%s", path, may_be_directory ? " and no directory" : "");
	return false;
}

static bool load_ca(SSL_CTX *context, const char *path, char *why, size_t size)
{
	struct stat status;
	bool is_directory = stat(path, &status) == 0 && S_ISDIR(status.st_mode);

	if (!is_readable(path, true, why, size))
		return false;
	if (SSL_CTX_load_verify_locations(context, is_directory ? NULL : path, is_directory ? path : NULL) == 1)
		return true;
	snprintf(why, size, "%s: holds no certificate in the form PEM", path);
	return false;
}

static bool load_certificate(SSL_CTX *context, const char *path, char *why, size_t size)
{
	if (!is_readable(path, false, why, size))
		return false;
	if (SSL_CTX_use_certificate_chain_file(context, path) == 1)
		return true;
	snprintf(why, size, "%s: holds no certificate in the form PEM", path);
	return false;
}

/* Nobody is there to be asked. */
static int no_passphrase(char *buffer, int size, int encrypts, void *context)
{
	(void)buffer;
	(void)size;
	(void)encrypts;
	(void)context;
	return -1;
}

static bool load_key(SSL_CTX *context, const char *path, char *why, size_t size)
{
	EVP_PKEY *key = NULL;
	FILE *file;
	bool ok;

	if (!is_readable(path, false, why, size))
		return false;
	file = fopen(path, "re");
	if (file != NULL) {
		key = PEM_read_PrivateKey(file, NULL, no_passphrase, NULL);
		fclose(file);
	}
	if (key == NULL) {
		snprintf(why, size, "%s: holds no private key in the form PEM without a passphrase", path);
		return false;
	}
	ok = X509_check_private_key(SSL_CTX_get0_certificate(context), key) == 1 &&
	     SSL_CTX_use_PrivateKey(context, key) == 1;
	if (!ok)
		snprintf(why, size, "%s: does not fit the client certificate", path);
	EVP_PKEY_free(key);
	return ok;
}

static bool load(SSL_CTX *context, const struct broker_tls *tls, enum broker_tls_file *file, char *why, size_t size)
{
	*file = BROKER_TLS_CA;
	if (!load_ca(context, tls->ca, why, size))
		return false;
	if (tls->certificate == NULL)
		return true;
	*file = BROKER_TLS_CERTIFICATE;
	if (!load_certificate(context, tls->certificate, why, size))
		return false;
	*file = BROKER_TLS_KEY;
	return load_key(context, tls->key, why, size);
}

SSL_CTX *broker_tls_context(const struct broker_tls *tls, enum broker_tls_file *file, char *why, size_t size)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());

	snprintf(why, size, "no memory for TLS");
	*file = BROKER_TLS_CA;
	if (context != NULL) {
		SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
		SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
		SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
		SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
		SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
		if (load(context, tls, file, why, size))
			return context;
	}
	ERR_clear_error();
	SSL_CTX_free(context);
	return NULL;
}

bool broker_tls_check(const struct broker_tls *tls, enum broker_tls_file *file, char *why, size_t size)
{
	SSL_CTX *context = broker_tls_context(tls, file, why, size);

	SSL_CTX_free(context);
	return context != NULL;
}

/* --- The connection --- */

static bool is_address(const char *host)
{
	uint8_t address[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
}

/* Whether the broker has answered the first message, and thus speaks TLS. */
static bool has_answered(const SSL *ssl)
{
	OSSL_HANDSHAKE_STATE state = SSL_get_state(ssl);

	return state != TLS_ST_BEFORE && state != TLS_ST_CW_CLNT_HELLO;
}

static struct broker_tls_watch *watch_of(const SSL *ssl)
{
	return SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
}

static int on_verified(int ok, X509_STORE_CTX *store)
{
	const SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct broker_tls_watch *watch = watch_of(ssl);

	if (!ok && watch->reason[0] == '\0')
		broker_tls_explain_verification(X509_STORE_CTX_get_error(store), X509_STORE_CTX_get_current_cert(store),
						watch->host, watch->reason);
	return ok;
}

/* The broker asks for the client's certificate. What was loaded is sent. */
static int on_certificate_wanted(SSL *ssl, void *context)
{
	(void)ssl;
	((struct broker_tls_watch *)context)->asked = true;
	return 1;
}

/*
 * The library connects to a number, and would name that to a broker which serves several names by one address. RFC 6066
 * has names only there.
 */
static void set_server_name(SSL *ssl, const char *host)
{
	SSL_set_tlsext_host_name(ssl, is_address(host) ? NULL : (char *)host);
}

/*
 * The handshake has stopped: for good, or to wait. An error of the socket is told here and nowhere else. A connection
 * that was reset is left to broker_tls_note_loss.
 */
static void note_stop(const SSL *ssl, struct broker_tls_watch *watch, int error)
{
	if (ERR_peek_error() != 0)
		broker_tls_explain_error(ERR_peek_error(), has_answered(ssl), watch->reason);
	else if (!BIO_should_retry(SSL_get_rbio(ssl)) && error != 0 && error != ECONNRESET && error != EPIPE)
		snprintf(watch->reason, sizeof(watch->reason), "%s", strerror(error));
}

static void on_info(const SSL *ssl, int where, int value)
{
	struct broker_tls_watch *watch = watch_of(ssl);

	if (where & SSL_CB_HANDSHAKE_START)
		set_server_name((SSL *)ssl, watch->host);
	if (where & SSL_CB_HANDSHAKE_DONE) {
		watch->done = true;
		/* MQTT knows how long a message is: an end without close_notify cuts none unnoticed. */
		SSL_set_options((SSL *)ssl, SSL_OP_IGNORE_UNEXPECTED_EOF);
	}
	if (watch->reason[0] != '\0')
		return;
	if ((where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT && value >> 8 == SSL3_AL_FATAL)
		broker_tls_explain_alert(value & 0xff, watch, watch->reason);
	else if ((where & SSL_CB_CONNECT_EXIT) == SSL_CB_CONNECT_EXIT && value <= 0)
		note_stop(ssl, watch, errno);
}

bool broker_tls_watch(SSL_CTX *context, struct broker_tls_watch *watch)
{
	X509_VERIFY_PARAM *parameters = SSL_CTX_get0_param(context);

	SSL_CTX_set_app_data(context, watch);
	SSL_CTX_set_info_callback(context, on_info);
	SSL_CTX_set_cert_cb(context, on_certificate_wanted, watch);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, on_verified);
	X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (is_address(watch->host))
		return X509_VERIFY_PARAM_set1_ip_asc(parameters, watch->host) == 1;
	return X509_VERIFY_PARAM_set1_host(parameters, watch->host, 0) == 1;
}

static long on_read(BIO *bio, int operation, const char *data, size_t len, int number, long argument, int result,
		    size_t *done)
{
	struct broker_tls_budget *budget = (struct broker_tls_budget *)BIO_get_callback_arg(bio);

	(void)data;
	(void)len;
	(void)number;
	(void)argument;
	(void)done;
	if (operation != BIO_CB_READ)
		return result;
	if (budget->reads > 0) {
		budget->reads--;
		return result;
	}
	BIO_clear_retry_flags(bio);
	BIO_set_retry_read(bio);
	return -1;
}

void broker_tls_bound_reading(SSL *ssl, struct broker_tls_budget *budget)
{
	BIO *bio = SSL_get_rbio(ssl);

	BIO_set_callback_ex(bio, on_read);
	BIO_set_callback_arg(bio, (char *)budget);
}

void broker_tls_note_loss(const SSL *ssl, struct broker_tls_watch *watch)
{
	if (watch->reason[0] != '\0')
		return;
	if (ssl != NULL && !has_answered(ssl))
		broker_tls_explain_error(ERR_PACK(ERR_LIB_SSL, 0, SSL_R_UNEXPECTED_EOF_WHILE_READING), false,
					 watch->reason);
	else if (watch->asked && !watch->has_certificate)
		snprintf(watch->reason, sizeof(watch->reason),
			 "the broker requires a client certificate (it has asked for one and ended the connection)");
}
