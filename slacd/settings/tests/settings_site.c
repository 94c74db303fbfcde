/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/settings/tests/settings_site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

struct settings settings;
char complaint[SETTINGS_ERROR_SIZE];
char path[] = "/tmp/slacd-settings-XXXXXX";

int clear_environment(void **state)
{
	static const char *const names[] = {"MQTT_HOST", "MQTT_PORT", "LOG_LEVEL", "CS_CONFIG_FILE", "CS_LIMITS_FILE"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unsetenv(names[i]);
	complaint[0] = '\0';
	return 0;
}

int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

bool read_text(const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	settings_defaults(&settings, SETTINGS_FIELD);
	return settings_read_file(&settings, path, complaint);
}

enum options_action read_options(int argc, const char *const *argv)
{
	const char *config_file;

	return options_read(argc, (char **)argv, &settings, &config_file, complaint);
}

void read_profile(const char *text)
{
	assert_true(read_text(text));
	settings_apply_profile(&settings);
}
