/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random octets from a seed, and names for them in the record: <nmk1>, <nid1>, <nonce1> for what slacd drew, #1 for
 * every message id, each numbered when it appears first.
 */
#ifndef SLACD_TESTS_WORLD_NAMES_H
#define SLACD_TESTS_WORLD_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void names_open(void);
void names_close(void);

/* From now on there are no random octets for slacd, or there are some again. */
void names_fail_draws(bool fail);

/* Whether `piece` octets of a key that slacd drew stand in a row anywhere in these. */
bool names_hold_key(const uint8_t *octets, size_t len, size_t piece);

/* The text, and the octets as hex digits, with names where they are known. Allocated. */
char *names_in_text(const char *text);
char *names_in_octets(const uint8_t *octets, size_t len);

#endif
