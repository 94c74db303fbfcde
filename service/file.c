/* SPDX-License-Identifier: Apache-2.0 */
#include "service/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is no regular file, or NULL. */
static const char *special_kind(mode_t mode)
{
	if (S_ISREG(mode))
		return NULL;
	if (S_ISDIR(mode))
		return "a directory";
	if (S_ISFIFO(mode))
		return "a FIFO";
	return S_ISCHR(mode) || S_ISBLK(mode) ? "a device" : "something else";
}

/* A FIFO would make us wait for whoever writes to it, hence O_NONBLOCK. A terminal must not become ours. */
static FILE *open_regular(const char *path, char *error, size_t error_size)
{
	struct stat status;
	FILE *file = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd >= 0 && fstat(fd, &status) == 0 && special_kind(status.st_mode) != NULL) {
		snprintf(error, error_size, "%s: expected a regular file, it is %s", path,
			 special_kind(status.st_mode));
		close(fd);
		return NULL;
	}
	if (fd >= 0)
		file = fdopen(fd, "r");
	if (file == NULL)
		snprintf(error, error_size, "%s: cannot be read: %s", path, strerror(errno));
	if (file == NULL && fd >= 0)
		close(fd);
	return file;
}

char *file_read(const char *path, size_t *len, char *error, size_t error_size)
{
	FILE *file = open_regular(path, error, error_size);
	char *text = NULL;

	if (file == NULL)
		return NULL;
	text = malloc(FILE_SIZE_MAX + 1);
	if (text == NULL) {
		snprintf(error, error_size, "%s: cannot be read: %s", path, strerror(errno));
		goto fail;
	}
	*len = fread(text, 1, FILE_SIZE_MAX + 1, file);
	if (ferror(file)) {
		snprintf(error, error_size, "%s: cannot be read: %s", path, strerror(errno));
		goto fail;
	}
	if (*len > FILE_SIZE_MAX) {
		snprintf(error, error_size, "%s: larger than %u octets", path, FILE_SIZE_MAX);
		goto fail;
	}
	fclose(file);
	text[*len] = '\0';
	return text;
fail:
	fclose(file);
	free(text);
	return NULL;
}
