/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread beside the event loop, for what may block: whoever reads the log, a record's disk. The owner never waits for
 * it longer than it says. A thread that does not come back is left behind, and frees what it owns should it ever do so.
 */
#ifndef SERVICE_WORKER_H
#define SERVICE_WORKER_H

#include <pthread.h>
#include <stdbool.h>

/* A member of what the thread and its owner share. */
struct worker {
	pthread_t thread;
	pthread_mutex_t lock;   /* of what follows, and of whatever else they share */
	pthread_cond_t changed; /* the thread waits for it; when it is to end, the owner does */
	const char *name;
	void *(*run)(void *context);
	void *context;
	bool stopping;
	bool done;
	bool abandoned; /* nobody waits for the thread any more */
};

void worker_init(struct worker *worker);
/* No thread was started, or it has ended. */
void worker_destroy(struct worker *worker);

/* Starts the thread, which has a small stack, and `name`, which stays. False where there can be none. */
bool worker_start(struct worker *worker, const char *name, void *(*run)(void *context), void *context);
/* The last that the thread does with it. True: it is left behind, and frees what it owns and the worker. */
bool worker_finish(struct worker *worker);

/*
 * Sets `stopping` and waits for the end of the thread, timeout_ms at most. False: it is left behind, and what it shares
 * with the owner is its own from now on.
 */
bool worker_stop(struct worker *worker, unsigned timeout_ms);

#endif
