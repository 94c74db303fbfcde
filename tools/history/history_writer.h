/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thread that keeps rows (history_keeper.h): database and disk never hold the event loop up. One batch at a time is
 * given to it, and it tells the event loop when its rows are safe. Rows that it cannot keep it tries to keep again every
 * HISTORY_WRITER_AGAIN_MS.
 */
#ifndef TOOLS_HISTORY_HISTORY_WRITER_H
#define TOOLS_HISTORY_HISTORY_WRITER_H

#include "tools/history/history_keeper.h"

#define HISTORY_WRITER_AGAIN_MS 1000u

struct event_base;
struct history_writer;

/*
 * Starts the thread, whose the keeper is from now on; both must outlive it. `safe` is called on the event loop for each
 * batch. NULL without memory or a thread.
 */
struct history_writer *history_writer_new(struct event_base *base, struct history_keeper *keeper,
					  void (*safe)(void *context), void *context);

/* The batch is the thread's until `safe` is called. */
void history_writer_give(struct history_writer *writer, const struct history_batch *batch);

/*
 * Ends the thread, after what it is doing, and waits for that, timeout_ms at most. False: it is left behind with the keeper
 * and all that is below, and the process should end.
 */
bool history_writer_stop(struct history_writer *writer, unsigned timeout_ms);

#endif
