/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the service, shared by smart_charging*.c only. */
#ifndef TOOLS_SMART_CHARGING_SMART_CHARGING_INTERNAL_H
#define TOOLS_SMART_CHARGING_SMART_CHARGING_INTERNAL_H

#include "service/client_id.h"
#include "service/hearing.h"
#include "service/question.h"
#include "service/refusals.h"
#include "tools/smart-charging/charging_station.h"
#include "tools/smart-charging/smart_charging.h"
#include "tools/smart-charging/smart_charging_outbox.h"
#include "tools/smart-charging/wall_timer.h"

/* The last cp_pwm requests of an EVSE whose answer is known when it comes. */
#define REQUESTS_KEPT 4

enum boot_phase {
	BOOT_PARAMETERS, /* waiting for cs_parameters */
	BOOT_LIMITS,     /* waiting for cs_status_and_limits */
	BOOT_DONE
};

/* The requests for one pilot, by the rest of their number. */
struct pilot_requests {
	uint32_t numbers[REQUESTS_KEPT];
	char ids[REQUESTS_KEPT][API_UUID_MAX]; /* "": none */
};

struct smart_charging {
	struct event_base *base;
	const struct smart_charging_options *options;
	void (*changed)(void *context); /* smart_charging_observe; NULL: nobody wants to know */
	void *changed_context;
	struct charging_outbox outbox;
	struct hearing hearing;
	char made_client_id[CLIENT_ID_SIZE];
	const char *client_id; /* that one, or the user's */
	struct event *timer;
	struct wall_timer *wall_timer;

	enum boot_phase boot;
	enum api_service_state state;
	bool was_connected; /* the broker was connected before: the last will may have been published since */
	bool stopping;
	struct question question;         /* what the boot waits for; later, limits after a reconnection */
	struct api_parameters parameters; /* an EVSE of the core is the place of its entry */
	struct charging_station station;
	struct charging_station_effects effects; /* of the input in hand */
	struct pilot_requests requests[CHARGING_EVSES_MAX];
	char status_ids[CHARGING_EVSES_MAX][API_ID_MAX]; /* of the last SLAC status of each */

	struct api_charging_message message; /* the one being handled: too large for the stack */
	struct message_log inbound_log;
	struct refusals refusals;
	struct log_burst unknown_evses;
};

_Static_assert(CHARGING_EVSES_MAX <= API_EVSES_MAX, "each EVSE of the core has an entry");

/* smart_charging.c */
struct charging_time smart_charging_now(void);
/* Carries out what the core wants after an input. */
void smart_charging_act(struct smart_charging *service);
/* Gives the core this input and carries out what it wants. */
void smart_charging_give(struct smart_charging *service, const struct charging_station_input *input);
/* Arms the timers for what is due next. */
void smart_charging_arm(struct smart_charging *service);
void smart_charging_set_state(struct smart_charging *service, enum api_service_state state);
void smart_charging_tell_changed(const struct smart_charging *service);

/* smart_charging_boot.c */
void smart_charging_boot(struct smart_charging *service);
/* Asks the station what the boot, or a reconnection, waits for. */
void smart_charging_ask_station(struct smart_charging *service);
/* Asks for the limits once more: what the station said of them while it could not be heard is not known. */
void smart_charging_ask_limits_again(struct smart_charging *service);
void smart_charging_take_parameters(struct smart_charging *service, const struct api_charging_message *message);
void smart_charging_take_limits(struct smart_charging *service, const struct api_charging_message *message);

/* smart_charging_broker.c: opens the broker client, whose callbacks call what follows. */
bool smart_charging_open_broker(struct smart_charging *service);

/* smart_charging_inputs.c: what a message means for the core. */
void smart_charging_handle(struct smart_charging *service, const struct api_charging_message *message);
/* The place of an EVSE, or CHARGING_WHOLE_STATION: cs_parameters does not have it. */
size_t smart_charging_find(const struct smart_charging *service, const char *evse_id);
/* For the log: what a message says. */
void smart_charging_about(const struct api_charging_message *message, struct message_about *about);

/* smart_charging_profiles.c: the three requests of OCPP, each answered. */
void smart_charging_set_profile(struct smart_charging *service, const struct api_charging_message *message);
void smart_charging_clear_profile(struct smart_charging *service, const struct api_charging_message *message);
void smart_charging_composite(struct smart_charging *service, const struct api_charging_message *message);

#endif
