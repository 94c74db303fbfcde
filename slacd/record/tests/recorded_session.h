/* SPDX-License-Identifier: Apache-2.0 */
/* A session on virtual time, as slacd records it: a car that asks for matching, is heard, and then falls silent. */
#ifndef SLACD_RECORD_TESTS_RECORDED_SESSION_H
#define SLACD_RECORD_TESTS_RECORDED_SESSION_H

#include "slacd/record/record_ring.h"
#include "tools/replay/replay_site.h"

#define SESSION_KEYS 16

struct recorded_session {
	struct replay_site site;
	struct record_ring ring;
	uint8_t *memory;
	uint8_t keys[SESSION_KEYS][NMK_LEN]; /* drawn so far */
	size_t key_count;
	bool is_recording;
	size_t inputs; /* while it was recording */
};

/* The outlet is ready, and nothing is recorded. `size`: of the ring. */
void recorded_session_open(struct recorded_session *session, size_t size);
void recorded_session_close(struct recorded_session *session);
/* Begins to record: plug-in, one run up to CM_ATTEN_CHAR.IND, no answer, a match with the next run, unplug. */
void recorded_session_play(struct recorded_session *session);
/* So many seconds in which nothing happens but what the outlet does by itself. */
void recorded_session_wait(struct recorded_session *session, unsigned seconds);

#endif
