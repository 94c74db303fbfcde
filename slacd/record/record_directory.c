/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/record/record_directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* MACs of cars are in it: for the service and its group. */
#define FILE_MODE 0640
#define TEMPORARY "."
#define NOT_MADE  "the file cannot be made"

static bool fail(char trouble[RECORD_TROUBLE_MAX], const char *what, int error)
{
	snprintf(trouble, RECORD_TROUBLE_MAX, "%s: %s", what, strerror(error));
	return false;
}

static int open_directory(const char *directory, char trouble[RECORD_TROUBLE_MAX])
{
	const int at = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (at < 0)
		fail(trouble, "the directory cannot be opened", errno);
	return at;
}

bool record_directory_check(const char *directory, char trouble[RECORD_TROUBLE_MAX])
{
	const int at = open_directory(directory, trouble);

	if (at < 0)
		return false;
	bool ok = faccessat(at, ".", W_OK | X_OK, AT_EACCESS) == 0 || fail(trouble, NOT_MADE, errno);
	close(at);
	return ok;
}

/* --- room --- */

static int is_record(const struct dirent *entry)
{
	return record_writer_is_name(entry->d_name);
}

static int is_temporary(const struct dirent *entry)
{
	return entry->d_name[0] == TEMPORARY[0] && record_writer_is_name(entry->d_name + strlen(TEMPORARY));
}

static void free_names(struct dirent **names, int count)
{
	for (int i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

void record_directory_clean(const char *directory)
{
	char trouble[RECORD_TROUBLE_MAX];
	const int at = open_directory(directory, trouble);
	struct dirent **names = NULL;

	if (at < 0)
		return;
	const int count = scandir(directory, &names, is_temporary, NULL);
	for (int i = 0; i < count; i++)
		unlinkat(at, names[i]->d_name, 0);
	free_names(names, count);
	close(at);
}

static uint64_t size_of(int at, const char *name)
{
	struct stat status;

	return fstatat(at, name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? (uint64_t)status.st_size : 0;
}

/* Names begin with their time, so the oldest comes first. */
static int compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* Removes the oldest until one more of `len` octets is within the limits. */
static void make_room(const char *directory, int at, const struct record_limits *limits, uint64_t len)
{
	struct dirent **names = NULL;
	const int count = scandir(directory, &names, is_record, compare_names);
	uint64_t octets = len;

	for (int i = 0; i < count; i++)
		octets += size_of(at, names[i]->d_name);
	for (int i = 0; i < count; i++) {
		const uint32_t files = (uint32_t)(count - i) + 1;
		if (files <= limits->files && octets <= limits->octets)
			break;
		octets -= size_of(at, names[i]->d_name);
		unlinkat(at, names[i]->d_name, 0);
	}
	free_names(names, count);
}

/* --- the file --- */

static bool write_all(int file, const uint8_t *octets, size_t len)
{
	while (len > 0) {
		const ssize_t written = write(file, octets, len);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		octets += written;
		len -= (size_t)written;
	}
	return true;
}

static bool write_temporary(int at, const char *name, const uint8_t *octets, size_t len,
			    char trouble[RECORD_TROUBLE_MAX])
{
	const int file = openat(at, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);

	if (file < 0)
		return fail(trouble, NOT_MADE, errno);
	bool ok = write_all(file, octets, len) && fsync(file) == 0;
	const int error = errno;
	ok = close(file) == 0 && ok;
	return ok || fail(trouble, "the file cannot be written", error);
}

static bool write_at(int at, const char *name, const uint8_t *octets, size_t len, char trouble[RECORD_TROUBLE_MAX])
{
	char temporary[RECORD_FILE_NAME_MAX + sizeof(TEMPORARY)];

	snprintf(temporary, sizeof(temporary), TEMPORARY "%s", name);
	if (!write_temporary(at, temporary, octets, len, trouble)) {
		unlinkat(at, temporary, 0);
		return false;
	}
	if (renameat(at, temporary, at, name) != 0) {
		fail(trouble, "the file cannot be renamed", errno);
		unlinkat(at, temporary, 0);
		return false;
	}
	fsync(at); /* the name is on the disk, too; if not, the record is lost with the power */
	return true;
}

bool record_directory_write(const char *directory, const struct record_limits *limits, const char *name,
			    const uint8_t *octets, size_t len, char trouble[RECORD_TROUBLE_MAX])
{
	if (len > limits->octets) {
		snprintf(trouble, RECORD_TROUBLE_MAX, "the record is larger than record.disk_mib");
		return false;
	}
	const int at = open_directory(directory, trouble);
	if (at < 0)
		return false;
	make_room(directory, at, limits, len);
	const bool ok = write_at(at, name, octets, len, trouble);
	close(at);
	return ok;
}
