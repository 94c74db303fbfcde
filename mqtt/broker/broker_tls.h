/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS 1.2 and later of one connection (RFC 5246, RFC 8446): its files, the check of the broker's certificate, and the
 * cause when it fails. libmosquitto says of all causes that a TLS error has occurred. Internal to mqtt/broker.
 */
#ifndef MQTT_BROKER_BROKER_TLS_H
#define MQTT_BROKER_BROKER_TLS_H

#include "mqtt/broker/broker.h"

#include <openssl/ssl.h>

/* What was seen of a handshake and of what follows it. */
struct broker_tls_watch {
	const char *host;               /* which the certificate must name */
	bool has_certificate;           /* one of the client's own */
	bool asked;                     /* the broker has asked for one */
	bool done;                      /* the handshake has succeeded, as far as the client can tell */
	char reason[BROKER_REASON_MAX]; /* of a failure; "": none yet. The first one stays */
};

/* How often libssl may read from the socket, a header or what is left of a record each. */
struct broker_tls_budget {
	unsigned reads;
};

/*
 * A context that trusts these CAs only, has the client's certificate and key, and reads all of them anew. NULL, with the
 * file and what is wrong with it, when one cannot be used. The caller frees it.
 */
SSL_CTX *broker_tls_context(const struct broker_tls *tls, enum broker_tls_file *file, char *why, size_t size);

/*
 * Makes each connection of the context check that the certificate is for watch->host, a name or an address, and note in
 * *watch why it fails. False without memory. *watch must outlive the context.
 */
bool broker_tls_watch(SSL_CTX *context, struct broker_tls_watch *watch);

/*
 * From now on *budget counts the reads, and without any left libssl has to wait: it would otherwise read on for as long
 * as records come that are no data. *budget must outlive ssl.
 */
void broker_tls_bound_reading(SSL *ssl, struct broker_tls_budget *budget);

/* Notes that the connection has ended without a word of TLS. */
void broker_tls_note_loss(const SSL *ssl, struct broker_tls_watch *watch);

/* "CA file", "certificate", "key" */
const char *broker_tls_file_text(enum broker_tls_file file);

/* --- The texts --- */

/* What a result of the verification (X509_V_ERR_...) of the broker's certificate, which may be NULL, means. */
void broker_tls_explain_verification(int result, const X509 *certificate, const char *host,
				     char out[BROKER_REASON_MAX]);
/* What an alert of the broker (SSL_AD_...) means for this client. */
void broker_tls_explain_alert(int alert, const struct broker_tls_watch *watch, char out[BROKER_REASON_MAX]);
/* What an error of libssl during the handshake means. answered: the broker has spoken TLS. */
void broker_tls_explain_error(unsigned long error, bool answered, char out[BROKER_REASON_MAX]);

#endif
