/* SPDX-License-Identifier: Apache-2.0 */
/* The captures of real cars (folder $SLACD_TRACES) as scripts: what an EVSE's host received, with its times. */
#ifndef SLACD_TESTS_WORLD_TRACE_SCRIPT_H
#define SLACD_TESTS_WORLD_TRACE_SCRIPT_H

/* Calls `play` with the name and the script of each; says so where the folder is not there. */
void trace_scripts(void (*play)(const char *name, const char *text));

#endif
