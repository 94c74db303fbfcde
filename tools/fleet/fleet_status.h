/* SPDX-License-Identifier: Apache-2.0 */
/* The retained status of a station: written by its keeper, read by launchers. Pure. */
#ifndef TOOLS_FLEET_FLEET_STATUS_H
#define TOOLS_FLEET_FLEET_STATUS_H

#include "service/clock.h"
#include "tools/fleet/fleet_programs.h"

#define FLEET_HOST_SIZE           65
#define FLEET_STATION_STATUS_SIZE 8192

enum fleet_life { FLEET_STARTING, FLEET_ALIVE, FLEET_DEAD };

const char *fleet_life_text(enum fleet_life life);

/* What a station is, whoever keeps it. */
struct fleet_identity {
	char id[FLEET_ID_SIZE];
	int connectors;
	enum fleet_link link;
	char host[FLEET_HOST_SIZE]; /* of the keeper */
};

/*
 * Who tells a status, of a station or of the launcher: when it began, where, and its process. Of two that tell the same
 * status the one that began later stays.
 */
#define FLEET_BY_SIZE (CLOCK_TEXT_SIZE + FLEET_HOST_SIZE + 24)
void fleet_by_make(const char *started, const char *host, long process, char out[FLEET_BY_SIZE]);

enum fleet_rival {
	FLEET_RIVAL_NONE,  /* it is one's own status, or cannot be read */
	FLEET_RIVAL_DEAD,  /* the last will of one that was there before: one's own status is to be told again */
	FLEET_RIVAL_OLDER, /* likewise */
	FLEET_RIVAL_NEWER  /* one's own time is over */
};

/* What a status that was heard means for who tells it as `by`. */
enum fleet_rival fleet_rival_read(const char *payload, size_t len, const char *by);

/* What else a keeper tells. */
struct fleet_station_status {
	enum fleet_life life;
	const char *slacd;                     /* its service_status; "": nothing heard yet */
	const struct fleet_programs *programs; /* NULL: none, it is dead */
	long keeper;                           /* its process */
	const char *version;
	const char *started; /* time of day */
	const char *by;
};

/* JSON with its NUL; the length, or 0: it does not fit. */
size_t fleet_status_build(const struct fleet_identity *identity, const struct fleet_station_status *status, char *out,
			  size_t size);

/*
 * Reads what a keeper has written; members that it does not need are skipped. False, with what was expected in `error`.
 * `id` is that of the topic.
 */
bool fleet_status_read(const char *payload, size_t len, const char *id, struct fleet_identity *identity,
		       enum fleet_life *life, char error[FLEET_ERROR_SIZE]);

#endif
