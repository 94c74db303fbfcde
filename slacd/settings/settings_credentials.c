/* SPDX-License-Identifier: Apache-2.0 */
/* What slacd shows the broker, and what it wants to see of it: user and password, TLS. */
#include "slacd/settings/settings.h"

#include "mqtt/broker/broker.h"
#include "service/password_file.h"

#include <string.h>

static bool is_set(const struct settings_text *text)
{
	return text->text[0] != '\0';
}

static bool wrong(const char *source, const char *path, const char *expected, char error[SETTINGS_ERROR_SIZE])
{
	snprintf(error, SETTINGS_ERROR_SIZE, "%.200s: %s: expected %s", source, path, expected);
	return false;
}

bool settings_check_credentials(const struct settings *settings, const char *source, char error[SETTINGS_ERROR_SIZE])
{
	bool has_password = is_set(&settings->mqtt_password) || is_set(&settings->mqtt_password_file);
	bool has_certificate = is_set(&settings->mqtt_tls_certificate);

	if (settings_mqtt_socket(settings) != NULL &&
	    (is_set(&settings->mqtt_tls_ca) || has_certificate || is_set(&settings->mqtt_tls_key)))
		return wrong(source, "mqtt.tls_ca, mqtt.tls_certificate, mqtt.tls_key",
			     "none for a broker on a Unix socket, which has no TLS", error);
	if (is_set(&settings->mqtt_password) && is_set(&settings->mqtt_password_file))
		return wrong(source, "mqtt.password_file", "none beside mqtt.password", error);
	if (has_password && !is_set(&settings->mqtt_username))
		return wrong(source, "mqtt.username", "a user name beside the password", error);
	if (has_certificate != is_set(&settings->mqtt_tls_key))
		return wrong(source, has_certificate ? "mqtt.tls_key" : "mqtt.tls_certificate",
			     "certificate and key together", error);
	/* Without it slacd would speak without TLS although TLS is meant. */
	if (has_certificate && !is_set(&settings->mqtt_tls_ca))
		return wrong(source, "mqtt.tls_ca", "the CA of the broker beside mqtt.tls_certificate", error);
	return true;
}

void settings_tls(const struct settings *settings, struct broker_tls *tls)
{
	memset(tls, 0, sizeof(*tls));
	tls->ca = settings->mqtt_tls_ca.text;
	if (is_set(&settings->mqtt_tls_certificate)) {
		tls->certificate = settings->mqtt_tls_certificate.text;
		tls->key = settings->mqtt_tls_key.text;
	}
}

static bool check_tls(const struct settings *settings, const char *source, char error[SETTINGS_ERROR_SIZE])
{
	static const char *const paths[] = {[BROKER_TLS_CA] = "mqtt.tls_ca",
					    [BROKER_TLS_CERTIFICATE] = "mqtt.tls_certificate",
					    [BROKER_TLS_KEY] = "mqtt.tls_key"};
	struct broker_tls tls;
	enum broker_tls_file file;
	char why[SETTINGS_TEXT_MAX + 100];

	if (!is_set(&settings->mqtt_tls_ca))
		return true;
	settings_tls(settings, &tls);
	if (broker_tls_check(&tls, &file, why, sizeof(why)))
		return true;
	snprintf(error, SETTINGS_ERROR_SIZE, "%.120s: %s: %.350s", source, paths[file], why);
	return false;
}

_Static_assert(SETTINGS_TEXT_MAX == PASSWORD_SIZE, "a password of a file has room");

static bool read_password(struct settings *settings, const char *source, char error[SETTINGS_ERROR_SIZE])
{
	char why[SETTINGS_TEXT_MAX + 100];

	if (!is_set(&settings->mqtt_password_file) ||
	    password_file_read(settings->mqtt_password_file.text, settings->mqtt_password.text, why, sizeof(why)))
		return true;
	snprintf(error, SETTINGS_ERROR_SIZE, "%.120s: mqtt.password_file: %.350s", source, why);
	return false;
}

bool settings_read_credentials(struct settings *settings, const char *source, char error[SETTINGS_ERROR_SIZE])
{
	return read_password(settings, source, error) && check_tls(settings, source, error);
}
