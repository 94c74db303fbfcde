/* SPDX-License-Identifier: Apache-2.0 */
#include "service/password_file.h"

#include "service/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The end of the line is an editor's, or an `echo`'s. */
static bool take_password(const char *content, size_t len, char password[PASSWORD_SIZE])
{
	if (len > 0 && content[len - 1] == '\n')
		len--;
	if (len > 0 && content[len - 1] == '\r')
		len--;
	if (len == 0 || len >= PASSWORD_SIZE || memchr(content, '\0', len) != NULL)
		return false;
	memcpy(password, content, len);
	password[len] = '\0';
	return true;
}

bool password_file_read(const char *path, char password[PASSWORD_SIZE], char *error, size_t error_size)
{
	size_t len;
	char *content = file_read(path, &len, error, error_size);
	bool ok;

	if (content == NULL)
		return false;
	ok = take_password(content, len, password);
	explicit_bzero(content, len);
	free(content);
	if (!ok)
		snprintf(error, error_size, "%.250s: expected a password of 1 to %d octets", path, PASSWORD_SIZE - 1);
	return ok;
}
