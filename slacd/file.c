/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *file_read(const char *path, size_t *len, char *error, size_t error_size)
{
	FILE *file = fopen(path, "re");
	char *text = malloc(FILE_SIZE_MAX + 1);

	if (file == NULL || text == NULL) {
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
	if (file != NULL)
		fclose(file);
	free(text);
	return NULL;
}
