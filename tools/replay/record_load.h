/* SPDX-License-Identifier: Apache-2.0 */
/* The octets of a session record's file. */
#ifndef TOOLS_REPLAY_RECORD_LOAD_H
#define TOOLS_REPLAY_RECORD_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The whole file, allocated, but of a larger one than any record not much more than that; NULL, and errno. */
uint8_t *record_load(const char *path, size_t *len);
/* Whether the file is a session record. False as well where it cannot be read: who reads it then says why. */
bool record_is_one(const char *path);

#endif
