/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the manager, shared by manager*.c only. */
#ifndef SLACD_MANAGER_INTERNAL_H
#define SLACD_MANAGER_INTERNAL_H

#include "service/hearing.h"
#include "service/log.h"
#include "service/question.h"
#include "service/refusals.h"
#include "slacd/card_requests.h"
#include "slacd/evse.h"
#include "slacd/manager.h"
#include "slacd/outbox.h"
#include "slacd/outlet_places.h"

#include <event2/event.h>

/* How long manager_free waits for the broker to take the last messages, and for the disk to take the last records. */
#define STOP_TIMEOUT_MS 1000
/* How long an outlet that ends may take to bring its pilot into a defined state. */
#define ENDING_MAX_US 1000000u
enum boot_phase {
	BOOT_PARAMETERS, /* waiting for cs_parameters */
	BOOT_LIMITS,     /* waiting for cs_status_and_limits */
	BOOT_DONE
};

/* A service that was told to stop, and has not stopped yet. The oldest one is the first to be given up. */
struct ending {
	struct evse *evse;
	uint64_t until_us; /* it is not waited for any longer */
};

struct everest;
struct port_watch;

struct manager {
	struct event_base *base;
	const struct settings *settings;
	void (*changed)(void *context); /* manager_observe; NULL: nobody wants to know */
	void *changed_context;
	struct everest *everest; /* NULL: mqtt.dialect is josev */
	struct outbox outbox;
	struct hearing hearing;
	char client_id[SETTINGS_TEXT_MAX];
	struct evse_shared shared;
	struct event *timer;
	struct port_watch *port_watch;  /* NULL when the kernel cannot tell about interfaces */
	struct event *port_watch_event; /* its descriptor, or a timer where it is NULL */

	enum boot_phase boot;
	struct question question; /* what the boot waits for; later, limits after a reconnection */
	struct api_parameters parameters;
	struct text_index parameters_by_interface; /* of several on one interface the first */
	struct api_parameters local_parameters;    /* as service.cs_config_file has them */
	struct outlet_places limit_places;         /* when they are full, the policy is that of the parked states */
	struct api_evse_limits limits[API_EVSES_MAX];
	struct outlet_places parked_places; /* of outlets that have no service */
	struct api_cp_status parked[API_EVSES_MAX];
	struct log_limit forgotten; /* a table was full of outlets that cs_parameters does not have */
	struct card_requests card_requests;
	struct evse *evses[API_EVSES_MAX];
	size_t evse_count;
	struct text_index evse_by_id;
	bool slot_is_used[OUTBOX_PILOT_SLOTS];
	size_t last_slot; /* given to an outlet */
	struct outlet_places ending_places;
	struct ending endings[API_EVSES_MAX];
	struct text_index ending_by_interface;
	bool reap_wanted;        /* one of them has stopped */
	bool stopping;           /* manager_begin_stop was called */
	struct statistics ended; /* of outlets that are no more */

	enum api_service_state service_state;
	bool was_connected;         /* the broker was connected before: the last will may have been published since */
	bool has_smart_charging;    /* such a service was heard */
	uint64_t repeat_us;         /* when the statuses are said once more, REQUEST_NEVER: nobody wants that */
	uint64_t repeated_us;       /* when that was done last */
	uint64_t busy_us;           /* when "no outlet can serve" becomes `busy`, REQUEST_NEVER: not counting */
	struct api_message message; /* the one being handled: too large for the stack */
	struct message_log inbound_log;
	struct refusals refusals;
	struct log_burst unknown_outlets;
};

/* manager_broker.c: opens the broker client; its callbacks call what follows. */
bool manager_open_broker(struct manager *manager);
/* Does what a message from the station asks for. */
void manager_handle(struct manager *manager, const struct api_message *message);
/* Says, unless it does so again and again, that a message for this outlet was ignored. */
void manager_say_unknown_outlet(struct manager *manager, enum api_kind kind, const char *id);

/* manager_repeat.c: a smart-charging service may have missed what the outlets said. */
void manager_smart_charging_ready(struct manager *manager);
/* This service was away from the broker: what it said then may have come too early for others. */
void manager_repeat_after_loss(struct manager *manager);
/* Says what is due. */
void manager_repeat(struct manager *manager, uint64_t now_us);

/* manager_everest.c */
/* Makes manager->everest and the parameters of the outlets, where that is the dialect. False without memory. */
bool manager_begin_everest(struct manager *manager);
void manager_listen_to_everest(struct manager *manager, struct broker_options *options,
			       struct broker_callbacks *callbacks);

/* manager_authorization.c */
void manager_authorization(struct manager *manager, const struct api_message *message);

/* manager_ports.c: listens to what the kernel tells about interfaces and passes it on to the outlets. */
void manager_watch_ports(struct manager *manager);
/* Passes on what is queued: before a service is started, which must not take old news for its own. */
void manager_read_ports(struct manager *manager);
void manager_unwatch_ports(struct manager *manager);

/* manager_boot.c */
bool manager_read_files(struct manager *manager);
/* Goes on with the boot as far as what is known allows. */
void manager_boot(struct manager *manager);
/* Sends what the station is asked: parameters or limits. */
void manager_ask_station(struct manager *manager);
/* Asks for the limits once more: what the station said of them while there was no connection is not known. */
void manager_ask_limits_again(struct manager *manager);
/* A cs_parameters or cs_status_and_limits message: boot or live change. */
void manager_take_parameters(struct manager *manager, const struct api_message *message);
void manager_take_limits(struct manager *manager, const struct api_message *message);

/* manager_limits.c */
/* Passes limits on to their outlets and remembers them for services to come. */
void manager_apply_limits(struct manager *manager, const struct api_message *message);
/* Remembers limits of a file for services to come. */
void manager_remember_limits(struct manager *manager, const struct api_limits *limits);
/* Says which limits of a message are for an outlet that cs_parameters does not have. */
void manager_check_limits(const struct manager *manager, const struct api_limits *limits);
/* The same for those that are remembered. */
void manager_check_known_limits(const struct manager *manager);
const struct api_evse_limits *manager_limits_of(const struct manager *manager, const char *evse_id);

/* manager_outlets.c */
/* Makes manager->parameters those of the message; an outlet with a wrong entry stays as it is. */
void manager_set_parameters(struct manager *manager, const struct api_message *message);
/* Makes the running services those of manager->parameters; unchanged ones are not touched. */
void manager_update_outlets(struct manager *manager);
/* Starts the services that are wanted, do not run and need not wait for another one to end. */
void manager_start_missing(struct manager *manager);
bool manager_has_parameters(const struct manager *manager, const char *evse_id);
/* To be called when manager->parameters has changed. */
void manager_index_interfaces(struct manager *manager);
/*
 * A place for what the station has just told of this outlet. When all are taken, the oldest one of an outlet that
 * cs_parameters does not have makes room, and the log says that its `what` are forgotten. OUTLET_NO_PLACE: there is no
 * such outlet either.
 */
size_t manager_renew_place(struct manager *manager, struct outlet_places *places, const char *what,
			   const char *evse_id);

/* manager_ending.c */
/* Stops a service that is no longer in manager->evses, and frees it as soon as it has stopped. */
void manager_end_outlet(struct manager *manager, struct evse *evse);
/* Frees the services that have stopped, or are not waited for any longer. */
void manager_reap(struct manager *manager, uint64_t now_us);
/* Frees all of them. */
void manager_reap_all(struct manager *manager);
/* When manager_reap is due, REQUEST_NEVER: no service is ending. */
uint64_t manager_reap_deadline(const struct manager *manager);
/* Some service that was told to stop has stopped. */
void manager_outlet_stopped(void *context);
/* The service that is ending and has this evse_id, or NULL. */
struct evse *manager_find_ending(const struct manager *manager, const char *evse_id);
/* A service of this outlet, or on its interface, is ending: another one must wait. */
bool manager_must_wait(const struct manager *manager, const struct api_evse_parameters *parameters);

/*
 * Keeps the pilot state of an outlet that has no service (yet, or for a moment): a station reports changes only,
 * so its vehicle would never be served. At most API_EVSES_MAX are kept, as manager_renew_place does.
 */
void manager_park_status(struct manager *manager, const struct api_cp_status *status);

/* manager_status.c: what manager_describe tells may have changed. */
void manager_tell_changed(const struct manager *manager);

/* manager.c */
void manager_arm(struct manager *manager);
void manager_set_service_state(struct manager *manager, enum api_service_state state);
/* Some outlet's ability to serve may have changed. */
void manager_availability_changed(void *context);
struct evse *manager_find(const struct manager *manager, const char *evse_id);
/* Appends to the running services, for which there is room. */
void manager_add_evse(struct manager *manager, struct evse *evse);
/* None runs any more. */
void manager_clear_evses(struct manager *manager);

#endif
