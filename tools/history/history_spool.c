/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/history/history_spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES_SHARE    16 /* of the bound is one file */
#define FILE_MIN       65536u
#define NAME_FORMAT    "%016llx.rows"
#define NAME_SIZE      40
#define LOCK_NAME      "lock"
#define READ_AT_A_TIME (HISTORY_RECORD_HEAD + HISTORY_RECORD_MAX)
/* While the next whole record is looked for behind a broken one. */
#define SEARCH_AT_A_TIME (4 * READ_AT_A_TIME)

/* A file of the spool. It is written by one process; what one that was killed has left is only read. */
struct part {
	unsigned long long number; /* files are read in this order */
	uint64_t octets;
};

struct history_spool {
	char *path;
	int directory;
	int lock;
	int writing; /* the newest part, -1: the next row begins one */
	uint64_t octets_max;
	uint64_t part_octets;
	uint64_t octets; /* of all parts */
	struct part *parts;
	size_t count;
	size_t room;
	uint64_t read_at; /* in the oldest part: what is before was stored */
	uint64_t read_to; /* what history_spool_first has given ends here */
	uint64_t seen_to; /* what was broken before is counted */
	uint64_t given_up;
	uint64_t broken; /* octets */
};

/* --- parts --- */

static void name_of(const struct part *part, char name[NAME_SIZE])
{
	snprintf(name, NAME_SIZE, NAME_FORMAT, part->number);
}

static bool add_part(struct history_spool *spool, unsigned long long number, uint64_t octets)
{
	if (spool->count == spool->room) {
		const size_t room = spool->room > 0 ? 2 * spool->room : 32;
		struct part *parts = realloc(spool->parts, room * sizeof(*parts));
		if (parts == NULL)
			return false;
		spool->parts = parts;
		spool->room = room;
	}
	spool->parts[spool->count++] = (struct part){number, octets};
	spool->octets += octets;
	return true;
}

static void stop_writing(struct history_spool *spool)
{
	if (spool->writing >= 0)
		close(spool->writing);
	spool->writing = -1;
}

/* A part that was read, or makes room. What cannot be removed is read again after the next start. */
static void remove_oldest(struct history_spool *spool)
{
	char name[NAME_SIZE];

	name_of(&spool->parts[0], name);
	if (spool->count == 1)
		stop_writing(spool);
	unlinkat(spool->directory, name, 0);
	spool->octets -= spool->parts[0].octets;
	spool->count--;
	memmove(spool->parts, spool->parts + 1, spool->count * sizeof(*spool->parts));
	spool->read_at = 0;
	spool->read_to = 0;
	spool->seen_to = 0;
}

/* --- reading --- */

/* Reads the record at `at` of an open part. *used is 0 at its end, and where it is broken. */
static bool read_record(int fd, uint64_t at, struct history_row *row, size_t *used)
{
	uint8_t octets[READ_AT_A_TIME];
	const ssize_t len = pread(fd, octets, sizeof(octets), (off_t)at);

	*used = 0;
	return len > 0 && history_record_read(octets, (size_t)len, row, used) == HISTORY_RECORD_OK;
}

/* Where the next whole record begins, behind one that is broken; `end` where there is none. */
static uint64_t find_record(int fd, uint64_t at, uint64_t end)
{
	uint8_t octets[SEARCH_AT_A_TIME];
	struct history_row row;
	size_t used;

	while (at < end) {
		const ssize_t read = pread(fd, octets, sizeof(octets), (off_t)at);
		if (read <= 0)
			return end;
		const size_t len = (size_t)read;
		const size_t whole = len < sizeof(octets) ? len : len - READ_AT_A_TIME;
		for (size_t i = 0; i < whole; i++)
			if (history_record_read(octets + i, len - i, &row, &used) == HISTORY_RECORD_OK)
				return at + i;
		at += whole;
	}
	return end;
}

/* The next row of the oldest part from *at on, which goes to its end. False: there is none. */
static bool next_row(struct history_spool *spool, int fd, uint64_t *at, struct history_row *row, uint64_t *row_end)
{
	const uint64_t end = spool->parts[0].octets;
	size_t used;

	if (*at >= end)
		return false;
	if (!read_record(fd, *at, row, &used)) {
		/* Where a process was killed while it wrote, or the disk has erred. */
		const uint64_t next = find_record(fd, *at + 1, end);
		if (next > spool->seen_to) {
			spool->broken += next - *at;
			spool->seen_to = next;
		}
		*at = next;
		if (!read_record(fd, *at, row, &used))
			return false;
	}
	*row_end = *at + used;
	return true;
}

static int open_oldest(const struct history_spool *spool)
{
	char name[NAME_SIZE];

	name_of(&spool->parts[0], name);
	return openat(spool->directory, name, O_RDONLY | O_CLOEXEC);
}

/* The rows of the oldest part that were not stored. */
static uint64_t count_rows(struct history_spool *spool)
{
	struct history_row row;
	uint64_t at = spool->read_at;
	uint64_t rows = 0;
	const int fd = open_oldest(spool);

	for (uint64_t row_end; fd >= 0 && next_row(spool, fd, &at, &row, &row_end); at = row_end)
		rows++;
	if (fd >= 0)
		close(fd);
	return rows;
}

static bool say(const struct history_spool *spool, char why[HISTORY_SPOOL_WHY_SIZE])
{
	snprintf(why, HISTORY_SPOOL_WHY_SIZE, "%s: %s", spool->path, strerror(errno));
	return false;
}

bool history_spool_first(struct history_spool *spool, struct history_batch *batch, size_t rows_max,
			 char why[HISTORY_SPOOL_WHY_SIZE])
{
	struct history_row row;

	while (spool->count > 0) {
		const int fd = open_oldest(spool);
		/* Without a free descriptor, say. Only a part that is not there any more is done with. */
		if (fd < 0 && errno != ENOENT)
			return say(spool, why);
		uint64_t at = spool->read_at;
		for (uint64_t row_end; fd >= 0 && batch->rows < rows_max && next_row(spool, fd, &at, &row, &row_end) &&
				       history_batch_add(batch, &row);)
			at = row_end;
		if (fd >= 0)
			close(fd);
		else
			spool->broken += spool->parts[0].octets - spool->read_at;
		spool->read_to = at;
		if (batch->rows > 0)
			return true;
		remove_oldest(spool);
	}
	return false;
}

void history_spool_forget(struct history_spool *spool)
{
	spool->read_at = spool->read_to;
	if (spool->count > 0 && spool->read_at >= spool->parts[0].octets)
		remove_oldest(spool);
}

/* --- writing --- */

static void make_room(struct history_spool *spool, uint64_t octets)
{
	while (spool->count > 0 && spool->octets + octets > spool->octets_max) {
		spool->given_up += count_rows(spool);
		remove_oldest(spool);
	}
}

/* The name of the file must be on disk, too. */
static bool begin_part(struct history_spool *spool)
{
	const struct part next = {.number = spool->count > 0 ? spool->parts[spool->count - 1].number + 1 : 1};
	char name[NAME_SIZE];

	stop_writing(spool);
	name_of(&next, name);
	spool->writing = openat(spool->directory, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (spool->writing < 0)
		return false;
	if (fsync(spool->directory) == 0 && add_part(spool, next.number, 0))
		return true;
	stop_writing(spool);
	unlinkat(spool->directory, name, 0);
	return false;
}

static bool write_all(int fd, const uint8_t *octets, size_t len, uint64_t at)
{
	while (len > 0) {
		const ssize_t n = pwrite(fd, octets, len, (off_t)at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		octets += n;
		len -= (size_t)n;
		at += (uint64_t)n;
	}
	return true;
}

/* Somebody has taken it away: what is written there would be nowhere. */
static bool is_removed(int fd)
{
	struct stat info;

	return fstat(fd, &info) != 0 || info.st_nlink == 0;
}

bool history_spool_append(struct history_spool *spool, const struct history_batch *batch,
			  char why[HISTORY_SPOOL_WHY_SIZE])
{
	make_room(spool, batch->len);
	if (spool->writing >= 0 && is_removed(spool->writing))
		stop_writing(spool);
	if ((spool->writing < 0 || spool->parts[spool->count - 1].octets >= spool->part_octets) && !begin_part(spool))
		return say(spool, why);
	struct part *part = &spool->parts[spool->count - 1];
	if (!write_all(spool->writing, batch->octets, batch->len, part->octets) || fdatasync(spool->writing) != 0) {
		say(spool, why);
		/* What was written of it is written over, or ends the part as one that is broken. */
		if (ftruncate(spool->writing, (off_t)part->octets) != 0)
			stop_writing(spool);
		return false;
	}
	part->octets += batch->len;
	spool->octets += batch->len;
	return true;
}

/* --- beginning and end --- */

static int by_number(const void *left, const void *right)
{
	const unsigned long long a = ((const struct part *)left)->number;
	const unsigned long long b = ((const struct part *)right)->number;

	return (a > b) - (a < b);
}

static bool take_file(struct history_spool *spool, const char *name)
{
	struct part part = {0};
	char expected[NAME_SIZE];
	struct stat info;

	if (sscanf(name, "%16llx", &part.number) != 1)
		return true;
	name_of(&part, expected);
	if (strcmp(name, expected) != 0 || fstatat(spool->directory, name, &info, 0) != 0 || !S_ISREG(info.st_mode))
		return true;
	/* As a process leaves it that is killed before its first row. */
	if (info.st_size == 0)
		return unlinkat(spool->directory, name, 0) == 0;
	return add_part(spool, part.number, (uint64_t)info.st_size);
}

static bool take_files(struct history_spool *spool)
{
	const int fd = dup(spool->directory);
	DIR *directory = fd >= 0 ? fdopendir(fd) : NULL;
	bool done = directory != NULL;
	const struct dirent *entry;

	if (directory == NULL && fd >= 0)
		close(fd);
	while (done && (entry = readdir(directory)) != NULL)
		done = take_file(spool, entry->d_name);
	if (directory != NULL)
		closedir(directory);
	if (done && spool->count > 1)
		qsort(spool->parts, spool->count, sizeof(*spool->parts), by_number);
	return done;
}

static bool open_directory(struct history_spool *spool, char why[HISTORY_SPOOL_WHY_SIZE])
{
	if (mkdir(spool->path, 0700) != 0 && errno != EEXIST)
		return say(spool, why);
	spool->directory = open(spool->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (spool->directory < 0)
		return say(spool, why);
	spool->lock = openat(spool->directory, LOCK_NAME, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (spool->lock < 0)
		return say(spool, why);
	if (flock(spool->lock, LOCK_EX | LOCK_NB) == 0)
		return take_files(spool) || say(spool, why);
	snprintf(why, HISTORY_SPOOL_WHY_SIZE, "%s: another slac-history uses it: expected one of its own for each",
		 spool->path);
	return false;
}

struct history_spool *history_spool_open(const char *directory, uint64_t octets_max, char why[HISTORY_SPOOL_WHY_SIZE])
{
	struct history_spool *spool = calloc(1, sizeof(*spool));

	snprintf(why, HISTORY_SPOOL_WHY_SIZE, "no memory");
	if (spool == NULL)
		return NULL;
	spool->path = strdup(directory);
	spool->directory = spool->lock = spool->writing = -1;
	spool->octets_max = octets_max;
	spool->part_octets = octets_max / FILES_SHARE > FILE_MIN ? octets_max / FILES_SHARE : FILE_MIN;
	if (spool->path != NULL && open_directory(spool, why)) {
		make_room(spool, 0);
		return spool;
	}
	history_spool_close(spool);
	return NULL;
}

void history_spool_close(struct history_spool *spool)
{
	if (spool == NULL)
		return;
	stop_writing(spool);
	if (spool->lock >= 0)
		close(spool->lock);
	if (spool->directory >= 0)
		close(spool->directory);
	free(spool->parts);
	free(spool->path);
	free(spool);
}

bool history_spool_is_empty(const struct history_spool *spool)
{
	return spool->count == 0;
}

uint64_t history_spool_octets(const struct history_spool *spool)
{
	return spool->octets;
}

uint64_t history_spool_given_up(const struct history_spool *spool)
{
	return spool->given_up;
}

uint64_t history_spool_broken(const struct history_spool *spool)
{
	return spool->broken;
}
