/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any octets as a configuration file, and as a value of the command line. What is taken is printed as a file that is
 * taken, too; what is refused is named.
 */
#include "slacd/settings/settings_table.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* An input that begins so has the number of a setting and its value. */
#define VALUE_MARK 0

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static bool read_octets(const void *octets, size_t size, struct settings *settings, char error[SETTINGS_ERROR_SIZE])
{
	char path[64];
	int file = memfd_create("settings", 0);

	require(file >= 0 && write(file, octets, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	settings_defaults(settings, SETTINGS_FIELD);
	error[0] = '\0';
	bool ok = settings_read_file(settings, path, error);
	if (ok) {
		settings_apply_profile(settings);
		ok = settings_check(settings, path, error);
	}
	close(file);
	require(ok || error[0] != '\0');
	return ok;
}

static void check_file(const uint8_t *data, size_t size)
{
	static struct settings settings, again;
	char error[SETTINGS_ERROR_SIZE];
	char *text = NULL;
	size_t len = 0;

	if (!read_octets(data, size, &settings, error))
		return;
	require(settings.outlet_count <= API_EVSES_MAX);
	require(settings.topics_to_station.count >= 1 && settings.topics_to_station.count <= SETTINGS_TOPICS_MAX);
	FILE *out = open_memstream(&text, &len);
	require(out != NULL);
	settings_print(&settings, out);
	fclose(out);
	require(read_octets(text, len, &again, error));
	free(text);
}

static void check_value(const char *path, const uint8_t *data, size_t size)
{
	static struct settings settings;
	char error[SETTINGS_ERROR_SIZE] = "";
	char *value = malloc(size + 1);

	require(value != NULL);
	if (size > 0)
		memcpy(value, data, size);
	value[size] = '\0';
	settings_defaults(&settings, SETTINGS_STRICT);
	require(settings_set(&settings, path, value, "fuzz", error) || error[0] != '\0');
	free(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 1 && data[0] == VALUE_MARK)
		check_value(settings_table[data[1] % settings_table_count].path, data + 2, size - 2);
	else
		check_file(data, size);
	return 0;
}
