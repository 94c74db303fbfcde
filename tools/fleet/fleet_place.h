/* SPDX-License-Identifier: Apache-2.0 */
/* Where a fleet is: its directories, the programs, and the lock by which a keeper is known. */
#ifndef TOOLS_FLEET_FLEET_PLACE_H
#define TOOLS_FLEET_FLEET_PLACE_H

#include "tools/fleet/fleet.h"

#include <sys/types.h>

#define FLEET_PATH_SIZE 256
/* A Unix socket's path has 107 octets: with the id and "/line256" behind it the directory may have so many. */
#define FLEET_DIRECTORY_MAX 64

/* $XDG_RUNTIME_DIR/cs-fleet, or /tmp/cs-fleet-UID. */
void fleet_place_default_directory(char out[FLEET_PATH_SIZE]);
/* $XDG_DATA_HOME/cs-fleet, or $HOME/.local/share/cs-fleet; without a home it is the other directory's "setups". */
void fleet_place_default_setups(const char *directory, char out[FLEET_PATH_SIZE]);

/* Makes the directory, for nobody else, where it is not there. False, with what was expected in `error`. */
bool fleet_place_make(const char *directory, char error[FLEET_ERROR_SIZE]);
/* Makes one, and those above it. */
bool fleet_place_make_all(const char *directory, char error[FLEET_ERROR_SIZE]);

/* "<directory>/<id>", and "<directory>/<id>/<name>". */
void fleet_place_of_station(const char *directory, const char *id, char out[FLEET_PATH_SIZE]);
void fleet_place_path(const char *directory, const char *id, const char *name, char out[FLEET_PATH_SIZE]);
/* Removes what is of use to nobody any more in the directory of a station that is closed: all but its log. */
void fleet_place_clean(const char *directory, const char *id);

/*
 * The path of a program: `given` where the user has given one, otherwise the one in a folder beside this program (as in a
 * build tree, "../slacd/slacd"), in the folder of this program, or in PATH. False, with what was expected in `error`: there
 * is none that can be executed.
 */
bool fleet_place_find_program(const char *name, const char *built, const char *given, char out[FLEET_PATH_SIZE],
			      char error[FLEET_ERROR_SIZE]);
/* The path of this program. */
bool fleet_place_own_program(char out[FLEET_PATH_SIZE]);

/*
 * Locks a station for this process, until it ends, whatever it ends of. False with errno: another one,
 * *holder, has it (EACCES, EAGAIN); or, 0, it cannot be locked.
 */
bool fleet_place_lock(const char *path, pid_t *holder);
/* The process that has locked it; 0: none. */
pid_t fleet_place_holder(const char *path);

#endif
