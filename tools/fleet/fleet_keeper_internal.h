/* SPDX-License-Identifier: Apache-2.0 */
/* A keeper, shared by fleet_keeper*.c only. */
#ifndef TOOLS_FLEET_FLEET_KEEPER_INTERNAL_H
#define TOOLS_FLEET_FLEET_KEEPER_INTERNAL_H

#include "mqtt/broker/broker.h"
#include "service/clock.h"
#include "tools/fleet/fleet_command.h"
#include "tools/fleet/fleet_connector.h"
#include "tools/fleet/fleet_keeper.h"
#include "tools/fleet/fleet_log.h"
#include "tools/fleet/fleet_process.h"
#include "tools/fleet/fleet_status.h"

#include <event2/event.h>

#define FLEET_LINE_SIZE    1024
#define FLEET_WAITING_SIZE (FLEET_COMMANDS_MAX * FLEET_COMMAND_SIZE)

struct fleet_keeper;

/* The pipes of a program. */
struct fleet_channel {
	struct fleet_keeper *keeper;
	size_t program;
	struct event *input;  /* NULL: it does not run */
	struct event *output; /* likewise, or it has said all */
	size_t waits;         /* octets that the program has not taken yet */
	char waiting[FLEET_WAITING_SIZE];
	size_t line_len;
	char line[FLEET_LINE_SIZE];
};

enum fleet_ending {
	FLEET_ENDING_NOT,
	FLEET_ENDING_CLOSED,  /* nothing of the station stays */
	FLEET_ENDING_SIGNAL,  /* its status stays: Dead */
	FLEET_ENDING_REPLACED /* another keeper has come: nothing is said */
};

struct fleet_keeper {
	const struct fleet_options *options;
	struct event_base *base;
	struct broker *broker;
	struct fleet_log *log;
	struct event *timer;
	struct event *signals[3];
	int network; /* the station's network namespace, -1: none */
	struct fleet_relay *relay;
	struct fleet_identity identity;
	struct fleet_programs programs;
	struct fleet_channel *channels; /* of each program */
	struct fleet_connector *connectors;
	char to_station[FLEET_TOPIC_SIZE]; /* where slacd speaks */
	char from_station[FLEET_TOPIC_SIZE];
	char own_status[FLEET_TOPIC_SIZE];
	char started[CLOCK_TEXT_SIZE];
	char by[FLEET_BY_SIZE];
	char slacd[16]; /* its service_status */
	bool is_alive;  /* it has been whole since the last start */
	bool changed;   /* the status */
	bool was_told;
	uint64_t told_us;
	enum fleet_ending ending;
	bool has_ended;
	struct api_message *message; /* the one that is being read */
};

/* Looks after all that is due, and at the timer anew. */
void fleet_keeper_turn(struct fleet_keeper *keeper);
void fleet_keeper_end(struct fleet_keeper *keeper, enum fleet_ending ending);
unsigned fleet_keeper_connectors(const struct fleet_keeper *keeper);

/* --- fleet_keeper_programs.c --- */

/* False, with what was expected in `error`. */
bool fleet_keeper_prepare_programs(struct fleet_keeper *keeper, char error[FLEET_ERROR_SIZE]);
void fleet_keeper_free_programs(struct fleet_keeper *keeper);
/* Carries out what fleet_programs.h asks for. True: the station has ended. */
bool fleet_keeper_run_programs(struct fleet_keeper *keeper, uint64_t now_us);
/* SIGCHLD. */
void fleet_keeper_reap(struct fleet_keeper *keeper);
/* It runs, and has taken all that it was told. */
bool fleet_keeper_can_tell(const struct fleet_keeper *keeper, size_t program);
/* Whole lines, to a program of which fleet_keeper_can_tell. */
void fleet_keeper_tell(struct fleet_keeper *keeper, size_t program, const char *text);
/* Each of them at once, and this process with them. */
_Noreturn void fleet_keeper_kill_all(void);

/* --- fleet_keeper_broker.c --- */

bool fleet_keeper_open_broker(struct fleet_keeper *keeper);
void fleet_keeper_close_broker(struct fleet_keeper *keeper);
/* Statuses that are due. */
void fleet_keeper_tell_statuses(struct fleet_keeper *keeper, uint64_t now_us);
uint64_t fleet_keeper_statuses_due(const struct fleet_keeper *keeper, uint64_t now_us);
/* To the station's error topic, and to the log. */
void fleet_keeper_complain(struct fleet_keeper *keeper, const char *error, const char *topic, const char *payload,
			   size_t len);

#endif
