/* SPDX-License-Identifier: Apache-2.0 */
/* User, password and TLS at the broker, and the files that they are in. */
#include "slacd/settings/tests/settings_site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void password_and_tls_settings_that_do_not_go_together_are_named(void **state)
{
	static const struct {
		const char *mqtt;
		const char *error; /* NULL: they go together */
	} cases[] = {
		{"\"username\":\"u\",\"password\":\"p\"", NULL},
		{"\"username\":\"u\",\"password_file\":\"/p\"", NULL},
		{"\"username\":\"u\",\"password\":\"p\",\"password_file\":\"/p\"",
		 "mqtt.password_file: expected none beside mqtt.password"},
		{"\"password_file\":\"/p\"", "mqtt.username: expected a user name"},
		{"\"password\":\"p\"", "mqtt.username: expected a user name"},
		{"\"tls_ca\":\"/c\"", NULL},
		{"\"tls_ca\":\"/c\",\"tls_certificate\":\"/x\",\"tls_key\":\"/k\"", NULL},
		{"\"tls_ca\":\"/c\",\"tls_certificate\":\"/x\"", "mqtt.tls_key: expected certificate and key"},
		{"\"tls_ca\":\"/c\",\"tls_key\":\"/k\"", "mqtt.tls_certificate: expected certificate and key"},
		{"\"tls_certificate\":\"/x\",\"tls_key\":\"/k\"", "mqtt.tls_ca: expected the CA"},
		{"\"host\":\"/run/b.sock\",\"tls_ca\":\"/c\"", "Unix socket, which has no TLS"},
		{"\"host\":\"unix:/run/b.sock\",\"tls_key\":\"/k\"", "Unix socket, which has no TLS"},
		{"\"host\":\"/run/b.sock\",\"port\":0,\"username\":\"u\",\"password\":\"p\"", NULL},
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), "{\"mqtt\":{%s}}", cases[i].mqtt);
		assert_true(read_text(text));
		if (settings_check(&settings, "file", complaint) != (cases[i].error == NULL))
			fail_msg("%s", cases[i].mqtt);
		if (cases[i].error != NULL && strstr(complaint, cases[i].error) == NULL)
			fail_msg("%s: %s", cases[i].mqtt, complaint);
	}
}

static bool read_password_of(const void *content, size_t len)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(content, 1, len, file), len);
	fclose(file);
	settings_defaults(&settings, SETTINGS_FIELD);
	strcpy(settings.mqtt_password_file.text, path);
	return settings_read_credentials(&settings, "file", complaint);
}

static void password_file_holds_one_password(void **state)
{
	static const char *const passwords[] = {"secret", "secret\n", "secret\r\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(passwords) / sizeof(passwords[0]); i++) {
		assert_true(read_password_of(passwords[i], strlen(passwords[i])));
		assert_string_equal(settings.mqtt_password.text, "secret");
	}
	assert_true(read_password_of(" two\nlines \n\n", 13));
	assert_string_equal(settings.mqtt_password.text, " two\nlines \n");
	assert_true(read_password_of(OCTETS256, 255));
}

static void password_file_that_holds_none_is_named(void **state)
{
	(void)state;
	assert_false(read_password_of("", 0));
	assert_non_null(strstr(complaint, "file: mqtt.password_file: "));
	assert_non_null(strstr(complaint, path));
	assert_non_null(strstr(complaint, "expected a password of 1 to 255 octets"));
	assert_false(read_password_of("\n", 1));
	assert_false(read_password_of("a\0b", 3));
	assert_false(read_password_of(OCTETS256, 256));
	assert_null(strstr(complaint, OCTETS16)); /* no error says the password */
	settings_defaults(&settings, SETTINGS_FIELD);
	strcpy(settings.mqtt_password_file.text, "/none/password");
	assert_false(settings_read_credentials(&settings, "file", complaint));
	assert_string_equal(complaint,
			    "file: mqtt.password_file: /none/password: cannot be read: No such file or directory");
}

static void tls_file_that_cannot_be_used_is_named_with_its_setting(void **state)
{
	(void)state;
	settings_defaults(&settings, SETTINGS_FIELD);
	strcpy(settings.mqtt_tls_ca.text, "/none/ca.pem");
	assert_false(settings_read_credentials(&settings, "file", complaint));
	assert_string_equal(complaint, "file: mqtt.tls_ca: /none/ca.pem: cannot be read: No such file or directory");
	assert_false(read_text("no certificate"));
	strcpy(settings.mqtt_tls_ca.text, path);
	assert_false(settings_read_credentials(&settings, "file", complaint));
	assert_non_null(strstr(complaint, "holds no certificate in the form PEM"));
}

static void files_are_read_for_a_run_only(void **state)
{
	(void)state;
	assert_true(read_text("{\"mqtt\":{\"username\":\"u\",\"password_file\":\"/none\",\"tls_ca\":\"/none\"}}"));
	assert_int_equal(OPTIONS("--config", path, "--print-config"), OPTIONS_PRINT_CONFIG);
	assert_int_equal(OPTIONS("--config", path), OPTIONS_BAD);
	assert_non_null(strstr(complaint, "mqtt.password_file: /none: cannot be read"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(password_and_tls_settings_that_do_not_go_together_are_named, clear_environment),
		cmocka_unit_test_setup(password_file_holds_one_password, clear_environment),
		cmocka_unit_test_setup(password_file_that_holds_none_is_named, clear_environment),
		cmocka_unit_test_setup(tls_file_that_cannot_be_used_is_named_with_its_setting, clear_environment),
		cmocka_unit_test_setup(files_are_read_for_a_run_only, clear_environment),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
