/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration file, an environment and a command line, and what the settings are by them (cmocka). */
#ifndef SLACD_SETTINGS_TESTS_SETTINGS_SITE_H
#define SLACD_SETTINGS_TESTS_SETTINGS_SITE_H

#include "slacd/options.h"
#include "slacd/settings/settings_table.h"

/* 58 values: 1, 56 zeros, -2. */
#define ZEROS8 "0,0,0,0,0,0,0,0,"
#define DB58   "[1," ZEROS8 ZEROS8 ZEROS8 ZEROS8 ZEROS8 ZEROS8 ZEROS8 "-2]"

#define OCTETS16  "0123456789abcdef"
#define OCTETS64  OCTETS16 OCTETS16 OCTETS16 OCTETS16
#define OCTETS256 OCTETS64 OCTETS64 OCTETS64 OCTETS64

extern struct settings settings;
extern char complaint[SETTINGS_ERROR_SIZE]; /* the error that was told last */
extern char path[];                         /* of the file */

/* Of a group of tests: the file, which is empty at first. */
int make_file(void **state);
int remove_file(void **state);
/* Before each: none of the variables that slacd reads is set. */
int clear_environment(void **state);

/* The defaults, and then this text as the file. */
bool read_text(const char *text);
/* The same, and what the profile brings. */
void read_profile(const char *text);

enum options_action read_options(int argc, const char *const *argv);

#define OPTIONS(...)                                                                                                   \
	read_options(sizeof((const char *[]){"slacd", __VA_ARGS__}) / sizeof(char *),                                  \
		     (const char *[]){"slacd", __VA_ARGS__})

#endif
