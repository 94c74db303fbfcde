/* SPDX-License-Identifier: Apache-2.0 */
/* The retained status of a station: written by its keeper, read by launchers. Pure. */
#ifndef TOOLS_FLEET_FLEET_STATUS_H
#define TOOLS_FLEET_FLEET_STATUS_H

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

/* What else a keeper tells. */
struct fleet_station_status {
	enum fleet_life life;
	const char *slacd;                     /* its service_status; "": nothing heard yet */
	const struct fleet_programs *programs; /* NULL: none, it is dead */
	long keeper;                           /* its process */
	const char *version;
	const char *started; /* time of day */
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
