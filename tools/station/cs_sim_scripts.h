/* SPDX-License-Identifier: Apache-2.0 */
/* The scripts that cs-sim brings (tools/station/scripts), as a part of the program. */
#ifndef TOOLS_STATION_CS_SIM_SCRIPTS_H
#define TOOLS_STATION_CS_SIM_SCRIPTS_H

struct cs_builtin_script {
	const char *name; /* NULL in the last one */
	const char *text;
};

extern const struct cs_builtin_script cs_builtin_scripts[];

/* The text of a script, or NULL. */
const char *cs_builtin_script(const char *name);

#endif
