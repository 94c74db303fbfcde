/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/fleet/fleet_place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *environment(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && *value == '/' ? value : NULL;
}

void fleet_place_default_directory(char out[FLEET_PATH_SIZE])
{
	const char *runtime = environment("XDG_RUNTIME_DIR");

	if (runtime != NULL && strlen(runtime) < FLEET_DIRECTORY_MAX - strlen("/cs-fleet"))
		snprintf(out, FLEET_PATH_SIZE, "%s/cs-fleet", runtime);
	else
		snprintf(out, FLEET_PATH_SIZE, "/tmp/cs-fleet-%u", (unsigned)getuid());
}

void fleet_place_default_setups(const char *directory, char out[FLEET_PATH_SIZE])
{
	const char *data = environment("XDG_DATA_HOME"), *home = environment("HOME");

	if (data != NULL)
		snprintf(out, FLEET_PATH_SIZE, "%.200s/cs-fleet", data);
	else if (home != NULL)
		snprintf(out, FLEET_PATH_SIZE, "%.200s/.local/share/cs-fleet", home);
	else
		snprintf(out, FLEET_PATH_SIZE, "%.200s/setups", directory);
}

/* In /tmp somebody else could have made it, to read or replace what is in it. */
bool fleet_place_make(const char *directory, char error[FLEET_ERROR_SIZE])
{
	struct stat status;

	if (mkdir(directory, 0700) != 0 && errno != EEXIST) {
		snprintf(error, FLEET_ERROR_SIZE, "%.200s: cannot be made: %s", directory, strerror(errno));
		return false;
	}
	if (lstat(directory, &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == geteuid())
		return true;
	snprintf(error, FLEET_ERROR_SIZE, "%.200s: expected a directory of this user", directory);
	return false;
}

bool fleet_place_make_all(const char *directory, char error[FLEET_ERROR_SIZE])
{
	char path[FLEET_PATH_SIZE];

	snprintf(path, sizeof(path), "%s", directory);
	for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
	if (mkdir(path, 0755) == 0 || errno == EEXIST)
		return true;
	snprintf(error, FLEET_ERROR_SIZE, "%.200s: cannot be made: %s", directory, strerror(errno));
	return false;
}

void fleet_place_of_station(const char *directory, const char *id, char out[FLEET_PATH_SIZE])
{
	snprintf(out, FLEET_PATH_SIZE, "%.200s/%.32s", directory, id);
}

void fleet_place_path(const char *directory, const char *id, const char *name, char out[FLEET_PATH_SIZE])
{
	snprintf(out, FLEET_PATH_SIZE, "%.160s/%.32s/%.48s", directory, id, name);
}

static bool is_one_of(const char *name, const char *const names[3])
{
	return strcmp(name, names[0]) == 0 || strcmp(name, names[1]) == 0 || strcmp(name, names[2]) == 0;
}

void fleet_place_clean(const char *directory, const char *id)
{
	static const char *const kept[] = {"log", "log.1", "lock"};
	char path[FLEET_PATH_SIZE];
	const struct dirent *entry;

	fleet_place_of_station(directory, id, path);
	DIR *files = opendir(path);
	while (files != NULL && (entry = readdir(files)) != NULL)
		if (!is_one_of(entry->d_name, kept))
			unlinkat(dirfd(files), entry->d_name, 0);
	if (files != NULL)
		closedir(files);
	/* Then the next keeper may come. */
	fleet_place_path(directory, id, "lock", path);
	unlink(path);
}

/* --- programs --- */

bool fleet_place_own_program(char out[FLEET_PATH_SIZE])
{
	const ssize_t len = readlink("/proc/self/exe", out, FLEET_PATH_SIZE - 1);

	if (len <= 0 || len >= FLEET_PATH_SIZE - 1)
		return false;
	out[len] = '\0';
	return true;
}

static bool can_be_executed(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

/* The same path without links and "..". */
static bool resolve(const char *path, char out[FLEET_PATH_SIZE])
{
	char *whole = realpath(path, NULL);
	const bool fits = whole != NULL && snprintf(out, FLEET_PATH_SIZE, "%s", whole) < FLEET_PATH_SIZE;

	free(whole);
	return fits && can_be_executed(out);
}

static bool is_beside(const char *name, char out[FLEET_PATH_SIZE])
{
	char own[FLEET_PATH_SIZE], path[2 * FLEET_PATH_SIZE];
	char *slash = fleet_place_own_program(own) ? strrchr(own, '/') : NULL;

	if (slash == NULL)
		return false;
	*slash = '\0';
	snprintf(path, sizeof(path), "%s/%s", own, name);
	return resolve(path, out);
}

static bool is_in_path(const char *name, char out[FLEET_PATH_SIZE])
{
	const char *path = getenv("PATH");

	while (path != NULL && *path != '\0') {
		const size_t len = strcspn(path, ":");
		if (len > 0 && snprintf(out, FLEET_PATH_SIZE, "%.*s/%s", (int)len, path, name) < FLEET_PATH_SIZE &&
		    can_be_executed(out))
			return true;
		path += len + (path[len] == ':');
	}
	return false;
}

bool fleet_place_find_program(const char *name, const char *built, const char *given, char out[FLEET_PATH_SIZE],
			      char error[FLEET_ERROR_SIZE])
{
	if (given != NULL) {
		if (resolve(given, out))
			return true;
		snprintf(error, FLEET_ERROR_SIZE, "--%s '%.200s': expected a program that can be executed", name,
			 given);
		return false;
	}
	if (is_beside(built, out) || is_beside(name, out) || is_in_path(name, out))
		return true;
	snprintf(error, FLEET_ERROR_SIZE, "expected the program %s beside this one or in PATH, or --%s PATH", name,
		 name);
	return false;
}

/* --- the lock --- */

bool fleet_place_lock(const char *path, pid_t *holder)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	struct stat status = {.st_nlink = 1};
	const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	*holder = 0;
	if (fd < 0)
		return false;
	/* It is held for as long as the process lives: the descriptor stays open. */
	if (fcntl(fd, F_SETLK, &lock) == 0 && fstat(fd, &status) == 0 && status.st_nlink > 0)
		return true;
	/* One without a name is that of a station which was closed meanwhile: the next one makes its own. */
	const int why = status.st_nlink > 0 ? errno : EAGAIN;
	close(fd);
	if (why == EACCES || why == EAGAIN)
		*holder = fleet_place_holder(path);
	errno = why;
	return false;
}

pid_t fleet_place_holder(const char *path)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	const int fd = open(path, O_RDWR | O_CLOEXEC);
	pid_t holder = 0;

	if (fd < 0)
		return 0;
	if (fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK)
		holder = lock.l_pid;
	close(fd);
	return holder;
}
