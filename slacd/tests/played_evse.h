/* SPDX-License-Identifier: Apache-2.0 */
/* A manager whose outlets are played by the test: they note what they are told, and stop when the test says so. */
#ifndef SLACD_TESTS_PLAYED_EVSE_H
#define SLACD_TESTS_PLAYED_EVSE_H

#include "slacd/manager_internal.h"

#define PLAYED_MAX (4 * API_EVSES_MAX)

struct evse {
	const struct evse_shared *shared;
	size_t slot;
	struct api_evse_parameters parameters;
	bool told_to_stop;
	bool silent; /* its modem is, so that it cannot serve */
	bool stopped;
	bool freed; /* it stays in played[] for the test to look at */
	bool has_limits;
	struct api_evse_limits limits; /* the last ones, those of the start too */
	unsigned limits_told;          /* after the start */
	unsigned unreadable;
	unsigned pilot_answers;
	enum api_cp_state state;
	unsigned states_told;
	unsigned connections;
};

/* Every service that was started, in order. */
extern struct evse played[PLAYED_MAX];
extern size_t played_count;
/* Services stop as soon as they are told to. */
extern bool played_stop_at_once;

struct bench {
	struct event_base *base;
	struct settings settings;
	struct manager *manager;
};

/* A manager that has booted without outlets. Its broker is never there. */
void bench_begin(struct bench *bench);
void bench_end(struct bench *bench);
/* The station says this; the text becomes the data of an update. */
void bench_tell(struct bench *bench, const char *name, const char *type, const char *data);
/* cs_parameters with one outlet for each pair of evse_id and interface, up to a NULL. */
void bench_tell_outlets(struct bench *bench, const char *const *pairs);
/* It says that it has stopped. */
void played_stop(struct evse *evse);
/* Runs the event loop until `count` services have been freed. */
void bench_await_freed(struct bench *bench, size_t count);
size_t freed_count(void);

#endif
