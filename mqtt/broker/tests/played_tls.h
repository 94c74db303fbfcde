/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS in front of a played broker: a process of its own that speaks TLS to the client and passes the octets on. It fills
 * its records, as a broker may: a message begins and ends anywhere in one.
 */
#ifndef MQTT_BROKER_TESTS_PLAYED_TLS_H
#define MQTT_BROKER_TESTS_PLAYED_TLS_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define PLAYED_TLS_PATH 64

/* A certificate that has signed itself, for localhost and 127.0.0.1; as files, too. */
struct played_identity {
	EVP_PKEY *key;
	X509 *certificate;
	char certificate_path[PLAYED_TLS_PATH];
	char key_path[PLAYED_TLS_PATH];
	int newest;        /* the newest version of TLS that its server speaks, e.g. TLS1_2_VERSION; 0: any */
	int record;        /* octets that a record of its server holds at most; 0: as many as TLS allows */
	bool updates_keys; /* its server does so all the time */
};

/* not_after_s: how long it is valid from now on; less than 0: it has expired. */
void played_identity_make(struct played_identity *identity, long not_after_s);
/* Writes the key with a passphrase instead. */
void played_identity_lock_key(const struct played_identity *identity);
void played_identity_remove(struct played_identity *identity);

/*
 * Serves one client on the listener and connects it to plain_port. It asks the client for a certificate, and does
 * without. Ends with 0 when the client has named this server (RFC 6066; NULL: none) and the connection is over. Start it
 * before the client.
 */
pid_t played_tls_start(const struct played_identity *identity, int listener, uint16_t plain_port,
		       const char *server_name);
void played_tls_assert_end(pid_t pid);

#endif
