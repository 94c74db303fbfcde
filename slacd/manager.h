/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The daemon as a whole: boots (parameters and limits from files or from the station), runs one EVSE service
 * per outlet, hands broker messages to them and reports the service's own status (mqtt-api document, "Boot").
 */
#ifndef SLACD_MANAGER_H
#define SLACD_MANAGER_H

#include "slacd/settings/settings.h"

struct event_base;
struct evbuffer;
struct manager;

/*
 * Reads the boot files; nothing else, so that this can be done with rights that the rest does not have. NULL, with the
 * reason logged, when a boot file is not valid (*bad_file is true then) or memory is short. The caller owns the manager;
 * base and settings must outlive it.
 */
struct manager *manager_new(struct event_base *base, const struct settings *settings, bool *bad_file);

/*
 * Connects to the broker in the background and boots. False, with the reason logged, when that cannot be begun: all
 * that may follow is manager_free.
 */
bool manager_start(struct manager *manager);

/*
 * Reports `stopping` and tells every outlet to stop. The event loop must go on, so that they can say and hear what they
 * still have to; it is ended (event_base_loopbreak) when all have stopped, after a second at the latest.
 */
void manager_begin_stop(struct manager *manager);

/*
 * Ends everything, outlets that have not stopped too, and waits until the broker has taken the last messages, at most a
 * second. Begins the stop where manager_begin_stop has not. NULL is allowed.
 */
void manager_free(struct manager *manager);

/* Appends the page for a monitoring system (metrics_server_write); `context` is the manager. False without memory. */
bool manager_write_metrics(const void *context, struct evbuffer *out);

/* The settings, which the caller owns, have changed (settings_take_live). */
void manager_take_settings(struct manager *manager);

/* Calls `changed` now, and whenever manager_state or manager_describe says something else, or may do so. */
void manager_observe(struct manager *manager, void (*changed)(void *context), void *context);
enum api_service_state manager_state(const struct manager *manager);
/* One line for people: how many outlets can serve, and what is wrong; of many outlets the first ones, cut to size. */
void manager_describe(const struct manager *manager, char *out, size_t size);

/* Does what outlets still have to say of frames: before something else is logged, so that the log is in order. */
void manager_report(const struct manager *manager);

/* Logs what every outlet and the whole service have counted so far. */
void manager_log_statistics(const struct manager *manager);

#endif
