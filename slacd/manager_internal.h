/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the manager, shared by manager*.c only. */
#ifndef SLACD_MANAGER_INTERNAL_H
#define SLACD_MANAGER_INTERNAL_H

#include "slacd/evse.h"
#include "slacd/log.h"
#include "slacd/manager.h"
#include "slacd/outbox.h"
#include "slacd/request_retry.h"

#include <event2/event.h>

/* How long manager_free waits for the broker to take the last messages. */
#define STOP_TIMEOUT_MS 1000

enum boot_phase {
	BOOT_PARAMETERS, /* waiting for cs_parameters */
	BOOT_LIMITS,     /* waiting for cs_status_and_limits */
	BOOT_DONE
};

struct manager {
	struct event_base *base;
	const struct settings *settings;
	struct outbox outbox;
	struct evse_shared shared;
	struct event *timer;

	enum boot_phase boot;
	struct request_retry boot_request;
	struct api_parameters parameters;
	struct api_limits limits;
	struct api_cp_status early[API_EVSES_MAX]; /* pilot states that came before the outlets were known */
	size_t early_count;
	struct evse *evses[API_EVSES_MAX];
	size_t evse_count;

	enum api_service_state service_state;
	bool was_connected;    /* the broker was connected before: the last will may have been published since */
	uint64_t busy_us;      /* when "no outlet can serve" becomes `busy`, REQUEST_NEVER: not counting */
	struct api_message message; /* the one being handled: too large for the stack */
	struct log_limit malformed;
	struct log_limit invalid;
};

/* manager_broker.c: opens the broker client; its callbacks call what follows. */
bool manager_open_broker(struct manager *manager);

/* manager_boot.c */
bool manager_read_files(struct manager *manager);
/* Goes on with the boot as far as what is known allows. */
void manager_boot(struct manager *manager);
void manager_boot_send(struct manager *manager);
/* A cs_parameters or cs_status_and_limits message: boot or live change. */
void manager_take_parameters(struct manager *manager, const struct api_message *message);
void manager_take_limits(struct manager *manager, const struct api_message *message);
const struct api_evse_limits *manager_limits_of(const struct manager *manager, const char *evse_id);

/* A pilot state of an outlet that has no service: during the boot it is kept for it. False when it is not. */
bool manager_keep_early(struct manager *manager, const struct api_cp_status *status);

/* manager.c */
void manager_arm(struct manager *manager);
void manager_set_service_state(struct manager *manager, enum api_service_state state);
/* Some outlet's ability to serve may have changed. */
void manager_availability_changed(void *context);
struct evse *manager_find(const struct manager *manager, const char *evse_id);

#endif
