/* SPDX-License-Identifier: Apache-2.0 */
/* What slacd shows the broker, and what it wants to see of it: user and password, TLS. */
#include "slacd/settings/settings.h"

#include "mqtt/broker/broker.h"
#include "service/file.h"

#include <stdlib.h>
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

/* The content of the file without the end of its line: an editor's, or an `echo`'s. */
static bool take_password(const char *content, size_t len, struct settings_text *password)
{
	if (len > 0 && content[len - 1] == '\n')
		len--;
	if (len > 0 && content[len - 1] == '\r')
		len--;
	if (len == 0 || len >= SETTINGS_TEXT_MAX || memchr(content, '\0', len) != NULL)
		return false;
	memcpy(password->text, content, len);
	password->text[len] = '\0';
	return true;
}

static bool read_password(struct settings *settings, const char *source, char error[SETTINGS_ERROR_SIZE])
{
	char why[SETTINGS_TEXT_MAX + 100];
	char *content;
	size_t len;
	bool ok;

	if (!is_set(&settings->mqtt_password_file))
		return true;
	content = file_read(settings->mqtt_password_file.text, &len, why, sizeof(why));
	if (content == NULL) {
		snprintf(error, SETTINGS_ERROR_SIZE, "%.120s: mqtt.password_file: %.350s", source, why);
		return false;
	}
	ok = take_password(content, len, &settings->mqtt_password);
	explicit_bzero(content, len);
	free(content);
	if (!ok)
		snprintf(error, SETTINGS_ERROR_SIZE,
			 "%.100s: mqtt.password_file: %.250s: expected a password of 1 to %d octets", source,
			 settings->mqtt_password_file.text, SETTINGS_TEXT_MAX - 1);
	return ok;
}

bool settings_read_credentials(struct settings *settings, const char *source, char error[SETTINGS_ERROR_SIZE])
{
	return read_password(settings, source, error) && check_tls(settings, source, error);
}
