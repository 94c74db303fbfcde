/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a launcher knows of stations and does about commands. Pure but for the memory of its table: commands, statuses and
 * times (monotonic, us) in; what is to be done goes to the functions of struct fleet_doing.
 *
 * What it knows comes from the stations' retained statuses: a new launcher finds those that live, and those that are dead.
 *
 * Bounds: `max` stations, FLEET_STATIONS_MAX at most; a further one is refused. FLEET_PARALLEL stations start at a time,
 * each until its status is Alive or FLEET_START_US are over: the others wait for their turn.
 */
#ifndef TOOLS_FLEET_FLEET_LAUNCHER_H
#define TOOLS_FLEET_FLEET_LAUNCHER_H

#include "tools/fleet/fleet_command.h"
#include "tools/fleet/fleet_setup.h"
#include "tools/fleet/fleet_status.h"

#define FLEET_PARALLEL     4
#define FLEET_CLEARED_EACH 64u /* connectors, in FLEET_CLEAR_US: the broker takes that */
#define FLEET_CLEAR_US     100000u
#define FLEET_START_US     15000000u
#define FLEET_CONFIRM_US   10000000u /* a station that lives has told so by then, once the broker is back */

struct fleet_known {
	struct fleet_identity identity;
	enum fleet_life life;
	bool waits;          /* for its turn to start */
	bool is_confirmed;   /* its status was heard on this connection */
	bool was_spawned;    /* its keeper was started from here, and nothing was heard of it yet */
	bool was_killed;     /* its keeper was, and nothing was heard since: its last will comes */
	bool closes;         /* it is told again to close, once it is heard of: until then it may not have listened */
	uint64_t spawned_us; /* when */
	unsigned clears; /* it is being closed: so many connectors are left to be cleared, and itself; 0: it is not */
};

/* How things are done. `context` is the launcher's. */
struct fleet_doing {
	/* Starts a keeper. False, with why in `error`: it cannot. */
	bool (*spawn)(void *context, const struct fleet_identity *identity, char error[FLEET_ERROR_SIZE]);
	/* Kills the keeper and with it its programs, also one that has only just been started. False: there is none on this
	 * host. */
	bool (*kill)(void *context, const char *id);
	/* Tells the keeper. */
	void (*forward)(void *context, const char *id, enum fleet_command_kind kind);
	/* The retained status of a station that nobody keeps: that it is dead. */
	void (*tell_dead)(void *context, const struct fleet_identity *identity);
	/* Takes back what is retained of a connector of a station that nobody keeps; 0: of the station itself. */
	void (*clear)(void *context, const struct fleet_identity *identity, unsigned connector);
	/* Something was wrong that is no answer to a command. */
	void (*complain)(void *context, const char *error);
};

struct fleet_launcher {
	const struct fleet_doing *doing;
	void *context;
	size_t max;
	int connectors; /* of a station for which it is not said */
	enum fleet_link link;
	char host[FLEET_HOST_SIZE];
	size_t count;
	struct fleet_known *stations; /* `max` of them, in the order of their ids */
	uint64_t clear_us;            /* when more may be cleared */
	uint64_t confirm_us;          /* when unconfirmed ones are looked after; 0: never */
};

/* doing and context are lent. NULL without memory. */
struct fleet_launcher *fleet_launcher_new(const struct fleet_doing *doing, void *context, size_t max);
/* NULL is allowed. */
void fleet_launcher_free(struct fleet_launcher *launcher);

/*
 * START, KILL, RESTART, CLOSE. False, with what was expected in `error`, and nothing changes.
 */
bool fleet_launcher_obey(struct fleet_launcher *launcher, const struct fleet_command *command,
			 char error[FLEET_ERROR_SIZE]);
/* Starts the stations of a setup that do not live yet; all or, where there is no room for all, none. */
bool fleet_launcher_start_setup(struct fleet_launcher *launcher, const struct fleet_setup *setup,
				char error[FLEET_ERROR_SIZE]);
/* The stations that there are. */
void fleet_launcher_write_setup(const struct fleet_launcher *launcher, struct fleet_setup *setup);

/* A message on a station's status topic; len 0: it was taken back. What cannot be read is skipped. */
void fleet_launcher_hear(struct fleet_launcher *launcher, const char *id, const char *payload, size_t len);
/* The broker is there (again): what it had retained may be gone, and so may be stations. */
void fleet_launcher_connected(struct fleet_launcher *launcher, uint64_t now_us);
/* A keeper that was started from here has ended. */
void fleet_launcher_keeper_ended(struct fleet_launcher *launcher, const char *id, const char *why);

/* Does what is due: starts stations whose turn it is. */
void fleet_launcher_tick(struct fleet_launcher *launcher, uint64_t now_us);
/* When it wants to be called; UINT64_MAX: not before something happens. */
uint64_t fleet_launcher_due(const struct fleet_launcher *launcher, uint64_t now_us);

const struct fleet_known *fleet_launcher_find(const struct fleet_launcher *launcher, const char *id);

#endif
