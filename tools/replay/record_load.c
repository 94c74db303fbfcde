/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/replay/record_load.h"

#include "slacd/record/record_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* The longest header; more than the longest record (record.memory_kib). */
#define HEADER_MAX (256u * 1024)
#define RECORD_MAX (128u * 1024 * 1024)

/* The first `most` octets, allocated; NULL, and errno. */
static uint8_t *read_begin(const char *path, size_t most, size_t *len)
{
	FILE *file = fopen(path, "rbe");
	uint8_t *octets = NULL;
	size_t room = 0;
	size_t count;

	*len = 0;
	if (file == NULL)
		return NULL;
	do {
		if (*len == room) {
			room = room == 0 ? HEADER_MAX : 2 * room;
			uint8_t *more = realloc(octets, room);
			if (more == NULL) {
				free(octets);
				octets = NULL;
				break;
			}
			octets = more;
		}
		count = fread(octets + *len, 1, room - *len, file);
		*len += count;
	} while (count > 0 && *len < most);
	if (ferror(file)) {
		free(octets);
		octets = NULL;
	}
	fclose(file);
	return octets;
}

uint8_t *record_load(const char *path, size_t *len)
{
	return read_begin(path, RECORD_MAX, len);
}

/* What a pipe has given once it does not give again. */
static bool can_be_read_again(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

bool record_is_one(const char *path)
{
	size_t len;

	if (!can_be_read_again(path))
		return false;
	uint8_t *octets = read_begin(path, HEADER_MAX, &len);
	const bool is_one = octets != NULL && record_file_is_one(octets, len);

	free(octets);
	return is_one;
}
