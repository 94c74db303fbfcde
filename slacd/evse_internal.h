/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of one outlet's service, shared by evse*.c only. */
#ifndef SLACD_EVSE_INTERNAL_H
#define SLACD_EVSE_INTERNAL_H

#include "cp/control_pilot.h"
#include "homeplug/slac/amp_map_exchange.h"
#include "homeplug/port/port.h"
#include "homeplug/modem/modem.h"
#include "homeplug/mme/nw_info.h"
#include "homeplug/slac/slac_evse.h"
#include "slacd/clock.h"
#include "slacd/evse.h"
#include "slacd/log.h"
#include "slacd/request_retry.h"
#include "slacd/statistics.h"

#include <event2/event.h>

/* slac_network_info requests that wait for the modem; a further one is answered with no network at once. */
#define NETWORK_REQUESTS_MAX 4

struct network_requests {
	size_t count;
	char ids[NETWORK_REQUESTS_MAX][API_ID_MAX];
	uint64_t deadline_us;
};

struct evse {
	const struct evse_shared *shared;
	struct api_evse_parameters parameters;
	char interface[SETTINGS_TEXT_MAX];

	struct port *link; /* NULL while it cannot be opened */
	struct event *readable;
	struct event *timer;
	uint64_t timer_us;                /* what the timer is armed to, SLAC_NEVER: not armed */
	uint64_t link_retry_us;           /* when to open the link again, SLAC_NEVER: open, or the kernel will tell */
	uint64_t link_not_before_us;      /* not to be opened earlier, whatever the kernel tells */
	char link_error[PORT_ERROR_SIZE]; /* what was said last about it, "": it is open */
	bool resetting;                   /* the station asked for it: said as the reason */
	bool link_paused;                 /* slac_data_link pause: the key is kept for a resume */
	enum slac_reason init_reason;     /* why TT_EVSE_SLAC_init ended without a match */
	bool key_given;                   /* a car was told the present key (CM_SLAC_MATCH.CNF) */
	char not_serving_why[128];        /* what was said about the modem, "": nothing since it had its key */
	bool not_reset_said;              /* of this modem */
	bool serving;                     /* the modem has confirmed a key since the link was opened */

	struct slac_evse slac;
	struct modem modem;
	struct amp_map_exchange amp_map;
	struct control_pilot pilot;
	struct network_requests network_requests;
	bool pilot_asked; /* pilot_request is the one in force */
	bool f_unheard;   /* the last F was not answered, and no 5 % was asked for since */
	struct pilot_request pilot_request;
	struct request_retry pilot_retry;

	struct statistics sessions; /* matched and failed; the rest is counted by the limits below */
	struct log_limit malformed[MME_ERR_COUNT];
	struct log_limit refused[SLAC_REASON_COUNT];
	struct log_limit refused_fields[MME_ERR_COUNT];
	struct log_limit foreign_answers;
	struct log_limit modem_restarts;
	struct log_limit send_failures;
	struct log_limit pause_refusals;
	struct log_limit network_unanswered;
	struct log_burst interface_losses;
	struct log_budget step_lines;
};

/* evse_link.c: opens the link and asks the modem to take a key, or arms the next try. */
void evse_link_open(struct evse *evse);
/* The link is of no use any more: closes it and says so once. */
void evse_link_lost(struct evse *evse, const char *why);
void evse_link_close(struct evse *evse);
/* An interface that came and went has not for a minute: says what has become of it. */
void evse_link_settled(struct evse *evse);
/* For what follows when an interface is open again: not at each turn of one that comes and goes. */
enum log_level evse_recovery_level(const struct evse *evse);
/* Encodes and sends one frame. */
void evse_link_send(struct evse *evse, const struct mme *frame);
/* Sends an encoded frame; `name` is for the log. */
void evse_link_send_octets(struct evse *evse, const char *name, const uint8_t *frame, size_t len);

/* evse_modem.c: a fresh key, and what the modem answers. */
void evse_new_key(struct evse *evse);
/* The modem's present key once more, e.g. after it was asleep. */
void evse_same_key(struct evse *evse);
/* A vehicle was connected: does the modem still have the key? */
void evse_check_key(struct evse *evse);
void evse_watch_link(struct evse *evse);
/* An answer of another modem than the outlet's: counted, and logged at most once a minute. */
void evse_foreign_answer(struct evse *evse, const uint8_t from[MAC_LEN], const uint8_t ours[MAC_LEN]);
void evse_modem_frame(struct evse *evse, const struct mme *frame);
/* False when the frame is none of the modem's messages. */
bool evse_modem_octets(struct evse *evse, const uint8_t *frame, size_t len);
void evse_modem_tick(struct evse *evse);

/* evse_amp_map.c: the amplitude-map exchange with the matched EV. */
void evse_amp_map_link_up(struct evse *evse);
/* False when the frame is neither of the two messages. */
bool evse_amp_map_octets(struct evse *evse, const uint8_t *frame, size_t len);
void evse_amp_map_tick(struct evse *evse);

/* evse_network.c: the modem's answer to a slac_network_info request, or none in time. */
void evse_network_frame(struct evse *evse, const uint8_t *frame, size_t len);
void evse_network_expire(struct evse *evse);

/* evse_slac.c: gives an input to the matching core and carries out what it says. */
void evse_slac_input(struct evse *evse, const struct slac_evse_input *input);
/* A message was refused or is unusual: counted, and logged at most once a minute. */
void evse_refused(struct evse *evse, const char *what, const char *name, const uint8_t from[MAC_LEN],
		  enum slac_reason reason, enum mme_error error);

/* evse_frame.c: a frame that did not decode: counted, and logged at most once a minute. */
void evse_malformed(struct evse *evse, const uint8_t from[MAC_LEN], const char *name, enum mme_error error, size_t len);
/* A frame from the link, undecoded. */
void evse_frame(struct evse *evse, const uint8_t *frame, size_t len);

/* evse_pilot.c: gives an input to the pilot core and carries out what it says. */
void evse_pilot_input(struct evse *evse, const struct control_pilot_input *input);
/* Sends the pilot request that is due. */
void evse_pilot_request_send(struct evse *evse);

/* evse_setup.c: the outlet's parts as the settings want them. */
void evse_setup(struct evse *evse);
/* What the settings say of matching; `outlet` is NULL where they say nothing of this outlet. */
void evse_slac_config(const struct settings *settings, const struct settings_outlet *outlet,
		      struct slac_evse_config *config);

/* evse_limits.c: 0.1 A, rounded down. */
uint32_t evse_deciampere(double ampere);

/* evse.c: arms the timer to the nearest deadline. Called once at the end of every entry from outside. */
void evse_arm(struct evse *evse);
void evse_set_serving(struct evse *evse, bool serving);

#endif
