/* SPDX-License-Identifier: Apache-2.0 */
/* A password that is kept in a file of its own. */
#ifndef SERVICE_PASSWORD_FILE_H
#define SERVICE_PASSWORD_FILE_H

#include <stdbool.h>
#include <stddef.h>

#define PASSWORD_SIZE 256

/*
 * Reads the password: the content of the file without the end of its line, 1 to PASSWORD_SIZE - 1 octets. False, and
 * `error` begins with the path and says what was expected.
 */
bool password_file_read(const char *path, char password[PASSWORD_SIZE], char *error, size_t error_size);

#endif
