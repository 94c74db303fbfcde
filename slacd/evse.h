/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shell of one outlet: gives what its port, its timer and the station say to the outlet (slacd/outlet/outlet.h)
 * and carries out the effects. It decides nothing about the protocol. One timer is armed to the nearest
 * deadline.
 */
#ifndef SLACD_EVSE_H
#define SLACD_EVSE_H

#include "mqtt/api/api.h"
#include "slacd/metrics.h"
#include "slacd/outbox.h"
#include "slacd/report_queue.h"
#include "slacd/statistics.h"
#include "slacd/telemetry_publisher.h"

struct event_base;
struct evse;
struct link_answers;
struct port_event;
struct precise_timers;
struct record_writer;

/*
 * Who is told what an outlet does where the station is not told by the outbox: another dialect. Each is called when an
 * input has been dealt with, and must not free the service.
 */
struct evse_listener {
	void (*changed)(void *context, const struct evse *evse);   /* something may be other than before */
	void (*wants_e_f)(void *context, const struct evse *evse); /* the pilot's owner is asked for the E/F step */
	void *context;
};

/* What the services of all outlets share. Must outlive them. */
struct evse_shared {
	struct event_base *base;
	struct precise_timers *timers; /* of this loop */
	const struct settings *settings;
	struct outbox *outbox;
	struct report_queue *reports;                  /* made with evse_report */
	struct link_answers *link_answers;             /* of the modems of all outlets */
	struct telemetry_publisher *telemetry;         /* NULL: off */
	const struct evse_listener *listener;          /* NULL: the outbox tells the station */
	const struct api_parameters *local_parameters; /* of service.cs_config_file, which is believed */
	struct record_writer *record_writer;           /* NULL: there are no records */
	bool ports_watched; /* the kernel tells (evse_port_event); otherwise evse_check_port is called again and again */
	/* Called when an outlet can serve (port open, modem has its key) or no longer can. */
	void (*availability_changed)(void *context);
	/* Called when evse_trouble may say something else. */
	void (*trouble_changed)(void *context);
	/* The EV's validation at this outlet must wait for another one at another outlet (evse_blocks_validation). */
	bool (*neighbour_validates)(void *context, const struct evse *evse, const uint8_t ev_mac[MAC_LEN]);
	/* Called when an outlet that was told to stop has stopped. It must not be freed from inside the call. */
	void (*stopped)(void *context);
	void *context;
};

/*
 * Starts the service of an outlet: opens its interface (as soon as it is up and running), gives the modem a fresh
 * key, asks for high-level charging, or takes over a vehicle that is charging. `limits` and `status`, the last
 * cp_status, may be NULL when the station told none. Its pilot requests have `slot` of the outbox, which no other outlet
 * uses. NULL without memory. The caller owns it.
 */
struct evse *evse_new(const struct evse_shared *shared, size_t slot, const struct api_evse_parameters *parameters,
		      const struct api_evse_limits *limits, const struct api_cp_status *status);
/*
 * The service ends (`unmatched` when a vehicle was there): it gives up its port and brings the pilot into a defined
 * state. Until evse_is_stopped it takes cp_status and cp_pwm responses.
 */
void evse_stop(struct evse *evse);
/* It was told to stop, and has no more to say or to hear. */
bool evse_is_stopped(const struct evse *evse);
/* Stops the service if that was not done before, and wipes its key. NULL is allowed. */
void evse_free(struct evse *evse);

const char *evse_id(const struct evse *evse);
/* The one it was started with. */
size_t evse_slot(const struct evse *evse);
/* The interface is open and the modem has confirmed its key: a car could be matched. */
bool evse_available(const struct evse *evse);
/* Why not, in the words of the log; "" where nothing is wrong (yet). */
const char *evse_trouble(const struct evse *evse);

/* Does what an outlet has said in the course of a frame, for the queue of reports. */
void evse_report(struct evse *evse, const struct outlet_effect *effect, uint64_t now_us);

/* Messages for this outlet. */
void evse_cp_status(struct evse *evse, const struct api_cp_status *status);
void evse_cp_pwm_response(struct evse *evse, const char *id, const struct api_cp_pwm_response *response);
void evse_limits(struct evse *evse, const struct api_evse_limits *limits);
/* The station's limits for this outlet could not be read: nothing is allowed until it tells others. */
void evse_limits_unreadable(struct evse *evse);
/* An authorization by EIM was accepted, or withdrawn. */
void evse_authorization(struct evse *evse, bool accepted);
/* A 15118 session runs, or ended. */
void evse_hlc_charging(struct evse *evse, bool active);
/* Another service has asked the station for the pilot. */
void evse_other_request(struct evse *evse, const struct api_cp_pwm *request);
/*
 * slac_data_link: terminate leaves the logical network (fresh key, `unmatched`); pause keeps NMK and NID, resume
 * gives them to the modem again.
 */
void evse_data_link(struct evse *evse, enum api_data_link_action action);
/* Matched and not paused. */
enum api_link_state evse_link_state(const struct evse *evse);
/* Answers slac_network_info request `id`. */
void evse_network_info(struct evse *evse, const char *id);
/* Ends what runs and begins anew with the vehicle that is there. */
void evse_reset(struct evse *evse);
/* outlet_validation_waits_since and outlet_blocks_validation of this outlet, now. */
uint64_t evse_validation_waits_since(const struct evse *evse, const uint8_t ev_mac[MAC_LEN]);
bool evse_blocks_validation(const struct evse *evse, const uint8_t ev_mac[MAC_LEN], uint64_t since_us);
/*
 * The last state of the station, to hand a vehicle that is plugged in over to another service. To be asked before
 * evse_stop. With the duty cycle where evse_stop leaves the pilot as it is: a vehicle that charges is taken over.
 * Elsewhere this service ends the charging. False: none yet.
 */
bool evse_last_status(const struct evse *evse, struct api_cp_status *status);
/* The interface this outlet uses: its parameter, or what the configuration says instead. */
const char *evse_interface_of(const struct settings *settings, const struct api_evse_parameters *parameters);
/* The parameters it was started with. */
const struct api_evse_parameters *evse_parameters(const struct evse *evse);
/* The settings have changed: the outlet takes them over as soon as no vehicle is there. */
void evse_take_settings(struct evse *evse);
/*
 * Says the last status once more, with the id that it had and without its record, for whoever has missed it. One of
 * basic charging only while that goes on.
 */
void evse_repeat_status(struct evse *evse);
/* The broker is connected (again): the pilot request in force goes out. */
void evse_broker_connected(struct evse *evse);

/*
 * What the kernel says of some interface: the outlet opens the one it waits for, and gives up its own when that
 * is of no use any more.
 */
void evse_port_event(struct evse *evse, const struct port_event *event);
/* Something may have been missed: looks itself. */
void evse_check_port(struct evse *evse);

/* What the outlet has counted, and how it is, for a monitoring system. */
void evse_metrics(const struct evse *evse, struct metrics_outlet *out);
/* Adds what the outlet has counted so far to *total. */
void evse_statistics(const struct evse *evse, struct statistics *total);
/* The same as log lines. */
void evse_log_counters(const struct evse *evse);

#endif
