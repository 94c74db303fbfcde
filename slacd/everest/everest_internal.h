/* SPDX-License-Identifier: Apache-2.0 */
/* EVerest's side of slacd, shared by everest*.c only. */
#ifndef SLACD_EVEREST_EVEREST_INTERNAL_H
#define SLACD_EVEREST_EVEREST_INTERNAL_H

#include "slacd/everest/everest.h"
#include "slacd/everest/everest_voice.h"
#include "slacd/everest/everest_watch.h"
#include "service/log.h"

#define EVEREST_SUBSCRIPTIONS 4
#define EVEREST_REPLY_MAX     (EVEREST_TOPIC_MAX - EVEREST_PREFIX_MAX)

/* An outlet and its module. */
struct everest_outlet {
	char evse_id[API_EVSE_ID_MAX];
	char module[EVEREST_MODULE_MAX]; /* "": not found yet */
	struct everest_voice voice;
	struct everest_watch watch;
	bool must_repeat;     /* something could not be said, or is to be said again */
	uint64_t repeated_us; /* when it was said again last, 0: never */
	struct log_burst starts;
};

/* The question which modules there are, for the one outlet that has none. */
struct everest_question {
	uint64_t asked_us;  /* 0: never */
	uint64_t ask_us;    /* when it is asked (again) */
	uint32_t wait_ms;   /* to the next one */
	unsigned in_vain;   /* asked since the connection, or since an answer */
	uint64_t decide_us; /* several programs may answer: the answers are looked at then */
	size_t count;       /* modules that were told of */
	struct everest_module modules[EVEREST_MODULES_MAX];
	struct log_limit unclear;
	struct log_limit unanswered;
};

struct everest_hearing {
	char prefix[EVEREST_PREFIX_MAX];
	char reply_topic[EVEREST_REPLY_MAX];
};

struct everest {
	const struct settings *settings;
	struct outbox *outbox;
	everest_find *find;
	void *find_context;
	struct event *timer;
	struct evse_listener listener;

	struct everest_hearing hearing;
	char topics[EVEREST_SUBSCRIPTIONS][EVEREST_TOPIC_MAX];
	const char *subscriptions[EVEREST_SUBSCRIPTIONS];
	bool has_ended;
	uint64_t check_period_us; /* 0: EVerest wants no communication_check */
	uint64_t check_us;        /* when the next one is due */
	uint64_t repeat_us;       /* when outlets that must_repeat are next said again */
	struct everest_question question;

	struct message_log inbound_log;
	struct log_burst beacons;
	struct log_limit refused[EVEREST_KINDS];
	struct log_limit retained;
	struct log_limit foreign;
	struct log_limit lost;
	struct everest_message message; /* the one being handled: too large for the stack */

	size_t count;
	struct everest_outlet outlets[API_EVSES_MAX]; /* in the order of the settings */
	struct text_index by_module;
};

/* everest.c: gives the outlet at this place its module. */
void everest_set_module(struct everest *everest, size_t place, const char *module);
/* The outlet that has this module, or NULL. */
struct everest_outlet *everest_outlet_with(struct everest *everest, const char *module);
/* Arms the timer to what is due next. */
void everest_arm(struct everest *everest);
/* How often EVerest is told that slacd is there: three times in the period that it wants, as messages may be lost. */
void everest_set_check_period(struct everest *everest, uint32_t check_s);

/*
 * Says the outlets again that must_repeat: some now, the others soon, so that they do not fill the broker client. Each of
 * them twice a second at most, however often EVerest starts.
 */
void everest_repeat(struct everest *everest, uint64_t now_us);
/* The outlet could not be said: it must_repeat. */
void everest_repeat_later(struct everest *everest, struct everest_outlet *outlet, uint64_t now_us);

/* everest_say.c */
/* Says what is new of the outlet; `evse` NULL: it has no service. */
void everest_say_new(struct everest *everest, struct everest_outlet *outlet, const struct evse *evse);
/* Whether EVerest would hear it. */
bool everest_can_say(const struct everest *everest, const struct everest_outlet *outlet);
/* Says all that holds. */
void everest_say_again(struct everest *everest, struct everest_outlet *outlet);
void everest_say_error_routine(struct everest *everest, struct everest_outlet *outlet);
/* Clears the errors that are active: slacd ends for good. */
void everest_say_end(struct everest *everest, struct everest_outlet *outlet);
/* The communication check of all outlets. `goes_on` false ends it for good. */
void everest_say_check(struct everest *everest, bool goes_on);
void everest_say_query(struct everest *everest);

/* everest_hear.c: a message that was read. */
void everest_hear(struct everest *everest, const char *topic, const char *payload, size_t len);
/* Writes what the watch has to tell. */
void everest_log_news(struct everest_outlet *outlet, enum everest_news news);

/* everest_discovery.c */
/* Some outlet has no module: it is asked for now, and again until it is found. */
void everest_discovery_begin(struct everest *everest, uint64_t now_us);
void everest_discovery_take(struct everest *everest, const struct everest_message *message, uint64_t now_us);
uint64_t everest_discovery_deadline(const struct everest *everest);
void everest_discovery_tick(struct everest *everest, uint64_t now_us);

/* everest_view.c */
void everest_look(const struct evse *evse, bool matching_at_parm_req, struct everest_view *out);

#endif
