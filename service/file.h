/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a small text file whole. */
#ifndef SERVICE_FILE_H
#define SERVICE_FILE_H

#include <stddef.h>

/* Larger files are refused. */
#define FILE_SIZE_MAX (1024u * 1024u)

/*
 * Reads a regular file into allocated memory (the caller frees it), with a NUL after its *len octets. NULL, and `error`
 * names the file and why, when it cannot be read, is larger than FILE_SIZE_MAX, or is a FIFO, a directory or a device.
 * Never blocks on such a file.
 */
char *file_read(const char *path, size_t *len, char *error, size_t error_size);

#endif
