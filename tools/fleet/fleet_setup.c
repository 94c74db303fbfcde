/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/fleet/fleet_setup.h"

#include "service/file.h"
#include "tools/fleet/fleet_json.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH_SIZE 1024
#define SUFFIX    ".json"

/* --- text --- */

static bool is_known(const struct fleet_setup *setup, const char *id)
{
	for (size_t i = 0; i < setup->count; i++)
		if (strcmp(setup->stations[i].id, id) == 0)
			return true;
	return false;
}

static bool read_station(const struct fleet_json *json, struct fleet_setup *setup)
{
	static const char *const members[] = {"id", "connectors", "link", NULL};
	struct fleet_setup_station *station = &setup->stations[setup->count];

	*station = (struct fleet_setup_station){.connectors = 0};
	if (!json_object_is_type(json->object, json_type_object))
		return fleet_json_fail(json, "", "an object, e.g. {\"id\":\"S1\",\"connectors\":2}");
	fleet_json_members(json, members);
	if (!fleet_json_text(json, "id", fleet_id_is_valid, FLEET_EXPECTED_ID, station->id, sizeof(station->id)))
		fleet_json_fail(json, "id", FLEET_EXPECTED_ID);
	if (fleet_json_is_good(json) && is_known(setup, station->id))
		fleet_json_fail(json, "id", "an id of its own for each station");
	fleet_json_whole(json, "connectors", 1, FLEET_CONNECTORS_MAX, &station->connectors);
	station->has_link = fleet_json_link(json, "link", &station->link);
	setup->count += fleet_json_is_good(json);
	return fleet_json_is_good(json);
}

static void read_stations(const struct fleet_json *json, struct fleet_setup *setup)
{
	struct json_object *stations = NULL;
	char expected[64];

	json_object_object_get_ex(json->object, "stations", &stations);
	snprintf(expected, sizeof(expected), "an array of at most %d stations", FLEET_STATIONS_MAX);
	if (!json_object_is_type(stations, json_type_array) ||
	    json_object_array_length(stations) > FLEET_STATIONS_MAX) {
		fleet_json_fail(json, stations == NULL ? "stations" : "", expected);
		return;
	}
	for (size_t i = 0; i < json_object_array_length(stations); i++) {
		char path[32];
		const struct fleet_json station = {
			.object = json_object_array_get_idx(stations, i), .path = path, .error = json->error};
		snprintf(path, sizeof(path), "stations[%zu]", i);
		if (!read_station(&station, setup))
			return;
	}
}

bool fleet_setup_read(const char *text, size_t len, struct fleet_setup *setup, char error[FLEET_ERROR_SIZE])
{
	static const char *const members[] = {"stations", NULL};
	const struct fleet_json json = {.object = fleet_json_parse(text, len, error), .path = "", .error = error};

	setup->count = 0;
	if (json.object == NULL)
		return false;
	if (fleet_json_members(&json, members))
		read_stations(&json, setup);
	json_object_put(json.object);
	return *error == '\0';
}

char *fleet_setup_write(const struct fleet_setup *setup)
{
	struct json_object *object = json_object_new_object();
	struct json_object *stations = json_object_new_array();

	json_object_object_add(object, "stations", stations);
	for (size_t i = 0; i < setup->count; i++) {
		const struct fleet_setup_station *station = &setup->stations[i];
		struct json_object *item = json_object_new_object();
		json_object_object_add(item, "id", json_object_new_string(station->id));
		if (station->connectors > 0)
			json_object_object_add(item, "connectors", json_object_new_int(station->connectors));
		if (station->has_link)
			json_object_object_add(item, "link", json_object_new_string(fleet_link_text(station->link)));
		json_object_array_add(stations, item);
	}
	const char *text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY);
	char *copy = NULL;
	if (text != NULL && asprintf(&copy, "%s\n", text) < 0)
		copy = NULL;
	json_object_put(object);
	return copy;
}

/* --- files --- */

bool fleet_setup_load(const char *path, struct fleet_setup *setup, char error[FLEET_ERROR_SIZE])
{
	char why[FLEET_ERROR_SIZE];
	size_t len = 0;
	char *text = file_read(path, &len, error, FLEET_ERROR_SIZE);

	if (text == NULL)
		return false;
	const bool is_good = fleet_setup_read(text, len, setup, why);
	free(text);
	if (!is_good)
		snprintf(error, FLEET_ERROR_SIZE, "%.160s: %.300s", path, why);
	return is_good;
}

/* On the disk before it takes the place of the old one. */
static bool write_whole(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		const ssize_t n = write(fd, text, left);
		if (n < 0 && errno != EINTR)
			return false;
		text += n > 0 ? n : 0;
		left -= n > 0 ? (size_t)n : 0;
	}
	return fsync(fd) == 0;
}

bool fleet_setup_save(const char *path, const struct fleet_setup *setup, char error[FLEET_ERROR_SIZE])
{
	char *text = fleet_setup_write(setup);
	char other[PATH_SIZE];
	bool done = false;

	const int needs = snprintf(other, sizeof(other), "%s.%ld", path, (long)getpid());
	errno = text == NULL ? ENOMEM : ENAMETOOLONG;
	if (text != NULL && needs < (int)sizeof(other)) {
		const int fd = open(other, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		done = fd >= 0 && write_whole(fd, text);
		const int why = errno;
		if (fd >= 0)
			close(fd);
		errno = why;
		done = done && rename(other, path) == 0;
		if (!done && fd >= 0) {
			const int last = errno;
			unlink(other);
			errno = last;
		}
	}
	if (!done)
		snprintf(error, FLEET_ERROR_SIZE, "%.200s: cannot be written: %s", path, strerror(errno));
	free(text);
	return done;
}

static int compare(const void *one, const void *other)
{
	return strcmp(one, other);
}

/* False for a file that is no setup's. */
static bool name_of(const char *file, char name[FLEET_NAME_SIZE])
{
	const size_t len = strlen(file);
	const size_t suffix = strlen(SUFFIX);

	if (len <= suffix || len - suffix >= FLEET_NAME_SIZE || strcmp(file + len - suffix, SUFFIX) != 0)
		return false;
	memset(name, 0, FLEET_NAME_SIZE);
	memcpy(name, file, len - suffix);
	return fleet_name_is_valid(name);
}

size_t fleet_setup_names(const char *directory, char names[FLEET_SETUPS_MAX][FLEET_NAME_SIZE])
{
	DIR *files = opendir(directory);
	const struct dirent *entry;
	size_t count = 0;

	while (files != NULL && count < FLEET_SETUPS_MAX && (entry = readdir(files)) != NULL)
		count += name_of(entry->d_name, names[count]);
	if (files != NULL)
		closedir(files);
	qsort(names, count, FLEET_NAME_SIZE, compare);
	return count;
}
