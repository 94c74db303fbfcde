/* SPDX-License-Identifier: Apache-2.0 */
/* Why a TLS connection failed, in words that name the remedy. */
#include "mqtt/broker/broker_tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define NAMES_MAX 3 /* of a certificate that are told */

#define NO_TLS "the broker speaks no TLS on this port (usual for TLS: 8883)"
#define OLD    "the broker speaks no TLS of version 1.2 or later"

/* --- The broker's certificate --- */

static void explain_time(const char *what, const ASN1_TIME *time, char out[BROKER_REASON_MAX])
{
	char text[32] = "?";
	struct tm broken;

	if (time != NULL && ASN1_TIME_to_tm(time, &broken) == 1)
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M UTC", &broken);
	snprintf(out, BROKER_REASON_MAX, "the broker's certificate %s %s (is the clock of this machine right?)", what,
		 text);
}

/* The address as text; nothing for one of a length that no address has. */
static void address_text(const ASN1_STRING *address, char *out, size_t size)
{
	const size_t len = (size_t)ASN1_STRING_length(address);

	if (len == sizeof(struct in_addr))
		inet_ntop(AF_INET, ASN1_STRING_get0_data(address), out, (socklen_t)size);
	else if (len == sizeof(struct in6_addr))
		inet_ntop(AF_INET6, ASN1_STRING_get0_data(address), out, (socklen_t)size);
}

/* The name as text, "" for a kind that no host is checked against. */
static void name_text(const GENERAL_NAME *name, char *out, size_t size)
{
	int type;
	const ASN1_STRING *value = GENERAL_NAME_get0_value(name, &type);

	out[0] = '\0';
	if (type == GEN_DNS)
		snprintf(out, size, "%.*s", ASN1_STRING_length(value), (const char *)ASN1_STRING_get0_data(value));
	else if (type == GEN_IPADD)
		address_text(value, out, size);
	for (char *octet = out; *octet != '\0'; octet++)
		if ((unsigned char)*octet <= ' ' || (unsigned char)*octet > '~')
			*octet = '?';
}

/* Appends the first names of the certificate, separated by commas; how many there are. */
static int append_names(const X509 *certificate, char *out, size_t size)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	char text[64];
	int told = 0;

	for (int i = 0; i < sk_GENERAL_NAME_num(names) && told < NAMES_MAX; i++) {
		size_t used = strlen(out);
		name_text(sk_GENERAL_NAME_value(names, i), text, sizeof(text));
		if (*text != '\0')
			snprintf(out + used, size - used, "%s%s", told++ > 0 ? ", " : "", text);
	}
	GENERAL_NAMES_free(names);
	return told;
}

static void explain_name(const X509 *certificate, const char *host, char out[BROKER_REASON_MAX])
{
	snprintf(out, BROKER_REASON_MAX, "the broker's certificate is not for %.60s, it names ", host);
	if (certificate == NULL || append_names(certificate, out, BROKER_REASON_MAX) == 0)
		snprintf(out + strlen(out), BROKER_REASON_MAX - strlen(out), "no host");
}

void broker_tls_explain_verification(int result, const X509 *certificate, const char *host, char out[BROKER_REASON_MAX])
{
	switch (result) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
		explain_time("has expired:", certificate != NULL ? X509_get0_notAfter(certificate) : NULL, out);
		break;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		explain_time("is not yet valid, not before",
			     certificate != NULL ? X509_get0_notBefore(certificate) : NULL, out);
		break;
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		explain_name(certificate, host, out);
		break;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		snprintf(out, BROKER_REASON_MAX,
			 "the broker's certificate is of an unknown CA: of none that is configured (%s)",
			 X509_verify_cert_error_string(result));
		break;
	default:
		snprintf(out, BROKER_REASON_MAX, "the broker's certificate is refused: %s",
			 X509_verify_cert_error_string(result));
		break;
	}
}

/* --- What the broker says --- */

static bool is_about_certificate(int alert)
{
	return alert == SSL_AD_UNKNOWN_CA || alert == SSL_AD_ACCESS_DENIED ||
	       (alert >= SSL_AD_BAD_CERTIFICATE && alert <= SSL_AD_CERTIFICATE_UNKNOWN);
}

void broker_tls_explain_alert(int alert, const struct broker_tls_watch *watch, char out[BROKER_REASON_MAX])
{
	switch (alert) {
	case SSL_AD_CERTIFICATE_REQUIRED:
	case SSL_AD_HANDSHAKE_FAILURE:
	case SSL_AD_BAD_CERTIFICATE:
		if (watch->asked && !watch->has_certificate) {
			snprintf(out, BROKER_REASON_MAX, "the broker requires a client certificate");
			return;
		}
		break;
	case SSL_AD_PROTOCOL_VERSION:
		snprintf(out, BROKER_REASON_MAX, OLD);
		return;
	default:
		break;
	}
	snprintf(out, BROKER_REASON_MAX, "the broker refuses the %s: %s",
		 is_about_certificate(alert) && watch->has_certificate ? "client certificate" : "TLS connection",
		 SSL_alert_desc_string_long(alert));
}

void broker_tls_explain_error(unsigned long error, bool answered, char out[BROKER_REASON_MAX])
{
	const char *text = ERR_reason_error_string(error);

	switch (ERR_GET_REASON(error)) {
	case SSL_R_WRONG_VERSION_NUMBER:
	case SSL_R_HTTP_REQUEST:
	case SSL_R_PACKET_LENGTH_TOO_LONG:
	case SSL_R_UNEXPECTED_EOF_WHILE_READING:
		if (!answered) {
			snprintf(out, BROKER_REASON_MAX, NO_TLS);
			return;
		}
		break;
	case SSL_R_UNSUPPORTED_PROTOCOL:
		snprintf(out, BROKER_REASON_MAX, OLD);
		return;
	default:
		break;
	}
	snprintf(out, BROKER_REASON_MAX, "TLS handshake failed: %s", text != NULL ? text : "unknown error");
}
