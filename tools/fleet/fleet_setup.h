/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A setup: which stations there are, as JSON:
 *
 *     {"stations":[{"id":"S1","connectors":2,"link":"unix"}]}
 *
 * Reading and writing are pure; fleet_setup_load and _save are files.
 */
#ifndef TOOLS_FLEET_FLEET_SETUP_H
#define TOOLS_FLEET_FLEET_SETUP_H

#include "tools/fleet/fleet.h"

#define FLEET_SETUPS_MAX 100 /* names that are listed */

struct fleet_setup_station {
	char id[FLEET_ID_SIZE];
	int connectors; /* 0: not said */
	bool has_link;
	enum fleet_link link;
};

/* About 48 KiB: allocate one. */
struct fleet_setup {
	size_t count;
	struct fleet_setup_station stations[FLEET_STATIONS_MAX];
};

/* `text` has `len` octets and a NUL behind them. False, with the place in it and what was expected in `error`. */
bool fleet_setup_read(const char *text, size_t len, struct fleet_setup *setup, char error[FLEET_ERROR_SIZE]);
/* The setup as text that the caller frees; NULL: no memory. */
char *fleet_setup_write(const struct fleet_setup *setup);

/* Reads a file; `error` begins with its path. */
bool fleet_setup_load(const char *path, struct fleet_setup *setup, char error[FLEET_ERROR_SIZE]);
/* Writes a file whole or not at all: whatever happens, the old one or the new one is there. */
bool fleet_setup_save(const char *path, const struct fleet_setup *setup, char error[FLEET_ERROR_SIZE]);

/* The names of the setups in a directory, sorted: as many as there are, FLEET_SETUPS_MAX at most. */
size_t fleet_setup_names(const char *directory, char names[FLEET_SETUPS_MAX][FLEET_NAME_SIZE]);

#endif
