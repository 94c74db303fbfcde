/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Session records of a world (cmocka): each is replayed to the same decisions, octet for octet; its outcome is one that
 * the log told; no six octets of a key are in it.
 */
#ifndef SLACD_TESTS_WORLD_RECORDED_H
#define SLACD_TESTS_WORLD_RECORDED_H

#include <stddef.h>
#include <stdint.h>

struct recorded_total {
	size_t records;
	size_t inputs;
	size_t decisions;
	size_t with_gap;
	size_t octets;
};

/* Each session of the open world leaves a record from the next start of slacd on, in a folder of its own. */
void recorded_begin(void);
const char *recorded_folder(void);
/* Kills slacd, so that all are written; replays and removes them. `who` is for the message of one that fails. */
void recorded_end(const char *who);
/* Of all worlds so far. */
const struct recorded_total *recorded_total(void);
/* The record of this name, allocated; it is removed. */
uint8_t *recorded_take(const char *name, size_t *len);

#endif
