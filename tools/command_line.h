/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of a program that has options only, and says itself what is wrong with them. */
#ifndef TOOLS_COMMAND_LINE_H
#define TOOLS_COMMAND_LINE_H

#include <getopt.h>

enum command_line_action {
	COMMAND_LINE_RUN,
	COMMAND_LINE_EXIT, /* --help or --version was printed */
	COMMAND_LINE_BAD   /* said on stderr */
};

struct command_line {
	const char *name; /* of the program */
	const char *help; /* the whole text of --help */
	/* As getopt_long takes them; --help is 'h', --version 'V', and no other option has a short form. */
	const struct option *options;
	/* Takes the value of an option, NULL for one without; returns what was expected instead, or NULL. */
	const char *(*take)(void *context, int option, char *value);
};

/* Reads options up to the end of argv, in their order. */
enum command_line_action command_line_read(const struct command_line *line, int argc, char **argv, void *context);

#endif
